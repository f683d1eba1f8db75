//! Whether one presence can connect to another: security groups, network ACLs
//! and routes at both ends, exactly, as sets of addresses and ports.
//!
//! A connection holds when the first packet passes both ends and the answer,
//! to some port of the client, passes what is stateless. Of ICMP an echo
//! request has an answer, which is an echo reply. Traffic inside a
//! subnet is neither routed nor judged by a network ACL.

use super::connections::Link;
use super::ports::{Ports, Protocol, icmp_number};
use super::ranges::{Family, Ranges};
use super::rules::{Direction, Peer};
use super::things::{Maybe, Presence};
use super::world::World;

/// What one end lets through: for these addresses at the other end, these
/// ports, if the answer goes to one of those.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Addresses of the other end.
    pub peers: Ranges,
    /// Destination ports of the first packet.
    pub ports: Ports,
    /// Ports of the client that answers can go to.
    pub reply: Ports,
    /// Why it may not hold.
    pub doubt: Option<String>,
}

/// A packet that gets through, and all ports that do.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The family.
    pub family: Family,
    /// The protocol.
    pub protocol: Protocol,
    /// All destination ports that get through.
    pub ports: Ports,
    /// One of them.
    pub port: u16,
    /// A client port that answers reach.
    pub reply_port: u16,
    /// A source address.
    pub source: u128,
    /// A destination address.
    pub target: u128,
}

/// What stops a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The target takes no connections.
    NotAccepting,
    /// One end has no address of the family.
    NoAddress,
    /// No route leads there.
    NoRoute,
    /// No route leads back.
    NoRouteBack,
    /// The source's security groups let it not out.
    Egress,
    /// The target's security groups let it not in.
    Ingress,
    /// The network ACL of the target's subnet stops it, or the answer, or both
    /// subnets' together do.
    Acl,
    /// The network ACL of the source's subnet does.
    AclOfSource,
}

/// Whether a connection is possible.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// Yes.
    Yes(Witness),
    /// Missing facts leave it open.
    Unknown(String),
    /// No.
    No(Stop),
}

/// What an end looks like from the other.
#[derive(Debug, Clone, Copy)]
pub struct Other<'x> {
    /// Its addresses.
    pub addresses: &'x Ranges,
    /// Its groups, where references to them count.
    pub groups: &'x [usize],
    /// Why it may carry other groups.
    pub groups_doubt: Option<&'x str>,
    /// Whether rules may refer to its groups.
    pub references: bool,
}

/// The question: which family, protocol and ports.
#[derive(Debug, Clone, Copy)]
pub struct Query<'x> {
    /// The address family.
    pub family: Family,
    /// The protocol.
    pub protocol: Protocol,
    /// Destination ports.
    pub ports: &'x Ports,
    /// Only these clients of the internet, if set.
    pub clients: Option<Clients<'x>>,
}

/// Clients on the internet.
#[derive(Debug, Clone, Copy)]
pub struct Clients<'x> {
    /// Their addresses.
    pub addresses: &'x Ranges,
    /// Whether they are one client, whose address among these is not known.
    pub is_one: bool,
}

impl Clients<'_> {
    /// Those among some addresses.
    pub fn among(clients: Option<Self>, addresses: &Ranges) -> Ranges {
        clients.map_or_else(|| addresses.clone(), |own| addresses.intersect(own.addresses))
    }
}

