//! `audit scan`: read, judge, report.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::args::ScanArgs;
use super::console::Console;
use super::setup::Setup;
use super::target::{self, Target};
use super::{EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_SUCCESS, EXIT_USAGE};
use crate::diagnostic::{Diagnostic, Level};
use crate::json_text;
use crate::model::Origin;
use crate::policy::baseline::Baseline;
use crate::policy::evaluate::evaluate;
use crate::policy::suggest::unknown_control;
use crate::policy::verdict::{Results, Status};
use crate::policy::waiver::{self, Waiver};
use crate::report::excerpt::Excerpts;
use crate::report::{self, Context, Format, place, snapshot_lines};

/// Columns of the table where the terminal does not tell.
const DEFAULT_WIDTH: u16 = 100;
/// The snapshot that a SARIF report on standard output points into.
const SNAPSHOT_NAME: &str = "audit.snapshot.json";

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &ScanArgs, mut setup: Setup, console: &Console) -> io::Result<u8> {
    let known = &setup.bundle.policies;
    let unknown: Vec<Diagnostic> = args
        .controls
        .iter()
        .filter(|id| !known.contains_key(*id))
        .map(|id| unknown_control(id, known.keys()))
        .collect();
    if !unknown.is_empty() {
        console.diagnostics(&unknown)?;
        return Ok(EXIT_USAGE);
    }
    if !args.controls.is_empty() {
        setup.config.settings.only = args.controls.iter().cloned().collect();
        setup.config.settings.disabled.clear();
    }
    // A mistake in it is told before an account is read.
    let baseline = match args.baseline.as_deref().map(Baseline::read).transpose() {
        Ok(baseline) => baseline,
        Err(diagnostic) => {
            console.diagnostics(&[*diagnostic])?;
            return Ok(EXIT_USAGE);
        }
    };
    let target = target::read(&args.target, &setup.config.settings.profile, console);
    console.diagnostics(&target.diagnostics)?;
    if target.snapshot.model.is_empty() && target.has_errors() {
        return Ok(EXIT_USAGE);
    }
    let results = judge(baseline.as_ref(), &setup, &target);
    let later = results.diagnostics.get(target.diagnostics.len()..).unwrap_or_default();
    console.diagnostics(later)?;
    let unwritten = write_reports(args, &target, &results, console)?;
    if !unwritten.is_empty() {
        console.diagnostics(&unwritten)?;
        return Ok(EXIT_USAGE);
    }
    // A policy that could not be used judges nothing; its error was told before.
    let unfit = setup.bundle.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
    let code = match exit_code(args, &results) {
        EXIT_SUCCESS if unfit => EXIT_USAGE,
        code => code,
    };
    // The process ends; to free a large model piece by piece takes a while.
    std::mem::forget((target, results));
    Ok(code)
}

/// Evaluates, then applies waivers and the baseline.
fn judge(baseline: Option<&Baseline>, setup: &Setup, target: &Target) -> Results {
    let mut results = evaluate(&target.snapshot, &setup.bundle, &setup.config.settings);
    results.targets.clone_from(&target.names);
    results.diagnostics.clone_from(&target.diagnostics);
    let mut waivers = setup.config.waivers.clone();
    for inline in &target.snapshot.inline_waivers {
        match Waiver::inline(inline, &setup.bundle) {
            Ok(waiver) => waivers.push(waiver),
            Err(diagnostic) => results.diagnostics.push(*diagnostic),
        }
    }
    waiver::apply(&waivers, target::today(), &mut results);
    if let Some(baseline) = baseline {
        baseline.apply(&mut results);
    }
    results
}

fn exit_code(args: &ScanArgs, results: &Results) -> u8 {
    let failed = results.verdicts.iter().any(|verdict| {
        verdict.status == Status::Fail
            && verdict.waiver.is_none()
            && verdict.severity >= args.fail_on
    });
    let broken =
        !results.errors.is_empty() || results.diagnostics.iter().any(|d| d.level == Level::Error);
    if failed {
        EXIT_FINDINGS
    } else if broken {
        EXIT_USAGE
    } else if args.fail_on_unknown && results.counts().unknown > 0 {
        EXIT_INCOMPLETE
    } else {
        EXIT_SUCCESS
    }
}

