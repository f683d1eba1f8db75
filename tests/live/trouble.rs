//! What goes wrong before an account can be read: each a clear error with a
//! remedy, exit code 2, and no report.

use std::time::{Duration, Instant};

use rstest::rstest;

use super::{REGION, audit, everything, run};

fn refused(run: &super::Run, said: &[&str]) {
    assert_eq!(run.code, 2, "{}", run.stderr);
    for text in said {
        assert!(run.stderr.contains(text), "no {text:?} in: {}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("stack backtrace"));
    assert!(!run.stdout.contains("pass"), "{}", run.stdout);
}

#[test]
fn without_credentials_it_says_how_to_get_some() {
    let output = audit(&everything().endpoint())
        .args(["scan", "--region", REGION])
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .output()
        .unwrap();
    let run = super::Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    refused(&run, &["no valid AWS credentials", "aws sso login"]);
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let run = run(&everything().endpoint(), &["scan", "--region", REGION, "--profile", "nobody"]);
    refused(&run, &["nobody"]);
}

#[test]
fn expired_credentials_are_said_to_be() {
    let endpoint = everything().endpoint_with("*", "expired");
    let run = run(&endpoint, &["scan", "--region", REGION, "--max-attempts", "1"]);
    refused(&run, &["no valid AWS credentials", "ExpiredToken"]);
}

#[rstest]
#[case("eu-nowhere-9")]
#[case("Ireland")]
#[case("eu-west-1/../..")]
fn a_region_that_does_not_exist_is_named(#[case] region: &str) {
    let run = run(&everything().endpoint(), &["scan", "--region", region]);
    refused(&run, &["there is no region", region]);
}

#[test]
fn an_endpoint_that_hangs_is_given_up_on() {
    let endpoint = everything().endpoint_with("*", "hangs");
    let start = Instant::now();
    let run = run(&endpoint, &["scan", "--region", REGION, "--call-timeout", "2"]);
    assert!(start.elapsed() < Duration::from_secs(30));
    refused(&run, &["cannot be reached", "--call-timeout"]);
}

#[test]
fn an_operation_that_hangs_costs_only_what_rests_on_it() {
    let endpoint = everything().endpoint_with("rds:DescribeDBInstances", "hangs");
    let arguments = ["scan", "--region", REGION, "--call-timeout", "3", "--format", "json"];
    let run = run(&endpoint, &arguments);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("rds:DescribeDBInstances"), "{}", run.stderr);
    assert!(run.stdout.contains("no answer in time"));
}

#[test]
fn an_endpoint_where_nothing_listens_is_named() {
    let run = run("http://127.0.0.1:9", &["scan", "--region", REGION, "--max-attempts", "1"]);
    refused(&run, &["http://127.0.0.1:9", "cannot be reached"]);
}
