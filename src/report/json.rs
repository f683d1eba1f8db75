//! The JSON report: the results as they are, under a version.
//!
//! `version` is 1; it changes when a field changes its name or meaning, not
//! when one is added. `counts` are numbers of verdicts; `controls` holds each
//! control's text once; `verdicts` refer to controls by id. `catalogue_date` is
//! the day of what is known of AWS's actions and managed policies.

use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::identity::catalogue;
use crate::policy::verdict::{Counts, Results};

/// The version of the report's form.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    counts: Counts,
    catalogue_date: &'static str,
    #[serde(flatten)]
    results: &'a Results,
}

/// Writes the report, indented.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        counts: results.counts(),
        catalogue_date: catalogue::date(),
        results,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
