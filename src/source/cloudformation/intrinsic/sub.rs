//! `Fn::Sub`: text with names in it.

use std::collections::BTreeMap;

use super::{Scope, Yaml, get_att, joined, malformed, reference};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let (text, variables) = match (argument.text(), argument.items()) {
        (Some(text), _) => (text.to_owned(), BTreeMap::new()),
        (None, [text, variables]) => match text.text() {
            Some(text) => {
                let variables = variables
                    .entries()
                    .iter()
                    .map(|(key, value)| (key.name.clone(), scope.evaluate(value)))
                    .collect();
                (text.to_owned(), variables)
            }
            None => return malformed("Fn::Sub takes text"),
        },
        (None, [text]) => match text.text() {
            Some(text) => (text.to_owned(), BTreeMap::new()),
            None => return malformed("Fn::Sub takes text"),
        },
        _ => return malformed("Fn::Sub takes text"),
    };
    joined(parts(&text, &variables, argument, scope))
}

fn parts(
    text: &str,
    variables: &BTreeMap<String, Node>,
    argument: &Yaml,
    scope: &Scope<'_>,
) -> Vec<Node> {
    let mut parts = Vec::new();
    let mut rest = text;
    let literal = |text: &str| Node::new(Value::Text(text.to_owned()));
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        parts.push(literal(before));
        let Some(end) = after.find('}') else {
            parts.push(literal(after));
            return parts;
        };
        let name = after.get(2..end).unwrap_or_default().trim();
        rest = after.get(end + 1..).unwrap_or_default();
        // `${!Name}` is `${Name}` itself, as of an IAM policy variable.
        if let Some(kept) = name.strip_prefix('!') {
            parts.push(literal(&format!("${{{kept}}}")));
            continue;
        }
        parts.push(match (variables.get(name), name.split_once('.')) {
            (Some(value), _) => value.clone(),
            (None, Some((logical, attribute))) => {
                get_att::named(logical, attribute, argument, scope)
            }
            (None, None) => reference::named(name, argument, scope),
        });
    }
    parts.push(literal(rest));
    parts
}
