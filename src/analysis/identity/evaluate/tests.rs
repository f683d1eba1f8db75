#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use super::*;
use crate::source::policy_file::{self, Kind};

const ACCOUNT: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/bob";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/one";
const OBJECT: &str = "arn:aws:s3:::bucket/key";

fn layer(kind: Kind, statements: &str) -> Layer {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let file = policy_file::read(kind, &Arc::from("test.json"), &text).unwrap();
    Layer::of([Policy::new("test.json", Place::File(file.statements), &file.document)])
}

fn identity(statements: &str) -> PolicySet {
    PolicySet { identity: layer(Kind::Identity, statements), ..PolicySet::default() }
}

fn request(principal: &str, action: &str, resource: &str) -> Request {
    let account = resource.split(':').nth(4).filter(|account| !account.is_empty());
    let resource = Resource {
        names: vec![resource.to_owned()],
        account: Some(account.unwrap_or(ACCOUNT).to_owned()),
    };
    Request::new(Principal::parse(principal).unwrap(), action, resource, Context::default())
}

fn outcome(principal: &str, policies: &PolicySet) -> Outcome {
    decide(&request(principal, "s3:GetObject", OBJECT), policies).outcome
}

const ALLOW: &str =
    r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::bucket/*"}"#;
const LIST: &str = r#"{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}"#;
const DENY: &str = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#;

fn implicit(layer: LayerKind) -> Outcome {
    Outcome::Denied { explicit: false, layer }
}

#[test]
fn allow_needs_a_statement_and_deny_wins() {
    assert_eq!(outcome(USER, &identity(ALLOW)), Outcome::Allowed);
    assert_eq!(outcome(USER, &identity(LIST)), implicit(LayerKind::Identity));
    let both = identity(&format!("{ALLOW}, {DENY}"));
    let decision = decide(&request(USER, "s3:GetObject", OBJECT), &both);
    assert_eq!(decision.outcome, Outcome::Denied { explicit: true, layer: LayerKind::Identity });
    assert_eq!(decision.statements[0].index, 1);
    assert_eq!(decision.statements[0].span().map(|span| &*span.file), Some("test.json"));
}

#[test]
fn an_unknown_that_cannot_matter_does_not_blur() {
    let maybe =
        ALLOW.replace("}", r#", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#);
    let conditional = outcome(USER, &identity(&maybe));
    assert!(matches!(&conditional, Outcome::Conditional(formula)
        if formula.to_string() == "aws:SourceIp IpAddress 203.0.113.0/24"));
    assert!(matches!(
        outcome(USER, &identity(&format!("{maybe}, {DENY}"))),
        Outcome::Denied { explicit: true, .. }
    ));
    assert_eq!(outcome(USER, &identity(&format!("{maybe}, {ALLOW}"))), Outcome::Allowed);
}

/// The table of the semantics: which limits a grant of the resource's policy
/// goes past.
#[test]
fn a_resource_policy_goes_past_limits_by_how_it_names() {
    let bounded = |principal: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "s3:GetObject", "Resource": "{OBJECT}"}}"#
        );
        PolicySet {
            boundary: Some(layer(Kind::Identity, LIST)),
            session: Some(layer(Kind::Session, LIST)),
            resource: Some(layer(Kind::Resource, &statement)),
            ..PolicySet::default()
        }
    };
    assert_eq!(outcome(USER, &PolicySet { session: None, ..bounded(USER) }), Outcome::Allowed);
    assert_eq!(outcome(SESSION, &bounded(SESSION)), Outcome::Allowed);
    assert_eq!(outcome(SESSION, &bounded("*")), Outcome::Allowed);
    let role = "arn:aws:iam::111122223333:role/app";
    assert!(!outcome(SESSION, &bounded(role)).may_be_allowed());
    assert!(!outcome(SESSION, &bounded(ACCOUNT)).may_be_allowed());
    let unbounded = PolicySet { boundary: None, session: None, ..bounded(role) };
    assert_eq!(outcome(SESSION, &unbounded), Outcome::Allowed);
    let account = PolicySet { boundary: None, session: None, ..bounded(ACCOUNT) };
    assert_eq!(outcome(SESSION, &account), implicit(LayerKind::Identity));
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let mut asked = request(USER, "s3:GetObject", OBJECT);
    asked.set_resource(Resource {
        names: vec![OBJECT.to_owned()],
        account: Some("444455556666".to_owned()),
    });
    let grant = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "{ACCOUNT}"}}, "Action": "s3:*", "Resource": "*"}}"#
    );
    let resource = Some(layer(Kind::Resource, &grant));
    assert_eq!(decide(&asked, &identity(ALLOW)).outcome, implicit(LayerKind::Resource));
    let only_theirs = PolicySet { resource: resource.clone(), ..PolicySet::default() };
    assert_eq!(decide(&asked, &only_theirs).outcome, implicit(LayerKind::Identity));
    let both = PolicySet { resource, ..identity(ALLOW) };
    assert_eq!(decide(&asked, &both).outcome, Outcome::Allowed);
}

#[test]
fn every_level_of_service_control_policies_must_allow() {
    let full =
        layer(Kind::ServiceControl, r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let none = layer(Kind::ServiceControl, LIST);
    let levels = |levels: Vec<Layer>| PolicySet { service_control: levels, ..identity(ALLOW) };
    assert_eq!(outcome(USER, &levels(vec![full.clone(), full.clone()])), Outcome::Allowed);
    let blocked = levels(vec![full, none]);
    assert_eq!(outcome(USER, &blocked), implicit(LayerKind::ServiceControl));
    let management = PolicySet { management_accounts: vec![ACCOUNT.to_owned()], ..blocked };
    assert_eq!(outcome(USER, &management), Outcome::Allowed);
}

#[test]
fn keys_and_roles_must_allow_themselves() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k";
    let own = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let asked = request(USER, "kms:Decrypt", key);
    assert_eq!(decide(&asked, &identity(own)).outcome, implicit(LayerKind::Resource));
    let policy = |principal: &str| {
        let grant = format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "kms:*", "Resource": "*"}}"#
        );
        Some(layer(Kind::Resource, &grant))
    };
    let delegated = PolicySet { resource: policy(ACCOUNT), ..identity(own) };
    assert_eq!(decide(&asked, &delegated).outcome, Outcome::Allowed);
    let without = PolicySet { resource: policy(ACCOUNT), ..PolicySet::default() };
    assert_eq!(decide(&asked, &without).outcome, implicit(LayerKind::Identity));
    let named = PolicySet { resource: policy(USER), ..PolicySet::default() };
    assert_eq!(decide(&asked, &named).outcome, Outcome::Allowed);
}

#[test]
fn wildcards_in_the_question_ask_about_all_of_them() {
    let all = request(USER, "s3:Get*", "arn:aws:s3:::bucket/*");
    assert_eq!(decide(&all, &identity(ALLOW)).outcome, Outcome::Allowed);
    let but_one =
        r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/secret*"}"#;
    let found = decide(&all, &identity(&format!("{ALLOW}, {but_one}"))).outcome;
    assert!(matches!(found, Outcome::Conditional(formula)
        if formula.to_string() == "not (the resource is arn:aws:s3:::bucket/secret*)"));
}

#[test]
fn an_arn_that_stops_early_is_completed_for_identities_and_in_a_deny() {
    let own = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3"}"#;
    assert_eq!(outcome(USER, &identity(own)), Outcome::Allowed);
    let of_resource = own.replace('{', r#"{"Principal": "*", "#);
    let open =
        PolicySet { resource: Some(layer(Kind::Resource, &of_resource)), ..PolicySet::default() };
    assert_eq!(outcome(USER, &open), implicit(LayerKind::Identity));
    let deny = of_resource.replace("Allow", "Deny");
    let shut = PolicySet { resource: Some(layer(Kind::Resource, &deny)), ..identity(own) };
    assert!(matches!(outcome(USER, &shut), Outcome::Denied { explicit: true, .. }));
}

#[test]
fn contraries_cancel_each_other() {
    let with = |effect: &str, operator: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Action": "s3:*", "Resource": "*", "Condition": {{"{operator}": {{"aws:SourceVpce": "vpce-1"}}}}}}"#
        )
    };
    let never =
        identity(&format!("{}, {}", with("Allow", "StringEquals"), with("Deny", "StringEquals")));
    assert!(!outcome(USER, &never).may_be_allowed());
    let always = identity(&format!(
        "{}, {}",
        with("Allow", "StringEquals"),
        with("Allow", "StringNotEquals")
    ));
    assert_eq!(outcome(USER, &always), Outcome::Allowed);
}

/// The answer where a statement that allows has a condition on one key, in a
/// context that is known in full.
fn with_condition(condition: &str, key: &str, values: &[&str]) -> Outcome {
    let condition = format!(r#", "Condition": {condition}}}"#);
    let mut asked = request(USER, "s3:GetObject", OBJECT);
    asked.context.complete = true;
    values.iter().for_each(|value| asked.context.add(key, value));
    decide(&asked, &identity(&ALLOW.replace('}', &condition))).outcome
}

#[test]
fn set_operators_before_null_are_open_only_where_two_rules_part() {
    let answer = |set: &str, asks: &str, values: &[&str]| {
        let condition = format!(r#"{{"{set}Null": {{"aws:TagKeys": "{asks}"}}}}"#);
        match with_condition(&condition, "aws:TagKeys", values) {
            Outcome::Allowed => "allowed",
            Outcome::Denied { .. } => "denied",
            Outcome::Conditional(_) => "open",
        }
    };
    for (set, asks, present, absent) in [
        ("", "true", "denied", "allowed"),
        ("", "false", "allowed", "denied"),
        ("ForAllValues:", "true", "denied", "allowed"),
        ("ForAllValues:", "false", "allowed", "open"),
        ("ForAnyValue:", "true", "denied", "open"),
        ("ForAnyValue:", "false", "allowed", "denied"),
    ] {
        assert_eq!(answer(set, asks, &["env"]), present, "{set} {asks}");
        assert_eq!(answer(set, asks, &[]), absent, "{set} {asks}");
    }
}

#[test]
fn what_cannot_be_compared_meets_no_negated_condition() {
    for (condition, key, fine) in [
        (
            r#"{"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::a"}}"#,
            "aws:SourceArn",
            "arn:aws:s3:::b",
        ),
        (r#"{"NumericNotEquals": {"s3:max-keys": "1"}}"#, "s3:max-keys", "2"),
        (
            r#"{"DateNotEquals": {"aws:CurrentTime": "2026-01-01"}}"#,
            "aws:CurrentTime",
            "2026-01-02",
        ),
        (r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#, "aws:SourceIp", "2001:db8::1"),
    ] {
        assert_eq!(with_condition(condition, key, &[fine]), Outcome::Allowed, "{condition}");
        let odd = with_condition(condition, key, &["odd"]);
        assert_eq!(odd, implicit(LayerKind::Identity), "{condition}");
    }
}
