//! Rules that make sets by key, such as `groups[vpc] contains id`, where OPA and
//! the interpreter differ: as a whole, where such a rule makes nothing, its value
//! is `{}` to OPA, but the interpreter has none, so that what rests on it is
//! silently not so; and as what `not … in` looks in.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, Query, Rule, RuleHead};

use super::children::{self, Child};
use super::program::{self, Name, Parsed, Program};
use crate::diagnostic::Diagnostic;

/// Tells of every place that takes such a rule as a whole, but for loops over
/// it, which have no turns either way.
pub fn check(module: &Parsed, program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let keyed = keyed(program);
    let mut walk = Walk { module, program, keyed: &keyed, diagnostics };
    for rule in &module.ast.policy {
        let (terms, queries) = children::of_rule(rule);
        terms.into_iter().for_each(|term| walk.expr(term));
        queries.into_iter().for_each(|query| walk.query(query));
    }
}

/// The rules that make sets by key.
fn keyed(program: &Program) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    for module in &program.modules {
        for rule in &module.ast.policy {
            if let Rule::Spec { head: RuleHead::Set { refr, .. }, .. } = rule.as_ref()
                && matches!(refr.as_ref(), Expr::RefBrack { .. })
                && let Some(name) = program::rule_name(rule)
            {
                found.insert((module.package.clone(), name.to_owned()));
            }
        }
    }
    found
}

struct Walk<'a> {
    module: &'a Parsed,
    program: &'a Program,
    keyed: &'a BTreeSet<Name>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            let mut looped = None;
            match &statement.literal {
                Literal::SomeIn { collection, .. } => looped = Some(collection.as_ref()),
                Literal::Every { query, .. } => self.query(query),
                Literal::NotExpr { expr, .. } => self.negated(expr),
                _ => {}
            }
            for expr in children::of_statement(statement) {
                let is_looped = looped.is_some_and(|looped| std::ptr::eq(looped, expr));
                if !is_looped || !self.is_whole(expr) {
                    self.expr(expr);
                }
            }
        }
    }

    /// `not x in of[key]` is true to the interpreter where the rule has no such
    /// key, and has no value to OPA.
    fn negated(&mut self, expr: &Expr) {
        let Expr::Membership { collection, .. } = expr else { return };
        let mut rule: &Expr = collection;
        while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = rule {
            rule = refr;
            if self.is_whole(rule) {
                let text = collection.span().text();
                let place = program::place(&self.module.file.as_str().into(), collection.span());
                self.diagnostics.push(
                    Diagnostic::error(format!(
                        "{text} may have no value, which `not … in` cannot tell"
                    ))
                    .at(place)
                    .help(format!("look in a set made first: `{{x | some x in {text}}}`")),
                );
                return;
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if self.is_whole(expr) {
            let text = expr.span().text();
            self.diagnostics.push(
                Diagnostic::error(format!("{text} has no value as a whole where it holds nothing"))
                    .at(program::place(&self.module.file.as_str().into(), expr.span()))
                    .help(format!("look up one key, as in `{text}[key]`, or loop over it")),
            );
            return;
        }
        // A key is looked up, so what it is looked up in is not taken as a whole.
        let (mut looked_up, mut indexes) = (expr, Vec::new());
        while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = looked_up {
            if let Expr::RefBrack { index, .. } = looked_up {
                indexes.push(index.as_ref());
            }
            looked_up = refr;
        }
        indexes.into_iter().for_each(|index| self.expr(index));
        if !std::ptr::eq(looked_up, expr) {
            if !matches!(looked_up, Expr::Var { .. }) {
                self.expr(looked_up);
            }
            return;
        }
        for child in children::of(expr) {
            match child {
                Child::Expr(expr) => self.expr(expr),
                Child::Scope { query, terms } => {
                    self.query(query);
                    terms.into_iter().for_each(|term| self.expr(term));
                }
            }
        }
    }

    /// Whether an expression is such a rule and no more.
    fn is_whole(&self, expr: &Expr) -> bool {
        let path = program::path_of(expr);
        let rule = path.and_then(|path| self.module.rule_of(&path, self.program));
        rule.is_some_and(|(name, left)| left == 0 && self.keyed.contains(&name))
    }
}
