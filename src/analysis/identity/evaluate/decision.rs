//! What an evaluation comes to, with what decides it.

use super::formula::Formula;
use super::policy::{Place, Shared};
use super::statement::Miss;
use crate::model::{Effect, Span, StatementRef};

/// A kind of policy, in the order in which AWS takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    /// A service control policy of the principal's account.
    ServiceControl,
    /// A resource control policy of the resource's account.
    ResourceControl,
    /// The policy of the VPC endpoint.
    Endpoint,
    /// S3 Block Public Access, of the bucket or its owner's account.
    PublicAccessBlock,
    /// The resource's policy: bucket, key, queue, trust policy.
    Resource,
    /// The principal's own policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// What AWS itself lets nobody change.
    AwsOwned,
}

impl LayerKind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceControl => "service-control-policy",
            Self::ResourceControl => "resource-control-policy",
            Self::Endpoint => "vpc-endpoint-policy",
            Self::PublicAccessBlock => "s3-block-public-access",
            Self::Resource => "resource-policy",
            Self::Identity => "identity-policy",
            Self::Boundary => "permissions-boundary",
            Self::Session => "session-policy",
            Self::AwsOwned => "aws-owned",
        }
    }

    /// Its name in sentences, with its article.
    pub fn with_article(self) -> String {
        let words = self.words();
        format!("{} {words}", if words.starts_with(['i', 'I']) { "an" } else { "a" })
    }

    /// Its name in lists.
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
            Self::PublicAccessBlock => "block of public access",
            Self::Resource => "resource policy",
            Self::Identity => "identity policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::AwsOwned => "rule of AWS",
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Whatever is not known.
    Allowed,
    /// Whatever is not known.
    Denied {
        /// Whether a statement denies it; otherwise none allows it.
        explicit: bool,
        /// The kind of policy that denies it, or in which an Allow is missing.
        layer: LayerKind,
    },
    /// It is allowed if the formula holds, and denied if not.
    Conditional(Formula),
}

impl Outcome {
    /// `allowed`, `denied` or `conditional`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied { .. } => "denied",
            Self::Conditional(_) => "conditional",
        }
    }

    /// Whether it may be allowed.
    pub fn may_be_allowed(&self) -> bool {
        !matches!(self, Self::Denied { .. })
    }
}

/// A statement that has a part in a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciding {
    /// Which kind of policy it stands in.
    pub layer: LayerKind,
    /// The policy.
    pub policy: Shared,
    /// Its number in the policy, from 0.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// On what it depends that it is about the request.
    pub when: Formula,
    /// For a statement that comes near, which element keeps it off.
    pub miss: Option<Miss>,
}

impl Deciding {
    /// Where it stands in the model.
    pub fn reference(&self) -> Option<StatementRef> {
        match &self.policy.place {
            // One of AWS's stands nowhere; its name does.
            Place::Model(document) if document.path.starts_with("/attached_policies/") => {
                Some(document.clone())
            }
            Place::Model(document) => Some(StatementRef {
                path: format!("{}/statements/{}", document.path, self.index),
                ..document.clone()
            }),
            _ => None,
        }
    }

    /// Where it stands in a policy file.
    pub fn span(&self) -> Option<&Span> {
        match &self.policy.place {
            Place::File(spans) => spans.get(self.index),
            _ => None,
        }
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// Why, in one sentence.
    pub reason: String,
    /// The statements that decide it, in the order of their layers.
    pub statements: Vec<Deciding>,
    /// Where it is denied for want of an Allow: Allow statements about the
    /// action that another element keeps off.
    pub near: Vec<Deciding>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}
