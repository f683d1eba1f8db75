//! Principals.
//!
//! Sources: the IAM user guide, "AWS JSON policy elements: Principal" and
//! "NotPrincipal", and "IAM policy validation check reference" (invalid
//! principal, unsupported wildcard, federated principal not supported, invalid
//! service principal format; of trust policies: unsupported wildcard, invalid
//! federated principal syntax).

use std::rc::Rc;

use super::{Kind, PRINCIPALS, Reader, Yaml, YamlValue};
use crate::model::Principal;

/// What is wrong, and what to do.
type Wrong = (String, &'static str);

impl Reader {
    pub(super) fn principals(&mut self, node: Option<&Rc<Yaml>>) -> Vec<Principal> {
        let Some(node) = node else { return Vec::new() };
        let mut found = Vec::new();
        match &node.value {
            YamlValue::Scalar { text, plain: false } if text == "*" => {
                if self.kind == Kind::Trust {
                    self.error(
                        &node.span,
                        "a role's trust policy has no Principal \"*\"",
                        "name who may assume the role, or write {\"AWS\": \"*\"} and a Condition",
                    );
                }
                found.push(Principal { kind: "*".to_owned(), value: "*".to_owned() });
            }
            YamlValue::Mapping(entries) if !entries.is_empty() => {
                for (kind, values) in entries {
                    if !PRINCIPALS.contains(&kind.name.as_str()) {
                        let message = format!("there is no kind of principal {}", kind.name);
                        self.error(
                            &kind.span,
                            message,
                            "write AWS, Service, Federated or CanonicalUser",
                        );
                        continue;
                    }
                    let federated = kind.name == "Federated";
                    if federated && matches!(self.kind, Kind::Resource | Kind::Endpoint) {
                        self.error(
                            &kind.span,
                            format!("{} has no federated principal", self.kind.words()),
                            "name the role that the federated principals assume",
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

fn wrong(kind: &str, value: &str) -> Option<Wrong> {
    match kind {
        _ if value.is_empty() => Some(("the principal is empty".to_owned(), "name one")),
        "AWS" if value == "*" => None,
        _ if value.contains("${") => Some((
            format!("the principal {value} has a policy variable in it"),
            "name the principal in full; variables stand in Resource and Condition only",
        )),
        _ if value.contains(['*', '?']) && !(kind == "Service" && value == "*") => Some((
            format!("the principal {value} has a wildcard in it"),
            "name the principal in full, or everyone by \"*\" with a Condition on aws:PrincipalArn",
        )),
        "AWS" => wrong_identity(value),
        "Service" => wrong_service(value),
        "Federated" => wrong_provider(value),
        _ => None,
    }
}

/// An account, or a principal of IAM or STS by its ARN.
fn wrong_identity(value: &str) -> Option<Wrong> {
    if let Some(arn) = Arn::read(value) {
        if arn.service == "iam" && arn.resource.starts_with("group/") {
            return Some((
                format!("{value} is a group, which is no principal"),
                "name the users, or a role that they assume",
            ));
        }
        let known: &[&str] = match arn.service {
            "iam" => &["user/", "role/"],
            "sts" => &["assumed-role/", "federated-user/"],
            _ => &[],
        };
        let account = arn.service == "iam" && arn.resource == "root";
        let named = known.iter().any(|kind| arn.resource.starts_with(kind));
        return (!(account || named)).then(|| {
            let help = "write the ARN of an account's root, a user, a role or a session";
            (format!("{value} is the ARN of no principal"), help)
        });
    }
    let account = value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit());
    // The unique id of a principal, which stays after it is deleted.
    let id =
        value.len() >= 16 && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (!(account || id)).then(|| {
        (format!("{value} is no principal"), "write an ARN, or an account's twelve digits")
    })
}

fn wrong_service(value: &str) -> Option<Wrong> {
    let help = "write it as service.amazonaws.com, in small letters";
    let fine = value.contains('.') && !value.bytes().any(|byte| byte.is_ascii_uppercase());
    (!fine).then(|| (format!("{value} is no service principal"), help))
}

/// An identity provider: a domain name, or the ARN of one of SAML or `OpenID`
/// Connect.
fn wrong_provider(value: &str) -> Option<Wrong> {
    let fine = match Arn::read(value) {
        Some(arn) => {
            let kinds = ["saml-provider/", "oidc-provider/"];
            arn.service == "iam" && kinds.iter().any(|kind| arn.resource.starts_with(kind))
        }
        None => {
            let domain = value.split('/').next().unwrap_or_default();
            domain.contains('.')
                && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        }
    };
    (!fine).then(|| {
        (
            format!("{value} is no identity provider"),
            "write its domain name, or arn:aws:iam::111122223333:saml-provider/name",
        )
    })
}

/// The parts of an ARN that tell what it is of.
struct Arn<'a> {
    service: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut fields = text.strip_prefix("arn:")?.splitn(5, ':').skip(1);
        Some(Self { service: fields.next()?, resource: fields.nth(2)? })
    }
}
