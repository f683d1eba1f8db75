//! What a scan of an account shows and saves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::emulator::Emulator;
use super::{REGION, audit, everything, operations, run, scan, scan_json, template};

#[test]
fn a_scan_finds_what_is_wrong_with_the_account() {
    let (run, report) = scan_json(&everything().endpoint());
    assert_eq!(run.code, 1);
    assert_eq!(report["counts"]["unknown"], 0);
    assert_eq!(report["errors"], Value::Array(Vec::new()));
    let failed: BTreeSet<(&str, &str)> = report["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|verdict| verdict["status"] == "fail")
        .map(|verdict| {
            (verdict["control"].as_str().unwrap(), verdict["subject"]["name"].as_str().unwrap())
        })
        .collect();
    for expected in [
        ("iam-no-admin", "ada"),
        ("iam-group-permissions", "ada"),
        ("iam-user-mfa", "ada"),
        ("iam-root", "123456789012"),
        ("rds-snapshot-private", "orders-manual"),
        ("s3-private", "open-data"),
        ("ec2-imdsv2", "worker"),
        ("secrets-not-in-env", "sync"),
        ("net-single-entry", "eu-west-1"),
    ] {
        assert!(failed.contains(&expected), "{expected:?} is not among {failed:?}");
    }
}

#[test]
fn no_call_is_made_twice_and_every_one_is_counted() {
    let emulator = Emulator::start();
    emulator.deploy(&template());
    emulator.script("everything.py", &[]);
    emulator.log();
    let (_, report) = scan_json(&emulator.endpoint());
    let log = emulator.log();
    let twice: Vec<_> = log.iter().filter(|(.., count)| *count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let mut made: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, _, _, count) in &log {
        *made.entry(name).or_default() += count;
    }
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for coverage in report["coverage"].as_array().unwrap() {
        let name = coverage["subject"].as_str().unwrap();
        *counted.entry(name).or_default() += coverage["calls"].as_u64().unwrap();
    }
    assert_eq!(made, counted);
}

#[test]
fn a_snapshot_of_the_account_has_the_same_verdicts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("account.json");
    let file = file.to_str().unwrap();
    let endpoint = everything().endpoint();
    let saved = run(&endpoint, &["snapshot", "--region", REGION, "--output", file]);
    assert_eq!(saved.code, 0, "{}", saved.stderr);
    let text = fs::read_to_string(file).unwrap();
    for secret in ["emulated-password", "emulated-token", "emulated-Password-1"] {
        assert!(!text.contains(secret), "the snapshot holds {secret}");
    }
    let of_file = run("http://127.0.0.1:1", &["scan", file, "--format", "json"]);
    let of_file: Value = serde_json::from_str(&of_file.stdout).unwrap();
    let (_, live) = scan_json(&endpoint);
    assert_eq!(of_file["counts"], live["counts"]);
}

#[test]
fn sarif_points_at_a_snapshot_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let sarif = directory.path().join("account.sarif");
    let output = format!("sarif={}", sarif.display());
    let scanned = scan(&everything().endpoint(), &["--output", &output]);
    assert_eq!(scanned.code, 1, "{}", scanned.stderr);
    let report: Value = serde_json::from_str(&fs::read_to_string(&sarif).unwrap()).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            file.ends_with("account.sarif.snapshot.json")
                || file.ends_with("account.snapshot.json"),
            "{file}"
        );
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
    }
}

#[test]
fn the_network_of_the_account_answers_questions() {
    let endpoint = everything().endpoint();
    let arguments = ["path", "internet", "orders", "--region", REGION];
    let answer = run(&endpoint, &arguments);
    assert!([0, 2].contains(&answer.code), "{}", answer.stderr);
    assert!(!answer.stdout.is_empty() || !answer.stderr.is_empty());
}

#[test]
fn permissions_are_a_policy_of_the_calls_that_are_made() {
    let answer = run("http://127.0.0.1:1", &["permissions"]);
    let policy: Value = serde_json::from_str(&answer.stdout).unwrap();
    let allowed: BTreeSet<&str> = policy["Statement"][0]["Action"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action.as_str().unwrap())
        .collect();
    let operations = operations();
    let needed: BTreeSet<&str> = operations
        .iter()
        .flat_map(|operation| operation["permissions"].as_array().unwrap())
        .map(|permission| permission.as_str().unwrap())
        .collect();
    assert_eq!(allowed, needed);
    assert!(allowed.contains("s3:GetEncryptionConfiguration"));
}

#[test]
fn all_enabled_regions_are_read_by_default() {
    let output =
        audit(&everything().endpoint()).args(["snapshot", "--max-attempts", "1"]).output().unwrap();
    let snapshot: Value = serde_json::from_slice(&output.stdout).unwrap();
    let regions = snapshot["model"]["regions"].as_object().unwrap();
    let names: Vec<&str> = regions.values().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["eu-central-1", "eu-west-1", "us-east-1"]);
}

#[test]
fn policies_of_queues_topics_and_functions_are_read() {
    let ask = |endpoint: &str, principal: &str, action: &str, resource: &str| {
        let question = ["can", principal, action, resource, "--region", REGION];
        let form = ["--max-attempts", "1", "--format", "json"];
        let answer: Value =
            serde_json::from_str(&run(endpoint, &[&question[..], &form].concat()).stdout).unwrap();
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (text("decision"), text("condition"))
    };
    let endpoint = everything().endpoint();
    let other = "arn:aws:iam::210987654321:root";
    let theirs = ask(&endpoint, other, "sqs:SendMessage", "orders");
    assert_eq!(theirs, ("allowed".to_owned(), String::new()));
    let denied = ask(&endpoint, other, "sqs:ReceiveMessage", "orders");
    assert_eq!(denied, ("denied".to_owned(), String::new()));
    let by_sns = ask(&endpoint, "sns.amazonaws.com", "lambda:InvokeFunction", "sync");
    assert!(by_sns.1.contains("AWS:SourceArn ArnLike"), "{by_sns:?}");
    let by_s3 = ask(&endpoint, "s3.amazonaws.com", "sns:Publish", "orders");
    assert_eq!(by_s3.1, "AWS:SourceOwner StringEquals 123456789012");
    for (operation, action, resource) in [
        ("sqs:GetQueueAttributes", "sqs:SendMessage", "orders"),
        ("sns:GetTopicAttributes", "sns:Publish", "orders"),
        ("lambda:GetPolicy", "lambda:InvokeFunction", "sync"),
    ] {
        let endpoint = everything().endpoint_with(operation, "denied");
        let (decision, condition) = ask(&endpoint, "s3.amazonaws.com", action, resource);
        assert_eq!(decision, "conditional", "{operation}");
        assert!(condition.contains(&format!("{operation} was denied")), "{condition}");
    }
}
