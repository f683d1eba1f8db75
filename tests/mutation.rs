//! For every control that judges templates, a named change to the reference
//! stack that trips it and only what is listed with it, as CloudFormation and
//! as Terraform. The changes stand in `tests/mutations/`, one table for each
//! domain.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stack;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use audit::policy::bundle::Bundle;
use audit::policy::metadata::Control;
use audit::policy::profile::Profile;
use audit::policy::verdict::{Results, Status};
use rayon::prelude::*;
use serde::Deserialize;

use stack::{Source, Verdicts, edit};

/// A named change to the stack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// What is changed, in words.
    change: String,
    /// The controls that fail, and no other; of each source those that judge it.
    #[serde(default)]
    trips: BTreeSet<String>,
    /// Controls that pass on what the change adds.
    #[serde(default)]
    passes: BTreeSet<String>,
    /// The controls that cannot be decided any more, and no other.
    #[serde(default)]
    unknown: BTreeSet<String>,
    /// What the profile says, where it is not the default.
    #[serde(default)]
    profile: Profile,
    /// Paths and values in the template.
    cloudformation: Option<BTreeMap<String, yaml_serde::Value>>,
    /// Paths and values in the plan.
    terraform: Option<BTreeMap<String, yaml_serde::Value>>,
}

/// A change with the domain whose table it stands in, and what comes of it in
/// each source that it concerns.
struct Outcome {
    domain: String,
    change: Change,
    results: [Option<Results>; 2],
}

impl Outcome {
    fn of(&self, source: Source) -> Option<&Results> {
        self.results[source as usize].as_ref()
    }
}

/// All changes, each judged once.
fn outcomes() -> &'static [Outcome] {
    static OUTCOMES: OnceLock<Vec<Outcome>> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let mut all = Vec::new();
        for entry in std::fs::read_dir("tests/mutations").unwrap() {
            let path = entry.unwrap().path();
            let domain = path.file_stem().unwrap().to_string_lossy().into_owned();
            let changes: Vec<Change> =
                yaml_serde::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            all.extend(changes.into_iter().map(|change| (domain.clone(), change)));
        }
        all.sort_by(|one, other| (&one.0, &one.1.change).cmp(&(&other.0, &other.1.change)));
        all.into_par_iter()
            .map(|(domain, change)| {
                let results = Source::ALL.map(|source| after(&change, source));
                Outcome { domain, change, results }
            })
            .collect()
    })
}

/// The verdicts after a change; `None` where it does not concern the source.
fn after(change: &Change, source: Source) -> Option<Results> {
    let edits = match source {
        Source::Cloudformation => change.cloudformation.as_ref()?,
        Source::Terraform => change.terraform.as_ref()?,
    };
    let mut document = source.document();
    for (path, value) in edits {
        match source {
            Source::Cloudformation => edit::template(&mut document, path, value),
            Source::Terraform => edit::plan(&mut document, path, value),
        }
    }
    Some(source.judge(&document, &change.profile))
}

fn judges(control: &Control, source: Source) -> bool {
    control.sources.contains(&source.kind())
}

/// What a change does that it should not, and the other way round.
fn wrong(
    change: &Change,
    source: Source,
    found: &Verdicts,
    base: &Verdicts,
    bundle: &Bundle,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (status, listed) in [(Status::Fail, &change.trips), (Status::Unknown, &change.unknown)] {
        let expected: BTreeSet<&str> = listed
            .iter()
            .map(String::as_str)
            .filter(|id| judges(&bundle.policies[*id].control, source))
            .collect();
        if stack::tripped(found, base, status) != expected {
            let subjects: Vec<_> = found
                .iter()
                .filter(|(key, other)| **other == status && base.get(key) != Some(&status))
                .map(|((control, collection, id), _)| format!("{control} {collection}/{id}"))
                .collect();
            wrong.push(format!("{status:?}: {subjects:?}"));
        }
    }
    let passing = stack::tripped(found, base, Status::Pass);
    let lacking: Vec<_> =
        change.passes.iter().filter(|control| !passing.contains(control.as_str())).collect();
    if !lacking.is_empty() {
        wrong.push(format!("no new pass: {lacking:?}"));
    }
    wrong
}

