//! `audit permissions`: what a scan of an account needs.

use std::io::{self, Write};

use super::EXIT_SUCCESS;
use super::args::{PermissionsArgs, PermissionsFormat};
use crate::source::operation;

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &PermissionsArgs) -> io::Result<u8> {
    let answer = match args.format {
        PermissionsFormat::Policy => operation::minimal_policy(),
        PermissionsFormat::Json => operation::all()
            .iter()
            .map(|operation| {
                serde_json::json!({
                    "operation": operation.name,
                    "permissions": operation.permissions,
                    "fills": operation.fills,
                })
            })
            .collect(),
    };
    writeln!(io::stdout().lock(), "{}", serde_json::to_string_pretty(&answer)?)?;
    Ok(EXIT_SUCCESS)
}
