//! Makes interpreters ready for the policies of a run.
//!
//! What the engine asks of a policy, it asks through one rule, so that what
//! several of its rules rest on is evaluated once.

use std::collections::HashMap;

use rayon::prelude::*;
use regorus::Value;
use serde::Serialize;

use super::Settings;
use super::facts::Facts;
use super::judge::collection_of;
use super::missing::{Dependencies, Requirements};
use crate::policy::bundle::{Bundle, Module, Policy};
use crate::policy::engine::{EngineError, Interpreter};
use crate::policy::profile::Profile;

/// An interpreter for each policy that has subjects. Bundled policies share a
/// few; a user's policy has its own, so that one that cannot be analysed fails
/// alone.
pub struct Prepared {
    interpreters: Vec<Result<Interpreter, EngineError>>,
    of_controls: HashMap<String, usize>,
}

impl Prepared {
    /// Prepares `policies`, as many at a time as there are threads.
    ///
    /// # Errors
    ///
    /// Where the shared modules do not parse.
    pub fn new(
        policies: &[&Policy],
        facts: &Facts<'_>,
        bundle: &Bundle,
        settings: &Settings,
    ) -> Result<Self, EngineError> {
        let base = base(facts, bundle, settings)?;
        let has_subjects = |policy: &&&Policy| {
            let mut collections = policy.control.subject.iter().map(|name| collection_of(name));
            collections.any(|name| !facts.snapshot.model.ids(name).is_empty())
        };
        let (own, bundled): (Vec<&Policy>, Vec<&Policy>) = policies
            .iter()
            .filter(has_subjects)
            .copied()
            .partition(|policy| bundle.user_files.contains(&policy.module.file));
        let share = bundled.len().div_ceil(rayon::current_num_threads()).max(1);
        let groups: Vec<&[&Policy]> = bundled.chunks(share).chain(own.chunks(1)).collect();
        let of_controls = groups
            .iter()
            .enumerate()
            .flat_map(|(index, group)| {
                group.iter().map(move |policy| (policy.control.id.clone(), index))
            })
            .collect();
        let interpreters = groups.into_par_iter().map(|group| ready(&base, group, facts)).collect();
        Ok(Self { interpreters, of_controls })
    }

    /// An interpreter that knows the policy.
    ///
    /// # Errors
    ///
    /// Where the policy, or the shared modules with it, cannot be analysed.
    pub fn interpreter(&self, policy: &Policy) -> Result<Interpreter, EngineError> {
        let index = self.of_controls.get(&policy.control.id);
        match index.and_then(|index| self.interpreters.get(*index)) {
            Some(found) => found.clone(),
            None => Err(EngineError::unprepared(&policy.control.id)),
        }
    }
}

/// The path of the rule that holds what the engine asks of a policy.
pub fn answers(policy: &Policy) -> String {
    format!("data.{ANSWERS}.{}.all", policy.control.package)
}

/// The package below which the engine's own modules stand.
const ANSWERS: &str = "audit.lib.answers";

fn ready(
    base: &Interpreter,
    group: &[&Policy],
    facts: &Facts<'_>,
) -> Result<Interpreter, EngineError> {
    let policies = base.with(group.iter().map(|policy| &policy.module))?;
    let asking = group
        .iter()
        .map(|policy| asking(policy, &policies, facts))
        .collect::<Result<Vec<Module>, EngineError>>()?;
    policies.with(&asking)?.analysed()
}

/// The module whose one rule asks for all of a policy's answers that matter.
fn asking(
    policy: &Policy,
    policies: &Interpreter,
    facts: &Facts<'_>,
) -> Result<Module, EngineError> {
    let package = &policy.control.package;
    // Without `deny` the answers are not defined, so nothing passes.
    let mut members = vec![format!("\"deny\": data.{package}.deny")];
    let is_open =
        Requirements::new(&policy.control, Dependencies::new(), facts).asks_for_dependencies();
    let optional: &[&str] = if is_open { &["applicable", "depends"] } else { &["applicable"] };
    for name in optional {
        if policies.declares(&policy.module, name)? {
            members.push(format!("\"{name}\": data.{package}.{name}"));
        }
    }
    Ok(Module {
        file: format!("{}#answers", policy.module.file),
        text: format!("package {ANSWERS}.{package}\n\nall := {{{}}}\n", members.join(", ")),
    })
}

/// An interpreter with what all policies share.
fn base(
    facts: &Facts<'_>,
    bundle: &Bundle,
    settings: &Settings,
) -> Result<Interpreter, EngineError> {
    #[derive(Serialize)]
    struct Data<'a> {
        profile: &'a Profile,
    }
    let data = serde_json::to_value(Data { profile: &settings.profile }).unwrap_or_default();
    let mut interpreter = Interpreter::new(&bundle.libraries, Value::from(data))?;
    interpreter.set_input(facts.value.clone());
    Ok(interpreter)
}
