//! Laws that every decision keeps, on random policies and requests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use audit::analysis::identity::evaluate::{
    Context, Layer, Outcome, Place, Policy, PolicySet, Principal, Request, Resource, Value, decide,
};
use audit::model::{self, Condition, Effect, PolicyDocument, Statement};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const PRINCIPALS: [&str; 6] = [
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:assumed-role/app/one",
    "arn:aws:sts::111122223333:federated-user/fred",
    "ec2.amazonaws.com",
    "anonymous",
];
const ACTIONS: [&str; 5] =
    ["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole", "sqs:SendMessage"];
const ACTION_PATTERNS: [&str; 8] = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:putobject",
    "kms:*",
    "sts:AssumeRole*",
    "sqs:?endMessage",
    "iam:*",
];
const RESOURCES: [&str; 5] = [
    "arn:aws:s3:::b/bob/x",
    "arn:aws:s3:::b/x",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    "arn:aws:iam::111122223333:role/app",
    "*",
];
const RESOURCE_PATTERNS: [&str; 8] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, 'bob'}/x",
    "arn:aws:s3:::b/x",
    "arn:aws:kms:*:*:key/k",
    "arn:aws:iam::*:role/app",
    "arn:aws:s3",
];
/// Keys with values that requests may have.
const KEYS: [(&str, &[&str]); 5] = [
    ("aws:SourceIp", &["203.0.113.9", "198.51.100.1", "2001:db8::1"]),
    ("aws:PrincipalTag/team", &["x", "bob", "y*"]),
    ("aws:SecureTransport", &["true", "false"]),
    ("s3:max-keys", &["5", "10", "many"]),
    ("aws:TagKeys", &["a", "b", "c"]),
];
const OPERATORS: [&str; 16] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLikeIfExists",
    "StringEqualsIfExists",
    "Null",
    "Bool",
    "BoolIfExists",
    "IpAddress",
    "NotIpAddress",
    "NumericLessThan",
    "NumericNotEquals",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringNotEquals",
];
const VALUES: [&str; 10] = [
    "true",
    "false",
    "x",
    "bob",
    "10",
    "203.0.113.0/24",
    "b*",
    "*",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
];

fn condition() -> impl Strategy<Value = Condition> {
    (select(&OPERATORS[..]), select(&KEYS[..]), vec(select(&VALUES[..]), 1..3)).prop_map(
        |(operator, (key, _), values)| Condition {
            operator: operator.to_owned(),
            key: key.to_owned(),
            values: values.into_iter().map(str::to_owned).collect(),
        },
    )
}

fn named() -> impl Strategy<Value = Vec<model::Principal>> {
    let names = [
        ("*", "*"),
        ("AWS", "111122223333"),
        ("AWS", "arn:aws:iam::111122223333:user/bob"),
        ("AWS", "arn:aws:iam::111122223333:role/app"),
        ("AWS", "arn:aws:sts::111122223333:assumed-role/app/one"),
        ("Service", "ec2.amazonaws.com"),
    ];
    vec(select(names.to_vec()), 1..3).prop_map(|names| {
        let principal = |(kind, value): (&str, &str)| model::Principal {
            kind: kind.to_owned(),
            value: value.to_owned(),
        };
        names.into_iter().map(principal).collect()
    })
}