#[test]
fn a_change_trips_its_control_and_no_other() {
    let (bundle, default) = (Bundle::embedded(), Profile::default());
    for source in Source::ALL {
        let base = stack::verdicts(&source.judge_file(&default));
        let wrong: Vec<String> = outcomes()
            .iter()
            .filter_map(|outcome| {
                let Outcome { domain, change, .. } = outcome;
                let found = stack::verdicts(outcome.of(source)?);
                let own = (change.profile != default)
                    .then(|| stack::verdicts(&source.judge_file(&change.profile)));
                let wrong = wrong(change, source, &found, own.as_ref().unwrap_or(&base), &bundle);
                (!wrong.is_empty())
                    .then(|| format!("{domain}: {} ({source:?}): {wrong:?}", change.change))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// A change is the same change in both sources: of each kind of resource as many
/// fail, and as many become unknown.
#[test]
fn a_change_does_the_same_to_both_sources() {
    let bundle = Bundle::embedded();
    let judged_in_both =
        |id: &String| Source::ALL.iter().all(|s| judges(&bundle.policies[id].control, *s));
    let counted = |results: &Results| {
        let mut counts: BTreeMap<(String, String, Status), usize> = BTreeMap::new();
        for ((control, collection, _), status) in stack::verdicts(results) {
            if status != Status::Pass && judged_in_both(&control) {
                *counts.entry((control, collection, status)).or_default() += 1;
            }
        }
        counts
    };
    let different: Vec<String> = outcomes()
        .iter()
        .filter_map(|outcome| {
            let template = counted(outcome.of(Source::Cloudformation)?);
            let plan = counted(outcome.of(Source::Terraform)?);
            let change = &outcome.change.change;
            (template != plan).then(|| format!("{change}: {template:?}, {plan:?}"))
        })
        .collect();
    assert!(different.is_empty(), "{different:#?}");
}

/// Controls that a change leaves unknown for no other reason than that templates
/// show part of an account: a violation that another template may undo, so
/// that no template alone can fail them.
fn undone_elsewhere(results: &Results) -> BTreeSet<String> {
    results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status == Status::Unknown && !verdict.findings.is_empty())
        .filter(|verdict| {
            verdict.reasons.iter().all(|reason| reason.contains("show only part of an account"))
        })
        .map(|verdict| verdict.control.to_string())
        .collect()
}

/// A control without a change that trips it is not done.
#[test]
fn every_control_that_judges_templates_has_a_change_that_trips_it() {
    let bundle = Bundle::embedded();
    for source in Source::ALL {
        let mut tripped: BTreeSet<String> = BTreeSet::new();
        for outcome in outcomes() {
            let Some(results) = outcome.of(source) else { continue };
            tripped.extend(outcome.change.trips.iter().cloned());
            let undone = undone_elsewhere(results);
            tripped.extend(undone.intersection(&outcome.change.unknown).cloned());
        }
        let missing: Vec<&str> = judging(&bundle, source)
            .filter(|control| !tripped.contains(&control.id))
            .map(|control| control.id.as_str())
            .collect();
        assert!(missing.is_empty(), "no change to the {source:?} stack trips {missing:?}");
    }
}

fn judging(bundle: &Bundle, source: Source) -> impl Iterator<Item = &Control> {
    bundle.policies.values().map(|policy| &policy.control).filter(move |c| judges(c, source))
}

/// What the stack lacks, a change adds: so every control is seen to pass.
#[test]
fn every_control_that_judges_templates_passes_somewhere() {
    let bundle = Bundle::embedded();
    for source in Source::ALL {
        let base = stack::verdicts(&source.judge_file(&Profile::default()));
        let none = Verdicts::new();
        let mut passing = stack::tripped(&base, &none, Status::Pass);
        passing.extend(
            outcomes()
                .iter()
                .filter(|outcome| outcome.of(source).is_some())
                .flat_map(|outcome| outcome.change.passes.iter().map(String::as_str)),
        );
        let missing: Vec<&str> = judging(&bundle, source)
            .map(|control| control.id.as_str())
            .filter(|id| !passing.contains(id))
            .collect();
        assert!(missing.is_empty(), "nothing in {source:?} passes {missing:?}");
    }
}

#[test]
fn a_domains_table_is_about_the_controls_of_that_domain() {
    let bundle = Bundle::embedded();
    for Outcome { domain, change, .. } in outcomes() {
        let named = change.trips.iter().chain(&change.passes).chain(&change.unknown);
        let folders: BTreeSet<&str> = named
            .map(|id| {
                let file = bundle.policies.get(id).map(|policy| policy.control.file.as_str());
                assert!(file.is_some(), "{}: {id} is no control", change.change);
                file.and_then(|file| file.split('/').next()).unwrap_or_default()
            })
            .collect();
        assert!(folders.contains(domain.as_str()), "{domain}: {}", change.change);
    }
}

/// The edits work on the template with its functions in full, so that has to be
/// the same template.
#[test]
fn a_template_with_its_functions_in_full_has_the_same_verdicts() {
    let (source, profile) = (Source::Cloudformation, Profile::default());
    let document = stack::verdicts(&source.judge(&source.document(), &profile));
    assert_eq!(document, stack::verdicts(&source.judge_file(&profile)));
}
