//! A value of a template after its functions were evaluated: plain data with
//! places, references that stay references, and unknowns with their reasons.

use super::asked;
use crate::model::{Origin, Reason};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: `null`, `AWS::NoValue`, an attribute that is not there.
    Absent,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Text(String),
    /// Items in order.
    List(Vec<Node>),
    /// Entries in order.
    Map(Vec<(String, Node)>),
    /// An attribute of another resource.
    Reference(Reference),
    /// Text with references or unknowns in it.
    Joined(Vec<Node>),
    /// A value that is looked up at deploy time and must not be shown: a
    /// dynamic reference, a `NoEcho` parameter, a sensitive plan value.
    Secret,
    /// Not known.
    Unknown(Reason),
}

/// An attribute of another resource, which the source declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The key of the resource: `stack/LogicalId` or an address.
    pub id: String,
    /// The attribute as the source names it: `Ref`, `Arn`, `id`, `arn`, ….
    pub attribute: String,
    /// The CloudFormation type or Terraform type of the resource.
    pub resource_type: String,
}

impl Node {
    /// A node with no place.
    pub fn new(value: Value) -> Self {
        Self { value, origin: None }
    }

    /// A node that stands somewhere.
    pub fn at(value: Value, origin: Option<Origin>) -> Self {
        Self { value, origin }
    }

    /// Whether there is nothing.
    pub fn is_absent(&self) -> bool {
        matches!(self.value, Value::Absent)
    }

    /// The reason, if it is unknown.
    pub fn unknown(&self) -> Option<&Reason> {
        match &self.value {
            Value::Unknown(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether the provider computes it, for want of anything in the source.
    pub fn is_computed(&self) -> bool {
        matches!(self.unknown(), Some(Reason::KnownAfterApply { expression: None }))
    }

    /// An entry of a map; `None` if there is none, it is absent, or this is no
    /// map. What is not known stands for each of its entries, so that none is
    /// taken for left out.
    pub fn get(&self, key: &str) -> Option<&Self> {
        asked::note(self, key);
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, node)| node)
                .filter(|node| !node.is_absent()),
            Value::Unknown(_) | Value::Secret => Some(self),
            _ => None,
        }
    }

    /// The item of a list whose `key` is `name`; else, where one may be it, what
    /// is not known of that one's key.
    pub fn named(&self, key: &str, name: &str) -> Option<&Self> {
        let is = |item: &&Self| item.get(key).and_then(Self::text).as_deref() == Some(name);
        let mut keys = self.items().iter().filter_map(|item| item.get(key));
        let found = self.items().iter().find(is);
        found.or_else(|| keys.find(|key| key.unknown().is_some()))
    }

    /// The items of a list; a single value counts as a list of itself, as both
    /// CloudFormation and the policy language have it. Empty for nothing.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Absent => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// Text, with numbers and booleans written out.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// A boolean, also from CloudFormation's spellings as text.
    pub fn bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(true),
                "false" | "no" | "off" | "0" => Some(false),
                _ => None,
            },
            Value::Integer(1) => Some(true),
            Value::Integer(0) => Some(false),
            _ => None,
        }
    }

    /// A whole number, also from text.
    pub fn integer(&self) -> Option<i64> {
        match &self.value {
            Value::Integer(value) => Some(*value),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
                Some(*value as i64)
            }
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// What kind of value it is, in words, without the value.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Absent => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Text(_) | Value::Joined(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Reference(_) => "a reference",
            Value::Secret => "a secret",
            Value::Unknown(_) => "an unknown value",
        }
    }
}

impl Node {
    /// Plain JSON, every part at the same place.
    pub fn at_all(json: &serde_json::Value, origin: Option<&Origin>) -> Self {
        let mut node = Self::from(json);
        node.set_origin(origin);
        node
    }

    fn set_origin(&mut self, origin: Option<&Origin>) {
        self.origin = origin.cloned();
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.set_origin(origin)),
            Value::Map(entries) => {
                entries.iter_mut().for_each(|(_, entry)| entry.set_origin(origin));
            }
            _ => {}
        }
    }
}

impl From<&serde_json::Value> for Node {
    /// Plain JSON, every part without a place.
    fn from(json: &serde_json::Value) -> Self {
        Self::new(match json {
            serde_json::Value::Null => Value::Absent,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(integer) => Value::Integer(integer),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => Value::Map(
                entries.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect(),
            ),
        })
    }
}
