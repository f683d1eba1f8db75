//! `audit scan`, run as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use rstest::rstest;
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

/// A file that is made by the program must be what it makes now.
fn assert_fresh(path: &str, fresh: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == fresh, "{path} is stale; run UPDATE=1 cargo test --test scan and read it");
}

/// The examples are also what holds each format to its form.
#[rstest]
#[case("broken", "broken.txt", "table")]
#[case("broken", "broken.md", "markdown")]
#[case("broken", "broken.sarif", "sarif")]
#[case("broken", "broken.junit.xml", "junit")]
#[case("cloudformation", "reference.md", "markdown")]
fn the_example_reports_are_fresh(#[case] stack: &str, #[case] file: &str, #[case] format: &str) {
    let (_, stdout, _) = scan(&[&format!("stack-reference/{stack}"), "--format", format]);
    assert_fresh(&format!("reports/{file}"), &stdout);
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
    // Only where all that is wrong leaves something to judge, and it fails, is it 1.
    let cases: &[(&str, &str, &str, i32)] = &[
        ("plan.json", "{\"planned_values\": {", "broken", 2),
        ("snapshot.json", "{\"schema_version\": 99, \"model\": {}}", "schema version 99", 2),
        (
            "state.json",
            "{\"version\": 4, \"terraform_version\": \"1.9.0\", \"lineage\": \"x\"}",
            "terraform show -json",
            2,
        ),
        ("notes.json", "{\"name\": \"x\"}", "no template", 2),
        (
            "twice.yaml",
            "Resources:\n  A: {Type: AWS::EC2::VPC}\n  A: {Type: AWS::EC2::VPC}\n",
            "there twice",
            1,
        ),
        (
            "circle.yaml",
            "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref B}}\n  B: {Type: AWS::EC2::VPC, Properties: {X: !Ref A}}\n",
            "in a circle",
            1,
        ),
        (
            "itself.yaml",
            "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: itself.yaml}}\n",
            "includes itself",
            2,
        ),
        ("nothing.yaml", "AWSTemplateFormatVersion: '2010-09-09'\n", "no Resources", 2),
    ];
    for (name, text, expected, exit) in cases {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (code, stdout, stderr) = scan(&[path.to_str().unwrap()]);
        assert_eq!(code, *exit, "{name}: {stdout}{stderr}");
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
    assert_fresh("policies/README.md", &fresh);
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

#[test]
fn the_json_report_fits_its_schema() {
    let schema = audit().args(["policy", "schema", "results"]).output().unwrap().stdout;
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for target in ["stack-reference/broken", "stack-reference/terraform"] {
        let (_, report) = json(&[target]);
        let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": 1})));
}

#[test]
fn an_output_that_cannot_be_written_costs_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (unwritable, plain) = (path("missing/r.sarif"), path("r.json"));
    let named = format!("markdown={}", path("r.txt"));
    let (code, stdout, stderr) = scan(&[
        "stack-reference/broken",
        "--quiet",
        "--output",
        &unwritable,
        "--output",
        &plain,
        "--output",
        &named,
    ]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("missing/r.sarif: cannot be written") && stderr.contains("help: "));
    assert!(stdout.contains("CRITICAL rds-private"));
    let report = std::fs::read_to_string(directory.path().join("r.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["version"], 1);
    assert!(
        std::fs::read_to_string(directory.path().join("r.txt")).unwrap().starts_with("# Audit")
    );
    let (code, _, stderr) = scan(&["stack-reference/broken", "--output", "report"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("give FORMAT=FILE"), "{stderr}");
}

/// A snapshot of an account, which stands in no file.
fn account() -> String {
    let key = "vpc-1";
    serde_json::json!({
        "schema_version": 1,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "model": {
            "collected_at": "2026-01-01T00:00:00Z",
            "vpcs": {key: {"id": key, "type": "AWS::EC2::VPC", "account": "111122223333", "region": "eu-west-1"}},
        },
    })
    .to_string()
}

#[test]
fn a_report_in_sarif_takes_no_file_by_surprise() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("account.json"), account()).unwrap();
    let run = |arguments: &[&str]| {
        let output = audit()
            .current_dir(directory.path())
            .args(["scan", "account.json", "--control", "vpc-flow-logs"])
            .args(arguments)
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let files = || {
        let mut names: Vec<String> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let place = |text: &str| {
        let log: Value = serde_json::from_str(text).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    let (stdout, stderr) = run(&["--format", "sarif"]);
    assert_eq!(files(), ["account.json"]);
    assert_eq!(place(&stdout), "audit.snapshot.json");
    assert!(stderr.contains("audit.snapshot.json, which is not written"), "{stderr}");
    let (_, stderr) = run(&["--output", "r.sarif"]);
    assert_eq!(files(), ["account.json", "r.sarif", "r.snapshot.json"]);
    let report = std::fs::read_to_string(directory.path().join("r.sarif")).unwrap();
    assert_eq!(place(&report), "r.snapshot.json");
    assert!(stderr.contains("r.snapshot.json"), "{stderr}");
}

/// A security group that admits one port from anywhere, and others.
fn group(ports: &[u16]) -> String {
    let rules: String = ports
        .iter()
        .map(|port| {
            format!("        - {{CidrIp: 0.0.0.0/0, IpProtocol: tcp, FromPort: {port}, ToPort: {port}}}\n")
        })
        .collect();
    format!(
        "Resources:\n  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      VpcId: !Ref Vpc\n      SecurityGroupIngress:\n{rules}"
    )
}

#[test]
fn a_new_violation_of_a_known_failure_is_new() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("t.yaml");
    let base = directory.path().join("base.json");
    let only = ["--control", "sg-no-open-admin"];
    let against = |ports: &[u16], more: &[&str]| {
        std::fs::write(&template, group(ports)).unwrap();
        scan(&[&[template.to_str().unwrap()], &only[..], more].concat()).0
    };
    let base_flag = ["--baseline", base.to_str().unwrap()];
    assert_eq!(against(&[22], &["--output", base.to_str().unwrap()]), 1);
    assert_eq!(against(&[22], &base_flag), 0);
    // Other rules before it, and their lines, change nothing.
    assert_eq!(against(&[443, 22], &base_flag), 0);
    assert_eq!(against(&[22, 3389], &base_flag), 1);
    assert_eq!(against(&[3389], &base_flag), 1);
}

#[test]
fn fingerprints_in_sarif_survive_moved_lines_and_lead_to_the_finding() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("t.yaml");
    let report = directory.path().join("r.json");
    let path = template.to_str().unwrap();
    let fingerprints = |text: &str| {
        std::fs::write(&template, text).unwrap();
        let (_, stdout, _) =
            scan(&[path, "--format", "sarif", "--output", report.to_str().unwrap()]);
        let log: Value = serde_json::from_str(&stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let mut found: Vec<String> = results
            .iter()
            .map(|result| result["partialFingerprints"]["auditFingerprint/v1"].to_string())
            .collect();
        let all = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), all, "each result has its own");
        found
    };
    let text = group(&[22, 3389]);
    let found = fingerprints(&text);
    assert_eq!(found, fingerprints(&format!("# moved\n\n{text}")));
    let one = found[0].trim_matches('"');
    let output =
        audit().args(["explain", one, "--report", report.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_waiver_in_a_template_names_a_control() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("t.yaml");
    let text = "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Metadata: {audit: {waivers: [{control: vpc-flow-log, reason: r, expires: 2999-01-01}]}}\n    Properties: {CidrBlock: 10.0.0.0/16}\n";
    std::fs::write(&template, text).unwrap();
    let (code, _, stderr) = scan(&[template.to_str().unwrap(), "--control", "vpc-custom"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("t.yaml:4:") && stderr.contains("did you mean vpc-flow-logs?"),
        "{stderr}"
    );
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let screen = readme.split("$ audit scan stack-reference/broken\n").nth(1).unwrap();
    let screen = screen.split("```").next().unwrap();
    let (_, stdout, _) = scan(&["stack-reference/broken"]);
    for part in screen.split("…\n").flat_map(|part| part.split("\n\n")) {
        assert!(stdout.contains(part.trim_end()), "{part}");
    }
}

#[rstest]
#[case("scan")]
#[case("snapshot")]
#[case("path")]
#[case("can")]
#[case("who")]
#[case("explain")]
#[case("completions")]
#[case("policy list")]
#[case("policy show")]
#[case("policy check")]
#[case("policy test")]
#[case("policy schema")]
#[case("policy export")]
fn every_command_teaches_by_example(#[case] command: &str) {
    let output = audit().args(command.split(' ')).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("Example"), "{help}");
    assert!(help.lines().any(|line| line.contains(&format!("audit {command}"))), "{help}");
}

#[rstest]
#[case("--account", "12345", "12 digits")]
#[case("--account", "11112222333x", "12 digits")]
#[case("--region", "Ireland", "there is no region Ireland")]
#[case("--region", "eu--1", "there is no region eu--1")]
fn an_account_or_a_region_that_cannot_be_is_refused(
    #[case] flag: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let (code, stdout, stderr) = scan(&["stack-reference/broken", flag, value]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}
