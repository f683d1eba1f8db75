//! The facts about principals and resources go by effect, not by spelling.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use audit::analysis;
use audit::model::{
    Account, EffectivePermissions, IamGroup, IamPolicy, IamRole, IamUser, Identity, InlinePolicy,
    PolicyDocument, ResourceAccess, S3Bucket, Secret, Snapshot, TrustFacts, link,
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
        snapshot.model.iam_roles.get("app").unwrap().effective.clone().unwrap()
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
        admin(&model.iam_groups.get("admins").unwrap().effective)
            && admin(&model.iam_users.get("eve").unwrap().effective)
    );
    assert!(!admin(&model.iam_users.get("bob").unwrap().effective));
}

fn access(statements: &[&str]) -> ResourceAccess {
    let mut snapshot = Snapshot::default();
    let mut bucket = S3Bucket::new(identity("b"));
    bucket.arn = Some("arn:aws:s3:::b".to_owned());
    bucket.policy = Some(document(Kind::Resource, &statements.join(", ")));
    snapshot.model.insert(bucket);
    analysis::derive(&mut snapshot);
    snapshot.model.s3_buckets.get("b").unwrap().access.clone().unwrap()
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

/// What a managed policy of these statements grants: whether everything, and
/// whether that is known.
fn policy_grants_all(statements: &[&str]) -> (Option<bool>, bool) {
    let mut snapshot = Snapshot::default();
    let mut policy = IamPolicy::new(identity("policy"));
    policy.document = Some(document(Kind::Identity, &statements.join(", ")));
    snapshot.model.insert(policy);
    analysis::derive(&mut snapshot);
    let is_open = snapshot.gaps.iter().any(|gap| gap.path == "/grants/admin");
    (snapshot.model.iam_policies.get("policy").unwrap().grants.as_ref().unwrap().admin, is_open)
}

#[test]
fn a_policy_grants_everything_by_effect() {
    let halves = [
        r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#,
    ];
    assert_eq!(policy_grants_all(&halves), (Some(true), false));
    assert_eq!(policy_grants_all(&halves[..1]), (Some(false), false));
    let nothing = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
    assert_eq!(policy_grants_all(&[ALL, nothing]), (Some(false), false));
    assert_eq!(policy_grants_all(&[ALL]), (Some(true), false));
}

#[test]
fn everything_on_a_condition_is_not_decided() {
    let conditional = ALL.replace(
        "\"Resource\"",
        r#""Condition": {"StringLike": {"aws:RequestedRegion": "*"}}, "Resource""#,
    );
    assert_eq!(policy_grants_all(&[&conditional]), (None, true));
    let read = r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}"#;
    assert_eq!(policy_grants_all(&[read]), (Some(false), false));
}

#[test]
fn what_is_denied_or_out_of_bounds_is_not_excessive() {
    let queue = r#"{"Effect": "Allow", "Action": ["sqs:*", "iam:PutRolePolicy"], "Resource": "*"}"#;
    let excessive = |world: World| {
        let found = world.effective().excessive.into_iter();
        found.map(|grant| grant.action).collect::<Vec<_>>()
    };
    assert_eq!(excessive(World::of(&[queue])), ["iam:PutRolePolicy", "sqs:*"]);
    let deny = r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#;
    assert_eq!(excessive(World::of(&[queue, deny])), ["sqs:*"]);
    let only_s3 = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
    let bounded = World { boundary: Some(only_s3.to_owned()), ..World::of(&[queue]) };
    assert_eq!(excessive(bounded), Vec::<String>::new());
}

