//! Conditions: true, false, or not decidable before deployment.

use super::intrinsic::Scope;
use super::yaml::Yaml;
use crate::source::node::{Node, Value};

/// The truth of a condition expression; `None` where a value it rests on is
/// not known.
pub(super) fn evaluate(expression: &Yaml, scope: &Scope<'_>) -> Option<bool> {
    match scope.function(expression) {
        Some((function, argument)) => call(&function, &argument, scope),
        None => scope.evaluate(expression).bool(),
    }
}

/// The truth of a condition function.
pub(super) fn call(function: &str, argument: &Yaml, scope: &Scope<'_>) -> Option<bool> {
    let operands = || argument.items().iter().map(|item| evaluate(item, scope));
    match function {
        "Condition" => scope.condition(argument.text()?),
        "Fn::Not" => operands().next()?.map(|truth| !truth),
        "Fn::And" => {
            let truths: Vec<_> = operands().collect();
            match (truths.contains(&Some(false)), truths.contains(&None)) {
                (true, _) => Some(false),
                (false, true) => None,
                (false, false) => Some(true),
            }
        }
        "Fn::Or" => {
            let truths: Vec<_> = operands().collect();
            match (truths.contains(&Some(true)), truths.contains(&None)) {
                (true, _) => Some(true),
                (false, true) => None,
                (false, false) => Some(false),
            }
        }
        "Fn::Equals" => {
            let [one, other] = argument.items() else { return None };
            scope
                .allowed(one, other)
                .or_else(|| equal(&scope.evaluate_hidden(one), &scope.evaluate_hidden(other)))
        }
        _ => scope.call(function, argument).bool(),
    }
}

/// Whether two values are the same, where that is known.
fn equal(one: &Node, other: &Node) -> Option<bool> {
    match (&one.value, &other.value) {
        // What AWS names a resource by is never empty.
        (Value::Reference(_), Value::Text(text)) | (Value::Text(text), Value::Reference(_)) => {
            text.is_empty().then_some(false)
        }
        (Value::Reference(one), Value::Reference(other)) if one == other => Some(true),
        (Value::List(ones), Value::List(others)) => {
            if ones.len() != others.len() {
                return Some(false);
            }
            let pairs: Vec<_> =
                ones.iter().zip(others).map(|(one, other)| equal(one, other)).collect();
            match (pairs.contains(&Some(false)), pairs.contains(&None)) {
                (true, _) => Some(false),
                (false, true) => None,
                (false, false) => Some(true),
            }
        }
        // Text with a reference or with any literal part is not empty.
        (Value::Joined(parts), Value::Text(text)) | (Value::Text(text), Value::Joined(parts)) => {
            let solid = parts.iter().any(|part| {
                matches!(part.value, Value::Reference(_))
                    || part.text().is_some_and(|t| !t.is_empty())
            });
            (text.is_empty() && solid).then_some(false)
        }
        _ => {
            let text = |node: &Node| match node.value {
                Value::Absent => Some(String::new()),
                _ => node.text(),
            };
            let (one, other) = (text(one)?, text(other)?);
            // A pseudo parameter that was not given stands for any value.
            let open = |text: &str| text.contains("${AWS::");
            if one != other && (open(&one) || open(&other)) { None } else { Some(one == other) }
        }
    }
}
