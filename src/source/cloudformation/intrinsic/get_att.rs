//! `Fn::GetAtt`: an attribute of a resource, or an output of a nested stack.

use super::{Scope, Yaml, malformed};
use crate::model::Reason;
use crate::source::engine;
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
    if let Some(known) = as_declared(logical, attribute, scope) {
        return known;
    }
    scope.attribute(logical, attribute).unwrap_or_else(|| {
        scope.note_undeclared(logical, &argument.span);
        let target = format!("{logical}.{attribute}");
        Node::new(Value::Unknown(Reason::UnresolvedReference { target }))
    })
}

/// An attribute that is as it was declared: the address range of a VPC, the
/// port of a database.
fn as_declared(logical: &str, attribute: &str, scope: &Scope<'_>) -> Option<Node> {
    let kind = scope.types.get(logical)?.as_str();
    match (kind, attribute) {
        ("AWS::EC2::VPC", "CidrBlock") => {
            property(logical, "CidrBlock", scope).filter(|block| block.text().is_some())
        }
        ("AWS::RDS::DBInstance" | "AWS::RDS::DBCluster", "Endpoint.Port")
        | (
            "AWS::ElastiCache::ReplicationGroup",
            "PrimaryEndPoint.Port" | "ReaderEndPoint.Port" | "ConfigurationEndPoint.Port",
        )
        | ("AWS::ElastiCache::CacheCluster", "RedisEndpoint.Port" | "ConfigurationEndpoint.Port") => {
            port(logical, scope)
        }
        _ => None,
    }
}

/// The port that is declared, or the engine's own.
fn port(logical: &str, scope: &Scope<'_>) -> Option<Node> {
    // These have the port of what they belong to or come from.
    const ELSEWHERE: &[&str] = &[
        "DBClusterIdentifier",
        "SourceDBInstanceIdentifier",
        "SourceDBClusterIdentifier",
        "DBSnapshotIdentifier",
        "SnapshotIdentifier",
    ];
    match property(logical, "Port", scope).filter(|node| !node.is_absent()) {
        Some(port) => Some(port).filter(|port| port.integer().is_some()),
        None if ELSEWHERE.iter().any(|name| property(logical, name, scope).is_some()) => None,
        None => {
            let engine = property(logical, "Engine", scope)?.text()?;
            Some(Node::new(Value::Integer(engine::port(Some(&engine))?)))
        }
    }
}

/// A property as it is declared; nothing for one that rests on itself.
fn property(logical: &str, name: &str, scope: &Scope<'_>) -> Option<Node> {
    let declaration = scope.declarations.get(logical)?.get("Properties")?;
    let pending = format!("{logical}.{name}");
    if !scope.pending.borrow_mut().insert(pending.clone()) {
        return None;
    }
    let value = declaration.get(name).map(|value| scope.evaluate(value));
    scope.pending.borrow_mut().remove(&pending);
    value
}
