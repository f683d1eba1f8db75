//! What a verdict rests on may lie outside what was given: a literal id, a
//! parameter, a data source. Each resource of the reference stack is taken out
//! in turn, the references to it left dangling; no control passes then that
//! something the resource might have been would fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stack;
mod variations;

use std::collections::{BTreeMap, BTreeSet};

use audit::model::{Model, ResourceRef, Snapshot};
use audit::policy::bundle::Bundle;
use audit::policy::verdict::Status;
use rayon::prelude::*;
use rstest::rstest;
use serde_json::{Value as Json, json};

use stack::Source;
use variations::{Verdicts, alternatives, attributes, concerned, finish, with};

/// How a template may refer to what it does not declare.
#[derive(Debug, Clone, Copy)]
enum Outside {
    /// By an id that is written out.
    Literal,
    /// By a parameter without a value.
    Parameter,
    /// By a data source that is read when the plan is applied.
    Data,
}

/// Controls of what the files show, whatever else there may be: what else the
/// internet enters by, and what else carries a group that nothing seen carries.
const OF_WHAT_IS_SEEN: &[(&str, &str)] =
    &[("net-single-entry", "regions"), ("sg-data-chain", "security_groups")];

/// Verdicts that fail for something that a resource might be.
type Failing = BTreeSet<(String, String, String, String)>;

/// What may fail if the resource is not as it is.
fn failing(snapshot: &Snapshot, resource: &ResourceRef, bundle: &Bundle) -> Failing {
    let model = serde_json::to_value(&snapshot.model).unwrap();
    let ResourceRef { collection, id } = resource;
    let mut pointers = Vec::new();
    attributes(&model[collection][id], "", 3, &mut pointers);
    let mut found = Failing::new();
    for pointer in pointers {
        let controls = concerned(bundle, collection, &pointer);
        let step = id.replace('~', "~0").replace('/', "~1");
        let at = format!("/{collection}/{step}{pointer}");
        let value = model.pointer(&at).cloned().unwrap_or_default();
        if controls.is_empty() {
            continue;
        }
        for value in alternatives(&value) {
            let Some(changed) = with(&model, &at, value) else { continue };
            let changed = finish(Snapshot { model: changed, ..snapshot.clone() });
            let verdicts = Verdicts::of(&changed, bundle, &controls);
            let failed = verdicts.0.into_iter().filter(|(_, status)| *status == Status::Fail);
            found.extend(failed.map(|(key, _)| key));
        }
    }
    found
}

/// The stack without one of its resources, and whether anything refers to it.
fn without(source: Source, outside: Outside, name: &str) -> (Json, bool) {
    let mut document = source.document();
    match source {
        Source::Cloudformation => {
            document["Resources"].as_object_mut().unwrap().remove(name);
            document.as_object_mut().unwrap().remove("Outputs");
            let mut parameters = BTreeSet::new();
            let mut is_used = false;
            replace(&mut document["Resources"], name, outside, &mut parameters, &mut is_used);
            for parameter in parameters {
                document["Parameters"][parameter] = json!({"Type": "String"});
            }
            (document, is_used)
        }
        Source::Terraform => {
            for list in [
                "/planned_values/root_module/resources",
                "/resource_changes",
                "/configuration/root_module/resources",
            ] {
                let items = document.pointer_mut(list).unwrap().as_array_mut().unwrap();
                items.retain(|item| item["address"] != name && !in_block(item, name));
            }
            let mut is_used = false;
            let resources = document.pointer_mut("/configuration/root_module/resources").unwrap();
            for resource in resources.as_array_mut().unwrap() {
                // What only waits for it says nothing of it.
                resource.as_object_mut().unwrap().remove("depends_on");
            }
            to_data(resources, name, &mut is_used);
            (document, is_used)
        }
    }
}

/// Whether an item is one of several of a block.
fn in_block(item: &Json, name: &str) -> bool {
    let address = item["address"].as_str().unwrap_or_default();
    address.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
}

fn to_data(value: &mut Json, name: &str, is_used: &mut bool) {
    match value {
        Json::String(text) => {
            let rest = text.strip_prefix(name);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
                *text = format!("data.{text}");
                *is_used = true;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| to_data(item, name, is_used)),
        Json::Object(fields) => {
            fields.iter_mut().for_each(|(_, field)| to_data(field, name, is_used));
        }
        _ => {}
    }
}

