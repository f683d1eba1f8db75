//! What a policy says of itself, in its `# METADATA` annotations.
//!
//! Source: the OPA documentation, "Annotations".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Origin;

/// How much a failure matters.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hardening.
    Low,
    /// A weakness.
    Medium,
    /// A breach of the architecture that can be used.
    High,
    /// Open to anyone, or no record of it.
    Critical,
}

impl Severity {
    /// The lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A source that a control can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A live account.
    Live,
    /// CloudFormation templates, CDK output among them.
    Cloudformation,
    /// Terraform plans and states.
    Terraform,
    /// Kubernetes manifests.
    Kubernetes,
}

impl SourceKind {
    /// The kind of source that something with this origin was read from.
    pub fn of(origin: &Origin) -> Self {
        match origin {
            Origin::File { .. } => Self::Cloudformation,
            Origin::Plan { .. } => Self::Terraform,
            Origin::Api { .. } => Self::Live,
        }
    }
}

/// What to do about a failure, by where one would do it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// In words, one or two sentences.
    pub summary: String,
    /// A CloudFormation snippet.
    pub cloudformation: Option<String>,
    /// A Terraform snippet.
    pub terraform: Option<String>,
    /// AWS CLI commands.
    pub cli: Option<String>,
}

/// A control: the metadata of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The stable id, such as `rds-private`.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why it matters, two or three sentences.
    pub description: String,
    /// How much a failure matters; the profile may change it.
    pub severity: Severity,
    /// What gets a verdict: collections (`rds_instances`), or a list inside
    /// their resources (`ecs_task_definitions.containers`).
    pub subject: Vec<String>,
    /// The sources it judges.
    pub sources: Vec<SourceKind>,
    /// Attributes that a verdict rests on, such as `subnets.public`; lists in
    /// between are not named (`security_groups.ingress.cidr_ipv4`).
    pub requires: Vec<String>,
    /// Sections of the reference architecture; `+` for implied hardening.
    pub architecture: Vec<String>,
    /// What to do.
    pub remediation: Remediation,
    /// Requirements of frameworks that it maps to, by framework id.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Documentation pages.
    pub related_resources: Vec<String>,
    /// The Rego package, such as `audit.rds_private`.
    pub package: String,
    /// The folder under `policies/`, or the user's file.
    pub file: String,
}
