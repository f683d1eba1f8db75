//! SARIF 2.1.0, as code-scanning services and editors read it.
//!
//! Source: OASIS SARIF 2.1.0, and GitHub's "SARIF support for code scanning".

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};
use serde_sarif::sarif::{
    Invocation, Message, Notification, PropertyBag, Run, RunAutomationDetails, Sarif, Tool,
    ToolComponent,
};

use super::{Context, escape};
use crate::diagnostic::Level;
use crate::json_text;
use crate::model::CoverageStatus;
use crate::policy::verdict::{Results, Status, Verdict};

mod location;
mod result;
mod rule;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most that code-scanning services take.
#[derive(Clone, Copy)]
struct Limits {
    /// Results of one run.
    results: usize,
    /// Bytes of one file, compressed.
    bytes: usize,
}

const LIMITS: Limits = Limits { results: 25_000, bytes: 10 * 1000 * 1000 };

/// What had to be left out.
#[derive(Clone, Copy, Default)]
struct LeftOut {
    results: usize,
    of_results: usize,
    steps: usize,
}

/// Writes the report. Failures, unknowns and waived verdicts are results; what
/// passed shows in the rules that ran.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    write_within(LIMITS, results, context, out)
}

fn write_within(
    limits: Limits,
    results: &Results,
    context: &Context,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut verdicts: Vec<&Verdict> =
        results.verdicts.iter().filter(|verdict| verdict.status != Status::Pass).collect();
    // What is cut, if anything must be, is the least severe.
    verdicts.sort_by_key(|verdict| {
        (verdict.status, verdict.waiver.is_some(), std::cmp::Reverse(verdict.severity))
    });
    let mut kept: Vec<serde_sarif::sarif::Result> = Vec::new();
    let mut left = LeftOut::default();
    for verdict in verdicts {
        if kept.len() < limits.results {
            let found = result::of(verdict, results, context);
            left.of_results += found.len();
            left.steps += result::steps_left_out(verdict);
            kept.extend(found);
        } else {
            left.of_results += result::count(verdict);
        }
    }
    kept.truncate(limits.results);
    loop {
        left.results = left.of_results - kept.len();
        let mut text = Vec::new();
        json_text::pretty(&mut text, &log(results, &kept, left))?;
        let size = compressed_size(&text, limits)?;
        if size <= limits.bytes || kept.len() <= 1 {
            out.write_all(&text)?;
            return writeln!(out);
        }
        // Results are of much the same size; a little less than fits on average.
        let fits = kept.len().saturating_mul(limits.bytes / 100 * 95) / size.max(1);
        kept.truncate(fits.clamp(1, kept.len() - 1));
    }
}

fn compressed_size(text: &[u8], limits: Limits) -> io::Result<usize> {
    // No text under the limit can be over it compressed.
    if text.len() <= limits.bytes {
        return Ok(text.len());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text)?;
    Ok(encoder.finish()?.len())
}

fn log(results: &Results, kept: &[serde_sarif::sarif::Result], left: LeftOut) -> Sarif {
    let driver = ToolComponent {
        name: "audit".to_owned(),
        version: Some(results.tool_version.clone()),
        semantic_version: Some(results.tool_version.clone()),
        rules: Some(results.controls.iter().map(|control| rule::of(control, results)).collect()),
        ..component()
    };
    let run = Run {
        automation_details: Some(RunAutomationDetails {
            id: Some(automation_id(results)),
            ..Default::default()
        }),
        column_kind: Some("unicodeCodePoints".into()),
        invocations: Some(vec![invocation(results, left)]),
        results: Some(kept.to_vec()),
        ..run(driver)
    };
    Sarif {
        schema: Some(SCHEMA.to_owned()),
        version: "2.1.0".into(),
        runs: vec![run],
        inline_external_properties: None,
        properties: None,
    }
}

fn component() -> ToolComponent {
    ToolComponent::builder().name("audit").build()
}

fn run(driver: ToolComponent) -> Run {
    Run::builder().tool(Tool { driver, extensions: None, properties: None }).build()
}

/// A category that tells uploads for several accounts, regions and targets
/// apart, so that one does not replace another.
fn automation_id(results: &Results) -> String {
    let mut places: Vec<String> = results
        .verdicts
        .iter()
        .filter_map(|verdict| {
            let subject = &verdict.subject;
            let account = subject.account.as_deref()?;
            Some(format!("{account}/{}", subject.region.as_deref().unwrap_or("global")))
        })
        .filter(|place| !place.ends_with("/global"))
        .collect();
    places.sort();
    places.dedup();
    let place = match places.as_slice() {
        [] => results.targets.join("+").replace('/', "-"),
        [one] => one.clone(),
        [first, ..] => first.split('/').next().unwrap_or_default().to_owned() + "/regions",
    };
    format!("audit/{}/", escape::line(&place))
}

/// How the run went: what could not be read, and what went wrong.
fn invocation(results: &Results, left: LeftOut) -> Invocation {
    let mut notifications = Vec::new();
    let mut notify = |level: &str, text: String| {
        notifications.push(
            Notification::builder()
                .message(message(&text))
                .level(serde_json::Value::from(level))
                .build(),
        );
    };
    for entry in &results.coverage {
        if entry.status != CoverageStatus::Collected {
            let region = entry.region.as_deref().unwrap_or("all regions");
            let detail = entry.detail.as_deref().unwrap_or("no detail");
            notify("warning", format!("{} ({region}) could not be read: {detail}", entry.subject));
        }
    }
    for error in &results.errors {
        notify("error", format!("{} was not evaluated: {}", error.control, error.message));
    }
    for diagnostic in &results.diagnostics {
        let level = match diagnostic.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => continue,
        };
        let file = diagnostic.file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default();
        notify(level, format!("{file}{}", diagnostic.message));
    }
    if left.results > 0 {
        notify(
            "warning",
            format!(
                "{} results of {}, the least severe, were left out to keep the file within the limits of code-scanning services",
                left.results, left.of_results
            ),
        );
    }
    if left.steps > 0 {
        notify(
            "warning",
            format!(
                "{} steps of paths were left out, because code-scanning services keep {} of one result",
                left.steps,
                result::MOST_STEPS
            ),
        );
    }
    let successful = results.errors.is_empty()
        && results.diagnostics.iter().all(|diagnostic| diagnostic.level != Level::Error);
    Invocation {
        tool_execution_notifications: (!notifications.is_empty()).then_some(notifications),
        ..Invocation::builder().execution_successful(successful).build()
    }
}

/// A plain-text message with hostile text made harmless.
fn message(text: &str) -> Message {
    Message { text: Some(escape::sarif(text)), ..Default::default() }
}

/// A property bag of tags and other entries.
fn properties(tags: Vec<String>, other: Vec<(&str, serde_json::Value)>) -> PropertyBag {
    PropertyBag {
        tags: (!tags.is_empty()).then_some(tags),
        additional_properties: other
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
