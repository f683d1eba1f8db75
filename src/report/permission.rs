//! Answers about permissions, as text and JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::escape;
use super::place::span;
use crate::analysis::identity::evaluate::statement::Miss;
use crate::analysis::identity::evaluate::{Deciding, Decision, Outcome};
use crate::model::{Effect, Origin, ResourceRef, Snapshot};

/// Statements that come near, of which this many are shown.
const MOST_NEAR: usize = 8;

/// An answer with what was asked.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Given with the question.
    pub id: Option<Value>,
    /// The line of the batch, from 1.
    pub line: Option<usize>,
    /// Who was asked about, as it was written.
    pub principal: String,
    /// What.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The decision.
    pub decision: Decision,
    /// What the asker should know.
    pub notes: Vec<String>,
    /// What was expected, and whether it is so.
    pub expected: Option<(&'static str, bool)>,
}

/// Writes an answer for a person.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_text(
    answer: &Answer,
    snapshot: Option<&Snapshot>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let decision = &answer.decision;
    writeln!(
        out,
        "{}: {} → {} on {}",
        decision.outcome.name(),
        escape::line(&answer.principal),
        escape::line(&answer.action),
        escape::line(&answer.resource)
    )?;
    if let Outcome::Conditional(formula) = &decision.outcome {
        writeln!(out, "\n  allowed if {}", escape::line(&formula.to_string()))?;
    } else {
        writeln!(out, "\n  {}", decision.reason)?;
    }
    for found in &decision.statements {
        write_statement(found, snapshot, out)?;
    }
    if !decision.near.is_empty() {
        writeln!(out, "\n  statements that come near:")?;
        for found in decision.near.iter().take(MOST_NEAR) {
            write_statement(found, snapshot, out)?;
        }
        if let Some(more) = decision.near.len().checked_sub(MOST_NEAR).filter(|more| *more > 0) {
            writeln!(out, "    and {more} more")?;
        }
    }
    write_list("taken for granted:", &decision.assumptions, out)?;
    write_list("note:", &answer.notes, out)?;
    if let Some((expected, false)) = answer.expected {
        writeln!(out, "\n  expected was {expected}")?;
    }
    Ok(())
}

fn write_list(title: &str, items: &[String], out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}")?;
    for item in items {
        writeln!(out, "    - {}", escape::line(item))?;
    }
    Ok(())
}

/// Writes a statement on a line of its own, with its condition below.
pub(super) fn write_statement(
    found: &Deciding,
    snapshot: Option<&Snapshot>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let effect = effect(found.effect);
    let place = place(found, snapshot).map(|place| format!("  ({place})")).unwrap_or_default();
    let name = escape::line(&found.policy.name);
    let sid = found.sid.as_deref().map(|sid| format!(" {}", escape::line(sid))).unwrap_or_default();
    writeln!(
        out,
        "    {effect:<5}  {}  {name}, statement {}{sid}{}",
        found.layer.words(),
        found.index + 1,
        escape::line(&place)
    )?;
    if let Some(miss) = found.miss {
        writeln!(out, "           but {}", miss_in_words(miss))?;
    } else if !found.when.is_true() {
        writeln!(out, "           if {}", escape::line(&found.when.to_string()))?;
    }
    Ok(())
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

fn miss_in_words(miss: Miss) -> &'static str {
    match miss {
        Miss::Action => "it is about other actions",
        Miss::Principal => "it names other principals",
        Miss::Resource => "it is about other resources",
        Miss::Condition => "its condition is not met",
    }
}

fn origin<'a>(found: &Deciding, snapshot: Option<&'a Snapshot>) -> Option<&'a Origin> {
    let reference = found.reference()?;
    let holder = ResourceRef::new(&reference.collection, &reference.id);
    snapshot?.origins.resolve(&holder, &reference.path)
}

/// `file:line:column`, or the address in a plan.
fn place(found: &Deciding, snapshot: Option<&Snapshot>) -> Option<String> {
    let in_words = |file: &str, line, column| format!("{file}:{line}:{column}");
    if let Some(span) = found.span() {
        return Some(in_words(&span.file, span.start_line, span.start_column));
    }
    let origin = origin(found, snapshot)?;
    match (span(origin), origin) {
        (Some(span), _) => Some(in_words(&span.file, span.start_line, span.start_column)),
        (None, Origin::Plan { file, address, .. }) => Some(format!("{file}, {address}")),
        (None, _) => None,
    }
}

/// An answer as JSON.
pub fn to_json(answer: &Answer, snapshot: Option<&Snapshot>) -> Value {
    let mut value = decision_to_json(&answer.decision, snapshot);
    if let Value::Object(fields) = &mut value {
        let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        add("principal", answer.principal.clone().into());
        add("action", answer.action.clone().into());
        add("resource", answer.resource.clone().into());
        add("notes", answer.notes.clone().into());
        if let Some(id) = &answer.id {
            add("id", id.clone());
        }
        if let Some(line) = answer.line {
            add("line", line.into());
        }
        if let Some((expected, met)) = answer.expected {
            add("expected", expected.into());
            add("as_expected", met.into());
        }
    }
    value
}

