//! Evaluates policies on a model. The policies give findings; the verdicts are
//! given here, so that none passes over a gap.

mod facts;
mod findings;
mod input;
mod judge;
mod missing;
mod output;
mod prepare;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::facts::Facts;
use self::prepare::Prepared;
use super::bundle::{Bundle, Policy};
use super::metadata::Severity;
use super::profile::Profile;
use super::verdict::{ControlError, Results};
use crate::model::Snapshot;

/// What to evaluate, and how.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `data.profile`.
    pub profile: Profile,
    /// Severities that the configuration changes, by control.
    pub severities: BTreeMap<String, Severity>,
    /// Controls that do not run.
    pub disabled: BTreeSet<String>,
    /// If not empty, the only controls that run.
    pub only: BTreeSet<String>,
}

impl Settings {
    fn runs(&self, control: &str) -> bool {
        !self.disabled.contains(control) && (self.only.is_empty() || self.only.contains(control))
    }
}

/// Evaluates every policy of the bundle that the settings let run. The model
/// must be linked, and its facts derived.
pub fn evaluate(snapshot: &Snapshot, bundle: &Bundle, settings: &Settings) -> Results {
    let policies: Vec<&Policy> =
        bundle.policies.values().filter(|policy| settings.runs(&policy.control.id)).collect();
    let mut results = Results {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        collected_at: snapshot.model.collected_at.clone(),
        targets: Vec::new(),
        controls: policies.iter().map(|policy| policy.control.clone()).collect(),
        verdicts: Vec::new(),
        errors: Vec::new(),
        coverage: snapshot.coverage.iter().cloned().collect(),
        diagnostics: Vec::new(),
        resources: snapshot.model.len(),
    };
    let facts = match Facts::new(snapshot) {
        Ok(facts) => facts,
        Err(error) => {
            let message = error.to_string();
            results.errors.push(ControlError { control: "input".to_owned(), message });
            return results;
        }
    };
    let prepared = match Prepared::new(&policies, &facts, bundle, settings) {
        Ok(prepared) => prepared,
        Err(error) => {
            let message = error.to_string();
            results.errors.push(ControlError { control: "libraries".to_owned(), message });
            return results;
        }
    };
    let judged: Vec<_> = policies
        .par_iter()
        .map(|policy| {
            judge::judge(policy, &prepared, &facts, settings).map_err(|error| ControlError {
                control: policy.control.id.clone(),
                message: error.to_string(),
            })
        })
        .collect();
    // A large account has several hundred thousand verdicts.
    drop(prepared);
    results.verdicts.reserve_exact(judged.iter().flatten().map(Vec::len).sum());
    for outcome in judged {
        match outcome {
            Ok(verdicts) => results.verdicts.extend(verdicts),
            Err(error) => results.errors.push(error),
        }
    }
    results.verdicts.par_sort_unstable_by(|one, other| {
        (one.status, std::cmp::Reverse(one.severity), &one.control, &one.subject).cmp(&(
            other.status,
            std::cmp::Reverse(other.severity),
            &other.control,
            &other.subject,
        ))
    });
    results
}

#[cfg(test)]
mod tests;
