//! Questions about paths: from where can X be reached, what can X reach, is
//! there a path from A to B.

use std::collections::{HashMap, VecDeque};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use super::egress::to_internet;
use super::ends::{self, End, NameError};
use super::entry::{Entry, from_outside, stop_in_words};
use super::facts::{Asked, port_doubt};
use super::flow::{Flow, Query, connect};
use super::hops::{Start, path};
use super::internet;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges};
use super::starts::{anybody_in, from_balancers, sources};
use super::things::{Listens, Thing};
use super::world::World;
use crate::model::{NetworkPath, Snapshot};

/// At most this many steps are taken from thing to thing.
const STEPS: usize = 6;

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// Anything that tells the question apart; the answer repeats it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// Where the path starts: `internet`, an id, a name, an ARN, a CIDR block.
    /// Without it the answer tells all that reaches `to`.
    pub from: Option<String>,
    /// Where it ends. Without it the answer tells all that `from` reaches.
    pub to: Option<String>,
    /// The destination port; without it, what the target listens on.
    pub port: Option<u16>,
    /// Whether only direct paths are wanted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
    /// `tcp`, `udp` or `icmp`; without it, what the target listens on.
    pub protocol: Option<String>,
}

/// Whether there is a path.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is.
    Reachable,
    /// Missing facts leave it open.
    Unknown,
    /// There is none.
    Unreachable,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// Whether there is a direct path.
    pub verdict: Verdict,
    /// Direct paths.
    pub paths: Vec<NetworkPath>,
    /// Where there is no direct path: one that goes from thing to thing, each
    /// step a connection of its own.
    pub indirect: Vec<NetworkPath>,
    /// Facts that are missing.
    pub unknown: Vec<String>,
    /// What stops every other way.
    pub refuted: Vec<String>,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A name that stands for nothing.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Neither end was given.
    #[error("a question needs `from`, `to` or both")]
    NoEnd,
    /// A protocol that does not exist.
    #[error("{0:?} is no protocol; give tcp, udp or icmp")]
    Protocol(String),
}

/// A network, ready for questions.
#[derive(Debug)]
pub struct Network<'a> {
    world: World<'a>,
}

impl<'a> Network<'a> {
    /// Compiles a snapshot whose facts were derived.
    pub fn new(snapshot: &'a Snapshot, options: &Options) -> Self {
        Self { world: World { in_detail: true, ..World::new(snapshot, options) } }
    }

