//! How long the facts about permissions take, and all controls with them, on an
//! account of 5,000 principals and 2,000 policies with realistic sharing.
//!
//! `cargo bench --bench identity`.

use std::time::{Duration, Instant};

use audit::analysis::identity;
use audit::analysis::identity::evaluate::{Context, Request, decide};
use audit::analysis::identity::subjects::Subjects;
use audit::model::{
    Account, Condition, Effect, IamGroup, IamPolicy, IamRole, IamUser, Identity, InlinePolicy,
    KmsKey, PolicyDocument, Principal, ResourceRef, S3Bucket, Secret, Snapshot, Statement,
};
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ACCOUNT: &str = "111122223333";
const ROLES: usize = 4_000;
const USERS: usize = 1_000;
const GROUPS: usize = 100;
const POLICIES: usize = 2_000;
const SECRETS: usize = 500;
const BUCKETS: usize = 500;
const KEYS: usize = 200;
/// Runs that a time is the least of.
const RUNS: usize = 5;

const SERVICES: &[&str] = &[
    "s3",
    "ec2",
    "dynamodb",
    "sqs",
    "sns",
    "lambda",
    "logs",
    "kms",
    "secretsmanager",
    "rds",
    "ecs",
    "ecr",
    "ssm",
    "cloudwatch",
    "events",
    "states",
];

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn one_of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn statement(numbers: &mut Numbers) -> Statement {
    let service = numbers.one_of(SERVICES);
    let verbs = ["Get*", "List*", "Describe*", "Put*", "*", "Create*", "Delete*"];
    let actions =
        (0..=numbers.below(4)).map(|_| format!("{service}:{}", numbers.one_of(&verbs))).collect();
    let resources = match numbers.below(4) {
        0 => texts(&["*"]),
        1 => vec![format!("arn:aws:s3:::bucket-{}/*", numbers.below(BUCKETS))],
        2 => vec![format!(
            "arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:secret-{}-??????",
            numbers.below(SECRETS)
        )],
        _ => vec![format!("arn:aws:{service}:*:{ACCOUNT}:team-{}/*", numbers.below(50))],
    };
    let conditions = match numbers.below(5) {
        0 => vec![Condition {
            operator: "StringEquals".to_owned(),
            key: "aws:ResourceTag/team".to_owned(),
            values: texts(&["${aws:PrincipalTag/team}"]),
        }],
        1 => vec![Condition {
            operator: "Bool".to_owned(),
            key: "aws:SecureTransport".to_owned(),
            values: texts(&["true"]),
        }],
        _ => Vec::new(),
    };
    let effect = if numbers.below(12) == 0 { Effect::Deny } else { Effect::Allow };
    Statement { effect, actions, resources, conditions, ..Statement::default() }
}

fn document(numbers: &mut Numbers, most: usize) -> PolicyDocument {
    let mut statements: Vec<Statement> =
        (0..=numbers.below(most)).map(|_| statement(numbers)).collect();
    if numbers.below(200) == 0 {
        statements.push(Statement {
            effect: Effect::Allow,
            actions: texts(&["*"]),
            resources: texts(&["*"]),
            ..Statement::default()
        });
    }
    PolicyDocument { version: Some("2012-10-17".to_owned()), statements }
}

fn identity(id: String) -> Identity {
    Identity {
        name: Some(id.rsplit('/').next().unwrap_or(&id).to_owned()),
        arn: Some(id.clone()),
        id,
        account: Some(ACCOUNT.to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Identity::default()
    }
}

fn arn(kind: &str, number: usize) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{kind}/{kind}-{number}")
}

