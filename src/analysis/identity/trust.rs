//! What roles' trust policies amount to.

use crate::model::{
    AccessGrant, Effect, PolicyDocument, Reason, ResourceRef, Snapshot, Statement, StatementRef,
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
        let unclear = facts.iter().flat_map(|facts| facts.foreign_without_external_id.iter());
        let unclear: Vec<(usize, Reason)> = unclear
            .enumerate()
            .filter(|(_, grant)| grant.restricted.is_none())
            .map(|(index, grant)| (index, principal::unclear(&grant.principal)))
            .collect();
        for (index, reason) in unclear {
            let path = format!("/trust/foreign_without_external_id/{index}");
            super::gap(snapshot, &resource, &path, reason);
        }
        if let Some(role) = snapshot.model.iam_roles.get_mut(&id) {
            role.trust = facts;
        }
    }
}

fn facts(policy: &PolicyDocument, role: &str, account: Option<&str>) -> TrustFacts {
    let mut facts = TrustFacts::default();
    for (index, found) in policy.statements.iter().enumerate() {
        if found.effect != Effect::Allow || !lets_assume(found) {
            continue;
        }
        for (who, named) in principal::let_in(found, account) {
            if is_denied(&who, named.as_deref(), found, policy) {
                continue;
            }
            let is_unclear = matches!(who, Who::Unclear(_));
            let grant = |kind: &str, principal: &str| AccessGrant {
                statement: StatementRef {
                    collection: "iam_roles".to_owned(),
                    id: role.to_owned(),
                    path: format!("{PATH}/statements/{index}"),
                },
                kind: kind.to_owned(),
                principal: principal.to_owned(),
                actions: found.actions.clone(),
                restricted: (!is_unclear).then(|| statement::restricts(&found.conditions)),
            };
            match who {
                Who::Everyone => facts.everyone.push(grant("everyone", "*")),
                Who::Service(name) => facts.services.push(name),
                Who::Account(id) | Who::Unclear(id) if is_third_party(found) => {
                    facts.foreign_without_external_id.push(grant("account", &id));
                }
                Who::Federated(provider)
                    if is_oidc(found, &provider) && !binds_subject(found, &provider) =>
                {
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
fn is_denied(who: &Who, named: Option<&str>, found: &Statement, policy: &PolicyDocument) -> bool {
    let principals = match who {
        Who::Everyone => strangers::strangers().to_vec(),
        _ => match named.and_then(evaluate::Principal::parse) {
            Some(known) => vec![known],
            None => return false,
        },
    };
    let says_actions = !(found.actions.is_empty() && found.not_actions.is_empty());
    says_actions && strangers::left(found, policy, &principals, &Owner::default()).is_empty()
}

/// Whether a statement is about assuming the role, and not only about what may be
/// told on the way, as `sts:TagSession` is. One whose actions are not known may
/// be.
fn lets_assume(found: &Statement) -> bool {
    const WAYS: &[&str] =
        &["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    (found.actions.is_empty() && found.not_actions.is_empty())
        || WAYS.iter().any(|way| statement::covers_action(found, way))
}

/// Whether a statement lets another account in as one of a third party that was
/// told no external id: a member of an organization that it names is none.
fn is_third_party(found: &Statement) -> bool {
    let asks_external_id = found.conditions.iter().any(|condition| {
        let one_of_few = match condition.operator.to_ascii_lowercase().as_str() {
            "stringequals" | "stringequalsignorecase" => true,
            "stringlike" => condition.values.iter().all(|value| !value.contains(['*', '?'])),
            _ => false,
        };
        one_of_few
            && !condition.values.is_empty()
            && condition.key.eq_ignore_ascii_case("sts:ExternalId")
    });
    !asks_external_id && !statement::asks_organization(&found.conditions)
}

fn is_oidc(found: &Statement, provider: &str) -> bool {
    !provider.contains(":saml-provider/")
        && statement::covers_action(found, "sts:AssumeRoleWithWebIdentity")
}

/// The provider of Amazon Cognito's identity pools. Its subjects are single
/// people; the audience is the pool (IAM user guide, "Available keys for AWS
/// OIDC federation").
const COGNITO: &str = "cognito-identity.amazonaws.com";

/// Whether a condition on the token's subject lets in less than everyone whom
/// the provider knows.
fn binds_subject(found: &Statement, provider: &str) -> bool {
    let claim = if provider == COGNITO { "cognito-identity.amazonaws.com:aud" } else { ":sub" };
    found.conditions.iter().any(|condition| {
        let operator = condition.operator.to_ascii_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        let is_bound = |value: &String| match operator {
            "stringequals" | "stringequalsignorecase" => !value.is_empty(),
            "stringlike" => names_someone(value),
            _ => false,
        };
        condition.key.to_ascii_lowercase().ends_with(claim)
            && !condition.values.is_empty()
            && condition.values.iter().all(is_bound)
    })
}

/// Whether a pattern for subjects names whose they are, before its first
/// wildcard.
fn names_someone(pattern: &str) -> bool {
    /// How subjects begin whatever they are, and whether an owner follows that
    /// anyone may be: GitHub, GitLab, HCP Terraform, CircleCI, and a cluster's
    /// service accounts.
    const BEGINNINGS: &[(&str, bool)] = &[
        ("repo:", true),
        ("project_path:", true),
        ("organization:", true),
        ("org/", true),
        ("system:serviceaccount:", false),
    ];
    let named = pattern.split(['*', '?']).next().unwrap_or_default();
    if BEGINNINGS.iter().any(|(beginning, _)| beginning.starts_with(named)) {
        return false;
    }
    let is_whole = named.len() == pattern.len();
    // `repo:octo*` is every owner whose name begins so.
    is_whole
        || BEGINNINGS
            .iter()
            .filter(|(_, has_owner)| *has_owner)
            .filter_map(|(beginning, _)| named.strip_prefix(beginning))
            .all(|rest| rest.contains(['/', ':']))
}