    /// Answers one question.
    ///
    /// # Errors
    ///
    /// Where an end stands for nothing, or the protocol does not exist.
    pub fn ask(&self, question: &Question) -> Result<Answer, QuestionError> {
        let world = &self.world;
        let protocol = match question.protocol.as_deref().map(Protocol::parse) {
            None | Some(Ok(None)) => None,
            Some(Ok(protocol)) => protocol,
            Some(Err(_)) => {
                return Err(QuestionError::Protocol(question.protocol.clone().unwrap_or_default()));
            }
        };
        let asked = Asked { port: question.port, protocol, clients: None };
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

#[derive(Debug, Default)]
struct Found {
    paths: Vec<NetworkPath>,
    indirect: Vec<NetworkPath>,
    unknown: Vec<String>,
    refuted: Vec<String>,
}

impl Found {
    fn entry(&mut self, entry: Entry) {
        match entry {
            Entry::Yes(_) => {}
            Entry::Unknown(reason) => self.unknown.push(reason),
            Entry::No(reason) => self.refuted.push(reason),
        }
    }

    fn answer(mut self, question: &Question) -> Answer {
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
        }
    }
}

/// One part of the start against one part of the end.
fn pair(world: &World<'_>, from: &End, to: &End, asked: &Asked, found: &mut Found) {
    match (from, to) {
        (_, End::Thing(at)) => {
            let Some(thing) = world.things.get(*at) else { return };
            if not_listening(thing, asked, found) {
                return;
            }
            if let Some(reason) = &thing.unplaced {
                found.unknown.push(reason.clone());
            }
            to_thing(world, from, *at, thing, asked, found);
        }
        (End::Thing(at), End::Internet(targets)) => {
            let Some(thing) = world.things.get(*at) else { return };
            thing_to_internet(world, thing, targets, asked, found);
        }
        (End::Thing(at), End::Outside(family, ranges)) => {
            let Some(thing) = world.things.get(*at) else { return };
            thing_to_outside(world, thing, *family, ranges, found);
        }
        _ => found.refuted.push(format!(
            "{} to {}: nothing that is modelled lies at that end",
            ends::describe(world, from),
            ends::describe(world, to)
        )),
    }
}

/// Whether a thing listens on none of the ports that were asked about.
fn not_listening(thing: &Thing<'_>, asked: &Asked, found: &mut Found) -> bool {
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

fn to_thing(
    world: &World<'_>,
    from: &End,
    at: usize,
    thing: &Thing<'_>,
    asked: &Asked,
    found: &mut Found,
) {
    match from {
        End::Internet(clients) => {
            let asked = Asked { clients: Some(clients.clone()), ..asked.clone() };
            let answer = internet::answer(world, at, thing, &asked);
            found.paths.extend(answer.paths);
            if answer.reached.is_none() {
                found.unknown.extend(answer.unknown);
            }
            found.refuted.extend(answer.refuted);
        }
        End::Thing(start) => {
            let Some(source) = world.things.get(*start) else { return };
            if *start == at {
                found.refuted.push("it is the same".to_owned());
            } else if source.initiates {
                thing_to_thing(world, source, thing, asked, found);
            } else {
                balancer_to_thing(world, *start, at, asked, found);
            }
        }
        End::Anyone(place, family, ranges) => {
            let Some(own) = world.places.get(*place) else { return };
            let (Some(all), Some(known)) =
                (own.addresses.get(*family as usize), own.known.get(*family as usize))
            else {
                return;
            };
            let somebody = anybody_in(world, *place, ranges.clone(), *family, all, *known);
            for (protocol, ports) in asked.questions(thing, *family) {
                let query = Query { family: *family, protocol, ports: &ports, clients: None };
                for presence in &thing.presences {
                    let flow = accepting(thing, || connect(world, &somebody, presence, query));
                    let start = Start::Anyone(&somebody);
                    judge(world, flow, start, thing, presence, own.subnet.id.as_str(), found);
                }
            }
        }
        End::Outside(family, ranges) => {
            from_range(world, thing, *family, ranges, asked, found);
        }
    }
}

fn accepting(thing: &Thing<'_>, flow: impl FnOnce() -> Flow) -> Flow {
    if thing.accepts { flow() } else { Flow::No(super::flow::Stop::NotAccepting) }
}

fn judge(
    world: &World<'_>,
    flow: Flow,
    start: Start<'_>,
    thing: &Thing<'_>,
    presence: &super::things::Presence<'_>,
    from: &str,
    found: &mut Found,
) {
    match flow {
        Flow::Yes(witness) => match port_doubt(thing, &witness.ports) {
            None => found.paths.push(path(world, start, thing, presence, &witness)),
            Some(reason) => found.unknown.push(reason),
        },
        Flow::Unknown(reason) => found.unknown.push(reason),
        Flow::No(stop) => found.refuted.push(stop_in_words(world, presence, stop, from)),
    }
}

fn thing_to_thing(
    world: &World<'_>,
    source: &Thing<'_>,
    target: &Thing<'_>,
    asked: &Asked,
    found: &mut Found,
) {
    if let Some(reason) = &source.unplaced {
        found.unknown.push(reason.clone());
    }
    if target.public_endpoint.is_some() {
        return thing_to_internet(world, source, &world.internet, asked, found);
    }
    let name = World::name_of(source.resource);
    for family in Family::ALL {
        for (protocol, ports) in asked.questions(target, family) {
            let query = Query { family, protocol, ports: &ports, clients: None };
            for from in &source.presences {
                for presence in &target.presences {
                    let flow = accepting(target, || connect(world, from, presence, query));
                    let start = Start::Thing(source, from);
                    judge(world, flow, start, target, presence, name, found);
                }
            }
        }
    }
}

/// A load balancer connects to what it forwards to, and to nothing else.
fn balancer_to_thing(world: &World<'_>, start: usize, at: usize, asked: &Asked, found: &mut Found) {
    let Some(source) = world.things.get(start) else { return };
    let name = World::name_of(source.resource);
    let mut any = false;
    for (from, result) in from_balancers(world, at, asked.port) {
        if from == start {
            any = true;
            match result {
                Ok(Some(path)) => found.paths.push(path),
                Ok(None) => found.refuted.push(format!("{name} cannot reach the target")),
                Err(reason) => found.unknown.push(reason),
            }
        }
    }
    if !any {
        found.refuted.push(format!("{name} starts no connection there: nothing forwards to it"));
    }
}

fn from_range(
    world: &World<'_>,
    thing: &Thing<'_>,
    family: Family,
    ranges: &Ranges,
    asked: &Asked,
    found: &mut Found,
) {
    let mut any = false;
    for presence in &thing.presences {
        let outside = presence.place.and_then(|at| world.connections.outside.get(at));
        for network in outside.into_iter().flatten().filter(|network| network.family == family) {
            let mut network = network.clone();
            network.ranges = network.ranges.intersect(ranges);
            if network.ranges.is_empty() {
                continue;
            }
            any = true;
            for (protocol, ports) in asked.questions(thing, family) {
                let query = Query { family, protocol, ports: &ports, clients: None };
                match from_outside(world, thing, presence, &network, query) {
                    Entry::Yes(witness) => {
                        let start = Start::Outside(&network);
                        found.paths.push(path(world, start, thing, presence, &witness));
                    }
                    entry => found.entry(entry),
                }
            }
        }
    }
    if !any {
        let range = ranges.cidrs(family, 3).join(", ");
        found.refuted.push(format!("no route of its subnets leads to {range}"));
    }
}

fn thing_to_internet(
    world: &World<'_>,
    thing: &Thing<'_>,
    targets: &[Ranges; 2],
    asked: &Asked,
    found: &mut Found,
) {
    let ports = asked.port.map_or_else(Ports::all, Ports::one);
    if let Some(reason) = &thing.unplaced {
        found.unknown.push(reason.clone());
    }
    for family in Family::ALL {
        let Some(targets) = targets.get(family as usize).filter(|targets| !targets.is_empty())
        else {
            continue;
        };
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            if asked.protocol.is_some_and(|wanted| wanted != protocol) {
                continue;
            }
            let query = Query { family, protocol, ports: &ports, clients: None };
            for presence in &thing.presences {
                match to_internet(world, thing, presence, query, targets) {
                    Ok(path) => found.paths.push(path),
                    Err(entry) => found.entry(entry),
                }
            }
        }
    }
}

fn thing_to_outside(
    world: &World<'_>,
    thing: &Thing<'_>,
    family: Family,
    ranges: &Ranges,
    found: &mut Found,
) {
    for presence in &thing.presences {
        let outside = presence.place.and_then(|at| world.connections.outside.get(at));
        for network in outside.into_iter().flatten() {
            if network.family == family && network.ranges.overlaps(ranges) {
                found.unknown.push(format!("what {} lets in", network.label));
                return;
            }
        }
    }
    found.refuted.push(format!("no route leads to {}", ranges.cidrs(family, 3).join(", ")));
}

/// All that reaches an end.
fn everything_to(world: &World<'_>, to: &End, asked: &Asked, found: &mut Found) {
    let End::Thing(at) = to else {
        found
            .refuted
            .push("only a resource with a place in the network can be asked about".to_owned());
        return;
    };
    let Some(thing) = world.things.get(*at) else { return };
    if not_listening(thing, asked, found) {
        return;
    }
    let answer = internet::answer(world, *at, thing, asked);
    found.paths.extend(answer.paths);
    if answer.reached.is_none() {
        found.unknown.extend(answer.unknown);
    }
    found.refuted.extend(answer.refuted);
    let inside = super::starts::everything(world, *at, thing, asked);
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
    if let End::Thing(_) = from {
        pair(world, from, &End::Internet(world.internet.clone()), asked, found);
    }
}

/// The shortest way from thing to thing, found backwards from the target.
fn indirect(world: &World<'_>, from: &[End], to: &[End], asked: &Asked) -> Option<NetworkPath> {
    // For each thing: the path from it to the next, and which that is.
    let mut next: HashMap<usize, Option<(usize, NetworkPath)>> = HashMap::new();
    let mut queue: VecDeque<(usize, usize)> = VecDeque::new();
    for end in to {
        if let End::Thing(at) = end {
            next.insert(*at, None);
            queue.push_back((*at, 0));
        }
    }
    while let Some((at, steps)) = queue.pop_front() {
        if steps >= STEPS {
            return None;
        }
        let last = steps == 0;
        let asked = if last { asked.clone() } else { Asked::default() };
        for (source, hop) in sources(world, at, &asked) {
            if next.contains_key(&source) {
                continue;
            }
            next.insert(source, Some((at, hop)));
            if let Some(start) = reaches(world, from, source) {
                return Some(joined(world, start, source, &next));
            }
            queue.push_back((source, steps + 1));
        }
    }
    None
}

/// How one of the starts reaches a thing; an empty path where it is that thing.
fn reaches(world: &World<'_>, from: &[End], at: usize) -> Option<Option<NetworkPath>> {
    if from.contains(&End::Thing(at)) {
        return Some(None);
    }
    let thing = world.things.get(at)?;
    let mut found = Found::default();
    for end in from {
        if !matches!(end, End::Thing(_)) {
            to_thing(world, end, at, thing, &Asked::default(), &mut found);
        }
    }
    found.paths.into_iter().next().map(Some)
}

fn joined(
    world: &World<'_>,
    start: Option<NetworkPath>,
    source: usize,
    next: &HashMap<usize, Option<(usize, NetworkPath)>>,
) -> NetworkPath {
    let mut whole = start;
    let mut at = source;
    while let Some(Some((target, hop))) = next.get(&at) {
        whole = Some(match whole {
            None => hop.clone(),
            Some(before) => NetworkPath {
                from: before.from,
                from_label: before.from_label,
                packet: String::new(),
                hops: before.hops.into_iter().chain(hop.hops.iter().skip(1).cloned()).collect(),
                reply: Vec::new(),
                ..hop.clone()
            },
        });
        at = *target;
    }
    whole.unwrap_or_else(|| NetworkPath {
        from_label: world
            .things
            .get(source)
            .map(|thing| World::name_of(thing.resource).to_owned())
            .unwrap_or_default(),
        ..NetworkPath::default()
    })
}
