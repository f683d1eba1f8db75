#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod refusals;

use super::*;

fn errors(kind: Kind, text: &str) -> Vec<(u32, String)> {
    match read(kind, &Arc::from("p.json"), text) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .into_iter()
            .map(|found| {
                assert!(found.help.is_some(), "{} has no remedy", found.message);
                (found.span.map_or(0, |span| span.start_line), found.message)
            })
            .collect(),
    }
}

fn refused(kind: Kind, statement: &str, word: &str) {
    let text = format!("{{\"Version\": \"2012-10-17\",\n\"Statement\": [\n{statement}\n]}}");
    let found = errors(kind, &text);
    assert!(
        found.iter().any(|(line, message)| *line >= 2 && message.contains(word)),
        "{statement}: {found:?}"
    );
}

#[test]
fn what_aws_takes_is_read() {
    let text = r#"{"Version": "2012-10-17", "Id": "x", "Statement": {"Sid": "A1", "Effect": "Allow",
      "Action": ["s3:Get*", "*"], "Resource": "*",
      "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": 10}}}}"#;
    let found = read(Kind::Identity, &Arc::from("p.json"), text).unwrap();
    let statement = &found.document.statements[0];
    assert_eq!(statement.actions, ["s3:Get*", "*"]);
    assert_eq!(statement.conditions[1].values, ["10"]);
    assert_eq!(found.statements[0].start_line, 1);
    let trust = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com",
      "AWS": ["111122223333", "arn:aws:iam::111122223333:role/a"]}, "Action": "sts:AssumeRole"}]}"#;
    assert_eq!(
        read(Kind::Trust, &Arc::from("t.json"), trust).unwrap().document.statements[0]
            .principals
            .len(),
        3
    );
}

#[test]
fn broken_json_names_line_and_column() {
    let found = read(Kind::Identity, &Arc::from("p.json"), "{\n \"Version\": ,\n}").unwrap_err();
    let span = found[0].span.as_ref().unwrap();
    assert_eq!((span.start_line, span.start_column), (2, 13));
}

