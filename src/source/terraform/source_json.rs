//! Resources and variables in `.tf.json` files.
//!
//! Source: the Terraform documentation, "JSON Configuration Syntax".

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::source::{Places, VARIABLE};
use crate::model::Span;
use crate::source::TextFile;
use crate::source::draft::escape;
use crate::source::yaml::{self, Yaml, YamlValue};

/// The types, names and places of the resources and variables in a file; none of one that is
/// broken, which Terraform has not planned.
pub(super) fn resources(file: &TextFile, name: &Arc<str>) -> Vec<(String, String, Places)> {
    let Ok(document) = yaml::parse(name, &file.text, &mut Vec::new()) else { return Vec::new() };
    let mut found = Vec::new();
    for body in objects(&document) {
        for names in body.get(VARIABLE).map(objects).unwrap_or_default() {
            for (name, block) in names.entries() {
                found.push((VARIABLE.to_owned(), name.name.clone(), resource(&name.span, block)));
            }
        }
        for types in body.get("resource").map(objects).unwrap_or_default() {
            for (kind, names) in types.entries() {
                for names in objects(names) {
                    for (name, block) in names.entries() {
                        let places = resource(&name.span, block);
                        found.push((kind.name.clone(), name.name.clone(), places));
                    }
                }
            }
        }
    }
    found
}

/// One object, or those of an array: the syntax allows both at each level.
fn objects(value: &Rc<Yaml>) -> Vec<&Rc<Yaml>> {
    match &value.value {
        YamlValue::Sequence(items) => items.iter().collect(),
        _ => vec![value],
    }
}

fn resource(name: &Span, block: &Rc<Yaml>) -> Places {
    let mut places = Places { header: Some(name.clone()), ..Places::default() };
    for body in objects(block) {
        entries(body, "", &mut places.attributes);
        // The property that the syntax has for comments.
        for (key, comment) in body.entries().iter().filter(|(key, _)| key.name == "//") {
            for text in objects(comment).into_iter().filter_map(|one| one.text()) {
                if let Some(waiver) = text.trim().strip_prefix("audit:waive ") {
                    places.waivers.push((key.span.clone(), waiver.trim().to_owned()));
                }
            }
        }
    }
    places
}

fn entries(body: &Yaml, path: &str, found: &mut HashMap<String, Span>) {
    for (key, value) in body.entries() {
        if key.name == "//" || is_null(value) {
            continue;
        }
        if key.name == "dynamic" {
            for (label, _) in objects(value).into_iter().flat_map(|one| one.entries()) {
                found
                    .entry(format!("{path}/{}", escape(&label.name)))
                    .or_insert_with(|| label.span.clone());
            }
            continue;
        }
        let inner = format!("{path}/{}", escape(&key.name));
        let span = if value.text().is_some() { &value.span } else { &key.span };
        found.insert(inner.clone(), span.clone());
        match &value.value {
            YamlValue::Mapping(_) => {
                // A map, or the only block of its name: the schema tells.
                entries(value, &inner, found);
                found.insert(format!("{inner}/0"), key.span.clone());
                entries(value, &format!("{inner}/0"), found);
            }
            YamlValue::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    let inner = format!("{inner}/{index}");
                    found.insert(inner.clone(), start(&item.span));
                    entries(item, &inner, found);
                }
            }
            YamlValue::Scalar { .. } => {}
        }
    }
}

/// `null` is as if the property was not there.
fn is_null(value: &Yaml) -> bool {
    matches!(&value.value, YamlValue::Scalar { text, plain: true } if text == "null")
}

/// The first character of what may go over many lines.
fn start(span: &Span) -> Span {
    if span.end_line == span.start_line {
        return span.clone();
    }
    let end_column = span.start_column.saturating_add(1);
    Span { end_line: span.start_line, end_column, ..span.clone() }
}
