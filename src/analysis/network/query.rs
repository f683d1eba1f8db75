//! Questions about paths: from where can X be reached, what can X reach, is
//! there a path from A to B.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use super::egress::to_internet;
use super::ends::{self, End, NameError, Part};
use super::entry::{Entry, from_outside, stop_in_words};
use super::facts::{Asked, port_doubt};
use super::flow::{Clients, Flow, Query, Stop, connect};
use super::hops::{Start, path, path_from_aws, path_out_of_aws};
use super::internet;
use super::ports::{Ports, Protocol};
use super::public_endpoint::PublicEndpoint;
use super::ranges::{Family, Ranges, parse_cidr};
use super::starts::{anybody_in, from_balancers, sources};
use super::things::{Listens, Thing};
use super::world::World;
use crate::model::{NetworkPath, Snapshot};

/// At most this many paths are told.
const PATHS: usize = 1000;

/// At most this many steps are taken from thing to thing.
const STEPS: usize = 6;

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// Anything that tells the question apart; the answer repeats it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// Where the path starts: `internet`, an id, a name, an ARN, an address or
    /// a CIDR block. A subnet, VPC or security group stands for all that is in
    /// it. Without it the answer tells all that reaches `to`.
    pub from: Option<String>,
    /// Where it ends, likewise. Without it the answer tells all that `from`
    /// reaches.
    pub to: Option<String>,
    /// The destination port, or a range such as `"8000-8100"` of which one
    /// port is enough; for ICMP the type. Without it, what the target listens
    /// on.
    pub port: Option<PortRange>,
    /// Whether only direct paths are wanted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
    /// `tcp`, `udp`, `icmp`, a protocol number, or `all`; without it, what the
    /// target listens on.
    pub protocol: Option<String>,
    /// The answer that is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Verdict>,
}

/// Ports of a question: one, or a range with both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PortValue", into = "PortValue")]
pub struct PortRange {
    first: u16,
    last: u16,
}

/// Ports as they are written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum PortValue {
    Number(i64),
    Text(String),
}

impl PortRange {
    fn ports(self) -> Ports {
        Ports::range(self.first, self.last)
    }
}

impl From<u16> for PortRange {
    fn from(port: u16) -> Self {
        Self { first: port, last: port }
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("{text:?} is no port, 0 to 65535, nor a range such as 8000-8100")),
        }
    }
}

impl TryFrom<PortValue> for PortRange {
    type Error = String;

    fn try_from(value: PortValue) -> Result<Self, String> {
        match value {
            PortValue::Number(number) => number.to_string().parse(),
            PortValue::Text(text) => text.parse(),
        }
    }
}

impl From<PortRange> for PortValue {
    fn from(range: PortRange) -> Self {
        if range.first == range.last {
            Self::Number(range.first.into())
        } else {
            Self::Text(range.to_string())
        }
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.ports())
    }
}

impl JsonSchema for PortRange {
    fn schema_name() -> Cow<'static, str> {
        "PortRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["integer", "string"] })
    }
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

impl FromStr for Verdict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reachable" => Ok(Self::Reachable),
            "unreachable" => Ok(Self::Unreachable),
            "unknown" => Ok(Self::Unknown),
            _ => Err("it is reachable, unreachable or unknown".to_owned()),
        }
    }
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
    /// Where there is a path to one thing: who else reaches it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_admitted: Vec<String>,
    /// Whether the verdict is the one that was expected, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_expected: Option<bool>,
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
    #[error("{0:?} is no protocol; give tcp, udp, icmp, all or a protocol number")]
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
        let mut world = World::new(snapshot, options);
        world.in_detail = true;
        Self { world }
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
        let asked =
            Asked { ports: question.port.map(PortRange::ports), protocol, ..Asked::default() };
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
            also_admitted: Vec::new(),
            as_expected: question.expect.map(|expected| expected == verdict),
        }
    }
}