/// What the security groups of `presence` let through in one direction.
pub fn group_pieces(
    world: &World<'_>,
    presence: &Presence<'_>,
    direction: Direction,
    query: Query<'_>,
    other: Other<'_>,
) -> Vec<Piece> {
    let piece = |peers: Ranges, ports: Ports, doubt: Option<String>| Piece {
        peers,
        ports,
        reply: client_ports(),
        doubt,
    };
    if presence.unfiltered || (presence.anyone && direction == Direction::Out) {
        return vec![piece(other.addresses.clone(), query.ports.clone(), None)];
    }
    let mut pieces = Vec::new();
    if let Some(doubt) = &presence.groups_doubt {
        pieces.push(piece(other.addresses.clone(), query.ports.clone(), Some(doubt.clone())));
    }
    for group in presence.groups.iter().filter_map(|at| world.groups.get(*at)) {
        for rule in group.rules(direction).iter().filter(|rule| rule.is_about(query.protocol)) {
            if !rule.ports.overlaps(query.ports) {
                continue;
            }
            let (peers, doubt) = match &rule.peer {
                Peer::Addresses(by_family) => {
                    let own = by_family.get(query.family as usize);
                    (own.map(|own| own.intersect(other.addresses)).unwrap_or_default(), None)
                }
                Peer::Group(wanted) if other.references && other.groups.contains(wanted) => {
                    (other.addresses.clone(), None)
                }
                Peer::Group(_) | Peer::Foreign(_) if other.references => match other.groups_doubt {
                    Some(doubt) => (other.addresses.clone(), Some(doubt.to_owned())),
                    None => continue,
                },
                Peer::Group(_) | Peer::Foreign(_) => continue,
                Peer::Unknown => (other.addresses.clone(), None),
            };
            if !peers.is_empty() {
                let ports = rule.ports.intersect(query.ports);
                pieces.push(piece(peers, ports, doubt.or_else(|| rule.doubt.clone())));
            }
        }
        if let Some(doubt) = group.may_lack(direction) {
            pieces.push(piece(
                other.addresses.clone(),
                query.ports.clone(),
                Some(doubt.to_owned()),
            ));
        }
    }
    pieces
}

/// Narrows pieces to what the network ACL of the presence's subnet lets
/// through, forward and back.
pub fn through_acl(
    world: &World<'_>,
    place: Option<usize>,
    direction: Direction,
    query: Query<'_>,
    pieces: Vec<Piece>,
) -> Vec<Piece> {
    let Some(place) = place.and_then(|at| world.places.get(at)) else {
        // A subnet that is not in the model: its groups are in doubt already.
        return pieces;
    };
    let acl = match &place.acl {
        Ok(at) => world.acls.get(*at),
        Err(reason) => return doubt_all(pieces, reason),
    };
    let Some(acl) = acl else { return pieces };
    if acl.lets_all(query.family) {
        return pieces;
    }
    if let Some(reason) = &acl.doubt {
        return doubt_all(pieces, reason);
    }
    let back = match direction {
        Direction::In => Direction::Out,
        Direction::Out => Direction::In,
    };
    let atoms = acl.atoms(query.family, query.protocol);
    let mut through = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        for atom in atoms.iter() {
            let peers = piece.peers.intersect(&atom.peers);
            if peers.is_empty() {
                continue;
            }
            let mut ports = piece.ports.intersect(atom.ports(direction));
            let answers = atom.ports(back);
            let reply = match query.protocol.echo() {
                // Of ICMP an echo request alone has an answer.
                Some((request, reply)) => {
                    if !answers.contains(icmp_number(reply, 0)) {
                        ports = ports.subtract(&Ports::icmp(request, None));
                    }
                    piece.reply.clone()
                }
                None if query.protocol.has_ports() || answers.is_empty() => {
                    piece.reply.intersect(answers)
                }
                None => piece.reply.clone(),
            };
            if !ports.is_empty() && !reply.is_empty() {
                through.push(Piece { peers, ports, reply, doubt: piece.doubt.clone() });
            }
        }
    }
    through
}

/// The ports a client may use.
pub fn client_ports() -> Ports {
    Ports::range(1, Ports::LAST)
}

fn doubt_all(mut pieces: Vec<Piece>, reason: &str) -> Vec<Piece> {
    for piece in &mut pieces {
        piece.doubt.get_or_insert_with(|| reason.to_owned());
    }
    pieces
}

/// How packets travel between two places.
struct Way<'x> {
    /// Whether no ACL judges them.
    same_subnet: bool,
    /// Destination addresses that the source's routes reach.
    forward: Ranges,
    /// Source addresses that the target's routes reach.
    back: Ranges,
    references: [bool; 2],
    doubt: Option<&'x str>,
}

