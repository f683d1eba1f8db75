//! A baseline: what an earlier report knew already does not fail again.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;

use super::verdict::{AppliedWaiver, Results, Status};
use crate::diagnostic::Diagnostic;

#[derive(Deserialize)]
struct Report {
    version: u32,
    verdicts: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    fingerprint: String,
    status: Status,
}

/// Marks failures that the JSON report at `path` has too as waived.
///
/// # Errors
///
/// Where it cannot be read or is no JSON report of this program.
pub fn apply(path: &Path, results: &mut Results) -> Result<(), Box<Diagnostic>> {
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
    let known: HashSet<String> = report
        .verdicts
        .into_iter()
        .filter(|verdict| verdict.status == Status::Fail)
        .map(|verdict| verdict.fingerprint)
        .collect();
    for verdict in &mut results.verdicts {
        if verdict.status == Status::Fail
            && verdict.waiver.is_none()
            && known.contains(&verdict.fingerprint)
        {
            verdict.waiver = Some(AppliedWaiver {
                reason: format!("in the baseline {name}"),
                expires: None,
                origin: None,
            });
        }
    }
    Ok(())
}
