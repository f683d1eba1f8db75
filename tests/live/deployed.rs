//! Same facts, same verdict: the reference stack as a template and deployed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::emulator::{Emulator, REGION};
use super::{audit, scan_json, template};

/// Verdicts by control, resource type and name. Resources that AWS names by an
/// id of its own have their `Name` tag, or are told apart by nothing.
type Verdicts = BTreeMap<(String, String, String), Vec<String>>;

/// Names that a template leaves to AWS, as the deployment chooses them.
fn name(verdict: &Value) -> String {
    let subject = &verdict["subject"];
    let kind = subject["resource_type"].as_str().unwrap_or_default();
    let name = subject["name"].as_str().unwrap_or_default();
    let named_by_aws = [
        "AWS::EC2::",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::RDS::DBParameterGroup",
        "AWS::Account",
        "AWS::Region",
    ];
    if named_by_aws.iter().any(|prefix| kind.starts_with(prefix)) {
        return "*".to_owned();
    }
    // A log group's logical id stands for its name in templates with one.
    name.to_owned()
}

/// Automated snapshots and the secret that RDS keeps its password in.
fn made_by_aws(name: &str) -> bool {
    name.starts_with("rds:") || name.starts_with("rds!")
}

fn decided(report: &Value) -> Verdicts {
    let mut found = Verdicts::new();
    for verdict in report["verdicts"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if made_by_aws(&text(&verdict["subject"]["name"])) {
            continue;
        }
        let key =
            (text(&verdict["control"]), text(&verdict["subject"]["resource_type"]), name(verdict));
        found.entry(key).or_default().push(text(&verdict["status"]));
    }
    for statuses in found.values_mut() {
        statuses.sort();
    }
    found
}

/// Controls of facts that no template carries.
const ONLY_LIVE: &[&str] = &["iam-root", "iam-password-policy", "sg-unused"];
/// Subjects that only a template has.
const ONLY_TEMPLATE: &[&str] = &["secrets-in-template"];

fn compare(text: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.yaml");
    fs::write(&path, text).unwrap();
    let emulator = Emulator::start();
    emulator.deploy(&path);
    let (_, live) = scan_json(&emulator.endpoint());
    let template = of_template(&path);
    let mut live = decided(&live);
    let mut template = decided(&template);
    live.retain(|(control, ..), _| !ONLY_LIVE.contains(&control.as_str()));
    template.retain(|(control, ..), _| {
        !ONLY_LIVE.contains(&control.as_str()) && !ONLY_TEMPLATE.contains(&control.as_str())
    });
    same(&template, &live);
}

fn of_template(path: &Path) -> Value {
    let output = audit("http://127.0.0.1:1")
        .args(["scan", "--region", REGION, "--account", "123456789012", "--format", "json"])
        .arg(path)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn same(template: &Verdicts, live: &Verdicts) {
    let mut differences = Vec::new();
    for key in template.keys().chain(live.keys()) {
        let (left, right) = (template.get(key), live.get(key));
        if left != right {
            differences.push(format!("{key:?}: template {left:?}, deployed {right:?}"));
        }
    }
    differences.sort();
    differences.dedup();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_reference_stack_has_the_same_verdicts_deployed() {
    compare(&fs::read_to_string(template()).unwrap());
}

/// One change for each service that the deployment reads back: text, and what
/// takes its place.
const CHANGES: &[(&str, &str)] = &[
    ("      MultiAZ: true\n", "      MultiAZ: false\n"),
    ("      EnableKeyRotation: true\n", "      EnableKeyRotation: false\n"),
    ("      MapPublicIpOnLaunch: false\n", "      MapPublicIpOnLaunch: true\n"),
    ("          AssignPublicIp: DISABLED\n", "          AssignPublicIp: ENABLED\n"),
    ("      EnableLogFileValidation: true\n", "      EnableLogFileValidation: false\n"),
    ("      RetentionInDays: 90\n", "      RetentionInDays: 7\n"),
    ("StatusCode: HTTP_301}\n", "StatusCode: HTTP_302}\n"),
    ("      TrafficType: ALL\n", "      TrafficType: ACCEPT\n"),
    (
        "                Action: secretsmanager:GetSecretValue\n",
        "                Action: secretsmanager:*\n",
    ),
    (
        "        - {Key: deletion_protection.enabled, Value: \"true\"}\n",
        "        - {Key: deletion_protection.enabled, Value: \"false\"}\n",
    ),
    (
        "          User: \"1000\"\n          ReadonlyRootFilesystem: true\n",
        "          Privileged: true\n",
    ),
];

#[test]
fn a_changed_stack_has_the_same_verdicts_deployed() {
    let original = fs::read_to_string(template()).unwrap();
    let mut changed = original.clone();
    for (from, to) in CHANGES {
        assert!(changed.contains(from), "the template has no {from}");
        changed = changed.replace(from, to);
    }
    compare(&changed);
}
