//! `audit policy`, and scans with policies of one's own, as a policy's author
//! meets them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

const TEMPLATE: &str =
    "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n";

/// A policy called `id` with `body`.
fn policy(id: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: A policy\n# description: It is here to be tried out.\n# custom:\n\
         #   id: {id}\n#   severity: high\n#   subject: [vpcs]\n\
         #   sources: [live, cloudformation, terraform]\n#   requires: [vpcs.cidr_blocks]\n\
         #   architecture: [\"2A\"]\n#   remediation: {{summary: Mend it.}}\n\
         package audit.{}\n\n{body}\n",
        id.replace('-', "_")
    )
}

/// A rule that denies every VPC where `condition` holds.
fn deny(condition: &str) -> String {
    format!(
        "deny contains finding if {{\n\tsome id, _ in input.vpcs\n\t{condition}\n\tfinding := {{\n\
         \t\t\"subject\": [\"vpcs\", id],\n\t\t\"message\": \"it is here\",\n\
         \t\t\"evidence\": [[\"vpcs\", id, \"/cidr_blocks\"]],\n\t}}\n}}\n"
    )
}

fn directory(policies: &[(&str, String)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("t.yaml"), TEMPLATE).unwrap();
    std::fs::create_dir(directory.path().join("own")).unwrap();
    for (name, text) in policies {
        std::fs::write(directory.path().join("own").join(name), text).unwrap();
    }
    directory
}

