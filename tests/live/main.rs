//! Scans of a live account: the AWS emulator, over HTTP, with the real binary.

#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

#[path = "../emulator/mod.rs"]
mod emulator;

mod account;
mod denial;
mod deployed;
mod trouble;

use emulator::{Emulator, REGION};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn template() -> PathBuf {
    root().join("stack-reference/cloudformation/orders.yaml")
}

/// The reference stack and one of everything else.
fn everything() -> &'static Emulator {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let emulator = Emulator::start();
        emulator.deploy(&template());
        emulator.script("everything.py", &[]);
        emulator.freeze();
        emulator
    })
}

/// `audit` with credentials for an endpoint.
fn audit(endpoint: &str) -> Command {
    let mut command = Command::cargo_bin("audit").unwrap();
    command
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env_clear()
        .env("COLUMNS", "100")
        .env("RUST_LIB_BACKTRACE", "0")
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", endpoint)
        .timeout(Duration::from_secs(120));
    command
}

/// What a run gave.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(endpoint: &str, arguments: &[&str]) -> Run {
    let output = audit(endpoint).args(arguments).output().unwrap();
    Run {
        code: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A scan of the one region that is used, without second attempts.
fn scan(endpoint: &str, arguments: &[&str]) -> Run {
    let fixed = ["scan", "--region", REGION, "--max-attempts", "1"];
    run(endpoint, &[&fixed, arguments].concat())
}

fn scan_json(endpoint: &str) -> (Run, Value) {
    let run = scan(endpoint, &["--format", "json"]);
    let report = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
    (run, report)
}

/// The verdicts of a JSON report by control and subject.
fn verdicts(report: &Value) -> BTreeMap<(String, String), &Value> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|verdict| ((text(&verdict["control"]), subject(verdict)), verdict))
        .collect()
}

fn subject(verdict: &Value) -> String {
    let text = |name: &str| verdict["subject"][name].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("collection"), text("id"))
}

/// The operations of `audit permissions`.
fn operations() -> Vec<Value> {
    let run = run("http://127.0.0.1:1", &["permissions", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}
