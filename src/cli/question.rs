//! A question about permissions, as it is typed or stands on a line of a
//! batch: who, what, on what, in which context, under which policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::question_forms;
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
    #[serde(deserialize_with = "one_or_many")]
    pub identity_policies: Vec<Json>,
    /// Its permissions boundary.
    pub boundary: Option<Json>,
    /// Session policies.
    #[serde(deserialize_with = "some_or_many")]
    pub session_policies: Option<Vec<Json>>,
    /// The resource's policy.
    pub resource_policy: Option<Json>,
    /// Service control policies from the root down; a level is a policy or a
    /// list of such.
    #[serde(deserialize_with = "levels")]
    pub scps: Vec<Vec<Json>>,
    /// Resource control policies, likewise.
    #[serde(deserialize_with = "levels")]
    pub rcps: Vec<Vec<Json>>,
    /// The policy of the VPC endpoint that the request passes.
    pub endpoint_policy: Option<Json>,
    /// S3 Block Public Access of the bucket or its account: true or false for
    /// all settings, or an object of them as S3 writes it.
    #[serde(deserialize_with = "restricts_public")]
    pub block_public_access: Option<bool>,
    /// The organization's management account.
    pub management_account: Option<String>,
    /// The answer that is expected.
    pub expect: Option<Expectation>,
}

/// An answer that is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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

impl<'de> Deserialize<'de> for Expectation {
    /// Also in the words of AWS's policy simulator and of policies.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_lowercase().as_str() {
            "allowed" | "allow" => Ok(Self::Allowed),
            "denied" | "deny" => Ok(Self::Denied),
            "explicitlydenied" | "explicitdeny" => Ok(Self::ExplicitlyDenied),
            "implicitlydenied" | "implicitdeny" => Ok(Self::ImplicitlyDenied),
            "conditional" => Ok(Self::Conditional),
            _ => Err(serde::de::Error::custom(format!(
                "{word} is no answer; there are allowed, denied, explicitly-denied, implicitly-denied and conditional"
            ))),
        }
    }
}

/// A policy alone is a list of one; null is none.
fn list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        Json::Null => Vec::new(),
        one => vec![one],
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Json>, D::Error> {
    Json::deserialize(from).map(list)
}

fn some_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Json>>, D::Error> {
    Option::<Json>::deserialize(from).map(|found| found.map(list))
}

/// Whether public buckets are restricted; the other settings take no access
/// away that a policy gives.
fn restricts_public<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        All(bool),
        Each(Settings),
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(default, alias = "RestrictPublicBuckets", alias = "restrictPublicBuckets")]
        restrict_public_buckets: bool,
        #[serde(default, rename = "block_public_acls")]
        #[serde(alias = "BlockPublicAcls", alias = "blockPublicAcls")]
        _block_acls: bool,
        #[serde(default, rename = "ignore_public_acls")]
        #[serde(alias = "IgnorePublicAcls", alias = "ignorePublicAcls")]
        _ignore_acls: bool,
        #[serde(default, rename = "block_public_policy")]
        #[serde(alias = "BlockPublicPolicy", alias = "blockPublicPolicy")]
        _block_policy: bool,
    }
    Ok(Option::<Given>::deserialize(from)?.map(|given| match given {
        Given::All(value) => value,
        Given::Each(settings) => settings.restrict_public_buckets,
    }))
}

fn levels<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<Json>>, D::Error> {
    Json::deserialize(from).map(|found| list(found).into_iter().map(list).collect())
}

impl Question {
    /// Reads a line of a batch.
    ///
    /// # Errors
    ///
    /// Where it is no question: the `id` that it has nevertheless, and a
    /// message that names the field.
    pub fn read(line: &str) -> Result<Self, (Option<Json>, String)> {
        let found: Json = serde_json::from_str(line).map_err(|error| (None, error.to_string()))?;
        let Json::Object(given) = found else {
            return Err((None, "it is no JSON object".to_owned()));
        };
        let id = given.get("id").or_else(|| given.get("name")).cloned();
        let fields = question_forms::plain(given).map_err(|message| (id.clone(), message))?;
        serde_json::from_value(Json::Object(fields.clone())).map_err(|error: serde_json::Error| {
            // Serde names the place in a text, but no field of a value.
            let alone = |(name, value): (&String, &Json)| {
                let field = Json::from_iter([(name.clone(), value.clone())]);
                let error = serde_json::from_value::<Self>(field).err()?;
                Some(match error.to_string() {
                    message if message.contains(&format!("`{name}`")) => message,
                    message => format!("{name}: {message}"),
                })
            };
            let wrong: Vec<String> = fields.iter().filter_map(alone).collect();
            let message = if wrong.is_empty() { error.to_string() } else { wrong.join("; ") };
            (id, message)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_names_and_forms_that_others_give_them() {
        let line = r#"{"principal": "anonymous", "action": "s3:GetObject",
            "identityPolicies": {"Statement": []}, "permissionBoundary": "limits.json",
            "session_policy": null, "service_control_policies": [{"Statement": []}, ["a", "b"]]}"#;
        let question = Question::read(line).unwrap_or_default();
        assert_eq!(question.identity_policies.len(), 1);
        assert_eq!(question.boundary, Some("limits.json".into()));
        assert_eq!(question.session_policies, None);
        assert_eq!(question.scps.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn an_expected_answer_has_many_words() {
        let read = |word: &str| serde_json::from_value::<Expectation>(word.into()).ok();
        for word in ["explicitDeny", "ExplicitlyDenied", "explicitly-denied"] {
            assert_eq!(read(word), Some(Expectation::ExplicitlyDenied), "{word}");
        }
        assert_eq!(read("implicitDeny"), Some(Expectation::ImplicitlyDenied));
        assert_eq!(
            (read("Allow"), read("Deny")),
            (Some(Expectation::Allowed), Some(Expectation::Denied))
        );
        assert_eq!(read("maybe"), None);
    }

    #[test]
    fn an_error_names_the_field_and_keeps_the_id() {
        let wrong = |line: &str| Question::read(line).err().unwrap_or_default();
        let (id, message) = wrong(r#"{"id": 7, "action": 3, "context": 4}"#);
        assert_eq!(id, Some(7.into()));
        assert!(message.contains("action: ") && message.contains("context: "), "{message}");
        let (_, message) = wrong(r#"{"pricipal": "bob"}"#);
        assert!(message.contains("unknown field `pricipal`"), "{message}");
        assert!(wrong("[]").1.contains("no JSON object"));
    }
}
