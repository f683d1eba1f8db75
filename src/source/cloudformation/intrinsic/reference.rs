//! `Ref`: a parameter, a pseudo parameter or a resource.

use super::{Scope, Yaml, malformed};
use crate::model::Reason;
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    match argument.text() {
        Some(name) => named(name, argument, scope),
        None => malformed("Ref takes a name"),
    }
}

/// What a name refers to.
pub(super) fn named(name: &str, argument: &Yaml, scope: &Scope<'_>) -> Node {
    if let Some(value) = pseudo_parameter(name, scope) {
        return Node::new(value);
    }
    if let Some(value) = scope.parameters.get(name) {
        return value.clone();
    }
    scope.attribute(name, "Ref").unwrap_or_else(|| {
        scope.note_undeclared(name, &argument.span);
        Node::new(Value::Unknown(Reason::UnresolvedReference { target: name.to_owned() }))
    })
}

fn pseudo_parameter(name: &str, scope: &Scope<'_>) -> Option<Value> {
    Some(match name {
        "AWS::NoValue" => Value::Absent,
        "AWS::Region" => Value::Text(scope.region()),
        "AWS::AccountId" => Value::Text(scope.account()),
        "AWS::Partition" => Value::Text(partition(&scope.region()).to_owned()),
        "AWS::URLSuffix" => Value::Text(
            if scope.region().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
                .to_owned(),
        ),
        "AWS::StackName" => Value::Text(scope.stack.replace('/', "-")),
        _ if name.starts_with("AWS::") => Value::Unknown(Reason::Unresolvable {
            expression: name.to_owned(),
            detail: "it is known only after deployment".to_owned(),
        }),
        _ => return None,
    })
}

fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
