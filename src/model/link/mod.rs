//! Turns references of every spelling into keys of the model.

mod complete;
mod compute;
mod data;
mod identity;
mod linker;
mod network;
mod spellings;

use std::collections::BTreeSet;

use super::{Collected, Origin, ResourceRef, Snapshot};
use linker::{Linker, unlisted};
use spellings::Spellings;

const GROUPS: &[&str] = &["security_groups"];
const SUBNETS: &[&str] = &["subnets"];
const VPCS: &[&str] = &["vpcs"];
const ROLES: &[&str] = &["iam_roles"];
const POLICIES: &[&str] = &["iam_policies"];
const KEYS: &[&str] = &["kms_keys"];

/// Replaces each reference that is written as an ARN, a name or another
/// spelling by the key of the resource it names, where that is in the model.
/// Running it again changes nothing.
pub fn link(snapshot: &mut Snapshot) {
    let spellings = Spellings::of(snapshot);
    let unlisted = unlisted(&snapshot.gaps);
    let declared_groups = declared_groups(snapshot);
    let model = &mut snapshot.model;
    let mut linker =
        Linker { spellings: &spellings, unlisted: &unlisted, gaps: &mut snapshot.gaps };
    network::network(&mut linker, model, &declared_groups);
    network::gateways(&mut linker, model);
    compute::compute(&mut linker, model);
    data::data(&mut linker, model);
    network::load_balancing(&mut linker, model);
    network::service_entries(&mut linker, model);
    identity::identity(&mut linker, model);
    identity::logging(&mut linker, model);
    complete::complete(model);
}

/// Security groups that templates and plans declare.
fn declared_groups(snapshot: &Snapshot) -> BTreeSet<String> {
    let groups = snapshot.model.security_groups.keys();
    let is_declared = |id: &&String| {
        let origin = snapshot.origins.get(&ResourceRef::new("security_groups", *id));
        matches!(origin.map(|found| &found.resource), Some(Origin::File { .. }))
    };
    groups.filter(is_declared).cloned().collect()
}

/// The key that `spelling` means in `collection`: a key, ARN, name or alias;
/// `None` where nothing or more than one thing is called so.
pub fn find(snapshot: &Snapshot, collection: &str, spelling: &str) -> Option<String> {
    let spellings = Spellings::of(snapshot);
    spellings.resolve(collection, spelling).map(str::to_owned)
}

/// As [`find`], for one look at a collection that is still being filled.
pub fn lookup<T: Collected>(snapshot: &Snapshot, spelling: &str) -> Option<String> {
    let collection = T::of(&snapshot.model);
    if collection.contains_key(spelling) {
        return Some(spelling.to_owned());
    }
    if let Some(id) = snapshot.aliases.get(T::COLLECTION).and_then(|known| known.get(spelling)) {
        return Some(id.clone());
    }
    let mut named = collection.values().filter(|resource| resource.name() == Some(spelling));
    let found = named.next()?.id().to_owned();
    named.next().is_none().then_some(found)
}

/// Every resource that `spelling` may mean: by key, ARN, name or alias, in any
/// collection, in the order of the collections.
pub fn find_any(snapshot: &Snapshot, spelling: &str) -> Vec<ResourceRef> {
    let mut found = Vec::new();
    for resource in snapshot.model.resources() {
        let named = resource.id() == spelling
            || resource.arn() == Some(spelling)
            || resource.name() == Some(spelling)
            || snapshot
                .aliases
                .get(resource.collection())
                .and_then(|aliases| aliases.get(spelling))
                .is_some_and(|id| id == resource.id());
        if named {
            found.push(resource.reference());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, RdsInstance, SecurityGroup};

    fn identity(id: &str, name: &str) -> Identity {
        Identity { id: id.to_owned(), name: Some(name.to_owned()), ..Identity::default() }
    }

    #[test]
    fn names_and_aliases_become_keys() {
        let mut snapshot = Snapshot::default();
        let group = snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        snapshot.alias(&group, "aws_security_group.data");
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids =
            vec!["data".into(), "aws_security_group.data".into(), "sg-foreign".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(
            snapshot.model.rds_instances["db"].security_group_ids,
            ["sg-1", "sg-1", "sg-foreign"]
        );
    }

    #[test]
    fn a_reference_to_nothing_known_is_a_gap_until_it_is_known() {
        let mut snapshot = Snapshot::default();
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids = vec!["sg-1".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(
            snapshot.gaps.iter().map(|gap| gap.path.as_str()).collect::<Vec<_>>(),
            ["/security_group_ids/0"]
        );
        snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        link(&mut snapshot);
        assert!(snapshot.gaps.is_empty());
    }

    #[test]
    fn a_name_that_two_share_stays_as_it_is() {
        let mut snapshot = Snapshot::default();
        snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        snapshot.model.insert(SecurityGroup::new(identity("sg-2", "data")));
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids = vec!["data".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(snapshot.model.rds_instances["db"].security_group_ids, ["data"]);
    }
}
