//! What a plan does not come to: it failed, leaves changes to a later one, or
//! runs what no plan tells the effect of.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::Instance;
use super::plan::{ConfigModule, Plan};
use super::resource;
use crate::diagnostic::Diagnostic;
use crate::model::{Gap, Model, Reason, Snapshot, Span};

/// How many names a message has.
const MOST_NAMES: usize = 5;

/// Tells of it, and records what may be missing as gaps.
pub(super) fn note(
    plan: &Plan,
    instances: &[Instance<'_>],
    start: &Span,
    snapshot: &mut Snapshot,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut tell = |diagnostic: Diagnostic, help: &str| {
        diagnostics.push(diagnostic.at(start.clone()).help(help));
    };
    let errored = plan.errored == Some(true);
    if errored {
        let error = Diagnostic::error("planning failed: the file has only what it came to");
        tell(error, "mend what `terraform plan` tells, plan again, and scan that");
    }
    let deferred: Vec<&str> = plan
        .deferred_changes
        .iter()
        .map(|deferred| deferred.resource_change.address.as_str())
        .collect();
    if !deferred.is_empty() {
        let message = format!("the plan leaves changes to a later one: {}", names(&deferred));
        tell(Diagnostic::warning(message), "scan the later plan too");
    }
    let is_part = errored || plan.complete == Some(false);
    let missing = if is_part { missing(plan, instances, errored) } else { BTreeMap::new() };
    if is_part && !plan.configuration.root_module.is_told() {
        if !errored && deferred.is_empty() {
            let message = "the plan is not complete, and does not tell what the source has";
            tell(Diagnostic::warning(message), "plan without -target, or scan the next plan too");
        }
        open_all(snapshot);
    }
    if !errored && deferred.is_empty() && !missing.is_empty() {
        let all: Vec<&str> = missing.values().map(String::as_str).collect();
        let message =
            format!("the plan is not complete; it leaves out what the source has: {}", names(&all));
        tell(Diagnostic::warning(message), "plan without -target, or scan the next plan too");
    }
    let failing: Vec<&str> = plan
        .checks
        .iter()
        .filter(|check| ["fail", "error"].contains(&check.status.as_str()))
        .map(|check| check.address.to_display.as_str())
        .collect();
    if !failing.is_empty() {
        let message = format!("checks of the plan itself fail: {}", names(&failing));
        tell(Diagnostic::warning(message), "see what `terraform plan` tells of them");
    }
    let actions: Vec<&str> =
        plan.action_invocations.iter().map(|action| action.address.as_str()).collect();
    if !actions.is_empty() {
        let message =
            format!("the plan runs actions, whose effect it does not tell: {}", names(&actions));
        tell(Diagnostic::warning(message), "scan the account once it is applied");
    }
    let later = plan.deferred_changes.iter().map(|deferred| &deferred.resource_change);
    for change in later.filter(|change| !change.does("delete")) {
        let expression = format!("{}, which a later plan makes", change.address);
        open(&change.kind, &expression, snapshot);
        if let Some((collection, _)) = resource::key_of(&change.kind) {
            snapshot.gaps.insert(Gap {
                collection: collection.to_owned(),
                id: Some(change.address.clone()),
                path: String::new(),
                account: None,
                region: None,
                reason: Reason::KnownAfterApply { expression: Some(expression) },
            });
        }
    }
    for (kind, address) in missing {
        open(&kind, &format!("{address}, which the plan did not come to"), snapshot);
    }
}

/// What further resources of a type leave open.
fn open(kind: &str, expression: &str, snapshot: &mut Snapshot) {
    for (collection, path) in resource::may_change(kind) {
        snapshot.gaps.insert(Gap {
            collection: collection.to_owned(),
            id: None,
            path: path.to_owned(),
            account: None,
            region: None,
            reason: Reason::KnownAfterApply { expression: Some(expression.to_owned()) },
        });
    }
}

/// What a plan leaves open that may lack resources of any type. What the file
/// and the deployment are is seen.
pub(super) fn open_all(snapshot: &mut Snapshot) {
    const SEEN: [&str; 3] = ["accounts", "regions", "templates"];
    for collection in Model::COLLECTIONS.iter().filter(|name| !SEEN.contains(name)) {
        snapshot.gaps.insert(Gap {
            collection: (*collection).to_owned(),
            id: None,
            path: String::new(),
            account: None,
            region: None,
            reason: Reason::KnownAfterApply { expression: Some("the rest of the plan".to_owned()) },
        });
    }
}

/// The resources of the source that have no instance, the first of each type by
/// it; of a plan that failed all, since it may have come to only some of their
/// instances.
fn missing(plan: &Plan, instances: &[Instance<'_>], errored: bool) -> BTreeMap<String, String> {
    let mut known: BTreeSet<(String, &str, &str)> = BTreeSet::new();
    if !errored {
        for one in instances {
            known.insert((path_of(one.module), one.kind, one.name));
        }
    }
    for change in &plan.resource_changes {
        // One that is destroyed is wanted no more.
        if !errored {
            let module = path_of(&change.module_address);
            known.insert((module, change.kind.as_str(), change.name.as_str()));
        }
    }
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, &ConfigModule)> =
        vec![(String::new(), &plan.configuration.root_module)];
    while let Some((path, module)) = open.pop() {
        for one in module.resources.iter().filter(|one| one.mode != "data") {
            if !known.contains(&(path.clone(), one.kind.as_str(), one.name.as_str())) {
                let dot = if path.is_empty() { "" } else { "." };
                found
                    .entry(one.kind.clone())
                    .or_insert_with(|| format!("{path}{dot}{}.{}", one.kind, one.name));
            }
        }
        for (name, call) in &module.module_calls {
            let dot = if path.is_empty() { "" } else { "." };
            open.push((format!("{path}{dot}module.{name}"), &call.module));
        }
    }
    found
}

/// The address of a module without the keys of its instances.
fn path_of(address: &str) -> String {
    let names = super::configuration::module_names(address);
    names.iter().map(|name| format!("module.{name}")).collect::<Vec<_>>().join(".")
}

/// Some names, and how many more there are.
fn names(all: &[&str]) -> String {
    let mut text = all.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", all.len() - MOST_NAMES));
    }
    text
}
