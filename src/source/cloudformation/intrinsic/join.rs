//! `Fn::Join`, and the joining of parts to one value.

use super::{Scope, Yaml, malformed, unresolvable};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let [delimiter, list] = argument.items() else {
        return malformed("Fn::Join takes a delimiter and a list");
    };
    let delimiter = delimiter.text().unwrap_or_default();
    let list = scope.evaluate(list);
    let Value::List(items) = &list.value else {
        return unresolvable("Fn::Join", list.unknown().cloned());
    };
    // A list in the list: a parameter beside other items.
    let items = items.iter().flat_map(|item| match &item.value {
        Value::List(inner) => inner.as_slice(),
        _ => std::slice::from_ref(item),
    });
    let mut parts = Vec::new();
    for (index, item) in items.enumerate() {
        if index > 0 && !delimiter.is_empty() {
            parts.push(Node::new(Value::Text(delimiter.to_owned())));
        }
        parts.push(item.clone());
    }
    joined(parts)
}

/// One value of several parts: text where all is known, else the parts with
/// neighbouring texts run together.
pub(in super::super) fn joined(parts: Vec<Node>) -> Node {
    let mut merged: Vec<Node> = Vec::new();
    for part in parts {
        let inner = match part.value {
            Value::Joined(inner) => inner,
            Value::Absent => continue,
            _ => vec![part],
        };
        for part in inner {
            match (merged.last_mut().map(|last| &mut last.value), part.text()) {
                (Some(Value::Text(last)), Some(text)) => last.push_str(&text),
                (_, Some(text)) if text.is_empty() => {}
                (_, Some(text)) => merged.push(Node::at(Value::Text(text), part.origin)),
                (_, None) => merged.push(part),
            }
        }
    }
    // A dynamic reference is looked up whole, whatever its parts are.
    if let Some(Value::Text(first)) = merged.first().map(|part| &part.value)
        && first.starts_with("{{resolve:")
    {
        return Node::new(super::dynamic_reference(first));
    }
    if merged.iter().any(|part| matches!(part.value, Value::Secret)) {
        return Node::new(Value::Secret);
    }
    match merged.len() {
        0 => Node::new(Value::Text(String::new())),
        1 => Node::new(merged.swap_remove(0).value),
        _ => Node::new(Value::Joined(merged)),
    }
}
