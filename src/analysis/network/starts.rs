//! What inside reaches a thing: other things, whatever may live at an admitted
//! address, and networks outside the model.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;

use super::bastion;
use super::entry::{Entry, from_outside};
use super::facts::{Asked, is_expected, port_doubt};
use super::flow::{Flow, Query, connect};
use super::hops::{Start, forward_hops, path};
use super::internet::proxied;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges};
use super::rules::{Direction, Peer};
use super::things::{Maybe, Presence, Role, Thing};
use super::world::World;
use super::zones::{self, serves_zone};
use crate::model::NetworkPath;

/// At most this many unexpected starts are told for one thing.
const UNEXPECTED: usize = 16;
/// At most this many of them are things, for one place, protocol and family.
const STRANGERS: usize = 6;
/// At most this many of them are ranges.
const RANGES: usize = 3;

/// Collections whose resources start connections that are not foreseen, with
/// the kind of start that they are.
const STARTERS: [(&str, &str); 7] = [
    ("instances", "instance"),
    ("network_interfaces", "network interface"),
    ("lambda_functions", "function"),
    ("eks_clusters", "cluster"),
    ("eks_node_groups", "node group"),
    ("eks_fargate_profiles", "Fargate profile"),
    ("api_gateway_v2_vpc_links", "VPC link"),
];

/// What inside reaches a thing.
#[derive(Debug, Default)]
pub struct Answer {
    /// One path for each kind of start.
    pub by_kind: Vec<NetworkPath>,
    /// Paths from starts that the architecture does not foresee.
    pub unexpected: Vec<NetworkPath>,
    /// What leaves open whether a foreseen kind reaches it.
    pub unknown: Vec<String>,
    /// What leaves open whether an unforeseen start reaches it.
    pub unknown_unexpected: Vec<String>,
    /// What stops others.
    pub refuted: Vec<String>,
}

/// The search for one thing.
struct Search<'w, 'a> {
    asked: &'w Asked,
    /// Whether every start is wanted, foreseen or not.
    every: bool,
    world: &'w World<'a>,
    at: usize,
    thing: &'w Thing<'a>,
    kinds: BTreeMap<&'static str, NetworkPath>,
    unexpected: Vec<NetworkPath>,
    unknown: BTreeMap<&'static str, String>,
    unknown_unexpected: BTreeSet<String>,
    refuted: BTreeSet<String>,
    /// Addresses from which a bastion takes SSH as foreseen.
    named: [Ranges; 2],
}

/// What inside reaches a thing, as the architecture sees it.
pub fn answer(world: &World<'_>, at: usize, thing: &Thing<'_>) -> Answer {
    search(world, at, thing, &Asked::default(), false)
}

/// All that reaches a thing from inside: [`Answer::unexpected`] has every
/// start, whatever the architecture foresees.
pub fn everything(world: &World<'_>, at: usize, thing: &Thing<'_>, asked: &Asked) -> Answer {
    search(world, at, thing, asked, true)
}

/// The things that connect to a thing, each with its path.
pub fn sources(world: &World<'_>, at: usize, asked: &Asked) -> Vec<(usize, NetworkPath)> {
    let Some(thing) = world.things.get(at) else { return Vec::new() };
    everything(world, at, thing, asked)
        .unexpected
        .into_iter()
        .filter_map(|path| {
            let from = path.from.as_ref()?;
            let key = (from.collection.as_str(), from.id.as_str());
            Some((world.thing_index.get(&key).copied()?, path))
        })
        .collect()
}

