//! The command `audit`: a thin shell around the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    audit::cli::run()
}
