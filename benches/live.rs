//! A scan of a large account in the emulator: calls, time, memory.
//!
//! `cargo bench --bench live`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench fails by panicking"
)]

#[cfg(feature = "live")]
#[path = "../tests/emulator/mod.rs"]
#[allow(dead_code, reason = "the bench needs a part of the harness")]
mod emulator;

#[cfg(not(feature = "live"))]
fn main() {
    println!("this build has no live account as a source");
}

#[cfg(feature = "live")]
fn main() {
    println!("1,000 security groups and 100 of each other kind that lists tell in full");
    account(&[]);
    println!("\nand 100 of each kind that needs a call for each one");
    account(&["all"]);
}

/// Fills an account, scans it and prints the figures.
#[cfg(feature = "live")]
fn account(kinds: &[&str]) {
    use std::process::Command;
    use std::time::Instant;

    let emulator = emulator::Emulator::start();
    emulator.script("large.py", kinds);
    emulator.freeze();
    let binary = env!("CARGO_BIN_EXE_audit");
    let snapshot = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("large-account.json");
    let timed = |arguments: &[&str]| {
        let start = Instant::now();
        let output = Command::new("/usr/bin/env")
            .args(["python3", "-c", MEASURE, binary])
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL", emulator.endpoint())
            .output()
            .unwrap();
        let kilobytes: u64 = String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .and_then(|line| line.trim().parse().ok())
            .unwrap_or_default();
        (start.elapsed(), kilobytes / 1024)
    };
    let region = ["--region", emulator::REGION];
    let file = snapshot.to_str().unwrap();
    let saving = ["snapshot", "--output", file];
    // The first run fills the emulator's kept answers.
    timed(&[&saving[..], &region].concat());
    emulator.log();
    let (whole, megabytes) = timed(&[&["scan"][..], &region].concat());
    let log = emulator.log();
    let calls: u64 = log.iter().map(|(.., count)| count).sum();
    let twice: Vec<String> =
        log.iter().filter(|(.., count)| *count > 1).map(|(call, ..)| call.to_string()).collect();
    let (ours, _) = timed(&["scan", file]);
    println!("  calls                 {calls}, made twice: {twice:?}");
    let mut operations: Vec<(u64, &str)> = Vec::new();
    for (operation, .., count) in &log {
        match operations.iter_mut().find(|(_, known)| known == operation) {
            Some((all, _)) => *all += count,
            None => operations.push((*count, operation)),
        }
    }
    operations.sort_by(|one, other| other.cmp(one));
    for (count, operation) in operations.iter().filter(|(count, _)| *count > 9) {
        println!("    {count:>4} {operation}");
    }
    println!("  whole scan            {whole:.2?}");
    println!("  ours, from a snapshot {ours:.2?}");
    println!("  the API, the rest     {:.2?}", whole.saturating_sub(ours));
    println!("  peak memory           {megabytes} MB");
}

/// Runs a command and prints its peak memory in KiB on standard error.
#[cfg(feature = "live")]
const MEASURE: &str = "
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
";
