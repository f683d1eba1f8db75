//! Plans and states beside the plain one: what a plan takes away or does not
//! come to, state files, providers of several regions and accounts, the default
//! VPC, and values that pass through what no plan tells.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod additions;
mod credentials;
mod default_vpc;
#[path = "../facts/mod.rs"]
mod facts;
mod outcome;
mod providers;
mod state_file;
mod unknown;

use audit::model::{Identity, Snapshot};
use audit::source::{Loaded, TemplateOptions, TextFile, terraform};
use serde_json::{Value, json};

use facts::fact;

/// One resource of the root module: its address, its values, what of them is
/// known after apply, and its source's expressions.
fn resource(address: &str, values: Value, unknown: Value, expressions: Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({
        "address": address, "mode": "managed", "type": kind,
        "name": name.split('[').next().unwrap(), "values": values, "unknown": unknown,
        "expressions": expressions, "provider_config_key": "aws", "actions": ["create"]
    })
}

fn known(address: &str, values: Value) -> Value {
    let expressions = json!({});
    resource(address, values, json!({"id": true, "arn": true}), expressions)
}

/// A resource that is there already and stays as it is.
fn kept(address: &str, values: Value) -> Value {
    let mut one = resource(address, values, json!({}), json!({}));
    one["actions"] = json!(["no-op"]);
    one
}

/// A plan of these resources in one region.
fn plan(resources: &[Value]) -> Value {
    let changes: Vec<Value> = resources
        .iter()
        .map(|one| {
            json!({"address": one["address"], "mode": "managed", "type": one["type"],
                   "name": one["name"],
                   "change": {"actions": one["actions"], "after_unknown": one["unknown"]}})
        })
        .collect();
    json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
            "root_module": {"resources": resources}
        }
    })
}

/// A change of something that is there, by what it was.
fn change(address: &str, actions: &[&str], before: Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name,
           "change": {"actions": actions, "before": before, "after": null}})
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().unwrap().push(item);
}

fn file(text: String) -> TextFile {
    TextFile { name: "plan.json".into(), path: "none/plan.json".into(), text }
}

fn read(plan: &Value) -> Loaded {
    terraform::read(&file(plan.to_string()), &TemplateOptions::default())
}

fn read_over(base: Snapshot, plan: &Value) -> Snapshot {
    let loaded = terraform::read_over(base, &file(plan.to_string()), &TemplateOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.snapshot
}

fn identity(id: &str) -> Identity {
    Identity {
        id: id.into(),
        name: Some(id.into()),
        account: Some("111122223333".into()),
        region: Some("eu-west-1".into()),
        ..Identity::default()
    }
}

/// Whether members of a collection may be missing.
fn is_open(snapshot: &Snapshot, collection: &str) -> bool {
    snapshot.gaps.iter().any(|gap| {
        gap.collection == collection
            && gap.id.is_none()
            && gap.path.is_empty()
            && !matches!(gap.reason, audit::model::Reason::PartialView { .. })
    })
}
