//! `audit scan`, run as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn audit() -> Command {
    let mut command = Command::cargo_bin("audit").unwrap();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("COLUMNS", "100")
        .env("RUST_LIB_BACKTRACE", "0");
    command
}

fn scan(arguments: &[&str]) -> (i32, String, String) {
    let output = audit().arg("scan").args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let (code, stdout, _) = scan(&[arguments, &["--format", "json"]].concat());
    (code, serde_json::from_str(&stdout).unwrap())
}

#[test]
fn the_reference_stack_passes_as_template_and_as_plan() {
    for target in ["stack-reference/cloudformation", "stack-reference/terraform"] {
        let (code, report) = json(&[target, "--fail-on-unknown"]);
        assert_eq!((code, &report["counts"]["fail"]), (0, &Value::from(0)), "{target}");
        assert_eq!(report["counts"]["unknown"], 0, "{target}");
        assert_eq!(report["errors"], Value::Array(Vec::new()), "{target}");
        assert!(report["counts"]["pass"].as_u64().unwrap() > 40, "{target}");
    }
}

#[test]
fn the_broken_stack_fails_with_places_and_without_its_secret() {
    for format in ["table", "json", "sarif", "markdown", "junit"] {
        let (code, stdout, stderr) = scan(&["stack-reference/broken", "--format", format]);
        assert_eq!(code, 1, "{format}: {stderr}");
        assert!(stdout.contains("rds-private"), "{format}");
        assert!(!stdout.contains("correct-horse"), "{format} shows the secret");
    }
}

#[test]
fn the_table_shows_lines_and_remedies() {
    let (_, stdout, _) = scan(&["stack-reference/broken"]);
    insta::assert_snapshot!(stdout);
}

#[test]
fn markdown_and_junit_keep_their_form() {
    let only = ["stack-reference/broken", "--control", "rds-private", "--control", "rds-backups"];
    let (_, markdown, _) = scan(&[&only[..], &["--format", "markdown"]].concat());
    insta::assert_snapshot!("markdown", markdown);
    let (_, junit, _) = scan(&[&only[..], &["--format", "junit"]].concat());
    insta::assert_snapshot!("junit", junit);
}

#[test]
fn sarif_is_valid_and_points_at_the_lines() {
    let (_, stdout, _) = scan(&["stack-reference/broken", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&stdout).unwrap();
    let schema = std::fs::read_to_string("tests/schemas/sarif-2.1.0.json").unwrap();
    let mut schema: Value = serde_json::from_str(&schema).unwrap();
    // The published pattern of language codes is no valid regular expression.
    let language = schema.pointer_mut("/definitions/run/properties/language").unwrap();
    language.as_object_mut().unwrap().remove("pattern");
    let language = schema.pointer_mut("/definitions/toolComponent/properties/language").unwrap();
    language.as_object_mut().unwrap().remove("pattern");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let source = std::fs::read_to_string("stack-reference/broken/orders.yaml").unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "stack-reference/broken/orders.yaml");
        let line = place["region"]["startLine"].as_u64().unwrap() as usize;
        assert!(line <= source.lines().count());
    }
    let public = results
        .iter()
        .find(|result| {
            let text = result["message"]["text"].as_str().unwrap();
            result["ruleId"] == "rds-private" && text.contains("public address")
        })
        .unwrap();
    let line = public["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    assert!(source.lines().nth(line as usize - 1).unwrap().contains("PubliclyAccessible: true"));
}

#[test]
fn a_plan_is_read_in_utf_16_too() {
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string("stack-reference/terraform/plan.json").unwrap();
    let bytes: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let path = directory.path().join("plan.json");
    std::fs::write(&path, bytes).unwrap();
    let (code, report) = json(&[path.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(report["resources"].as_u64().unwrap() > 50);
}

#[test]
fn a_snapshot_gives_the_same_verdicts_as_what_it_was_made_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("snapshot.json");
    audit()
        .args(["snapshot", "stack-reference/broken", "--output", path.to_str().unwrap()])
        .assert()
        .success();
    let (_, from_template) = json(&["stack-reference/broken"]);
    let (_, from_snapshot) = json(&[path.to_str().unwrap()]);
    assert_eq!(from_template["verdicts"], from_snapshot["verdicts"]);
}

#[test]
fn a_waiver_covers_until_it_expires() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("audit.toml");
    let write = |day: &str| {
        let text = format!(
            "[[waivers]]\ncontrol = \"rds-backups\"\nresource = \"orders\"\nreason = \"a test\"\nexpires = \"{day}\"\n"
        );
        std::fs::write(&config, text).unwrap();
    };
    let arguments = [
        "stack-reference/broken",
        "--control",
        "rds-backups",
        "--config",
        config.to_str().unwrap(),
    ];
    write("2999-12-31");
    let (code, report) = json(&arguments);
    assert_eq!((code, &report["counts"]["waived"]), (0, &Value::from(1)));
    write("2020-01-01");
    let (code, _, stderr) = scan(&arguments);
    assert_eq!(code, 1);
    assert!(stderr.contains("expired on 2020-01-01"), "{stderr}");
}

