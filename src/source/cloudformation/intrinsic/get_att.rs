//! `Fn::GetAtt`: an attribute of a resource, or an output of a nested stack.

use super::{Scope, Yaml, malformed};
use crate::model::Reason;
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_, '_>) -> Node {
    let (logical, attribute) = match (argument.text(), argument.items()) {
        (Some(text), _) => match text.split_once('.') {
            Some((logical, attribute)) => (logical.to_owned(), attribute.to_owned()),
            None => return malformed("Fn::GetAtt takes a logical id and an attribute"),
        },
        (None, [logical, attribute]) => {
            let attribute = scope.evaluate(attribute);
            match (logical.text(), attribute.text()) {
                (Some(logical), Some(attribute)) => (logical.to_owned(), attribute),
                _ => return malformed("Fn::GetAtt takes a logical id and an attribute"),
            }
        }
        _ => return malformed("Fn::GetAtt takes a logical id and an attribute"),
    };
    named(&logical, &attribute, scope)
}

/// An attribute by name.
pub(super) fn named(logical: &str, attribute: &str, scope: &Scope<'_, '_>) -> Node {
    if let (Some(outputs), Some(name)) =
        (scope.outputs.get(logical), attribute.strip_prefix("Outputs."))
    {
        return outputs.get(name).cloned().unwrap_or_else(|| {
            let target = format!("output {name} of {logical}");
            Node::new(Value::Unknown(Reason::UnresolvedReference { target }))
        });
    }
    scope.attribute(logical, attribute).unwrap_or_else(|| {
        let target = format!("{logical}.{attribute}");
        Node::new(Value::Unknown(Reason::UnresolvedReference { target }))
    })
}
