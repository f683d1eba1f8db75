//! What policies yield, and the findings made of it.

use regorus::Value;
use serde::Deserialize;

use super::facts::Facts;
use super::output::Output;
use super::prepare;
use crate::model::{Hop, Model};
use crate::policy::bundle::Policy;
use crate::policy::check;
use crate::policy::engine::{EngineError, Interpreter};
use crate::policy::verdict::{Evidence, Finding, Flow, FlowHop};

/// A subject as policies name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The collection.
    pub collection: String,
    /// The key in it.
    pub id: String,
    /// The part, as a JSON pointer; empty for the whole.
    pub path: String,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Vec::<String>::deserialize(deserializer)?;
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(collection), Some(id), path, None) => {
                Ok(Self { collection, id, path: path.unwrap_or_default() })
            }
            _ => Err(serde::de::Error::custom(
                "expected [collection, id] or [collection, id, pointer]",
            )),
        }
    }
}

/// A member of `deny`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFinding {
    /// What it is about.
    pub subject: Key,
    message: String,
    /// The facts it rests on: `[collection]`, `[collection, id]` or
    /// `[collection, id, pointer]`.
    pub evidence: Vec<Vec<String>>,
    #[serde(default)]
    flows: Vec<RawFlow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlow {
    label: String,
    hops: Vec<Hop>,
}

/// A member of `depends`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// What depends.
    #[serde(deserialize_with = "known_subject")]
    pub subject: Option<Key>,
    /// The resource that matters to it; without a key none of the collection
    /// does.
    pub on: (String, Option<String>),
}

/// A subject; a reference that is not known names none, and its own gap says
/// so.
fn known_subject<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Key>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let is_open =
        value.as_array().is_some_and(|parts| parts.iter().any(serde_json::Value::is_null));
    match is_open {
        true => Ok(None),
        false => serde_json::from_value(value).map(Some).map_err(serde::de::Error::custom),
    }
}

/// Why a control could not be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error(
        "{file}: deny, applicable or depends gives something of the wrong form: {source}; see `audit policy schema`"
    )]
    Form { file: String, source: serde_json::Error },
    #[error(
        "{file}: deny, applicable or depends is not defined; write it as a set, `deny contains finding if {{ … }}`"
    )]
    Undefined { file: String },
    #[error(
        "{file}: a finding is about {collection}/{id}{path}, which is no subject of the control"
    )]
    NoSubject { file: String, collection: String, id: String, path: String },
    #[error(
        "{file}: a finding is about {collection}/{id}{path}, which the policy does not list as applicable"
    )]
    NotApplicable { file: String, collection: String, id: String, path: String },
    #[error("{file}: evidence {evidence:?} of a finding names no attribute of the model")]
    NoEvidence { file: String, evidence: Vec<String> },
}

/// What the engine asks of a policy.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Findings.
    #[serde(default)]
    pub deny: Vec<RawFinding>,
    /// The subjects that the control applies to, where the policy says.
    pub applicable: Option<Vec<Key>>,
    /// What verdicts rest on beside their subjects.
    #[serde(default)]
    pub depends: Vec<Dependency>,
}

/// Evaluates the rules of a policy that the engine asks for.
///
/// # Errors
///
/// Where evaluation fails, or a rule yields something else than a set of what
/// it should.
pub fn answers(interpreter: &mut Interpreter, policy: &Policy) -> Result<Answers, JudgeError> {
    let value = interpreter.evaluate(prepare::answers(policy))?;
    let file = || policy.module.file.clone();
    if matches!(value, Value::Undefined) {
        return Err(JudgeError::Undefined { file: file() });
    }
    Answers::deserialize(Output(&value)).map_err(|source| JudgeError::Form { file: file(), source })
}

/// Fills in values and places.
///
/// # Errors
///
/// Where the evidence names no collection, resource or attribute of the model.
pub fn finished(
    raw: RawFinding,
    policy: &Policy,
    facts: &Facts<'_>,
) -> Result<Finding, JudgeError> {
    let evidence = raw
        .evidence
        .into_iter()
        .map(|item| {
            filled(&item, facts).ok_or_else(|| JudgeError::NoEvidence {
                file: policy.module.file.clone(),
                evidence: item,
            })
        })
        .collect::<Result<_, _>>()?;
    let flows = raw
        .flows
        .into_iter()
        .map(|flow| Flow {
            label: flow.label,
            hops: flow.hops.into_iter().map(|hop| placed(hop, facts)).collect(),
        })
        .collect();
    Ok(Finding { message: raw.message, evidence, flows })
}

fn filled(item: &[String], facts: &Facts<'_>) -> Option<Evidence> {
    let (collection, id, path) = match item {
        [collection] => (collection, None, ""),
        [collection, id] => (collection, Some(id), ""),
        [collection, id, path] => (collection, Some(id), path.as_str()),
        _ => return None,
    };
    if !Model::COLLECTIONS.contains(&collection.as_str()) {
        return None;
    }
    let mut evidence = Evidence {
        collection: collection.clone(),
        id: id.cloned(),
        path: path.to_owned(),
        value: None,
        origin: None,
    };
    if let Some(id) = id {
        facts.attribute(collection, id, "")?;
        if !path.is_empty() {
            let value = facts.attribute(collection, id, path);
            // What is null or shorter than thought may lack it; what no such
            // resource can have is a mistake.
            if !path.starts_with('/')
                || (value.is_none() && !check::has_attribute(collection, path))
            {
                return None;
            }
            evidence.value = value.and_then(|value| serde_json::to_value(value).ok());
        }
        evidence.origin = facts.origin(collection, id, path).cloned();
    }
    Some(evidence)
}

fn placed(hop: Hop, facts: &Facts<'_>) -> FlowHop {
    let path = hop.path.as_deref().unwrap_or_default();
    FlowHop {
        origin: hop
            .resource
            .as_ref()
            .and_then(|resource| facts.origin(&resource.collection, &resource.id, path).cloned()),
        resource: hop.resource.map(|resource| format!("{}/{}", resource.collection, resource.id)),
        path: hop.path,
        description: hop.description,
    }
}