fn statement(deny: bool) -> impl Strategy<Value = Statement> {
    let texts = |from: &'static [&'static str]| {
        vec(select(from), 1..3)
            .prop_map(|found| found.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    (
        proptest::bool::weighted(if deny { 1.0 } else { 0.25 }),
        (named(), proptest::bool::weighted(0.1)),
        (texts(&ACTION_PATTERNS), proptest::bool::weighted(0.15)),
        (texts(&RESOURCE_PATTERNS), proptest::bool::weighted(0.15)),
        vec(condition(), 0..3),
    )
        .prop_map(
            |(
                deny,
                (named, not_named),
                (actions, not_actions),
                (resources, not_resources),
                conditions,
            )| {
                let mut found = Statement {
                    effect: if deny { Effect::Deny } else { Effect::Allow },
                    conditions,
                    ..Statement::default()
                };
                *(if not_named && deny {
                    &mut found.not_principals
                } else {
                    &mut found.principals
                }) = named;
                *(if not_actions { &mut found.not_actions } else { &mut found.actions }) = actions;
                *(if not_resources { &mut found.not_resources } else { &mut found.resources }) =
                    resources;
                found
            },
        )
}

type Documents = Vec<Statement>;

#[derive(Debug, Clone)]
struct Policies {
    identity: Documents,
    boundary: Option<Documents>,
    session: Option<Documents>,
    resource: Option<Documents>,
    control: Vec<Documents>,
}

fn layer(statements: &[Statement]) -> Layer {
    let document =
        PolicyDocument { version: Some("2012-10-17".to_owned()), statements: statements.to_vec() };
    Layer::of([Policy::new("random", Place::Nowhere, &document)])
}

impl Policies {
    fn set(&self) -> PolicySet {
        PolicySet {
            identity: layer(&self.identity),
            boundary: self.boundary.as_deref().map(layer),
            session: self.session.as_deref().map(layer),
            resource: self.resource.as_deref().map(layer),
            service_control: self.control.iter().map(|found| layer(found)).collect(),
            ..PolicySet::default()
        }
    }

    /// Every list of statements.
    fn lists(&mut self) -> Vec<&mut Documents> {
        let optional = [&mut self.boundary, &mut self.session, &mut self.resource];
        std::iter::once(&mut self.identity)
            .chain(optional.into_iter().flatten())
            .chain(&mut self.control)
            .collect()
    }
}

fn policies() -> impl Strategy<Value = Policies> {
    let statements = || vec(statement(false), 1..4);
    (
        statements(),
        option::weighted(0.3, statements()),
        option::weighted(0.3, statements()),
        option::weighted(0.6, statements()),
        vec(statements(), 0..2),
    )
        .prop_map(|(identity, boundary, session, resource, control)| Policies {
            identity,
            boundary,
            session,
            resource,
            control,
        })
}

/// For each key: absent, or values.
type Known = Vec<Option<Vec<&'static str>>>;

fn known() -> impl Strategy<Value = Known> {
    let of =
        |index: usize, most: usize| option::weighted(0.8, vec(select(KEYS[index].1), 1..=most));
    (of(0, 1), of(1, 1), of(2, 1), of(3, 1), of(4, 2))
        .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

/// The context in which the keys of `hidden` are not known.
fn context(known: &Known, hidden: &[bool]) -> Context {
    let mut context = Context::default();
    context.complete = true;
    for (index, (key, _)) in KEYS.iter().enumerate() {
        context.set(
            key,
            match (&known[index], hidden.get(index)) {
                (_, Some(true)) => Value::Unknown,
                (None, _) => Value::Absent,
                (Some(values), _) => {
                    Value::Known(values.iter().map(|value| (*value).to_owned()).collect())
                }
            },
        );
    }
    context
}

#[derive(Debug, Clone)]
struct Asked {
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    owner: &'static str,
    known: Known,
}

impl Asked {
    fn request(&self, hidden: &[bool]) -> Request {
        let own = self.resource.split(':').nth(4).filter(|account| !account.is_empty());
        let resource = Resource {
            names: vec![self.resource.to_owned()],
            account: Some(own.unwrap_or(self.owner).to_owned()),
        };
        let principal = Principal::parse(self.principal).unwrap();
        Request::new(principal, self.action, resource, context(&self.known, hidden))
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        select(&PRINCIPALS[..]),
        select(&ACTIONS[..]),
        select(&RESOURCES[..]),
        select(&ACCOUNTS[..]),
        known(),
    )
        .prop_map(|(principal, action, resource, owner, known)| Asked {
            principal,
            action,
            resource,
            owner,
            known,
        })
}

fn outcome(asked: &Asked, policies: &Policies, hidden: &[bool]) -> Outcome {
    decide(&asked.request(hidden), &policies.set()).outcome
}

/// Whether a request whose context is known in full is allowed. A plain
/// operator on the several values of a key, and an exception of a session by
/// its role, are not defined.
fn is_allowed(asked: &Asked, policies: &Policies) -> Option<bool> {
    match outcome(asked, policies, &[]) {
        Outcome::Allowed => Some(true),
        Outcome::Denied { .. } => Some(false),
        Outcome::Conditional(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_deny_never_allows_more(
        asked in asked(), policies in policies(), deny in statement(true), at in any::<Index>()
    ) {
        let mut more = policies.clone();
        let mut lists = more.lists();
        let at = at.index(lists.len());
        lists[at].push(deny);
        if is_allowed(&asked, &more) == Some(true) {
            prop_assert_eq!(is_allowed(&asked, &policies), Some(true));
        }
        if is_allowed(&asked, &policies) == Some(false) {
            prop_assert_eq!(is_allowed(&asked, &more), Some(false));
        }
    }

    #[test]
    fn a_boundary_never_allows_more(
        asked in asked(), policies in policies(), boundary in vec(statement(false), 0..4)
    ) {
        let without = Policies { boundary: None, ..policies.clone() };
        let with = Policies { boundary: Some(boundary), ..policies };
        if is_allowed(&asked, &with) == Some(true) {
            prop_assert_eq!(is_allowed(&asked, &without), Some(true));
        }
    }

    #[test]
    fn a_session_policy_never_allows_more(
        asked in asked(), policies in policies(), session in vec(statement(false), 0..4)
    ) {
        let without = Policies { session: None, ..policies.clone() };
        let with = Policies { session: Some(session), ..policies };
        if is_allowed(&asked, &with) == Some(true) {
            prop_assert_eq!(is_allowed(&asked, &without), Some(true));
        }
    }

    #[test]
    fn another_level_of_service_control_policies_never_allows_more(
        asked in asked(), policies in policies(), level in vec(statement(false), 0..4)
    ) {
        let mut with = policies.clone();
        with.control.push(level);
        if is_allowed(&asked, &with) == Some(true) {
            prop_assert_eq!(is_allowed(&asked, &policies), Some(true));
        }
    }

    #[test]
    fn an_allow_of_the_identity_never_allows_less(
        asked in asked(), policies in policies(), allow in statement(false)
    ) {
        let mut more = policies.clone();
        more.identity.push(Statement { effect: Effect::Allow, ..allow });
        if is_allowed(&asked, &policies) == Some(true) {
            prop_assert_eq!(is_allowed(&asked, &more), Some(true));
        }
    }

    #[test]
    fn the_order_of_statements_never_matters(
        asked in asked(), policies in policies(), hidden in vec(any::<bool>(), 5)
    ) {
        let mut turned = policies.clone();
        turned.lists().into_iter().for_each(|list| list.reverse());
        let (one, other) = (outcome(&asked, &policies, &hidden), outcome(&asked, &turned, &hidden));
        prop_assert_eq!(one, other);
    }

    /// What is said while keys are not known must hold whatever they are.
    #[test]
    fn a_plain_answer_holds_in_every_context(
        asked in asked(), policies in policies(), hidden in vec(any::<bool>(), 5),
        contexts in vec(known(), 12)
    ) {
        let said = outcome(&asked, &policies, &hidden);
        for found in contexts {
            let mut concrete = asked.clone();
            for (index, hidden) in hidden.iter().enumerate() {
                if *hidden {
                    concrete.known[index] = found[index].clone();
                }
            }
            match (&said, is_allowed(&concrete, &policies)) {
                (Outcome::Allowed, found) => prop_assert_ne!(found, Some(false)),
                (Outcome::Denied { .. }, found) => prop_assert_ne!(found, Some(true)),
                (Outcome::Conditional(_), _) => {}
            }
        }
    }

    /// Only what the documentation leaves open is open where all is known.
    #[test]
    fn a_context_known_in_full_gives_a_plain_answer(asked in asked(), policies in policies()) {
        if let Outcome::Conditional(formula) = outcome(&asked, &policies, &[]) {
            let words = formula.to_string();
            let left_open = ["several values", "excepted with its role", "the session is arn:aws:iam:"];
            let open = left_open.iter().any(|found| words.contains(found));
            prop_assert!(open, "{}", words);
        }
    }
}
