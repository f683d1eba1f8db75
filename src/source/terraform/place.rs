//! Where resource instances stand in the text of a plan or state.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::state_file;
use crate::model::Span;

/// The parts of a plan that hold instances, as slices of its text.
#[derive(Deserialize)]
struct Text<'t> {
    #[serde(borrow)]
    planned_values: Option<Values<'t>>,
    #[serde(borrow)]
    values: Option<Values<'t>>,
    #[serde(borrow)]
    prior_state: Option<Prior<'t>>,
    /// Those of Terraform's own state file.
    #[serde(borrow, default)]
    resources: Vec<OfStateFile<'t>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
struct OfStateFile<'t> {
    #[serde(default)]
    module: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    name: &'t RawValue,
    #[serde(default)]
    instances: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    index_key: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Prior<'t> {
    #[serde(borrow)]
    values: Option<Values<'t>>,
}

#[derive(Deserialize)]
struct Values<'t> {
    #[serde(borrow)]
    root_module: Option<Module<'t>>,
}

#[derive(Deserialize)]
struct Module<'t> {
    #[serde(borrow, default)]
    resources: Vec<Resource<'t>>,
    #[serde(borrow, default)]
    child_modules: Vec<Module<'t>>,
}

#[derive(Deserialize)]
struct Resource<'t> {
    #[serde(borrow)]
    address: Option<&'t RawValue>,
}

/// The place of each address in its object among the planned values, or those
/// of the state: where several have it, the first of these. Empty for a text
/// that is none.
pub(super) fn of_addresses(text: &str, file: &Arc<str>) -> HashMap<String, Span> {
    let Ok(plan) = serde_json::from_str::<Text<'_>>(text) else { return HashMap::new() };
    let prior = plan.prior_state.and_then(|state| state.values);
    let mut found: HashMap<String, (usize, usize)> = HashMap::new();
    for values in [plan.planned_values, plan.values, prior].into_iter().flatten() {
        let mut open: Vec<Module<'_>> = values.root_module.into_iter().collect();
        while let Some(module) = open.pop() {
            for raw in module.resources.into_iter().filter_map(|resource| resource.address) {
                let Ok(address) = serde_json::from_str::<String>(raw.get()) else { continue };
                found.entry(address).or_insert(range(raw, text));
            }
            open.extend(module.child_modules);
        }
    }
    for one in plan.resources {
        let Ok(name) = serde_json::from_str::<String>(one.name.get()) else { continue };
        for object in &one.instances {
            let index = object.index_key.as_ref();
            let address = state_file::address(&one.module, &one.mode, &one.kind, &name, index);
            found.entry(address).or_insert(range(one.name, text));
        }
    }
    let mut places: Vec<(String, (usize, usize))> = found.into_iter().collect();
    places.sort_by_key(|(_, range)| *range);
    let mut counted = Counted { text, byte: 0, line: 1, column: 1 };
    places
        .into_iter()
        .map(|(address, (start, end))| {
            let (start_line, start_column) = counted.to(start);
            let (end_line, end_column) = counted.to(end);
            let file = file.clone();
            (address, Span { file, start_line, start_column, end_line, end_column })
        })
        .collect()
}

/// Where a slice of the text begins and ends: the addresses tell.
fn range(raw: &RawValue, text: &str) -> (usize, usize) {
    let start = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    (start, start + raw.get().len())
}

/// Counts lines and columns on the way through a text, so that a plan on one
/// line is gone through once.
struct Counted<'t> {
    text: &'t str,
    byte: usize,
    line: u32,
    column: u32,
}

impl Counted<'_> {
    fn to(&mut self, byte: usize) -> (u32, u32) {
        let between = self.text.get(self.byte..byte).unwrap_or_default();
        for c in between.chars() {
            if c == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        self.byte = self.byte.max(byte);
        (self.line, self.column)
    }
}
