//! What roles' trust policies amount to.

use crate::model::{
    AccessGrant, Effect, PolicyDocument, Principal, ResourceRef, Snapshot, Statement, StatementRef,
    TrustFacts,
};

use super::principal::{self, Who};
use super::{Owner, evaluate, statement, strangers};

/// Where a role's trust policy stands.
const PATH: &str = "/assume_role_policy";

pub(super) fn derive(snapshot: &mut Snapshot) {
    let roles: Vec<(String, Option<String>, Option<PolicyDocument>)> = snapshot
        .model
        .iam_roles
        .iter()
        .map(|(id, role)| (id.clone(), role.account.clone(), role.assume_role_policy.clone()))
        .collect();
    for (id, account, policy) in roles {
        let resource = ResourceRef::new("iam_roles", &id);
        if let Some(reason) = super::open(snapshot, &resource, PATH) {
            super::gap(snapshot, &resource, "/trust", reason);
        }
        let facts = policy.map(|policy| facts(&policy, &id, account.as_deref()));
        if let Some(role) = snapshot.model.iam_roles.get_mut(&id) {
            role.trust = facts;
        }
    }
}

fn facts(policy: &PolicyDocument, role: &str, account: Option<&str>) -> TrustFacts {
    let mut facts = TrustFacts::default();
    for (index, found) in policy.statements.iter().enumerate() {
        if found.effect != Effect::Allow {
            continue;
        }
        for (who, named) in principal::with_names(found, account) {
            if is_denied(&who, named, found, policy) {
                continue;
            }
            let grant = |kind: &str, principal: &str| AccessGrant {
                statement: StatementRef {
                    collection: "iam_roles".to_owned(),
                    id: role.to_owned(),
                    path: format!("{PATH}/statements/{index}"),
                },
                kind: kind.to_owned(),
                principal: principal.to_owned(),
                actions: found.actions.clone(),
                restricted: Some(statement::restricts(&found.conditions)),
            };
            match who {
                Who::Everyone if !statement::restricts(&found.conditions) => {
                    facts.everyone.push(grant("everyone", "*"));
                }
                Who::Service(name) => facts.services.push(name),
                Who::Account(id) | Who::Unclear(id) if !asks_external_id(found) => {
                    facts.foreign_without_external_id.push(grant("account", &id));
                }
                Who::Federated(provider) if is_oidc(found, &provider) && !binds_subject(found) => {
                    facts.oidc_without_subject.push(grant("federated", &provider));
                }
                _ => {}
            }
        }
    }
    facts.services.sort();
    facts.services.dedup();
    facts
}

/// Whether other statements deny whom one lets in all that it allows.
fn is_denied(
    who: &Who,
    named: Option<&Principal>,
    found: &Statement,
    policy: &PolicyDocument,
) -> bool {
    let principals = match who {
        Who::Everyone => strangers::strangers().to_vec(),
        _ => match named.and_then(|named| evaluate::Principal::parse(&named.value)) {
            Some(known) => vec![known],
            None => return false,
        },
    };
    let says_actions = !(found.actions.is_empty() && found.not_actions.is_empty());
    says_actions && strangers::left(found, policy, &principals, &Owner::default()).is_empty()
}

fn asks_external_id(found: &Statement) -> bool {
    found.conditions.iter().any(|condition| {
        condition.key.eq_ignore_ascii_case("sts:ExternalId")
            && condition.operator.eq_ignore_ascii_case("StringEquals")
    })
}

fn is_oidc(found: &Statement, provider: &str) -> bool {
    !provider.contains(":saml-provider/")
        && found
            .actions
            .iter()
            .any(|action| action.eq_ignore_ascii_case("sts:AssumeRoleWithWebIdentity"))
}

/// Whether a condition on the token's subject lets in less than everyone whom
/// the provider knows.
fn binds_subject(found: &Statement) -> bool {
    found.conditions.iter().any(|condition| {
        let operator = condition.operator.to_ascii_lowercase();
        condition.key.to_ascii_lowercase().ends_with(":sub")
            && matches!(operator.as_str(), "stringequals" | "stringlike")
            && condition
                .values
                .iter()
                .all(|value| !value.starts_with('*') && value.as_str() != "repo:*")
    })
}
