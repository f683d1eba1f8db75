//! The JUnit report: a suite for each control, a case for each subject.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::escape::{line, xml};
use super::place;
use crate::policy::verdict::{Results, Status, Verdict};

/// Writes the report. An unknown verdict is an error, a waived one is skipped.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("audit");
    for control in &results.controls {
        let mut suite = TestSuite::new(xml(&control.id));
        for verdict in results.verdicts.iter().filter(|verdict| *verdict.control == *control.id) {
            let mut case = TestCase::new(case_name(verdict), status(verdict));
            case.set_classname(xml(&control.id));
            suite.add_test_case(case);
        }
        for error in results.errors.iter().filter(|error| error.control == control.id) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(xml(&error.message));
            let mut case = TestCase::new("evaluation", status);
            case.set_classname(xml(&control.id));
            suite.add_test_case(case);
        }
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
    }
    report.serialize(out).map_err(io::Error::other)
}

fn case_name(verdict: &Verdict) -> String {
    let subject = &verdict.subject;
    xml(&line(&format!("{} {}{}", subject.resource_type, subject.name, subject.path)))
}

fn status(verdict: &Verdict) -> TestCaseStatus {
    if let Some(waiver) = verdict.waiver.as_ref().filter(|_| verdict.status != Status::Pass) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&format!("waived: {}", waiver.reason)));
        return status;
    }
    let (kind, messages): (_, Vec<String>) = match verdict.status {
        Status::Pass => return TestCaseStatus::success(),
        Status::Fail => (
            NonSuccessKind::Failure,
            verdict
                .findings
                .iter()
                .map(|finding| {
                    let origin = place::of_finding(verdict, finding);
                    format!("{}: {}", place::in_words(verdict, origin), finding.message)
                })
                .collect(),
        ),
        Status::Unknown => (NonSuccessKind::Error, verdict.reasons.clone()),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(verdict.severity.as_str());
    status.set_message(xml(&messages.join("; ")));
    status.set_description(xml(&messages.join("\n")));
    status
}
