//! Decisions that AWS's documentation states, asked of the program in one
//! batch. Each names the page, and what it says in short.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::Deserialize;
use serde_json::Value;

/// How many decisions there must be at least.
const LEAST: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The page of AWS's documentation.
    source: String,
    /// What it says, in short.
    says: String,
    question: Value,
    expect: String,
}

fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/identity/decisions");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn cases() -> Vec<(String, Case)> {
    let mut found = Vec::new();
    for file in files() {
        let topic = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        found.extend(cases.into_iter().map(|case| (format!("{topic}: {}", case.name), case)));
    }
    found
}

#[test]
fn every_decision_is_as_the_documentation_states_it() {
    let cases = cases();
    let lines: Vec<String> = cases
        .iter()
        .map(|(name, case)| {
            let mut question = case.question.clone();
            question["id"] = name.clone().into();
            question["expect"] = case.expect.clone().into();
            question.to_string()
        })
        .collect();
    let output = Command::cargo_bin("audit")
        .unwrap()
        .env_clear()
        .env("RUST_LIB_BACKTRACE", "0")
        .args(["can", "--batch", "-"])
        .write_stdin(lines.join("\n"))
        .output()
        .unwrap();
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    for ((name, case), answer) in cases.iter().zip(&answers) {
        assert_eq!(answer["id"], *name);
        if answer["as_expected"] != true {
            wrong.push(format!("{name}: {} ({})\n  {answer}", case.says, case.source));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn every_decision_names_its_source() {
    let cases = cases();
    let names: BTreeSet<&String> = cases.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), cases.len(), "two decisions have one name");
    assert!(cases.len() >= LEAST, "{} decisions", cases.len());
    for (name, case) in &cases {
        assert!(case.source.starts_with("https://docs.aws.amazon.com/"), "{name}");
        assert!(case.says.ends_with('.'), "{name}");
    }
    let questions: BTreeSet<String> =
        cases.iter().map(|(_, case)| case.question.to_string()).collect();
    assert_eq!(questions.len(), cases.len(), "a question is asked twice");
}
