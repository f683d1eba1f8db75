//! What is not known, and why.

use serde::{Deserialize, Serialize};

/// Something of the model that is not known.
///
/// With an `id` it is an attribute of one resource (or, with an empty `path`,
/// whether that resource exists at all). Without one it is the whole
/// collection in an account and region: members may be missing, and with a
/// `path` that attribute is missing of every member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The collection, such as `rds_instances`.
    pub collection: String,
    /// The resource's key; null for the whole collection.
    pub id: Option<String>,
    /// JSON pointer (RFC 6901) of the attribute; empty for the resource or
    /// collection itself. A gap covers what lies below its path. One that ends
    /// in `/-`, the item after the last, is that a list may have more items: it
    /// leaves open the list, and none of the items that are there.
    pub path: String,
    /// The account it is about, where known.
    pub account: Option<String>,
    /// The region it is about; null for a global service or every region.
    pub region: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    /// Terraform or CloudFormation computes it when it is applied.
    KnownAfterApply {
        /// The expression, where at hand.
        expression: Option<String>,
    },
    /// A parameter or variable has no value.
    UnresolvedParameter {
        /// Its name.
        name: String,
    },
    /// A value exported by a stack that was not given.
    UnresolvedImport {
        /// The export's name.
        name: String,
    },
    /// A reference to something that the given files do not declare.
    UnresolvedReference {
        /// What it refers to.
        target: String,
    },
    /// A reference by a name that several of the given things have.
    AmbiguousReference {
        /// The name.
        target: String,
        /// Keys of some that have it, in order.
        candidates: Vec<String>,
    },
    /// An expression that cannot be evaluated without deploying.
    Unresolvable {
        /// The expression or function, such as `Fn::GetAtt Db.Endpoint.Port`.
        expression: String,
        /// Why not.
        detail: String,
    },
    /// A value that has the wrong form.
    Malformed {
        /// What was expected and what was found, without the value.
        detail: String,
    },
    /// A plan marks the value sensitive, or a template hides it: a `NoEcho`
    /// parameter, a secret that is looked up when the stack is deployed.
    Sensitive,
    /// The caller may not make the call.
    Denied {
        /// The operation, such as `rds:DescribeDBInstances`.
        operation: String,
        /// The IAM permission that allows it.
        permission: String,
    },
    /// The call was throttled until its attempts ran out.
    Throttled {
        /// The operation.
        operation: String,
        /// The IAM permission that the call needs.
        permission: String,
    },
    /// The call failed for another reason.
    Failed {
        /// The operation.
        operation: String,
        /// The IAM permission that the call needs.
        permission: String,
        /// The service's error code and message.
        detail: String,
    },
    /// Of saved answers of the AWS API, this one was not given, or not all of it.
    NotGiven {
        /// The operation, such as `ec2:DescribeVpcs`.
        operation: String,
        /// What is missing, with the command that prints it.
        detail: String,
    },
    /// Templates show only what they declare; the account may hold more.
    PartialView {
        /// What may be declared elsewhere.
        what: String,
    },
    /// The source cannot carry this fact.
    NotInSource {
        /// Which source, such as `a CloudFormation template`.
        source: String,
    },
    /// A limit of the program was reached.
    Limit {
        /// Which.
        detail: String,
    },
}

