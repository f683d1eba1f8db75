//! The reference stack as a model of which a test varies one attribute after
//! the other.

#![allow(clippy::expect_used, dead_code, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use audit::analysis;
use audit::model::{Model, Snapshot, link};
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::policy::verdict::{Status, Subject};
use audit::source::TemplateOptions;
use audit::source::load::load;
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
pub fn read(path: &str) -> Snapshot {
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

pub fn finish(mut snapshot: Snapshot) -> Snapshot {
    link::link(&mut snapshot);
    analysis::derive(&mut snapshot);
    snapshot
}

/// Verdicts by control and subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdicts(pub BTreeMap<(String, String, String, String), Status>);

impl Verdicts {
    pub fn of(snapshot: &Snapshot, bundle: &Bundle, only: &BTreeSet<String>) -> Self {
        let settings = Settings { only: only.clone(), ..Settings::default() };
        let results = evaluate(snapshot, bundle, &settings);
        assert_eq!(results.errors, []);
        Self(
            results
                .verdicts
                .into_iter()
                .map(|v| {
                    let Subject { collection, id, path, .. } = Subject::clone(&v.subject);
                    ((v.control.to_string(), collection, id, path), v.status)
                })
                .collect(),
        )
    }

    /// The verdict on a subject; an unknown one on what it is part of counts
    /// for it.
    pub fn status(&self, key: &(String, String, String, String)) -> Option<Status> {
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
pub fn broken(unknown: &Verdicts, value: &Verdicts) -> Vec<String> {
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
pub fn attributes(value: &Json, pointer: &str, depth: usize, found: &mut Vec<String>) {
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

pub fn without_indexes(pointer: &str) -> String {
    pointer
        .split('/')
        .filter(|step| !step.bytes().all(|byte| byte.is_ascii_digit()))
        .fold(String::new(), |path, step| path + "/" + step)
}

/// Other values that an attribute might have.
pub fn alternatives(value: &Json) -> Vec<Json> {
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

pub fn with(model: &Json, pointer: &str, value: Json) -> Option<Model> {
    let mut model = model.clone();
    *model.pointer_mut(pointer)? = value;
    serde_json::from_value(model).ok()
}

/// The controls whose policy, or a library that it imports, names the
/// attribute.
pub fn concerned(bundle: &Bundle, collection: &str, pointer: &str) -> BTreeSet<String> {
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
pub fn tries(snapshot: &Snapshot, model: &Json) -> Vec<(String, String, String)> {
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
