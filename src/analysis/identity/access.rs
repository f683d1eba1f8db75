//! Whom a resource policy lets in.

use crate::model::{
    AccessGrant, Effect, PolicyDocument, Reason, ResourceAccess, Statement, StatementRef,
};

use super::principal::{self, Who};
use super::{Owner, glob, statement};

/// What the policy that stands at `path` of the owner's resource amounts to.
pub(super) fn of(policy: &PolicyDocument, path: &str, owner: &Owner) -> ResourceAccess {
    let mut access = super::closed();
    let account = owner.account.as_deref();
    for (index, found) in policy.statements.iter().enumerate() {
        let place = StatementRef {
            collection: owner.resource.collection.clone(),
            id: owner.resource.id.clone(),
            path: format!("{path}/statements/{index}"),
        };
        match found.effect {
            Effect::Allow => allow(found, &place, account, &mut access),
            Effect::Deny => {
                if denies_plain_transport(found, owner) {
                    access.denies_insecure_transport = Some(true);
                }
            }
        }
    }
    access
}

fn allow(
    found: &Statement,
    place: &StatementRef,
    account: Option<&str>,
    access: &mut ResourceAccess,
) {
    let restricted = statement::restricts(&found.conditions);
    for who in principal::of(found, account) {
        let grant = |kind: &str, principal: &str| AccessGrant {
            statement: place.clone(),
            kind: kind.to_owned(),
            principal: principal.to_owned(),
            actions: if found.actions.is_empty() {
                found.not_actions.iter().map(|action| format!("all but {action}")).collect()
            } else {
                found.actions.clone()
            },
            restricted: Some(restricted),
        };
        let grant = match &who {
            Who::Everyone if !restricted => {
                let grant = grant("everyone", "*");
                access.public = Some(true);
                access.public_grants.push(grant.clone());
                grant
            }
            Who::Account(id) => {
                let grant = grant("account", id);
                access.foreign_grants.push(grant.clone());
                grant
            }
            Who::Unclear(id) => {
                let mut grant = grant("account", id);
                grant.restricted = None;
                access.foreign_grants.push(grant.clone());
                grant
            }
            Who::Everyone | Who::Service(_) | Who::Own | Who::Federated(_) => continue,
        };
        if statement::may_write(found) {
            access.others_may_write = Some(true);
            access.write_grants.push(grant);
        }
    }
}

/// Why the access cannot be told in full: an account that may be the owner's.
pub(super) fn undecided(access: &ResourceAccess) -> Option<Reason> {
    let unclear = access.foreign_grants.iter().find(|grant| grant.restricted.is_none())?;
    Some(Reason::UnresolvedParameter {
        name: format!("AWS::AccountId, to tell it from {}", unclear.principal),
    })
}

/// Whether a statement denies everyone every action without TLS, on the
/// resource and what is in it.
fn denies_plain_transport(found: &Statement, owner: &Owner) -> bool {
    let everyone = principal::of(found, owner.account.as_deref()).contains(&Who::Everyone)
        && found.not_principals.is_empty();
    let every_action = found.actions.iter().any(|action| matches!(action.as_str(), "*" | "s3:*"));
    let [condition] = found.conditions.as_slice() else { return false };
    let plain = condition.key.eq_ignore_ascii_case("aws:SecureTransport")
        && matches!(condition.operator.to_ascii_lowercase().as_str(), "bool" | "boolifexists")
        && condition.values.iter().any(|value| value.eq_ignore_ascii_case("false"));
    everyone && every_action && plain && covers_bucket(found, owner)
}

/// Whether the resources cover the bucket and every object in it.
fn covers_bucket(found: &Statement, owner: &Owner) -> bool {
    let any = |text: &str| found.resources.iter().any(|pattern| glob::matches(pattern, text));
    owner.names.iter().any(|name| any(name) && any(&format!("{name}/any/object")))
}
