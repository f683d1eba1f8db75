//! `audit can` and `audit who`, run as a user runs them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

const STACK: &str = "stack-reference/cloudformation";

fn audit(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("COLUMNS", "100")
        .env("RUST_LIB_BACKTRACE", "0")
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn json(arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = audit(&[arguments, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

const READ: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
   "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"#;

#[test]
fn a_template_tells_who_reads_a_secret_and_by_which_line() {
    let question = ["can", "orders-execution", "secretsmanager:GetSecretValue", "orders/api-key"];
    let answer = json(&[&question[..], &[STACK]].concat());
    assert_eq!(answer["decision"], "allowed");
    let statement = &answer["statements"][0];
    assert_eq!(statement["sid"], "ReadSecrets");
    assert!(statement["place"].as_str().unwrap().starts_with("stack-reference/cloudformation/"));
    let task = ["can", "orders-task", "secretsmanager:GetSecretValue", "orders/api-key", STACK];
    assert_eq!(json(&task)["decision"], "denied");
    let who = json(&["who", "secretsmanager:GetSecretValue", "orders/api-key", STACK]);
    let allowed: Vec<&str> = who["principals"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|answer| answer["decision"] == "allowed")
        .map(|answer| answer["principal"].as_str().unwrap())
        .collect();
    assert_eq!(allowed, ["orders/ExecutionRole", "arn:aws:iam::<account>:root"]);
}

#[test]
fn who_may_become_a_role_is_its_trust_policys_to_say() {
    let (code, stdout, _) = audit(&["who", "sts:AssumeRole", "orders-task", STACK]);
    assert_eq!(code, 0);
    assert!(stdout.contains("conditional: ecs-tasks.amazonaws.com"), "{stdout}");
    assert!(stdout.contains("if aws:SourceAccount StringEquals"), "{stdout}");
    assert!(!stdout.contains("\n  allowed:"), "{stdout}");
}

#[test]
fn policy_files_are_enough() {
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "read.json", READ);
    let bob = "arn:aws:iam::111122223333:user/bob";
    let ask = |more: &[&str]| {
        let start = ["can", bob, "s3:GetObject", "arn:aws:s3:::b/k", "--identity-policy", &file];
        json(&[&start[..], more].concat())
    };
    let open = ask(&[]);
    assert_eq!(open["decision"], "conditional");
    assert_eq!(open["condition"], "aws:SourceIp IpAddress 203.0.113.0/24");
    assert_eq!(ask(&["--context", "aws:SourceIp=203.0.113.9"])["decision"], "allowed");
    assert_eq!(ask(&["--context", "aws:sourceip=198.51.100.9"])["decision"], "denied");
    assert_eq!(ask(&["--absent", "aws:SourceIp"])["decision"], "denied");
    assert_eq!(ask(&["--context-complete"])["decision"], "denied");
    let theirs =
        ask(&["--context", "aws:SourceIp=203.0.113.9", "--resource-account", "444455556666"]);
    assert_eq!(
        (&theirs["decision"], &theirs["layer"]),
        (&json!("denied"), &json!("resource-policy"))
    );
}

#[test]
fn the_exit_code_tells_whether_the_answer_is_as_expected() {
    let directory = tempfile::tempdir().unwrap();
    let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:*", "Resource": "*"}]}"#;
    let file = write(directory.path(), "bucket.json", policy);
    let question = ["can", "anonymous", "s3:GetObject", "arn:aws:s3:::b/k", "--resource-policy"];
    let cases = [("denied", 0), ("implicitly-denied", 0), ("explicitly-denied", 1), ("allowed", 1)];
    for (expected, code) in cases {
        let arguments = [&question[..], &[&file, "--expect", expected]].concat();
        assert_eq!(audit(&arguments).0, code, "{expected}");
    }
}

#[test]
fn what_is_not_understood_is_an_error_with_a_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let broken = write(
        directory.path(),
        "broken.json",
        "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\"}}",
    );
    let read = write(directory.path(), "read.json", READ);
    let bob = "arn:aws:iam::111122223333:user/bob";
    let files = "--identity-policy";
    let cases: [(&[&str], &str); 8] = [
        (&["bob", "s3:GetObject", "*", files, &read], "no principal"),
        (&[bob, "GetObject", "*", files, &read], "is no action"),
        (&[bob, "s3:GetObject", "bucket", files, &read], "is no resource"),
        (&[bob, "s3:GetObject"], "who is to do what"),
        (&[bob, "s3:GetObject", "*", "--identity-policy", &broken], "broken.json:2:"),
        (&[bob, "s3:GetObject", "*", "--identity-policy", "none.json"], "cannot be read"),
        (
            &[bob, "s3:GetObject", "*", files, &read, "--principal-account", "444455556666"],
            "of account",
        ),
        (&["--batch", "none.jsonl"], "cannot be read"),
    ];
    for (arguments, word) in cases {
        let (code, stdout, stderr) = audit(&[&["can"], arguments].concat());
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains(word) && stderr.contains("help"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_bad_line_of_a_batch_stops_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let policy: Value = serde_json::from_str(READ).unwrap();
    let question = |id: i32, context: Value| {
        json!({ "id": id, "principal": "user/bob", "principal_account": "111122223333",
            "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": context,
            "identity_policies": [policy], "expect": "allowed" })
    };
    let lines = [
        question(1, json!({ "aws:SourceIp": "203.0.113.9" })).to_string(),
        "no question".to_owned(),
        json!({ "id": 3, "principal": "anonymous", "action": "s3:GetObject", "polices": [] })
            .to_string(),
        question(4, json!({ "aws:SourceIp": null })).to_string(),
        json!({ "id": 5, "principal": "anonymous", "action": "s3:GetObject", "resource_policy":
            { "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }] } })
        .to_string(),
    ];
    let file = write(directory.path(), "questions.jsonl", &lines.join("\n"));
    let (code, stdout, _) = audit(&["can", "--batch", &file]);
    assert_eq!(code, 2);
    let answers: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 5);
    assert_eq!(
        (&answers[0]["decision"], &answers[0]["as_expected"]),
        (&json!("allowed"), &json!(true))
    );
    assert_eq!(answers[1]["line"], 2);
    assert!(answers[2]["error"].as_str().unwrap().contains("polices"));
    assert_eq!(
        (&answers[3]["decision"], &answers[3]["as_expected"]),
        (&json!("denied"), &json!(false))
    );
    assert!(answers[4]["error"].as_str().unwrap().contains("Principal is missing"));
}

#[test]
fn all_that_a_principal_may_do_is_listed_by_statement() {
    let directory = tempfile::tempdir().unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["s3:Get*", "kms:Decrypt"], "Resource": "*"},
      {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::secret/*"},
      {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}"#;
    let file = write(directory.path(), "policy.json", policy);
    let bob = "arn:aws:iam::111122223333:user/bob";
    let found = json(&["can", "--list", bob, "--identity-policy", &file]);
    let found: Vec<(&str, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["action"].as_str().unwrap(), answer["decision"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("kms:Decrypt", "denied"), ("s3:Get*", "conditional")]);
    let (code, stdout, _) = audit(&["can", "--list", "orders-execution", STACK]);
    assert_eq!(code, 0);
    assert!(stdout.contains("allowed: ecr:BatchGetImage on"), "{stdout}");
}

/// A template with one bucket that everyone may read, and its block of public
/// access set to `restrict`.
fn open_bucket(restrict: &str) -> String {
    format!(
        r#"Parameters: {{Late: {{Type: String}}}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: reports, PublicAccessBlockConfiguration: {{RestrictPublicBuckets: {restrict}}}}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement: [{{Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: arn:aws:s3:::reports/*}}]
"#
    )
}

#[test]
fn a_bucket_that_blocks_public_access_lets_no_stranger_in() {
    let directory = tempfile::tempdir().unwrap();
    let ask = |name: &str, restrict: &str| {
        let file = write(directory.path(), name, &open_bucket(restrict));
        json(&["can", "anonymous", "s3:GetObject", "arn:aws:s3:::reports/k", &file])
    };
    let blocked = ask("blocked.yaml", "true");
    assert_eq!(
        (&blocked["decision"], &blocked["layer"]),
        (&json!("denied"), &json!("s3-block-public-access"))
    );
    let late = ask("late.yaml", "!Ref Late");
    assert_eq!(late["decision"], "conditional");
    assert!(late["condition"].as_str().unwrap().contains("RestrictPublicBuckets"), "{late}");
    // Its account's setting, which a template does not tell, may still block.
    let open = ask("open.yaml", "false");
    assert_eq!(open["decision"], "conditional");
}

/// A snapshot of the stack without one collection, of which a call was denied.
fn without(directory: &Path, collection: &str, operation: &str) -> String {
    let file = directory.join(format!("{collection}.json")).display().to_string();
    let (code, _, stderr) =
        audit(&["snapshot", STACK, "--account", "111122223333", "--output", &file]);
    assert_eq!(code, 0, "{stderr}");
    let mut snapshot: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    snapshot["model"][collection] = json!({});
    snapshot["gaps"].as_array_mut().unwrap().push(json!({
        "collection": collection, "id": null, "path": "", "account": "111122223333",
        "region": "eu-central-1",
        "reason": {"kind": "denied", "operation": operation, "permission": operation},
    }));
    write(directory, &format!("{collection}.json"), &snapshot.to_string())
}

#[test]
fn an_answer_over_a_call_that_was_denied_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let secret =
        |region: &str| format!("arn:aws:secretsmanager:{region}:111122223333:secret:api-AbCdEf");
    let secrets = without(directory.path(), "secrets", "secretsmanager:ListSecrets");
    let ask = |principal: &str, resource: &str, file: &str| {
        json(&["can", principal, "secretsmanager:GetSecretValue", resource, file])
    };
    // The secret's own policy may grant it, or deny what others grant.
    let hidden = ask("orders-task", &secret("eu-central-1"), &secrets);
    assert_eq!(hidden["decision"], "conditional", "{hidden}");
    assert!(
        hidden["condition"].as_str().unwrap().contains("secretsmanager:ListSecrets was denied")
    );
    // In another region nothing was denied.
    let elsewhere = ask("orders-task", &secret("eu-west-1"), &secrets);
    assert_eq!(elsewhere["decision"], "denied", "{elsewhere}");
    let roles = without(directory.path(), "iam_roles", "iam:GetAccountAuthorizationDetails");
    let role = "arn:aws:iam::111122223333:role/orders-task";
    let unread = ask(role, &secret("eu-west-1"), &roles);
    assert_eq!(unread["decision"], "conditional", "{unread}");
    let text = ["can", role, "secretsmanager:GetSecretValue", "orders/api-key", &roles];
    let (code, stdout, _) = audit(&text);
    assert_eq!(code, 0);
    assert!(stdout.contains("iam:GetAccountAuthorizationDetails was denied"), "{stdout}");
}

#[test]
fn a_statement_of_a_template_that_aws_refuses_is_not_taken_for_one_that_says_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ask = |statement: &str, principal: &str, action: &str, resource: &str| {
        let template = format!(
            r#"Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Action: "sts:AssumeRole", Principal: {principal}}}]
      Policies:
        - PolicyName: p
          PolicyDocument: {{Version: "2012-10-17", Statement: [{{Effect: Allow, {statement}}}]}}
"#
        );
        let file = write(directory.path(), "template.yaml", &template);
        let asker = if action == "sts:AssumeRole" { "ec2.amazonaws.com" } else { "app" };
        let answer = json(&["can", asker, action, resource, &file]);
        let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
        (text("decision"), text("condition"))
    };
    let service = "{Service: ec2.amazonaws.com}";
    for (statement, words) in [
        (r#"Actions: "*", Resource: "*""#, "a statement has no element Actions"),
        (r#"action: "*", Resource: "*""#, "a statement has no element action"),
        (r#"Resource: "*""#, "Action is missing"),
        (r#"Action: "s3:*", NotAction: "iam:*", Resource: "*""#, "Action or NotAction, not both"),
        (
            r#"Action: "s3:*", Resource: "*", Condition: {StringIs: {"aws:username": a}}"#,
            "there is no condition operator StringIs",
        ),
    ] {
        let (decision, condition) = ask(statement, service, "s3:GetObject", "arn:aws:s3:::b/k");
        assert_eq!(decision, "conditional", "{statement}");
        assert!(condition.contains(words), "{statement}: {condition}");
    }
    let fine = r#"Action: "s3:*", Resource: "*""#;
    assert_eq!(ask(fine, service, "s3:GetObject", "arn:aws:s3:::b/k").0, "allowed");
    assert_eq!(ask(fine, service, "sts:AssumeRole", "app").0, "allowed");
    let (decision, condition) = ask(fine, "{User: ec2}", "sts:AssumeRole", "app");
    assert_eq!(decision, "conditional");
    assert!(condition.contains("there is no kind of principal User"), "{condition}");
}
