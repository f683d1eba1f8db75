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

/// The schema of the JSON report.
pub fn results() -> String {
    text(&crate::report::json::schema())
}

fn text(schema: &Schema) -> String {
    serde_json::to_string_pretty(schema.as_value()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_shipped_schemas_are_fresh() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schema");
        let schemas = [
            ("input", input()),
            ("profile", profile()),
            ("config", config()),
            ("results", results()),
        ];
        for (name, schema) in schemas {
            let path = directory.join(format!("{name}.json"));
            let schema = schema + "\n";
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &schema).unwrap();
            }
            let shipped = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                shipped == schema,
                "policies/schema/{name}.json is stale; run `UPDATE=1 cargo test shipped_schemas`"
            );
        }
    }

    #[test]
    fn every_model_fits_the_schema_of_the_input() {
        let schema: serde_json::Value = serde_json::from_str(&input()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut model = Model::default();
        model.insert(crate::model::Vpc::default());
        assert!(validator.is_valid(&serde_json::to_value(&model).unwrap()));
        assert!(!validator.is_valid(&serde_json::json!({"vpcs": {"a": {"cidrs": []}}})));
    }
}
