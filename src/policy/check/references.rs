//! References into the model and the profile that name something that is not
//! there. In Rego such a reference is merely undefined: `not r.encryptd` is
//! true.
//!
//! Shapes are followed through variables, rules and functions: what a rule
//! gives is the shape of what it is assigned, and what a function's argument
//! may be is what its callers give it.

use std::collections::HashMap;

use regorus::Rc;
use regorus::unstable::{
    AssignOp, BinOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead,
    Span as RegoSpan,
};

use super::children::{self, Child};
use super::program::{self, Parsed, Program};
use super::shape::{Missing, Shape};
use crate::diagnostic::Diagnostic;
use crate::suggest::nearest;

/// Times that shapes are handed on between rules and functions before what is
/// not settled counts as not known.
const PASSES: usize = 5;

/// Names told of where nothing is near.
const MAX_NAMES: usize = 16;

/// What the documents look like.
#[derive(Debug, Clone)]
pub struct Documents<'s> {
    /// `input`.
    pub input: Shape<'s>,
    /// `data.profile`.
    pub profile: Shape<'s>,
}

impl<'s> Documents<'s> {
    /// The shape of what the analysis found of a resource, which has gaps at
    /// `/reachability` of the resource itself.
    pub fn reachability(&self) -> Shape<'s> {
        let found = self.input.field("analysis").and_then(|found| found.field("reachability"));
        found.map_or(Shape::Any, |found| found.item())
    }
}

type Name = (String, String);

/// What is known of rules and functions, from the pass before.
#[derive(Default)]
struct Tables<'s> {
    results: HashMap<Name, Vec<Shape<'s>>>,
    arguments: HashMap<Name, Vec<Vec<Shape<'s>>>>,
}

/// Checks the references in all modules but tests; `wanted` says of which
/// files to tell.
pub fn check(
    program: &Program,
    documents: &Documents<'_>,
    wanted: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut tables = Tables::default();
    for pass in 0..PASSES {
        let mut next = Tables::default();
        let last = pass + 1 == PASSES;
        for module in &program.modules {
            if module.file.ends_with("_test.rego") {
                continue;
            }
            let mut found = Vec::new();
            let mut walk = Walk {
                program,
                documents,
                module,
                file: Rc::from(module.file.as_str()),
                known: &tables,
                next: &mut next,
                quiet: usize::from(!(last && wanted(&module.file))),
                diagnostics: &mut found,
            };
            for rule in &module.ast.policy {
                walk.rule(rule);
            }
            diagnostics.append(&mut found);
        }
        tables = next;
    }
}

type Scope<'s> = HashMap<String, Shape<'s>>;

struct Walk<'w, 's> {
    program: &'w Program,
    documents: &'w Documents<'s>,
    module: &'w Parsed,
    file: Rc<str>,
    known: &'w Tables<'s>,
    next: &'w mut Tables<'s>,
    /// Above nought while nothing is told.
    quiet: usize,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'s> Walk<'_, 's> {
    fn tell(&mut self, owner: &Expr, field: &str, span: &RegoSpan, missing: Missing) {
        if self.quiet > 0 {
            return;
        }
        let owner = owner.span().text();
        let help = match nearest(field, &missing.names) {
            Some(near) => format!("did you mean {near}?"),
            None if missing.names.is_empty() => "it has no attributes".to_owned(),
            None if missing.names.len() > MAX_NAMES => {
                "`audit policy schema` prints what there is".to_owned()
            }
            None => format!("it has {}", missing.names.join(", ")),
        };
        let place = program::place(&self.file, span);
        self.diagnostics.push(
            Diagnostic::error(format!("{owner} has no attribute {field}")).at(place).help(help),
        );
    }

