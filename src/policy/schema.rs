//! JSON Schemas, as they are shipped in `policies/schema`. A test generates them
//! from the types.

/// The schema of the policies' input.
pub const INPUT: &str = include_str!("../../policies/schema/input.json");
/// The schema of `data.profile`.
pub const PROFILE: &str = include_str!("../../policies/schema/profile.json");
/// The schema of `audit.toml`.
pub const CONFIG: &str = include_str!("../../policies/schema/config.json");
/// The schema of a snapshot file.
pub const SNAPSHOT: &str = include_str!("../../policies/schema/snapshot.json");
/// The schema of the JSON report.
pub const RESULTS: &str = include_str!("../../policies/schema/results.json");

/// A shipped schema to look things up in; null, which describes nothing, if it
/// were no JSON.
pub fn parsed(schema: &str) -> serde_json::Value {
    serde_json::from_str(schema).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::transform::{RecursiveTransform, Transform};
    use schemars::{Schema, schema_for};
    use serde_json::Value;

    use super::*;
    use crate::model::{Model, Snapshot};
    use crate::policy::{config, profile::Profile};
    use crate::report::json;

    fn input() -> Schema {
        let mut schema = schema_for!(Model);
        // OPA takes any member called `id` for a name of a schema, a default's
        // too, and refuses two of the same.
        let without_objects = |schema: &mut Schema| {
            if schema.get("default").is_some_and(Value::is_object) {
                schema.remove("default");
            }
        };
        RecursiveTransform(without_objects).transform(&mut schema);
        schema
    }

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
        names(&parsed(INPUT), &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn the_shipped_schemas_are_fresh() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schema");
        let schemas = [
            ("input", input(), INPUT),
            ("profile", schema_for!(Profile), PROFILE),
            ("config", config::schema(), CONFIG),
            ("snapshot", schema_for!(Snapshot), SNAPSHOT),
            ("results", json::schema(), RESULTS),
        ];
        for (name, schema, shipped) in schemas {
            let path = directory.join(format!("{name}.json"));
            let schema = serde_json::to_string_pretty(schema.as_value()).unwrap() + "\n";
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &schema).unwrap();
                // What is built in is what was there before.
                continue;
            }
            assert!(
                shipped == schema,
                "policies/schema/{name}.json is stale; run `UPDATE=1 cargo test shipped_schemas`"
            );
        }
    }

    #[test]
    fn every_model_fits_the_schema_of_the_input() {
        let schema = parsed(INPUT);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut model = Model::default();
        model.insert(crate::model::Vpc::default());
        assert!(validator.is_valid(&serde_json::to_value(&model).unwrap()));
        assert!(!validator.is_valid(&serde_json::json!({"vpcs": {"a": {"cidrs": []}}})));
    }
}
