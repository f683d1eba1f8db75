//! What of a grant to others is left once the statements that deny are taken
//! into account.

use super::evaluate::{
    Context, Fact, Formula, Layer, Place, Policy, Principal, PrincipalKind, Request, Resource,
    Value, lets_in,
};
use super::{Owner, statement};
use crate::model::{Condition, Effect, PolicyDocument, Statement};

/// Stands for an account that nobody knows.
const SOME_ACCOUNT: &str = "<other>";

/// Someone signed in to another account, and someone who is not signed in.
pub(super) fn strangers() -> [Principal; 2] {
    [
        Principal {
            kind: PrincipalKind::Root,
            account: Some(SOME_ACCOUNT.to_owned()),
            arn: format!("arn:aws:iam::{SOME_ACCOUNT}:root"),
            ..Principal::default()
        },
        Principal::default(),
    ]
}

/// Those of a statement's actions, as the policy writes them, that one of the
/// principals may be let in for. Only `*` is there for `NotAction`.
pub(super) fn left(
    found: &Statement,
    policy: &PolicyDocument,
    principals: &[Principal],
    owner: &Owner,
) -> Vec<String> {
    let everything = ["*".to_owned()];
    let actions = if found.not_actions.is_empty() { found.actions.as_slice() } else { &everything };
    let denies = policy.statements.iter().filter(|other| other.effect == Effect::Deny);
    let mut statements: Vec<Statement> = denies.cloned().collect();
    if statements.is_empty() {
        return actions.to_vec();
    }
    statements.push(found.clone());
    let document = PolicyDocument { version: policy.version.clone(), statements };
    let layer = Layer::of([Policy::new("policy", Place::Nowhere, &document)]);
    let resources = resources(found, owner);
    let let_in = |action: &String| {
        principals.iter().any(|principal| {
            resources.iter().any(|resource| {
                let request = request(principal, action, resource.clone());
                may_hold(&lets_in(&request, &layer), true)
            })
        })
    };
    actions.iter().filter(|action| let_in(action)).cloned().collect()
}

/// The resources of a statement; of a bucket that is not named, the bucket and
/// its objects.
fn resources(found: &Statement, owner: &Owner) -> Vec<Resource> {
    let of = |names: Vec<String>| Resource { names, account: owner.account.clone() };
    let whole = found.resources.iter().any(|pattern| pattern.chars().all(|c| c == '*'));
    if !whole && !found.resources.is_empty() {
        return found.resources.iter().map(|pattern| of(vec![pattern.clone()])).collect();
    }
    if owner.names.is_empty() {
        return vec![of(vec!["*".to_owned()])];
    }
    let below = owner.names.iter().map(|name| format!("{name}/*")).collect();
    vec![of(owner.names.clone()), of(below)]
}

fn request(principal: &Principal, action: &str, resource: Resource) -> Request {
    let mut context = Context::default();
    // A stranger may be of any kind.
    for key in ["aws:principaltype", "aws:username", "aws:userid"] {
        if principal.account.is_some() {
            context.set(key, Value::Unknown);
        }
    }
    Request::new(principal.clone(), action, resource, context)
}

/// Whether a formula may come to `wanted` for someone who is not trusted, and
/// who cannot present what only trusted ones can.
fn may_hold(formula: &Formula, wanted: bool) -> bool {
    match formula {
        Formula::True => wanted,
        Formula::False => !wanted,
        Formula::Fact(fact) => !wanted || !is_trusted(fact),
        Formula::Not(inner) => may_hold(inner, !wanted),
        Formula::All(parts) if wanted => parts.iter().all(|part| may_hold(part, true)),
        Formula::All(parts) => parts.iter().any(|part| may_hold(part, false)),
        Formula::Any(parts) if wanted => parts.iter().any(|part| may_hold(part, true)),
        Formula::Any(parts) => parts.iter().all(|part| may_hold(part, false)),
    }
}

/// Whether only trusted principals or networks can make a fact hold.
fn is_trusted(fact: &Fact) -> bool {
    match fact {
        Fact::Key { key, operator, values } => statement::restricts(&[Condition {
            operator: operator.clone(),
            key: key.clone(),
            values: values.clone(),
        }]),
        Fact::Absent { .. } | Fact::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Principal as Named;

    fn everyone(effect: Effect, action: &str, conditions: Vec<Condition>) -> Statement {
        Statement {
            effect,
            principals: vec![Named { kind: "*".to_owned(), value: "*".to_owned() }],
            actions: vec![action.to_owned()],
            resources: vec!["*".to_owned()],
            conditions,
            ..Statement::default()
        }
    }

    fn condition(operator: &str, key: &str, value: &str) -> Vec<Condition> {
        vec![Condition {
            operator: operator.to_owned(),
            key: key.to_owned(),
            values: vec![value.to_owned()],
        }]
    }

    /// What strangers are left of `s3:GetObject` and `s3:PutObject` for everyone.
    fn left_of(deny: Statement) -> Vec<String> {
        let mut allow = everyone(Effect::Allow, "s3:GetObject", Vec::new());
        allow.actions.push("s3:PutObject".to_owned());
        let policy = PolicyDocument { version: None, statements: vec![allow.clone(), deny] };
        let owner = Owner { names: vec!["arn:aws:s3:::b".to_owned()], ..Owner::default() };
        left(&allow, &policy, &strangers(), &owner)
    }

    #[test]
    fn a_deny_that_strangers_cannot_escape_takes_the_grant_away() {
        let organization = condition("StringNotEquals", "aws:PrincipalOrgID", "o-1");
        assert_eq!(left_of(everyone(Effect::Deny, "s3:*", organization)), Vec::<String>::new());
        assert_eq!(left_of(everyone(Effect::Deny, "s3:*", Vec::new())), Vec::<String>::new());
        assert_eq!(left_of(everyone(Effect::Deny, "s3:Put*", Vec::new())), ["s3:GetObject"]);
        let endpoint = condition("StringNotEquals", "aws:SourceVpce", "vpce-1");
        assert_eq!(left_of(everyone(Effect::Deny, "*", endpoint)), Vec::<String>::new());
    }

    #[test]
    fn a_deny_that_strangers_can_escape_leaves_it() {
        let both = ["s3:GetObject", "s3:PutObject"];
        for deny in [
            condition("Bool", "aws:SecureTransport", "false"),
            condition("StringNotEquals", "aws:UserAgent", "us"),
            condition("StringEquals", "aws:PrincipalOrgID", "o-1"),
            condition("NotIpAddress", "aws:SourceIp", "0.0.0.0/1"),
        ] {
            assert_eq!(left_of(everyone(Effect::Deny, "s3:*", deny.clone())), both, "{deny:?}");
        }
        let mut other = everyone(Effect::Deny, "s3:*", Vec::new());
        other.resources = vec!["arn:aws:s3:::b/secret/*".to_owned()];
        assert_eq!(left_of(other), both);
    }
}
