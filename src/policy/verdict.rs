//! What an evaluation yields: for each control and subject one verdict.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::metadata::{Control, Severity};
use crate::diagnostic::Diagnostic;
use crate::model::{Coverage, Origin};

/// The verdict on one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Violated, on known facts.
    Fail,
    /// Not decidable: facts are missing.
    Unknown,
    /// Proven.
    Pass,
}

impl Status {
    /// In the order of reports.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Unknown, Self::Pass];
}

/// The thing that has a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Subject {
    /// The collection.
    pub collection: String,
    /// The key in it; empty where the collection itself could not be listed.
    pub id: String,
    /// JSON pointer of the part, such as `/containers/0`; empty for the whole.
    pub path: String,
    /// The CloudFormation type name.
    pub resource_type: String,
    /// The name that people use for it.
    pub name: String,
    /// The ARN, where known.
    pub arn: Option<String>,
    /// The account, where known.
    pub account: Option<String>,
    /// The region, where known.
    pub region: Option<String>,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// A fact that a finding rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The collection.
    pub collection: String,
    /// The key; null where the fact is that no such resource exists.
    pub id: Option<String>,
    /// JSON pointer of the attribute.
    pub path: String,
    /// The value seen, from the model.
    pub value: Option<serde_json::Value>,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// One hop of a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FlowHop {
    /// The resource, `collection/id`; null for the internet or an address range.
    pub resource: Option<String>,
    /// The rule, route or statement in it, as a JSON pointer.
    pub path: Option<String>,
    /// In words.
    pub description: String,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// A path through the network, or through permissions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flow {
    /// What the path shows, such as `internet → orders:3306/tcp`.
    pub label: String,
    /// Its hops in order.
    pub hops: Vec<FlowHop>,
}

/// One violation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// What is wrong, with the values seen.
    pub message: String,
    /// The facts it rests on, the main one first.
    pub evidence: Vec<Evidence>,
    /// Paths that show it.
    pub flows: Vec<Flow>,
}

impl Finding {
    /// What tells it from other violations of the same verdict, the same from
    /// run to run: the fact that it rests on first of all, wherever in a list
    /// that stands.
    pub fn key(&self) -> String {
        let Some(main) = self.evidence.first() else { return self.message.clone() };
        let is_position = |step: &str| !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit());
        let path: Vec<&str> =
            main.path.split('/').map(|step| if is_position(step) { "*" } else { step }).collect();
        let id = main.id.as_deref().unwrap_or_default();
        let value = main.value.as_ref().map(ToString::to_string).unwrap_or_default();
        [&main.collection, id, &path.join("/"), &value].join("\0")
    }
}

/// A waiver that applies to a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AppliedWaiver {
    /// Why.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// Where it was written.
    pub origin: Option<Origin>,
}

/// The verdict of one control on one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verdict {
    /// The control's id.
    pub control: Arc<str>,
    /// With the profile's changes.
    pub severity: Severity,
    /// What was judged; shared by the verdicts of all controls on it.
    pub subject: Arc<Subject>,
    /// The verdict.
    pub status: Status,
    /// Violations on known facts of a failure, or those that rest on a gap of
    /// an unknown.
    pub findings: Vec<Finding>,
    /// Why it is unknown, sorted; empty for the others.
    pub reasons: Vec<String>,
    /// The waiver that covers a failure or unknown.
    pub waiver: Option<Box<AppliedWaiver>>,
    /// Stable across runs and unrelated edits.
    pub fingerprint: Fingerprint,
}

/// Numbers of verdicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Proven.
    pub pass: usize,
    /// Violated and not waived.
    pub fail: usize,
    /// Undecidable and not waived.
    pub unknown: usize,
    /// Violated or undecidable, and waived.
    pub waived: usize,
}

/// A control that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ControlError {
    /// The control's id.
    pub control: String,
    /// Why, with file and line where known.
    pub message: String,
}

/// All that a run found: what every report is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Results {
    /// The program's version.
    pub tool_version: String,
    /// When the facts were read, RFC 3339.
    pub collected_at: String,
    /// What was scanned, as given: paths, or `account 123456789012`.
    pub targets: Vec<String>,
    /// The controls that ran, by id.
    pub controls: Vec<Control>,
    /// All verdicts: failures first, then by severity, control and subject.
    pub verdicts: Vec<Verdict>,
    /// Controls that could not be evaluated.
    pub errors: Vec<ControlError>,
    /// What was read, and what was not.
    pub coverage: Vec<Coverage>,
    /// What went wrong on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// How many resources the model has.
    pub resources: usize,
}

impl Results {
    /// Counts the verdicts.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for verdict in &self.verdicts {
            match (verdict.status, &verdict.waiver) {
                (Status::Pass, _) => counts.pass += 1,
                (_, Some(_)) => counts.waived += 1,
                (Status::Fail, None) => counts.fail += 1,
                (Status::Unknown, None) => counts.unknown += 1,
            }
        }
        counts
    }

    /// The control with this id.
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls
            .binary_search_by(|control| control.id.as_str().cmp(id))
            .ok()
            .and_then(|index| self.controls.get(index))
    }
}
