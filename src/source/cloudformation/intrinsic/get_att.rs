//! `Fn::GetAtt`: an attribute of a resource, or an output of a nested stack.

use super::{Scope, Yaml, malformed};
use crate::model::Reason;
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
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
    named(&logical, &attribute, argument, scope)
}

/// An attribute by name.
pub(super) fn named(logical: &str, attribute: &str, argument: &Yaml, scope: &Scope<'_>) -> Node {
    if let (Some(outputs), Some(name)) =
        (scope.outputs.get(logical), attribute.strip_prefix("Outputs."))
    {
        return outputs.get(name).cloned().unwrap_or_else(|| {
            let target = format!("output {name} of {logical}");
            Node::new(Value::Unknown(Reason::UnresolvedReference { target }))
        });
    }
    if let Some(block) = cidr_block(logical, attribute, scope) {
        return block;
    }
    scope.attribute(logical, attribute).unwrap_or_else(|| {
        scope.note_undeclared(logical, &argument.span);
        let target = format!("{logical}.{attribute}");
        Node::new(Value::Unknown(Reason::UnresolvedReference { target }))
    })
}

/// The address range of a VPC, which is as it was declared.
fn cidr_block(logical: &str, attribute: &str, scope: &Scope<'_>) -> Option<Node> {
    let is_vpc = scope.types.get(logical).is_some_and(|kind| kind == "AWS::EC2::VPC");
    if !is_vpc || attribute != "CidrBlock" {
        return None;
    }
    let declaration = scope.declarations.get(logical)?.get("Properties")?;
    // A range that rests on itself has no value.
    if !scope.pending.borrow_mut().insert(format!("{logical}.CidrBlock")) {
        return None;
    }
    let block = declaration.get("CidrBlock").map(|block| scope.evaluate(block));
    scope.pending.borrow_mut().remove(&format!("{logical}.CidrBlock"));
    block.filter(|block| block.text().is_some())
}
