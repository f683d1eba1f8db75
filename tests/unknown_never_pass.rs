//! The law of the three states, for every bundled control on the reference
//! stack and on its broken twin: what a verdict rests on must be known.
//!
//! For each attribute of a resource the model is judged with the attribute
//! unknown and with several values that it might have. A pass (or no verdict)
//! that some value would fail, and a failure that some value would pass, are
//! wrong: the verdict had to be unknown.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use audit::analysis;
use audit::model::{Gap, Model, Reason, Snapshot, link};
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::policy::verdict::Status;
use audit::source::TemplateOptions;
use audit::source::load::load;
use rayon::prelude::*;
use serde_json::{Value as Json, json};

/// Attributes of resources' identity, which every source knows.
const IDENTITY: [&str; 6] = ["id", "arn", "name", "type", "account", "region"];

/// Collections that the path analysis reads; what it finds may rest on any of
/// their attributes.
const NETWORK: [&str; 25] = [
    "ecs_services",
    "egress_only_internet_gateways",
    "eks_clusters",
    "eks_node_groups",
    "elastic_ips",
    "elasticache_replication_groups",
    "elasticache_subnet_groups",
    "instances",
    "internet_gateways",
    "lambda_functions",
    "listener_rules",
    "listeners",
    "load_balancers",
    "nat_gateways",
    "network_acls",
    "network_interfaces",
    "opensearch_domains",
    "rds_instances",
    "rds_subnet_groups",
    "route_tables",
    "security_groups",
    "subnets",
    "target_groups",
    "vpc_endpoints",
    "vpcs",
];

/// Resources of a collection on which each attribute is tried.
const RESOURCES: usize = 2;

/// How deep attributes are looked for.
const DEPTH: usize = 4;

/// A stack as it was read, not linked yet.
fn read(path: &str) -> Snapshot {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("stack-reference").join(path);
    let options = TemplateOptions {
        region: Some("eu-central-1".to_owned()),
        account: Some("123456789012".to_owned()),
        ..TemplateOptions::default()
    };
    let loaded = load(&[path], &options).loaded;
    let mut snapshot = loaded.snapshot;
    snapshot.model.collected_at = "2026-06-01T00:00:00Z".to_owned();
    assert!(snapshot.model.len() > 50, "{:?}", loaded.diagnostics);
    snapshot
}

fn finish(mut snapshot: Snapshot) -> Snapshot {
    link::link(&mut snapshot);
    analysis::derive(&mut snapshot);
    snapshot
}

/// Verdicts by control and subject.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdicts(BTreeMap<(String, String, String, String), Status>);

impl Verdicts {
    fn of(snapshot: &Snapshot, bundle: &Bundle, only: &BTreeSet<String>) -> Self {
        let settings = Settings { only: only.clone(), ..Settings::default() };
        let results = evaluate(snapshot, bundle, &settings);
        assert_eq!(results.errors, []);
        Self(
            results
                .verdicts
                .into_iter()
                .map(|v| {
                    ((v.control, v.subject.collection, v.subject.id, v.subject.path), v.status)
                })
                .collect(),
        )
    }

    /// The verdict on a subject; an unknown one on what it is part of counts
    /// for it.
    fn status(&self, key: &(String, String, String, String)) -> Option<Status> {
        if let Some(status) = self.0.get(key) {
            return Some(*status);
        }
        let (control, collection, id, _) = key;
        let of_whole = |id: &str| {
            let from = (control.clone(), collection.clone(), id.to_owned(), String::new());
            self.0
                .range(from..)
                .take_while(|((c, k, i, _), _)| c == control && k == collection && i == id)
                .any(|(_, status)| *status == Status::Unknown)
        };
        (of_whole(id) || of_whole("")).then_some(Status::Unknown)
    }
}

