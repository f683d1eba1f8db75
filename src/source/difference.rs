//! What changed between two states of a model.

use serde_json::{Map, Value as Json};

use crate::json_text;
use crate::model::gap::more;
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
    let objects = |model: &Model| match json_text::value(model) {
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
                    let paths = match one.get(name) {
                        Some(known) if known == value => continue,
                        Some(known) if ALLOWING.contains(&(collection, name.as_str())) => {
                            changed(&format!("/{name}"), known, value)
                        }
                        _ => vec![format!("/{name}")],
                    };
                    found.extend(paths.into_iter().map(|path| change(collection, id, path)));
                }
            }
        }
        for id in after.keys().filter(|id| !before.contains_key(*id)) {
            found.push(change(collection, id, String::new()));
        }
    }
    found
}

/// Lists of which one item undoes nothing of another.
const ALLOWING: &[(&str, &str)] = &[("security_groups", "ingress"), ("security_groups", "egress")];

/// What a change leaves open of a list: what was added to it, or all of it.
fn changed(path: &str, before: &Json, after: &Json) -> Vec<String> {
    match (before.as_array(), after.as_array()) {
        (Some(before), Some(after)) if after.starts_with(before) => {
            let added = (before.len()..after.len()).map(|index| format!("{path}/{index}"));
            added.chain([more(path)]).collect()
        }
        _ => vec![path.to_owned()],
    }
}

fn change(collection: &str, id: &str, path: String) -> Change {
    Change { resource: ResourceRef::new(collection, id), path }
}
