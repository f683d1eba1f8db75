//! `audit can --list`: all that a principal may do, statement by statement.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

use super::can::AnswerFormat;
use super::question::Question;
use super::resolve::{self, World};
use crate::analysis::identity::evaluate::{LayerKind, Resource, decide};
use crate::analysis::identity::subjects::{Object, delegating_policy};
use crate::diagnostic::Diagnostic;
use crate::json_text;
use crate::report::permission::{self, Answer};

/// What stands for any resource in a question about all of them.
const ANY_RESOURCE: &str = "arn:*:*:*:*:*";

/// An answer for each action and resource that a policy of the principal
/// allows, with all of its policies taken together.
///
/// # Errors
///
/// Where principal, context or policies are not understood.
pub fn answers(
    question: &Question,
    world: Option<&World<'_>>,
) -> Result<Vec<Answer>, Vec<Diagnostic>> {
    let (reference, principal) =
        resolve::principal(question, world).map_err(|error| vec![error])?;
    let account = principal.account.clone();
    let nothing = Object {
        resource: Resource { names: vec![ANY_RESOURCE.to_owned()], account: account.clone() },
        ..Object::default()
    };
    let mut resolved =
        resolve::resolve_for(question, reference.as_ref(), principal, &nothing, world)?;
    resolved.policies.assumptions.retain(|found| !found.starts_with(ANY_RESOURCE));
    let delegates = resolved.policies.resource.is_none();
    if let Some(account) = &account
        && delegates
    {
        resolved.policies.resource = Some(delegating_policy(account));
        resolved.policies.assumptions.push(
            "the resources are of its account, and their policies let identity policies decide"
                .to_owned(),
        );
    }
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    for grant in resolved.policies.identity.grants() {
        for action in &grant.actions {
            let pairs = grant.resources.iter().map(|resource| (action.clone(), resource.clone()));
            asked.extend(pairs);
        }
    }
    let mut answers = Vec::new();
    for (action, resource) in asked {
        let name = if resource == "*" { ANY_RESOURCE.to_owned() } else { resource.clone() };
        resolved.request.set_action(&action);
        resolved.request.set_resource(Resource { names: vec![name], account: account.clone() });
        let mut decision = decide(&resolved.request, &resolved.policies);
        decision.statements.retain(|found| !delegates || found.layer != LayerKind::Resource);
        answers.push(Answer {
            id: None,
            line: None,
            principal: question.principal.clone(),
            action,
            resource,
            decision,
            notes: resolved.notes.clone(),
            expected: None,
        });
    }
    Ok(answers)
}

/// Writes the answers.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn write(
    answers: &[Answer],
    world: Option<&World<'_>>,
    format: AnswerFormat,
) -> io::Result<()> {
    let snapshot = world.map(|world| world.snapshot);
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        AnswerFormat::Text => permission::write_list_of(answers, snapshot, &mut out)?,
        AnswerFormat::Json => {
            let value: Vec<_> =
                answers.iter().map(|answer| permission::to_json(answer, snapshot)).collect();
            json_text::pretty(&mut out, &value)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
