//! Evaluates policies on a model. The policies give findings; the verdicts are
//! given here, so that none passes over a gap.

mod facts;
mod findings;
mod input;
mod judge;
mod missing;
mod output;
mod prepare;
mod subjects;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::facts::Facts;
use self::prepare::Prepared;
use super::bundle::{Bundle, Policy};
use super::metadata::Severity;
use super::profile::Profile;
use super::verdict::{ControlError, Results, Status, Verdict};
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
    // One after the other, not in halves, so that no thread has a long one left
    // when the others are done.
    let judged: Vec<_> = by_weight(&policies, snapshot)
        .into_iter()
        .par_bridge()
        .map(|policy| {
            let outcome = judge::judge(policy, &prepared, &facts, settings).map(by_status);
            (policy, outcome)
        })
        .collect();
    let mut of_controls = Vec::new();
    for (policy, outcome) in judged {
        let control = policy.control.id.clone();
        match outcome {
            Ok(verdicts) => {
                let severity = Reverse(judge::severity(&policy.control, settings));
                of_controls.push(((severity, control), verdicts));
            }
            Err(error) => {
                results.errors.push(ControlError { control, message: error.to_string() });
            }
        }
    }
    results.errors.sort_by(|one, other| one.control.cmp(&other.control));
    // To free the model of a large account takes a while too.
    (results.verdicts, ()) = rayon::join(|| in_order(of_controls), || drop((prepared, facts)));
    results
}

/// The policies, those first that look at the most resources.
fn by_weight<'p>(policies: &[&'p Policy], snapshot: &Snapshot) -> Vec<&'p Policy> {
    let weight = |policy: &&Policy| {
        let named = policy.control.requires.iter().chain(&policy.control.subject);
        let collections: BTreeSet<&str> = named.map(|name| judge::collection_of(name)).collect();
        Reverse(collections.into_iter().map(|name| snapshot.model.ids(name).len()).sum::<usize>())
    };
    let mut policies = policies.to_vec();
    policies.sort_by_cached_key(weight);
    policies
}

/// The verdicts of a control, in order, by status as in [`Status::ALL`].
type ByStatus = [Vec<Verdict>; Status::ALL.len()];

fn by_status(mut verdicts: Vec<Verdict>) -> ByStatus {
    verdicts.sort_by(|one, other| (one.status, &one.subject).cmp(&(other.status, &other.subject)));
    Status::ALL.map(|status| {
        let end = verdicts.partition_point(|verdict| verdict.status <= status);
        match end == verdicts.len() {
            true => std::mem::take(&mut verdicts),
            false => verdicts.drain(..end).collect(),
        }
    })
}

/// What the verdicts of a control are sorted by, beside their status.
type Rank = (Reverse<Severity>, String);

/// The verdicts of all controls by status, severity and control. A large account
/// has several hundred thousand, so what is taken over is freed at once.
fn in_order(mut of_controls: Vec<(Rank, ByStatus)>) -> Vec<Verdict> {
    of_controls.sort_by(|(one, _), (other, _)| one.cmp(other));
    let lists = || of_controls.iter().flat_map(|(_, by_status)| by_status);
    let mut verdicts = Vec::with_capacity(lists().map(Vec::len).sum());
    for status in 0..Status::ALL.len() {
        for (_, by_status) in &mut of_controls {
            verdicts.extend(by_status.get_mut(status).map(std::mem::take).unwrap_or_default());
        }
    }
    verdicts
}

#[cfg(test)]
mod tests;
