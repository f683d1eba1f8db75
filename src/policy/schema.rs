//! JSON Schemas, generated from the types.

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::config;
use super::profile::Profile;
use crate::model::{Model, Snapshot};

/// The schema of the policies' input.
pub fn input() -> String {
    let mut schema = schemars::schema_for!(Model);
    // OPA takes any member called `id` for a name of a schema, a default's too,
    // and refuses two of the same.
    let without_objects = |schema: &mut Schema| {
        if schema.get("default").is_some_and(Value::is_object) {
            schema.remove("default");
        }
    };
    RecursiveTransform(without_objects).transform(&mut schema);
    text(&schema)
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

    /// The members called `id` that hold text.
    fn names(node: &Value, found: &mut Vec<String>) {
        match node {
            Value::Object(members) => members.iter().for_each(|(key, member)| {
                match member {
                    Value::String(text) if key == "id" || key == "$id" => found.push(text.clone()),
                    _ => names(member, found),
                };
            }),
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }

    #[test]
    fn the_input_is_described_without_what_opa_takes_for_names_of_schemas() {
        let mut found = Vec::new();
        names(&serde_json::from_str(&input()).unwrap(), &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

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
