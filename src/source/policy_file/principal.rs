//! Principals.

use std::rc::Rc;

use super::{Reader, Yaml, YamlValue};
use crate::model::Principal;

const KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

impl Reader {
    pub(super) fn principals(&mut self, node: Option<&Rc<Yaml>>) -> Vec<Principal> {
        let Some(node) = node else { return Vec::new() };
        let mut found = Vec::new();
        match &node.value {
            YamlValue::Scalar { text, plain: false } if text == "*" => {
                found.push(Principal { kind: "*".to_owned(), value: "*".to_owned() });
            }
            YamlValue::Mapping(entries) if !entries.is_empty() => {
                for (kind, values) in entries {
                    if !KINDS.contains(&kind.name.as_str()) {
                        let message = format!("there is no kind of principal {}", kind.name);
                        self.error(
                            &kind.span,
                            message,
                            "write AWS, Service, Federated or CanonicalUser",
                        );
                        continue;
                    }
                    for (value, at) in self.strings(values, "Principal") {
                        if let Some((message, help)) = wrong(&kind.name, &value) {
                            self.error(&at.span, message, help);
                        }
                        found.push(Principal { kind: kind.name.clone(), value });
                    }
                }
            }
            _ => self.error(
                &node.span,
                "Principal is neither \"*\" nor an object",
                "write {\"AWS\": \"arn:aws:iam::111122223333:role/app\"}",
            ),
        }
        found
    }
}

/// What is wrong with a principal, and what to do.
fn wrong(kind: &str, value: &str) -> Option<(String, &'static str)> {
    match kind {
        _ if value.is_empty() => Some(("the principal is empty".to_owned(), "name one")),
        "AWS" if value == "*" => None,
        _ if value.contains(['*', '?']) && !(kind == "Service" && value == "*") => Some((
            format!("the principal {value} has a wildcard in it"),
            "name the principal in full, or everyone by \"*\" with a Condition on aws:PrincipalArn",
        )),
        "AWS" if value.starts_with("arn:") && value.contains(":group/") => Some((
            format!("{value} is a group, which is no principal"),
            "name the users, or a role that they assume",
        )),
        "AWS" => {
            let account = value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit());
            let arn = value.starts_with("arn:") && value.split(':').count() >= 6;
            // The unique id of a principal, which stays after it is deleted.
            let id = value.len() >= 16
                && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            (!(account || arn || id)).then(|| {
                (format!("{value} is no principal"), "write an ARN, or an account's twelve digits")
            })
        }
        "Service" => (!value.contains('.')).then(|| {
            (format!("{value} is no service principal"), "write it as service.amazonaws.com")
        }),
        _ => None,
    }
}