/// Writes the report on standard output, and those to files. Gives what could
/// not be written; the others are.
fn write_reports(
    args: &ScanArgs,
    target: &Target,
    results: &Results,
    console: &Console,
) -> io::Result<Vec<Diagnostic>> {
    let mut unwritten = Vec::new();
    let mut context = context(target, console);
    for (format, path) in &args.outputs {
        if *format == Format::Sarif {
            let beside = path.with_extension("snapshot.json");
            if let Some(text) = snapshot_lines(&beside, target, results, &mut context)? {
                match std::fs::write(&beside, text) {
                    Ok(()) => console.say(&format!(
                        "wrote the snapshot that findings point at to {}",
                        beside.display()
                    )),
                    Err(error) => unwritten.push(cannot_write(&beside, &error)),
                }
            }
        }
        let mut text = Vec::new();
        report::write(*format, results, &context, &mut text)?;
        if *format == Format::Table {
            text = anstream::adapter::strip_bytes(&text).into_vec();
        }
        match std::fs::write(path, &text) {
            Ok(()) => console.say(&format!("wrote {} to {}", format.as_str(), path.display())),
            Err(error) => unwritten.push(cannot_write(path, &error)),
        }
    }
    // Reports to files alone leave standard output to the table.
    let format = args.format.unwrap_or(Format::Table);
    if format == Format::Sarif
        && snapshot_lines(Path::new(SNAPSHOT_NAME), target, results, &mut context)?.is_some()
    {
        console.diagnostics(&[Diagnostic::warning(format!(
            "findings that stand in no file point into {SNAPSHOT_NAME}, which is not written"
        ))
        .help("--output sarif=FILE writes the report and that snapshot beside it")])?;
    }
    let mut out = BufWriter::with_capacity(64 * 1024, console.stdout());
    report::write(format, results, &context, &mut out)?;
    out.flush()?;
    Ok(unwritten)
}

fn context(target: &Target, console: &Console) -> Context {
    let working_directory = std::env::current_dir().unwrap_or_default();
    let repository_root = working_directory
        .ancestors()
        .find(|directory| directory.join(".git").exists())
        .map(Path::to_path_buf);
    let texts = target.texts.iter().cloned().chain(source_texts(target));
    Context {
        width: crate::cli::terminal_width().unwrap_or(DEFAULT_WIDTH),
        verbose: console.verbose,
        excerpts: Excerpts::new(texts, &target.snapshot),
        working_directory,
        repository_root,
        snapshot_lines: None,
    }
}

/// The texts of files that were not named but are pointed at: `.tf` sources,
/// nested templates, templates of a snapshot.
fn source_texts(target: &Target) -> Vec<(std::sync::Arc<str>, String)> {
    let known: std::collections::HashSet<&str> =
        target.texts.iter().map(|(name, _)| name.as_ref()).collect();
    let mut names: std::collections::BTreeSet<std::sync::Arc<str>> = Default::default();
    let mut last = None;
    for (_, _, origin) in target.snapshot.origins.iter() {
        let places = std::iter::once(&origin.resource).chain(origin.attributes.values());
        for file in places.filter_map(place::span).map(|span| &span.file) {
            // Most stand in the file of the one before.
            if last.replace(file).is_some_and(|last| std::sync::Arc::ptr_eq(last, file)) {
                continue;
            }
            if !known.contains(file.as_ref()) {
                names.insert(file.clone());
            }
        }
    }
    names
        .into_iter()
        .filter_map(|name| {
            let file = crate::source::files::text_of(Path::new(name.as_ref()), 16 << 20).ok()?;
            Some((name, file.text))
        })
        .collect()
}

/// Code-scanning services refuse a result without a file. One that stands in
/// no template points at its line in a snapshot called `path`; gives its text,
/// or nothing where every result stands in a file.
fn snapshot_lines(
    path: &Path,
    target: &Target,
    results: &Results,
    context: &mut Context,
) -> io::Result<Option<String>> {
    let placeless = results.verdicts.iter().filter(|v| v.status != Status::Pass).any(|verdict| {
        let origins = verdict
            .findings
            .iter()
            .map(|finding| place::of_finding(verdict, finding))
            .chain([verdict.subject.origin.as_ref()]);
        origins.into_iter().any(|origin| {
            !matches!(origin, Some(Origin::Plan { .. })) && origin.and_then(place::span).is_none()
        })
    });
    if !placeless {
        return Ok(None);
    }
    let json = json_text::value(&target.snapshot)?;
    let (text, lines) = snapshot_lines::render(&json, path.display().to_string());
    context.snapshot_lines = Some(lines);
    Ok(Some(text))
}

fn cannot_write(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot be written: {error}"))
        .in_file(path.display().to_string())
        .help("name a file in a directory that you may write to")
}