/// What is wrong with the verdicts on an unknown attribute, given those on a
/// value that it might have.
fn broken(unknown: &Verdicts, value: &Verdicts) -> Vec<String> {
    let mut found = Vec::new();
    let shown = |(control, collection, id, path): &(String, String, String, String)| {
        format!("{control} on {collection}/{id}{path}")
    };
    for (key, status) in &value.0 {
        if *status == Status::Fail && matches!(unknown.status(key), None | Some(Status::Pass)) {
            found.push(format!("{} passes", shown(key)));
        }
    }
    for (key, status) in &unknown.0 {
        if *status == Status::Fail && matches!(value.status(key), None | Some(Status::Pass)) {
            found.push(format!("{} fails", shown(key)));
        }
    }
    found
}

/// The attributes of a resource as JSON pointers, the first item of each list
/// among them.
fn attributes(value: &Json, pointer: &str, depth: usize, found: &mut Vec<String>) {
    if !pointer.is_empty() {
        found.push(pointer.to_owned());
    }
    if depth == 0 {
        return;
    }
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                if pointer.is_empty() && IDENTITY.contains(&name.as_str()) {
                    continue;
                }
                let step = name.replace('~', "~0").replace('/', "~1");
                attributes(value, &format!("{pointer}/{step}"), depth - 1, found);
            }
        }
        Json::Array(items) => {
            if let Some(item) = items.first() {
                attributes(item, &format!("{pointer}/0"), depth - 1, found);
            }
        }
        _ => {}
    }
}

fn without_indexes(pointer: &str) -> String {
    pointer
        .split('/')
        .filter(|step| !step.bytes().all(|byte| byte.is_ascii_digit()))
        .fold(String::new(), |path, step| path + "/" + step)
}

/// Other values that an attribute might have.
fn alternatives(value: &Json) -> Vec<Json> {
    match value {
        Json::Null => {
            vec![json!(true), json!(false), json!(0), json!(100_000), json!("other"), json!([])]
        }
        Json::Bool(value) => vec![Json::Null, json!(!value)],
        Json::Number(_) => vec![Json::Null, json!(0), json!(100_000)],
        Json::String(_) => vec![Json::Null, json!("other"), json!("0.0.0.0/0")],
        Json::Array(items) => {
            vec![json!([]), Json::Array(items.iter().take(1).cloned().collect())]
        }
        Json::Object(_) => vec![Json::Null, json!({})],
    }
}

fn with(model: &Json, pointer: &str, value: Json) -> Option<Model> {
    let mut model = model.clone();
    *model.pointer_mut(pointer)? = value;
    serde_json::from_value(model).ok()
}

/// The controls whose policy, or a library that it imports, names the
/// attribute.
fn concerned(bundle: &Bundle, collection: &str, pointer: &str) -> BTreeSet<String> {
    let field = without_indexes(pointer);
    let field = field.rsplit('/').next().unwrap_or_default().to_owned();
    let imports = |text: &str| -> String {
        bundle
            .libraries
            .iter()
            .filter(|library| {
                let package = audit::policy::annotations::package_of(&library.text);
                package.is_some_and(|package| text.contains(&format!("data.{package}")))
            })
            .map(|library| library.text.as_str())
            .collect()
    };
    bundle
        .policies
        .values()
        .filter(|policy| {
            let text = &policy.module.text;
            let libraries = imports(text);
            let all = format!("{text}{libraries}{}", imports(&libraries));
            let derived = all.contains("reachability") && NETWORK.contains(&collection);
            derived || (all.contains(&field) && all.contains(collection))
        })
        .map(|policy| policy.control.id.clone())
        .collect()
}

/// The attributes to try: of the first resources of each collection, and of
/// those that show something the first do not.
fn tries(snapshot: &Snapshot, model: &Json) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for collection in Model::COLLECTIONS {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for id in snapshot.model.ids(collection) {
            let mut pointers = Vec::new();
            attributes(&model[*collection][id], "", DEPTH, &mut pointers);
            for pointer in pointers {
                let count = times.entry(without_indexes(&pointer)).or_default();
                *count += 1;
                if *count <= RESOURCES {
                    found.push(((*collection).to_owned(), id.to_owned(), pointer));
                }
            }
        }
    }
    found
}

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
