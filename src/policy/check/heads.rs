//! Heads of keyed rules whose terms may be undefined. The interpreter then
//! forgets the entries that it made before, or fails.

use regorus::unstable::{Expr, Rule, RuleHead};

use super::children::{self, Child};
use super::program::{self, Parsed};
use crate::diagnostic::Diagnostic;

/// Functions that have a value wherever their arguments have one.
const ALWAYS_DEFINED: &[&str] =
    &["array.concat", "concat", "count", "lower", "sort", "sprintf", "upper"];

/// Tells of every keyed rule with a term in its head that may have no value.
pub fn check(module: &Parsed, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &module.ast.policy {
        let Rule::Spec { head, .. } = rule.as_ref() else { continue };
        let (name, term) = match head {
            RuleHead::Compr { refr, assign, .. } => {
                (refr, assign.as_ref().map(|assign| &assign.value))
            }
            RuleHead::Set { refr, key, .. } => (refr, key.as_ref()),
            RuleHead::Func { .. } => continue,
        };
        let Expr::RefBrack { index, .. } = name.as_ref() else { continue };
        for open in [Some(index), term].into_iter().flatten().filter_map(|term| undefined(term)) {
            let place = program::place(&module.file.as_str().into(), open.span());
            diagnostics.push(
                Diagnostic::error(format!(
                    "{} may have no value, and the rule then loses entries",
                    open.span().text()
                ))
                .at(place)
                .help("give it a name in the body, `value := …`, and use that in the head"),
            );
        }
    }
}

/// The first part of a term that may be undefined.
fn undefined(term: &Expr) -> Option<&Expr> {
    match term {
        Expr::RefBrack { .. } => return Some(term),
        Expr::Call { fcn, .. } if !ALWAYS_DEFINED.contains(&fcn.span().text()) => {
            return Some(term);
        }
        _ => {}
    }
    children::of(term).into_iter().find_map(|child| match child {
        Child::Expr(inner) => undefined(inner),
        // One that finds nothing is empty.
        Child::Scope { .. } => None,
    })
}