fn attached(numbers: &mut Numbers) -> Vec<String> {
    let mut found: Vec<String> =
        (0..=numbers.below(3)).map(|_| arn("policy", numbers.below(POLICIES))).collect();
    if numbers.below(5) == 0 {
        found.push("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned());
    }
    found
}

fn inline(numbers: &mut Numbers) -> Vec<InlinePolicy> {
    let count = numbers.below(2);
    (0..count)
        .map(|_| InlinePolicy { document: document(numbers, 3), ..InlinePolicy::default() })
        .collect()
}

fn resource_policy(numbers: &mut Numbers, resource: &str) -> PolicyDocument {
    let mut allow = statement(numbers);
    allow.effect = Effect::Allow;
    allow.actions = texts(&["s3:GetObject", "secretsmanager:GetSecretValue"]);
    allow.resources = vec![resource.to_owned()];
    allow.principals = vec![match numbers.below(4) {
        0 => Principal { kind: "*".to_owned(), value: "*".to_owned() },
        1 => Principal { kind: "AWS".to_owned(), value: "444455556666".to_owned() },
        _ => Principal { kind: "AWS".to_owned(), value: arn("role", numbers.below(ROLES)) },
    }];
    let deny = Statement {
        effect: Effect::Deny,
        principals: vec![Principal { kind: "*".to_owned(), value: "*".to_owned() }],
        actions: texts(&["*"]),
        resources: texts(&["*"]),
        conditions: vec![Condition {
            operator: "StringNotEquals".to_owned(),
            key: "aws:PrincipalOrgID".to_owned(),
            values: texts(&["o-1"]),
        }],
        ..Statement::default()
    };
    PolicyDocument { version: Some("2012-10-17".to_owned()), statements: vec![allow, deny] }
}

fn account() -> Snapshot {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut snapshot = Snapshot::default();
    let model = &mut snapshot.model;
    model.insert(Account::new(identity(ACCOUNT.to_owned())));
    for number in 0..POLICIES {
        let mut policy = IamPolicy::new(identity(arn("policy", number)));
        policy.document = Some(document(&mut numbers, 5));
        model.insert(policy);
    }
    for number in 0..GROUPS {
        let mut group = IamGroup::new(identity(arn("group", number)));
        group.attached_policies = attached(&mut numbers);
        model.insert(group);
    }
    for number in 0..ROLES {
        let mut role = IamRole::new(identity(arn("role", number)));
        role.attached_policies = attached(&mut numbers);
        role.inline_policies = inline(&mut numbers);
        role.assume_role_policy = Some(PolicyDocument {
            version: Some("2012-10-17".to_owned()),
            statements: vec![Statement {
                effect: Effect::Allow,
                principals: vec![Principal {
                    kind: "Service".to_owned(),
                    value: "lambda.amazonaws.com".to_owned(),
                }],
                actions: texts(&["sts:AssumeRole"]),
                ..Statement::default()
            }],
        });
        if numbers.below(10) == 0 {
            role.permissions_boundary = Some(arn("policy", numbers.below(POLICIES)));
        }
        model.insert(role);
    }
    for number in 0..USERS {
        let mut user = IamUser::new(identity(arn("user", number)));
        user.attached_policies = attached(&mut numbers);
        user.groups = (0..=numbers.below(3)).map(|_| arn("group", numbers.below(GROUPS))).collect();
        model.insert(user);
    }
    for number in 0..SECRETS {
        let id =
            format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:secret-{number}-AbCdEf");
        let mut secret = Secret::new(identity(id));
        secret.name = Some(format!("secret-{number}"));
        if numbers.below(4) == 0 {
            secret.policy = Some(resource_policy(&mut numbers, "*"));
        }
        model.insert(secret);
    }
    for number in 0..BUCKETS {
        let mut bucket = S3Bucket::new(identity(format!("arn:aws:s3:::bucket-{number}")));
        bucket.policy =
            Some(resource_policy(&mut numbers, &format!("arn:aws:s3:::bucket-{number}/*")));
        model.insert(bucket);
    }
    for number in 0..KEYS {
        let id = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/{number}");
        model.insert(KmsKey::new(identity(id)));
    }
    snapshot
}

/// The least time of some runs.
fn least(mut run: impl FnMut()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let snapshot = account();
    println!(
        "{} principals, {POLICIES} policies, {SECRETS} secrets, {BUCKETS} buckets, {KEYS} keys",
        ROLES + USERS
    );
    let start = Instant::now();
    let mut derived = snapshot.clone();
    identity::derive(&mut derived);
    println!("all facts, the catalogue unpacked:  {:>8.1?}", start.elapsed());
    println!(
        "all facts:                          {:>8.1?}",
        least(|| {
            let mut derived = snapshot.clone();
            identity::derive(&mut derived);
        })
    );
    let bundle = Bundle::embedded();
    let mut verdicts = 0;
    println!(
        "all facts and all controls:         {:>8.1?}",
        least(|| {
            let mut derived = snapshot.clone();
            identity::derive(&mut derived);
            verdicts = evaluate(&derived, &bundle, &Settings::default()).verdicts.len();
        })
    );
    println!("verdicts:                           {verdicts:>8}");
    let admins = derived
        .model
        .iam_roles
        .values()
        .filter(|role| role.effective.as_ref().is_some_and(|found| found.admin == Some(true)));
    println!("administrators among the roles:     {:>8}", admins.count());
    let subjects = Subjects::new(&snapshot);
    let secret = snapshot.model.secrets.keys().next().cloned().unwrap_or_default();
    let object = subjects.object(&ResourceRef::new("secrets", secret), "").unwrap_or_default();
    let mut allowed = 0;
    let every = least(|| {
        allowed = 0;
        for (reference, principal) in subjects.principals() {
            let mut policies = subjects.policies(reference.as_ref(), &principal);
            subjects.add_object(&object, &mut policies);
            let request = Request::new(
                principal,
                "secretsmanager:GetSecretValue",
                object.resource.clone(),
                Context::default(),
            );
            allowed += usize::from(decide(&request, &policies).outcome.may_be_allowed());
        }
    });
    println!("who may read one secret:            {every:>8.1?}  ({allowed} may)");
}
