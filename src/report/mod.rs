//! Reports turn results into text. They compute no verdict.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::policy::verdict::Results;

pub mod escape;
pub mod excerpt;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod path;
pub mod permission;
pub mod place;
pub mod sarif;
pub mod snapshot_lines;
pub mod table;

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person at a terminal.
    Table,
    /// For programs; documented and versioned.
    Json,
    /// SARIF 2.1.0, for code-scanning services and editors.
    Sarif,
    /// For pull requests and wikis.
    Markdown,
    /// For test reports of CI servers.
    Junit,
}

impl Format {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
        }
    }
}

/// What reports need to know beside the results.
#[derive(Debug, Default)]
pub struct Context {
    /// Columns of the terminal.
    pub width: u16,
    /// The directory that relative paths start from.
    pub working_directory: PathBuf,
    /// The root of the repository around it, if there is one.
    pub repository_root: Option<PathBuf>,
    /// Whether passes and every unknown are listed too.
    pub verbose: bool,
    /// The lines of the scanned files, secrets masked.
    pub excerpts: excerpt::Excerpts,
    /// Lines of the snapshot file for findings that stand in no template.
    pub snapshot_lines: Option<snapshot_lines::SnapshotLines>,
}

/// Writes `results` as `format`.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(
    format: Format,
    results: &Results,
    context: &Context,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(results, context, out),
        Format::Json => json::write(results, out),
        Format::Sarif => sarif::write(results, context, out),
        Format::Markdown => markdown::write(results, context, out),
        Format::Junit => junit::write(results, out),
    }
}
