//! What AWS refuses, at which place, and texts near it that AWS takes. In the
//! rows of refusals `▸` stands where the error is.

use super::super::{Kind, read};
use std::sync::Arc;

const IDENTITY: Kind = Kind::Identity;
const SESSION: Kind = Kind::Session;
const RESOURCE: Kind = Kind::Resource;
const TRUST: Kind = Kind::Trust;
const SCP: Kind = Kind::ServiceControl;
const RCP: Kind = Kind::ResourceControl;
const ENDPOINT: Kind = Kind::Endpoint;

/// A policy around what differs between the rows.
fn whole(row: &str) -> String {
    if row.trim_start().starts_with(['{', '▸']) && row.contains("\"Statement\"") {
        return row.to_owned();
    }
    format!("{{\"Version\": \"2012-10-17\",\n\"Statement\": [\n{row}\n]}}")
}

/// What each kind of policy says beside an element under test.
fn around(kind: Kind, element: &str) -> String {
    let effect = if kind == RCP { "Deny" } else { "Allow" };
    let mut elements = vec![format!("\"Effect\": \"{effect}\"")];
    let named = |name: &str| element.contains(&format!("\"{name}\":"));
    let both = |plain: &str| named(plain) || named(&format!("Not{plain}"));
    let principal = matches!(kind, RESOURCE | TRUST | RCP | ENDPOINT);
    if principal && !both("Principal") {
        let everyone = if kind == TRUST { "{\"AWS\": \"*\"}" } else { "\"*\"" };
        elements.push(format!("\"Principal\": {everyone}"));
    }
    if !both("Action") {
        let action = if kind == TRUST { "sts:AssumeRole" } else { "s3:*" };
        elements.push(format!("\"Action\": \"{action}\""));
    }
    if kind != TRUST && !both("Resource") {
        elements.push("\"Resource\": \"*\"".to_owned());
    }
    format!("{{{},\n{element}}}", elements.join(", "))
}

/// The errors of a policy: line, column, message.
fn errors(kind: Kind, text: &str) -> Vec<(u32, u32, String)> {
    let found = read(kind, &Arc::from("p.json"), text).err().unwrap_or_default();
    found
        .into_iter()
        .map(|found| {
            assert!(found.help.is_some(), "{} has no remedy", found.message);
            let place = found.span.map_or((0, 0), |span| (span.start_line, span.start_column));
            (place.0, place.1, found.message)
        })
        .collect()
}

fn place(text: &str) -> (u32, u32) {
    let before = text.split('▸').next().unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(0), u32::try_from(column).unwrap_or(0))
}

fn refused(kind: Kind, text: &str, words: &str) {
    let (line, column) = place(text);
    let found = errors(kind, &text.replace('▸', ""));
    assert!(
        matches!(found.as_slice(), [(l, c, message)]
            if (*l, *c) == (line, column) && message.contains(words)),
        "{kind:?} {text}\nwanted {line}:{column} {words}\nfound {found:?}"
    );
}

fn taken(kind: Kind, text: &str) {
    assert_eq!(errors(kind, text), [], "{kind:?} {text}");
}

