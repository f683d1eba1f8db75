//! What is known only after apply is never taken for left out: a law over every
//! attribute of the reference stack's plan.

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::source::difference;

const ORDERS: &str = include_str!("../../../stack-reference/terraform/plan.json");

fn read_json(plan: &Json) -> Loaded {
    let file = TextFile { name: "p.json".into(), path: "none/p.json".into(), text: String::new() };
    let plan: Plan = serde_json::from_value(plan.clone()).unwrap();
    read_plan(Snapshot::default(), Loaded::default(), &plan, &file, &TemplateOptions::default())
}

/// Sets what stands at `path`, making objects and lists on the way.
fn set(value: &mut Json, path: &[String], to: Json) {
    let Some((step, rest)) = path.split_first() else {
        *value = to;
        return;
    };
    if let Ok(index) = step.parse::<usize>() {
        if !value.is_array() {
            *value = json!([]);
        }
        let items = value.as_array_mut().unwrap();
        while items.len() <= index {
            items.push(json!({}));
        }
        set(&mut items[index], rest, to);
    } else {
        if !value.is_object() {
            *value = Json::Object(Map::new());
        }
        set(value.as_object_mut().unwrap().entry(step.clone()).or_insert(Json::Null), rest, to);
    }
}

/// Attributes, and those of blocks.
fn paths(values: &Json, found: &mut Vec<Vec<String>>) {
    for (name, value) in values.as_object().unwrap() {
        if value.is_null() {
            continue;
        }
        found.push(vec![name.clone()]);
        for (index, block) in value.as_array().into_iter().flatten().enumerate() {
            for (inner, value) in block.as_object().into_iter().flatten() {
                if !value.is_null() {
                    found.push(vec![name.clone(), index.to_string(), inner.clone()]);
                }
            }
        }
    }
}

fn gap_of(loaded: &Loaded, change: &difference::Change) -> bool {
    loaded.snapshot.gaps.iter().any(|gap| {
        gap.collection == change.resource.collection
            && gap.id.as_ref().is_none_or(|id| *id == change.resource.id)
            && (gap.touches(&change.path) || gap.path.is_empty())
    })
}

#[test]
fn an_attribute_that_is_known_after_apply_leaves_a_gap_wherever_it_matters() {
    let plan: Json = serde_json::from_str(ORDERS).unwrap();
    let whole = read_json(&plan);
    let resources = plan["planned_values"]["root_module"]["resources"].as_array().unwrap();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (index, resource) in resources.iter().enumerate() {
        let address = resource["address"].as_str().unwrap();
        let change = plan["resource_changes"]
            .as_array()
            .unwrap()
            .iter()
            .position(|change| change["address"] == address)
            .unwrap();
        let source = plan["configuration"]["root_module"]["resources"]
            .as_array()
            .unwrap()
            .iter()
            .position(|one| one["type"] == resource["type"] && one["name"] == resource["name"])
            .unwrap();
        let mut all = Vec::new();
        paths(&resource["values"], &mut all);
        for path in all {
            tried += 1;
            let mut without = plan.clone();
            let values = |plan: &mut Json, to| {
                set(
                    &mut plan["planned_values"]["root_module"]["resources"][index]["values"],
                    &path,
                    to,
                )
            };
            values(&mut without, Json::Null);
            let changes =
                difference::between(&whole.snapshot.model, &read_json(&without).snapshot.model);
            if changes.is_empty() {
                continue;
            }
            let mut open = without;
            let unknown = &mut open["resource_changes"][change]["change"]["after_unknown"];
            set(unknown, &path, json!(true));
            let expressions =
                &mut open["configuration"]["root_module"]["resources"][source]["expressions"];
            set(expressions, &path, json!({"references": ["local.law"]}));
            let open = read_json(&open);
            for change in changes {
                // What is judged of a name has an attribute of its own; a
                // table's local routes are its VPC's ranges.
                let vpc = path[0] == "vpc_id" || path[0] == "cidr_block";
                // Attachments would name the role by another name than it has.
                let attached = path[0] == "name" && change.path == "/attached_policies";
                let apart = change.path == "/name"
                    || attached
                    || (change.path == "/routes" && vpc)
                    || change.resource.collection == "templates";
                if !apart && !gap_of(&open, &change) {
                    let resource = &change.resource;
                    wrong.push(format!(
                        "{address} {}: {}{}",
                        path.join("."),
                        resource.id,
                        change.path
                    ));
                }
            }
        }
    }
    assert!(tried > 400, "{tried}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