/// One part of the start against one part of the end.
fn pair(world: &World<'_>, from: &End, to: &End, asked: &Asked, found: &mut Found) {
    if found.paths.len() >= PATHS {
        return;
    }
    let start = from.as_start();
    let mut own = Found::default();
    parts(world, &start, to, asked, &mut own);
    // An address that a thing may have or not leaves a yes open.
    for end in [from, to] {
        if let End::Part(Part { thing, perhaps: Some(asked), .. }) = end
            && !own.paths.is_empty()
        {
            own.paths.clear();
            let name = world.things.get(*thing).map_or("", |thing| World::name_of(thing.resource));
            own.unknown.push(format!("whether the address of {name} is in {asked}"));
        }
    }
    found.paths.extend(own.paths);
    found.unknown.extend(own.unknown);
    found.refuted.extend(own.refuted);
}

fn parts(world: &World<'_>, from: &End, to: &End, asked: &Asked, found: &mut Found) {
    for end in [from, to] {
        if let End::Closed(reason) = end {
            found.refuted.push(reason.clone());
            return;
        }
    }
    if let Some((at, thing)) = to.thing(world) {
        if not_listening(&thing, asked, found) {
            return;
        }
        found.unknown.extend(thing.unplaced.clone());
        match to {
            End::Part(Part { public: Some(address), .. }) => {
                to_public(world, from, &thing, address, asked, found);
            }
            _ => {
                to_thing(world, from, at, &thing, asked, found);
                if found.paths.is_empty() && from.index().is_some_and(|start| start != at) {
                    around(world, from, at, asked, found);
                }
            }
        }
        return;
    }
    match (from.thing(world), to) {
        (Some((_, thing)), End::Internet(targets)) => {
            thing_to_internet(world, &thing, targets, asked, found);
        }
        (Some((_, thing)), End::Outside(family, ranges)) => {
            thing_to_outside(world, &thing, *family, ranges, found);
        }
        _ => found.refuted.push(format!(
            "{} to {}: nothing that is modelled lies at that end",
            ends::describe(world, from),
            ends::describe(world, to)
        )),
    }
}

/// A thing by its public address: only over the internet, and its security
/// groups see the address that the client has there.
fn to_public(
    world: &World<'_>,
    from: &End,
    thing: &Thing<'_>,
    address: &Ranges,
    asked: &Asked,
    found: &mut Found,
) {
    let family = Family::V4;
    let (clients, lead) = match (from, from.thing(world)) {
        (End::Internet([clients, _]), _) => (clients.clone(), None),
        (_, Some((_, source))) => {
            let mut own = Found::default();
            thing_to_internet(world, &source, &[address.clone(), Ranges::empty()], asked, &mut own);
            found.unknown.append(&mut own.unknown);
            found.refuted.append(&mut own.refuted);
            let Some(lead) = own.paths.into_iter().next() else { return };
            match seen_as(world, &source, address) {
                Some(clients) => (clients, Some(lead)),
                None => {
                    let name = World::name_of(source.resource);
                    found.unknown.push(format!("the public address of {name}"));
                    return;
                }
            }
        }
        (End::Anyone(..), _) => {
            found.unknown.push("what public address the start has".to_owned());
            return;
        }
        _ => {
            let ends = (ends::describe(world, from), address.cidrs(family, 1).join(""));
            found.refuted.push(format!("{} has no way to the public {}", ends.0, ends.1));
            return;
        }
    };
    for (protocol, ports) in asked.questions(thing, family) {
        let query = Query {
            family,
            protocol,
            ports: &ports,
            clients: Some(Clients { addresses: &clients, is_one: false }),
        };
        let mut answer = internet::Answer::default();
        internet::direct(world, thing, query, &mut answer);
        let arrivals = answer.paths.into_iter();
        found.paths.extend(arrivals.map(|path| match &lead {
            Some(lead) => over_the_internet(lead, path),
            None => path,
        }));
        found.unknown.extend(answer.unknown);
        found.refuted.extend(answer.refuted);
    }
}

