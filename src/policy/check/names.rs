//! Names that stand for nothing: variables that nothing binds, functions and
//! rules that are not there.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Rc;
use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span as RegoSpan,
};

use super::children::{self, Child};
use super::program::{self, Parsed, Program};
use crate::diagnostic::Diagnostic;
use crate::suggest::nearest;

/// Checks the names in a module.
pub fn check(module: &Parsed, program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let own = program.packages.get(&module.package);
    let mut globals: BTreeSet<String> = module.imports.keys().cloned().collect();
    globals.extend(["input".to_owned(), "data".to_owned()]);
    let mut rules = BTreeSet::new();
    if let Some(own) = own {
        rules.extend(own.rules.iter().cloned());
        rules.extend(own.functions.keys().cloned());
    }
    globals.extend(rules.iter().cloned());
    let mut names = Names {
        module,
        program,
        file: Rc::from(module.file.as_str()),
        globals,
        rules,
        diagnostics,
        told: BTreeSet::new(),
        used: BTreeSet::new(),
    };
    names.imports();
    for rule in &module.ast.policy {
        names.rule(rule);
    }
    names.unused_imports();
}

struct Names<'a> {
    module: &'a Parsed,
    program: &'a Program,
    file: Rc<str>,
    globals: BTreeSet<String>,
    rules: BTreeSet<String>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// What was said already, by offset.
    told: BTreeSet<u32>,
    /// The imports that something uses.
    used: BTreeSet<String>,
}

type Bound = BTreeSet<String>;

