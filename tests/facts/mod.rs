//! What the model says of an attribute.

use audit::model::Snapshot;
use serde_json::{Value, json};

/// What stands at a path of the model: its value, or why it is not known.
pub fn fact(snapshot: &Snapshot, collection: &str, id: &str, path: &str) -> Value {
    let model = serde_json::to_value(&snapshot.model).unwrap();
    let reason = snapshot.gaps.iter().find(|gap| {
        gap.collection == collection
            && gap.id.as_deref().is_none_or(|of| of == id)
            && !(gap.id.is_none() && gap.path.is_empty())
            && gap.touches(path)
    });
    match reason {
        Some(gap) => json!(format!("unknown: {}", gap.reason)),
        None => model[collection][id].pointer(path).cloned().unwrap_or(json!("nothing")),
    }
}
