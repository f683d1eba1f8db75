//! Plans written by a test, and snapshots made whole.

use audit::analysis;
use audit::model::{Snapshot, link};
use audit::source::Loaded;
use serde_json::{Value as Json, json};

/// The text of a plan of resources: address, values, what is unknown,
/// expressions.
pub fn plan(resources: &[(&str, Json, Json, Json)]) -> String {
    let with = |address: &str, more: Json| {
        let (kind, name) = address.split_once('.').unwrap();
        let mut all = json!({"address": address, "mode": "managed", "type": kind, "name": name});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let planned: Json = resources
        .iter()
        .map(|(address, values, ..)| with(address, json!({"values": values})))
        .collect();
    let changes: Json = resources
        .iter()
        .map(|(address, values, unknown, _)| {
            let change = json!({"actions": ["create"], "after": values, "after_unknown": unknown});
            with(address, json!({"change": change}))
        })
        .collect();
    let configured: Json = resources
        .iter()
        .map(|(address, .., expressions)| with(address, json!({"expressions": expressions})))
        .collect();
    json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    })
    .to_string()
}

/// The snapshot of a source that had nothing to complain of, linked, with what
/// is derived of it.
pub fn finished(mut loaded: Loaded) -> Snapshot {
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    link::link(&mut loaded.snapshot);
    analysis::derive(&mut loaded.snapshot);
    loaded.snapshot
}