fn search(world: &World<'_>, at: usize, thing: &Thing<'_>, asked: &Asked, every: bool) -> Answer {
    let mut search = Search {
        asked,
        every,
        world,
        at,
        thing,
        kinds: BTreeMap::new(),
        unexpected: Vec::new(),
        unknown: BTreeMap::new(),
        unknown_unexpected: BTreeSet::new(),
        refuted: BTreeSet::new(),
        named: match thing.role {
            Role::Bastion if !every => bastion::named(world, thing),
            _ => Default::default(),
        },
    };
    if thing.accepts {
        search.balancers();
        let mut seen: HashSet<(Option<usize>, &[usize], &[Ranges])> = HashSet::new();
        for presence in &thing.presences {
            if seen.insert((presence.place, &presence.groups, &presence.addresses)) {
                search.presence(presence);
            }
        }
        search.unlisted();
    }
    if let Some(reason) = &thing.unplaced {
        search.unknown_unexpected.insert(reason.clone());
    }
    let kinds = &search.kinds;
    Answer {
        unknown: search
            .unknown
            .iter()
            .filter(|(kind, _)| !kinds.contains_key(*kind))
            .map(|(kind, reason)| format!("from {kind}: {reason}"))
            .collect(),
        by_kind: search.kinds.into_values().collect(),
        unexpected: search.unexpected,
        unknown_unexpected: search.unknown_unexpected.into_iter().collect(),
        refuted: search.refuted.into_iter().collect(),
    }
}

