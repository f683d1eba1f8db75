//! Whom a resource policy lets in.

use crate::model::{
    AccessGrant, Effect, PolicyDocument, Reason, ResourceAccess, Statement, StatementRef,
};

use super::principal::{self, Who};
use super::{Owner, evaluate, glob, statement, strangers};

/// What the policy that stands at `path` of the owner's resource amounts to.
pub(super) fn of(policy: &PolicyDocument, path: &str, owner: &Owner) -> ResourceAccess {
    let mut access = super::closed();
    let mut plain = [false; 2];
    for (index, found) in policy.statements.iter().enumerate() {
        let place = StatementRef {
            collection: owner.resource.collection.clone(),
            id: owner.resource.id.clone(),
            path: format!("{path}/statements/{index}"),
        };
        match found.effect {
            Effect::Allow => allow(found, policy, &place, owner, &mut access),
            Effect::Deny => {
                if denies_plain_transport(found, owner) {
                    for (sum, part) in plain.iter_mut().zip(covered(found, owner)) {
                        *sum |= part;
                    }
                }
            }
        }
    }
    access.denies_insecure_transport = Some(plain == [true; 2]);
    access
}

fn allow(
    found: &Statement,
    policy: &PolicyDocument,
    place: &StatementRef,
    owner: &Owner,
    access: &mut ResourceAccess,
) {
    let restricted = statement::restricts(&found.conditions);
    for (who, named) in principal::let_in(found, owner.account.as_deref()) {
        let (kind, value, principals) = match &who {
            Who::Everyone => ("everyone", "*", strangers::strangers().to_vec()),
            Who::Account(id) | Who::Unclear(id) => {
                let known = named.and_then(|named| evaluate::Principal::parse(&named));
                ("account", id.as_str(), known.into_iter().collect())
            }
            Who::Service(_) | Who::Own | Who::Federated(_) => continue,
        };
        // Who is not known by name may be let in for all of it.
        let actions = match principals.is_empty() {
            true => found.actions.clone(),
            false => strangers::left(found, policy, &principals, owner),
        };
        let says_actions = !(found.actions.is_empty() && found.not_actions.is_empty());
        if actions.is_empty() && says_actions && !principals.is_empty() {
            continue;
        }
        let left = Statement { actions, ..found.clone() };
        let grant = AccessGrant {
            statement: place.clone(),
            kind: kind.to_owned(),
            principal: value.to_owned(),
            actions: match found.not_actions.as_slice() {
                [] => left.actions.clone(),
                but => but.iter().map(|action| format!("all but {action}")).collect(),
            },
            restricted: match who {
                Who::Unclear(_) => None,
                _ => Some(restricted),
            },
        };
        if who == Who::Everyone {
            access.public = Some(true);
            access.public_grants.push(grant.clone());
        } else {
            access.foreign_grants.push(grant.clone());
        }
        if statement::may_write(&left) {
            access.others_may_write = Some(true);
            access.write_grants.push(grant);
        }
    }
}

/// Why the access cannot be told in full: an account that may be the owner's.
pub(super) fn undecided(access: &ResourceAccess) -> Option<Reason> {
    let unclear = access.foreign_grants.iter().find(|grant| grant.restricted.is_none())?;
    Some(principal::unclear(&unclear.principal))
}

/// Whether a statement denies everyone every action without TLS.
fn denies_plain_transport(found: &Statement, owner: &Owner) -> bool {
    let everyone = principal::of(found, owner.account.as_deref()).contains(&Who::Everyone)
        && found.not_principals.is_empty();
    let is_all = |action: &String| action == "*" || action.eq_ignore_ascii_case("s3:*");
    let [condition] = found.conditions.as_slice() else { return false };
    let operator = condition.operator.to_ascii_lowercase();
    let values = &condition.values;
    // The key is in every request, in small letters. Of values that it must not
    // have, each narrows the statement.
    let is_plain = match operator.strip_suffix("ifexists").unwrap_or(&operator) {
        "bool" | "stringequalsignorecase" => {
            values.iter().any(|value| value.eq_ignore_ascii_case("false"))
        }
        "stringequals" | "stringlike" => values.iter().any(|value| value == "false"),
        "stringnotequals" | "stringnotequalsignorecase" | "stringnotlike" => {
            !values.is_empty() && values.iter().all(|value| value == "true")
        }
        _ => false,
    };
    is_plain
        && everyone
        && found.actions.iter().any(is_all)
        && condition.key.eq_ignore_ascii_case("aws:SecureTransport")
}

/// Whether the resources cover the bucket, and whether every object in it.
fn covered(found: &Statement, owner: &Owner) -> [bool; 2] {
    let longest = found.resources.iter().map(String::len).max().unwrap_or_default();
    let is_unused = |letter: &char| !found.resources.iter().any(|one| one.contains(*letter));
    let Some(letter) = ('\u{e000}'..='\u{f8ff}').find(is_unused) else { return [false; 2] };
    // A pattern that takes a letter that it does not hold, and more of them than it
    // is long, has nothing but wildcards in their place: it takes every object.
    let objects = [1, longest + 1].map(|count| String::from(letter).repeat(count));
    let covers = |name: &String, pattern: &String| {
        objects.iter().all(|object| glob::matches(pattern, &format!("{name}/{object}")))
    };
    let any = |is_covered: &dyn Fn(&String, &String) -> bool| {
        owner.names.iter().any(|name| found.resources.iter().any(|one| is_covered(name, one)))
    };
    [any(&|name, pattern| glob::matches(pattern, name)), any(&covers)]
}
