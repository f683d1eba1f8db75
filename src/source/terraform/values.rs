//! Planned values as nodes: unknowns with reasons or references, sensitive
//! values hidden, places from the source.

use serde_json::Value as Json;

use super::configuration::Scope;
use super::instance::Instance;
use super::source::Places;
use crate::model::{Origin, Reason};
use crate::source::node::{Node, Reference, Value};

/// Builds the nodes of one instance.
pub(super) struct Builder<'a> {
    pub instance: &'a Instance<'a>,
    pub scope: &'a Scope<'a>,
    pub places: &'a Places,
    /// Put before addresses.
    pub prefix: &'a str,
    pub origin: &'a Origin,
}

impl Builder<'_> {
    /// All attributes of the instance.
    pub(super) fn build(&self) -> Node {
        let expressions =
            self.scope.resource(self.instance).map_or(&Json::Null, |r| &r.expressions);
        self.node(
            self.instance.values,
            self.instance.unknown,
            self.instance.sensitive,
            expressions,
            "",
        )
    }

    fn node(
        &self,
        value: &Json,
        unknown: &Json,
        sensitive: &Json,
        expression: &Json,
        path: &str,
    ) -> Node {
        let origin = Some(self.places.origin(path, self.origin));
        if sensitive == &Json::Bool(true) {
            return Node::at(Value::Secret, origin);
        }
        if unknown == &Json::Bool(true) {
            return Node::at(self.referred(expression), origin);
        }
        let value = match value {
            Json::Object(entries) => {
                let mut names: Vec<&String> = entries.keys().collect();
                if let Json::Object(more) = unknown {
                    names.extend(more.keys().filter(|key| !entries.contains_key(*key)));
                }
                Value::Map(
                    names
                        .into_iter()
                        .map(|name| {
                            let step = crate::source::draft::escape(name);
                            let node = self.node(
                                entries.get(name).unwrap_or(&Json::Null),
                                unknown.get(name).unwrap_or(&Json::Null),
                                sensitive.get(name).unwrap_or(&Json::Null),
                                expression.get(name).unwrap_or(&Json::Null),
                                &format!("{path}/{step}"),
                            );
                            (name.clone(), node)
                        })
                        .collect(),
                )
            }
            Json::Array(items) => self.list(items, unknown, sensitive, expression, path),
            Json::Null => match unknown {
                // A block whose every attribute is unknown has no values.
                Json::Object(_) => {
                    return self.node(
                        &Json::Object(serde_json::Map::new()),
                        unknown,
                        sensitive,
                        expression,
                        path,
                    );
                }
                _ => Value::Absent,
            },
            plain => Node::from(plain).value,
        };
        Node::at(value, origin)
    }

    fn list(
        &self,
        items: &[Json],
        unknown: &Json,
        sensitive: &Json,
        expression: &Json,
        path: &str,
    ) -> Value {
        let unknowns = unknown.as_array().map(Vec::as_slice).unwrap_or_default();
        let count = items.len().max(unknowns.len());
        // An attribute, not blocks: unknown items are told by the references,
        // where there are as many.
        if unknowns.contains(&Json::Bool(true)) {
            let named = self.scope.named(expression, self.instance);
            let missing = unknowns.iter().filter(|item| **item == Json::Bool(true)).count();
            if named.len() == missing {
                let known = items.iter().zip(unknowns).filter(|(_, u)| **u != Json::Bool(true));
                let known = known.map(|(item, _)| Node::from(item));
                let referred = named.into_iter().map(|named| Node::new(self.reference(named)));
                return Value::List(known.chain(referred).collect());
            }
        }
        Value::List(
            (0..count)
                .map(|index| {
                    let null = &Json::Null;
                    let inner = match expression {
                        Json::Array(blocks) => blocks.get(index).or_else(|| blocks.first()),
                        _ => None,
                    };
                    self.node(
                        items.get(index).unwrap_or(null),
                        unknowns.get(index).unwrap_or(null),
                        sensitive.get(index).unwrap_or(null),
                        inner.unwrap_or(null),
                        &format!("{path}/{index}"),
                    )
                })
                .collect(),
        )
    }

    /// What an unknown attribute will be of.
    fn referred(&self, expression: &Json) -> Value {
        let mut named = self.scope.named(expression, self.instance);
        match named.len() {
            0 => Value::Unknown(Reason::KnownAfterApply { expression: words(expression) }),
            1 => self.reference(named.swap_remove(0)),
            _ => Value::List(
                named.into_iter().map(|named| Node::new(self.reference(named))).collect(),
            ),
        }
    }

    fn reference(&self, named: super::configuration::Named) -> Value {
        Value::Reference(Reference {
            id: format!("{}{}", self.prefix, named.address),
            attribute: named.attribute,
            resource_type: named.kind,
        })
    }
}

/// The references of an expression, for messages.
fn words(expression: &Json) -> Option<String> {
    expression.get("references")?.as_array()?.first()?.as_str().map(str::to_owned)
}
