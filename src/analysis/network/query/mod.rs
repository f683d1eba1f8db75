//! Questions about paths: from where can X be reached, what can X reach, is
//! there a path from A to B.

mod found;
mod indirect;
mod outside;
mod pair;
mod question;

use std::collections::BTreeSet;

pub use question::{Answer, PortRange, Question, QuestionError, Verdict};

use super::Options;
use super::ends::{self, End};
use super::facts::Asked;
use super::internet;
use super::starts;
use super::world::World;
use crate::model::Snapshot;
use found::{Found, not_listening};
use indirect::indirect;
use pair::pair;

/// At most this many paths are told.
const PATHS: usize = 1000;

/// A network, ready for questions.
#[derive(Debug)]
pub struct Network<'a> {
    world: World<'a>,
}

impl<'a> Network<'a> {
    /// Compiles a snapshot whose facts were derived.
    pub fn new(snapshot: &'a Snapshot, options: &Options) -> Self {
        let mut world = World::new(snapshot, options);
        world.in_detail = true;
        Self { world }
    }

    /// Answers one question.
    ///
    /// # Errors
    ///
    /// Where an end stands for nothing, or the protocol, or what is said of
    /// ICMP, does not exist.
    pub fn ask(&self, question: &Question) -> Result<Answer, QuestionError> {
        let world = &self.world;
        let (protocol, ports) = question.traffic()?;
        let asked = Asked { ports, protocol, ..Asked::default() };
        let from = question.from.as_deref().map(|name| ends::resolve(world, name)).transpose()?;
        let to = question.to.as_deref().map(|name| ends::resolve(world, name)).transpose()?;
        let mut found = Found::default();
        match (from, to) {
            (None, None) => return Err(QuestionError::NoEnd),
            (Some(from), Some(to)) => {
                for one in &from {
                    for other in &to {
                        pair(world, one, other, &asked, &mut found);
                    }
                }
                if found.paths.is_empty() && !question.direct {
                    found.indirect = indirect(world, &from, &to, &asked).into_iter().collect();
                }
            }
            (None, Some(to)) => {
                for end in &to {
                    everything_to(world, end, &asked, &mut found);
                }
            }
            (Some(from), None) => {
                for end in &from {
                    everything_from(world, end, &asked, &mut found);
                }
            }
        }
        Ok(found.answer(question))
    }
}

/// At most this many others are named.
const OTHERS: usize = 8;

impl Network<'_> {
    /// Who else reaches the one thing that a question is about: the starts by
    /// name, the internet among them.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn also_admitted(&self, answer: &Answer) -> Result<Vec<String>, QuestionError> {
        let question = &answer.question;
        let (Some(from), Some(to)) = (&question.from, &question.to) else { return Ok(Vec::new()) };
        let world = &self.world;
        if let [end] = &ends::resolve(world, to)?[..]
            && end.index().is_some()
            && answer.verdict == Verdict::Reachable
        {
            let whole = self.ask(&Question { from: None, ..question.clone() })?;
            let told: BTreeSet<&str> =
                answer.paths.iter().map(|path| path.from_label.as_str()).collect();
            let mut others: Vec<String> = Vec::new();
            for path in &whole.paths {
                let label = &path.from_label;
                if !told.contains(label.as_str()) && label != from && !others.contains(label) {
                    others.push(label.clone());
                }
            }
            let more = others.len().saturating_sub(OTHERS);
            others.truncate(OTHERS);
            if more > 0 {
                others.push(format!("{more} more"));
            }
            return Ok(others);
        }
        Ok(Vec::new())
    }
}

/// All that reaches an end.
fn everything_to(world: &World<'_>, to: &End, asked: &Asked, found: &mut Found) {
    let Some((at, thing)) = to.thing(world) else {
        let end = ends::describe(world, to);
        found.refuted.push(format!("{end}: nothing that is modelled lies at that end"));
        return;
    };
    let thing = thing.as_ref();
    if not_listening(thing, asked, found) {
        return;
    }
    let answer = internet::answer(world, at, thing, asked);
    found.paths.extend(answer.paths);
    if answer.reached.is_none() {
        found.unknown.extend(answer.unknown);
    }
    found.refuted.extend(answer.refuted);
    let inside = starts::everything(world, at, thing, asked);
    found.paths.extend(inside.unexpected);
    found.unknown.extend(inside.unknown_unexpected);
    found.refuted.extend(inside.refuted);
}

/// All that an end reaches.
fn everything_from(world: &World<'_>, from: &End, asked: &Asked, found: &mut Found) {
    for at in 0..world.things.len() {
        let mut one = Found::default();
        pair(world, from, &End::Thing(at), asked, &mut one);
        found.unknown.extend(if one.paths.is_empty() { one.unknown } else { Vec::new() });
        found.paths.extend(one.paths.into_iter().next());
    }
    if from.index().is_some() {
        pair(world, from, &End::Internet(world.internet.clone()), asked, found);
    }
}