/// Why there is no way.
enum No {
    Stopped(Stop),
    Open(String),
}

/// Whether `source` can connect to `target`.
pub fn connect(
    world: &World<'_>,
    source: &Presence<'_>,
    target: &Presence<'_>,
    query: Query<'_>,
) -> Flow {
    let at = query.family as usize;
    let empty = Ranges::empty();
    let sources = source.addresses.get(at).unwrap_or(&empty);
    let targets = target.addresses.get(at).unwrap_or(&empty);
    if sources.is_empty() || targets.is_empty() {
        return Flow::No(Stop::NoAddress);
    }
    let mut v6_doubt = None;
    if query.family == Family::V6 {
        for end in [source, target] {
            match &end.has_v6 {
                Maybe::Yes => {}
                Maybe::No(_) if end.anyone => {}
                Maybe::No(_) => return Flow::No(Stop::NoAddress),
                Maybe::Unknown(reason) => v6_doubt = Some(reason.as_str()),
            }
        }
    }
    let mut way = match way(world, source, target, query.family, sources, targets) {
        Ok(way) => way,
        Err(No::Stopped(stop)) => return Flow::No(stop),
        Err(No::Open(reason)) => {
            // Whatever the way, the target's groups may admit nothing of it.
            let from = Other {
                addresses: sources,
                groups: &source.groups,
                groups_doubt: source.carries_doubt(),
                references: true,
            };
            return if group_pieces(world, target, Direction::In, query, from).is_empty() {
                Flow::No(Stop::Ingress)
            } else {
                Flow::Unknown(reason)
            };
        }
    };
    way.doubt = way.doubt.or(v6_doubt);
    // The target's side first: it is the one that refuses most.
    let from_source = Other {
        addresses: &way.back,
        groups: &source.groups,
        groups_doubt: source.carries_doubt(),
        references: way.references[0],
    };
    let mut inward = group_pieces(world, target, Direction::In, query, from_source);
    if inward.is_empty() {
        return Flow::No(Stop::Ingress);
    }
    let to_target = Other {
        addresses: &way.forward,
        groups: &target.groups,
        groups_doubt: target.carries_doubt(),
        references: way.references[1],
    };
    let mut outward = group_pieces(world, source, Direction::Out, query, to_target);
    if outward.is_empty() {
        return Flow::No(Stop::Egress);
    }
    if !way.same_subnet {
        inward = through_acl(world, target.place, Direction::In, query, inward);
        outward = through_acl(world, source.place, Direction::Out, query, outward);
        if inward.is_empty() {
            return Flow::No(Stop::Acl);
        }
        if outward.is_empty() {
            return Flow::No(Stop::AclOfSource);
        }
    }
    match combine(
        &inward,
        sources,
        source.anyone,
        &outward,
        targets,
        target.anyone,
        query,
        way.doubt,
    ) {
        Some(flow) => flow,
        None => Flow::No(Stop::Acl),
    }
}

fn way<'x>(
    world: &'x World<'_>,
    source: &'x Presence<'_>,
    target: &'x Presence<'_>,
    family: Family,
    sources: &Ranges,
    targets: &Ranges,
) -> Result<Way<'x>, No> {
    let unplaced = || No::Open("the VPC of one end is not known".to_owned());
    let (Some(from), Some(to)) = (source.place, target.place) else { return Err(unplaced()) };
    let whole = |same_subnet| Way {
        same_subnet,
        forward: targets.clone(),
        back: sources.clone(),
        references: [true, true],
        doubt: None,
    };
    if from == to {
        return Ok(whole(true));
    }
    if source.vpc.is_none() || target.vpc.is_none() {
        return Err(unplaced());
    }
    if source.vpc == target.vpc {
        let mut way = whole(false);
        way.doubt = [(from, targets), (to, sources)]
            .into_iter()
            .find_map(|(place, addresses)| detour(world, place, family, addresses));
        return Ok(way);
    }
    let links = |place: usize, vpc: Option<&str>| -> Vec<&'x Link> {
        vpc.and_then(|vpc| world.connections.links.get(place)?.get(vpc))
            .into_iter()
            .flatten()
            .filter(|link| link.family == family)
            .collect()
    };
    let there = links(from, target.vpc);
    let back = links(to, source.vpc);
    let reach = |links: &[&Link], addresses: &Ranges| {
        links.iter().fold(Ranges::empty(), |sum, link| sum.union(&link.ranges)).intersect(addresses)
    };
    let (forward, backward) = (reach(&there, targets), reach(&back, sources));
    for (reached, place, stop) in
        [(&forward, from, Stop::NoRoute), (&backward, to, Stop::NoRouteBack)]
    {
        if reached.is_empty() {
            return Err(match open_route(world, place) {
                Some(reason) => No::Open(reason.to_owned()),
                None => No::Stopped(stop),
            });
        }
    }
    let all = || there.iter().chain(&back);
    Ok(Way {
        same_subnet: false,
        forward,
        back: backward,
        references: [all().all(|link| link.references[0]), all().all(|link| link.references[1])],
        doubt: all().find_map(|link| link.doubt.as_deref()),
    })
}