#[test]
fn everyone_limited_to_another_account_is_that_account() {
    let limited = |operator: &str, key: &str, value: &str| {
        let found = access(&[&format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::b/*", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}}}"#
        )]);
        let foreign = found.foreign_grants.iter().map(|grant| grant.principal.clone());
        (found.public, foreign.collect::<Vec<_>>(), found.others_may_write)
    };
    let own = (Some(false), Vec::new(), Some(false));
    let other = (Some(false), vec!["444455556666".to_owned()], Some(true));
    assert_eq!(limited("StringEquals", "aws:PrincipalAccount", ACCOUNT), own);
    assert_eq!(limited("StringEquals", "aws:PrincipalAccount", "444455556666"), other);
    assert_eq!(limited("ArnLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/x"), other);
    assert_eq!(limited("StringEquals", "aws:SourceVpce", "vpce-1"), own);
    assert_eq!(limited("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x").0, Some(true));
}

/// Whether a bucket is public that lets everyone in on a condition.
fn is_public(condition: &str) -> bool {
    let allow = format!(
        r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::b/*", "Condition": {{{condition}}}}}"#
    );
    access(&[&allow]).public.unwrap()
}

#[test]
fn conditions_that_strangers_can_meet_leave_everyone_in() {
    for condition in [
        r#""StringLike": {"aws:PrincipalArn": "arn:aws:*"}"#,
        r#""StringLike": {"aws:PrincipalArn": "arn:*"}"#,
        r#""StringLike": {"aws:PrincipalArn": "*:role/Admin"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::????????????:role/Admin"}"#,
        r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#,
        r#""StringLike": {"aws:PrincipalAccount": "1*"}"#,
        r#""StringLike": {"aws:PrincipalAccount": "11112222333?"}"#,
        r#""StringLike": {"aws:SourceVpce": "vpce-*"}"#,
        r#""StringLike": {"aws:PrincipalOrgPaths": "*/r-ab12/*"}"#,
        r#""StringLike": {"aws:userid": "*:alice"}"#,
        r#""StringEquals": {"aws:username": "admin"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads-*"}"#,
        r#""StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}"#,
        r#""IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"}"#,
    ] {
        assert!(is_public(condition), "{condition}");
    }
}

#[test]
fn conditions_that_strangers_cannot_meet_keep_them_out() {
    for condition in [
        r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:*:iam::111122223333:role/app-?"}"#,
        r#""StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}"#,
        r#""StringLike": {"aws:userid": "AROAEXAMPLE:*"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads/*"}"#,
        r#""StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}"#,
        r#""StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}"#,
        r#""IpAddress": {"aws:SourceIp": "198.51.100.0/24"}"#,
        r#""IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}"#,
    ] {
        assert!(!is_public(condition), "{condition}");
    }
}

#[test]
fn plain_http_is_denied_by_any_spelling_on_bucket_and_objects() {
    let deny = |resource: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "S3:*", "Resource": {resource}, "Condition": {{{condition}}}}}"#
        )
    };
    let denies = |statements: &[String]| {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        access(&statements).denies_insecure_transport.unwrap()
    };
    for condition in [
        r#""Bool": {"aws:SecureTransport": "false"}"#,
        r#""BoolIfExists": {"AWS:securetransport": ["false"]}"#,
        r#""StringEquals": {"aws:SecureTransport": "false"}"#,
        r#""StringNotEquals": {"aws:SecureTransport": "true"}"#,
    ] {
        assert!(denies(&[deny(r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#, condition)]));
        let bucket = deny(r#""arn:aws:s3:::b""#, condition);
        let objects = deny(r#""arn:aws:s3:::b/*""#, condition);
        assert!(!denies(std::slice::from_ref(&bucket)) && !denies(std::slice::from_ref(&objects)));
        assert!(denies(&[bucket, objects]), "{condition}");
    }
    for condition in [
        r#""Bool": {"aws:SecureTransport": "true"}"#,
        r#""Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}"#,
        r#""StringNotEquals": {"aws:SecureTransport": ["true", "false"]}"#,
        r#""StringEquals": {"aws:SecureTransport": "False"}"#,
    ] {
        assert!(!denies(&[deny(r#""*""#, condition)]), "{condition}");
    }
    let plain = r#""Bool": {"aws:SecureTransport": "False"}"#;
    assert!(denies(&[deny(r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#, plain)]));
    for objects in ["arn:aws:s3:::b/*/*", "arn:aws:s3:::b/*object", "arn:aws:s3:::b/any/*"] {
        let some = deny(&format!(r#"["arn:aws:s3:::b", "{objects}"]"#), plain);
        assert!(!denies(&[some]), "{objects}");
    }
    // Beginnings of objects are not all of them, however many are named.
    let begin = ["", "/0*", "/a*", "/b*", "/é*", "/?", "/??*"]
        .map(|end| format!("\"arn:aws:s3:::b{end}\""));
    assert!(!denies(&[deny(&format!("[{}]", begin.join(", ")), plain)]));
    assert!(denies(&[deny(r#"["arn:aws:s3:::b", "arn:aws:s3:::b/?*"]"#, plain)]));
}

fn trust(account: Option<&str>, statement: &str) -> (TrustFacts, Snapshot) {
    let mut snapshot = Snapshot::default();
    let mut role = IamRole::new(Identity { account: account.map(str::to_owned), ..identity("r") });
    role.assume_role_policy = Some(document(Kind::Trust, statement));
    snapshot.model.insert(role);
    analysis::derive(&mut snapshot);
    (snapshot.model.iam_roles.get("r").unwrap().trust.clone().unwrap(), snapshot)
}

/// Whether a trust policy binds an OIDC provider to a subject.
fn is_bound(provider: &str, action: &str, condition: &str) -> bool {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}}, "Action": "{action}", "Condition": {{{condition}}}}}"#
    );
    trust(Some(ACCOUNT), &statement).0.oidc_without_subject.is_empty()
}

#[test]
fn an_oidc_subject_is_bound_where_it_names_an_owner() {
    const GITHUB: &str = "token.actions.githubusercontent.com";
    let provider = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}");
    let action = "sts:AssumeRoleWithWebIdentity";
    let like = |pattern: &str| {
        is_bound(&provider, action, &format!(r#""StringLike": {{"{GITHUB}:sub": {pattern}}}"#))
    };
    for pattern in [
        r#""repo:octo/app:ref:refs/heads/main""#,
        r#""repo:octo/*""#,
        r#"["repo:octo/a:*", "repo:octo/b:*"]"#,
        r#""organization:octo:project:*""#,
        r#""system:serviceaccount:orders:*""#,
    ] {
        assert!(like(pattern), "{pattern}");
    }
    for pattern in [
        r#""*""#,
        r#""r*""#,
        r#""repo:*""#,
        r#""repo:*/*:ref:refs/heads/main""#,
        r#""repo:octo*""#,
        r#"["repo:octo/a:*", "*"]"#,
        r#""system:serviceaccount:*:*""#,
    ] {
        assert!(!like(pattern), "{pattern}");
    }
    let audience = format!(r#""StringEquals": {{"{GITHUB}:aud": "sts.amazonaws.com"}}"#);
    for action in [action, "sts:AssumeRole*", "sts:*"] {
        assert!(!is_bound(&provider, action, &audience), "{action}");
    }
    let pool = r#""StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}"#;
    assert!(is_bound("cognito-identity.amazonaws.com", action, pool));
    assert!(!is_bound("cognito-identity.amazonaws.com", action, &audience));
}

#[test]
fn a_third_party_is_another_account_without_external_id_or_organization() {
    let foreign = |account: Option<&str>, principal: &str, condition: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole", "Condition": {{{condition}}}}}"#
        );
        let (facts, snapshot) = trust(account, &statement);
        let is_open = snapshot.gaps.iter().any(|gap| gap.path.starts_with("/trust/foreign"));
        assert!(facts.everyone.is_empty());
        (facts.foreign_without_external_id.len(), is_open)
    };
    let other = r#"{"AWS": "arn:aws:iam::444455556666:root"}"#;
    let mfa = r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#;
    assert_eq!(foreign(Some(ACCOUNT), other, mfa), (1, false));
    assert_eq!(foreign(None, other, mfa), (1, true), "it may be the own account");
    let external = r#""StringEquals": {"sts:ExternalId": "e-1"}"#;
    assert_eq!(foreign(Some(ACCOUNT), other, external), (0, false));
    let literal = r#""StringLike": {"sts:ExternalId": "e-1"}"#;
    assert_eq!(foreign(Some(ACCOUNT), other, literal), (0, false));
    for anything in [
        r#""StringLike": {"sts:ExternalId": "*"}"#,
        r#""StringLike": {"sts:ExternalId": ["e-1", "e-?"]}"#,
        r#""StringEqualsIfExists": {"sts:ExternalId": "e-1"}"#,
    ] {
        assert_eq!(foreign(Some(ACCOUNT), other, anything), (1, false), "{anything}");
    }
    let organization = r#""StringEquals": {"aws:PrincipalOrgID": "o-1"}"#;
    assert_eq!(foreign(Some(ACCOUNT), other, organization), (0, false));
    let account = r#""StringEquals": {"aws:PrincipalAccount": "444455556666"}"#;
    assert_eq!(foreign(Some(ACCOUNT), r#"{"AWS": "*"}"#, account), (1, false));
}

/// Tags and a source identity are given when a role is assumed; alone they let
/// nobody assume it.
#[test]
fn only_statements_about_assuming_a_role_trust_somebody() {
    let trusted = |principal: &str, actions: &str| {
        let statement =
            format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": {actions}}}"#);
        let (facts, _) = trust(Some(ACCOUNT), &statement);
        facts.everyone.len() + facts.foreign_without_external_id.len()
    };
    let other = r#"{"AWS": "444455556666"}"#;
    for principal in [other, r#"{"AWS": "*"}"#] {
        assert_eq!(trusted(principal, r#"["sts:TagSession", "sts:SetSourceIdentity"]"#), 0);
        assert_eq!(trusted(principal, r#"["sts:TagSession", "sts:AssumeRole"]"#), 1);
        assert_eq!(trusted(principal, r#""sts:*""#), 1);
    }
}
