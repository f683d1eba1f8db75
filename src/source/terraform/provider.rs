//! Where each configured provider works: its account and region.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::configuration::{parent, split};
use super::plan::{ConfigModule, Module, Plan, PlannedResource, ProviderConfig};
use crate::source::TemplateOptions;

/// How many modules a variable may be handed through.
const MOST_STEPS: usize = 32;

/// What tells one set of credentials from another.
const CREDENTIALS: &[&str] = &[
    "access_key",
    "assume_role",
    "assume_role_with_web_identity",
    "profile",
    "secret_key",
    "shared_config_files",
    "shared_credentials_file",
    "shared_credentials_files",
    "token",
];

/// An account and a region, where known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deployment {
    pub account: Option<String>,
    pub region: Option<String>,
}

/// The configured providers.
#[derive(Debug)]
pub(super) struct Providers {
    by_key: BTreeMap<String, Deployment>,
    main: Deployment,
}

/// What an expression tells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// There is none.
    Nothing,
    Value(String),
    /// Something, which the plan does not tell.
    Open,
}

impl Told {
    fn value(&self) -> Option<String> {
        match self {
            Self::Value(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Providers {
    /// Reads them; what is given on the command line stands in for what the
    /// default provider does not tell.
    pub(super) fn new(plan: &Plan, options: &TemplateOptions) -> Self {
        let read = Read::of(plan);
        let configured = &plan.configuration.provider_config;
        let default = configured.get("aws");
        let mut by_key = BTreeMap::new();
        for (key, provider) in configured.iter().filter(|(_, provider)| is_aws(provider)) {
            let expression = |name: &str| provider.expressions.get(name);
            let module = provider.module_address.as_str();
            let region = told(plan, module, expression("region"));
            let region = match &region {
                Told::Value(text) if is_region(text) => Some(text.clone()),
                Told::Nothing => read.regions.get(key).or(options.region.as_ref()).cloned(),
                _ => {
                    let given = options.region.as_ref().filter(|_| key == "aws");
                    read.regions.get(key).or(given).cloned()
                }
            };
            let account =
                read.accounts.get(key).cloned().or_else(|| account_of(plan, provider)).or_else(
                    || {
                        let same = key == "aws"
                            || default.is_some_and(|default| shares_credentials(provider, default))
                            || (default.is_none() && has_no_credentials(provider));
                        let of_default = || read.accounts.get("aws");
                        options.account.as_ref().or_else(of_default).filter(|_| same).cloned()
                    },
                );
            by_key.insert(key.clone(), Deployment { account, region });
        }
        let main = main(&by_key, &read, options, default.is_some());
        Self { by_key, main }
    }

    /// Where the plan as a whole belongs.
    pub(super) fn main(&self) -> &Deployment {
        &self.main
    }

    /// Where a provider works, by the key that a resource has of it.
    pub(super) fn of(&self, key: &str) -> Deployment {
        if key.is_empty() {
            return self.main.clone();
        }
        // One that is configured nowhere takes everything from its environment.
        let environment = key == "aws" && !self.by_key.contains_key(key);
        match self.by_key.get(key) {
            Some(found) => found.clone(),
            None if environment => self.main.clone(),
            None => self.handed_down(),
        }
    }

    /// One that a module is handed: older plans do not tell which. What all have
    /// in common is known.
    fn handed_down(&self) -> Deployment {
        let all: BTreeSet<&Deployment> = self.by_key.values().collect();
        let common = |of: fn(&Deployment) -> &Option<String>| {
            let values: BTreeSet<&Option<String>> = all.iter().map(|one| of(one)).collect();
            match values.len() {
                0 => of(&self.main).clone(),
                1 => values.first().and_then(|only| (*only).clone()),
                _ => None,
            }
        };
        Deployment { account: common(|one| &one.account), region: common(|one| &one.region) }
    }
}

fn main(
    by_key: &BTreeMap<String, Deployment>,
    read: &Read,
    options: &TemplateOptions,
    has_default: bool,
) -> Deployment {
    let first = by_key.get("aws").or_else(|| by_key.values().next());
    let region_of_first = || first?.region.clone();
    let environment = || read.regions.get("aws").cloned();
    let any_account = || read.accounts.get("aws").or_else(|| read.accounts.values().next());
    let region = options.region.clone().or_else(|| {
        if has_default { region_of_first() } else { environment().or_else(region_of_first) }
    });
    let account = options
        .account
        .clone()
        .or_else(|| by_key.get("aws")?.account.clone())
        .or_else(|| any_account().cloned())
        .or_else(|| first?.account.clone());
    Deployment { account, region }
}

fn is_aws(provider: &ProviderConfig) -> bool {
    let name = provider.name.as_str();
    provider.full_name.ends_with("/aws")
        || (provider.full_name.is_empty() && name.split('.').next() == Some("aws"))
}

fn has_no_credentials(provider: &ProviderConfig) -> bool {
    CREDENTIALS.iter().all(|name| provider.expressions.get(name).is_none())
}

fn shares_credentials(one: &ProviderConfig, other: &ProviderConfig) -> bool {
    CREDENTIALS.iter().all(|name| one.expressions.get(name) == other.expressions.get(name))
}

/// The account of the role that a provider assumes, or the only one that it may
/// work in.
fn account_of(plan: &Plan, provider: &ProviderConfig) -> Option<String> {
    let module = provider.module_address.as_str();
    let roles = provider.expressions.get("assume_role");
    let last = roles.and_then(|roles| roles.as_array().map_or(Some(roles), |all| all.last()));
    let role = told(plan, module, last.and_then(|role| role.get("role_arn"))).value();
    if let Some(account) = role.and_then(|arn| arn.split(':').nth(4).map(str::to_owned)) {
        return Some(account).filter(|account| is_account(account));
    }
    let allowed = provider.expressions.get("allowed_account_ids")?.get("constant_value")?;
    match allowed.as_array().map(Vec::as_slice) {
        Some([only]) => only.as_str().filter(|only| is_account(only)).map(str::to_owned),
        _ => None,
    }
}

/// Whether text is twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether text is spelled as regions are: a variable may be only part of the
/// expression that it stands in, and a plan does not tell.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let (Some(number), true) = (parts.last(), parts.len() >= 3) else { return false };
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.is_empty()
        && parts.iter().take(parts.len() - 1).all(letters)
}

/// The text that the source itself has for an expression: a constant, one that a
/// module is given, or the default of a variable that nothing else is given for.
pub(super) fn literal(plan: &Plan, module: &str, expression: &Json) -> Option<String> {
    let given = |name: &str| {
        let default = default_of(&plan.configuration.root_module, name)?;
        let given = plan.variables.get(name).map(|variable| &variable.value);
        given.is_none_or(|given| given == default).then_some(default)
    };
    follow(plan, module, Some(expression), given).value()
}

/// What an expression in a module tells, through variables.
fn told(plan: &Plan, module: &str, expression: Option<&Json>) -> Told {
    follow(plan, module, expression, |name| {
        let given = plan.variables.get(name).map(|variable| &variable.value);
        given.or_else(|| default_of(&plan.configuration.root_module, name))
    })
}

/// Follows an expression through the variables of modules to a constant, or to
/// what `given` has for a variable of the root.
fn follow<'p>(
    plan: &'p Plan,
    module: &str,
    expression: Option<&'p Json>,
    given: impl Fn(&str) -> Option<&'p Json>,
) -> Told {
    let (mut module, mut expression) = (module.to_owned(), expression);
    let mut path: Vec<String> = Vec::new();
    for _ in 0..MOST_STEPS {
        let Some(written) = expression else { return Told::Nothing };
        if let Some(value) = written.get("constant_value") {
            return within(value, &path);
        }
        let references = written.get("references").and_then(Json::as_array);
        let mut references = references.into_iter().flatten().filter_map(Json::as_str);
        let Some(first) = references.next() else { return Told::Open };
        // Terraform lists `a.b` again after `a.b.c`; anything else is joined to it.
        if references.any(|more| !first.starts_with(more)) {
            return Told::Open;
        }
        let parts = split(first);
        let [kind, name, rest @ ..] = parts.as_slice() else { return Told::Open };
        if kind != "var" {
            return Told::Open;
        }
        path.splice(0..0, rest.iter().cloned());
        if module.is_empty() {
            return given(name).map_or(Told::Open, |value| within(value, &path));
        }
        let (above, call) = parent(&module);
        let above = above.to_owned();
        let Some(call) = module_at(plan, &above).and_then(|one| one.module_calls.get(&call)) else {
            return Told::Open;
        };
        match call.expressions.get(name) {
            Some(inner) => (module, expression) = (above, Some(inner)),
            None => {
                return default_of(&call.module, name)
                    .map_or(Told::Open, |value| within(value, &path));
            }
        }
    }
    Told::Open
}

fn default_of<'p>(module: &'p ConfigModule, name: &str) -> Option<&'p Json> {
    module.variables.get(name).map(|variable| &variable.default)
}

