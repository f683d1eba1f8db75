//! What changed between two states of a model.

use serde_json::{Map, Value as Json};

use crate::model::{Model, ResourceRef};

/// One attribute that differs, or a resource that one side lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    /// The resource.
    pub resource: ResourceRef,
    /// JSON pointer of the attribute; empty for the resource itself.
    pub path: String,
}

/// The attributes of resources that differ, in the order of the model.
pub(super) fn between(before: &Model, after: &Model) -> Vec<Change> {
    let objects = |model: &Model| match serde_json::to_value(model) {
        Ok(Json::Object(collections)) => collections,
        _ => Map::new(),
    };
    let (before, after) = (objects(before), objects(after));
    let none = Map::new();
    let mut found = Vec::new();
    for &collection in Model::COLLECTIONS {
        let members = |model: &'_ Map<String, Json>| -> Map<String, Json> {
            model.get(collection).and_then(Json::as_object).unwrap_or(&none).clone()
        };
        if before.get(collection) == after.get(collection) {
            continue;
        }
        let (before, after) = (members(&before), members(&after));
        for (id, resource) in &before {
            if !after.contains_key(id) {
                found.push(change(collection, id, String::new()));
            }
            if let (Some(one), Some(other)) =
                (resource.as_object(), after.get(id).and_then(Json::as_object))
            {
                for (name, value) in other {
                    if one.get(name) != Some(value) {
                        found.push(change(collection, id, format!("/{name}")));
                    }
                }
            }
        }
        for id in after.keys().filter(|id| !before.contains_key(*id)) {
            found.push(change(collection, id, String::new()));
        }
    }
    found
}

fn change(collection: &str, id: &str, path: String) -> Change {
    Change { resource: ResourceRef::new(collection, id), path }
}
