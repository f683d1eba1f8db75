//! Terraform's own state file, as it lies beside the source or in a backend:
//! the values that `terraform show -json` prints, in another order.
//!
//! Source: Terraform's `internal/states/statefile`, version 4.

use serde::Deserialize;
use serde_json::Value as Json;

use super::plan::{Module, Plan, PlannedResource, Values};
use crate::diagnostic::Diagnostic;

/// The version of the form that is read.
const VERSION: i64 = 4;

/// The parts that tell such a file and that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StateFile {
    version: Option<Json>,
    terraform_version: Option<Json>,
    lineage: Option<Json>,
    serial: Option<Json>,
    /// OpenTofu can encrypt what it keeps.
    encrypted_data: Option<Json>,
    resources: Option<Vec<Resource>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resource {
    module: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    instances: Vec<Object>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    index_key: Option<Json>,
    deposed: String,
    attributes: Json,
    attributes_flat: Json,
    sensitive_attributes: Vec<Vec<Step>>,
}

/// One step to a sensitive attribute.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    value: Json,
}

impl Step {
    /// The attribute's name, or the index with its type beside it.
    fn key(&self) -> &Json {
        self.value.get("value").unwrap_or(&self.value)
    }
}

/// Reads a state file into what a state's JSON output would be; nothing where
/// the text is none.
///
/// # Errors
///
/// Where it is of another version, encrypted, or without resources.
pub(super) fn read(text: &str) -> Result<Option<Plan>, Diagnostic> {
    let Ok(state) = serde_json::from_str::<StateFile>(text) else { return Ok(None) };
    let is_state = state.lineage.is_some() || state.serial.is_some();
    if !is_state {
        return Ok(None);
    }
    if state.encrypted_data.is_some() {
        return Err(Diagnostic::error("the state file is encrypted")
            .help("run `tofu show -json` with its key and scan what it prints"));
    }
    let version = state.version.as_ref().and_then(Json::as_i64);
    match (version, state.resources) {
        (Some(VERSION), Some(resources)) => plan(resources).map(Some),
        (Some(version), _) if version < VERSION => Err(Diagnostic::error(format!(
            "the state file is of version {version}, which Terraform before 0.12 wrote"
        ))
        .help(
            "bring it up to date with `terraform apply -refresh-only` of a later Terraform, and scan what `terraform show -json` prints",
        )),
        (Some(VERSION), None) => {
            Err(Diagnostic::error("this is Terraform's own state file, and it has no resources")
                .help("run `terraform show -json` and scan what it prints"))
        }
        _ => {
            let of = state.terraform_version.is_some();
            let whose = if of { "Terraform's own" } else { "a" };
            Err(Diagnostic::error(format!("{whose} state file of a version that is not known"))
                .help("run `terraform show -json` and scan what it prints"))
        }
    }
}

fn plan(resources: Vec<Resource>) -> Result<Plan, Diagnostic> {
    let mut root = Module::default();
    for resource in resources {
        let mut module = Module { address: resource.module.clone(), ..Module::default() };
        for object in &resource.instances {
            let address = address(
                &resource.module,
                &resource.mode,
                &resource.kind,
                &resource.name,
                object.index_key.as_ref(),
            );
            if object.attributes.is_null() && !object.attributes_flat.is_null() {
                return Err(Diagnostic::error(format!(
                    "the state file has {address} in the form of Terraform before 0.12"
                ))
                .help(
                    "bring it up to date with `terraform apply -refresh-only`, and scan what `terraform show -json` prints",
                ));
            }
            let mut sensitive = Json::Null;
            for path in &object.sensitive_attributes {
                mark(&mut sensitive, path);
            }
            module.resources.push(PlannedResource {
                address,
                mode: resource.mode.clone(),
                kind: resource.kind.clone(),
                name: resource.name.clone(),
                index: object.index_key.clone(),
                deposed_key: object.deposed.clone(),
                values: object.attributes.clone(),
                sensitive_values: sensitive,
            });
        }
        root.child_modules.push(module);
    }
    let values = Some(Values { root_module: root });
    Ok(Plan { values, ..Plan::default() })
}

/// The address of a resource instance: `module.a.aws_subnet.b["x"]`.
pub(super) fn address(
    module: &str,
    mode: &str,
    kind: &str,
    name: &str,
    index: Option<&Json>,
) -> String {
    let dot = if module.is_empty() { "" } else { "." };
    let data = if mode == "data" { "data." } else { "" };
    let index = index.filter(|index| !index.is_null()).map(|index| format!("[{index}]"));
    format!("{module}{dot}{data}{kind}.{name}{}", index.unwrap_or_default())
}

/// How far into a list a mark may point.
const LONGEST_LIST: usize = 10_000;

/// Marks what a path leads to as sensitive.
fn mark(sensitive: &mut Json, path: &[Step]) {
    if *sensitive == Json::Bool(true) {
        return;
    }
    let Some((step, rest)) = path.split_first() else {
        *sensitive = Json::Bool(true);
        return;
    };
    match step.key() {
        Json::String(name) => {
            if !sensitive.is_object() {
                *sensitive = Json::Object(serde_json::Map::new());
            }
            if let Json::Object(entries) = sensitive {
                mark(entries.entry(name.clone()).or_insert(Json::Null), rest);
            }
        }
        index => {
            let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
            let Some(index) = index.filter(|index| *index < LONGEST_LIST) else {
                // Which it is, is not told: then all are.
                *sensitive = Json::Bool(true);
                return;
            };
            if !sensitive.is_array() {
                *sensitive = Json::Array(Vec::new());
            }
            if let Json::Array(items) = sensitive {
                if items.len() <= index {
                    items.resize(index + 1, Json::Null);
                }
                if let Some(item) = items.get_mut(index) {
                    mark(item, rest);
                }
            }
        }
    }
}
