//! The command line: what was typed, what it means, and the only place that
//! prints.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub mod args;
mod diagnostics;

use args::{Cli, Command};

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
    let code = match cli.command {
        Command::Completions { shell } => completions(shell),
        _ => Ok(EXIT_SUCCESS),
    };
    match code {
        Ok(code) => ExitCode::from(code),
        // A reader that has seen enough is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: cannot write the output: {error}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> io::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "audit", &mut script);
    io::stdout().write_all(&script)?;
    Ok(EXIT_SUCCESS)
}
