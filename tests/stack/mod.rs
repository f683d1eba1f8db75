//! The reference stack as documents that a test may edit, and its verdicts.

#![allow(clippy::unwrap_used, clippy::panic, dead_code, reason = "a test fails by panicking")]

pub mod edit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use audit::analysis;
use audit::diagnostic::{Diagnostic, Level};
use audit::model::{Snapshot, link};
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::policy::metadata::SourceKind;
use audit::policy::profile::Profile;
use audit::policy::verdict::{Results, Status};
use audit::source::{Loaded, TemplateOptions, TextFile, cloudformation, terraform};
use serde_json::Value as Json;

pub const TEMPLATE: &str = "stack-reference/cloudformation/orders.yaml";
pub const PLAN: &str = "stack-reference/terraform/plan.json";

/// The sources that describe the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Cloudformation,
    Terraform,
}

impl Source {
    pub const ALL: [Self; 2] = [Self::Cloudformation, Self::Terraform];

    /// As a control's metadata name it.
    pub fn kind(self) -> SourceKind {
        match self {
            Self::Cloudformation => SourceKind::Cloudformation,
            Self::Terraform => SourceKind::Terraform,
        }
    }

    /// The stack as this source writes it; a template with its functions in
    /// full, so that it is plain JSON.
    pub fn document(self) -> Json {
        match self {
            Self::Cloudformation => {
                let text = std::fs::read_to_string(TEMPLATE).unwrap();
                edit::plain(&yaml_serde::from_str(&text).unwrap())
            }
            Self::Terraform => {
                serde_json::from_str(&std::fs::read_to_string(PLAN).unwrap()).unwrap()
            }
        }
    }

    /// The verdicts on a document.
    pub fn judge(self, document: &Json, profile: &Profile) -> Results {
        self.judge_text(document.to_string(), profile)
    }

    /// The verdicts on the stack's own file.
    pub fn judge_file(self, profile: &Profile) -> Results {
        let path = match self {
            Self::Cloudformation => TEMPLATE,
            Self::Terraform => PLAN,
        };
        self.judge_text(std::fs::read_to_string(path).unwrap(), profile)
    }

    fn judge_text(self, text: String, profile: &Profile) -> Results {
        let loaded = self.read(text);
        assert!(loaded.diagnostics.iter().all(is_note), "{:#?}", loaded.diagnostics);
        judged(loaded, profile)
    }

    /// The verdicts on a document of which something cannot be read.
    pub fn judge_in_part(self, document: &Json, profile: &Profile) -> Results {
        let loaded = self.read(document.to_string());
        assert!(!loaded.diagnostics.iter().all(is_note));
        judged(loaded, profile)
    }

    /// The model of a document, as it was read.
    pub fn snapshot(self, document: &Json) -> Snapshot {
        let mut snapshot = self.read(document.to_string()).snapshot;
        snapshot.model.collected_at = "2026-11-23T00:00:00Z".to_owned();
        snapshot
    }

    fn read(self, text: String) -> Loaded {
        // The plan names its account; a template is told.
        let options = TemplateOptions {
            account: Some("111122223333".to_owned()),
            region: Some("eu-west-1".to_owned()),
            ..TemplateOptions::default()
        };
        let file =
            |path: &str| TextFile { name: path.into(), path: Path::new(path).to_path_buf(), text };
        match self {
            Self::Cloudformation => cloudformation::read(&[file(TEMPLATE)], &options),
            Self::Terraform => terraform::read(&file(PLAN), &options),
        }
    }
}

/// Of types that no control judges, a note tells.
fn is_note(diagnostic: &Diagnostic) -> bool {
    diagnostic.level == Level::Note
}

/// What the analysis takes from a profile.
fn options(profile: &Profile) -> analysis::Options {
    let tag = &profile.bastion_tag;
    analysis::Options {
        network: analysis::network::Options {
            bastion_tag: (tag.key.clone(), tag.value.clone()),
            admin_cidrs: profile.admin_cidrs.clone(),
        },
    }
}

fn judged(mut loaded: Loaded, profile: &Profile) -> Results {
    loaded.snapshot.model.collected_at = "2026-11-23T00:00:00Z".to_owned();
    link::link(&mut loaded.snapshot);
    analysis::derive_with(&mut loaded.snapshot, &options(profile));
    let settings = Settings { profile: profile.clone(), ..Settings::default() };
    let results = evaluate(&loaded.snapshot, &Bundle::embedded(), &settings);
    assert_eq!(results.errors, []);
    results
}

/// The status of each control on each subject.
pub type Verdicts = BTreeMap<(String, String, String), Status>;

/// Statuses by control, collection and subject (its id and the part judged).
pub fn verdicts(results: &Results) -> Verdicts {
    results
        .verdicts
        .iter()
        .map(|verdict| {
            let subject = &verdict.subject;
            let named = format!("{}{}", subject.id, subject.path);
            ((verdict.control.to_string(), subject.collection.clone(), named), verdict.status)
        })
        .collect()
}

/// The controls with a verdict of this status that `base` does not have.
pub fn tripped<'v>(found: &'v Verdicts, base: &Verdicts, status: Status) -> BTreeSet<&'v str> {
    found
        .iter()
        .filter(|(key, other)| **other == status && base.get(key) != Some(&status))
        .map(|((control, ..), _)| control.as_str())
        .collect()
}
