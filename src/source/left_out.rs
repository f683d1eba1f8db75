//! Why an attribute that a source leaves out is not known, where no default of
//! AWS holds for it.

use super::draft::Draft;
use super::node::Node;
use crate::model::Reason;

fn reason(attribute: &str, why: &str) -> Reason {
    let detail = format!("{why}; say {attribute}");
    Reason::Unresolvable { expression: attribute.to_owned(), detail }
}

/// AWS chooses it when the resource is made.
pub fn chosen_by_aws(attribute: &str) -> Reason {
    reason(attribute, "AWS chooses it")
}

/// Whether a database has a public address, AWS decides by whether its VPC has an
/// internet gateway.
pub fn decided_by_the_vpc(attribute: &str) -> Reason {
    reason(attribute, "AWS decides it by the VPC")
}

/// A database that is made out of another has what that one has.
pub fn as_the_source(attribute: &str) -> Reason {
    reason(attribute, "it is as the source's")
}

/// A volume that is made out of a snapshot is encrypted as that is.
pub fn as_the_snapshot(attribute: &str) -> Reason {
    reason(attribute, "it is as the snapshot's")
}

/// Whether an Aurora cluster is encrypted that does not say so.
///
/// Source: Aurora user guide, "Encrypting Amazon Aurora resources".
pub fn aurora_encryption(attribute: &str) -> Reason {
    reason(attribute, "AWS encrypts Aurora clusters made since 2026-02-18")
}

/// Days that a database's backups are kept, as the attribute of that name says:
/// `default` where nothing is said, but what the source had where it is restored.
pub fn retention(
    draft: &mut Draft<'_>,
    (attribute, said): (&str, Option<&Node>),
    default: i64,
    restored: bool,
) -> Option<i64> {
    const PATH: &str = "/backup_retention_period";
    if restored && said.is_none() {
        draft.gap(PATH, as_the_source(attribute));
    }
    draft.integer(PATH, said, (!restored).then_some(default))
}
