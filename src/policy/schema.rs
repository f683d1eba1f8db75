//! JSON Schemas, generated from the types.

use schemars::Schema;

use super::config;
use super::profile::Profile;
use crate::model::{Model, Snapshot};

/// The schema of the policies' input.
pub fn input() -> String {
    text(&schemars::schema_for!(Model))
}

/// The schema of `data.profile`.
pub fn profile() -> String {
    text(&schemars::schema_for!(Profile))
}

/// The schema of `audit.toml`.
pub fn config() -> String {
    text(&config::schema())
}

/// The schema of a snapshot file.
pub fn snapshot() -> String {
    text(&schemars::schema_for!(Snapshot))
}

fn text(schema: &Schema) -> String {
    serde_json::to_string_pretty(schema.as_value()).unwrap_or_default()
}
