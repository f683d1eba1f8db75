//! Strings and actions.
//!
//! Sources: the IAM user guide, "IAM JSON policy elements: Action" and "Grammar
//! of the IAM JSON policy language". Whether there is such an action is not
//! asked: AWS takes policies with actions that there are not.

use std::rc::Rc;

use super::{Kind, Reader, Yaml, YamlValue};

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
