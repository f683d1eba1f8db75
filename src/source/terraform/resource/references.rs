//! References to security groups by resources that the model has no place for.

use super::{Declared, entry};
use crate::model::{Gap, SecurityGroup, Snapshot, link};
use crate::source::node::{Node, Value};

/// Notes on each security group that a resource of another type refers to it.
pub(in super::super) fn note(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    if entry(declared.instance.kind).is_some() {
        return;
    }
    let mut found = Found::default();
    found.search(&declared.values, false);
    for group in found.groups {
        let Some(id) = link::lookup::<SecurityGroup>(snapshot, &group) else { continue };
        if let Some(group) = snapshot.model.security_groups.get_mut(&id) {
            group.referenced_by.push(declared.address.clone());
            group.referenced_by.sort();
            group.referenced_by.dedup();
        }
    }
    snapshot.gaps.extend(found.open.into_iter().map(|reason| Gap {
        collection: "security_groups".to_owned(),
        id: None,
        path: "/referenced_by".to_owned(),
        account: declared.deployment.account.clone(),
        region: declared.deployment.region.clone(),
        reason,
    }));
}

#[derive(Default)]
struct Found {
    /// How the groups are spelled.
    groups: Vec<String>,
    /// Why further ones are not known.
    open: Vec<crate::model::Reason>,
}

impl Found {
    /// Searches a value; `named` where an attribute above it is one of security
    /// groups.
    fn search(&mut self, node: &Node, named: bool) {
        match &node.value {
            Value::Reference(to) if to.attribute != "vpc_id" => self.groups.push(to.id.clone()),
            Value::Text(text) if text.starts_with("sg-") => self.groups.push(text.clone()),
            Value::Unknown(reason) if named && !node.is_computed() => {
                self.open.push(reason.clone());
            }
            Value::List(items) | Value::Joined(items) => {
                items.iter().for_each(|item| self.search(item, named));
            }
            Value::Map(entries) => entries.iter().for_each(|(name, entry)| {
                self.search(entry, named || name.contains("security_group"));
            }),
            _ => {}
        }
    }
}
