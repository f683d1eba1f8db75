//! The law of the three states, for every bundled control on the reference
//! stack and on its broken twin: what a verdict rests on must be known.
//!
//! For each attribute of a resource the model is judged with the attribute
//! unknown and with several values that it might have. A pass (or no verdict)
//! that some value would fail, and a failure that some value would pass, are
//! wrong: the verdict had to be unknown.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod variations;

use std::collections::BTreeSet;

use audit::analysis;
use audit::model::{Gap, Model, Reason, Snapshot};
use audit::policy::bundle::Bundle;
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use variations::{
    Verdicts, alternatives, broken, concerned, finish, read, tries, with, without_indexes,
};

fn unknown(snapshot: &Snapshot, model: &Json, of: &(String, String, String)) -> Option<Snapshot> {
    let (collection, id, pointer) = of;
    let at = format!("/{collection}/{}{pointer}", id.replace('~', "~0").replace('/', "~1"));
    let empty = match model.pointer(&at)? {
        Json::Array(_) => json!([]),
        _ => Json::Null,
    };
    // A map that cannot be null is empty.
    let changed = with(model, &at, empty).or_else(|| with(model, &at, json!({})))?;
    let mut snapshot = Snapshot { model: changed, ..snapshot.clone() };
    snapshot.gaps.insert(Gap {
        collection: collection.clone(),
        id: Some(id.clone()),
        path: pointer.clone(),
        account: None,
        region: None,
        reason: Reason::KnownAfterApply { expression: None },
    });
    Some(snapshot)
}

/// What breaks the law when one attribute is not known.
fn holes(
    snapshot: &Snapshot,
    model: &Json,
    bundle: &Bundle,
    of: &(String, String, String),
) -> Vec<String> {
    let (collection, id, pointer) = of;
    let controls = concerned(bundle, collection, pointer);
    let Some(unknown) = unknown(snapshot, model, of) else { return Vec::new() };
    if controls.is_empty() {
        return Vec::new();
    }
    let verdicts = Verdicts::of(&unknown, bundle, &controls);
    let at = format!("/{collection}/{}{pointer}", id.replace('~', "~0").replace('/', "~1"));
    let value = model.pointer(&at).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for value in alternatives(&value).into_iter().chain([value]) {
        let Some(changed) = with(model, &at, value.clone()) else { continue };
        let changed = Snapshot { model: changed, ..snapshot.clone() };
        for what in broken(&verdicts, &Verdicts::of(&changed, bundle, &controls)) {
            let mut value = value.to_string();
            value.truncate(60);
            let path = without_indexes(pointer);
            found.push(format!("{what} with {collection}{path} unknown, not with {value}"));
        }
    }
    found
}

fn check_attributes(path: &str) {
    let snapshot = finish(read(path));
    let bundle = Bundle::embedded();
    let model = serde_json::to_value(&snapshot.model).expect("a model is JSON");
    let tries = tries(&snapshot, &model);
    let found: BTreeSet<String> =
        tries.par_iter().flat_map_iter(|of| holes(&snapshot, &model, &bundle, of)).collect();
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} holes:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_verdict_rests_on_an_unknown_attribute_of_the_reference_stack() {
    check_attributes("cloudformation");
}

#[test]
fn no_verdict_rests_on_an_unknown_attribute_of_the_broken_stack() {
    check_attributes("broken");
}

#[test]
fn no_verdict_rests_on_a_collection_that_could_not_be_listed() {
    let bundle = Bundle::embedded();
    let mut found = BTreeSet::new();
    for path in ["cloudformation", "broken"] {
        let snapshot = read(path);
        let all = BTreeSet::new();
        let known = Verdicts::of(&finish(snapshot.clone()), &bundle, &all);
        let model = serde_json::to_value(&snapshot.model).unwrap();
        let of_collections = Model::COLLECTIONS.par_iter().flat_map_iter(|collection| {
            let model = with(&model, &format!("/{collection}"), json!({})).unwrap();
            let mut denied = Snapshot { model, ..snapshot.clone() };
            denied.gaps.retain(|gap| gap.collection != *collection || gap.id.is_none());
            denied.gaps.insert(Gap {
                collection: (*collection).to_owned(),
                id: None,
                path: String::new(),
                account: None,
                region: None,
                reason: Reason::Denied {
                    operation: "x:List".to_owned(),
                    permission: "x:List".to_owned(),
                },
            });
            let verdicts = Verdicts::of(&finish(denied), &bundle, &all);
            broken(&verdicts, &known)
                .into_iter()
                .map(|what| format!("{what} with {collection} denied"))
                .collect::<Vec<_>>()
        });
        found.extend(of_collections.collect::<Vec<_>>());
    }
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} holes:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_order_of_lists_changes_no_verdict() {
    let bundle = Bundle::embedded();
    for path in ["cloudformation", "broken"] {
        let snapshot = finish(read(path));
        let mut model = serde_json::to_value(&snapshot.model).unwrap();
        // Gaps and derived indexes point into lists by number.
        let pinned: BTreeSet<(String, String)> = snapshot
            .gaps
            .iter()
            .filter_map(|gap| Some((gap.collection.clone(), gap.id.clone()?)))
            .collect();
        for collection in Model::COLLECTIONS {
            let Some(resources) = model[*collection].as_object_mut() else { continue };
            for (id, resource) in resources {
                if pinned.contains(&((*collection).to_owned(), id.clone())) {
                    continue;
                }
                let Some(fields) = resource.as_object_mut() else { continue };
                for (name, value) in fields {
                    // A task definition's containers are subjects by number.
                    if let Some(items) = value.as_array_mut()
                        && name != "containers"
                    {
                        items.reverse();
                    }
                }
            }
        }
        let all = BTreeSet::new();
        let mut shuffled =
            Snapshot { model: serde_json::from_value(model).unwrap(), ..snapshot.clone() };
        analysis::derive(&mut shuffled);
        let known = Verdicts::of(&snapshot, &bundle, &all);
        assert_eq!(Verdicts::of(&shuffled, &bundle, &all), known);
    }
}
