//! `audit policy`: list, show, check, test and export policies.

use std::io::{self, Write};
use std::path::PathBuf;

use comfy_table::{ContentArrangement, Table, presets};

use super::args::{ListFormat, PolicyCommand, SchemaOf};
use super::console::Console;
use super::setup::Setup;
use super::{EXIT_FINDINGS, EXIT_SUCCESS, EXIT_USAGE};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::bundle::{self, Bundle};
use crate::policy::{check, reference, schema, test_runner};
use crate::report::escape::line;

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(command: &PolicyCommand, setup: Setup, console: &Console) -> io::Result<u8> {
    match command {
        PolicyCommand::List { format } => list(*format, &setup.bundle, console),
        PolicyCommand::Show { id } => show(id, &setup.bundle, console),
        PolicyCommand::Check { paths } => check(paths, setup.bundle, console),
        PolicyCommand::Test { paths } => test(paths, setup, console),
        PolicyCommand::Schema { of } => {
            let schema = match of {
                SchemaOf::Input => schema::input(),
                SchemaOf::Profile => schema::profile(),
                SchemaOf::Config => schema::config(),
                SchemaOf::Snapshot => schema::snapshot(),
            };
            writeln!(io::stdout(), "{schema}")?;
            Ok(EXIT_SUCCESS)
        }
        PolicyCommand::Export { directory } => match bundle::export(directory) {
            Ok(count) => {
                console.say(&format!("wrote {count} files to {}", directory.display()));
                Ok(EXIT_SUCCESS)
            }
            Err(diagnostic) => {
                console.diagnostics(&[diagnostic])?;
                Ok(EXIT_USAGE)
            }
        },
    }
}

fn list(format: ListFormat, bundle: &Bundle, console: &Console) -> io::Result<u8> {
    let mut out = console.stdout();
    match format {
        ListFormat::Json => {
            let controls: Vec<_> = bundle.controls().collect();
            serde_json::to_writer_pretty(&mut out, &controls)?;
            writeln!(out)?;
        }
        ListFormat::Markdown => write!(out, "{}", reference::markdown(bundle))?,
        ListFormat::Table => {
            let mut table = Table::new();
            table
                .load_style(presets::NOTHING)
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_header(["id", "severity", "title"]);
            for control in bundle.controls() {
                table.add_row([
                    line(&control.id),
                    control.severity.to_string(),
                    line(&control.title),
                ]);
            }
            writeln!(out, "{table}")?;
        }
    }
    Ok(EXIT_SUCCESS)
}

fn show(id: &str, bundle: &Bundle, console: &Console) -> io::Result<u8> {
    match bundle.policies.get(id) {
        Some(policy) => {
            write!(io::stdout(), "{}", policy.module.text)?;
            Ok(EXIT_SUCCESS)
        }
        None => {
            console.diagnostics(&[Diagnostic::error(format!("there is no control {id}"))
                .help("`audit policy list` names them")])?;
            Ok(EXIT_USAGE)
        }
    }
}

/// The policies at `paths` with the bundled libraries, or all where none is
/// named.
fn chosen(paths: &[PathBuf], bundle: Bundle) -> Bundle {
    if paths.is_empty() {
        return bundle;
    }
    let mut chosen = Bundle { libraries: bundle.libraries, ..Bundle::default() };
    chosen.add_paths(paths);
    chosen
}

fn check(paths: &[PathBuf], bundle: Bundle, console: &Console) -> io::Result<u8> {
    let bundle = chosen(paths, bundle);
    let mut diagnostics = bundle.diagnostics.clone();
    diagnostics.extend(check::check(&bundle));
    console.diagnostics(&diagnostics)?;
    let errors = diagnostics.iter().filter(|found| found.level == Level::Error).count();
    if errors == 0 {
        console.say(&format!("{} policies are in order", bundle.policies.len()));
        return Ok(EXIT_SUCCESS);
    }
    console.say(&format!("{errors} errors in {} policies", bundle.policies.len()));
    Ok(EXIT_FINDINGS)
}

fn test(paths: &[PathBuf], setup: Setup, console: &Console) -> io::Result<u8> {
    let bundle = chosen(paths, setup.bundle);
    let outcomes = test_runner::run(&bundle, &setup.config.settings.profile);
    let mut out = console.stdout();
    let mut failed = 0;
    for outcome in &outcomes {
        match &outcome.failure {
            None if console.verbose => {
                writeln!(out, "ok    {} {}", line(&outcome.file), line(&outcome.name))?
            }
            None => {}
            Some(reason) => {
                failed += 1;
                writeln!(
                    out,
                    "FAIL  {}:{} {}: {}",
                    line(&outcome.file),
                    outcome.line,
                    line(&outcome.name),
                    line(reason)
                )?;
            }
        }
    }
    writeln!(out, "{} passed, {failed} failed", outcomes.len() - failed)?;
    Ok(if failed == 0 { EXIT_SUCCESS } else { EXIT_FINDINGS })
}
