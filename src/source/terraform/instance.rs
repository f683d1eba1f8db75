//! Resource instances of all modules, in one list.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::place;
use super::plan::{Module, Plan, PlannedResource};
use crate::model::Span;
use crate::source::TextFile;

/// How deep modules may nest.
const MOST_MODULES: usize = 64;

/// A resource instance with what a plan knows of it.
#[derive(Debug)]
pub(super) struct Instance<'p> {
    /// Its address, such as `module.a.aws_subnet.b["x"]`.
    pub address: &'p str,
    /// The address of its module instance; empty for the root.
    pub module: &'p str,
    /// Its type.
    pub kind: &'p str,
    /// Its name.
    pub name: &'p str,
    /// Its key or index.
    pub index: Option<&'p Json>,
    /// Known values.
    pub values: &'p Json,
    /// Which are known only after apply.
    pub unknown: &'p Json,
    /// Which are sensitive.
    pub sensitive: &'p Json,
    /// Whether it is made anew, so that what nothing sets has AWS's default; a
    /// resource that is changed keeps what it had.
    pub created: bool,
    /// Whether it is a resource, not a data source.
    pub managed: bool,
    /// Where its address stands in the plan file.
    pub place: Option<Span>,
}

/// The instances that will be, and the data sources that were read.
pub(super) fn of<'p>(plan: &'p Plan, file: &TextFile) -> Vec<Instance<'p>> {
    let changes: HashMap<&str, &super::plan::Change> = plan
        .resource_changes
        .iter()
        // That of a deposed object has the address of what took its place.
        .filter(|change| change.deposed.is_empty())
        .map(|change| (change.address.as_str(), &change.change))
        .collect();
    let places = place::of_addresses(&file.text, &file.name);
    // A state tells of what is there already.
    let planned = plan.planned_values.is_some();
    let mut found = Vec::new();
    let mut add = |module: &'p Module, managed: bool, planned: bool| {
        let mut open = vec![(module, 0)];
        while let Some((module, depth)) = open.pop() {
            for resource in &module.resources {
                let is_managed = resource.mode != "data";
                if is_managed == managed {
                    let mut instance =
                        instance(resource, &module.address, &changes, &places, managed);
                    // Without a change, what is beside a plan is there already.
                    instance.created &= planned || changes.contains_key(instance.address);
                    found.push(instance);
                }
            }
            if depth < MOST_MODULES {
                open.extend(module.child_modules.iter().map(|child| (child, depth + 1)));
            }
        }
    };
    if let Some(values) = plan.planned_values.as_ref().or(plan.values.as_ref()) {
        add(&values.root_module, true, planned);
        add(&values.root_module, false, planned);
    }
    for module in &plan.beside {
        add(module, true, false);
    }
    if let Some(values) = plan.prior_state.as_ref().and_then(|state| state.values.as_ref()) {
        add(&values.root_module, false, false);
    }
    found.sort_by(|one, other| one.address.cmp(other.address));
    found
}

fn instance<'p>(
    resource: &'p PlannedResource,
    module: &'p str,
    changes: &HashMap<&str, &'p super::plan::Change>,
    places: &HashMap<String, Span>,
    managed: bool,
) -> Instance<'p> {
    let change = changes.get(resource.address.as_str());
    let sensitive = match &resource.sensitive_values {
        Json::Null => change.map_or(&Json::Null, |change| &change.after_sensitive),
        known => known,
    };
    Instance {
        address: &resource.address,
        module,
        kind: &resource.kind,
        name: &resource.name,
        index: resource.index.as_ref(),
        values: &resource.values,
        unknown: change.map_or(&Json::Null, |change| &change.after_unknown),
        sensitive,
        created: change.is_none_or(|change| {
            change.actions.is_empty() || change.actions.iter().any(|action| action == "create")
        }),
        managed,
        place: places.get(written(&resource.address)).cloned(),
    }
}

/// An address as the plan has it, without what tells objects of it apart.
fn written(address: &str) -> &str {
    address.split(" (").next().unwrap_or(address)
}
