//! The parts of a plan or state that are read. All are optional: older
//! versions lack some.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// Other programs write `null` for what Terraform leaves out.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A plan or state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Plan {
    /// The version of the format, such as `1.2`.
    pub format_version: String,
    /// Values of variables.
    pub variables: BTreeMap<String, Variable>,
    /// What will be.
    pub planned_values: Option<Values>,
    /// What is, in a state.
    pub values: Option<Values>,
    /// What changes.
    pub resource_changes: Vec<ResourceChange>,
    /// What was, with the data sources that were read.
    pub prior_state: Option<PriorState>,
    /// What the source says.
    pub configuration: Configuration,
    /// Whether planning failed, so that the rest is what it came to.
    pub errored: Option<bool>,
    /// Whether one more plan would change nothing.
    pub complete: Option<bool>,
    /// What the plan leaves to a later one.
    #[serde(deserialize_with = "or_default")]
    pub deferred_changes: Vec<DeferredChange>,
    /// Terraform's own checks.
    #[serde(deserialize_with = "or_default")]
    pub checks: Vec<Check>,
    /// What is run beside the changes.
    #[serde(deserialize_with = "or_default")]
    pub action_invocations: Vec<ActionInvocation>,
    /// What stays in the account though no plan has it any more; filled in by
    /// [`Plan::settle`].
    #[serde(skip)]
    pub beside: Vec<Module>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeferredChange {
    pub reason: String,
    pub resource_change: ResourceChange,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Check {
    pub address: CheckAddress,
    pub status: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckAddress {
    #[serde(deserialize_with = "or_default")]
    pub to_display: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ActionInvocation {
    pub address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Variable {
    pub value: Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PriorState {
    pub values: Option<Values>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Values {
    pub root_module: Module,
}

/// A module instance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Module {
    /// Its address; empty for the root.
    pub address: String,
    pub resources: Vec<PlannedResource>,
    pub child_modules: Vec<Module>,
}

/// A resource instance.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlannedResource {
    pub address: String,
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub index: Option<Json>,
    /// The key of an object that was replaced and is not destroyed yet.
    #[serde(deserialize_with = "or_default")]
    pub deposed_key: String,
    pub values: Json,
    pub sensitive_values: Json,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourceChange {
    pub address: String,
    #[serde(deserialize_with = "or_default")]
    pub module_address: String,
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub index: Option<Json>,
    /// The key of the deposed object that it is about.
    #[serde(deserialize_with = "or_default")]
    pub deposed: String,
    /// Its address in the state, where it was moved.
    #[serde(deserialize_with = "or_default")]
    pub previous_address: String,
    pub change: Change,
}

impl ResourceChange {
    /// Whether it does `action`, such as `delete`.
    pub(super) fn does(&self, action: &str) -> bool {
        self.change.actions.iter().any(|one| one == action)
    }

    /// The object, with these values, at an address of its own.
    fn object(&self, address: String, values: &Json, sensitive: &Json) -> Module {
        let resource = PlannedResource {
            address,
            mode: self.mode.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            index: self.index.clone(),
            values: values.clone(),
            sensitive_values: sensitive.clone(),
            ..PlannedResource::default()
        };
        Module {
            address: self.module_address.clone(),
            resources: vec![resource],
            child_modules: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    pub actions: Vec<String>,
    pub before: Json,
    pub before_sensitive: Json,
    pub after: Json,
    pub after_unknown: Json,
    pub after_sensitive: Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub provider_config: BTreeMap<String, ProviderConfig>,
    pub root_module: ConfigModule,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProviderConfig {
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub full_name: String,
    /// The module that configures it; empty for the root.
    #[serde(deserialize_with = "or_default")]
    pub module_address: String,
    pub expressions: Json,
}

/// A module as the source has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigModule {
    pub resources: Vec<ConfigResource>,
    pub module_calls: BTreeMap<String, ModuleCall>,
    pub outputs: BTreeMap<String, ConfigOutput>,
    pub variables: BTreeMap<String, ConfigVariable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigResource {
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub provider_config_key: String,
    pub expressions: Json,
    pub for_each_expression: Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ModuleCall {
    pub source: String,
    pub expressions: Json,
    pub module: ConfigModule,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigOutput {
    pub expression: Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigVariable {
    pub default: Json,
    pub sensitive: bool,
}

/// The greatest major version of the format that is read.
const MAJOR_VERSION: u64 = 1;

impl ConfigModule {
    /// Whether the file has it: a state does not, nor a plan that was cut.
    pub(super) fn is_told(&self) -> bool {
        !self.resources.is_empty() || !self.module_calls.is_empty()
    }
}

impl Plan {
    /// Whether the format's version is one that is read. Terraform keeps what
    /// it writes readable within a major version.
    ///
    /// Source: Terraform's documentation, "JSON Output Format".
    pub(super) fn is_readable(&self) -> bool {
        let major = self.format_version.split('.').next().and_then(|major| major.parse().ok());
        major.is_none_or(|major: u64| major <= MAJOR_VERSION)
    }

    /// What is no resource, though it stands among them: its place in the list
    /// of its module, and what is wrong with it.
    pub(super) fn misshapen(&self) -> Vec<String> {
        let mut found = Vec::new();
        let root = self.planned_values.as_ref().or(self.values.as_ref());
        let mut open: Vec<&Module> = root.map(|values| &values.root_module).into_iter().collect();
        while let Some(module) = open.pop() {
            for (index, resource) in module.resources.iter().enumerate() {
                let within =
                    if module.address.is_empty() { "the root module" } else { &module.address };
                if resource.address.is_empty() || resource.kind.is_empty() {
                    found.push(format!("resource {index} of {within} has no address or no type"));
                } else if !resource.values.is_object() && !resource.values.is_null() {
                    found.push(format!("the values of {} are no object", resource.address));
                }
            }
            open.extend(&module.child_modules);
        }
        found.sort();
        found
    }

    /// Gives objects that are there beside the planned ones an instance of their
    /// own: those that Terraform forgets without destroying them, those that a
    /// later plan is to make, and deposed ones.
    pub(super) fn settle(&mut self) {
        for values in [&mut self.planned_values, &mut self.values].into_iter().flatten() {
            name_deposed(&mut values.root_module);
        }
        for change in self.resource_changes.iter().filter(|change| change.does("forget")) {
            let address = format!("{} (forgotten)", change.address);
            let Change { before, before_sensitive, .. } = &change.change;
            self.beside.push(change.object(address, before, before_sensitive));
        }
        self.keep_left_out();
        let known: BTreeSet<&str> =
            self.resource_changes.iter().map(|change| change.address.as_str()).collect();
        let deferred: Vec<ResourceChange> = self
            .deferred_changes
            .iter()
            .map(|deferred| &deferred.resource_change)
            .filter(|change| !change.does("delete") && !known.contains(change.address.as_str()))
            .cloned()
            .collect();
        for change in deferred {
            let Change { after, after_sensitive, .. } = &change.change;
            self.beside.push(change.object(change.address.clone(), after, after_sensitive));
            self.resource_changes.push(change);
        }
    }

    /// What the state has and the plan was told to leave out (`-target`,
    /// `-refresh-only`) stays as it is.
    fn keep_left_out(&mut self) {
        if self.planned_values.is_none() {
            return;
        }
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for change in &self.resource_changes {
            known.extend([change.address.as_str(), change.previous_address.as_str()]);
        }
        let planned = self.planned_values.as_ref().map(|values| &values.root_module);
        let mut open: Vec<&Module> = planned.into_iter().collect();
        while let Some(module) = open.pop() {
            known.extend(module.resources.iter().map(|resource| resource.address.as_str()));
            open.extend(&module.child_modules);
        }
        let prior = self.prior_state.as_ref().and_then(|state| state.values.as_ref());
        let mut open: Vec<&Module> = prior.map(|values| &values.root_module).into_iter().collect();
        let mut kept = Vec::new();
        while let Some(module) = open.pop() {
            let is_left_out = |resource: &&PlannedResource| {
                resource.mode != "data"
                    && resource.deposed_key.is_empty()
                    && !known.contains(resource.address.as_str())
            };
            let resources: Vec<PlannedResource> =
                module.resources.iter().filter(is_left_out).cloned().collect();
            if !resources.is_empty() {
                let address = module.address.clone();
                kept.push(Module { address, resources, child_modules: Vec::new() });
            }
            open.extend(&module.child_modules);
        }
        self.beside.extend(kept);
    }
}

/// Tells deposed objects from the one that took their place, in Terraform's
/// words.
fn name_deposed(module: &mut Module) {
    for resource in &mut module.resources {
        if !resource.deposed_key.is_empty() {
            resource.address =
                format!("{} (deposed object {})", resource.address, resource.deposed_key);
        }
    }
    module.child_modules.iter_mut().for_each(name_deposed);
}