/// Why routes of a subnet may be missing.
fn open_route<'x>(world: &'x World<'_>, place: usize) -> Option<&'x str> {
    let found = world.places.get(place)?;
    match &found.table {
        Err(reason) => Some(reason),
        Ok(at) => {
            let table = world.tables.get(*at)?;
            table.doubt.as_deref().or(table.target_doubt.as_deref())
        }
    }
}

/// Why in-VPC traffic from a subnet may not go straight: a more specific route
/// to a middlebox, or routes that are not known.
fn detour<'x>(
    world: &'x World<'_>,
    place: usize,
    family: Family,
    addresses: &Ranges,
) -> Option<&'x str> {
    let found = world.places.get(place)?;
    let table = match &found.table {
        Ok(at) => world.tables.get(*at)?,
        // Whichever table is in force, it has the local route.
        Err(_) => return None,
    };
    if table.plain_local {
        return None;
    }
    let off = table.shares(family).any(|(ranges, _, route)| {
        route.target_type.as_deref() != Some("local")
            && is_inside_vpc(world, found.subnet.vpc_id.as_deref(), family, ranges)
            && ranges.overlaps(addresses)
    });
    off.then_some("a more specific route sends the traffic through a middlebox, which decides")
}

/// Whether a route's range lies inside the VPC's own ranges, so that it takes
/// traffic from the local route.
fn is_inside_vpc(world: &World<'_>, vpc: Option<&str>, family: Family, ranges: &Ranges) -> bool {
    let Some(vpc) = vpc.and_then(|id| world.model.vpcs.get(id)) else { return false };
    let own = match family {
        Family::V4 => &vpc.cidr_blocks,
        Family::V6 => &vpc.ipv6_cidr_blocks,
    };
    own.iter().filter_map(|text| super::ranges::parse_cidr(text)).any(|(_, own)| own.covers(ranges))
}

/// Joins what both ends let through.
#[expect(clippy::too_many_arguments, reason = "both ends with their addresses")]
fn combine(
    inward: &[Piece],
    sources: &Ranges,
    any_source: bool,
    outward: &[Piece],
    targets: &Ranges,
    any_target: bool,
    query: Query<'_>,
    doubt: Option<&str>,
) -> Option<Flow> {
    let sure_in = sure(inward, sources, any_source);
    let sure_out = sure(outward, targets, any_target);
    if doubt.is_none()
        && let Some(witness) = join(&sure_in, sources, &sure_out, targets, query)
    {
        return Some(Flow::Yes(witness));
    }
    let mut reason = doubt.map(str::to_owned);
    let mut possible = false;
    for one in inward {
        for two in outward {
            if one.ports.overlaps(&two.ports) && one.reply.overlaps(&two.reply) {
                possible = true;
                reason = reason.or_else(|| one.doubt.clone().or_else(|| two.doubt.clone()));
            }
        }
    }
    possible.then(|| {
        Flow::Unknown(reason.unwrap_or_else(|| {
            "the address decides, and it is not known before it is assigned".to_owned()
        }))
    })
}

