//! Turns references of every spelling into keys of the model.

mod complete;
mod compute;
mod data;
mod identity;
mod inherit;
mod linker;
mod network;
mod spellings;

use std::collections::BTreeSet;

use super::{Collected, Origin, Resource, ResourceRef, Snapshot};
use linker::{Linker, is_of_reference, unlisted};
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
    let said_before = snapshot.gaps.iter().any(|gap| is_of_reference(&gap.reason));
    let model = &mut snapshot.model;
    let mut linker = Linker {
        spellings: &spellings,
        unlisted: &unlisted,
        gaps: &mut snapshot.gaps,
        said_before,
    };
    network::network(&mut linker, model, &declared_groups);
    network::gateways(&mut linker, model);
    compute::compute(&mut linker, model);
    data::data(&mut linker, model);
    network::load_balancing(&mut linker, model);
    network::service_entries(&mut linker, model);
    identity::identity(&mut linker, model);
    identity::logging(&mut linker, model);
    complete::complete(model);
    inherit::inherit(snapshot);
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
    let mut found = candidates(snapshot, T::COLLECTION, spelling);
    let only = found.pop()?;
    found.is_empty().then_some(only)
}

/// The keys that `spelling` may mean in a collection that is still being
/// filled: several where several things are called so.
pub fn candidates(snapshot: &Snapshot, collection: &str, spelling: &str) -> Vec<String> {
    let name_of = |id: &str| snapshot.model.find(collection, id).and_then(Resource::name);
    if snapshot.model.find(collection, spelling).is_some() {
        return vec![spelling.to_owned()];
    }
    let alias = snapshot.aliases.get(collection).and_then(|known| known.get(spelling));
    // What is no name is nobody else's.
    if let Some(id) = alias.filter(|id| name_of(id) != Some(spelling)) {
        return vec![id.clone()];
    }
    let ids = snapshot.model.ids(collection).into_iter();
    ids.filter(|id| name_of(id) == Some(spelling)).map(str::to_owned).collect()
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
            snapshot.model.rds_instances.get("db").unwrap().security_group_ids,
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
    fn a_name_that_two_share_stays_as_it_is_and_tells_of_both() {
        let mut snapshot = Snapshot::default();
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids = vec!["data".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        let reason = |snapshot: &Snapshot| {
            let all: Vec<String> = snapshot.gaps.iter().map(|gap| gap.reason.to_string()).collect();
            all.join("\n")
        };
        assert_eq!(reason(&snapshot), "data is not declared in what was given");
        for id in ["sg-1", "sg-2"] {
            snapshot.model.insert(SecurityGroup::new(identity(id, "data")));
        }
        link(&mut snapshot);
        assert_eq!(snapshot.model.rds_instances.get("db").unwrap().security_group_ids, ["data"]);
        assert_eq!(
            reason(&snapshot),
            "data is declared more than once, by sg-1 and sg-2; scan what is deployed apart by itself"
        );
        for id in ["sg-3", "sg-4", "sg-5", "sg-6"] {
            snapshot.model.insert(SecurityGroup::new(identity(id, "data")));
        }
        link(&mut snapshot);
        let told = "data is declared more than once, by sg-1, sg-2, sg-3, sg-4 and others";
        assert!(reason(&snapshot).starts_with(told), "{}", reason(&snapshot));
        snapshot.model.security_groups.retain(|id, _| id == "sg-1");
        link(&mut snapshot);
        assert_eq!(snapshot.model.rds_instances.get("db").unwrap().security_group_ids, ["sg-1"]);
        assert_eq!(reason(&snapshot), "");
    }
}
