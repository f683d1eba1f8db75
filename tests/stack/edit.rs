//! Edits of the reference stack, as `tests/mutations/` writes them: a path and
//! its new value, null to take something out.

use serde_json::{Map, Value as Json, json};
use yaml_serde::Value as Yaml;

/// YAML as JSON, CloudFormation's short functions in full.
pub fn plain(value: &Yaml) -> Json {
    match value {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            let inner = plain(&tagged.value);
            match (name, &inner) {
                ("Ref" | "Condition", _) => json!({name: inner}),
                ("GetAtt", Json::String(text)) => {
                    let (id, attribute) = text.split_once('.').unwrap();
                    json!({"Fn::GetAtt": [id, attribute]})
                }
                _ => json!({format!("Fn::{name}"): inner}),
            }
        }
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(fields) => {
            let fields = fields.iter().map(|(key, value)| (text(key), plain(value)));
            Json::Object(fields.collect())
        }
        other => serde_json::to_value(other).unwrap(),
    }
}

fn text(key: &Yaml) -> String {
    match key {
        Yaml::String(text) => text.clone(),
        other => serde_json::to_value(other).unwrap().to_string(),
    }
}

/// Edits a template: `Database.Properties.MultiAZ` is under `Resources`,
/// `Parameters.Name.Default` under `Parameters`.
pub fn template(document: &mut Json, path: &str, value: &Yaml) {
    let (section, path) = match path.strip_prefix("Parameters.") {
        Some(path) => ("Parameters", path),
        None => ("Resources", path),
    };
    set(&mut document[section], &steps(path), plain(value));
}

/// Edits a plan: `aws_db_instance.main.multi_az`, or a resource to add or, with
/// null, to take out. `!ref a.b.id` is a value that is known only after apply,
/// `!json {…}` a document in a text.
pub fn plan(document: &mut Json, path: &str, value: &Yaml) {
    let all = steps(path);
    let (address, path) = (all[..2].join("."), &all[2..]);
    if path.is_empty() {
        match value {
            Yaml::Null => remove(document, &address),
            _ => add(document, &address, value),
        }
        return;
    }
    let parts = Parts::of(value);
    let planned = named(&mut document["planned_values"]["root_module"]["resources"], &address);
    set(&mut planned["values"], path, parts.known.clone());
    let change = &mut named(&mut document["resource_changes"], &address)["change"];
    set(&mut change["after"], path, parts.known);
    if !is_in_text(&change["after"], path) {
        set(&mut change["after_unknown"], path, parts.unknown);
        let resources = &mut document["configuration"]["root_module"]["resources"];
        set(&mut named(resources, &address)["expressions"], path, parts.expression);
    }
}

fn add(document: &mut Json, address: &str, value: &Yaml) {
    let (kind, name) = address.split_once('.').unwrap();
    let Parts { known, mut unknown, expression } = Parts::of_block(value);
    unknown["id"] = json!(true);
    unknown["arn"] = json!(true);
    let named = json!({"address": address, "mode": "managed", "type": kind, "name": name});
    let with = |more: Json| {
        let mut all = named.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Json::Object(all)
    };
    let push = |list: &mut Json, item: Json| list.as_array_mut().unwrap().push(item);
    push(
        &mut document["planned_values"]["root_module"]["resources"],
        with(json!({"values": known, "sensitive_values": {}})),
    );
    push(
        &mut document["resource_changes"],
        with(json!({"change": {"actions": ["create"], "after": known, "after_unknown": unknown}})),
    );
    push(
        &mut document["configuration"]["root_module"]["resources"],
        with(json!({"expressions": expression})),
    );
}

fn remove(document: &mut Json, address: &str) {
    for list in [
        "/planned_values/root_module/resources",
        "/resource_changes",
        "/configuration/root_module/resources",
    ] {
        let items = document.pointer_mut(list).unwrap().as_array_mut().unwrap();
        let before = items.len();
        items.retain(|item| item["address"] != address);
        assert_eq!(items.len() + 1, before, "{list} has one {address}");
    }
}

