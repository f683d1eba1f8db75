//! The Markdown report, for pull requests and wikis.

use std::io::{self, Write};

use super::escape::{markdown, markdown_code};
use super::{Context, place};
use crate::model::CoverageStatus;
use crate::policy::verdict::{Finding, Results, Status, Verdict};

/// Writes the report: a summary, then failures, unknowns, waivers and what
/// could not be read.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let counts = results.counts();
    writeln!(out, "# Audit of {}\n", markdown(&results.targets.join(", ")))?;
    writeln!(out, "| fail | unknown | waived | pass |\n| ---: | ---: | ---: | ---: |")?;
    writeln!(
        out,
        "| {} | {} | {} | {} |\n",
        counts.fail, counts.unknown, counts.waived, counts.pass
    )?;
    failures(results, out)?;
    unknowns(results, context, out)?;
    waived(results, out)?;
    if !results.errors.is_empty() {
        writeln!(out, "## Not evaluated\n")?;
        for error in &results.errors {
            writeln!(out, "- {}: {}", markdown_code(&error.control), markdown(&error.message))?;
        }
        writeln!(out)?;
    }
    unread(results, out)
}

fn failures(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let failed: Vec<&Verdict> = results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status == Status::Fail && verdict.waiver.is_none())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Failures\n")?;
    let mut current = None;
    for verdict in failed {
        if current != Some(&verdict.control) {
            current = Some(&verdict.control);
            let (title, fix) = results
                .control(&verdict.control)
                .map_or(("", ""), |control| (&control.title, &control.remediation.summary));
            writeln!(
                out,
                "### {} {}: {}\n\n{}\n",
                verdict.severity,
                markdown_code(&verdict.control),
                markdown(title),
                markdown(fix)
            )?;
        }
        writeln!(out, "- {}", subject(verdict))?;
        for finding in &verdict.findings {
            violation(verdict, finding, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn subject(verdict: &Verdict) -> String {
    let subject = &verdict.subject;
    let part = place::attribute_in_words(&subject.path);
    let name =
        if part.is_empty() { subject.name.clone() } else { format!("{} {part}", subject.name) };
    format!("**{}** {}", markdown(&name), markdown(&subject.resource_type))
}

fn violation(verdict: &Verdict, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let origin = place::of_finding(verdict, finding);
    writeln!(
        out,
        "  - {}: {}",
        markdown_code(&place::in_words(verdict, origin)),
        markdown(&finding.message)
    )?;
    for flow in &finding.flows {
        writeln!(out, "    - path: {}", markdown(&flow.label))?;
        for (index, hop) in flow.hops.iter().enumerate() {
            let resource = hop.resource.as_deref().map(markdown_code).unwrap_or_default();
            let place = hop
                .origin
                .as_ref()
                .and_then(place::span)
                .map(|span| markdown_code(&format!("{}:{}", span.file, span.start_line)))
                .map(|place| format!(" ({place})"))
                .unwrap_or_default();
            let number = index + 1;
            writeln!(out, "      {number}. {resource} {}{place}", markdown(&hop.description))?;
        }
    }
    Ok(())
}

fn unknowns(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: usize = 100;
    let unknown: Vec<&Verdict> = results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status == Status::Unknown && verdict.waiver.is_none())
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Unknown\n\n| control | subject | why |\n| --- | --- | --- |")?;
    let shown = if context.verbose { unknown.len() } else { SHOWN };
    for verdict in unknown.iter().take(shown) {
        let name = if verdict.subject.id.is_empty() {
            "could not be listed"
        } else {
            &verdict.subject.name
        };
        writeln!(
            out,
            "| {} | {} | {} |",
            markdown_code(&verdict.control),
            markdown(name),
            markdown(&verdict.reasons.join("; "))
        )?;
    }
    if unknown.len() > shown {
        writeln!(out, "\nand {} more", unknown.len() - shown)?;
    }
    writeln!(out)
}

fn waived(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status != Status::Pass)
        .filter_map(|verdict| Some((verdict, verdict.waiver.as_ref()?)))
        .peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "## Waived\n\n| control | subject | reason | until |\n| --- | --- | --- | --- |"
    )?;
    for (verdict, waiver) in rows {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            markdown_code(&verdict.control),
            markdown(&verdict.subject.name),
            markdown(&waiver.reason),
            markdown(waiver.expires.as_deref().unwrap_or(""))
        )?;
    }
    writeln!(out)
}

fn unread(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = results
        .coverage
        .iter()
        .filter(|entry| entry.status != CoverageStatus::Collected)
        .peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "## Could not be read\n\n| what | region | why |\n| --- | --- | --- |")?;
    for entry in rows {
        writeln!(
            out,
            "| {} | {} | {} |",
            markdown_code(&entry.subject),
            markdown(entry.region.as_deref().unwrap_or("")),
            markdown(entry.detail.as_deref().unwrap_or(""))
        )?;
    }
    writeln!(out)
}
