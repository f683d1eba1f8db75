//! Conditions.
//!
//! Sources: the IAM user guide, "IAM JSON policy elements: Condition operators"
//! and "IAM policy validation check reference". Of the forms of values, that of
//! address ranges alone is an error there; the others are general warnings.

use std::rc::Rc;

use super::{Reader, Yaml, YamlValue};
use crate::model::Condition;
use crate::model::condition_operator::{Comparison, Operator};
use crate::model::condition_value::is_well_formed;

/// Keys that are about one tag and go on to name it.
const KEYS_OF_TAGS: &[&str] = &["aws:principaltag", "aws:requesttag", "aws:resourcetag"];

impl Reader {
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
            self.keys(keys);
            for (key, values) in keys.entries() {
                let values = self.values(values, &operator.name, parsed);
                found.push(Condition {
                    operator: operator.name.clone(),
                    key: key.name.clone(),
                    values,
                });
            }
        }
        found
    }

    /// The keys below one operator.
    fn keys(&mut self, keys: &Yaml) {
        for (index, (key, _)) in keys.entries().iter().enumerate() {
            let name = key.name.as_str();
            let prefixed = name
                .split_once(':')
                .is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty());
            if !prefixed {
                self.error(
                    &key.span,
                    format!("{name} is no condition key"),
                    "write it as prefix:name, such as aws:SourceIp",
                );
            }
            let of_tag = name.strip_suffix('/').unwrap_or(name);
            if KEYS_OF_TAGS.iter().any(|known| known.eq_ignore_ascii_case(of_tag)) {
                self.error(
                    &key.span,
                    format!("the condition key {name} names no tag"),
                    "write the tag after a slash, such as aws:PrincipalTag/team",
                );
            }
            let mut before = keys.entries().iter().take(index);
            let same = |first: &str| first != name && first.eq_ignore_ascii_case(name);
            if let Some((first, _)) = before.find(|(first, _)| same(&first.name)) {
                self.error(
                    &key.span,
                    format!("{name} is the condition key {} in other capitals", first.name),
                    "write its values in one list",
                );
            }
        }
    }

    /// Values of a condition: strings, numbers or booleans.
    fn values(&mut self, node: &Rc<Yaml>, name: &str, operator: Option<Operator>) -> Vec<String> {
        let single = [node.clone()];
        let items = match &node.value {
            YamlValue::Sequence(items) => items.as_slice(),
            _ => &single,
        };
        let mut found = Vec::new();
        let mut first = None;
        for item in items {
            let Some((text, kind)) = scalar(item) else {
                self.error(
                    &item.span,
                    "a condition's value is a string, a number or a boolean",
                    "write it in quotes, or a list of such",
                );
                continue;
            };
            if *first.get_or_insert(kind) != kind {
                self.error(
                    &item.span,
                    "the values of one condition key are of different types",
                    "write all of them in quotes",
                );
            }
            if let Some(operator) = operator {
                self.value(text, item, name, operator);
            }
            found.push(text.to_owned());
        }
        found
    }

    fn value(&mut self, text: &str, at: &Yaml, name: &str, operator: Operator) {
        if operator.takes_variables() {
            self.variables_in(text, at);
        } else if self.has_variables && text.contains("${") {
            return self.error(
                &at.span,
                format!("{name} takes no policy variables"),
                "write the value itself; variables stand in operators on strings and ARNs",
            );
        }
        if is_well_formed(operator.comparison, text) {
            return;
        }
        if operator.comparison == Comparison::IpAddress {
            return self.error(
                &at.span,
                format!("{text} is no address range"),
                "write it as 203.0.113.0/24 or 2001:db8::/32",
            );
        }
        self.warning(
            &at.span,
            format!("{text} is no value that {name} compares; nothing matches it"),
            form(operator.comparison),
        );
    }
}

/// What a value is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Boolean,
}

fn scalar(item: &Yaml) -> Option<(&str, Type)> {
    let YamlValue::Scalar { text, plain } = &item.value else { return None };
    match (plain, text.as_str()) {
        (false, _) => Some((text, Type::Text)),
        (true, "null") => None,
        (true, "true" | "false") => Some((text, Type::Boolean)),
        (true, _) => Some((text, Type::Number)),
    }
}

/// What the values of a comparison look like.
fn form(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Numeric(_) => "write a number",
        Comparison::Date(_) => "write a date such as 2026-01-31T00:00:00Z",
        Comparison::Bool | Comparison::Null => "write true or false",
        Comparison::Binary => "write the value in base64",
        Comparison::Arn => "write arn:partition:service:region:account:resource",
        Comparison::IpAddress
        | Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::StringLike => "write another value",
    }
}