/// Elements of a statement that AWS refuses: of which kind of policy, the
/// element, words of the error.
const REFUSED: &[(Kind, &str, &str)] = &[
    // Variables.
    (
        IDENTITY,
        r#""Resource": ▸"arn:aws:s3:::b/${}/*""#,
        "variable of arn:aws:s3:::b/${}/* is empty",
    ),
    (IDENTITY, r#""Resource": ["*", ▸"arn:aws:s3:::b/${ }"]"#, "is empty"),
    (IDENTITY, r#""NotResource": ▸"arn:aws:s3:::b/${aws:username""#, "is not closed"),
    (RESOURCE, r#""Resource": ▸"arn:aws:s3:::b/${aws:username/${aws:userid}""#, "is not closed"),
    (IDENTITY, r#""Resource": ▸"arn:aws:s3:::b/${aws:user name}""#, "a space in its name"),
    (IDENTITY, r#""Resource": ▸"arn:aws:s3:::b/${aws:username, nobody}""#, "is not in quotes"),
    (IDENTITY, r#""Resource": ▸"arn:aws:s3:::b/${aws:username, 'nobody}""#, "is not in quotes"),
    (
        IDENTITY,
        r#""Condition": {"StringLike": {"s3:prefix": ["", ▸"home/${"]}}"#,
        "variable of home/${ is not closed",
    ),
    (SCP, r#""Condition": {"ArnLike": {"aws:PrincipalArn": ▸"arn:aws:iam::*:role/${}"}}"#, "empty"),
    (
        IDENTITY,
        r#""Condition": {"IpAddress": {"aws:SourceIp": ▸"${aws:SourceIp}"}}"#,
        "IpAddress takes no policy variables",
    ),
    (
        IDENTITY,
        r#""Condition": {"DateLessThan": {"aws:CurrentTime": ▸"${aws:TokenIssueTime}"}}"#,
        "DateLessThan takes no policy variables",
    ),
    (
        IDENTITY,
        r#""Condition": {"NumericEquals": {"s3:max-keys": ▸"${aws:PrincipalTag/most}"}}"#,
        "NumericEquals takes no policy variables",
    ),
    (
        RESOURCE,
        r#""Principal": {"AWS": ▸"arn:aws:iam::111122223333:user/${aws:username}"}"#,
        "has a policy variable in it",
    ),
    (IDENTITY, r#""Action": ▸"s3:${aws:username}""#, "is no action"),
    // Actions.
    (IDENTITY, r#""Action": ▸"s*:Get""#, "the service of s*:Get has a wildcard"),
    (IDENTITY, r#""Action": ["s3:Get*", ▸"?3:Get"]"#, "the service of ?3:Get has a wildcard"),
    (SCP, r#""NotAction": ▸"*:Get""#, "the service of *:Get has a wildcard"),
    (IDENTITY, r#""Action": ▸"s3""#, "names no service"),
    (IDENTITY, r#""Action": ▸"s3:Get:Object""#, "is no action"),
    // ARNs.
    (
        IDENTITY,
        r#""Resource": ▸"arn:aws:s*:::b""#,
        "the service of the ARN arn:aws:s*:::b has a wildcard",
    ),
    (IDENTITY, r#""Resource": ▸"arn:aws:*:*:111122223333:*""#, "has a wildcard"),
    (SCP, r#""Resource": ▸"arn:aws:*""#, "has a wildcard"),
    (IDENTITY, r#""Resource": ▸"arn:aws:::::b""#, "names no service"),
    (IDENTITY, r#""Resource": ▸"arn:aws""#, "names no service"),
    (IDENTITY, r#""Resource": ▸"arn:s3:::b""#, "no partition"),
    (RESOURCE, r#""Resource": ▸"arn:azure:s3:::b/*""#, "no partition"),
    (IDENTITY, r#""Resource": ▸"arn:aws:iam:us-east-1:111122223333:user/a""#, "names a region"),
    (SESSION, r#""Resource": ▸"arn:aws:s3::b""#, "fewer than six fields"),
    (IDENTITY, r#""Resource": ▸"""#, "neither an ARN"),
    (IDENTITY, r#""Resource": ▸[]"#, "Resource is empty"),
    // Conditions.
    (
        IDENTITY,
        r#""Condition": {"IpAddress": {"aws:SourceIp": ▸"203.0.113.0/33"}}"#,
        "no address range",
    ),
    (
        RESOURCE,
        r#""Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", ▸"office"]}}"#,
        "office is no address range",
    ),
    (
        IDENTITY,
        r#""Condition": {"IpAddressIfExists": {"aws:SourceIp": ▸"203.0.113.*"}}"#,
        "no address range",
    ),
    (
        IDENTITY,
        r#""Condition": {▸"StringEqual": {"aws:username": "a"}}"#,
        "no condition operator StringEqual",
    ),
    (
        IDENTITY,
        r#""Condition": {▸"NullIfExists": {"aws:username": "true"}}"#,
        "no condition operator NullIfExists",
    ),
    (
        IDENTITY,
        r#""Condition": {▸"ForAllValues::StringLike": {"aws:TagKeys": "a"}}"#,
        "no condition operator",
    ),
    (
        IDENTITY,
        r#""Condition": {"StringEquals": {"aws:username": "a", ▸"AWS:UserName": "b"}}"#,
        "AWS:UserName is the condition key aws:username in other capitals",
    ),
    (IDENTITY, r#""Condition": {"StringEquals": {▸"aws:ResourceTag": "a"}}"#, "names no tag"),
    (SCP, r#""Condition": {"StringEquals": {▸"aws:PrincipalTag/": "a"}}"#, "names no tag"),
    (IDENTITY, r#""Condition": {"StringEquals": {"aws:username": ["a", ▸5]}}"#, "different types"),
    (
        IDENTITY,
        r#""Condition": {"Bool": {"aws:SecureTransport": ["true", ▸true]}}"#,
        "different types",
    ),
    // Principals.
    (TRUST, r#""Principal": ▸"*""#, "has no Principal \"*\""),
    (TRUST, r#""Principal": {"Federated": ▸"google"}"#, "google is no identity provider"),
    (
        TRUST,
        r#""Principal": {"Federated": ▸"https://accounts.google.com"}"#,
        "no identity provider",
    ),
    (
        TRUST,
        r#""Principal": {"Federated": ▸"arn:aws:iam::111122223333:role/a"}"#,
        "no identity provider",
    ),
    (RESOURCE, r#""Principal": {▸"Federated": "accounts.google.com"}"#, "no federated principal"),
    (ENDPOINT, r#""Principal": {▸"Federated": "accounts.google.com"}"#, "no federated principal"),
    (TRUST, r#""Principal": {"Service": ▸"EC2.amazonaws.com"}"#, "no service principal"),
    (TRUST, r#""Principal": {"Service": ▸"*"}"#, "no service principal"),
    (RESOURCE, r#""Principal": {"AWS": ▸"arn:aws:s3:::b"}"#, "the ARN of no principal"),
    (
        RESOURCE,
        r#""Principal": {"AWS": ▸"arn:aws:iam::111122223333:policy/p"}"#,
        "the ARN of no principal",
    ),
    (
        RESOURCE,
        r#""Principal": {"AWS": ▸"arn:aws:sts::111122223333:assumed-role/a/*"}"#,
        "a wildcard in it",
    ),
    (RESOURCE, r#""Principal": {"AWS": ["111122223333", ▸"11112222333"]}"#, "is no principal"),
    // Organizations.
    (SCP, r#""Principal": ▸"*""#, "has no Principal"),
    (SCP, r#""NotPrincipal": ▸{"AWS": "*"}"#, "has no Principal"),
    (RCP, r#""Action": ▸"*""#, "names the services that it is about"),
    (RCP, r#""Action": ▸["s3:*", "*"]"#, "names the services that it is about"),
];

/// Elements near those above that AWS takes.
const TAKEN: &[(Kind, &str)] = &[
    (IDENTITY, r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#),
    (IDENTITY, r#""Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none at all'}""#),
    (IDENTITY, r#""Resource": "arn:aws:s3:::b/${*}${?}${$}""#),
    (IDENTITY, r#""Resource": "arn:aws:s3:::b/$aws:username{}""#),
    // As AWS's own policies write it.
    (IDENTITY, r#""Resource": "arn:*:kms:*:${aws:PrincipalAccount}:key/*""#),
    (
        IDENTITY,
        r#""Condition": {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}"#,
    ),
    (IDENTITY, r#""Condition": {"StringEquals": {"aws:PrincipalTag/cost center": "a"}}"#),
    (
        IDENTITY,
        r#""Condition": {"StringEquals": {"aws:username": "a"}, "StringLike": {"AWS:UserName": "b"}}"#,
    ),
    (IDENTITY, r#""Condition": {}"#),
    (IDENTITY, r#""Condition": {"StringEquals": {"aws:username": []}}"#),
    (
        IDENTITY,
        r#""Condition": {"Bool": {"aws:SecureTransport": true, "aws:ViaAWSService": "false"}}"#,
    ),
    (
        IDENTITY,
        r#""Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.7", "203.0.113.5/24", "2001:DB8::/32"]}}"#,
    ),
    (IDENTITY, r#""Condition": {"StringEquals": {"aws:SourceIp": "office"}}"#),
    (
        IDENTITY,
        r#""Condition": {"DateLessThan": {"aws:CurrentTime": ["2026", "2026-01-31", "1767225600", "2026-01-31T08:00:00+01:00"]}}"#,
    ),
    (
        IDENTITY,
        r#""Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}, "Bool": {"aws:SecureTransport": "yes"}, "NumericEquals": {"s3:max-keys": "ten"}, "Null": {"aws:username": "no"}}"#,
    ),
    (IDENTITY, r#""Condition": {"forallvalues:stringlikeifexists": {"aws:TagKeys": ["a*", "b"]}}"#),
    (IDENTITY, r#""Action": ["*", "s3:*Object", "S3:g?t*", "iam:*AccessKey*"]"#),
    (IDENTITY, r#""Action": "nosuchservice:NoSuchAction""#),
    (
        IDENTITY,
        r#""Resource": ["arn:aws:sqs:*:*:*", "arn:*:s3:::b", "arn:aws-us-gov:ec2:us-gov-*::image/*"]"#,
    ),
    (
        IDENTITY,
        r#""Resource": ["arn:aws:iam::111122223333:user/a", "arn:aws:iam::*:role/*", "arn:aws:iam::aws:policy/*"]"#,
    ),
    (IDENTITY, r#""Resource": "arn:aws:ec2:region:account-id:instance/*""#),
    (IDENTITY, r#""Resource": "arn:aws:s3:us-east-1:111122223333:accesspoint/a""#),
    (IDENTITY, r#""Resource": "arn:aws:sns""#),
    (RESOURCE, r#""Resource": "execute-api:/*""#),
    (RESOURCE, r#""NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}"#),
    (
        RESOURCE,
        r#""Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#,
    ),
    (
        RESOURCE,
        r#""Principal": {"AWS": ["*", "111122223333", "arn:aws:iam::111122223333:root", "AIDACKCEVSQ6C2EXAMPLE"]}"#,
    ),
    (
        RESOURCE,
        r#""Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E127EXAMPLE51Z"}"#,
    ),
    (
        RESOURCE,
        r#""Principal": {"AWS": ["arn:aws:sts::111122223333:assumed-role/a/b", "arn:aws:sts::111122223333:federated-user/c"]}"#,
    ),
    (
        RESOURCE,
        r#""Principal": {"Service": ["logs.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn"]}"#,
    ),
    (TRUST, r#""Principal": {"AWS": "*"}"#),
    (
        TRUST,
        r#""Principal": {"Federated": ["accounts.google.com", "arn:aws:iam::111122223333:saml-provider/idp"]}, "Action": "sts:*""#,
    ),
    (
        TRUST,
        r#""Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"}, "Action": "sts:AssumeRoleWithWebIdentity""#,
    ),
    (
        SCP,
        r#""NotResource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"aws:PrincipalArn": "a"}}"#,
    ),
    (SCP, r#""NotAction": ["iam:*", "sts:*Role", "s3:Get?bject"], "Resource": "arn:aws:s3:::b/*""#),
    (RCP, r#""Action": ["s3:*Object", "sts:*"], "NotResource": "arn:aws:s3:::b/*""#),
    (RCP, r#""Principal": {"AWS": "*"}"#),
];

#[test]
fn what_aws_refuses_in_a_statement() {
    for (kind, element, words) in REFUSED {
        refused(*kind, &whole(&around(*kind, element)), words);
    }
}

#[test]
fn what_aws_takes_near_it() {
    for (kind, element) in TAKEN {
        taken(*kind, &whole(&around(*kind, element)));
    }
}

#[test]
fn what_aws_refuses_of_a_policy_as_a_whole() {
    let deny = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#;
    let deny_all = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#;
    let rows = [
        (SCP, format!(r#"▸{{"Statement": {deny}}}"#), "is of Version 2012-10-17"),
        (RCP, format!(r#"{{"Version": ▸"2008-10-17", "Statement": {deny_all}}}"#), "is of Version"),
        (
            RCP,
            r#"{"Version": "2012-10-17", "Statement": ▸{"Effect": "Allow", "Principal": "*",
            "Action": "s3:*", "Resource": "*"}}"#
                .to_owned(),
            "cannot allow",
        ),
        (
            IDENTITY,
            format!(
                "{{\"Version\": \"2012-10-17\",\n\"Id\": \"caf\u{e9} ▸\u{2192}\", \"Statement\": {deny}}}"
            ),
            "U+2192",
        ),
        (
            IDENTITY,
            format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Sid": "A", {0}, {{"Sid": ▸"A", {0}]}}"#,
                &deny[1..]
            ),
            "there twice",
        ),
    ];
    for (kind, text, words) in rows {
        refused(kind, &text, words);
    }
    for (kind, text) in [
        (IDENTITY, format!(r#"{{"Statement": {deny}}}"#)),
        (IDENTITY, format!(r#"{{"Version": "2008-10-17", "Id": "x", "Statement": {deny}}}"#)),
        // In older versions a variable is plain text.
        (
            RESOURCE,
            format!(
                r#"{{"Version": "2008-10-17", "Statement": {}}}"#,
                deny_all.replace("\"*\"}", "\"arn:aws:s3:::b/${\"}")
            ),
        ),
        (RESOURCE, format!("{{\"Id\": \"\u{4e2d}\", \"Statement\": {deny_all}}}")),
        (
            RESOURCE,
            format!(
                r#"{{"Statement": [{{"Sid": "a b", {0}, {{"Sid": "a b", {0}]}}"#,
                &deny_all[1..]
            ),
        ),
        (
            RCP,
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
            "Action": "*", "Resource": "*"}}"#
                .to_owned(),
        ),
    ] {
        taken(kind, &text);
    }
}

/// A policy of so many characters without the white space between elements.
fn of_length(kind: Kind, length: usize) -> String {
    let statement =
        around(kind, "\"Condition\": {\"StringEquals\": {\"aws:PrincipalTag/a\": \"@\"}}");
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}");
    let other = text.chars().filter(|character| !character.is_whitespace()).count() - 1;
    text.replace('@', &"x".repeat(length - other))
}

#[test]
fn a_policy_is_as_long_as_no_request_can_raise_it() {
    for (kind, longest) in [(TRUST, 8192), (SCP, 10_240), (RCP, 5120), (ENDPOINT, 20_480)] {
        taken(kind, &of_length(kind, longest));
        refused(kind, &format!("▸{}", of_length(kind, longest + 1)), &longest.to_string());
        // White space between elements does not count.
        taken(kind, &of_length(kind, longest).replace("{\"", "{      \n\"").replace(",\"", ", \""));
    }
    let found = read(IDENTITY, &Arc::from("p.json"), &of_length(IDENTITY, 6145));
    assert!(found.is_ok_and(|found| found.warnings[0].message.contains("6144")));
    taken(RESOURCE, &of_length(RESOURCE, 30_000));
}