    fn rule(&mut self, rule: &Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let Some(name) = program::rule_name(rule) else { return };
        let name: Name = (self.module.package.clone(), name.to_owned());
        let mut scope = Scope::new();
        let (refr, assign, member) = match head {
            RuleHead::Compr { refr, assign, .. } => (refr, assign.as_ref(), None),
            RuleHead::Set { refr, key, .. } => (refr, None, Some(key)),
            RuleHead::Func { refr, args, assign, .. } => {
                let shapes = self.arguments(&name, args.len());
                for (argument, shape) in args.iter().zip(shapes) {
                    bind(argument, shape, &mut scope);
                }
                (refr, assign.as_ref(), None)
            }
        };
        let mut results = Vec::new();
        let mut value = |walk: &mut Self, scope: &mut Scope<'s>, body: Option<&RuleBody>| {
            let own = body.and_then(|body| body.assign.as_ref());
            let shape = match (own.or(assign), member) {
                (Some(assign), _) => walk.expr(&assign.value, scope),
                (None, Some(Some(key))) => Shape::Items(Box::new(walk.expr(key, scope))),
                (None, Some(None)) => Shape::Any,
                (None, None) => Shape::Scalar,
            };
            results.push(walk.keyed(refr, shape, scope));
        };
        if bodies.is_empty() {
            value(self, &mut scope, None);
        }
        for body in bodies {
            let mut inner = scope.clone();
            self.query(&body.query, &mut inner);
            value(self, &mut inner, Some(body));
        }
        self.next.results.entry(name).or_default().extend(results);
    }

    /// What a rule with keys in its head, `m[key] := …`, gives as a whole.
    fn keyed(&mut self, head: &Expr, value: Shape<'s>, scope: &mut Scope<'s>) -> Shape<'s> {
        match head {
            Expr::RefBrack { refr, index, .. } => {
                self.expr(index, scope);
                let inner = Shape::Items(Box::new(value));
                self.keyed(refr, inner, scope)
            }
            Expr::RefDot { .. } => Shape::Any,
            _ => value,
        }
    }

    /// What callers give a function.
    fn arguments(&self, name: &Name, count: usize) -> Vec<Shape<'s>> {
        let calls = self.known.arguments.get(name);
        (0..count)
            .map(|index| {
                let given = calls.into_iter().flatten().filter_map(|call| call.get(index)).cloned();
                Shape::one_of(given)
            })
            .collect()
    }

    fn result(&self, package: &str, name: &str) -> Shape<'s> {
        match self.known.results.get(&(package.to_owned(), name.to_owned())) {
            Some(shapes) => Shape::one_of(shapes.iter().cloned()),
            None => Shape::Any,
        }
    }

    /// Statements may stand in any order: a first, quiet round binds.
    fn query(&mut self, query: &Query, scope: &mut Scope<'s>) {
        self.quiet += 1;
        for statement in &query.stmts {
            self.statement(statement, scope);
        }
        self.quiet -= 1;
        for statement in &query.stmts {
            self.statement(statement, scope);
        }
    }

    fn statement(&mut self, statement: &LiteralStmt, scope: &mut Scope<'s>) {
        // What `with` puts in place of the documents has a form of its own.
        let replaced = !statement.with_mods.is_empty();
        self.quiet += usize::from(replaced);
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                let shape = self.expr(collection, scope);
                if let Some(key) = key {
                    bind(key, Shape::Any, scope);
                }
                bind(value, shape.item(), scope);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                self.expr(expr, scope);
            }
            Literal::Every { key, value, domain, query, .. } => {
                let shape = self.expr(domain, scope);
                let mut inner = scope.clone();
                if let Some(key) = key {
                    inner.insert(key.text().to_owned(), Shape::Any);
                }
                inner.insert(value.text().to_owned(), shape.item());
                self.query(query, &mut inner);
            }
        }
        self.quiet -= usize::from(replaced);
    }

    /// The shape of an expression; what stands in it is checked on the way.
    fn expr(&mut self, expr: &Expr, scope: &mut Scope<'s>) -> Shape<'s> {
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. } => Shape::Scalar,
            Expr::Null { .. } => Shape::Null,
            Expr::Var { span, .. } => self.variable(span.text(), scope),
            Expr::Array { items, .. } => {
                Shape::Tuple(items.iter().map(|item| self.expr(item, scope)).collect())
            }
            Expr::Set { items, .. } => {
                let items: Vec<Shape<'s>> =
                    items.iter().map(|item| self.expr(item, scope)).collect();
                Shape::Items(Box::new(Shape::one_of(items)))
            }
            Expr::Object { fields, .. } => self.object(fields, scope),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                let mut inner = scope.clone();
                self.query(query, &mut inner);
                Shape::Items(Box::new(self.expr(term, &mut inner)))
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let mut inner = scope.clone();
                self.query(query, &mut inner);
                self.expr(key, &mut inner);
                Shape::Items(Box::new(self.expr(value, &mut inner)))
            }
            Expr::Call { fcn, params, .. } => {
                let given: Vec<Shape<'s>> =
                    params.iter().map(|param| self.expr(param, scope)).collect();
                self.call(fcn, params, given)
            }
            Expr::RefDot { refr, field, .. } => {
                if let Some(shape) = self.path(expr, scope) {
                    return shape;
                }
                let owner = self.expr(refr, scope);
                self.field(refr, &owner, field.0.text(), &field.0)
            }
            Expr::RefBrack { refr, index, .. } => {
                if let Some(shape) = self.path(expr, scope) {
                    return shape;
                }
                let owner = self.expr(refr, scope);
                if let Some(name) = children::text(index) {
                    return self.field(refr, &owner, &name, index.span());
                }
                if let Expr::Number { value, .. } = index.as_ref() {
                    let number =
                        value.as_u64().ok().and_then(|number| usize::try_from(number).ok());
                    return number.map_or_else(|| owner.item(), |number| owner.at(number));
                }
                // A pattern as the index picks members of a set.
                if children::variable(index).is_none() {
                    self.expr(index, scope);
                    bind(index, owner.item(), scope);
                }
                owner.item()
            }
            Expr::BinExpr { op, lhs, rhs, .. } => {
                let (lhs, rhs) = (self.expr(lhs, scope), self.expr(rhs, scope));
                match op {
                    BinOp::Union => Shape::one_of([lhs, rhs]),
                    BinOp::Intersection => lhs,
                }
            }
            Expr::ArithExpr { lhs, rhs, .. } => {
                // `-` is the difference of sets too.
                let shape = self.expr(lhs, scope);
                self.expr(rhs, scope);
                shape
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                let right = self.expr(rhs, scope);
                bind(lhs, right.clone(), scope);
                if *op == AssignOp::Eq {
                    let left = self.expr(lhs, scope);
                    bind(rhs, left, scope);
                }
                Shape::Scalar
            }
            Expr::BoolExpr { .. } | Expr::Membership { .. } | Expr::UnaryExpr { .. } => {
                for child in children::of(expr) {
                    if let Child::Expr(child) = child {
                        self.expr(child, scope);
                    }
                }
                Shape::Scalar
            }
        }
    }

    fn object(
        &mut self,
        fields: &[(RegoSpan, Ref<Expr>, Ref<Expr>)],
        scope: &mut Scope<'s>,
    ) -> Shape<'s> {
        let mut named = std::collections::BTreeMap::new();
        let mut values = Vec::new();
        let mut all_named = true;
        for (_, key, value) in fields {
            self.expr(key, scope);
            let shape = self.expr(value, scope);
            match children::text(key) {
                Some(name) => {
                    named.insert(name, shape.clone());
                }
                None => all_named = false,
            }
            values.push(shape);
        }
        match all_named {
            true => Shape::Fields(named),
            false => Shape::Items(Box::new(Shape::one_of(values))),
        }
    }

    fn field(&mut self, owner: &Expr, shape: &Shape<'s>, name: &str, at: &RegoSpan) -> Shape<'s> {
        match shape.field(name) {
            Ok(shape) => shape,
            Err(missing) => {
                self.tell(owner, name, at, missing);
                Shape::Any
            }
        }
    }

    fn variable(&self, name: &str, scope: &Scope<'s>) -> Shape<'s> {
        if let Some(shape) = scope.get(name) {
            return shape.clone();
        }
        if let Some(path) = self.module.imports.get(name) {
            return self.document(path).unwrap_or(Shape::Any);
        }
        if name == "input" {
            return self.documents.input.clone();
        }
        let own = self.program.packages.get(&self.module.package);
        match own.is_some_and(|own| own.rules.contains(name)) {
            true => self.result(&self.module.package, name),
            false => Shape::Any,
        }
    }

    /// The shape of a dotted path below `data`; `None` where it is none, or
    /// needs no help.
    fn path(&mut self, expr: &Expr, scope: &Scope<'s>) -> Option<Shape<'s>> {
        let path = program::path_of(expr)?;
        let (root, rest) = path.split_first()?;
        if scope.contains_key(root) {
            return None;
        }
        let full: Vec<String> = match self.module.imports.get(root) {
            Some(import) => import.iter().chain(rest).cloned().collect(),
            None if root == "data" => path.clone(),
            None => return None,
        };
        self.document(&full)
    }

    /// The shape at a path that is exactly a document or a rule.
    fn document(&self, path: &[String]) -> Option<Shape<'s>> {
        let (root, rest) = path.split_first()?;
        match (root.as_str(), rest) {
            ("input", []) => Some(self.documents.input.clone()),
            ("data", [name]) if name == "profile" => Some(self.documents.profile.clone()),
            ("data", _) => {
                let (package, rest) = self.program.package_of(rest)?;
                match rest {
                    [] => Some(Shape::Any),
                    [rule] => Some(self.result(&package, rule)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn call(&mut self, function: &Expr, params: &[Ref<Expr>], given: Vec<Shape<'s>>) -> Shape<'s> {
        let Some(path) = program::path_of(function) else { return Shape::Any };
        let own = &self.module.package;
        let Some((root, rest)) = path.split_first() else { return Shape::Any };
        let of_own = self.program.packages.get(own).is_some_and(|p| p.functions.contains_key(root));
        if rest.is_empty() && of_own {
            let name = (own.clone(), root.clone());
            self.next.arguments.entry(name).or_default().push(given);
            return self.result(own, root);
        }
        let full: Vec<String> = match self.module.imports.get(root) {
            Some(import) => import.iter().skip(1).chain(rest).cloned().collect(),
            None if root == "data" => rest.to_vec(),
            None => return self.builtin(&path.join("."), params, &given),
        };
        if let Some((package, [name])) = self.program.package_of(&full) {
            let key = (package.clone(), name.clone());
            self.next.arguments.entry(key).or_default().push(given);
            return self.result(&package, name);
        }
        Shape::Any
    }

    /// What a built-in function gives, where that has a form of interest.
    fn builtin(&mut self, name: &str, params: &[Ref<Expr>], given: &[Shape<'s>]) -> Shape<'s> {
        match (name, given) {
            ("object.get", [owner, _, default]) => {
                let (Some(of), Some(key)) = (params.first(), params.get(1)) else {
                    return Shape::Any;
                };
                let found = match (children::text(key), key.as_ref()) {
                    (Some(name), _) => self.field(of, owner, &name, key.span()),
                    // A path, step by step.
                    (None, Expr::Array { items, .. }) => {
                        items.iter().fold(owner.clone(), |shape, step| match children::text(step) {
                            Some(name) => self.field(of, &shape, &name, step.span()),
                            None => shape.item(),
                        })
                    }
                    (None, _) => owner.item(),
                };
                Shape::one_of([found, default.clone()])
            }
            ("array.concat", [one, other]) => {
                Shape::Items(Box::new(Shape::one_of([one.item(), other.item()])))
            }
            ("sort" | "array.reverse", [list]) | ("array.slice", [list, _, _]) => {
                Shape::Items(Box::new(list.item()))
            }
            (
                "count" | "startswith" | "endswith" | "contains" | "lower" | "upper" | "concat"
                | "sprintf" | "is_string" | "is_number" | "is_boolean" | "is_null" | "trim_prefix",
                _,
            ) => Shape::Scalar,
            _ => Shape::Any,
        }
    }
}

/// Gives the variables of a pattern their shapes. One that has a better known
/// shape keeps it.
fn bind<'s>(pattern: &Expr, shape: Shape<'s>, scope: &mut Scope<'s>) {
    match pattern {
        Expr::Var { .. } => {
            let Some(name) = children::variable(pattern) else { return };
            let is_known = scope.get(name).is_some_and(|known| !matches!(known, Shape::Any));
            if !is_known || !matches!(shape, Shape::Any) {
                scope.insert(name.to_owned(), shape);
            }
        }
        Expr::Array { items, .. } => {
            for (index, item) in items.iter().enumerate() {
                bind(item, shape.at(index), scope);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                let field = children::text(key).and_then(|name| shape.field(&name).ok());
                bind(value, field.unwrap_or(Shape::Any), scope);
            }
        }
        _ => {}
    }
}
