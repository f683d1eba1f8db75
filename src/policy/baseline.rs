//! A baseline: what an earlier report knew already does not fail again.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::fingerprint::Fingerprint;
use super::verdict::{AppliedWaiver, Finding, Results, Status};
use crate::diagnostic::Diagnostic;

#[derive(Deserialize)]
struct Report {
    version: u32,
    verdicts: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    fingerprint: Fingerprint,
    status: Status,
    findings: Vec<Finding>,
}

/// The failures of an earlier report.
#[derive(Debug)]
pub struct Baseline {
    name: String,
    /// The keys of the violations, by fingerprint.
    known: HashMap<Fingerprint, Vec<String>>,
}

impl Baseline {
    /// Reads the JSON report at `path`.
    ///
    /// # Errors
    ///
    /// Where it cannot be read or is no JSON report of this program.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let name = path.display().to_string();
        let failed = |message: String| {
            Box::new(
                Diagnostic::error(message)
                    .in_file(name.clone())
                    .help("give a report that was written with --output json=FILE"),
            )
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| failed(format!("the baseline cannot be read: {error}")))?;
        let report: Report = serde_json::from_str(&text)
            .map_err(|error| failed(format!("the baseline is no report: {error}")))?;
        if report.version != crate::report::json::VERSION {
            return Err(failed(format!("the baseline has version {}", report.version)));
        }
        let known = report
            .verdicts
            .into_iter()
            .filter(|verdict| verdict.status == Status::Fail)
            .map(|verdict| (verdict.fingerprint, keys(&verdict.findings)))
            .collect();
        Ok(Self { name, known })
    }

    /// Marks failures that the report has too as waived. One with a violation
    /// that the report has not is new, and fails.
    pub fn apply(&self, results: &mut Results) {
        for verdict in &mut results.verdicts {
            if verdict.status == Status::Fail
                && verdict.waiver.is_none()
                && let Some(known) = self.known.get(&verdict.fingerprint)
                && contains(known, &keys(&verdict.findings))
            {
                verdict.waiver = Some(Box::new(AppliedWaiver {
                    reason: format!("in the baseline {}", self.name),
                    expires: None,
                    origin: None,
                }));
            }
        }
    }
}

/// The keys of violations, in order.
fn keys(findings: &[Finding]) -> Vec<String> {
    let mut keys: Vec<String> = findings.iter().map(Finding::key).collect();
    keys.sort();
    keys
}

/// Whether `known` has each of `keys` as often; both are in order.
fn contains(known: &[String], keys: &[String]) -> bool {
    let mut known = known.iter();
    keys.iter().all(|key| known.any(|other| other == key))
}
