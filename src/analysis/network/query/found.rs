//! What was found so far of an answer.

use super::question::{Answer, Question, Verdict};
use crate::analysis::network::entry::{Entry, stop_in_words};
use crate::analysis::network::facts::{Asked, port_doubt};
use crate::analysis::network::flow::{Flow, Stop};
use crate::analysis::network::hops::{Start, path};
use crate::analysis::network::ranges::Family;
use crate::analysis::network::things::{Listens, Presence, Thing};
use crate::analysis::network::world::World;
use crate::model::NetworkPath;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Found {
    /// Direct paths.
    pub paths: Vec<NetworkPath>,
    /// A path from thing to thing.
    pub indirect: Vec<NetworkPath>,
    /// Facts that are missing.
    pub unknown: Vec<String>,
    /// What stops other ways.
    pub refuted: Vec<String>,
}

impl Found {
    /// Takes the reason of an entry that lets nothing in.
    pub fn entry(&mut self, entry: Entry) {
        match entry {
            Entry::Yes(_) => {}
            Entry::Unknown(reason) => self.unknown.push(reason),
            Entry::No(reason) => self.refuted.push(reason),
        }
    }

    /// The answer to a question.
    pub fn answer(mut self, question: &Question) -> Answer {
        for list in [&mut self.unknown, &mut self.refuted] {
            list.sort();
            list.dedup();
        }
        self.paths.dedup();
        let verdict = if !self.paths.is_empty() {
            Verdict::Reachable
        } else if self.unknown.is_empty() {
            Verdict::Unreachable
        } else {
            Verdict::Unknown
        };
        Answer {
            question: question.clone(),
            verdict,
            paths: self.paths,
            indirect: self.indirect,
            unknown: self.unknown,
            refuted: self.refuted,
            also_admitted: Vec::new(),
            as_expected: question.expect.map(|expected| expected == verdict),
        }
    }
}

/// Whether a thing listens on none of the ports that were asked about.
pub fn not_listening(thing: &Thing<'_>, asked: &Asked, found: &mut Found) -> bool {
    if Family::ALL.iter().any(|family| !asked.questions(thing, *family).is_empty()) {
        return false;
    }
    let ports = match &thing.listens {
        Listens::Tcp(ports) => ports.to_string(),
        Listens::Both(tcp, udp) => tcp.union(udp).to_string(),
        Listens::Anything | Listens::Unknown(_) => "other ports".to_owned(),
    };
    found.refuted.push(format!("{} listens on {ports} only", World::name_of(thing.resource)));
    true
}

/// What a flow says of a way, of which the target must take connections.
pub fn accepting(thing: &Thing<'_>, flow: impl FnOnce() -> Flow) -> Flow {
    if thing.accepts { flow() } else { Flow::No(Stop::NotAccepting) }
}

/// Takes what a flow says of a way.
pub fn judge(
    world: &World<'_>,
    flow: Flow,
    start: Start<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    from: &str,
    found: &mut Found,
) {
    match flow {
        Flow::Yes(witness) => match port_doubt(thing, &witness.ports) {
            None => found.paths.push(path(world, start, thing, presence, &witness)),
            Some(reason) => found.unknown.push(reason),
        },
        Flow::Unknown(reason) => found.unknown.push(reason),
        // That one family has no addresses says nothing beside the other's no.
        Flow::No(Stop::NoAddress) if !found.refuted.is_empty() => {}
        Flow::No(stop) => found.refuted.push(stop_in_words(world, presence, stop, from)),
    }
}
