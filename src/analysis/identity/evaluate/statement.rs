//! Whether a statement is about a request.
//!
//! Source: the IAM user guide, "IAM JSON policy elements reference".

use super::condition::compare;
use super::formula::Formula;
use super::pattern::{self, Cover, Piece};
use super::policy::Compiled;
use super::principal::Naming;
use super::request::Request;
use super::variables::Resolved;
use crate::model::Effect;

/// Why a statement is not about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Miss {
    /// It is about other actions.
    Action,
    /// It names other principals.
    Principal,
    /// It is about other resources.
    Resource,
    /// A condition is not met.
    Condition,
}

/// A statement held against a request: on what it depends that it is about it,
/// and if it never is, which element is the last reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// By which names it names the principal, each with what that depends on;
    /// empty where principals do not count.
    pub namings: Vec<(Naming, Formula)>,
    /// On what it depends, but for the principal.
    pub rest: Formula,
    /// Where it never is.
    pub miss: Option<Miss>,
}

impl Held {
    fn missed(miss: Miss) -> Self {
        Self { namings: Vec::new(), rest: Formula::False, miss: Some(miss) }
    }

    /// On what it depends that the statement is about the request.
    pub fn formula(&self, with_principals: bool) -> Formula {
        if !with_principals {
            return self.rest.clone();
        }
        let named = Formula::any(self.namings.iter().map(|(_, formula)| formula.clone()));
        named.and(self.rest.clone())
    }
}

/// Holds a statement against a request. `with_principals` is for policies of
/// resources, whose statements name principals and may leave the resource out.
pub(super) fn hold(
    statement: &Compiled,
    request: &Request,
    with_principals: bool,
    has_boundary: bool,
) -> Held {
    if !statement.may_be_about(request.service()) {
        return Held::missed(Miss::Action);
    }
    let action = action(statement, request);
    if action.is_false() {
        return Held::missed(Miss::Action);
    }
    let namings = match with_principals {
        true => namings(statement, request, has_boundary),
        false => Vec::new(),
    };
    if with_principals && namings.is_empty() {
        return Held::missed(Miss::Principal);
    }
    let resource = resource(statement, request, with_principals);
    if resource.is_false() {
        return Held::missed(Miss::Resource);
    }
    let conditions = Formula::all(statement.tests.iter().map(|test| test.holds(request)));
    if conditions.is_false() {
        return Held::missed(Miss::Condition);
    }
    let rest = Formula::all([action, resource, conditions]);
    let miss = rest.is_false().then_some(Miss::Condition);
    Held { namings, rest, miss }
}

fn action(statement: &Compiled, request: &Request) -> Formula {
    let asked = request.action_pieces();
    let mut parts = Vec::new();
    for (pattern, written) in statement.actions.iter().zip(&statement.written) {
        match pattern::cover(pattern, asked) {
            Cover::Whole => {
                return Formula::constant(!statement.not_actions);
            }
            Cover::Part => parts.push(written.clone()),
            Cover::Nothing => {}
        }
    }
    let part = Formula::any(
        parts.into_iter().map(|pattern| Formula::other(format!("the action is {pattern}"))),
    );
    match statement.not_actions {
        true => part.negate(),
        false => part,
    }
}

fn resource(statement: &Compiled, request: &Request, may_leave_out: bool) -> Formula {
    if statement.resources.is_empty() {
        return Formula::constant(may_leave_out);
    }
    // AWS completes an ARN that stops early with wildcards in policies of
    // identities; elsewhere it is not said, and only a Deny is read so.
    let complete = !may_leave_out || statement.effect == Effect::Deny;
    let mut parts = Vec::new();
    for template in &statement.resources {
        if template.fixed().is_none() && template.has_early_variable() {
            continue;
        }
        let (pieces, known) = match template.resolve(request) {
            Resolved::Known(pieces) => (pieces, true),
            Resolved::Unknown(pieces) => (pieces, false),
            Resolved::Missing => continue,
        };
        for name in request.resource_pieces() {
            match (resource_cover(&pieces, name, complete), known) {
                (Cover::Whole, true) => return Formula::constant(!statement.not_resources),
                (Cover::Nothing, _) => {}
                (Cover::Whole, false) | (Cover::Part, _) => parts.push(template.text.clone()),
            }
        }
    }
    let part = Formula::any(
        parts.into_iter().map(|text| Formula::other(format!("the resource is {text}"))),
    );
    match statement.not_resources {
        true => part.negate(),
        false => part,
    }
}

/// How much of a resource's name a pattern takes in. ARNs are compared field
/// by field; in the last field, wildcards cross slashes and colons.
fn resource_cover(pattern: &[Piece], name: &[Piece], complete: bool) -> Cover {
    if pattern::is_everything(pattern) {
        return Cover::Whole;
    }
    if name == [Piece::Any] {
        // An action about no resource in particular.
        return Cover::Nothing;
    }
    let fields = pattern::fields(pattern, 6).len();
    let is_arn = |pieces: &[Piece]| pieces.starts_with(&pattern::literal("arn:"));
    if !is_arn(pattern) || !is_arn(name) {
        return pattern::cover(pattern, name);
    }
    if fields == 6 {
        return compare::arn(pattern, name);
    }
    if !complete {
        return Cover::Nothing;
    }
    let mut completed = pattern.to_vec();
    for _ in fields..6 {
        completed.extend([Piece::Character(':'), Piece::Any]);
    }
    compare::arn(&completed, name)
}

fn namings(statement: &Compiled, request: &Request, has_boundary: bool) -> Vec<(Naming, Formula)> {
    let principal = &request.principal;
    if statement.not_principals.is_empty() {
        return statement.principals.iter().filter_map(|one| principal.named_by(one)).collect();
    }
    let excepted = match statement.effect {
        // A principal with a boundary is always denied.
        Effect::Deny if has_boundary => Formula::False,
        Effect::Deny => principal.excepted_by(&statement.not_principals),
        Effect::Allow => Formula::any(
            statement
                .not_principals
                .iter()
                .filter_map(|one| principal.named_by(one))
                .map(|(_, formula)| formula),
        ),
    };
    let named = excepted.negate();
    if named.is_false() { Vec::new() } else { vec![(Naming::Everyone, named)] }
}
