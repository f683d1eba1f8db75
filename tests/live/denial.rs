//! Honest under denial: each operation of the table at fault alone, in every
//! way. Nothing that was known may turn round, and all that is lost says why.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use serde_json::Value;

use super::{everything, operations, run, scan, scan_json, verdicts};
use crate::REGION;

/// How many scans run at once.
const WORKERS: usize = 3;

#[test]
fn a_scan_makes_every_call_of_the_table() {
    let emulator = super::Emulator::start();
    emulator.deploy(&super::template());
    emulator.script("everything.py", &[]);
    emulator.log();
    scan(&emulator.endpoint(), &[]);
    let made: BTreeSet<String> = emulator.log().into_iter().map(|(name, ..)| name).collect();
    let known: BTreeSet<String> =
        operations().iter().map(|o| o["operation"].as_str().unwrap().to_owned()).collect();
    assert_eq!(made, known);
}

#[rstest]
#[case::denied("denied", "was denied")]
#[case::throttled("throttled", "was throttled")]
#[case::broken("broken", "failed")]
fn no_verdict_turns_round_and_what_is_lost_says_why(#[case] fault: &str, #[case] said: &str) {
    let emulator = everything();
    let (_, undisturbed) = scan_json(&emulator.endpoint());
    let operations = operations();
    let next = AtomicUsize::new(0);
    let problems: Vec<String> = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                threads.spawn(|| {
                    let mut problems = Vec::new();
                    while let Some(operation) = operations.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        problems.extend(compare(&undisturbed, operation, fault, said));
                    }
                    problems
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What is wrong with a scan in which one operation fails.
fn compare(undisturbed: &Value, operation: &Value, fault: &str, said: &str) -> Vec<String> {
    let name = operation["operation"].as_str().unwrap();
    let permission = operation["permissions"][0].as_str().unwrap();
    let (run, report) = scan_json(&everything().endpoint_with(name, fault));
    let mut problems = Vec::new();
    let mut problem = |text: String| problems.push(format!("{name} {fault}: {text}"));
    let before = verdicts(undisturbed);
    let after = verdicts(&report);
    let names_it = |verdict: &Value| {
        verdict["reasons"].as_array().unwrap().iter().any(|reason| {
            let reason = reason.as_str().unwrap();
            reason.contains(name) && reason.contains(permission)
        })
    };
    let mut failing = false;
    for ((control, subject), verdict) in &after {
        let status = verdict["status"].as_str().unwrap();
        failing |= status == "fail";
        let was = before.get(&(control.clone(), subject.clone()));
        match (was.map(|was| was["status"].as_str().unwrap()), status) {
            (Some("pass"), "fail") | (Some("fail"), "pass") => {
                problem(format!("{control} of {subject} turned into {status}"));
            }
            (Some("unknown"), "unknown") => {}
            (_, "unknown") if !names_it(verdict) => {
                problem(format!(
                    "{control} of {subject} is unknown without naming it: {}",
                    verdict["reasons"]
                ));
            }
            (None, "pass" | "fail") => {
                problem(format!("{control} of {subject} is {status}, and was not judged before"));
            }
            _ => {}
        }
    }
    for (control, subject) in before.keys().filter(|key| !after.contains_key(*key)) {
        let told = after
            .iter()
            .any(|((other, _), v)| other == control && v["status"] == "unknown" && names_it(v));
        if !told {
            problem(format!("{control} of {subject} is gone without a word"));
        }
    }
    if !run.stderr.contains(&format!("{name} ")) && !run.stderr.contains(said) {
        problem(format!("standard error does not say so: {}", run.stderr));
    }
    let covered = report["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .any(|coverage| coverage["subject"] == name && coverage["status"] != "collected");
    if !covered {
        problem("the report's coverage does not say so".to_owned());
    }
    if run.code != i32::from(failing) {
        problem(format!("exit code {} with failing = {failing}", run.code));
    }
    problems
}

#[rstest]
#[case("table")]
#[case("json")]
#[case("sarif")]
#[case("markdown")]
#[case("junit")]
fn every_report_says_what_could_not_be_read(#[case] format: &str) {
    let endpoint = everything().endpoint_with("rds:DescribeDBInstances", "denied");
    let run = scan(&endpoint, &["--format", format]);
    assert!(run.stdout.contains("rds:DescribeDBInstances"), "{format}: {}", run.stdout);
}

#[test]
fn an_incomplete_scan_has_its_own_exit_code_when_asked_for() {
    let endpoint = everything().endpoint_with("rds:DescribeDBInstances", "denied");
    let arguments = ["--control", "rds-multi-az", "--fail-on-unknown"];
    assert_eq!(scan(&endpoint, &arguments).code, 3);
    assert_eq!(scan(&everything().endpoint(), &["--control", "rds-multi-az"]).code, 1);
}

#[test]
fn a_call_that_is_throttled_once_is_made_again() {
    let endpoint = everything().endpoint_with("ec2:DescribeSubnets", "flaky");
    let arguments = ["scan", "--region", REGION, "--max-attempts", "3", "--format", "json"];
    let run = run(&endpoint, &arguments);
    assert!(!run.stderr.contains("DescribeSubnets"), "{}", run.stderr);
}

#[test]
fn without_the_regions_one_is_read_and_the_rest_is_unknown() {
    let endpoint = everything().endpoint_with("ec2:DescribeRegions", "denied");
    let run = run(&endpoint, &["scan", "--max-attempts", "1", "--format", "json"]);
    assert!(run.stderr.contains("name the regions with --region"), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let unknown = |control: &str| {
        report["verdicts"].as_array().unwrap().iter().any(|verdict| {
            verdict["control"] == control
                && verdict["status"] == "unknown"
                && verdict["reasons"].to_string().contains("ec2:DescribeRegions")
        })
    };
    for control in ["rds-private", "ecs-private", "vpc-flow-logs", "alb-https"] {
        assert!(unknown(control), "{control} of other regions");
    }
}