#[test]
fn a_baseline_lets_only_what_is_new_fail() {
    let directory = tempfile::tempdir().unwrap();
    let report = directory.path().join("report.json");
    let output = format!("json={}", report.display());
    scan(&["stack-reference/broken", "--output", &output]);
    let (code, _, stderr) =
        scan(&["stack-reference/broken", "--baseline", report.to_str().unwrap()]);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn one_broken_file_loses_nothing_of_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("broken.yaml"), "Resources:\n  A: [\n").unwrap();
    std::fs::copy("stack-reference/broken/orders.yaml", directory.path().join("orders.yaml"))
        .unwrap();
    let (code, stdout, stderr) = scan(&[directory.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(stdout.contains("rds-private"));
    assert!(stderr.contains("broken.yaml"), "{stderr}");
}

#[test]
fn bad_input_is_told_with_place_and_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let cases: &[(&str, &str, &str)] = &[
        ("plan.json", "{\"planned_values\": {", "broken"),
        ("snapshot.json", "{\"schema_version\": 99, \"model\": {}}", "schema version 99"),
        (
            "state.json",
            "{\"version\": 4, \"terraform_version\": \"1.9.0\", \"lineage\": \"x\"}",
            "terraform show -json",
        ),
        ("notes.json", "{\"name\": \"x\"}", "no template"),
        (
            "twice.yaml",
            "Resources:\n  A: {Type: AWS::EC2::VPC}\n  A: {Type: AWS::EC2::VPC}\n",
            "there twice",
        ),
        (
            "circle.yaml",
            "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref B}}\n  B: {Type: AWS::EC2::VPC, Properties: {X: !Ref A}}\n",
            "in a circle",
        ),
        (
            "itself.yaml",
            "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: itself.yaml}}\n",
            "includes itself",
        ),
        ("nothing.yaml", "AWSTemplateFormatVersion: '2010-09-09'\n", "no Resources"),
    ];
    for (name, text, expected) in cases {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (code, stdout, stderr) = scan(&[path.to_str().unwrap()]);
        assert_ne!(code, 0, "{name}: {stdout}{stderr}");
        assert!(stderr.contains(expected), "{name}: {stderr}");
        assert!(stderr.contains(name), "{name}: {stderr}");
        assert!(stderr.contains("help"), "{name}: {stderr}");
    }
    let (code, _, stderr) = scan(&["no/such/file.yaml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no/such/file.yaml"));
}

#[test]
fn hostile_names_reach_no_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.yaml");
    let text = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      DBInstanceIdentifier: \"x\\e[31mred\\e]8;;http://evil\\a\"\n      PubliclyAccessible: true\n";
    std::fs::write(&path, text).unwrap();
    let (_, stdout, _) = scan(&[path.to_str().unwrap(), "--color", "never"]);
    assert!(stdout.contains("rds-private"));
    assert!(!stdout.contains('\u{1b}'));
}

#[test]
fn what_rests_on_a_parameter_without_a_value_is_unknown() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.yaml");
    let text = "Parameters:\n  Encrypt: {Type: String}\nResources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: {Engine: mysql, PubliclyAccessible: false, StorageEncrypted: !Ref Encrypt}\n";
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let status = |more: &[&str]| {
        let (_, report) = json(&[&[path, "--control", "rds-encrypted"], more].concat());
        (report["verdicts"][0]["status"].clone(), report["verdicts"][0]["reasons"].to_string())
    };
    let (open, reasons) = status(&[]);
    assert_eq!(open, "unknown");
    assert!(reasons.contains("--parameter Encrypt=VALUE"), "{reasons}");
    assert_eq!(status(&["--parameter", "Encrypt=false"]).0, "fail");
}

#[test]
fn the_reference_of_the_controls_is_fresh() {
    let output = audit().args(["policy", "list", "--format", "markdown"]).output().unwrap();
    let fresh = String::from_utf8(output.stdout).unwrap();
    let path = Path::new("policies/README.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == fresh, "policies/README.md is stale; run UPDATE=1 cargo test");
}

#[test]
fn bundled_policies_pass_their_check_and_tests() {
    audit().args(["policy", "check"]).assert().success();
    audit().args(["policy", "test"]).assert().success();
}

#[test]
fn a_path_is_shown_hop_by_hop_in_the_table_in_markdown_and_in_sarif() {
    let only = ["stack-reference/broken", "--control", "net-data-not-from-internet"];
    let (_, table, _) = scan(&only);
    let (_, markdown, _) = scan(&[&only[..], &["--format", "markdown"]].concat());
    let (_, sarif, _) = scan(&[&only[..], &["--format", "sarif"]].concat());
    let gateway = "internet gateway orders/InternetGateway";
    assert!(table.contains(&format!("  2 internet_gateways/orders/InternetGateway  {gateway}")));
    assert!(
        table.contains("ingress tcp 3306 from 0.0.0.0/0 (stack-reference/broken/orders.yaml:602)")
    );
    assert!(markdown.contains("    - path: internet to orders/Database, tcp 3306\n      1. "));
    assert!(markdown.contains("from 0.0.0.0/0 (`stack-reference/broken/orders.yaml:602`)"));
    let log: Value = serde_json::from_str(&sarif).unwrap();
    let flows = log["runs"][0]["results"][0]["codeFlows"].as_array().unwrap();
    assert_eq!(flows[0]["message"]["text"], "internet to orders/Database, tcp 3306");
    let hops = flows[0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(hops.len(), 7);
    for (index, hop) in hops.iter().enumerate() {
        assert_eq!(hop["executionOrder"], index + 1);
        let place = &hop["location"]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "stack-reference/broken/orders.yaml", "hop {index}");
    }
    let line = &hops[5]["location"]["physicalLocation"]["region"]["startLine"];
    assert_eq!(line, 602);
}
