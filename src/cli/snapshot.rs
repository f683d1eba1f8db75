//! `audit snapshot`: save the model.

use std::io::{self, BufWriter, Write};

use super::args::SnapshotArgs;
use super::console::Console;
use super::setup::Setup;
use super::{EXIT_SUCCESS, EXIT_USAGE, target};
use crate::diagnostic::Diagnostic;
use crate::json_text;

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &SnapshotArgs, setup: &Setup, console: &Console) -> io::Result<u8> {
    let target = target::read(&args.target, &setup.config.settings.profile, console);
    console.diagnostics(&target.diagnostics)?;
    if target.snapshot.model.is_empty() && target.has_errors() {
        return Ok(EXIT_USAGE);
    }
    let mut text = Vec::new();
    if args.model_only {
        json_text::compact(&mut text, &target.snapshot.model)?;
    } else {
        json_text::compact(&mut text, &target.snapshot)?;
    }
    text.push(b'\n');
    match &args.output {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            out.write_all(&text)?;
            out.flush()?;
        }
        Some(path) => {
            if let Err(error) = std::fs::write(path, text) {
                console.diagnostics(&[Diagnostic::error(format!("cannot be written: {error}"))
                    .in_file(path.display().to_string())
                    .help("name a file in a directory that you may write to")])?;
                return Ok(EXIT_USAGE);
            }
            console.say(&format!(
                "wrote {} resources to {}",
                target.snapshot.model.len(),
                path.display()
            ));
        }
    }
    Ok(if target.has_errors() { EXIT_USAGE } else { EXIT_SUCCESS })
}
