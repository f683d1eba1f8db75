//! Findings name resources and attributes as text, `["subnets", id, "/public"]`.
//! Those that stand literally in a policy are held against the model.

use regorus::Rc;
use regorus::unstable::{Expr, Query, Rule, RuleHead};

use super::children::{self, Child};
use super::program::{self, Parsed};
use super::references::Documents;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::suggest::nearest;

/// Checks what the findings of a module name.
pub fn check(module: &Parsed, documents: &Documents<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut evidence = Evidence {
        file: Rc::from(module.file.as_str()),
        documents,
        diagnostics,
        in_finding: false,
    };
    for rule in &module.ast.policy {
        let Rule::Spec { head, bodies, .. } = rule.as_ref() else { continue };
        let outputs: Vec<&Expr> = match head {
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
                assign.iter().map(|assign| assign.value.as_ref()).collect()
            }
            RuleHead::Set { key, .. } => key.iter().map(|key| key.as_ref()).collect(),
        };
        let is_subjects = program::rule_name(rule) == Some("applicable");
        for output in outputs {
            evidence.in_finding = is_subjects;
            evidence.expr(output);
            evidence.in_finding = false;
        }
        for body in bodies {
            evidence.query(&body.query);
        }
    }
}

struct Evidence<'a, 's> {
    file: Rc<str>,
    documents: &'a Documents<'s>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Within the value of `subject`, `evidence` or `on`.
    in_finding: bool,
}

impl Evidence<'_, '_> {
    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            for expr in children::of_statement(statement) {
                self.expr(expr);
            }
            if let regorus::unstable::Literal::Every { query, .. } = &statement.literal {
                self.query(query);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    let names_resources = children::text(key)
                        .is_some_and(|key| matches!(key.as_str(), "subject" | "evidence" | "on"));
                    let outer = std::mem::replace(&mut self.in_finding, names_resources);
                    self.expr(value);
                    self.in_finding = outer;
                }
                return;
            }
            Expr::Array { items, .. } if self.in_finding => self.item(items),
            // What a policy's own functions take is their own affair.
            Expr::Call { fcn, params, .. } if !is_builtin(fcn) => {
                let outer = std::mem::replace(&mut self.in_finding, false);
                params.iter().for_each(|param| self.expr(param));
                self.in_finding = outer;
                return;
            }
            _ => {}
        }
        for child in children::of(expr) {
            match child {
                Child::Expr(child) => self.expr(child),
                Child::Scope { query, terms } => {
                    terms.into_iter().for_each(|term| self.expr(term));
                    let outer = std::mem::replace(&mut self.in_finding, false);
                    self.query(query);
                    self.in_finding = outer;
                }
            }
        }
    }

    /// `[collection]`, `[collection, id]` or `[collection, id, pointer]`.
    fn item(&mut self, items: &[regorus::unstable::Ref<Expr>]) {
        let Some(first) = items.first() else { return };
        let Some(collection) = children::text(first) else { return };
        if !Model::COLLECTIONS.contains(&collection.as_str()) {
            let names: Vec<String> =
                Model::COLLECTIONS.iter().map(|&name| name.to_owned()).collect();
            let help = match nearest(&collection, &names) {
                Some(near) => format!("did you mean {near}?"),
                None => "evidence is [collection, id, pointer]; `audit policy schema` prints the collections".to_owned(),
            };
            self.tell(first, format!("the model has no collection {collection}"), help);
            return;
        }
        let Some(third) = items.get(2) else { return };
        let Some(pointer) = pointer_of(third) else { return };
        let Ok(resources) = self.documents.input.field(&collection) else { return };
        if !pointer.is_empty() && !pointer.starts_with('/') {
            self.tell(
                third,
                format!("{pointer} is no JSON pointer"),
                format!("write it as /{}", pointer.replace('.', "/")),
            );
            return;
        }
        let found = match pointer.strip_prefix("/reachability") {
            Some(pointer) => self.documents.reachability().pointer(pointer),
            None => resources.item().pointer(&pointer),
        };
        if let Err((field, missing)) = found {
            let help = match nearest(&field, &missing.names) {
                Some(near) => format!("did you mean {near}?"),
                None => "`audit policy schema` prints the attributes".to_owned(),
            };
            self.tell(third, format!("{collection} has no attribute {field}"), help);
        }
    }

    fn tell(&mut self, at: &Expr, message: String, help: String) {
        let place = program::place(&self.file, at.span());
        self.diagnostics.push(Diagnostic::error(message).at(place).help(help));
    }
}

fn is_builtin(function: &Expr) -> bool {
    program::path_of(function).is_some_and(|path| program::builtin(&path.join(".")).is_some())
}

/// The literal pointer, or that which `sprintf` makes, up to the first part
/// that is not known.
fn pointer_of(expr: &Expr) -> Option<String> {
    if let Some(text) = children::text(expr) {
        return Some(text);
    }
    let Expr::Call { fcn, params, .. } = expr else { return None };
    if program::path_of(fcn)? != ["sprintf"] {
        return None;
    }
    let format = children::text(params.first()?)?.replace("%d", "0");
    let known = match format.find('%') {
        None => format.as_str(),
        // The step in which something unknown stands is left out.
        Some(unknown) => format.get(..unknown)?.rsplit_once('/').map_or("", |(known, _)| known),
    };
    Some(known.to_owned())
}
