//! The facts about principals and resources go by effect, not by spelling.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use audit::analysis;
use audit::model::{
    Account, EffectivePermissions, IamGroup, IamPolicy, IamRole, IamUser, Identity, InlinePolicy,
    PolicyDocument, ResourceAccess, S3Bucket, Secret, Snapshot, link,
};
use audit::source::policy_file::{self, Kind};

const ACCOUNT: &str = "111122223333";
const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;

fn document(kind: Kind, statements: &str) -> PolicyDocument {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    policy_file::read(kind, &"test.json".into(), &text).unwrap().document
}

fn identity(id: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        name: Some(id.to_owned()),
        account: Some(ACCOUNT.to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Identity::default()
    }
}

fn inline(statements: &str) -> Vec<InlinePolicy> {
    let document = document(Kind::Identity, statements);
    vec![InlinePolicy { document, ..InlinePolicy::default() }]
}

/// A role with these statements, in an account with some secrets.
#[derive(Default)]
struct World {
    statements: String,
    boundary: Option<String>,
    control: Option<Vec<String>>,
    secret_policy: Option<String>,
}

impl World {
    fn of(statements: &[&str]) -> Self {
        Self { statements: statements.join(", "), ..Self::default() }
    }

    fn effective(&self) -> EffectivePermissions {
        let mut snapshot = Snapshot::default();
        let model = &mut snapshot.model;
        let mut account = Account::new(identity(ACCOUNT));
        account.service_control_policies = self.control.as_ref().map(|levels| {
            levels.iter().map(|level| vec![document(Kind::ServiceControl, level)]).collect()
        });
        model.insert(account);
        for (name, policy) in [("orders", &self.secret_policy), ("billing", &None)] {
            let mut secret = Secret::new(identity(name));
            secret.arn =
                Some(format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:{name}-AbCdEf"));
            secret.policy = policy.as_ref().map(|policy| document(Kind::Resource, policy));
            model.insert(secret);
        }
        let mut role = IamRole::new(identity("app"));
        role.arn = Some(format!("arn:aws:iam::{ACCOUNT}:role/app"));
        role.inline_policies = inline(&self.statements);
        if let Some(boundary) = &self.boundary {
            let mut policy = IamPolicy::new(identity("boundary"));
            policy.document = Some(document(Kind::Identity, boundary));
            model.insert(policy);
            role.permissions_boundary = Some("boundary".to_owned());
        }
        model.insert(role);
        link::link(&mut snapshot);
        analysis::derive(&mut snapshot);
        snapshot.model.iam_roles["app"].effective.clone().unwrap()
    }

    fn is_admin(&self) -> bool {
        self.effective().admin.unwrap()
    }

    fn readable(&self) -> Vec<String> {
        self.effective().readable_secrets.into_iter().map(|found| found.resource).collect()
    }
}

#[test]
fn an_administrator_is_one_however_it_is_spelled() {
    assert!(World::of(&[ALL]).is_admin());
    let tricks = [
        r#"{"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs/*"}"#,
        r#"{"Effect": "Allow", "Action": ["*:*"], "Resource": "*"}"#,
    ];
    for trick in tricks {
        assert!(World::of(&[trick]).is_admin(), "{trick}");
    }
    let halves = [
        r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#,
    ];
    let together = World::of(&halves).effective();
    assert_eq!((together.admin, together.admin_statements.len()), (Some(true), 2));
    for half in halves {
        assert!(!World::of(&[half]).is_admin(), "{half}");
    }
}

#[test]
fn who_is_held_back_is_no_administrator() {
    let nothing = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
    assert!(!World::of(&[ALL, nothing]).is_admin());
    let no_iam = r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#;
    assert!(!World::of(&[ALL, no_iam]).is_admin());
    let little = r#"{"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"}"#;
    assert!(World::of(&[ALL, little]).is_admin(), "it can take the denial off");
    let only_s3 = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
    let bounded = World { boundary: Some(only_s3.to_owned()), ..World::of(&[ALL]) };
    assert!(!bounded.is_admin());
    let unbounded = World { boundary: Some(ALL.to_owned()), ..World::of(&[ALL]) };
    assert!(unbounded.is_admin());
    let controlled = |level: &str| World {
        control: Some(vec![ALL.to_owned(), level.to_owned()]),
        ..World::of(&[ALL])
    };
    assert!(controlled(ALL).is_admin());
    assert!(!controlled(only_s3).is_admin());
}

#[test]
fn readable_secrets_leave_out_what_is_denied() {
    let read = r#"{"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-??????",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf"]}"#;
    assert_eq!(World::of(&[read]).readable(), ["billing", "orders"]);
    let deny = r#"{"Effect": "Deny", "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:aws:secretsmanager:*:*:secret:billing*"}"#;
    assert_eq!(World::of(&[read, deny]).readable(), ["orders"]);
    let maybe = deny.replace(
        "\"Resource\"",
        r#""Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Resource""#,
    );
    assert_eq!(World::of(&[read, &maybe]).readable(), ["billing", "orders"]);
    let every = r#"{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}"#;
    assert_eq!(World::of(&[every, deny]).readable(), ["*"]);
    let all = r#"{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}"#;
    assert_eq!(World::of(&[every, all]).readable(), Vec::<String>::new());
    let boundary = r#"{"Effect": "Allow", "NotAction": "secretsmanager:*", "Resource": "*"}"#;
    let bounded = World { boundary: Some(boundary.to_owned()), ..World::of(&[every]) };
    assert_eq!(bounded.readable(), Vec::<String>::new());
}

#[test]
fn a_secrets_own_policy_lets_read_and_denies() {
    let other = r#"{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}"#;
    let policy = |effect: &str| {
        Some(format!(
            r#"{{"Effect": "{effect}", "Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:role/app"}},
                "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}"#
        ))
    };
    let named = World { secret_policy: policy("Allow"), ..World::of(&[other]) };
    assert_eq!(named.readable(), ["orders"]);
    assert_eq!(named.effective().readable_secrets[0].statements[0].collection, "secrets");
    let read = r#"{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"}"#;
    assert_eq!(World::of(&[read]).readable(), ["orders"]);
    let denied = World { secret_policy: policy("Deny"), ..World::of(&[read]) };
    assert_eq!(denied.readable(), Vec::<String>::new());
}

#[test]
fn groups_count_for_who_is_in_them() {
    let mut snapshot = Snapshot::default();
    let mut group = IamGroup::new(identity("admins"));
    group.inline_policies = inline(ALL);
    snapshot.model.insert(group);
    let mut user = IamUser::new(identity("eve"));
    user.groups = vec!["admins".to_owned()];
    snapshot.model.insert(user);
    snapshot.model.insert(IamUser::new(identity("bob")));
    link::link(&mut snapshot);
    analysis::derive(&mut snapshot);
    let model = &snapshot.model;
    let admin = |found: &Option<EffectivePermissions>| found.as_ref().unwrap().admin.unwrap();
    assert!(
        admin(&model.iam_groups["admins"].effective) && admin(&model.iam_users["eve"].effective)
    );
    assert!(!admin(&model.iam_users["bob"].effective));
}

fn access(statements: &[&str]) -> ResourceAccess {
    let mut snapshot = Snapshot::default();
    let mut bucket = S3Bucket::new(identity("b"));
    bucket.arn = Some("arn:aws:s3:::b".to_owned());
    bucket.policy = Some(document(Kind::Resource, &statements.join(", ")));
    snapshot.model.insert(bucket);
    analysis::derive(&mut snapshot);
    snapshot.model.s3_buckets["b"].access.clone().unwrap()
}

#[test]
fn a_bucket_is_public_unless_strangers_are_denied() {
    let public = r#"{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*"}"#;
    let deny = |action: &str, resource: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "{action}", "Resource": {resource}, "Condition": {{{condition}}}}}"#
        )
    };
    let objects = r#""arn:aws:s3:::b/*""#;
    let found = access(&[public]);
    assert_eq!((found.public, found.others_may_write), (Some(true), Some(true)));
    let organization = r#""StringNotEquals": {"aws:PrincipalOrgID": "o-1"}"#;
    let closed = access(&[public, &deny("s3:*", objects, organization)]);
    assert_eq!((closed.public, closed.others_may_write), (Some(false), Some(false)));
    let read_only = access(&[public, &deny("s3:Put*", objects, organization)]);
    assert_eq!((read_only.public, read_only.others_may_write), (Some(true), Some(false)));
    assert_eq!(read_only.public_grants[0].actions, ["s3:GetObject"]);
    let some = access(&[public, &deny("s3:*", r#""arn:aws:s3:::b/private/*""#, organization)]);
    assert_eq!(some.public, Some(true));
    let tls =
        access(&[public, &deny("s3:*", objects, r#""Bool": {"aws:SecureTransport": "false"}"#)]);
    assert_eq!(tls.public, Some(true));
    let agent =
        access(&[public, &deny("s3:*", objects, r#""StringNotEquals": {"aws:Referer": "us"}"#)]);
    assert_eq!(agent.public, Some(true));
}

#[test]
fn a_grant_to_another_account_is_none_where_it_is_denied() {
    let allow = r#"{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}"#;
    assert_eq!(access(&[allow]).foreign_grants.len(), 1);
    let deny = allow.replace("Allow", "Deny");
    let denied = access(&[allow, &deny]);
    assert_eq!((denied.foreign_grants.len(), denied.others_may_write), (0, Some(false)));
    let another = deny.replace("444455556666", "777788889999");
    assert_eq!(access(&[allow, &another]).foreign_grants.len(), 1);
}