/// Replaces the references to a resource of a template.
fn replace(
    value: &mut Json,
    name: &str,
    outside: Outside,
    parameters: &mut BTreeSet<String>,
    is_used: &mut bool,
) {
    let mut outer = |attribute: &str| {
        *is_used = true;
        let parameter = format!("{name}{}", attribute.replace('.', ""));
        match (outside, attribute) {
            (Outside::Parameter, _) => {
                parameters.insert(parameter.clone());
                json!({"Ref": parameter})
            }
            (_, "Arn" | "LoadBalancerArn") => {
                json!(format!("arn:aws:x:eu-west-1:111122223333:outside/{name}"))
            }
            _ => json!(format!("outside-{parameter}")),
        }
    };
    if value.get("Ref").and_then(Json::as_str) == Some(name) {
        *value = outer("");
        return;
    }
    if let Some([Json::String(of), Json::String(attribute)]) =
        value.get("Fn::GetAtt").and_then(Json::as_array).map(Vec::as_slice)
        && of == name
    {
        let attribute = attribute.clone();
        *value = outer(&attribute);
        return;
    }
    match value {
        Json::String(text) if text.contains(&format!("${{{name}")) => {
            let to = outer("");
            let to = to.as_str().map_or(format!("${{{name}}}"), str::to_owned);
            for end in ["}", ".Arn}"] {
                *text = text.replace(&format!("${{{name}{end}"), &to);
            }
        }
        Json::Array(items) => {
            items.iter_mut().for_each(|item| replace(item, name, outside, parameters, is_used));
        }
        Json::Object(fields) => {
            if let Some(others) = fields.get_mut("DependsOn") {
                if others == name {
                    *others = json!([]);
                }
                if let Json::Array(all) = others {
                    all.retain(|other| other != name);
                }
            }
            for (_, field) in fields {
                replace(field, name, outside, parameters, is_used);
            }
        }
        _ => {}
    }
}

/// The resources of the stack that the model has, by their names in the
/// document.
fn resources(source: Source, snapshot: &Snapshot) -> BTreeMap<String, ResourceRef> {
    let mut found = BTreeMap::new();
    for collection in Model::COLLECTIONS {
        for id in snapshot.model.ids(collection) {
            let name = match source {
                Source::Cloudformation => id.strip_prefix("orders/"),
                Source::Terraform => Some(id),
            };
            let name = name.and_then(|name| name.split('[').next());
            if let Some(name) = name.filter(|name| !name.contains('/')) {
                found.entry(name.to_owned()).or_insert_with(|| ResourceRef::new(*collection, id));
            }
        }
    }
    found
}

#[rstest]
#[case::literal_id(Source::Cloudformation, Outside::Literal)]
#[case::parameter(Source::Cloudformation, Outside::Parameter)]
#[case::data_source(Source::Terraform, Outside::Data)]
fn nothing_passes_that_rests_on_what_lies_outside(
    #[case] source: Source,
    #[case] outside: Outside,
) {
    let bundle = Bundle::embedded();
    let snapshot = source.snapshot(&source.document());
    let holes: BTreeSet<String> = resources(source, &snapshot)
        .into_par_iter()
        .flat_map_iter(|(name, resource)| {
            let (document, is_used) = without(source, outside, &name);
            if !is_used {
                return Vec::new();
            }
            let found =
                Verdicts::of(&finish(source.snapshot(&document)), &bundle, &BTreeSet::new());
            failing(&snapshot, &resource, &bundle)
                .into_iter()
                .filter(|(_, collection, id, _)| {
                    (collection, id) != (&resource.collection, &resource.id)
                })
                .filter(|key| matches!(found.status(key), None | Some(Status::Pass)))
                .filter(|(control, collection, ..)| {
                    !OF_WHAT_IS_SEEN.contains(&(control.as_str(), collection.as_str()))
                })
                .map(|key| {
                    let (control, collection, id, path) = &key;
                    let status = if found.status(&key).is_some() { "passes" } else { "is silent" };
                    format!("{control} {status} on {collection}/{id}{path} without {name}")
                })
                .collect()
        })
        .collect();
    let holes: Vec<String> = holes.into_iter().collect();
    assert!(holes.is_empty(), "{} holes:\n{}", holes.len(), holes.join("\n"));
}
