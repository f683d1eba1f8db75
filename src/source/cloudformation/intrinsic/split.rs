//! `Fn::Split`: a list out of text.

use super::{Scope, Yaml, joined, malformed, unresolvable};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let [delimiter, text] = argument.items() else {
        return malformed("Fn::Split takes a delimiter and text");
    };
    let Some(delimiter) = delimiter.text().filter(|delimiter| !delimiter.is_empty()) else {
        return malformed("Fn::Split takes a delimiter and text");
    };
    let text = scope.evaluate(text);
    match split(delimiter, &text) {
        Some(items) => Node::new(Value::List(items)),
        None => unresolvable("Fn::Split", text.unknown().cloned()),
    }
}

/// Text cut at a delimiter; references in it are cut as the literal parts
/// around them tell. `None` where a part may hold delimiters itself.
pub(in super::super) fn split(delimiter: &str, text: &Node) -> Option<Vec<Node>> {
    let parts = match &text.value {
        Value::Joined(parts) => parts.as_slice(),
        Value::Reference(_) => std::slice::from_ref(text),
        _ => {
            let text = text.text()?;
            let item = |item: &str| Node::new(Value::Text(item.to_owned()));
            return Some(text.split(delimiter).map(item).collect());
        }
    };
    let mut items: Vec<Vec<Node>> = vec![Vec::new()];
    for part in parts {
        match &part.value {
            // What AWS names a resource by has neither commas nor spaces; an
            // ARN has colons and slashes.
            Value::Reference(_) if [",", ";", "|", " "].contains(&delimiter) => {
                items.last_mut()?.push(part.clone());
            }
            Value::Reference(_) => return None,
            _ => {
                let text = part.text()?;
                for (index, piece) in text.split(delimiter).enumerate() {
                    if index > 0 {
                        items.push(Vec::new());
                    }
                    items.last_mut()?.push(Node::new(Value::Text(piece.to_owned())));
                }
            }
        }
    }
    Some(items.into_iter().map(joined).collect())
}