fn module_at<'p>(plan: &'p Plan, address: &str) -> Option<&'p ConfigModule> {
    super::configuration::module_names(address)
        .into_iter()
        .try_fold(&plan.configuration.root_module, |module, name| {
            Some(&module.module_calls.get(&name)?.module)
        })
}

/// The text at a path such as `["x"]`, `y` of a value.
fn within(value: &Json, path: &[String]) -> Told {
    let mut value = value;
    for step in path {
        let key = step.trim_start_matches('[').trim_end_matches(']').trim_matches('"');
        let inner = value.get(key).or_else(|| value.get(key.parse::<usize>().ok()?));
        let Some(inner) = inner else { return Told::Open };
        value = inner;
    }
    match value {
        Json::Null => Told::Nothing,
        Json::String(text) => Told::Value(text.clone()),
        _ => Told::Open,
    }
}

/// What the data sources of each provider have read, by its key.
#[derive(Debug, Default)]
struct Read {
    accounts: BTreeMap<String, String>,
    regions: BTreeMap<String, String>,
}

impl Read {
    fn of(plan: &Plan) -> Self {
        let mut found = Self::default();
        let prior = plan.prior_state.as_ref().and_then(|state| state.values.as_ref());
        for values in
            [prior, plan.planned_values.as_ref(), plan.values.as_ref()].into_iter().flatten()
        {
            found.module(plan, &values.root_module);
        }
        found
    }

