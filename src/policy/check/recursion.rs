//! Rules that rest on themselves. Rego forbids them; the interpreter would
//! follow a function that calls itself until the process dies.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Rc;
use regorus::unstable::{Expr, Literal, Query, Rule, Span as RegoSpan};

use super::children::{self, Child};
use super::program::{self, Name, Parsed, Program};
use crate::diagnostic::Diagnostic;

/// What each rule refers to, and where it stands.
#[derive(Default)]
struct Graph<'p> {
    uses: BTreeMap<Name, BTreeSet<Name>>,
    places: BTreeMap<Name, (&'p Parsed, &'p RegoSpan)>,
}

/// Tells of every rule that is reached from itself.
pub fn check(program: &Program, wanted: &dyn Fn(&str) -> bool, diagnostics: &mut Vec<Diagnostic>) {
    let mut graph = Graph::default();
    for module in &program.modules {
        for rule in &module.ast.policy {
            graph.add(rule, module, program);
        }
    }
    for (name, (module, span)) in &graph.places {
        if wanted(&module.file) && graph.reaches_itself(name) {
            let place = program::place(&Rc::from(module.file.as_str()), span);
            diagnostics.push(
                Diagnostic::error(format!("{} rests on itself", name.1))
                    .at(place)
                    .help("Rego has no recursion; go through a list or a set made first"),
            );
        }
    }
}

impl<'p> Graph<'p> {
    fn add(&mut self, rule: &'p Rule, module: &'p Parsed, program: &Program) {
        let Some(name) = program::rule_name(rule) else { return };
        let name: Name = (module.package.clone(), name.to_owned());
        let mut found = BTreeSet::new();
        let mut uses = Uses { module, program, found: &mut found };
        let (terms, queries) = children::of_rule(rule);
        terms.into_iter().for_each(|term| uses.expr(term));
        queries.into_iter().for_each(|query| uses.query(query));
        if let Rule::Spec { span, .. } = rule {
            self.places.entry(name.clone()).or_insert((module, span));
        }
        self.uses.entry(name).or_default().extend(found);
    }

    fn reaches_itself(&self, name: &Name) -> bool {
        let mut seen: BTreeSet<&Name> = BTreeSet::new();
        let mut open: Vec<&Name> = self.uses.get(name).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if next == name {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.uses.get(next).into_iter().flatten());
            }
        }
        false
    }
}

/// The rules that a part of a module refers to.
struct Uses<'a> {
    module: &'a Parsed,
    program: &'a Program,
    found: &'a mut BTreeSet<Name>,
}

impl Uses<'_> {
    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            children::of_statement(statement).into_iter().for_each(|expr| self.expr(expr));
            if let Literal::Every { query, .. } = &statement.literal {
                self.query(query);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Call { fcn, .. } => self.path(fcn),
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.path(expr),
            _ => {}
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

    fn path(&mut self, expr: &Expr) {
        let path = program::path_of(expr);
        let rule = path.and_then(|path| self.module.rule_of(&path, self.program));
        self.found.extend(rule.map(|(name, _)| name));
    }
}