impl Names<'_> {
    fn tell(&mut self, span: &RegoSpan, message: String, help: String) {
        if self.told.insert(span.start) {
            let place = program::place(&self.file, span);
            self.diagnostics.push(Diagnostic::error(message).at(place).help(help));
        }
    }

    /// Imports of packages that are not there.
    fn imports(&mut self) {
        for import in &self.module.ast.imports {
            let Some(path) = program::path_of(&import.refr) else { continue };
            let Some((root, rest)) = path.split_first() else { continue };
            if root == "data" && rest.first().is_some_and(|first| first != "profile") {
                self.data_path(rest, &import.span);
            }
        }
    }

    /// Imports that nothing uses, which `opa check --strict` refuses.
    fn unused_imports(&mut self) {
        for import in &self.module.ast.imports {
            let Some(path) = program::path_of(&import.refr) else { continue };
            // `rego.v1` and `future.keywords` change the language.
            if !path.first().is_some_and(|root| root == "data" || root == "input") {
                continue;
            }
            let name = import.r#as.as_ref().map_or_else(
                || path.last().cloned().unwrap_or_default(),
                |name| name.text().to_owned(),
            );
            if !self.used.contains(&name) {
                let place = program::place(&self.file, &import.span);
                self.diagnostics.push(
                    Diagnostic::warning(format!("nothing uses the import {name}"))
                        .at(place)
                        .help("remove it; `opa check --strict` refuses it"),
                );
            }
        }
    }

    fn note_use(&mut self, name: &str, bound: &Bound) {
        if !bound.contains(name) && self.module.imports.contains_key(name) {
            self.used.insert(name.to_owned());
        }
    }

    /// A path below `data` that is no profile: a package, or a rule in one.
    fn data_path(&mut self, path: &[String], span: &RegoSpan) {
        let shown = path.join(".");
        match self.program.package_of(path) {
            Some((package, rest)) => {
                if let Some(name) = rest.first() {
                    self.member(&package, name, span);
                }
            }
            // The parent of a package.
            None if self.program.packages.keys().any(|name| {
                name.strip_prefix(&shown).is_some_and(|rest| rest.starts_with('.'))
            }) => {}
            None => {
                let help = match nearest(&shown, self.program.packages.keys()) {
                    Some(near) => format!("did you mean data.{near}?"),
                    None => "`data` holds `profile` and the packages of the policies".to_owned(),
                };
                self.tell(span, format!("there is no data.{shown}"), help);
            }
        }
    }

    /// A rule or function of a package.
    fn member(&mut self, package: &str, name: &str, span: &RegoSpan) {
        let Some(found) = self.program.packages.get(package) else { return };
        if found.rules.contains(name) || found.functions.contains_key(name) {
            return;
        }
        let all: Vec<&String> = found.rules.iter().chain(found.functions.keys()).collect();
        let help = match nearest(name, all.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => {
                let all: Vec<&str> = all.into_iter().map(String::as_str).collect();
                format!("it has {}", all.join(", "))
            }
        };
        self.tell(span, format!("package {package} has no rule {name}"), help);
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Default { value, args, .. } => {
                let mut bound = Bound::new();
                for argument in args {
                    children::pattern_variables(argument, &mut |_, name| {
                        bound.insert(name.to_owned());
                    });
                }
                self.uses(value, &bound);
            }
            Rule::Spec { head, bodies, span } => {
                let name = program::rule_name(rule).unwrap_or_default();
                if program::builtin(name).is_some() || matches!(name, "input" | "data" | "print") {
                    self.tell(
                        span,
                        format!("the rule {name} has the name of something built in"),
                        "call it something else".to_owned(),
                    );
                }
                let mut arguments = Bound::new();
                let (mut outputs, refr) = match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        (assign.iter().map(|a| a.value.as_ref()).collect::<Vec<_>>(), refr)
                    }
                    RuleHead::Set { refr, key, .. } => {
                        (key.iter().map(|key| key.as_ref()).collect(), refr)
                    }
                    RuleHead::Func { refr, args, assign, .. } => {
                        for argument in args {
                            self.declare(argument);
                            children::pattern_variables(argument, &mut |_, name| {
                                arguments.insert(name.to_owned());
                            });
                        }
                        (assign.iter().map(|a| a.value.as_ref()).collect(), refr)
                    }
                };
                // Keys of the head: `m[key] := …`.
                let mut expr: &Expr = refr;
                loop {
                    match expr {
                        Expr::RefBrack { refr, index, .. } => {
                            outputs.push(index);
                            expr = refr;
                        }
                        Expr::RefDot { refr, .. } => expr = refr,
                        _ => break,
                    }
                }
                if bodies.is_empty() {
                    outputs.iter().for_each(|output| self.uses(output, &arguments));
                }
                for (index, body) in bodies.iter().enumerate() {
                    let bound = self.query(&body.query, &arguments);
                    if let Some(assign) = &body.assign {
                        self.uses(&assign.value, &bound);
                    }
                    if index == 0 || !body.is_else {
                        outputs.iter().for_each(|output| self.uses(output, &bound));
                    }
                }
            }
        }
    }

    /// Checks a query and gives what is bound in it.
    fn query(&mut self, query: &Query, outer: &Bound) -> Bound {
        let mut bound = outer.clone();
        for statement in &query.stmts {
            self.binders_of_statement(statement, &mut bound);
        }
        for statement in &query.stmts {
            for expr in children::of_statement(statement) {
                self.uses(expr, &bound);
            }
            // What `with` replaces may be an import's.
            for with in &statement.with_mods {
                if let Some(path) = program::path_of(&with.refr)
                    && let Some(root) = path.first()
                {
                    self.note_use(root, &bound);
                }
            }
            if let Literal::Every { key, value, query, .. } = &statement.literal {
                let mut inner = bound.clone();
                inner.extend(key.iter().map(|key| key.text().to_owned()));
                inner.insert(value.text().to_owned());
                self.query(query, &inner);
            }
        }
        bound
    }

    fn binders_of_statement(&mut self, statement: &LiteralStmt, bound: &mut Bound) {
        match &statement.literal {
            // Declared, but bound elsewhere or not at all.
            Literal::SomeVars { vars, .. } => {
                for variable in vars {
                    self.declare_name(variable.text(), variable);
                }
            }
            Literal::SomeIn { key, value, collection, .. } => {
                for pattern in key.iter().map(|key| key.as_ref()).chain([value.as_ref()]) {
                    self.declare(pattern);
                    children::pattern_variables(pattern, &mut |_, name| {
                        bound.insert(name.to_owned());
                    });
                }
                binders(collection, bound);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                    self.declare(lhs);
                }
                binders(expr, bound);
            }
            Literal::NotExpr { .. } => {}
            Literal::Every { domain, .. } => binders(domain, bound),
        }
    }

    /// A pattern that declares variables: none may hide a rule.
    fn declare(&mut self, pattern: &Expr) {
        let mut found: BTreeMap<String, RegoSpan> = BTreeMap::new();
        children::pattern_variables(pattern, &mut |expr, name| {
            found.insert(name.to_owned(), expr.span().clone());
        });
        for (name, span) in found {
            self.declare_name(&name, &span);
        }
    }

    fn declare_name(&mut self, name: &str, span: &RegoSpan) {
        if self.rules.contains(name) {
            self.tell(
                span,
                format!("the variable {name} has the name of a rule"),
                "give one of them another name; the interpreter takes one for the other".to_owned(),
            );
        }
    }

    /// Checks that what an expression uses is there.
    fn uses(&mut self, expr: &Expr, bound: &Bound) {
        match expr {
            Expr::Var { span, .. } => {
                if let Some(name) = children::variable(expr) {
                    self.note_use(name, bound);
                }
                if let Some(name) = children::variable(expr)
                    && !bound.contains(name)
                    && !self.globals.contains(name)
                {
                    let known: Vec<String> = bound.iter().chain(&self.globals).cloned().collect();
                    let help = match nearest(name, &known) {
                        Some(near) => format!("did you mean {near}?"),
                        None => format!("bind it, as in `some {name} in …`"),
                    };
                    self.tell(span, format!("nothing gives {name} a value"), help);
                }
                return;
            }
            Expr::Call { fcn, params, .. } => {
                if let Some(root) = program::path_of(fcn).and_then(|path| path.into_iter().next()) {
                    self.note_use(&root, bound);
                }
                self.call(fcn, params.len());
                self.range(fcn, params.iter().map(|param| param.as_ref()));
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, bound),
            _ => {}
        }
        for child in children::of(expr) {
            match child {
                Child::Expr(expr) => self.uses(expr, bound),
                Child::Scope { query, terms } => {
                    let inner = self.query(query, bound);
                    terms.into_iter().for_each(|term| self.uses(term, &inner));
                }
            }
        }
    }

    /// A reference that begins with `data` or an import.
    fn reference(&mut self, expr: &Expr, bound: &Bound) {
        let Some(path) = program::path_of(expr) else { return };
        let Some((root, rest)) = path.split_first() else { return };
        if bound.contains(root) {
            return;
        }
        let full: Vec<String> = match self.module.imports.get(root) {
            Some(import) => import.iter().chain(rest).cloned().collect(),
            None => path.clone(),
        };
        if let Some((root, rest)) = full.split_first()
            && root == "data"
            && rest.first().is_some_and(|first| first != "profile")
        {
            self.data_path(rest, expr.span());
        }
    }

    /// A list of numbers whose length is not plain to see, or great.
    fn range<'e>(&mut self, function: &Expr, arguments: impl Iterator<Item = &'e Expr>) {
        let Some(path) = program::path_of(function) else { return };
        let name = path.join(".");
        if !program::RANGES.contains(&name.as_str()) {
            return;
        }
        let bounds: Vec<Option<i64>> =
            arguments.take(2).map(|bound| bound.span().text().parse().ok()).collect();
        let length = match bounds.as_slice() {
            [Some(first), Some(last)] => last.checked_sub(*first).and_then(i64::checked_abs),
            _ => None,
        };
        if length.is_none_or(|length| length > program::LONGEST_RANGE) {
            self.tell(
                function.span(),
                format!("{name} may make a list of any length"),
                format!(
                    "give it two numbers that are written out, at most {} apart",
                    program::LONGEST_RANGE
                ),
            );
        }
    }

    fn call(&mut self, function: &Expr, arguments: usize) {
        let Some(path) = program::path_of(function) else { return };
        let name = path.join(".");
        if let Some((_, why)) = program::FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == name)
        {
            return self.tell(
                function.span(),
                format!("policies may not call {name}"),
                (*why).to_owned(),
            );
        }
        let Some((root, rest)) = path.split_first() else { return };
        let own = self.program.packages.get(&self.module.package);
        let takes = if rest.is_empty()
            && let Some(count) = own.and_then(|own| own.functions.get(root))
        {
            Some(*count)
        } else if root == "data" || self.module.imports.contains_key(root) {
            let full: Vec<String> = match self.module.imports.get(root) {
                Some(import) => import.iter().skip(1).chain(rest).cloned().collect(),
                None => rest.to_vec(),
            };
            let Some((package, [member, ..])) = self.program.package_of(&full) else {
                return self.data_path(&full, function.span());
            };
            match self.program.packages.get(&package).and_then(|p| p.functions.get(member)) {
                Some(count) => Some(*count),
                None => return self.member(&package, member, function.span()),
            }
        } else if name == "print" {
            None
        } else if let Some(count) = program::builtin(&name) {
            Some(count)
        } else {
            let mut known = program::builtin_names();
            known.extend(own.into_iter().flat_map(|own| own.functions.keys().cloned()));
            let help = match nearest(&name, &known) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    "see the built-in functions of Rego; those that reach outside are not offered"
                        .to_owned()
                }
            };
            return self.tell(function.span(), format!("there is no function {name}"), help);
        };
        // One more argument takes the result.
        if let Some(takes) = takes
            && arguments != takes
            && arguments != takes + 1
        {
            self.tell(
                function.span(),
                format!("{name} takes {takes} arguments, and is given {arguments}"),
                "give as many as it takes".to_owned(),
            );
        }
    }
}

/// Collects the variables that an expression binds when it holds.
fn binders(expr: &Expr, bound: &mut Bound) {
    let mut bind = |pattern: &Expr| {
        children::pattern_variables(pattern, &mut |_, name| {
            bound.insert(name.to_owned());
        });
    };
    match expr {
        Expr::AssignExpr { op, lhs, rhs, .. } => {
            bind(lhs);
            if *op == AssignOp::Eq {
                bind(rhs);
            }
        }
        Expr::RefBrack { index, .. } => bind(index),
        Expr::Call { fcn, params, .. } => {
            let takes = program::path_of(fcn).and_then(|path| program::builtin(&path.join(".")));
            if let (Some(takes), Some(last)) = (takes, params.last())
                && params.len() == takes + 1
            {
                bind(last);
            }
        }
        _ => {}
    }
    for child in children::of(expr) {
        if let Child::Expr(child) = child {
            binders(child, bound);
        }
    }
}
