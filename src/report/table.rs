//! The report for a person at a terminal.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use rayon::prelude::*;

use super::escape::{line, terminal};
use super::{Context, place};
use crate::model::CoverageStatus;
use crate::policy::metadata::{Control, Severity};
use crate::policy::verdict::{Finding, Flow, Results, Status, Verdict};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();

const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// How many unknown verdicts of a control are listed without `--verbose`.
const UNKNOWN_SHOWN: usize = 3;

/// Writes the report. Styles are always written; the stream strips them where
/// its terminal has none.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let open = open(results);
    let groups: Vec<(Severity, &Control)> = SEVERITIES
        .into_iter()
        .flat_map(|severity| results.controls.iter().map(move |control| (severity, control)))
        .collect();
    let texts: Vec<io::Result<Vec<u8>>> = groups
        .into_par_iter()
        .map(|(severity, control)| {
            let failed = open.get(&(control.id.as_str(), Status::Fail));
            let failed = failed.into_iter().flatten().copied();
            let failed: Vec<&Verdict> =
                failed.filter(|verdict| verdict.severity == severity).collect();
            let mut text = Vec::new();
            if !failed.is_empty() {
                failures(control, severity, &failed, context, &mut text)?;
            }
            Ok(text)
        })
        .collect();
    for text in texts {
        out.write_all(&text?)?;
    }
    waived(results, out)?;
    unknowns(results, &open, context, out)?;
    errors(results, out)?;
    unread(results, context, out)?;
    summary(results, context, out)
}

/// Verdicts that nobody waived, by control and status.
type Open<'r> = HashMap<(&'r str, Status), Vec<&'r Verdict>>;

fn open(results: &Results) -> Open<'_> {
    let mut open = Open::new();
    for verdict in &results.verdicts {
        if verdict.status != Status::Pass && verdict.waiver.is_none() {
            open.entry((&verdict.control, verdict.status)).or_default().push(verdict);
        }
    }
    open
}

fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low | Severity::Info => BLUE,
    }
}

fn failures(
    control: &Control,
    severity: Severity,
    verdicts: &[&Verdict],
    context: &Context,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = style_of(severity);
    let label = severity.as_str().to_uppercase();
    writeln!(
        out,
        "{style}{label}{style:#} {BOLD}{}{BOLD:#}: {}",
        line(&control.id),
        line(&control.title)
    )?;
    for verdict in verdicts {
        subject(verdict, out)?;
        for finding in &verdict.findings {
            violation(verdict, finding, style, context, out)?;
        }
    }
    for (index, text) in wrapped(&control.remediation.summary, context.width, 7).iter().enumerate()
    {
        if index == 0 {
            writeln!(out, "  {GREEN}fix{GREEN:#}: {text}")?;
        } else {
            writeln!(out, "       {text}")?;
        }
    }
    writeln!(out, "  {DIM}more: audit explain {}{DIM:#}\n", line(&control.id))
}

fn subject(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let subject = &verdict.subject;
    let part = place::attribute_in_words(&subject.path);
    let part = if part.is_empty() { part } else { format!(" {part}") };
    writeln!(
        out,
        "  {BOLD}{}{}{BOLD:#} {DIM}{}{DIM:#}",
        line(&subject.name),
        line(&part),
        line(&subject.resource_type),
    )
}

fn violation(
    verdict: &Verdict,
    finding: &Finding,
    style: Style,
    context: &Context,
    out: &mut dyn Write,
) -> io::Result<()> {
    let origin = place::of_finding(verdict, finding);
    writeln!(out, "    {BLUE}-->{BLUE:#} {}", line(&place::in_words(verdict, origin)))?;
    let excerpt = origin.and_then(place::span).and_then(|span| context.excerpts.line(span));
    if let Some(excerpt) = excerpt {
        let number = excerpt.line.to_string();
        let gutter = " ".repeat(number.len());
        let text = excerpt.text.replace('\t', " ");
        writeln!(out, "     {BLUE}{number} |{BLUE:#} {}", terminal(&text))?;
        let marks = "^".repeat(excerpt.length.min(text.chars().count().max(1)));
        let indent = " ".repeat(excerpt.offset);
        writeln!(out, "     {BLUE}{gutter} |{BLUE:#} {indent}{style}{marks}{style:#}")?;
    }
    for (index, text) in wrapped(&finding.message, context.width, 6).into_iter().enumerate() {
        let lead = if index == 0 { "" } else { "  " };
        writeln!(out, "     {lead}{text}")?;
    }
    for evidence in &finding.evidence {
        let Some(value) = &evidence.value else { continue };
        // A resource or a long list tells less than its place does.
        if value.is_object() || evidence.path.is_empty() {
            continue;
        }
        let other = evidence.id.as_deref().filter(|id| *id != verdict.subject.id);
        let of = other.map(|id| format!("{id} ")).unwrap_or_default();
        writeln!(
            out,
            "     {DIM}{}{} = {}{DIM:#}",
            line(&of),
            line(&place::attribute_in_words(&evidence.path)),
            line(&place::value_in_words(value)),
        )?;
    }
    finding.flows.iter().try_for_each(|flow| path(flow, out))
}

