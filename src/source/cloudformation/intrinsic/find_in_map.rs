//! `Fn::FindInMap`, with the `DefaultValue` of `AWS::LanguageExtensions`.

use super::{Scope, Yaml, malformed, unresolvable};
use crate::source::node::Node;

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let items = argument.items();
    let [map, first, second, rest @ ..] = items else {
        return malformed("Fn::FindInMap takes a map and two keys");
    };
    let default = rest.first().and_then(|options| options.get("DefaultValue"));
    let keys = [map, first, second].map(|key| scope.evaluate(key));
    let mut found = scope.mappings.clone();
    if let Some(name) = keys.first().and_then(Node::text)
        && default.is_none()
        && !name.contains("${AWS::")
        && found.as_ref().is_none_or(|mappings| mappings.get(&name).is_none())
    {
        scope.note_undeclared(&format!("mapping {name}"), &map.span);
    }
    for key in &keys {
        let Some(text) = key.text() else {
            return unresolvable("Fn::FindInMap", key.unknown().cloned());
        };
        // A pseudo parameter that was not given may stand for any key.
        if text.contains("${AWS::") {
            return unresolvable("Fn::FindInMap", None);
        }
        found = found.and_then(|map| map.get(&text).cloned());
    }
    match (found, default) {
        (Some(value), _) => scope.evaluate(&value),
        (None, Some(default)) => scope.evaluate(default),
        (None, None) => malformed("Fn::FindInMap names keys that the map does not have"),
    }
}
