//! The request context: condition keys with values, absent, or not known.

use std::collections::BTreeMap;

/// What is known of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It is in the request context with these values; one for a
    /// single-valued key.
    Known(Vec<String>),
    /// It is not in the request context.
    Absent,
    /// Whether it is there, and with what, is not known.
    Unknown,
}

impl Value {
    /// A known single value.
    pub fn one(text: impl Into<String>) -> Self {
        Self::Known(vec![text.into()])
    }
}

/// What is said of the request context. Keys are the same in capitals and
/// small letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Value>,
    /// Whether every key that is not mentioned is absent; otherwise it is not
    /// known.
    pub complete: bool,
}

impl Context {
    /// Says something of a key; what was said of it before counts no more.
    pub fn set(&mut self, key: &str, value: Value) {
        self.keys.insert(key.to_ascii_lowercase(), value);
    }

    /// Adds a value to a key.
    pub fn add(&mut self, key: &str, value: &str) {
        let entry = self.keys.entry(key.to_ascii_lowercase()).or_insert(Value::Known(Vec::new()));
        match entry {
            Value::Known(values) => values.push(value.to_owned()),
            other => *other = Value::one(value),
        }
    }

    /// What was said of a key, which is in small letters.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.keys.get(key)
    }
}
