//! `audit explain`: one control, or one finding.

use std::io::{self, Write};

use serde::Deserialize;

use super::args::ExplainArgs;
use super::console::Console;
use super::setup::Setup;
use super::{EXIT_SUCCESS, EXIT_USAGE};
use crate::diagnostic::Diagnostic;
use crate::policy::metadata::Control;
use crate::policy::suggest::unknown_control;
use crate::policy::verdict::{Status, Verdict};
use crate::report::escape::{line, terminal};
use crate::report::place;

/// The least of a fingerprint that names a finding.
const LEAST_PREFIX: usize = 6;

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &ExplainArgs, setup: &Setup, console: &Console) -> io::Result<u8> {
    let mut out = console.stdout();
    if let Some(policy) = setup.bundle.policies.get(&args.id) {
        control(&policy.control, &mut out)?;
        return Ok(EXIT_SUCCESS);
    }
    let Some(path) = &args.report else {
        let is_fingerprint = args.id.len() >= LEAST_PREFIX
            && args.id.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
        console.diagnostics(&[match is_fingerprint {
            true => Diagnostic::error(format!("no report is given to find {} in", args.id))
                .help("add --report FILE with a report written by --output json=FILE"),
            false => unknown_control(&args.id, setup.bundle.policies.keys()),
        }])?;
        return Ok(EXIT_USAGE);
    };
    match find(path, &args.id) {
        Ok(verdict) => {
            finding(&verdict, &mut out)?;
            if let Some(policy) = setup.bundle.policies.get(verdict.control.as_ref()) {
                writeln!(out)?;
                control(&policy.control, &mut out)?;
            }
            Ok(EXIT_SUCCESS)
        }
        Err(diagnostic) => {
            console.diagnostics(&[*diagnostic])?;
            Ok(EXIT_USAGE)
        }
    }
}

#[derive(Deserialize)]
struct Report {
    verdicts: Vec<Verdict>,
}

fn find(path: &std::path::Path, fingerprint: &str) -> Result<Verdict, Box<Diagnostic>> {
    let failed = |message: String| {
        Box::new(
            Diagnostic::error(message)
                .in_file(path.display().to_string())
                .help("give a report that was written with --output json=FILE"),
        )
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| failed(format!("the report cannot be read: {error}")))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|error| failed(format!("the file is no report: {error}")))?;
    // A SARIF result's fingerprint names the violation too, after a colon.
    let prefix = fingerprint.split(':').next().unwrap_or_default();
    if prefix.len() < LEAST_PREFIX {
        return Err(failed(format!("{fingerprint} is too short to tell findings apart")));
    }
    let mut found = report
        .verdicts
        .into_iter()
        .filter(|verdict| verdict.fingerprint.to_string().starts_with(prefix));
    match (found.next(), found.next()) {
        (Some(verdict), None) => Ok(verdict),
        (Some(_), Some(_)) => {
            Err(failed(format!("several verdicts have a fingerprint that begins with {prefix}")))
        }
        (None, _) => Err(failed(format!("no verdict has the fingerprint {fingerprint}"))),
    }
}

fn control(control: &Control, out: &mut dyn Write) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    writeln!(out, "{bold}{}{bold:#} ({})", line(&control.id), control.severity)?;
    writeln!(out, "{}\n", line(&control.title))?;
    writeln!(out, "{}\n", terminal(control.description.trim()))?;
    writeln!(out, "{bold}What to do{bold:#}\n{}", terminal(control.remediation.summary.trim()))?;
    let snippets = [
        ("CloudFormation", &control.remediation.cloudformation),
        ("Terraform", &control.remediation.terraform),
        ("AWS CLI", &control.remediation.cli),
    ];
    for (name, snippet) in snippets {
        if let Some(snippet) = snippet {
            writeln!(out, "\n{bold}{name}{bold:#}")?;
            for text in snippet.trim_end().lines() {
                writeln!(out, "  {}", terminal(text))?;
            }
        }
    }
    writeln!(out, "\n{bold}Judges{bold:#} {}", line(&control.subject.join(", ")))?;
    writeln!(out, "{bold}Rests on{bold:#} {}", line(&control.requires.join(", ")))?;
    writeln!(out, "{bold}Architecture{bold:#} {}", line(&control.architecture.join(", ")))?;
    for (framework, requirements) in &control.frameworks {
        writeln!(out, "{bold}{}{bold:#} {}", line(framework), line(&requirements.join(", ")))?;
    }
    for link in &control.related_resources {
        writeln!(out, "{}", line(link))?;
    }
    Ok(())
}

fn finding(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    let status = match verdict.status {
        Status::Fail => "fails",
        Status::Unknown => "is unknown to",
        Status::Pass => "passes",
    };
    writeln!(
        out,
        "{bold}{}{bold:#} {status} {}",
        line(&verdict.subject.name),
        line(&verdict.control)
    )?;
    for reason in &verdict.reasons {
        writeln!(out, "  because {}", line(reason))?;
    }
    for finding in &verdict.findings {
        let origin = place::of_finding(verdict, finding);
        writeln!(out, "  {}: {}", line(&place::in_words(verdict, origin)), line(&finding.message))?;
        for evidence in &finding.evidence {
            let resource = match &evidence.id {
                Some(id) => format!("{}/{id}", evidence.collection),
                None => format!("no {}", evidence.collection),
            };
            let value = evidence.value.as_ref().map(place::value_in_words).unwrap_or_default();
            writeln!(
                out,
                "    {} {} {}",
                line(&resource),
                line(&place::attribute_in_words(&evidence.path)),
                line(&value)
            )?;
        }
        for flow in &finding.flows {
            writeln!(out, "    path: {}", line(&flow.label))?;
            for (index, hop) in flow.hops.iter().enumerate() {
                let resource = hop.resource.as_deref().unwrap_or("");
                writeln!(out, "      {} {} {}", index + 1, line(resource), line(&hop.description))?;
            }
        }
    }
    Ok(())
}