impl<'a> Search<'_, 'a> {
    /// The questions for connections from inside. For instances, starts that
    /// are not foreseen count for SSH only.
    fn questions(&self, family: Family) -> Vec<(Protocol, Ports)> {
        let all = self.asked.questions(self.thing, family);
        all.into_iter().filter(|(protocol, _)| self.every || protocol.has_ports()).collect()
    }

    fn counts(&self, kind: &str) -> bool {
        self.every || !is_expected(self.thing.role, kind)
    }

    /// Ports for which a start of a kind is unexpected.
    fn judged_ports(&self, protocol: Protocol, ports: &Ports) -> Ports {
        match (self.thing.role, protocol) {
            _ if self.every => ports.clone(),
            (Role::Instance | Role::Bastion, Protocol::Tcp) => {
                ports.intersect(&Ports::one(bastion::SSH))
            }
            (Role::Instance | Role::Bastion, _) => Ports::none(),
            _ => ports.clone(),
        }
    }

    /// Whether a path from the same start to the same ports is told already,
    /// by way of another of the thing's places.
    fn is_told(&self, path: &NetworkPath) -> bool {
        let key = |path: &NetworkPath| {
            (path.protocol.clone(), path.from_port, path.to_port, path.icmp.clone())
        };
        self.unexpected.iter().any(|told| {
            told.from == path.from && told.from_label == path.from_label && key(told) == key(path)
        })
    }

    fn is_full(&self) -> bool {
        !self.every && self.unexpected.len() >= UNEXPECTED
    }

    /// Starts that could not be listed may be among what is admitted.
    fn unlisted(&mut self) {
        let resource = self.thing.resource;
        for (collection, kind) in STARTERS {
            let (account, region) = (resource.account(), resource.region());
            if self.counts(kind)
                && let Some(reason) = self.world.gaps.members_at(collection, account, region)
            {
                self.unknown_unexpected.insert(format!("{collection}: {reason}"));
            }
        }
    }

    /// Load balancers reach only what they forward to.
    fn balancers(&mut self) {
        let world = self.world;
        for (balancer, result) in from_balancers(world, self.at, self.asked) {
            let Some(balancer) = world.things.get(balancer) else { continue };
            match result {
                Ok(Some(path)) => self.keep(balancer.kind, path, true),
                Err(reason) => self.note(balancer.kind, reason),
                Ok(None) => {
                    self.refuted.insert(format!(
                        "{}: it cannot reach the target",
                        World::name_of(balancer.resource)
                    ));
                }
            }
        }
    }

    fn keep(&mut self, kind: &'static str, path: NetworkPath, judged: bool) {
        if judged && self.counts(kind) && !self.is_full() && !self.is_told(&path) {
            self.unexpected.push(path.clone());
        }
        self.kinds.entry(kind).or_insert(path);
    }

    /// Whether a start has only addresses from which a bastion takes SSH.
    fn is_named(&self, source: &Presence<'_>, family: Family) -> bool {
        let at = family as usize;
        match (source.addresses.get(at), self.named.get(at)) {
            (Some(own), Some(named)) => !named.is_empty() && named.covers(own),
            _ => false,
        }
    }

    fn note(&mut self, kind: &'static str, reason: String) {
        if self.counts(kind) {
            self.unknown_unexpected.insert(reason);
        } else {
            self.unknown.entry(kind).or_insert(reason);
        }
    }

    fn presence(&mut self, presence: &Presence<'a>) {
        for family in Family::ALL {
            if family == Family::V6 && matches!(presence.has_v6, Maybe::No(_)) {
                continue;
            }
            for (protocol, ports) in self.questions(family) {
                let query = Query { family, protocol, ports: &ports, clients: None };
                let admitted = self.admitted(presence, query);
                let judged = self.judged_ports(protocol, &ports);
                if self.judges() && judged == ports {
                    self.unforeseen(presence, query, &admitted);
                } else if self.judges() && !judged.is_empty() {
                    let query = Query { ports: &judged, ..query };
                    let admitted = self.admitted(presence, query);
                    self.unforeseen(presence, query, &admitted);
                }
                if !self.every {
                    self.one_of_each_kind(presence, query, &admitted);
                }
            }
        }
    }

    /// Whether there are starts that are not foreseen.
    fn judges(&self) -> bool {
        self.every || !matches!(self.thing.role, Role::Other | Role::LoadBalancer)
    }

    /// All starts that are not foreseen, for some ports.
    fn unforeseen(&mut self, presence: &Presence<'a>, query: Query<'_>, admitted: &Admitted<'a>) {
        if self.counts("anyone") {
            self.unknown_unexpected.extend(admitted.doubts.iter().cloned());
        }
        self.strangers(presence, query, admitted);
        self.anyone(presence, query, admitted);
        self.outside(presence, query);
    }

    /// Whom the groups of a presence admit, before anything else is asked.
    fn admitted(&self, presence: &Presence<'a>, query: Query<'_>) -> Admitted<'a> {
        let mut admitted = Admitted::default();
        let mut addresses: Vec<(u128, u128)> = Vec::new();
        if presence.unfiltered {
            addresses.push((0, query.family.last()));
        }
        admitted.doubts.extend(presence.groups_doubt.clone());
        for group in presence.groups.iter().filter_map(|at| self.world.groups.get(*at)) {
            let rules = group.rules(Direction::In).iter();
            for rule in rules
                .filter(|rule| rule.is_about(query.protocol) && rule.ports.overlaps(query.ports))
            {
                match &rule.peer {
                    Peer::Addresses(by_family) => {
                        if let Some(own) = by_family.get(query.family as usize) {
                            addresses.extend(own.iter());
                        }
                    }
                    Peer::Group(at) => admitted.groups.push(*at),
                    Peer::Foreign(id) => {
                        admitted.doubts.push(format!(
                            "who carries security group {id}, which is not in what was given"
                        ));
                    }
                    Peer::Unknown => {}
                }
                admitted.doubts.extend(rule.doubt.clone());
            }
            admitted.doubts.extend(group.may_lack(Direction::In).map(str::to_owned));
        }
        admitted.addresses = Ranges::of(addresses);
        admitted.groups.sort_unstable();
        admitted.groups.dedup();
        if !admitted.addresses.is_empty() {
            admitted.vpcs = connected_vpcs(self.world, presence)
                .filter(|vpc| {
                    let own = self.world.vpc_addresses.get(vpc);
                    own.and_then(|own| own.get(query.family as usize))
                        .is_some_and(|own| own.overlaps(&admitted.addresses))
                })
                .collect();
        }
        admitted
    }

    /// Tries presences of one kind that the groups may admit, until `try_one`
    /// has enough.
    fn candidates(
        &mut self,
        kind: &str,
        family: Family,
        admitted: &Admitted<'a>,
        try_one: &mut dyn FnMut(&mut Self, usize, &Thing<'a>, &Presence<'a>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let world = self.world;
        let groups = admitted.groups.iter().filter_map(|group| world.carriers.get(*group));
        let doubtful = (!admitted.groups.is_empty()).then_some(&world.doubtful);
        for &(at, which) in groups.chain(doubtful).filter_map(|by_kind| by_kind.get(kind)).flatten()
        {
            self.candidate(at, which, try_one)?;
        }
        for vpc in &admitted.vpcs {
            let residents = world.residents.get(vpc).and_then(|by_kind| by_kind.get(kind));
            for &(at, which) in residents.into_iter().flatten() {
                let Some(own) = world.things.get(at).and_then(|thing| thing.presences.get(which))
                else {
                    continue;
                };
                let is_admitted = own
                    .addresses
                    .get(family as usize)
                    .is_some_and(|own| own.overlaps(&admitted.addresses));
                let is_tried =
                    own.groups.iter().any(|at| admitted.groups.binary_search(at).is_ok());
                if is_admitted && !is_tried {
                    self.candidate(at, which, try_one)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn candidate(
        &mut self,
        at: usize,
        which: usize,
        try_one: &mut dyn FnMut(&mut Self, usize, &Thing<'a>, &Presence<'a>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let world = self.world;
        let Some(start) = world.things.get(at) else { return ControlFlow::Continue(()) };
        let Some(source) = start.presences.get(which) else { return ControlFlow::Continue(()) };
        if at == self.at || !start.initiates || is_same_cluster(start, self.thing) {
            return ControlFlow::Continue(());
        }
        try_one(self, at, start, source)
    }

    /// Things that the architecture does not foresee, up to a number.
    fn strangers(&mut self, presence: &Presence<'a>, query: Query<'_>, admitted: &Admitted<'a>) {
        let world = self.world;
        let mut told: HashSet<usize> = HashSet::new();
        let room = self.unexpected.len() + STRANGERS;
        for kind in &world.kinds {
            if !self.counts(kind) {
                continue;
            }
            let _ =
                self.candidates(kind, query.family, admitted, &mut |search, at, start, source| {
                    if !search.every && (search.is_full() || search.unexpected.len() >= room) {
                        return ControlFlow::Break(());
                    }
                    if told.contains(&at) || search.is_named(source, query.family) {
                        return ControlFlow::Continue(());
                    }
                    match connect(world, source, presence, query) {
                        Flow::Yes(witness) => match port_doubt(search.thing, &witness.ports) {
                            None => {
                                let start_of = Start::Thing(start, source);
                                let found = path(world, start_of, search.thing, presence, &witness);
                                search.keep(start.kind, found, true);
                                told.insert(at);
                            }
                            Some(reason) => search.note(start.kind, reason),
                        },
                        Flow::Unknown(reason) => {
                            let name = World::name_of(start.resource);
                            search.note(start.kind, format!("whether {name} reaches it: {reason}"));
                        }
                        Flow::No(_) => {}
                    }
                    ControlFlow::Continue(())
                });
        }
    }

    /// One path for each kind of start that has none yet.
    fn one_of_each_kind(
        &mut self,
        presence: &Presence<'a>,
        query: Query<'_>,
        admitted: &Admitted<'a>,
    ) {
        let world = self.world;
        for kind in &world.kinds {
            if self.kinds.contains_key(kind) {
                continue;
            }
            let _ =
                self.candidates(kind, query.family, admitted, &mut |search, _, start, source| {
                    match connect(world, source, presence, query) {
                        Flow::Yes(witness)
                            if port_doubt(search.thing, &witness.ports).is_none() =>
                        {
                            let start_of = Start::Thing(start, source);
                            let found = path(world, start_of, search.thing, presence, &witness);
                            search.kinds.insert(start.kind, found);
                            ControlFlow::Break(())
                        }
                        Flow::Yes(_) | Flow::No(_) => ControlFlow::Continue(()),
                        Flow::Unknown(reason) => {
                            search.unknown.entry(start.kind).or_insert(reason);
                            ControlFlow::Continue(())
                        }
                    }
                });
        }
    }

    /// Whatever may live at an admitted address of this VPC or a connected one:
    /// one path for each VPC.
    fn anyone(&mut self, presence: &Presence<'a>, query: Query<'_>, admitted: &Admitted<'a>) {
        const KIND: &str = "address range";
        if admitted.addresses.is_empty() || !self.counts(KIND) {
            return;
        }
        let world = self.world;
        let family = query.family as usize;
        let room = self.unexpected.len() + RANGES;
        for &vpc in &admitted.vpcs {
            if !self.every && self.unexpected.len() >= room {
                return;
            }
            let foreseen = self.foreseen_addresses(vpc, query.family);
            let mut found = None;
            let mut open = None;
            for &place in world.vpc_places.get(vpc).into_iter().flatten() {
                let Some(subnet) = world.places.get(place) else { continue };
                let (Some(own), Some(known)) =
                    (subnet.addresses.get(family), subnet.known.get(family))
                else {
                    continue;
                };
                let addresses = own.intersect(&admitted.addresses).subtract(&foreseen);
                if addresses.is_empty() {
                    continue;
                }
                let somebody = anybody_in(world, place, addresses, query.family, own, *known);
                match connect(world, &somebody, presence, query) {
                    Flow::Yes(witness) if port_doubt(self.thing, &witness.ports).is_none() => {
                        found = Some(path(
                            world,
                            Start::Anyone(&somebody),
                            self.thing,
                            presence,
                            &witness,
                        ));
                        break;
                    }
                    Flow::Yes(_) | Flow::No(_) => {}
                    Flow::Unknown(reason) => open = Some(reason),
                }
            }
            match (found, open) {
                (Some(path), _) => self.keep(KIND, path, true),
                (None, Some(reason)) => {
                    self.unknown_unexpected.insert(reason);
                }
                (None, None) => {}
            }
        }
    }

    /// The single addresses of foreseen starts of a VPC.
    fn foreseen_addresses(&self, vpc: &str, family: Family) -> Ranges {
        let at = family as usize;
        // Services and load balancers have no single addresses that last.
        let bastions = self.world.bastions.get(vpc).filter(|_| !self.counts("bastion"));
        let mut foreseen =
            bastions.and_then(|all| all.get(at)).cloned().unwrap_or_else(Ranges::empty);
        for presence in self.thing.presences.iter().filter(|own| own.vpc == Some(vpc)) {
            if let Some(own) = presence.addresses.get(at)
                && own.first() == own.last()
            {
                foreseen = foreseen.union(own);
            }
        }
        self.named.get(at).map_or(foreseen.clone(), |named| foreseen.union(named))
    }

    fn outside(&mut self, presence: &Presence<'a>, query: Query<'_>) {
        let world = self.world;
        let outside = presence.place.and_then(|at| world.connections.outside.get(at));
        for network in outside.into_iter().flatten() {
            if !self.counts(network.kind) || network.family != query.family {
                continue;
            }
            let mut network = network.clone();
            if let Some(named) = self.named.get(query.family as usize) {
                network.ranges = network.ranges.subtract(named);
            }
            if network.ranges.is_empty() {
                continue;
            }
            match from_outside(world, self.thing, presence, &network, query) {
                Entry::Yes(witness) if port_doubt(self.thing, &witness.ports).is_none() => {
                    let found =
                        path(world, Start::Outside(&network), self.thing, presence, &witness);
                    self.keep(network.kind, found, true);
                }
                Entry::Yes(_) => {}
                Entry::Unknown(reason) => {
                    self.unknown_unexpected.insert(reason);
                }
                Entry::No(reason) => {
                    self.refuted.insert(format!("{}: {reason}", network.label));
                }
            }
        }
    }
}

/// Whom security groups admit.
#[derive(Debug, Default)]
struct Admitted<'a> {
    addresses: Ranges,
    groups: Vec<usize>,
    /// The VPCs, this one and those connected to it, with admitted addresses.
    vpcs: Vec<&'a str>,
    doubts: Vec<String>,
}

/// A stand-in for whatever lives at some addresses of a subnet. Where the
/// subnet's range is not known it stands for one address, not known which.
pub fn anybody_in<'a>(
    world: &World<'a>,
    place: usize,
    addresses: Ranges,
    family: Family,
    own: &Ranges,
    known: bool,
) -> Presence<'a> {
    let subnet = world.places.get(place).map(|place| place.subnet);
    let addresses = if known { addresses } else { own.clone() };
    let (v4, v6) = match family {
        Family::V4 => (addresses, Ranges::empty()),
        Family::V6 => (Ranges::empty(), addresses),
    };
    Presence {
        place: Some(place),
        vpc: subnet.and_then(|subnet| subnet.vpc_id.as_deref()),
        groups: Vec::new(),
        groups_doubt: None,
        may_carry: false,
        unfiltered: true,
        addresses: [v4, v6],
        anyone: known,
        public_v4: Maybe::No("it stands for an address".into()),
        has_v6: Maybe::Yes,
        interface: None,
    }
}

/// The VPC of a presence, and those that its routes lead to.
fn connected_vpcs<'w, 'a>(
    world: &'w World<'a>,
    presence: &Presence<'a>,
) -> impl Iterator<Item = &'a str> + use<'w, 'a> {
    let links = presence.place.and_then(|at| world.connections.links.get(at));
    let linked = links.into_iter().flat_map(|links| links.keys().copied());
    presence.vpc.into_iter().chain(linked)
}

fn is_same_cluster(one: &Thing<'_>, other: &Thing<'_>) -> bool {
    one.cluster.is_some() && one.cluster == other.cluster
}

/// The load balancers that forward to a thing, each with the path on, with
/// none, or with what leaves it open.
pub fn from_balancers(
    world: &World<'_>,
    at: usize,
    asked: &Asked,
) -> Vec<(usize, Result<Option<NetworkPath>, String>)> {
    let mut answers = Vec::new();
    let Some(thing) = world.things.get(at) else { return answers };
    for edge in world.edges.get(at).into_iter().flatten() {
        let Some(balancer) = world.things.get(edge.balancer) else { continue };
        let Some(port) = edge.port else {
            answers
                .push((edge.balancer, Err(format!("the port of target group {}", edge.group.id))));
            continue;
        };
        if !asked.is_about(edge.protocol, port) {
            continue;
        }
        let ports = Ports::one(port);
        let mut found = None;
        let mut open = None;
        for family in Family::ALL {
            let query = Query { family, protocol: edge.protocol, ports: &ports, clients: None };
            for node in &balancer.presences {
                for presence in &thing.presences {
                    if found.is_some() {
                        break;
                    }
                    if !serves_zone(world, balancer, presence) {
                        continue;
                    }
                    let zone = zones::passes(world, balancer, edge, node, presence);
                    if matches!(zone, Maybe::No(_)) {
                        continue;
                    }
                    match proxied(world, balancer, node, thing, presence, query) {
                        Ok(Some(_)) if let Maybe::Unknown(reason) = &zone => {
                            open.get_or_insert_with(|| reason.clone());
                        }
                        Ok(Some(mut path)) => {
                            let rest = path.hops.split_off(path.hops.len().min(1));
                            path.hops.extend(forward_hops(edge));
                            path.hops.extend(rest);
                            found = Some(path);
                        }
                        Ok(None) => {}
                        Err(reason) => {
                            open.get_or_insert(reason);
                        }
                    }
                }
            }
        }
        answers.push((
            edge.balancer,
            match (found, open) {
                (None, Some(reason)) => Err(reason),
                (found, _) => Ok(found),
            },
        ));
    }
    answers
}