/// Pieces that hold for certain, whatever the address at the other end is.
/// Where any address at the other end will do, every certain piece counts.
fn sure(pieces: &[Piece], addresses: &Ranges, any: bool) -> Vec<Piece> {
    let certain: Vec<&Piece> = pieces.iter().filter(|piece| piece.doubt.is_none()).collect();
    if any {
        return certain.into_iter().cloned().collect();
    }
    let mut found: Vec<Piece> = certain
        .iter()
        .filter(|piece| piece.peers.covers(addresses))
        .map(|&piece| piece.clone())
        .collect();
    if found.len() == certain.len() {
        return found;
    }
    // Several together may cover all addresses where none does alone.
    let mut cuts: Vec<u16> =
        certain.iter().flat_map(|piece| piece.ports.ranges().map(|(first, _)| first)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    for cut in cuts {
        let with: Vec<&&Piece> = certain.iter().filter(|piece| piece.ports.contains(cut)).collect();
        let union = with.iter().fold(Ranges::empty(), |sum, piece| sum.union(&piece.peers));
        if !union.covers(addresses) {
            continue;
        }
        let all = |pick: fn(&Piece) -> &Ports| {
            with.iter().fold(Ports::all(), |common, piece| common.intersect(pick(piece)))
        };
        found.push(Piece {
            peers: addresses.clone(),
            ports: all(|piece| &piece.ports),
            reply: all(|piece| &piece.reply),
            doubt: None,
        });
    }
    found
}

/// The ports that pass both ends, with one packet that shows it.
fn join(
    inward: &[Piece],
    sources: &Ranges,
    outward: &[Piece],
    targets: &Ranges,
    query: Query<'_>,
) -> Option<Witness> {
    let mut found: Option<Witness> = None;
    for one in inward {
        for two in outward {
            let ports = one.ports.intersect(&two.ports);
            if ports.is_empty() {
                continue;
            }
            let reply = one.reply.intersect(&two.reply);
            let Some(reply_port) = client_port(&reply) else { continue };
            match &mut found {
                Some(witness) => witness.ports = witness.ports.union(&ports),
                None => {
                    let (Some(port), Some(source), Some(target)) = (
                        ports.example(query.protocol),
                        one.peers.intersect(sources).first(),
                        two.peers.intersect(targets).first(),
                    ) else {
                        continue;
                    };
                    found = Some(Witness {
                        family: query.family,
                        protocol: query.protocol,
                        port,
                        ports,
                        reply_port,
                        source,
                        target,
                    });
                }
            }
        }
    }
    found
}

/// A client port out of a set, an ephemeral one if there is one.
pub fn client_port(reply: &Ports) -> Option<u16> {
    let ephemeral = reply.intersect(&Ports::range(32768, Ports::LAST));
    ephemeral.ranges().next().or_else(|| reply.ranges().last()).map(|(first, _)| first)
}

/// Whether a network of the outside can connect to a presence: its packets
/// arrive, and the answers are routed back to `sources`.
pub fn connect_from_outside(
    world: &World<'_>,
    sources: &Ranges,
    target: &Presence<'_>,
    query: Query<'_>,
    doubt: Option<&str>,
) -> Flow {
    let other = Other { addresses: sources, groups: &[], groups_doubt: None, references: false };
    let inward = group_pieces(world, target, Direction::In, query, other);
    if inward.is_empty() {
        return Flow::No(Stop::Ingress);
    }
    let inward = through_acl(world, target.place, Direction::In, query, inward);
    let empty = Ranges::empty();
    let targets = target.addresses.get(query.family as usize).unwrap_or(&empty);
    let open = [Piece {
        peers: targets.clone(),
        ports: query.ports.clone(),
        reply: client_ports(),
        doubt: None,
    }];
    let any_client = !query.clients.is_some_and(|clients| clients.is_one);
    combine(&inward, sources, any_client, &open, targets, true, query, doubt)
        .unwrap_or(Flow::No(Stop::Acl))
}
