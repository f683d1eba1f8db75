//! What policies grant: of resources to others, of roles to whom trusts them,
//! of principals to themselves.
//!
//! Source: the IAM user guide, "Policy evaluation logic".

use std::collections::BTreeMap;

use crate::model::{Gap, PolicyDocument, Reason, ResourceAccess, ResourceRef, Snapshot};

mod access;
mod broad;
pub mod catalogue;
mod effective;
pub mod escalation;
pub mod evaluate;
mod glob;
mod permissions;
mod principal;
mod secrets;
mod statement;
mod strangers;
pub mod subjects;
mod trust;

/// Derives the facts about policies and writes them into the model. What they
/// rest on and is not known is a gap on the fact.
pub fn derive(snapshot: &mut Snapshot) {
    derive_access(snapshot);
    trust::derive(snapshot);
    permissions::derive(snapshot);
    escalation::derive(snapshot);
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
    let model = &snapshot.model;
    for (id, bucket) in &model.s3_buckets {
        let mut names = vec![format!("ref:s3_buckets/{id}")];
        names.extend(bucket.arn.clone());
        names.extend(bucket.name.as_ref().map(|name| format!("arn:aws:s3:::{name}")));
        let owner = owner("s3_buckets", id, bucket.account.clone(), names);
        found.push((owner, "/policy", bucket.policy.clone()));
    }
    for (id, key) in &model.kms_keys {
        found.push((
            owner("kms_keys", id, key.account.clone(), Vec::new()),
            "/policy",
            key.policy.clone(),
        ));
    }
    for (id, secret) in &model.secrets {
        let owner = owner("secrets", id, secret.account.clone(), Vec::new());
        found.push((owner, "/policy", secret.policy.clone()));
    }
    for (id, domain) in &model.opensearch_domains {
        let owner = owner("opensearch_domains", id, domain.account.clone(), Vec::new());
        found.push((owner, "/access_policy", domain.access_policy.clone()));
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
        let model = &mut snapshot.model;
        let id = owner.resource.id.as_str();
        let field = match owner.resource.collection.as_str() {
            "s3_buckets" => model.s3_buckets.get_mut(id).map(|found| &mut found.access),
            "kms_keys" => model.kms_keys.get_mut(id).map(|found| &mut found.access),
            "secrets" => model.secrets.get_mut(id).map(|found| &mut found.access),
            _ => model.opensearch_domains.get_mut(id).map(|found| &mut found.access),
        };
        if let Some(field) = field {
            *field = access;
        }
    }
}

fn owner(collection: &str, id: &str, account: Option<String>, names: Vec<String>) -> Owner {
    Owner { resource: ResourceRef::new(collection, id), account, names }
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