fn named<'d>(list: &'d mut Json, address: &str) -> &'d mut Json {
    let found = list.as_array_mut().unwrap().iter_mut().find(|item| item["address"] == address);
    found.unwrap_or_else(|| panic!("the plan has no {address}"))
}

/// A value as a plan writes it down, in three places.
struct Parts {
    /// What is known; null for what is not.
    known: Json,
    /// True where it is not known; null where it is.
    unknown: Json,
    /// References or the constant.
    expression: Json,
}

impl Parts {
    fn of(value: &Yaml) -> Self {
        let references = references(value);
        if !references.is_empty() {
            let expression = json!({"references": references});
            return Self { known: Json::Null, unknown: json!(true), expression };
        }
        if let Yaml::Sequence(items) = value
            && items.iter().any(|item| matches!(item, Yaml::Mapping(_)))
        {
            let parts: Vec<Self> = items.iter().map(Self::of_block).collect();
            let list = |part: fn(&Self) -> &Json| parts.iter().map(part).cloned().collect();
            return Self {
                known: list(|parts| &parts.known),
                unknown: list(|parts| &parts.unknown),
                expression: list(|parts| &parts.expression),
            };
        }
        let known = match value {
            Yaml::Tagged(tagged) if tagged.tag == "json" => {
                Json::String(plain(&tagged.value).to_string())
            }
            _ => plain(value),
        };
        let expression = json!({"constant_value": known});
        Self { known, unknown: Json::Null, expression }
    }

    fn of_block(value: &Yaml) -> Self {
        let Yaml::Mapping(fields) = value else { panic!("expected a block: {value:?}") };
        let mut parts = [Map::new(), Map::new(), Map::new()];
        for (key, value) in fields {
            let Self { known, unknown, expression } = Self::of(value);
            for (into, part) in parts.iter_mut().zip([known, unknown, expression]) {
                if !part.is_null() {
                    into.insert(text(key), part);
                }
            }
        }
        let [known, unknown, expression] = parts.map(Json::Object);
        Self { known, unknown, expression }
    }
}

/// The references of `!ref`, or of a list of them, each with its prefix as
/// Terraform writes it.
fn references(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == "ref" => {
            let whole = tagged.value.as_str().unwrap();
            let (resource, _) = whole.rsplit_once('.').unwrap();
            vec![whole.to_owned(), resource.to_owned()]
        }
        Yaml::Sequence(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn steps(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

/// Whether a path leads into a document that stands in a text.
fn is_in_text(value: &Json, path: &[&str]) -> bool {
    let Some((step, rest)) = path.split_first() else { return false };
    match child(value, step) {
        Some(Json::String(_)) => !rest.is_empty(),
        Some(inner) => is_in_text(inner, rest),
        None => false,
    }
}

fn child<'v>(value: &'v Json, step: &str) -> Option<&'v Json> {
    match value {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    }
}

/// Sets what a path leads to, null to take it out. What is on the way is made.
fn set(value: &mut Json, path: &[&str], new: Json) {
    if let Json::String(document) = value {
        let mut inner: Json = serde_json::from_str(document).unwrap();
        set(&mut inner, path, new);
        *document = inner.to_string();
        return;
    }
    let (step, rest) = path.split_first().unwrap();
    if let Ok(index) = step.parse::<usize>() {
        if !value.is_array() {
            *value = json!([]);
        }
        let items = value.as_array_mut().unwrap();
        while items.len() < index || (items.len() == index && !new.is_null()) {
            items.push(json!({}));
        }
        match (rest.is_empty(), new) {
            (true, Json::Null) if index < items.len() => drop(items.remove(index)),
            (true, Json::Null) => {}
            (true, new) => items[index] = new,
            (false, new) if index < items.len() => set(&mut items[index], rest, new),
            (false, _) => {}
        }
        return;
    }
    if !value.is_object() {
        *value = json!({});
    }
    let fields = value.as_object_mut().unwrap();
    match (rest.is_empty(), new) {
        (true, Json::Null) => drop(fields.remove(*step)),
        (true, new) => drop(fields.insert((*step).to_owned(), new)),
        (false, new) => set(fields.entry(*step).or_insert(Json::Null), rest, new),
    }
}
