//! The command line: what was typed, what it means, and the only place that
//! prints.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub mod args;
mod backtrace;
mod can;
mod console;
mod diagnostics;
mod explain;
mod list;
mod object;
mod path;
#[cfg(feature = "live")]
mod permissions;
mod policy;
mod policy_input;
#[cfg(feature = "live")]
mod progress;
mod question;
mod question_forms;
mod resolve;
mod scan;
mod setup;
mod snapshot;
mod target;
mod who;

use args::{Cli, Command};
use console::Console;

/// Nothing failed at or above `--fail-on`.
pub const EXIT_SUCCESS: u8 = 0;
/// Something failed.
pub const EXIT_FINDINGS: u8 = 1;
/// Wrong usage, or input that could not be read.
pub const EXIT_USAGE: u8 = 2;
/// A verdict is unknown, and `--fail-on-unknown` was given.
pub const EXIT_INCOMPLETE: u8 = 3;

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    backtrace::restart_without();
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        // A reader that has seen enough is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: cannot write the output: {error}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn dispatch(cli: Cli) -> io::Result<u8> {
    let console = Console::new(&cli.global);
    if let Command::Completions { shell } = &cli.command {
        return completions(*shell);
    }
    #[cfg(feature = "live")]
    if let Command::Permissions(args) = &cli.command {
        return permissions::run(args);
    }
    let Some(setup) = setup::load(&cli.global, &console)? else { return Ok(EXIT_USAGE) };
    match &cli.command {
        Command::Can(args) => can::run(args, &setup, &console),
        Command::Who(args) => who::run(args, &setup, &console),
        Command::Path(args) => path::run(args, &setup, &console),
        Command::Scan(args) => scan::run(args, setup, &console),
        Command::Snapshot(args) => snapshot::run(args, &setup, &console),
        Command::Policy(command) => policy::run(command, setup, &console),
        Command::Explain(args) => explain::run(args, &setup, &console),
        Command::Completions { .. } => Ok(EXIT_SUCCESS),
        #[cfg(feature = "live")]
        Command::Permissions(_) => Ok(EXIT_SUCCESS),
        #[cfg(not(feature = "live"))]
        Command::Permissions { .. } => {
            console.diagnostics(&[crate::diagnostic::Diagnostic::error(
                "this build scans no live account, so it needs no permissions",
            )
            .help("build with the feature `live`, as `cargo build --release` does")])?;
            Ok(EXIT_USAGE)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> io::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "audit", &mut script);
    io::stdout().write_all(&script)?;
    Ok(EXIT_SUCCESS)
}

/// The columns of the terminal on standard output, if it is one.
fn terminal_width() -> Option<u16> {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .or_else(|| comfy_table::Table::new().width())
}
