//! `Fn::Split`: a list out of text.

use super::{Scope, Yaml, malformed, unresolvable};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_, '_>) -> Node {
    let [delimiter, text] = argument.items() else {
        return malformed("Fn::Split takes a delimiter and text");
    };
    let text = scope.evaluate(text);
    match (delimiter.text().filter(|delimiter| !delimiter.is_empty()), text.text()) {
        (Some(delimiter), Some(text)) => Node::new(Value::List(
            text.split(delimiter).map(|item| Node::new(Value::Text(item.to_owned()))).collect(),
        )),
        (Some(_), None) => unresolvable("Fn::Split", text.unknown().cloned()),
        (None, _) => malformed("Fn::Split takes a delimiter and text"),
    }
}
