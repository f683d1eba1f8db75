//! Conditions: true, false, or not decidable before deployment.

use super::intrinsic::Scope;
use super::yaml::Yaml;
use crate::source::node::Value;

/// The truth of a condition expression; `None` where a value it rests on is
/// not known.
pub(super) fn evaluate(expression: &Yaml, scope: &Scope<'_, '_>) -> Option<bool> {
    let (function, argument) = match scope.function(expression) {
        Some(found) => found,
        None => return scope.evaluate(expression).bool(),
    };
    let operands = || argument.items().iter().map(|item| evaluate(item, scope));
    match function.as_str() {
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
            let (one, other) = (scope.evaluate(one), scope.evaluate(other));
            let text = |node: &crate::source::node::Node| match node.value {
                Value::Absent => Some(String::new()),
                _ => node.text(),
            };
            let (one, other) = (text(&one)?, text(&other)?);
            // A pseudo parameter that was not given stands for any value.
            let open = |text: &str| text.contains("${AWS::");
            if one != other && (open(&one) || open(&other)) { None } else { Some(one == other) }
        }
        _ => scope.evaluate(expression).bool(),
    }
}
