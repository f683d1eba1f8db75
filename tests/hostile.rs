//! What an attacker or a careless author writes into a template, and what comes
//! of it in each report.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const FORMATS: [&str; 5] = ["table", "json", "sarif", "markdown", "junit"];

/// Credentials in every place where one may stand; each begins with `hunter`.
const SECRETS: &str = r#"
Parameters:
  DbPassword:
    Type: String
    Default: hunter01
  Hidden: {Type: String, NoEcho: true, Default: hunter02}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
      Tags: [{Key: password, Value: hunter03}, {Key: note, Value: "postgres://u:hunter04@h/db"}]
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      PubliclyAccessible: true
      MasterUserPassword: "hunter05"
  Host:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: !Sub |
          export DB_PASSWORD=hunter06
          curl -H "Authorization: Bearer hunter07" http://x
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: bridge
      ContainerDefinitions:
        - Name: app
          Image: "https://user:hunter08@registry/x:latest"
          Command: ["sh", "-c", "run --password=hunter09 --token hunter10"]
          Environment: [{Name: DB_PASSWORD, Value: hunter11}, {Name: URL, Value: !Sub "mysql://root:hunter12@${Db}/x"}]
          HealthCheck: {Command: ["CMD-SHELL", "curl -u admin:hunter13 localhost"]}
          LogConfiguration: {LogDriver: splunk, Options: {splunk-token: hunter14, splunk-url: "https://u:hunter15@x"}}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Environment: {Variables: {API_SECRET: hunter16}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: "temporary password: hunter17"
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{CidrIp: 0.0.0.0/0, IpProtocol: tcp, FromPort: 22, ToPort: 22, Description: "password=hunter18"}]
"#;

/// A name that is markup, a link, a mention, an escape sequence and more.
const NAMES: &str = r#"
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceIdentifier: "x\e[31m|`b`<img src=x>\n# @team [a](http://evil.example) www.evil.example \u202E\u061C\0"
      PubliclyAccessible: true
"#;

fn write(text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("t.yaml"), text).unwrap();
    directory
}

fn audit(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(directory)
        .env_clear()
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn no_credential_reaches_an_output() {
    let directory = write(SECRETS);
    let mut outputs = vec![audit(directory.path(), &["snapshot", "t.yaml"])];
    for format in FORMATS {
        outputs.push(audit(directory.path(), &["scan", "t.yaml", "-v", "--format", format]));
    }
    for (_, stdout, stderr) in outputs {
        assert!(!stdout.is_empty());
        for text in [stdout, stderr] {
            let shown = text.find("hunter").map(|at| text[at.saturating_sub(80)..].to_owned());
            assert_eq!(shown, None);
        }
    }
}

#[test]
fn the_line_of_a_broken_template_shows_no_credential() {
    let broken = [
        "      MasterUserPassword: \"hunter2 : [x\n      X: 1\n",
        "      MasterUserPassword: hunter2: {x\n",
        "      Tags:\n        - Key: api_token\n          Value: hunter2: {x\n",
    ];
    for text in broken {
        let head = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n";
        let directory = write(&format!("{head}{text}"));
        let (code, _, stderr) = audit(directory.path(), &["scan", "t.yaml"]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("t.yaml:") && stderr.contains("***"), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[test]
fn hostile_names_are_harmless_in_every_report() {
    let directory = write(NAMES);
    let report = |format| {
        let arguments = ["scan", "t.yaml", "--format", format, "--control", "rds-private"];
        let (code, stdout, _) = audit(directory.path(), &arguments);
        assert_eq!(code, Some(1), "{format}");
        stdout
    };
    let table = report("table");
    assert!(table.chars().all(|c| c == '\n' || !c.is_control()), "{table}");
    assert!(!table.contains(['\u{202e}', '\u{61c}']), "{table}");
    insta::assert_snapshot!("hostile_markdown", report("markdown"));
    insta::assert_snapshot!("hostile_junit", report("junit"));
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let text = sarif["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.contains("\\[a\\](") && !text.contains('\u{202e}'), "{text}");
    let json = report("json");
    assert!(json.is_ascii(), "{json}");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["verdicts"][0]["subject"]["name"].as_str().unwrap().contains('\u{202e}'));
}

#[test]
fn a_hostile_file_name_reaches_no_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let name = "t\u{1b}[31m\u{202e}.yaml";
    std::fs::write(directory.path().join(name), "Resources: [\n").unwrap();
    let (code, _, stderr) = audit(directory.path(), &["scan", name]);
    assert_eq!(code, Some(2));
    assert!(!stderr.contains(['\u{1b}', '\u{202e}']), "{stderr:?}");
    assert!(stderr.contains("\\u{1b}[31m"), "{stderr:?}");
}

#[test]
fn the_same_input_gives_the_same_reports() {
    let directory = write(SECRETS);
    for format in FORMATS {
        let arguments = ["scan", "t.yaml", "--format", format];
        // The digests of secrets and the time of day are each run's own.
        let own = |line: &&str| !line.contains("digest") && !line.contains("collected_at");
        let report = || audit(directory.path(), &arguments).1;
        let (one, other) = (report(), report());
        let lines = |text: &str| text.lines().filter(own).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&one), lines(&other), "{format}");
    }
}