impl Reason {
    /// Whether an answer of the AWS API is missing, in which it would stand: the
    /// call failed, or its answer was not given.
    pub fn is_unanswered(&self) -> bool {
        matches!(
            self,
            Self::Denied { .. }
                | Self::Throttled { .. }
                | Self::Failed { .. }
                | Self::NotGiven { .. }
        )
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::KnownAfterApply { expression: Some(expression) } => {
                write!(f, "known only after apply ({expression})")
            }
            Self::KnownAfterApply { expression: None } => write!(f, "known only after apply"),
            Self::UnresolvedParameter { name } => {
                write!(f, "parameter {name} has no value; give one with --parameter {name}=VALUE")
            }
            Self::UnresolvedImport { name } => write!(
                f,
                "import {name} is exported by no stack that was given; scan that stack's template too"
            ),
            Self::UnresolvedReference { target } => {
                write!(f, "{target} is not declared in what was given")
            }
            Self::AmbiguousReference { target, candidates } => {
                let all = Alternatives(candidates);
                write!(
                    f,
                    "{target} is declared more than once, by {all}; scan what is deployed apart by itself"
                )
            }
            Self::Unresolvable { expression, detail } => {
                write!(f, "{expression} cannot be evaluated before deployment: {detail}")
            }
            Self::Malformed { detail } => write!(f, "malformed: {detail}"),
            Self::Sensitive => write!(f, "its value is secret, and is not read"),
            Self::Denied { operation, permission } => {
                write!(f, "{operation} was denied; allow {permission}")
            }
            Self::Throttled { operation, permission } => write!(
                f,
                "{operation} was throttled until its attempts ran out (permission {permission}); try again or lower --max-rps"
            ),
            Self::Failed { operation, permission, detail } => {
                write!(f, "{operation} failed (permission {permission}): {detail}")
            }
            Self::NotGiven { detail, .. } => write!(f, "{detail}"),
            Self::PartialView { what } => {
                write!(f, "templates show only part of an account, which may have another {what}")
            }
            Self::NotInSource { source } => write!(f, "{source} does not carry this fact"),
            Self::Limit { detail } => write!(f, "limit reached: {detail}"),
        }
    }
}

/// So many things of a name are told.
const MOST_ALTERNATIVES: usize = 4;

/// Names in a row, the first few.
struct Alternatives<'a>(&'a [String]);

impl std::fmt::Display for Alternatives<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (shown, more) = self.0.split_at(self.0.len().min(MOST_ALTERNATIVES));
        match (shown, more) {
            ([first @ .., last], []) if !first.is_empty() => {
                write!(f, "{} and {last}", first.join(", "))
            }
            (_, []) => write!(f, "{}", shown.join(", ")),
            _ => write!(f, "{} and others", shown.join(", ")),
        }
    }
}

impl Gap {
    /// Whether the gap leaves open what stands at `path` of its resource: it
    /// covers the path, or lies below it.
    pub fn touches(&self, path: &str) -> bool {
        covers(&self.path, path) || covers(path, &self.path)
    }
}

/// Whether JSON pointer `outer` is `inner` or one of its ancestors; further items
/// of a list count for the list.
pub fn covers(outer: &str, inner: &str) -> bool {
    let is_above = |outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_above(outer) || outer.strip_suffix(MORE) == Some(inner)
}

/// The path of a subnet's gap where a route table is associated with it that was
/// not given.
pub const ROUTE_TABLE_ASSOCIATION: &str = "/route_table_association";

/// The path of a subnet's gap where a network ACL is associated with it that was
/// not given.
pub const NETWORK_ACL_ASSOCIATION: &str = "/network_acl_association";

/// What the path of a gap ends in that leaves open which further items a list
/// has.
pub const MORE: &str = "/-";

/// The path of a gap that leaves open which further items the list at `path`
/// has; those that are there are known.
pub fn more(path: &str) -> String {
    format!("{path}{MORE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_items_leave_the_list_open_and_not_its_items() {
        let gap = |path: &str| Gap {
            collection: "security_groups".to_owned(),
            id: None,
            path: path.to_owned(),
            account: None,
            region: None,
            reason: Reason::Sensitive,
        };
        let more = gap(&more("/ingress"));
        assert!(more.touches("/ingress") && more.touches(""));
        assert!(!more.touches("/ingress/0") && !more.touches("/egress"));
        assert!(gap("/ingress").touches("/ingress/0") && gap("/ingress/0").touches("/ingress"));
    }
}
