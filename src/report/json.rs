//! The JSON report: the results as they are, under a version.
//!
//! `version` is 1; it changes when a field changes its name or meaning, not
//! when one is added. `counts` are numbers of verdicts; `controls` holds each
//! control's text once; `verdicts` refer to controls by id. `audit policy schema
//! results` describes all of it.

use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::identity::catalogue;
use crate::json_text;
use crate::policy::verdict::{Counts, Results};

/// The version of the report's form.
pub const VERSION: u32 = 1;

/// The JSON report of a scan.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    /// The version of this form: 1. It changes when a field changes its name or
    /// meaning, not when one is added.
    version: u32,
    /// Numbers of verdicts.
    counts: Counts,
    /// The day of what is known of AWS's actions and managed policies.
    catalogue_date: &'a str,
    #[serde(flatten)]
    results: &'a Results,
}

/// The JSON Schema of the report.
#[cfg(test)]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report<'static>)
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
    json_text::pretty(out, &report)?;
    writeln!(out)
}