fn path(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "     path: {}", line(&flow.label))?;
    for (index, hop) in flow.hops.iter().enumerate() {
        let resource = hop.resource.as_deref().unwrap_or("");
        let place = hop
            .origin
            .as_ref()
            .and_then(place::span)
            .map(|span| format!(" ({}:{})", span.file, span.start_line));
        writeln!(
            out,
            "     {:>3} {}  {}{DIM}{}{DIM:#}",
            index + 1,
            line(resource),
            line(&hop.description),
            line(&place.unwrap_or_default()),
        )?;
    }
    Ok(())
}

fn waived(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut waived = results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status != Status::Pass)
        .filter_map(|verdict| Some((verdict, verdict.waiver.as_ref()?)))
        .peekable();
    if waived.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "{BOLD}WAIVED{BOLD:#}")?;
    for (verdict, waiver) in waived {
        let until = waiver.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
        writeln!(
            out,
            "  {} {}: {}{}",
            line(&verdict.control),
            line(&verdict.subject.name),
            line(&waiver.reason),
            line(&until)
        )?;
    }
    writeln!(out)
}

fn unknowns(
    results: &Results,
    open: &Open<'_>,
    context: &Context,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut heading = false;
    for control in &results.controls {
        let Some(unknown) = open.get(&(control.id.as_str(), Status::Unknown)) else { continue };
        if !heading {
            writeln!(
                out,
                "{YELLOW}UNKNOWN{YELLOW:#} neither proven nor violated, for want of facts"
            )?;
            heading = true;
        }
        writeln!(out, "  {BOLD}{}{BOLD:#}: {}", line(&control.id), line(&control.title))?;
        let shown = if context.verbose { unknown.len() } else { UNKNOWN_SHOWN };
        for verdict in unknown.iter().take(shown) {
            let name = if verdict.subject.id.is_empty() {
                "(could not be listed)"
            } else {
                verdict.subject.name.as_str()
            };
            let more = match verdict.reasons.len() {
                0 | 1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            let reasons = if context.verbose {
                verdict.reasons.join("; ")
            } else {
                verdict.reasons.first().cloned().unwrap_or_default() + &more
            };
            writeln!(out, "    {}  {DIM}{}{DIM:#}", line(name), line(&reasons))?;
        }
        if unknown.len() > shown {
            writeln!(
                out,
                "    {DIM}and {} more; --verbose lists them{DIM:#}",
                unknown.len() - shown
            )?;
        }
    }
    if heading { writeln!(out) } else { Ok(()) }
}

fn errors(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    if results.errors.is_empty() {
        return Ok(());
    }
    writeln!(out, "{RED}NOT EVALUATED{RED:#}")?;
    for error in &results.errors {
        writeln!(out, "  {}: {}", line(&error.control), line(&error.message))?;
    }
    writeln!(out)
}

fn unread(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let lost: Vec<_> =
        results.coverage.iter().filter(|entry| entry.status != CoverageStatus::Collected).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(context.width.max(60))
        .set_header(["could not be read", "region", "why"]);
    for entry in lost {
        let status = match entry.status {
            CoverageStatus::Collected => "read",
            CoverageStatus::Denied => "denied",
            CoverageStatus::Throttled => "throttled",
            CoverageStatus::NotAvailable => "not available",
            CoverageStatus::Failed => "failed",
        };
        let why =
            entry.detail.as_ref().map_or(status.to_owned(), |detail| format!("{status}: {detail}"));
        table.add_row([
            line(&entry.subject),
            line(entry.region.as_deref().unwrap_or("")),
            line(&why),
        ]);
    }
    writeln!(out, "{table}\n")
}

fn summary(results: &Results, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_width(context.width.max(60))
        .set_header(["severity", "fail", "unknown", "waived", "pass"]);
    let mut row = |label: &str, verdicts: &dyn Fn(&Verdict) -> bool| {
        let count = |wanted: &dyn Fn(&Verdict) -> bool| {
            results.verdicts.iter().filter(|v| verdicts(v) && wanted(v)).count().to_string()
        };
        table.add_row([
            label.to_owned(),
            count(&|v| v.status == Status::Fail && v.waiver.is_none()),
            count(&|v| v.status == Status::Unknown && v.waiver.is_none()),
            count(&|v| v.status != Status::Pass && v.waiver.is_some()),
            count(&|v| v.status == Status::Pass),
        ]);
    };
    for severity in SEVERITIES {
        if results.verdicts.iter().any(|verdict| verdict.severity == severity) {
            row(severity.as_str(), &|verdict| verdict.severity == severity);
        }
    }
    row("all", &|_| true);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "{table}")?;
    let unread =
        results.coverage.iter().filter(|entry| entry.status != CoverageStatus::Collected).count();
    let incomplete = match unread {
        0 => String::new(),
        1 => "; 1 thing could not be read".to_owned(),
        count => format!("; {count} things could not be read"),
    };
    writeln!(
        out,
        "{} controls on {} resources of {}{incomplete}",
        results.controls.len(),
        results.resources,
        line(&results.targets.join(", ")),
    )
}

/// Text cut into lines of the terminal's width, `indent` columns in.
fn wrapped(text: &str, width: u16, indent: usize) -> Vec<String> {
    let width = usize::from(width).saturating_sub(indent).max(40);
    let mut lines = vec![String::new()];
    for word in line(text).split_whitespace() {
        let full = lines.last().is_some_and(|last| {
            !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width
        });
        if full {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
