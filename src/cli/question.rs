//! A question about permissions, as it is typed or stands on a line of a
//! batch: who, what, on what, in which context, under which policies.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::analysis::identity::evaluate::{Context, Outcome, Value};

/// A question. Policies may be given here, and then need no model.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// Given back with the answer.
    pub id: Option<Json>,
    /// Who: an ARN, an account, a service, `anonymous`, or a name of the model.
    pub principal: String,
    /// What: an action, which may have wildcards.
    pub action: String,
    /// On what: an ARN, `*`, or a name of the model.
    pub resource: Option<String>,
    /// Condition keys: a string, number, boolean, list of such, or null for a
    /// key that is absent.
    pub context: BTreeMap<String, Json>,
    /// Whether keys that `context` does not mention are absent; otherwise they
    /// are not known.
    pub context_complete: bool,
    /// Keys that are not known though the context is complete.
    pub unknown_keys: Vec<String>,
    /// The account of a principal that is given by name.
    pub principal_account: Option<String>,
    /// The account of a resource whose ARN has none.
    pub resource_account: Option<String>,
    /// Policies of the principal and its groups.
    pub identity_policies: Vec<Json>,
    /// Its permissions boundary.
    pub boundary: Option<Json>,
    /// Session policies.
    pub session_policies: Option<Vec<Json>>,
    /// The resource's policy.
    pub resource_policy: Option<Json>,
    /// Service control policies, a list for each level from the root down.
    pub scps: Vec<Vec<Json>>,
    /// Resource control policies, a list for each level.
    pub rcps: Vec<Vec<Json>>,
    /// The policy of the VPC endpoint that the request passes.
    pub endpoint_policy: Option<Json>,
    /// The organization's management account.
    pub management_account: Option<String>,
    /// The answer that is expected.
    pub expect: Option<Expectation>,
}

/// An answer that is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Allowed.
    Allowed,
    /// Denied, one way or the other.
    Denied,
    /// Denied by a statement.
    ExplicitlyDenied,
    /// Denied because no statement allows it.
    ImplicitlyDenied,
    /// It depends on what is not known.
    Conditional,
}

impl Expectation {
    /// Whether an outcome is as expected.
    pub fn is_met(self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Allowed, Outcome::Allowed)
            | (Self::Denied, Outcome::Denied { .. })
            | (Self::Conditional, Outcome::Conditional(_)) => true,
            (Self::ExplicitlyDenied, Outcome::Denied { explicit, .. }) => *explicit,
            (Self::ImplicitlyDenied, Outcome::Denied { explicit, .. }) => !explicit,
            _ => false,
        }
    }

    /// Its name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::ExplicitlyDenied => "explicitly-denied",
            Self::ImplicitlyDenied => "implicitly-denied",
            Self::Conditional => "conditional",
        }
    }
}

impl Question {
    /// Whether it brings policies of its own.
    pub fn has_policies(&self) -> bool {
        !self.identity_policies.is_empty()
            || self.boundary.is_some()
            || self.session_policies.is_some()
            || self.resource_policy.is_some()
            || self.endpoint_policy.is_some()
            || !self.scps.is_empty()
            || !self.rcps.is_empty()
    }

    /// The request context.
    ///
    /// # Errors
    ///
    /// Where a key has a value that no key has.
    pub fn context(&self) -> Result<Context, String> {
        let mut context = Context::default();
        context.complete = self.context_complete;
        for (key, value) in &self.context {
            context.set(key, known(value).ok_or_else(|| {
                format!("the value of context key {key} is neither string, number, boolean, list of such, nor null")
            })?);
        }
        for key in &self.unknown_keys {
            context.set(key, Value::Unknown);
        }
        Ok(context)
    }
}

fn known(value: &Json) -> Option<Value> {
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Json::Null => Some(Value::Absent),
        Json::Array(items) => items.iter().map(text).collect::<Option<_>>().map(Value::Known),
        Json::Object(_) => None,
        plain => text(plain).map(Value::one),
    }
}
