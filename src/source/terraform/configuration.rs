//! References of the source, so that an id which is known only after apply
//! still names the resource it will be of.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;

use super::instance::Instance;
use super::plan::{ConfigModule, ConfigResource, Plan};
use super::provider::{self, Deployment, Providers};

/// How many modules a reference may pass through.
const MOST_STEPS: usize = 32;

/// What references can be followed through.
pub(super) struct Scope<'p> {
    plan: &'p Plan,
    root: &'p ConfigModule,
    providers: &'p Providers,
    /// Whether a provider adds tags of its own.
    pub(super) default_tags: bool,
    /// Instances by module instance, type and name.
    by_name: HashMap<(&'p str, &'p str, &'p str), Vec<&'p Instance<'p>>>,
}

/// A resource instance that an expression names, with the attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// The instance's address.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// The attribute.
    pub attribute: String,
}

/// What an expression refers to.
#[derive(Debug, Default)]
pub(super) struct Referred {
    /// The resource instances that it names.
    pub named: Vec<Named>,
    /// The first reference that may bring in something else, such as a local,
    /// whose expression no plan tells.
    pub rest: Option<String>,
}

impl Referred {
    fn other(&mut self, reference: &str) {
        self.rest.get_or_insert_with(|| reference.to_owned());
    }
}

impl<'p> Scope<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        instances: &'p [Instance<'p>],
        providers: &'p Providers,
    ) -> Self {
        let mut by_name: HashMap<_, Vec<&Instance<'_>>> = HashMap::new();
        for instance in instances {
            by_name
                .entry((instance.module, instance.kind, instance.name))
                .or_default()
                .push(instance);
        }
        let default_tags = plan
            .configuration
            .provider_config
            .values()
            .any(|provider| provider.expressions.get("default_tags").is_some());
        Self { plan, root: &plan.configuration.root_module, providers, default_tags, by_name }
    }

    /// What the source says of an instance.
    pub(super) fn resource(&self, instance: &Instance<'_>) -> Option<&'p ConfigResource> {
        let mode = if instance.managed { "managed" } else { "data" };
        self.module(instance.module)?.resources.iter().find(|resource| {
            resource.kind == instance.kind
                && resource.name == instance.name
                && (resource.mode == mode || resource.mode.is_empty())
        })
    }

    /// Where an instance's provider works.
    pub(super) fn deployment(&self, instance: &Instance<'_>) -> Deployment {
        let key = self.resource(instance).map(|resource| resource.provider_config_key.as_str());
        self.providers.of(key.unwrap_or_default())
    }

    /// The text that the source itself has for an expression of `instance`.
    pub(super) fn literal(&self, expression: &Json, instance: &Instance<'_>) -> Option<String> {
        provider::literal(self.plan, instance.module, expression)
    }

    /// Whether the plan tells what the source says: a state does not.
    pub(super) fn has_source(&self) -> bool {
        self.root.is_told()
    }

    /// The module that a module instance is of.
    pub(super) fn module(&self, address: &str) -> Option<&'p ConfigModule> {
        module_names(address)
            .into_iter()
            .try_fold(self.root, |module, name| Some(&module.module_calls.get(&name)?.module))
    }

    /// What an expression of `instance` refers to.
    pub(super) fn referred(&self, expression: &Json, instance: &Instance<'_>) -> Referred {
        let mut found = Referred::default();
        self.follow(expression, instance.module, instance.index, 0, &mut found);
        let mut seen = BTreeSet::new();
        found.named.retain(|named| seen.insert(named.clone()));
        found
    }

    fn follow(
        &self,
        expression: &Json,
        module: &str,
        index: Option<&Json>,
        steps: usize,
        found: &mut Referred,
    ) {
        if steps > MOST_STEPS {
            return found.other("var");
        }
        if expression.get("constant_value").is_some_and(brings_in) {
            found.other("constant_value");
        }
        let references: Vec<&str> = expression
            .get("references")
            .and_then(Json::as_array)
            .map(|items| items.iter().filter_map(Json::as_str).collect())
            .unwrap_or_default();
        // Terraform lists `a.b` again after `a.b.c`.
        let is_prefix = |position: usize, reference: &str| {
            references.iter().take(position).any(|longer| {
                longer.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        };
        // `a.b[each.key].c` is listed as `a.b` and `each.key`.
        let is_indexed = references.iter().enumerate().any(|(position, reference)| {
            let bare = split(reference).len() == 2 && !is_of_language(reference);
            bare && !is_prefix(position, reference)
        });
        for (position, reference) in references.iter().enumerate() {
            let is_index = reference.starts_with("each.") || reference.starts_with("count.");
            if is_prefix(position, reference) || (is_index && is_indexed) {
                continue;
            }
            self.reference(reference, module, index, steps, found);
        }
    }

    fn reference(
        &self,
        reference: &str,
        module: &str,
        index: Option<&Json>,
        steps: usize,
        found: &mut Referred,
    ) {
        let parts = split(reference);
        let part = |position: usize| parts.get(position).map(String::as_str).unwrap_or_default();
        match part(0) {
            "var" => {
                let (above, call) = parent(module);
                let expressions = self
                    .module(above)
                    .and_then(|module| module.module_calls.get(&call))
                    .map(|call| &call.expressions);
                if let Some(expression) = expressions.and_then(|all| all.get(part(1))) {
                    // There, `each` and `count` are the module's.
                    let index = module_key(module);
                    self.follow(expression, above, index.as_ref(), steps + 1, found);
                } else if self.value_of(module, part(1)).is_none_or(brings_in) {
                    found.other(reference);
                }
            }
            "module" => {
                let name = part(1);
                let child =
                    child_address(module, name, parts.get(2).filter(|p| p.starts_with('[')));
                let output = parts.iter().skip(2).find(|part| !part.starts_with('['));
                let called = self.module(module).and_then(|m| m.module_calls.get(name));
                let expression = output
                    .and_then(|output| called?.module.outputs.get(output))
                    .map(|output| &output.expression);
                match expression {
                    Some(expression) => self.follow(expression, &child, None, steps + 1, found),
                    None => found.other(reference),
                }
            }
            _ if is_of_language(reference) => found.other(reference),
            kind => {
                let key = parts.get(2).filter(|part| part.starts_with('['));
                let attribute = parts
                    .iter()
                    .skip(2)
                    .find(|part| !part.starts_with('['))
                    .map_or("id", String::as_str);
                let instances = self.instances(module, kind, part(1), key, index);
                if instances.is_empty() {
                    found.other(reference);
                }
                for address in instances {
                    found.named.push(Named {
                        address,
                        kind: kind.to_owned(),
                        attribute: attribute.to_owned(),
                    });
                }
            }
        }
    }

    /// The value of a variable that no module call sets.
    fn value_of(&self, module: &str, name: &str) -> Option<&'p Json> {
        let given = module.is_empty().then(|| self.plan.variables.get(name)).flatten();
        let default = || Some(&self.module(module)?.variables.get(name)?.default);
        given.map(|variable| &variable.value).or_else(default)
    }

    /// The instances that a name means: the one whose key is written, the one
    /// with the referring instance's own key, or all.
    fn instances(
        &self,
        module: &str,
        kind: &str,
        name: &str,
        key: Option<&String>,
        index: Option<&Json>,
    ) -> Vec<String> {
        let Some(all) = self.by_name.get(&(module, kind, name)) else { return Vec::new() };
        let written = key.map(|key| key.trim_matches(['[', ']']).to_owned());
        let chosen = |wanted: &Json| -> Vec<String> {
            all.iter()
                .filter(|instance| instance.index == Some(wanted))
                .map(|instance| instance.address.to_owned())
                .collect()
        };
        if let Some(written) = written.and_then(|text| serde_json::from_str(&text).ok()) {
            let exact = chosen(&written);
            if !exact.is_empty() {
                return exact;
            }
        }
        if let Some(index) = index {
            let same = chosen(index);
            if !same.is_empty() {
                return same;
            }
        }
        all.iter().map(|instance| instance.address.to_owned()).collect()
    }
}

