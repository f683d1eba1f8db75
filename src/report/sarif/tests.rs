use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::model::{Origin, Span};
use crate::policy::bundle::Bundle;
use crate::policy::fingerprint::Fingerprint;
use crate::policy::metadata::Severity;
use crate::policy::verdict::{Evidence, Finding, Flow, FlowHop, Subject};

fn origin(line: u32) -> Origin {
    Origin::File {
        span: Span {
            file: "t.yaml".into(),
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 2,
        },
    }
}

fn hop(resource: Option<&str>, origin: Option<Origin>) -> FlowHop {
    FlowHop {
        resource: resource.map(str::to_owned),
        path: None,
        description: "a hop".to_owned(),
        origin,
    }
}

/// A failure on line `number`, with paths of these many hops.
fn failure(number: u32, severity: Severity, paths: &[usize]) -> Verdict {
    let hops = |count: &usize| (0..*count).map(|_| hop(Some("subnets/a"), None)).collect();
    Verdict {
        control: "net-data-not-from-internet".into(),
        severity,
        subject: Arc::new(Subject {
            collection: "rds_instances".to_owned(),
            id: format!("db-{number}"),
            path: String::new(),
            resource_type: "AWS::RDS::DBInstance".to_owned(),
            name: format!("db-{number}"),
            arn: None,
            account: None,
            region: None,
            origin: Some(origin(number)),
        }),
        status: Status::Fail,
        findings: vec![Finding {
            message: "it is open".to_owned(),
            evidence: vec![Evidence {
                collection: "rds_instances".to_owned(),
                id: Some(format!("db-{number}")),
                path: "/port".to_owned(),
                value: None,
                origin: None,
            }],
            flows: paths
                .iter()
                .map(|count| Flow { label: "a path".to_owned(), hops: hops(count) })
                .collect(),
        }],
        reasons: Vec::new(),
        waiver: None,
        fingerprint: Fingerprint::from(u128::from(number)),
    }
}

fn results(verdicts: Vec<Verdict>) -> Results {
    let bundle = Bundle::embedded();
    Results {
        tool_version: "0".to_owned(),
        collected_at: String::new(),
        targets: vec!["t.yaml".to_owned()],
        controls: vec![bundle.policies["net-data-not-from-internet"].control.clone()],
        verdicts,
        errors: Vec::new(),
        coverage: Vec::new(),
        diagnostics: Vec::new(),
        resources: 0,
    }
}

fn report(limits: Limits, verdicts: Vec<Verdict>) -> Value {
    let mut text = Vec::new();
    write_within(limits, &results(verdicts), &Context::default(), &mut text).unwrap();
    let log: Value = serde_json::from_slice(&text).unwrap();
    log["runs"][0].clone()
}

fn notes(run: &Value) -> Vec<&str> {
    run["invocations"][0]["toolExecutionNotifications"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|note| note["message"]["text"].as_str())
        .collect()
}

fn count(run: &Value) -> usize {
    run["results"].as_array().map_or(0, Vec::len)
}

#[test]
fn the_least_severe_results_over_the_limit_are_left_out_and_counted() {
    let severities = [Severity::Low, Severity::Critical, Severity::Medium, Severity::High];
    let verdicts =
        severities.iter().zip(1..).map(|(severity, line)| failure(line, *severity, &[])).collect();
    let run = report(Limits { results: 3, ..LIMITS }, verdicts);
    let lines: Vec<_> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["locations"][0]["physicalLocation"]["region"]["startLine"])
        .collect();
    assert_eq!(lines, [2, 4, 3]);
    assert_eq!(
        notes(&run),
        [
            "1 results of 4, the least severe, were left out to keep the file within the limits of code-scanning services"
        ]
    );
}

#[test]
fn a_file_over_the_limit_of_bytes_is_cut_until_it_fits() {
    let verdicts = || (1..=400).map(|line| failure(line, Severity::High, &[])).collect();
    let whole = report(LIMITS, verdicts());
    assert_eq!((count(&whole), notes(&whole).len()), (400, 0));
    let limits = Limits { bytes: 9_000, ..LIMITS };
    let run = report(limits, verdicts());
    let text = serde_json::to_vec_pretty(&run).unwrap();
    assert!(compressed_size(&text, limits).unwrap() <= limits.bytes);
    let kept = count(&run);
    assert!((100..400).contains(&kept), "{kept}");
    let note = format!("{} results of 400", 400 - kept);
    assert!(notes(&run)[0].starts_with(&note), "{:?}", notes(&run));
}

#[test]
fn steps_over_the_limit_are_left_out_and_counted() {
    let verdicts = vec![
        failure(1, Severity::High, &[600, 400]),
        failure(2, Severity::High, &[600, 401, 1]),
        failure(3, Severity::High, &[1_200]),
    ];
    let run = report(LIMITS, verdicts);
    let steps = |found: &Value| -> Vec<usize> {
        let flows = found["codeFlows"].as_array().unwrap();
        flows
            .iter()
            .map(|flow| flow["threadFlows"][0]["locations"].as_array().unwrap().len())
            .collect()
    };
    let found: Vec<_> = run["results"].as_array().unwrap().iter().map(steps).collect();
    assert_eq!(found, [vec![600, 400], vec![600], vec![1_000]]);
    assert_eq!(
        notes(&run),
        [
            "602 steps of paths were left out, because code-scanning services keep 1000 of one result"
        ]
    );
}

#[test]
fn a_hop_without_a_place_is_told_by_its_resource_alone() {
    let mut verdict = failure(1, Severity::High, &[]);
    verdict.findings[0].flows = vec![Flow {
        label: "a path".to_owned(),
        hops: vec![
            hop(None, None),
            hop(Some("internet_gateways/igw-1"), None),
            hop(Some("rds_instances/db"), Some(origin(7))),
        ],
    }];
    let run = report(LIMITS, vec![verdict]);
    let steps = &run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let physical = |step: usize| &steps[step]["location"]["physicalLocation"];
    let logical = |step: usize| &steps[step]["location"]["logicalLocations"][0];
    assert!(physical(0).is_null() && physical(1).is_null(), "{steps}");
    assert_eq!(logical(1)["fullyQualifiedName"], "internet_gateways/igw-1");
    assert_eq!(physical(2)["artifactLocation"]["uri"], "t.yaml");
    assert!(logical(0).is_null());
}
