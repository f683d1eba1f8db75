//! The parts of an expression, for the walks over the syntax tree.

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule, RuleHead};

/// What stands inside an expression.
pub enum Child<'a> {
    /// An expression in the same scope.
    Expr(&'a Expr),
    /// A comprehension: its query has a scope of its own, in which its terms
    /// stand.
    Scope {
        /// The query.
        query: &'a Query,
        /// The terms: key and value, or one.
        terms: Vec<&'a Expr>,
    },
}

/// The terms of a rule that its head and its bodies make, and the queries of its
/// bodies. What its name is keyed by is none of them.
pub fn of_rule(rule: &Rule) -> (Vec<&Expr>, Vec<&Query>) {
    let (head, bodies) = match rule {
        Rule::Default { value, .. } => return (vec![value], Vec::new()),
        Rule::Spec { head, bodies, .. } => (head, bodies),
    };
    let mut terms: Vec<&Expr> = match head {
        RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
            assign.iter().map(|assign| assign.value.as_ref()).collect()
        }
        RuleHead::Set { key, .. } => key.iter().map(|key| key.as_ref()).collect(),
    };
    terms.extend(bodies.iter().flat_map(|body| &body.assign).map(|assign| assign.value.as_ref()));
    (terms, bodies.iter().map(|body| body.query.as_ref()).collect())
}

/// The direct parts of an expression. A called function's name is none.
pub fn of(expr: &Expr) -> Vec<Child<'_>> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().map(|item| Child::Expr(item)).collect()
        }
        Expr::Object { fields, .. } => fields
            .iter()
            .flat_map(|(_, key, value)| [Child::Expr(key), Child::Expr(value)])
            .collect(),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            vec![Child::Scope { query, terms: vec![term] }]
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            vec![Child::Scope { query, terms: vec![key, value] }]
        }
        Expr::Call { params, .. } => params.iter().map(|param| Child::Expr(param)).collect(),
        Expr::UnaryExpr { expr, .. } => vec![Child::Expr(expr)],
        Expr::RefDot { refr, .. } => vec![Child::Expr(refr)],
        Expr::RefBrack { refr, index, .. } => vec![Child::Expr(refr), Child::Expr(index)],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![Child::Expr(lhs), Child::Expr(rhs)],
        Expr::Membership { key, value, collection, .. } => key
            .iter()
            .map(|key| Child::Expr(key))
            .chain([Child::Expr(value), Child::Expr(collection)])
            .collect(),
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => Vec::new(),
    }
}

/// The expressions of a statement that stand in its own scope, `every`'s query
/// aside.
pub fn of_statement(statement: &LiteralStmt) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = match &statement.literal {
        Literal::SomeVars { .. } => Vec::new(),
        Literal::SomeIn { key, value, collection, .. } => key
            .iter()
            .map(|key| key.as_ref())
            .chain([value.as_ref(), collection.as_ref()])
            .collect(),
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => vec![expr.as_ref()],
        Literal::Every { domain, .. } => vec![domain.as_ref()],
    };
    found.extend(statement.with_mods.iter().map(|with| with.r#as.as_ref()));
    found
}

/// The text of a string literal.
pub fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.to_string())
        }
        _ => None,
    }
}

/// The name of a variable; `None` for `_` too.
pub fn variable(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { span, .. } if span.text() != "_" => Some(span.text()),
        _ => None,
    }
}

/// Calls `visit` with each variable of a pattern.
pub fn pattern_variables<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr, &'a str)) {
    match expr {
        Expr::Var { .. } => {
            if let Some(name) = variable(expr) {
                visit(expr, name);
            }
        }
        Expr::Array { items, .. } => items.iter().for_each(|item| pattern_variables(item, visit)),
        Expr::Object { fields, .. } => {
            fields.iter().for_each(|(_, _, value)| pattern_variables(value, visit));
        }
        _ => {}
    }
}
