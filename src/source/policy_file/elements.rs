//! Actions, resources and conditions.

use std::rc::Rc;

use super::{Kind, Reader, Yaml, YamlValue};
use crate::model::condition_operator::Operator;
use crate::model::{Condition, Effect};

impl Reader {
    /// A JSON string.
    pub(super) fn string(&mut self, node: &Yaml, what: &str) -> Option<String> {
        match &node.value {
            YamlValue::Scalar { text, plain: false } => Some(text.clone()),
            _ => {
                self.error(&node.span, format!("{what} is no string"), "write it in quotes");
                None
            }
        }
    }

    /// A string, or a list of strings that is not empty, each with its place.
    pub(super) fn strings(&mut self, node: &Rc<Yaml>, what: &str) -> Vec<(String, Rc<Yaml>)> {
        let single = [node.clone()];
        let items = match &node.value {
            YamlValue::Sequence(items) => items.as_slice(),
            _ => &single,
        };
        if items.is_empty() {
            self.error(&node.span, format!("{what} is empty"), "name one at least");
        }
        let mut found = Vec::new();
        for item in items {
            if let Some(text) = self.string(item, what) {
                found.push((text, item.clone()));
            }
        }
        found
    }

    pub(super) fn actions(&mut self, node: Option<&Rc<Yaml>>, what: &str) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let found = self.strings(node, what);
        for (action, at) in &found {
            if let Some((message, help)) = wrong_action(action).or_else(|| self.misplaced(action)) {
                self.error(&at.span, message, help);
            }
        }
        found.into_iter().map(|(action, _)| action).collect()
    }

    /// What is wrong with an action in a policy of this kind.
    fn misplaced(&self, action: &str) -> Option<(String, &'static str)> {
        let service = action.split(':').next().unwrap_or_default();
        match self.kind {
            Kind::Trust if !service.eq_ignore_ascii_case("sts") && service != "*" => Some((
                format!("a role's trust policy has no action {action}"),
                "write sts:AssumeRole or another action of sts",
            )),
            _ => None,
        }
    }

    pub(super) fn resources(
        &mut self,
        node: Option<&Rc<Yaml>>,
        what: &str,
        effect: Effect,
    ) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let found = self.strings(node, what);
        for (resource, at) in &found {
            let free = matches!(self.kind, Kind::Resource | Kind::Endpoint);
            let arn = resource.starts_with("arn:");
            if resource.is_empty() || !(free || arn || resource.chars().all(|c| c == '*')) {
                let help = "write an ARN, which begins with arn:, or \"*\"";
                self.error(&at.span, format!("{what} is neither an ARN nor \"*\""), help);
            } else if resource.split(':').nth(1).is_some_and(|partition| !is_partition(partition))
                && arn
            {
                let help = "write aws, aws-cn, aws-us-gov or *";
                self.error(&at.span, format!("the ARN {resource} has no partition of AWS's"), help);
            } else if arn && resource.split(':').count() < 6 {
                let help = "write arn:partition:service:region:account:resource";
                match self.kind {
                    Kind::Session => {
                        let message = "the ARN has fewer than six fields";
                        self.error(&at.span, message, help);
                    }
                    Kind::Resource | Kind::Trust | Kind::ResourceControl | Kind::Endpoint => {
                        if effect == Effect::Allow {
                            let message = "the ARN has fewer than six fields and matches nothing";
                            self.warning(&at.span, message, help);
                        }
                    }
                    Kind::Identity | Kind::ServiceControl => {
                        let message = "the ARN has fewer than six fields; AWS takes * for the rest";
                        self.warning(&at.span, message, help);
                    }
                }
            }
        }
        found.into_iter().map(|(resource, _)| resource).collect()
    }

    pub(super) fn conditions(&mut self, node: Option<&Rc<Yaml>>) -> Vec<Condition> {
        let Some(node) = node else { return Vec::new() };
        let mut found = Vec::new();
        if !matches!(node.value, YamlValue::Mapping(_)) {
            let help = "write {\"StringEquals\": {\"aws:username\": \"bob\"}}";
            self.error(&node.span, "Condition is no object", help);
        }
        for (operator, keys) in node.entries() {
            let parsed = Operator::parse(&operator.name);
            if parsed.is_none() {
                self.error(
                    &operator.span,
                    format!("there is no condition operator {}", operator.name),
                    "use one such as StringEquals, ArnLike, IpAddress, Bool or Null",
                );
            }
            if !matches!(keys.value, YamlValue::Mapping(_)) {
                let help = "write the keys and values below the operator";
                self.error(&keys.span, format!("{} is no object", operator.name), help);
            }
            for (key, values) in keys.entries() {
                let prefixed = key
                    .name
                    .split_once(':')
                    .is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty());
                if !prefixed {
                    self.error(
                        &key.span,
                        format!("{} is no condition key", key.name),
                        "write it as prefix:name, such as aws:SourceIp",
                    );
                }
                let values = self.values(values);
                found.push(Condition {
                    operator: operator.name.clone(),
                    key: key.name.clone(),
                    values,
                });
            }
        }
        found
    }

    /// Values of a condition: strings, numbers or booleans.
    fn values(&mut self, node: &Rc<Yaml>) -> Vec<String> {
        let single = [node.clone()];
        let items = match &node.value {
            YamlValue::Sequence(items) => items.as_slice(),
            _ => &single,
        };
        let mut found = Vec::new();
        for item in items {
            match &item.value {
                YamlValue::Scalar { text, plain } if !plain || text != "null" => {
                    found.push(text.clone());
                }
                _ => self.error(
                    &item.span,
                    "a condition's value is a string, a number or a boolean",
                    "write it in quotes, or a list of such",
                ),
            }
        }
        found
    }
}

/// Whether a field may be a partition: all begin with `aws`.
fn is_partition(field: &str) -> bool {
    field.starts_with("aws") || field.contains(['*', '?', '$'])
}

/// What is wrong with an action, and what to do.
fn wrong_action(action: &str) -> Option<(String, &'static str)> {
    if matches!(action, "*" | "*:*") {
        return None;
    }
    let Some((service, name)) = action.split_once(':') else {
        return Some((
            format!("the action {action} names no service"),
            "write it as service:Action, or \"*\"",
        ));
    };
    if service.contains(['*', '?']) {
        return Some((
            format!("the service of {action} has a wildcard"),
            "name the service; wildcards stand in the action only",
        ));
    }
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    let fine = plain(service, b"-") && plain(name, b"*?-_");
    (!fine)
        .then(|| (format!("{action} is no action"), "write it as service:Action, without spaces"))
}