fn audit(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(directory)
        .env_clear()
        .args(arguments)
        .timeout(Duration::from_secs(120))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_policy_of_ones_own_judges_beside_the_bundled_ones() {
    let directory = directory(&[("own.rego", policy("own", &deny("true")))]);
    let arguments = ["scan", "t.yaml", "--policies", "own", "--control", "own", "-f", "json"];
    let (code, stdout, stderr) = audit(directory.path(), &arguments);
    assert_eq!(code, Some(1), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["counts"]["fail"], 1);
}

/// What would hang or kill the program is refused, with its place; the rest is
/// judged.
#[rstest]
#[case::recursion(
    format!("f(x) := f(x + 1)\n\n{}", deny("f(1) == 2")), "own/bad.rego:14:1", "rests on itself"
)]
#[case::recursion_of_two(
    format!("f(x) := g(x)\n\ng(x) := f(x)\n\n{}", deny("f(1) == 2")), "own/bad.rego:14:1", "rests on itself"
)]
#[case::recursive_rule(deny("count(deny) == 0"), "own/bad.rego:14:1", "rests on itself")]
#[case::great_list(
    deny("count(numbers.range(1, 3000000000)) == 2"),
    "own/bad.rego:16:8",
    "any length"
)]
#[case::list_of_unknown_length(
    deny("count(numbers.range(1, count(input.vpcs))) == 2"),
    "own/bad.rego:16:8",
    "any length"
)]
#[case::brackets(
    deny(&format!("{}1{} == 1", "[".repeat(500), "]".repeat(500))), "own/bad.rego:16:1", "nested too deep"
)]
fn a_policy_that_would_not_end_is_refused(
    #[case] body: String,
    #[case] place: &str,
    #[case] reason: &str,
) {
    let directory = directory(&[
        ("bad.rego", policy("bad", &body)),
        ("good.rego", policy("good", &deny("true"))),
    ]);
    let started = Instant::now();
    for arguments in [
        &["policy", "check", "own"][..],
        &["policy", "test", "own"][..],
        &["scan", "t.yaml", "--policies", "own", "--control", "good"][..],
    ] {
        let (code, _, stderr) = audit(directory.path(), arguments);
        let expected =
            if arguments.contains(&"scan") || arguments.contains(&"check") { 1 } else { 2 };
        assert_eq!(code, Some(expected), "{arguments:?}: {stderr}");
        if !arguments.contains(&"test") {
            assert!(stderr.contains(place) && stderr.contains(reason), "{stderr}");
            assert!(stderr.contains("help: "), "{stderr}");
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn nothing_to_check_or_test_is_no_success() {
    let directory = directory(&[]);
    for command in ["check", "test"] {
        let failed = if command == "check" { 1 } else { 2 };
        for (path, expected) in [("own", "holds no policy"), ("missing", "there is no such")] {
            let (code, _, stderr) = audit(directory.path(), &["policy", command, path]);
            assert_eq!(code, Some(failed), "{command} {path}: {stderr}");
            assert!(stderr.contains(expected) && stderr.contains("help: "), "{stderr}");
        }
    }
}

#[test]
fn a_broken_policy_is_told_when_tests_run() {
    let tests = "package audit.own_test\n\ntest_it if 1 == 1\n".to_owned();
    let directory =
        directory(&[("own.rego", "package audit.own\n".to_owned()), ("own_test.rego", tests)]);
    let (code, stdout, stderr) = audit(directory.path(), &["policy", "test", "own"]);
    assert_eq!(code, Some(2), "{stdout}{stderr}");
    assert!(stderr.contains("own/own.rego:1:1"), "{stderr}");
    assert!(stdout.contains("1 passed, 0 failed"), "{stdout}");
}

#[test]
fn a_test_that_fails_names_its_place() {
    let tests = "package audit.own_test\n\ntest_it if 1 == 2\n\ntest_other if 1 == 1\n".to_owned();
    let directory =
        directory(&[("own.rego", policy("own", &deny("true"))), ("own_test.rego", tests)]);
    let (code, stdout, _) = audit(directory.path(), &["policy", "test", "own"]);
    assert_eq!(code, Some(1));
    assert_eq!(stdout, "FAIL  own/own_test.rego:3 test_it: it is not true\n1 passed, 1 failed\n");
}

#[test]
fn an_exported_bundle_may_be_given_back() {
    let directory = directory(&[]);
    audit(directory.path(), &["policy", "export", "bundle"]);
    let scan = |more: &[&str]| {
        let arguments = [&["scan", "t.yaml", "-f", "json"], more].concat();
        let (code, stdout, stderr) = audit(directory.path(), &arguments);
        let report: Value = serde_json::from_str(&stdout).unwrap();
        (code, report["verdicts"].clone(), stderr)
    };
    let (code, verdicts, stderr) = scan(&["--policies", "bundle"]);
    assert_eq!(stderr, "");
    let (bundled, expected, _) = scan(&[]);
    assert_eq!((code, verdicts), (bundled, expected));
    for command in ["check", "test"] {
        let (code, _, stderr) = audit(directory.path(), &["policy", command, "bundle"]);
        assert_eq!(code, Some(0), "{command}: {stderr}");
    }
}

#[test]
fn a_package_that_is_taken_is_refused() {
    let own = policy("own", &deny("true")).replace("package audit.own", "package audit.vpc_custom");
    let library = "package audit.lib.ec2\n\nx := 1\n".to_owned();
    let directory = directory(&[("own.rego", own), ("ec2.rego", library)]);
    let (_, stdout, stderr) =
        audit(directory.path(), &["scan", "t.yaml", "--policies", "own", "-f", "json"]);
    for taken in ["audit.vpc_custom", "audit.lib.ec2"] {
        assert!(stderr.contains(&format!("the package {taken} is already taken")), "{stderr}");
    }
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["errors"], Value::Array(Vec::new()));
}

#[rstest]
#[case(&["explain", "vpc-custm"])]
#[case(&["policy", "show", "vpc-custm"])]
#[case(&["scan", "t.yaml", "--control", "vpc-custm"])]
fn a_slip_in_a_controls_id_is_told_with_what_was_meant(#[case] arguments: &[&str]) {
    let directory = directory(&[]);
    let (code, stdout, stderr) = audit(directory.path(), arguments);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert_eq!(stderr, "error: there is no control vpc-custm\nhelp: did you mean vpc-custom?\n\n");
}
