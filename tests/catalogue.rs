//! A catalogue of actions in place of the program's own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use rstest::rstest;
use tempfile::TempDir;

/// Where a catalogue of the year 2031 comes from.
const SOURCE: &str = "D\tpackage\t9.9\t2031-01-02\tMIT\n";

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A catalogue of one service.
fn catalogue(source: &str, service: &str) -> Vec<u8> {
    let service = packed(service);
    let index =
        format!("{source}G\taws:SourceIp\tIPAddress\nS\tteapot\tTea\t0\t{}\n", service.len());
    [packed(&index), service].concat()
}

fn whole() -> Vec<u8> {
    catalogue(
        SOURCE,
        "R\tpot\tarn:${Partition}:teapot:${Region}:${Account}:pot/${Id}\t\nA\tBrew\tW\t0!\t\n",
    )
}

fn file(directory: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// Exit code, standard output, standard error.
fn audit(arguments: &[&str], catalogue: Option<&Path>) -> (i32, String, String) {
    let mut command = Command::cargo_bin("audit").unwrap();
    command.env_clear().env("RUST_LIB_BACKTRACE", "0").args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    if let Some(file) = catalogue {
        command.arg("--catalogue").arg(file);
    }
    let output = command.output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn newer_actions_are_known_with_their_date() {
    let directory = tempfile::tempdir().unwrap();
    let policy = file(
        &directory,
        "policy.json",
        br#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "teapot:*", "Resource": "*"}}"#,
    );
    let given = file(&directory, "actions.gz", &whole());
    let can = [
        "arn:aws:iam::111122223333:role/r",
        "teapot:Brew",
        "arn:aws:teapot:eu-west-1:111122223333:pot/p",
    ];
    let policy = ["--identity-policy", policy.to_str().unwrap()];
    let question = [&["can"], &can[..], &policy[..]].concat();
    let (_, stdout, stderr) = audit(&question, None);
    assert!(format!("{stdout}{stderr}").contains("no action teapot:Brew"), "{stdout}{stderr}");
    let (code, stdout, stderr) = audit(&question, Some(&given));
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(!format!("{stdout}{stderr}").contains("no action"), "{stdout}{stderr}");
    let (_, stdout, _) =
        audit(&["scan", "stack-reference/broken", "--format", "json"], Some(&given));
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    // The older of the actions and the managed policies.
    let (_, own, _) = audit(&["scan", "stack-reference/broken", "--format", "json"], None);
    let own: serde_json::Value = serde_json::from_str(&own).unwrap();
    assert_eq!(own["catalogue_date"], "2026-09-26");
    assert_eq!(report["catalogue_date"], "2026-09-30");
}

#[rstest]
#[case::no_gzip(b"nothing of the kind".to_vec(), "cannot be unpacked")]
#[case::empty(Vec::new(), "cannot be unpacked")]
#[case::cut_short(whole()[..whole().len() - 9].to_vec(), "as long as it says")]
#[case::undated(catalogue("", "A\tBrew\tW\t\t\n"), "where it comes from")]
#[case::no_level(
    catalogue(SOURCE, "A\tBrew\tX\t\t\n"),
    "teapot: line 1: there is no such access level"
)]
#[case::order(catalogue(SOURCE, "A\tPour\tW\t\t\nA\tBrew\tW\t\t\n"), "order of their names")]
#[case::reference(catalogue(SOURCE, "A\tBrew\tW\t0!\t\n"), "refers to is not there")]
#[case::no_such_line(catalogue(SOURCE, "Z\n"), "no such kind of line")]
fn a_broken_catalogue_is_refused(#[case] content: Vec<u8>, #[case] reason: &str) {
    let directory = tempfile::tempdir().unwrap();
    let given = file(&directory, "actions.gz", &content);
    let (code, stdout, stderr) = audit(&["scan", "stack-reference/broken"], Some(&given));
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("actions.gz") && stderr.contains(reason), "{stderr}");
    assert!(stderr.contains("--actions OUT"), "{stderr}");
}

#[test]
fn a_catalogue_that_is_not_there_is_said() {
    let (code, _, stderr) = audit(&["policy", "list"], Some(Path::new("/nowhere/actions.gz")));
    assert_eq!(code, 2);
    assert!(stderr.contains("/nowhere/actions.gz"), "{stderr}");
}
