//! Broken input, as a user meets it: every case names the place and the remedy,
//! costs nothing of what is beside it, and is never a success or a crash.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

/// A template that passes `vpc-custom`, the one control that runs.
const GOOD: &str = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet}}
";

fn scan(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(directory)
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .args(["scan", "--control", "vpc-custom"])
        .args(arguments)
        .timeout(std::time::Duration::from_secs(120))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    directory
}

/// What no message may hold.
fn is_calm(stderr: &str) {
    for sign in ["panicked", "backtrace", "RUST_BACKTRACE", "src/", "unwrap"] {
        assert!(!stderr.contains(sign), "{sign}: {stderr}");
    }
}

fn deep(open: &str, close: &str) -> String {
    format!(
        "{{\"Resources\": {{\"A\": {{\"Type\": \"AWS::EC2::VPC\", \"X\": {}1{}}}}}}}",
        open.repeat(100_000),
        close.repeat(100_000)
    )
}

fn alias_bomb() -> String {
    let mut text = "Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Properties:\n".to_owned();
    text.push_str("      a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(text, "      a{level}: &a{level} [{below}]").unwrap();
    }
    text
}

/// A broken file beside a good one: exit code 2, the place, the reason and the
/// remedy; the good one is judged all the same.
#[rstest]
#[case::template(
    "bad.yaml",
    b"Resources:\n  A:\n    Type: AWS::EC2::VPC\n   Properties: [\n",
    "bad.yaml:4:4",
    "mend the syntax"
)]
#[case::json_template(
    "bad.json",
    b"{\"Resources\": {\"A\": {\"Type\": \"x\"}",
    "bad.json:1:",
    "mend the syntax"
)]
#[case::yaml_in_json(
    "bad.json",
    b"{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::VPC\",}}}",
    "bad.json:1:46",
    "mend the syntax"
)]
#[case::plan(
    "bad.json",
    b"{\"format_version\": \"1.2\", \"planned_values\": {",
    "bad.json:1:45",
    "terraform show -json"
)]
#[case::empty_plan(
    "bad.json",
    b"{\"format_version\": \"1.2\", \"terraform_version\": \"1.9\"}",
    "bad.json:1:1",
    "terraform show -json"
)]
#[case::raw_state(
    "bad.tfstate",
    b"{\"version\": 4, \"terraform_version\": \"1.9\", \"lineage\": \"x\"}",
    "bad.tfstate",
    "terraform show -json"
)]
#[case::snapshot(
    "bad.json",
    b"{\"schema_version\": 1, \"model\": {",
    "bad.json:1:",
    "audit snapshot"
)]
#[case::later_snapshot(
    "bad.json",
    b"{\"schema_version\": 99, \"model\": {}}",
    "bad.json",
    "audit snapshot"
)]
#[case::assembly(
    "bad/manifest.json",
    b"{\"version\": \"36.0.0\", \"artifacts\": ",
    "bad/manifest.json:1:",
    "cdk synth"
)]
#[case::no_text("bad.yaml", b"Resources:\n  \xff\x00\x01", "bad.yaml", "UTF-8")]
#[case::duplicate_key(
    "bad.yaml",
    b"Resources:\n  A: {Type: AWS::EC2::VPC}\n  A: {Type: AWS::EC2::VPC}\n",
    "bad.yaml:3:3",
    "remove one"
)]
#[case::cycle("bad.yaml", b"Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref B}}\n  B: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref A}}\n", "bad.yaml:2:3", "move one reference")]
#[case::nested_in_itself(
    "bad.yaml",
    b"Resources:\n  Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: bad.yaml}}\n",
    "bad.yaml:2:3",
    "break the cycle"
)]
#[case::deep_list("bad.json", deep("[", "]"), "bad.json:1:", "mend the syntax")]
#[case::deep_object("bad.json", deep("{\"a\":", "}"), "bad.json:1:", "mend the syntax")]
#[case::alias_bomb("bad.yaml", alias_bomb(), "bad.yaml:1", "fewer levels and aliases")]
fn a_broken_file_costs_nothing_of_a_good_one(
    #[case] name: &str,
    #[case] content: impl AsRef<[u8]>,
    #[case] place: &str,
    #[case] remedy: &str,
) {
    let directory = directory(&[("good.yaml", GOOD.as_bytes()), (name, content.as_ref())]);
    let (code, stdout, stderr) = scan(directory.path(), &["good.yaml", name, "--format", "json"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(place), "{stderr}");
    assert!(stderr.contains("help: ") && stderr.contains(remedy), "{stderr}");
    is_calm(&stderr);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let passed = report["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .any(|verdict| verdict["status"] == "pass" && verdict["subject"]["id"] == "good/Host");
    assert!(passed, "{report:#}");
    let told = report["diagnostics"].as_array().unwrap();
    assert!(told.iter().any(|diagnostic| diagnostic["level"] == "error"), "{report:#}");
}

/// The same file found by walking the directory.
#[test]
fn a_broken_file_in_a_directory_is_told_too() {
    let directory = directory(&[("good.yaml", GOOD.as_bytes()), ("bad.yaml", b"Resources: [\n")]);
    let (code, _, stderr) = scan(directory.path(), &["."]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("bad.yaml:"), "{stderr}");
}

#[test]
fn nothing_to_scan_is_no_success() {
    let directory = directory(&[("empty/notes.txt", b"hello"), ("other/a.json", b"{\"a\": 1}")]);
    for path in ["empty", "other", "missing.yaml"] {
        let (code, stdout, stderr) = scan(directory.path(), &[path]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{path}: {stderr}");
        assert!(stderr.contains(path) && stderr.contains("help: "), "{stderr}");
        is_calm(&stderr);
    }
}

/// What is not read yet is no success by itself, and no loss beside others.
#[test]
fn manifests_alone_are_no_success() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n";
    let files: [(&str, &[u8]); 2] =
        [("good.yaml", GOOD.as_bytes()), ("k8s/a.yaml", manifest.as_bytes())];
    let directory = directory(&files);
    for (paths, expected) in [(&["k8s"][..], 2), (&["k8s/a.yaml"], 2), (&["."], 0)] {
        let (code, _, stderr) = scan(directory.path(), paths);
        assert_eq!(code, expected, "{paths:?}: {stderr}");
        assert!(stderr.contains("a.yaml") && stderr.contains("help: "), "{stderr}");
        is_calm(&stderr);
    }
}

#[rstest]
#[case::syntax("package audit.x\n\ndeny contains x if {\n", "x.rego:1")]
#[case::no_metadata("package audit.x\n\ndeny contains x if { x := 1 }\n", "x.rego:1")]
fn a_broken_policy_is_told_and_no_success(#[case] text: &str, #[case] place: &str) {
    let directory =
        directory(&[("good.yaml", GOOD.as_bytes()), ("policies/x.rego", text.as_bytes())]);
    let (code, stdout, stderr) =
        scan(directory.path(), &["good.yaml", "--policies", "policies", "--format", "json"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(place) && stderr.contains("help: "), "{stderr}");
    is_calm(&stderr);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["counts"]["pass"], 1, "{report:#}");
}

#[rstest]
#[case::syntax("[profile\n", "audit.toml:1")]
#[case::wrong_type("[profile]\napplication_port = \"x\"\n", "audit.toml:2:20")]
#[case::unknown_key("[profile]\naplication_port = 1\n", "audit.toml:2:1")]
#[case::unknown_control(
    "[[waivers]]\ncontrol = \"vpc-custm\"\nresource = \"*\"\nreason = \"r\"\nexpires = \"2030-01-01\"\n",
    "audit.toml:2:11"
)]
#[case::no_date(
    "[[waivers]]\ncontrol = \"vpc-custom\"\nresource = \"*\"\nreason = \"r\"\nexpires = \"soon\"\n",
    "audit.toml:5:11"
)]
#[case::expired(
    "[[waivers]]\ncontrol = \"vpc-custom\"\nresource = \"*\"\nreason = \"r\"\nexpires = \"2020-01-01\"\n",
    "audit.toml:1"
)]
fn a_broken_configuration_is_told_with_its_place(#[case] text: &str, #[case] place: &str) {
    let directory = directory(&[("good.yaml", GOOD.as_bytes()), ("audit.toml", text.as_bytes())]);
    let (code, _, stderr) = scan(directory.path(), &["good.yaml"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(place) && stderr.contains("help: "), "{stderr}");
    is_calm(&stderr);
}

/// Many resources are no reason to give up.
#[test]
fn a_large_template_is_read() {
    let mut text = GOOD.to_owned();
    for index in 0..5_000 {
        writeln!(
            text,
            "  G{index}: {{Type: AWS::EC2::SecurityGroup, Properties: {{VpcId: !Ref Vpc}}}}"
        )
        .unwrap();
    }
    let directory = directory(&[("large.yaml", text.as_bytes())]);
    let (code, _, stderr) = scan(directory.path(), &["large.yaml"]);
    assert_eq!(code, 0, "{stderr}");
}