    fn module(&mut self, plan: &Plan, module: &Module) {
        for resource in &module.resources {
            let text = |name: &str| resource.values.get(name).and_then(Json::as_str);
            match resource.kind.as_str() {
                "aws_caller_identity" => {
                    if let Some(account) = text("account_id").filter(|text| is_account(text)) {
                        let key = key_of(plan, module, resource, false);
                        self.accounts
                            .entry(key.unwrap_or_default())
                            .or_insert_with(|| account.to_owned());
                    }
                }
                "aws_region" => {
                    let region = text("region").or_else(|| text("name")).or_else(|| text("id"));
                    if let (Some(region), Some(key)) = (
                        region.filter(|text| is_region(text)),
                        key_of(plan, module, resource, true),
                    ) {
                        self.regions.entry(key).or_insert_with(|| region.to_owned());
                    }
                }
                _ => {}
            }
        }
        for child in &module.child_modules {
            self.module(plan, child);
        }
    }
}

/// The key of a data source's provider; none where its source names a region of
/// its own.
fn key_of(
    plan: &Plan,
    module: &Module,
    resource: &PlannedResource,
    of_region: bool,
) -> Option<String> {
    let written = module_at(plan, &module.address)?.resources.iter().find(|one| {
        one.kind == resource.kind && one.name == resource.name && one.mode == resource.mode
    })?;
    let named = |name: &str| written.expressions.get(name).is_some();
    if of_region && (named("name") || named("region") || named("endpoint")) {
        return None;
    }
    Some(written.provider_config_key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_from_parts_of_them() {
        for region in ["eu-west-1", "us-gov-east-1", "us-iso-west-1", "ap-southeast-12"] {
            assert!(is_region(region), "{region}");
        }
        for other in ["eu", "eu-west", "west-1", "EU-WEST-1", "eu-west-1a", "", "eu--1"] {
            assert!(!is_region(other), "{other}");
        }
    }
}