#[test]
fn what_aws_refuses_is_an_error_with_its_place() {
    let identity = Kind::Identity;
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:Get*", "Resource": "*"}"#,
        "not both",
    );
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "NotResource": "*"}"#,
        "not both",
    );
    refused(identity, r#"{"Action": "s3:*", "Resource": "*"}"#, "Effect is missing");
    refused(identity, r#"{"Effect": "allow", "Action": "s3:*", "Resource": "*"}"#, "neither Allow");
    refused(identity, r#"{"Effect": "Allow", "Resource": "*"}"#, "Action is missing");
    refused(identity, r#"{"Effect": "Allow", "Action": "s3:*"}"#, "Resource is missing");
    refused(identity, r#"{"Effect": "Allow", "Action": [], "Resource": "*"}"#, "empty");
    refused(identity, r#"{"Effect": "Allow", "Action": "s3*:Get", "Resource": "*"}"#, "wildcard");
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}"#,
        "names no service",
    );
    refused(identity, r#"{"Effect": "Allow", "Action": 5, "Resource": "*"}"#, "no string");
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "bucket"}"#,
        "neither an ARN",
    );
    refused(
        identity,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#,
        "has no Principal",
    );
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Actions": "s3:*"}"#,
        "no element",
    );
    refused(
        identity,
        r#"{"Effect": "Allow", "Action": "s3:*", "Action": "s3:*", "Resource": "*"}"#,
        "twice",
    );
    refused(
        identity,
        r#"{"Sid": "a b", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
        "letters and digits",
    );
    refused(
        identity,
        "{\"Sid\": \"A\", \"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"},\n{\"Sid\": \"A\", \"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"}",
        "Sid A is there twice",
    );
    for (condition, word) in [
        (r#"{"StringIs": {"aws:username": "b"}}"#, "no condition operator"),
        (r#"{"StringEquals": "x"}"#, "no object"),
        (r#"{"StringEquals": {"username": "b"}}"#, "no condition key"),
        (r#"{"StringEquals": {"aws:username": {"a": 1}}}"#, "a string, a number"),
        (r#"{"StringEquals": {"aws:username": null}}"#, "a string, a number"),
        ("[]", "no object"),
    ] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
        );
        refused(identity, &statement, word);
    }
}

#[test]
fn each_kind_has_its_own_rules() {
    let allow = r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#;
    refused(Kind::Resource, &format!("{{{allow}}}"), "Principal is missing");
    refused(Kind::ServiceControl, &format!(r#"{{{allow}, "Principal": "*"}}"#), "has no Principal");
    refused(Kind::Trust, &format!(r#"{{{allow}, "Principal": "*"}}"#), "no Resource");
    refused(
        Kind::Trust,
        r#"{"Effect": "Deny", "Action": "sts:*", "NotPrincipal": {"AWS": "*"}}"#,
        "no NotPrincipal",
    );
    refused(Kind::ResourceControl, &format!(r#"{{{allow}, "Principal": "*"}}"#), "cannot allow");
    let deny = r#""Effect": "Deny", "Action": "s3:*", "Resource": "*""#;
    refused(
        Kind::ResourceControl,
        &format!(r#"{{{deny}, "Principal": {{"AWS": "111122223333"}}}}"#),
        "every principal",
    );
    for (principal, word) in [
        (r#""arn:aws:iam::111122223333:root""#, "neither"),
        (r#"{"AWS": "arn:aws:iam::111122223333:user/*"}"#, "wildcard"),
        (r#"{"User": "bob"}"#, "no kind of principal"),
        (r#"{"AWS": "bob"}"#, "is no principal"),
        (r#"{"AWS": []}"#, "empty"),
        (r#"{"Service": "ec2"}"#, "no service principal"),
    ] {
        refused(Kind::Resource, &format!(r#"{{{allow}, "Principal": {principal}}}"#), word);
    }
}

#[test]
fn wrong_documents_are_refused_whole() {
    for (text, word) in [
        ("[]", "an object"),
        ("{}", "Statement is missing"),
        (r#"{"Statement": []}"#, "empty"),
        (r#"{"Version": "2012-10-18", "Statement": []}"#, "no such Version"),
        (r#"{"Statement": "x"}"#, "a statement is an object"),
        ("", "no JSON"),
        ("Version: 2012-10-17", "no JSON"),
    ] {
        let found = errors(Kind::Identity, text);
        assert!(found.iter().any(|(_, message)| message.contains(word)), "{text}: {found:?}");
    }
}

#[test]
fn what_aws_takes_but_cannot_be_meant_is_a_warning_with_its_place() {
    for (element, word, column) in [
        (r#""Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}"#, "tomorrow is no", 51),
        (r#""Condition": {"NumericEquals": {"s3:max-keys": ["1", "ten"]}}"#, "ten is no value", 54),
        (r#""Condition": {"Bool": {"aws:SecureTransport": "yes"}}"#, "yes is no value", 47),
        (r#""Condition": {"Null": {"aws:username": "no"}}"#, "no is no value that Null", 40),
        (r#""Condition": {"BinaryEquals": {"a:b": "x"}}"#, "x is no value", 39),
        (
            r#""Resource": "arn:aws:kms:*:${aws:PrincipalAccount}:key/*""#,
            "before the fifth colon",
            13,
        ),
    ] {
        let resource = if element.contains("Resource") { "" } else { "\"Resource\": \"*\", " };
        let text = format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": {{\"Effect\": \"Allow\", {resource}\"Action\": \"s3:*\",\n{element}}}}}"
        );
        let found = read(Kind::Identity, &Arc::from("p.json"), &text).unwrap().warnings;
        let span = found[0].span.as_ref().unwrap();
        assert!(found[0].message.contains(word), "{element}: {found:?}");
        assert_eq!((span.start_line, span.start_column), (2, column), "{element}");
        assert!(found.len() == 1 && found[0].help.is_some(), "{element}: {found:?}");
    }
}

#[test]
fn what_matches_nothing_is_a_warning() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3",
      "Condition": {"NumericEquals": {"s3:max-keys": "5"}}}]}"#;
    assert_eq!(read(Kind::Identity, &Arc::from("p.json"), text).unwrap().warnings.len(), 1);
}

#[test]
fn an_arn_that_stops_early_is_completed_refused_or_matches_nothing() {
    let statement = |more: &str| {
        format!(
            "{{\"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"sqs:*\",\n{more}\"Resource\": \"arn:aws:sqs\"}}]}}"
        )
    };
    let warned = |kind, more| {
        let found = read(kind, &Arc::from("p.json"), &statement(more)).unwrap();
        found.warnings.into_iter().map(|found| found.message).collect::<String>()
    };
    assert!(warned(Kind::Identity, "").contains("takes *"));
    assert!(warned(Kind::Resource, "\"Principal\": \"*\", ").contains("matches nothing"));
    assert_eq!(
        errors(Kind::Session, &statement("")),
        [(2, "the ARN has fewer than six fields".to_owned())]
    );
}

#[test]
fn what_one_kind_of_policy_refuses() {
    let group = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:group/g"},
      "Action": "s3:*", "Resource": "*"}"#;
    refused(Kind::Resource, group, "is a group");
    let other = r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*"}"#;
    refused(Kind::Trust, other, "no action s3:*");
    let partition = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:awz:s3:::b"}"#;
    refused(Kind::Identity, partition, "no partition");
}
