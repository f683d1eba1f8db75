//! The parts of a plan or state that are read. All are optional: older
//! versions lack some.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// A plan or state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Plan {
    /// The version of the format, such as `1.2`.
    pub format_version: String,
    /// Whether planning ended with an error.
    pub errored: bool,
    /// Whether it is all that the configuration asks for: not where `-target`
    /// picked a part of it, or something was deferred.
    pub complete: Option<bool>,
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
    /// Only Terraform's own state file has it.
    pub lineage: Option<Json>,
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
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlannedResource {
    pub address: String,
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub index: Option<Json>,
    pub values: Json,
    pub sensitive_values: Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourceChange {
    pub address: String,
    pub change: Change,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    pub actions: Vec<String>,
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

impl Plan {
    /// Whether the format's version is one that is read. Terraform keeps what
    /// it writes readable within a major version.
    ///
    /// Source: Terraform's documentation, "JSON Output Format".
    pub(super) fn is_readable(&self) -> bool {
        let major = self.format_version.split('.').next().and_then(|major| major.parse().ok());
        major.is_none_or(|major: u64| major <= MAJOR_VERSION)
    }

    /// Why the plan may lack resources.
    pub(super) fn missing_part(&self) -> Option<&'static str> {
        if self.errored {
            Some("planning ended with an error")
        } else if self.complete == Some(false) {
            Some("a part of the configuration was planned")
        } else {
            None
        }
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

    /// The region of the provider, where the plan tells.
    pub(super) fn region(&self) -> Option<String> {
        let providers = &self.configuration.provider_config;
        let main = providers.get("aws").into_iter();
        self.region_in(main.chain(providers.values()).find(|provider| provider.name == "aws")?)
    }

    /// The region of one configured provider.
    pub(super) fn region_of(&self, key: &str) -> Option<String> {
        self.region_in(self.configuration.provider_config.get(key)?)
    }

    fn region_in(&self, provider: &ProviderConfig) -> Option<String> {
        let region = provider.expressions.get("region")?;
        if let Some(text) = region.get("constant_value").and_then(Json::as_str) {
            return Some(text.to_owned());
        }
        let variable = region.get("references")?.as_array()?.first()?.as_str()?;
        let name = variable.strip_prefix("var.")?;
        self.variables.get(name)?.value.as_str().map(str::to_owned)
    }

    /// The account, where the plan has read who its caller is.
    pub(super) fn account(&self) -> Option<String> {
        let modules = [
            self.prior_state.as_ref().and_then(|state| state.values.as_ref()),
            self.planned_values.as_ref(),
            self.values.as_ref(),
        ];
        modules.into_iter().flatten().find_map(|values| caller(&values.root_module))
    }
}

fn caller(module: &Module) -> Option<String> {
    module
        .resources
        .iter()
        .filter(|resource| resource.kind == "aws_caller_identity")
        .find_map(|resource| resource.values.get("account_id")?.as_str().map(str::to_owned))
        .or_else(|| module.child_modules.iter().find_map(caller))
}