/// A decision as JSON: `decision` is `allowed`, `denied` or `conditional`.
pub fn decision_to_json(decision: &Decision, snapshot: Option<&Snapshot>) -> Value {
    let list = |found: &[Deciding]| -> Vec<Value> {
        found.iter().map(|found| statement_to_json(found, snapshot)).collect()
    };
    let mut value = json!({
        "decision": decision.outcome.name(),
        "reason": decision.reason,
        "statements": list(&decision.statements),
        "near": list(&decision.near),
        "assumptions": decision.assumptions,
    });
    if let Value::Object(fields) = &mut value {
        match &decision.outcome {
            Outcome::Allowed => {}
            Outcome::Denied { explicit, layer } => {
                fields.insert("explicit".to_owned(), (*explicit).into());
                fields.insert("layer".to_owned(), layer.name().into());
            }
            Outcome::Conditional(formula) => {
                fields.insert("condition".to_owned(), formula.to_string().into());
            }
        }
    }
    value
}

fn statement_to_json(found: &Deciding, snapshot: Option<&Snapshot>) -> Value {
    json!({
        "layer": found.layer.name(),
        "policy": found.policy.name,
        "statement": found.index + 1,
        "sid": found.sid,
        "effect": effect(found.effect),
        "when": found.when.to_string(),
        "but": found.miss.map(miss_in_words),
        "resource": found.reference().map(|reference| {
            json!({ "collection": reference.collection, "id": reference.id, "path": reference.path })
        }),
        "place": place(found, snapshot),
    })
}

/// Writes what a principal may do: an action on a resource for each line, with
/// the statements below.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_list_of(
    answers: &[Answer],
    snapshot: Option<&Snapshot>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if answers.is_empty() {
        return writeln!(out, "no statement of its policies allows anything");
    }
    for answer in answers {
        let decision = &answer.decision;
        writeln!(
            out,
            "{}: {} on {}",
            decision.outcome.name(),
            escape::line(&answer.action),
            escape::line(&answer.resource)
        )?;
        match &decision.outcome {
            Outcome::Conditional(formula) => {
                writeln!(out, "    if {}", escape::line(&formula.to_string()))?;
            }
            Outcome::Denied { .. } => writeln!(out, "    {}", decision.reason)?,
            Outcome::Allowed => {}
        }
        for found in &decision.statements {
            write_statement(found, snapshot, out)?;
        }
    }
    write_list("taken for granted:", &shared(answers, |answer| &answer.decision.assumptions), out)?;
    write_list("note:", &shared(answers, |answer| &answer.notes), out)
}

/// Writes who may do an action on a resource: those who may, those who may
/// under a condition, and the rest.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_who(answers: &[Answer], snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = answers.first() else { return Ok(()) };
    writeln!(out, "who may {} on {}", escape::line(&first.action), escape::line(&first.resource))?;
    for name in ["allowed", "conditional"] {
        for answer in answers.iter().filter(|answer| answer.decision.outcome.name() == name) {
            writeln!(out, "\n  {name}: {}", escape::line(&answer.principal))?;
            if let Outcome::Conditional(formula) = &answer.decision.outcome {
                writeln!(out, "    if {}", escape::line(&formula.to_string()))?;
            }
            for found in &answer.decision.statements {
                write_statement(found, Some(snapshot), out)?;
            }
        }
    }
    let denied: Vec<&Answer> =
        answers.iter().filter(|answer| !answer.decision.outcome.may_be_allowed()).collect();
    if !denied.is_empty() {
        writeln!(out, "\n  denied:")?;
    }
    for answer in denied {
        let principal = escape::line(&answer.principal);
        writeln!(out, "    {principal}: {}", answer.decision.reason)?;
    }
    write_list("taken for granted:", &shared(answers, |answer| &answer.decision.assumptions), out)?;
    write_list("note:", &shared(answers, |answer| &answer.notes), out)
}

/// Every answer as JSON.
pub fn who_to_json(answers: &[Answer], snapshot: &Snapshot) -> Value {
    let first = answers.first();
    json!({
        "action": first.map(|answer| &answer.action),
        "resource": first.map(|answer| &answer.resource),
        "principals": answers.iter().map(|answer| to_json(answer, Some(snapshot))).collect::<Vec<_>>(),
    })
}

/// Each thing that is said in some answer, once.
fn shared(answers: &[Answer], of: impl Fn(&Answer) -> &Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = answers.iter().flat_map(|answer| of(answer).clone()).collect();
    found.sort();
    found.dedup();
    found
}
