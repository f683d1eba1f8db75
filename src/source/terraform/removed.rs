//! What a plan takes away from what is there already: from a snapshot of the
//! account, and from what the state had read of resources beside it.

use serde_json::Value as Json;

use super::plan::{Plan, ResourceChange};
use super::resource::{self, KeyBy};
use crate::model::{Gap, Reason, Resource, ResourceRef, Snapshot};

/// Takes resources that the plan destroys or replaces out of `base`.
pub(super) fn take_out(plan: &Plan, base: &mut Snapshot) {
    if base.model == crate::model::Model::default() {
        return;
    }
    for change in destroyed(plan) {
        let Some((collection, key)) = resource::key_of(&change.kind) else { continue };
        let name = if key == KeyBy::Arn { "arn" } else { "id" };
        let Some(id) = change.change.before.get(name).and_then(Json::as_str) else { continue };
        let mut gone = vec![ResourceRef::new(collection, id)];
        if collection == "vpcs" {
            gone.extend(come_with(base, id));
        }
        for one in gone.iter().filter(|one| base.model.remove(&one.collection, &one.id)) {
            base.gaps.retain(|gap| {
                gap.collection != one.collection || gap.id.as_deref() != Some(&one.id)
            });
            base.origins.retain(|collection, id| collection != one.collection || id != one.id);
            if let Some(spellings) = base.aliases.get_mut(&one.collection) {
                spellings.retain(|_, id| *id != one.id);
            }
        }
    }
}

fn destroyed(plan: &Plan) -> impl Iterator<Item = &ResourceChange> {
    let changes = plan.resource_changes.iter().filter(|change| change.mode != "data");
    changes.filter(|change| change.does("delete") && change.change.before.is_object())
}

/// What AWS destroys with a VPC.
fn come_with(base: &Snapshot, vpc: &str) -> Vec<ResourceRef> {
    let model = &base.model;
    let is_of = |of: &Option<String>| of.as_deref() == Some(vpc);
    let groups = model
        .security_groups
        .values()
        .filter(|group| group.is_default == Some(true) && is_of(&group.vpc_id));
    let acls = model
        .network_acls
        .values()
        .filter(|acl| acl.is_default == Some(true) && is_of(&acl.vpc_id));
    let tables =
        model.route_tables.values().filter(|one| one.main == Some(true) && is_of(&one.vpc_id));
    let groups = groups.map(Resource::reference);
    groups.chain(acls.map(Resource::reference)).chain(tables.map(Resource::reference)).collect()
}

/// Takes what is given up out of the resources that it was added to, which the
/// account or the state still counts it in; where that cannot be told apart, what
/// is left is open.
pub(super) fn take_back(plan: &Plan, snapshot: &mut Snapshot) {
    for change in plan.resource_changes.iter().filter(|change| change.mode != "data") {
        // Those of a VPC's own are left alone, and only no longer looked after.
        let is_kept = change.kind.starts_with("aws_default_");
        let sets_all = resource::sets_all(&change.kind);
        let gives_up = match sets_all {
            // What is set anew stands in the place of what was.
            true => change.does("delete") && !change.does("create"),
            false => change.does("delete") || change.does("update"),
        };
        if is_kept || !gives_up || resource::revoke(change, snapshot) {
            continue;
        }
        for (attribute, collection, paths) in resource::targets(&change.kind) {
            for target in texts(change.change.before.get(attribute)) {
                let Some(resource) = find(snapshot, collection, target) else { continue };
                let is_declared = resource::is_declared(&resource, snapshot);
                let open = paths
                    .iter()
                    .filter(|path| !is_declared || resource::stays_in(collection, path));
                let reason = Reason::KnownAfterApply {
                    expression: Some(format!("what is left without {}", change.address)),
                };
                snapshot.gaps.extend(open.map(|path| Gap {
                    collection: resource.collection.clone(),
                    id: Some(resource.id.clone()),
                    path: (*path).to_owned(),
                    account: None,
                    region: None,
                    reason: reason.clone(),
                }));
            }
        }
    }
}

fn texts(value: Option<&Json>) -> Vec<&str> {
    match value {
        Some(Json::String(text)) if !text.is_empty() => vec![text],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn find(snapshot: &Snapshot, collection: &str, spelling: &str) -> Option<ResourceRef> {
    let known = snapshot.aliases.get(collection).and_then(|spellings| spellings.get(spelling));
    if let Some(id) = known {
        return Some(ResourceRef::new(collection, id));
    }
    snapshot
        .model
        .resources()
        .find(|one| {
            one.collection() == collection
                && (one.id() == spelling
                    || one.arn() == Some(spelling)
                    || one.name() == Some(spelling))
        })
        .map(Resource::reference)
}
