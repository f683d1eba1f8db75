//! `audit policy`: list, show, check, test and export policies.

use std::io::{self, Write};
use std::path::PathBuf;

use comfy_table::{ContentArrangement, Table, presets};

use super::args::{ListFormat, PolicyCommand, SchemaOf};
use super::console::Console;
use super::setup::Setup;
use super::{EXIT_FINDINGS, EXIT_SUCCESS, EXIT_USAGE};
use crate::diagnostic::{Diagnostic, Level};
use crate::json_text;
use crate::policy::bundle::{self, Bundle};
use crate::policy::suggest::unknown_control;
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
                SchemaOf::Input => schema::INPUT,
                SchemaOf::Profile => schema::PROFILE,
                SchemaOf::Config => schema::CONFIG,
                SchemaOf::Snapshot => schema::SNAPSHOT,
                SchemaOf::Results => schema::RESULTS,
            };
            write!(io::stdout(), "{schema}")?;
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
            json_text::pretty(&mut out, &controls)?;
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
            console.diagnostics(&[unknown_control(id, bundle.policies.keys())])?;
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
    let Bundle { libraries, user_files, .. } = bundle;
    let mut chosen = Bundle { libraries, user_files, ..Bundle::default() };
    chosen.add_paths(paths);
    chosen
}

/// Says what is wrong, and gives how many errors there are, with those that
/// were `told` before. That there is nothing is an error too.
fn errors_in(
    told: &[Diagnostic],
    mut fresh: Vec<Diagnostic>,
    is_empty: bool,
    console: &Console,
) -> io::Result<usize> {
    let is_error = |found: &&Diagnostic| found.level == Level::Error;
    if is_empty && told.iter().chain(&fresh).filter(is_error).count() == 0 {
        fresh.push(
            Diagnostic::error("no .rego file of this kind was found").help(
                "name files that end in .rego, or directories of them; tests end in _test.rego",
            ),
        );
    }
    console.diagnostics(&fresh)?;
    Ok(told.iter().chain(&fresh).filter(is_error).count())
}

fn check(paths: &[PathBuf], bundle: Bundle, console: &Console) -> io::Result<u8> {
    let told = bundle.diagnostics.clone();
    let libraries = bundle.libraries.len();
    let bundle = chosen(paths, bundle);
    let mut fresh = if paths.is_empty() { Vec::new() } else { bundle.diagnostics.clone() };
    fresh.extend(check::check(&bundle));
    let is_empty = bundle.policies.is_empty()
        && bundle.tests.is_empty()
        && bundle.libraries.len() == libraries;
    let errors = errors_in(&told, fresh, is_empty, console)?;
    let policies = counted(bundle.policies.len(), "policy", "policies");
    if errors == 0 {
        console.say(&format!("{policies} in order"));
        return Ok(EXIT_SUCCESS);
    }
    console.say(&format!("{} in {policies}", counted(errors, "error", "errors")));
    Ok(EXIT_FINDINGS)
}

fn test(paths: &[PathBuf], setup: Setup, console: &Console) -> io::Result<u8> {
    let told = setup.bundle.diagnostics.clone();
    let mut bundle = chosen(paths, setup.bundle);
    let is_empty = bundle.tests.is_empty();
    check::refuse_unfit(&mut bundle, true);
    let known = if paths.is_empty() { told.len() } else { 0 };
    let fresh = bundle.diagnostics.get(known..).unwrap_or_default().to_vec();
    let errors = errors_in(&told, fresh, is_empty, console)?;
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
    Ok(match (failed, errors) {
        (0, 0) => EXIT_SUCCESS,
        (0, _) => EXIT_USAGE,
        _ => EXIT_FINDINGS,
    })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
