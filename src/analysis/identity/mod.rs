//! What policies grant: of resources to others, of roles to whom trusts them,
//! of principals to themselves.
//!
//! Source: the IAM user guide, "Policy evaluation logic".

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::{Gap, Model, PolicyDocument, Reason, ResourceAccess, ResourceRef, Snapshot};

mod access;
mod broad;
pub mod catalogue;
mod effective;
pub mod escalation;
pub mod evaluate;
mod glob;
mod permissions;
mod principal;
pub mod resource_policies;
mod secrets;
mod statement;
mod strangers;
pub mod subjects;
mod trust;

pub(super) use escalation::Escalations;

/// Derives the facts about policies and writes them into the model. What they
/// rest on and is not known is a gap on the fact.
pub fn derive(snapshot: &mut Snapshot) {
    derive_of_policies(snapshot);
    Escalations::find(snapshot).record(snapshot);
}

/// What each policy and principal says on its own.
pub(super) fn derive_of_policies(snapshot: &mut Snapshot) {
    derive_access(snapshot);
    trust::derive(snapshot);
    permissions::derive(snapshot);
}

/// Whose resource it is, for telling its own account from others.
#[derive(Debug, Clone, Default)]
struct Owner {
    resource: ResourceRef,
    account: Option<String>,
    /// ARNs and keys by which policies name it.
    names: Vec<String>,
}

fn derive_access(snapshot: &mut Snapshot) {
    let mut found: Vec<(Owner, &'static str, Option<PolicyDocument>)> = Vec::new();
    let model = &mut snapshot.model;
    for held in resource_policies::all_held() {
        for id in model.ids(held.collection).into_iter().map(str::to_owned).collect::<Vec<_>>() {
            let resource = ResourceRef::new(held.collection, id);
            // Whom a role lets in is told beside its trust policy.
            if resource_policies::access(model, &resource).is_some() {
                let policy = resource_policies::policy(model, &resource).map(Cow::into_owned);
                found.push((owner(model, resource), held.path, policy));
            }
        }
    }
    for (owner, path, policy) in found {
        let access = match open(snapshot, &owner.resource, path) {
            Some(reason) => {
                gap(snapshot, &owner.resource, "/access", reason);
                // What is known of it stands, as what is not may add to it only.
                policy.map(|policy| access::of(&policy, path, &owner))
            }
            None => {
                let access =
                    policy.map(|policy| access::of(&policy, path, &owner)).unwrap_or_else(closed);
                if let Some(reason) = access::undecided(&access) {
                    for fact in ["foreign_grants", "others_may_write", "write_grants"] {
                        let path = format!("/access/{fact}");
                        gap(snapshot, &owner.resource, &path, reason.clone());
                    }
                }
                Some(access)
            }
        };
        if let Some(field) = resource_policies::access(&mut snapshot.model, &owner.resource) {
            *field = access;
        }
    }
}

fn owner(model: &Model, resource: ResourceRef) -> Owner {
    let found = model.get(&resource);
    let mut names = Vec::new();
    // Of buckets alone, whether all that is in it is meant counts.
    if let Some(bucket) = found.filter(|_| resource.collection == "s3_buckets") {
        names.push(format!("ref:s3_buckets/{}", resource.id));
        names.extend(bucket.arn().map(str::to_owned));
        names.extend(bucket.name().map(|name| format!("arn:aws:s3:::{name}")));
    }
    Owner { account: found.and_then(|one| one.account().map(str::to_owned)), resource, names }
}

/// The access that no policy gives.
fn closed() -> ResourceAccess {
    ResourceAccess {
        public: Some(false),
        others_may_write: Some(false),
        denies_insecure_transport: Some(false),
        ..ResourceAccess::default()
    }
}

/// Why something at `path` of a resource is not known.
fn open(snapshot: &Snapshot, resource: &ResourceRef, path: &str) -> Option<Reason> {
    let is_open = |gap: &&Gap| !gap.path.is_empty() && gap.touches(path);
    let ResourceRef { collection, id } = resource;
    snapshot
        .gaps_of(collection, None)
        .chain(snapshot.gaps_of(collection, Some(id)))
        .find(is_open)
        .map(|gap| gap.reason.clone())
}

/// Records that a derived attribute is not known.
fn gap(snapshot: &mut Snapshot, resource: &ResourceRef, path: &str, reason: Reason) {
    let (account, region) = snapshot
        .model
        .get(resource)
        .map(|found| (found.account().map(str::to_owned), found.region().map(str::to_owned)))
        .unwrap_or_default();
    snapshot.gaps.insert(Gap {
        collection: resource.collection.clone(),
        id: Some(resource.id.clone()),
        path: path.to_owned(),
        account,
        region,
        reason,
    });
}

/// Documents by the path at which they stand, of one principal.
type Documents<'m> = BTreeMap<(ResourceRef, String), &'m PolicyDocument>;
