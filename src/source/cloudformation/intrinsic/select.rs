//! `Fn::Select`: one item of a list.

use super::{Scope, Yaml, malformed, unresolvable};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let [index, list] = argument.items() else {
        return malformed("Fn::Select takes an index and a list");
    };
    let (index, list) = (scope.evaluate(index), scope.evaluate(list));
    let Some(index) = index.integer().and_then(|index| usize::try_from(index).ok()) else {
        return unresolvable("Fn::Select", index.unknown().cloned());
    };
    match &list.value {
        Value::List(items) => items
            .get(index)
            .cloned()
            .unwrap_or_else(|| malformed("Fn::Select picks an item that is not there")),
        _ => unresolvable("Fn::Select", list.unknown().cloned()),
    }
}
