//! Ways by which principals gain administrator rights: the published methods,
//! held against effective permissions and against what the model holds, over
//! several principals.
//!
//! A quick look at what each principal is allowed at most finds the candidates;
//! the evaluation of every policy that has a say decides each step.
//!
//! Source: the lists that `data/methods.toml` names for each method.

mod bits;
mod carried;
mod choice;
mod grants;
pub mod methods;
mod needs;
mod nodes;
mod places;
mod prerequisites;
mod search;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::BTreeSet;

use bits::Bits;
use grants::{Actions, Compiler, Grants};
use methods::Method;
use nodes::{Kind, Nodes};
use prerequisites::Prerequisites;
use search::{Found, Next, Search};
use verify::{Trusts, Verifier};

use super::subjects::Subjects;
use crate::model::{
    EffectivePermissions, Escalation, EscalationStep, Gap, Reason, ResourceRef, Snapshot,
};

/// Where the facts are written.
const PATH: &str = "/effective/escalations";

/// The ways of every user and role that is not an administrator. Rests on what is
/// known of who is an administrator already.
pub(in crate::analysis) struct Escalations(Vec<Result>);

impl Escalations {
    pub(in crate::analysis) fn find(snapshot: &Snapshot) -> Self {
        Self::by(methods::methods(), snapshot)
    }

    fn by(methods: &[Method], snapshot: &Snapshot) -> Self {
        Self(find(snapshot, methods))
    }

    /// Writes them into the effective permissions, with gaps for what they depend
    /// on.
    pub(in crate::analysis) fn record(self, snapshot: &mut Snapshot) {
        for result in self.0 {
            if let Some(reason) = result.open {
                super::gap(snapshot, &result.of, PATH, reason);
            }
            let model = &mut snapshot.model;
            let id = result.of.id.as_str();
            let effective = match result.of.collection.as_str() {
                "iam_roles" => model.iam_roles.get_mut(id).map(|role| &mut role.effective),
                _ => model.iam_users.get_mut(id).map(|user| &mut user.effective),
            };
            if let Some(effective) = effective {
                effective.get_or_insert_default().escalations =
                    result.escalation.into_iter().collect();
            }
        }
    }
}

/// What was found of a principal.
struct Result {
    of: ResourceRef,
    escalation: Option<Escalation>,
    /// Why it is not known in full.
    open: Option<Reason>,
}

fn find(snapshot: &Snapshot, methods: &[Method]) -> Vec<Result> {
    let model = &snapshot.model;
    let subjects = Subjects::new(snapshot);
    let nodes = Nodes::of(model, &subjects);
    let actions = Actions::of(methods);
    let mut compiler = Compiler::new(model, &nodes, &actions);
    let grants: Vec<_> = (0..nodes.len()).map(|number| compiler.grants(number)).collect();
    let prerequisites = Prerequisites::of(snapshot, &nodes, methods);
    let verifier = Verifier {
        snapshot,
        subjects: &subjects,
        nodes: &nodes,
        trusts: Trusts::default(),
        functions: verify::functions(model),
    };
    let search = Search {
        methods,
        nodes: &nodes,
        actions: &actions,
        grants: &grants,
        prerequisites: &prerequisites,
        required: methods.iter().map(|method| actions.required(method)).collect(),
        verifier: &verifier,
    };
    let (administrators, untold) = ends(snapshot, &nodes);
    let found = search.run(&administrators, true);
    // Who reaches a principal of which it is not known what it may do.
    let maybe = match untold.is_empty() {
        true => Found::default(),
        false => search.run(&untold, false),
    };
    let unlisted = Unlisted::of(snapshot);
    let mut results = Vec::new();
    for (number, node) in nodes.all.iter().enumerate() {
        if !matches!(node.kind, Kind::User | Kind::Role) {
            continue;
        }
        let escalation = escalation(number, &found, methods, &nodes);
        let open = match &escalation {
            Some((_, open)) => open.clone(),
            None if administrators.has(number) || untold.has(number) => None,
            None if found.cut.has(number) => Some(Reason::Limit {
                detail: "it may turn to more principals than are tried".to_owned(),
            }),
            None => leads_into_the_dark(number, &maybe, &nodes)
                .or_else(|| unlisted.of_grants(&actions, grants.get(number)?.as_ref()?, methods)),
        };
        results.push(Result {
            of: node.reference.clone(),
            escalation: escalation.map(|(found, _)| found),
            open,
        });
    }
    results
}