/// Whether a reference is to what Terraform's language has beside resources.
fn is_of_language(reference: &str) -> bool {
    let first = reference.split(['.', '[']).next().unwrap_or_default();
    ["local", "each", "count", "path", "terraform", "self", "data", "var", "module", ""]
        .contains(&first)
}

/// Whether a value may add an item to a list of names: a switch or a number
/// does not.
fn brings_in(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
    }
}

/// The key of a module instance: `"x"` of `module.a["x"]`.
fn module_key(address: &str) -> Option<Json> {
    let last = split(address).pop()?;
    let key = last.strip_prefix('[')?.strip_suffix(']')?;
    serde_json::from_str(key).ok()
}

/// `a.b["x.y"].c` as `a`, `b`, `["x.y"]`, `c`.
pub(super) fn split(reference: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted) = (0, false);
    for c in reference.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => {
                if depth == 0 {
                    parts.push(String::new());
                }
                depth += 1;
            }
            ']' if !quoted => depth -= 1,
            '.' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The names of the calls in a module address, without keys.
pub(super) fn module_names(address: &str) -> Vec<String> {
    split(address)
        .into_iter()
        .filter(|part| !part.starts_with('['))
        .filter(|part| part != "module")
        .collect()
}

/// The module instance above, and the name of the call.
pub(super) fn parent(address: &str) -> (&str, String) {
    let name = module_names(address).pop().unwrap_or_default();
    let call = format!("module.{name}");
    let cut = address.rfind(&call).unwrap_or(0);
    (address.get(..cut).unwrap_or_default().trim_end_matches('.'), name)
}

fn child_address(module: &str, name: &str, key: Option<&String>) -> String {
    let key = key.map(String::as_str).unwrap_or_default();
    if module.is_empty() {
        format!("module.{name}{key}")
    } else {
        format!("{module}.module.{name}{key}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_at_dots_outside_keys() {
        assert_eq!(split("module.a[\"x.y\"].b"), ["module", "a", "[\"x.y\"]", "b"]);
        assert_eq!(parent("module.a[0].module.b"), ("module.a[0]", "b".to_owned()));
        assert_eq!(parent("module.a"), ("", "a".to_owned()));
        assert_eq!(module_names("module.a[\"x.y\"].module.b[0]"), ["a", "b"]);
        assert_eq!(module_key("module.a[\"x.y\"]"), Some("x.y".into()));
        assert_eq!(module_key("module.a[0].module.b"), None);
    }
}