/// From thing to thing over the internet, where no way inside is and the
/// addresses that both have there are known.
fn around(world: &World<'_>, from: &End, at: usize, asked: &Asked, found: &mut Found) {
    for (address, index, which) in world.public_addresses() {
        if *index != at {
            continue;
        }
        let part = Part {
            thing: at,
            presences: vec![*which],
            perhaps: None,
            public: Some(address.clone()),
        };
        let Some((_, thing)) = End::Part(part).thing(world) else { continue };
        let mut own = Found::default();
        to_public(world, from, &thing, address, asked, &mut own);
        found.paths.extend(own.paths);
    }
}

/// A way out, and the way in that follows it.
fn over_the_internet(lead: &NetworkPath, arrival: NetworkPath) -> NetworkPath {
    NetworkPath {
        from: lead.from.clone(),
        from_label: lead.from_label.clone(),
        hops: lead.hops.iter().cloned().chain(arrival.hops.into_iter().skip(1)).collect(),
        reply: lead.reply.iter().cloned().chain(arrival.reply).collect(),
        ..arrival
    }
}

/// The addresses that the internet sees a thing's connections to `target` come
/// from, where they are known.
fn seen_as(world: &World<'_>, thing: &Thing<'_>, target: &Ranges) -> Option<Ranges> {
    let at = world.things.iter().position(|other| {
        other.resource.collection() == thing.resource.collection()
            && other.resource.id() == thing.resource.id()
    });
    let own = world.public_addresses().iter().filter(|(_, index, _)| Some(*index) == at);
    let own = own.fold(Ranges::empty(), |sum, (address, ..)| sum.union(address));
    let mut seen = Ranges::empty();
    for presence in &thing.presences {
        let table = world.table_of(presence.place?).ok()?;
        let route = table.lookup(Family::V4, target.first()?);
        let route = table.table.routes.get(route?)?;
        let addresses = match route.target_type.as_deref() {
            Some("nat_gateway") => {
                let nat = world.model.nat_gateways.get(route.target_id.as_deref()?)?;
                let elastic = nat.allocation_ids.iter().filter_map(|id| {
                    parse_cidr(world.model.elastic_ips.get(id)?.public_ip.as_deref()?)
                });
                elastic.fold(Ranges::empty(), |sum, (_, address)| sum.union(&address))
            }
            _ => own.clone(),
        };
        seen = seen.union(&addresses);
    }
    (!seen.is_empty()).then_some(seen)
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
        End::Thing(_) | End::Part(_) => {
            let Some((start, source)) = from.thing(world) else { return };
            if start == at {
                found.refuted.push("it is the same".to_owned());
            } else if let Some(attribute) = source.outside {
                from_aws(world, &source, attribute, at, asked, found);
            } else if source.initiates {
                thing_to_thing(world, &source, thing, asked, found);
            } else {
                balancer_to_thing(world, start, at, asked, found);
            }
        }
        End::Closed(reason) => found.refuted.push(reason.clone()),
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
    if thing.accepts { flow() } else { Flow::No(Stop::NotAccepting) }
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
        // That one family has no addresses says nothing beside the other's no.
        Flow::No(Stop::NoAddress) if !found.refuted.is_empty() => {}
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
    if let Some(endpoint) = &target.public_endpoint
        && !shares_vpc(source, target)
    {
        to_public_endpoint(world, source, target, endpoint, asked, found);
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

/// Whether a target takes connections in a VPC of the source; there its name
/// stands for its addresses in the VPC.
fn shares_vpc(source: &Thing<'_>, target: &Thing<'_>) -> bool {
    target.accepts
        && target
            .presences
            .iter()
            .any(|own| own.vpc.is_some() && source.presences.iter().any(|from| from.vpc == own.vpc))
}

/// By the internet to an endpoint there, as a client whose address is not
/// known.
fn to_public_endpoint(
    world: &World<'_>,
    source: &Thing<'_>,
    target: &Thing<'_>,
    endpoint: &PublicEndpoint,
    asked: &Asked,
    found: &mut Found,
) {
    let asked =
        Asked { clients: Some(world.internet.clone()), is_one_client: true, ..asked.clone() };
    let last = match endpoint.from_internet(world, target, &asked) {
        Ok(path) => path,
        Err(entry) => return found.entry(entry),
    };
    for family in Family::ALL {
        let Some(targets) = world.internet.get(family as usize) else { continue };
        for (protocol, ports) in asked.questions(target, family) {
            let query = Query { family, protocol, ports: &ports, clients: None };
            for presence in &source.presences {
                match to_internet(world, source, presence, query, targets) {
                    Ok(mut path) => {
                        path.hops.extend(last.hops.iter().skip(1).cloned());
                        found.paths.push(path);
                    }
                    Err(entry) => found.entry(entry),
                }
            }
        }
    }
}

/// From a network of AWS's own: what the internet reaches, from an address that
/// is not known.
fn from_aws(
    world: &World<'_>,
    source: &Thing<'_>,
    attribute: &str,
    at: usize,
    asked: &Asked,
    found: &mut Found,
) {
    let Some(target) = world.things.get(at) else { return };
    let asked =
        Asked { clients: Some(world.internet.clone()), is_one_client: true, ..asked.clone() };
    let answer = internet::answer(world, at, target, &asked);
    let paths = answer.paths.into_iter();
    found.paths.extend(paths.map(|path| path_from_aws(source, attribute, path)));
    if answer.reached.is_none() {
        found.unknown.extend(answer.unknown);
    }
    found.refuted.extend(answer.refuted);
}

/// A load balancer connects to what it forwards to, and to nothing else.
fn balancer_to_thing(world: &World<'_>, start: usize, at: usize, asked: &Asked, found: &mut Found) {
    let Some(source) = world.things.get(start) else { return };
    let name = World::name_of(source.resource);
    let mut any = false;
    for (from, result) in from_balancers(world, at, asked) {
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
    let asked_ports = asked.ports.clone().unwrap_or_else(Ports::all);
    if let Some(reason) = &thing.unplaced {
        found.unknown.push(reason.clone());
    }
    for family in Family::ALL {
        let Some(targets) = targets.get(family as usize).filter(|targets| !targets.is_empty())
        else {
            continue;
        };
        let icmp = match family {
            Family::V4 => Protocol::Icmp,
            Family::V6 => Protocol::Icmpv6,
        };
        let protocols = match asked.protocol(family) {
            Some(wanted) => vec![wanted],
            None if asked.ports.is_some() => vec![Protocol::Tcp, Protocol::Udp],
            None => vec![Protocol::Tcp, Protocol::Udp, icmp],
        };
        for protocol in protocols {
            let ports = match protocol {
                Protocol::Other(_) => Ports::all(),
                _ => asked_ports.clone(),
            };
            if let (Some(attribute), Family::V4) = (thing.outside, family) {
                let range = ports.ranges().next().unwrap_or_default();
                found.paths.push(path_out_of_aws(thing, attribute, protocol, range));
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
    let inside = super::starts::everything(world, at, thing, asked);
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

/// The shortest way from thing to thing, found backwards from the target.
fn indirect(world: &World<'_>, from: &[End], to: &[End], asked: &Asked) -> Option<NetworkPath> {
    // For each thing: the path from it to the next, and which that is.
    let mut next: HashMap<usize, Option<(usize, NetworkPath)>> = HashMap::new();
    let mut queue: VecDeque<(usize, usize)> = VecDeque::new();
    for end in to {
        if let Some(at) = end.index() {
            next.insert(at, None);
            queue.push_back((at, 0));
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
    let starts: Vec<Cow<'_, End>> = from.iter().map(End::as_start).collect();
    if starts.iter().any(|end| end.index() == Some(at)) {
        return Some(None);
    }
    let thing = world.things.get(at)?;
    let mut found = Found::default();
    for end in &starts {
        let of_vpc = end
            .index()
            .is_some_and(|from| world.things.get(from).is_none_or(|from| from.outside.is_none()));
        if !of_vpc {
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
