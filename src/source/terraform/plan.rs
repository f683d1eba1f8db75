//! The parts of a plan or state that are read. All are optional: older
//! versions lack some.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// A plan or state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Plan {
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

impl Plan {
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