/// The principals and groups that are administrators, and those of which that
/// is not known.
fn ends(snapshot: &Snapshot, nodes: &Nodes) -> (Bits, Bits) {
    let model = &snapshot.model;
    let gaps: BTreeSet<(&str, &str)> = snapshot
        .gaps
        .iter()
        .filter(|gap| matches!(gap.path.as_str(), "/effective" | "/effective/admin"))
        .filter_map(|gap| Some((gap.collection.as_str(), gap.id.as_deref()?)))
        .collect();
    let (mut administrators, mut untold) = (Bits::none(nodes.len()), Bits::none(nodes.len()));
    for (number, node) in nodes.all.iter().enumerate() {
        let id = &node.reference.id;
        let effective: Option<&EffectivePermissions> = match node.kind {
            Kind::User => model.iam_users.get(id).and_then(|found| found.effective.as_ref()),
            Kind::Role => model.iam_roles.get(id).and_then(|found| found.effective.as_ref()),
            Kind::Group => model.iam_groups.get(id).and_then(|found| found.effective.as_ref()),
            Kind::Policy => continue,
        };
        if effective.is_some_and(|found| found.admin == Some(true)) {
            administrators.insert(number);
        } else if gaps.contains(&(node.reference.collection.as_str(), id.as_str())) {
            untold.insert(number);
        }
    }
    (administrators, untold)
}

/// The way of a principal, and what it depends on that is not known.
fn escalation(
    number: usize,
    found: &Found,
    methods: &[Method],
    nodes: &Nodes,
) -> Option<(Escalation, Option<Reason>)> {
    let mut escalation = Escalation::default();
    let mut open: Option<Reason> = None;
    for (from, next) in chain(number, found) {
        let method = methods.get(next.method)?;
        let reference = |number: usize| nodes.all.get(number).map(|node| node.reference.clone());
        let target = next.target.and_then(reference).map_or_else(String::new, |found| found.id);
        escalation.steps.push(EscalationStep {
            method: method.id.clone(),
            from: reference(from)?,
            to: next.to.and_then(reference),
            permissions: next.step.permissions.clone(),
            description: method.does.replace("{target}", &target),
        });
        if let Some(words) = next.step.open.first() {
            open.get_or_insert_with(|| not_known(words));
        }
    }
    escalation.conditional = open.is_some();
    (!escalation.steps.is_empty()).then_some((escalation, open))
}

/// The steps from a principal on.
fn chain(number: usize, found: &Found) -> Vec<(usize, &Next)> {
    let mut steps = Vec::new();
    let mut at = number;
    // Each step comes nearer to the end, so there are no more than nodes.
    while let Some(Some(next)) = found.next.get(at) {
        steps.push((at, next));
        match next.to {
            Some(to) if steps.len() <= found.next.len() => at = to,
            _ => break,
        }
    }
    steps
}

fn not_known(words: &str) -> Reason {
    Reason::Unresolvable {
        expression: "the way to administrator rights".to_owned(),
        detail: words.to_owned(),
    }
}

/// Why it is not known whether a principal gains administrator rights, where
/// its way ends at one of which it is not known what it may do.
fn leads_into_the_dark(number: usize, maybe: &Found, nodes: &Nodes) -> Option<Reason> {
    let steps = chain(number, maybe);
    let (_, last) = steps.last()?;
    let end = nodes.all.get(last.to?)?;
    Some(not_known(&format!(
        "it can take over {}, of which it is not known what it may do",
        end.reference.id
    )))
}

/// Collections that could not be listed.
struct Unlisted<'a>(Vec<&'a Gap>);

impl<'a> Unlisted<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let whole = |gap: &&Gap| gap.id.is_none() && gap.path.is_empty();
        Self(snapshot.gaps.iter().filter(whole).collect())
    }

    /// Why a principal may have a way that is not seen: it has all permissions
    /// of a method, on something, and what the method rests on is not listed.
    fn of_grants(&self, actions: &Actions, grants: &Grants, methods: &[Method]) -> Option<Reason> {
        let is_allowed = |method: &&Method| {
            method.permissions.iter().all(|permission| {
                let number = actions.number(&permission.action);
                number.is_some_and(|number| grants.actions.has(number))
            })
        };
        methods
            .iter()
            .filter(is_allowed)
            .flat_map(Method::collections)
            .find_map(|collection| self.0.iter().find(|gap| gap.collection == collection))
            .map(|gap| gap.reason.clone())
    }
}
