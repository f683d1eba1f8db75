//! Whether the internet reaches a thing, directly or through a load balancer.

use super::balancers::Edge;
use super::entry::{Entry, from_internet, gateways};
use super::facts::{Asked, port_doubt};
use super::flow::{Clients, Flow, Other, Query, client_port, connect, group_pieces, through_acl};
use super::hops::{Start, path, through_balancer};
use super::ports::Ports;
use super::ranges::Family;
use super::rules::Direction;
use super::service_entries::{self, Through};
use super::things::{Maybe, Presence, Role, Thing};
use super::unseen_targets;
use super::world::World;
use super::zones::{self, OTHER_ZONE, serves_zone};
use crate::model::NetworkPath;

/// At most this many paths are told for one protocol.
const PATHS: usize = 8;

/// What the internet reaches of a thing.
#[derive(Debug, Default)]
pub struct Answer {
    /// Whether it is reached; `None` where gaps leave it open.
    pub reached: Option<bool>,
    /// How.
    pub paths: Vec<NetworkPath>,
    /// What leaves it open.
    pub unknown: Vec<String>,
    /// What stops it.
    pub refuted: Vec<String>,
}

/// Whether the internet reaches a thing. A network load balancer's connections
/// count as direct; an application load balancer's only for data stores, which
/// nothing but the service should stand in front of.
pub fn answer(world: &World<'_>, at: usize, thing: &Thing<'_>, asked: &Asked) -> Answer {
    let mut answer = Answer::default();
    match thing.public_endpoint.as_ref().map(|found| found.from_internet(world, thing, asked)) {
        Some(Ok(path)) => answer.paths.push(path),
        Some(Err(Entry::Unknown(reason))) => answer.unknown.push(reason),
        Some(Err(Entry::No(reason))) => answer.refuted.push(reason),
        Some(Err(Entry::Yes(_))) => {}
        None if thing.presences.is_empty() && thing.unplaced.is_none() => {
            answer.refuted.push("it has no address, and no public endpoint".to_owned());
        }
        None => {}
    }
    for family in Family::ALL {
        for (protocol, ports) in asked.questions(thing, family) {
            let clients = asked.clients(family);
            direct(world, thing, Query { family, protocol, ports: &ports, clients }, &mut answer);
        }
    }
    let services = service_entries::to(world, at, thing, asked);
    answer.paths.extend(services.paths.into_iter().map(|(path, _)| path));
    answer.unknown.extend(services.unknown);
    answer.refuted.extend(services.refuted);
    for edge in world.edges.get(at).into_iter().flatten() {
        let matches = edge.port.is_none_or(|own| asked.is_about(edge.protocol, own));
        if matches && (edge.network || thing.role == Role::Data) {
            behind(world, thing, edge, asked, &mut answer);
        }
    }
    answer.unknown.extend(unseen_targets::to(world, at, thing, asked));
    if let Some(reason) = &thing.unplaced {
        answer.unknown.push(reason.clone());
    }
    answer.refuted.sort();
    answer.refuted.dedup();
    answer.reached = if !answer.paths.is_empty() {
        Some(true)
    } else if answer.unknown.is_empty() {
        Some(false)
    } else {
        None
    };
    answer
}

/// Direct connections, a path for each range of ports.
pub fn direct(world: &World<'_>, thing: &Thing<'_>, query: Query<'_>, answer: &mut Answer) {
    let mut reached: Vec<(&Presence<'_>, super::flow::Witness)> = Vec::new();
    let mut stopped = 0_usize;
    for presence in &thing.presences {
        match from_internet(world, thing, presence, query) {
            Entry::Yes(witness) => match port_doubt(thing, &witness.ports) {
                None => reached.push((presence, witness)),
                Some(reason) => answer.unknown.push(reason),
            },
            Entry::Unknown(reason) => answer.unknown.push(reason),
            Entry::No(reason) => {
                stopped += 1;
                answer.refuted.push(format!("internet over {}: {reason}", query.family.name()));
            }
        }
    }
    let Some((presence, witness)) = reached.first() else { return };
    if thing.alternatives && (stopped > 0 || thing.unplaced.is_some()) {
        answer.unknown.push(format!(
            "{} is reachable in some of the subnets it may be put in, not in all",
            World::name_of(thing.resource)
        ));
        return;
    }
    let mut left = query.ports.clone();
    let mut witness = witness.clone();
    for _ in 0..PATHS {
        let (first, last) = witness.ports.range_of(witness.port);
        let range = Ports::range(first, last);
        answer.paths.push(path(world, Start::Internet, thing, presence, &witness));
        left = left.subtract(&range);
        if left.is_empty() {
            break;
        }
        match from_internet(world, thing, presence, Query { ports: &left, ..query }) {
            Entry::Yes(next) => witness = next,
            _ => break,
        }
    }
}

/// The internet through a load balancer.
fn behind(
    world: &World<'_>,
    thing: &Thing<'_>,
    edge: &Edge<'_>,
    asked: &Asked,
    answer: &mut Answer,
) {
    let Some(balancer) = world.things.get(edge.balancer) else { return };
    let (Some(listener_port), Some(port)) = (edge.listener_port, edge.port) else {
        answer.unknown.push(format!("the ports of listener {}", edge.listener.id));
        return;
    };
    let (listener_ports, ports) = (Ports::one(listener_port), Ports::one(port));
    let name = World::name_of(balancer.resource);
    let at_listener = Asked {
        ports: Some(listener_ports.clone()),
        protocol: Some(edge.protocol),
        ..Asked::default()
    };
    let services = service_entries::to(world, edge.balancer, balancer, &at_listener);
    for family in Family::ALL {
        let clients = asked.clients(family);
        let first = Query { family, protocol: edge.protocol, ports: &listener_ports, clients };
        let second = Query { family, protocol: edge.protocol, ports: &ports, clients };
        for node in &balancer.presences {
            let mut by_service: Option<Through> = None;
            let to_balancer = match from_internet(world, balancer, node, first) {
                Entry::Yes(witness) => Ok(path(world, Start::Internet, balancer, node, &witness)),
                Entry::Unknown(reason) => Err(reason),
                Entry::No(reason) => {
                    answer.refuted.push(format!("through {name} over {}: {reason}", family.name()));
                    match (services.paths.first(), services.unknown.first()) {
                        (Some((path, through)), _) => {
                            by_service = Some(*through);
                            Ok(path.clone())
                        }
                        (None, Some(reason)) => Err(reason.clone()),
                        (None, None) => continue,
                    }
                }
            };
            for presence in &thing.presences {
                if !serves_zone(world, balancer, presence) {
                    answer.refuted.push(format!("through {name}: {OTHER_ZONE}"));
                    continue;
                }
                let zone = zones::passes(world, balancer, edge, node, presence);
                if let Maybe::No(reason) = &zone {
                    answer.refuted.push(format!("through {name}: {reason}"));
                    continue;
                }
                let target = (thing, presence);
                let on = match by_service {
                    Some(through) if edge.preserves_client => {
                        service_entries::handed_on(world, through, balancer, node, target, second)
                    }
                    None if edge.preserves_client => {
                        preserved(world, balancer, node, thing, presence, [first, second])
                    }
                    _ => proxied(world, balancer, node, thing, presence, second),
                };
                match (&to_balancer, on) {
                    (Ok(one), Ok(Some(two))) => {
                        if let Maybe::Unknown(reason) = zone {
                            answer.unknown.push(reason);
                            continue;
                        }
                        answer.paths.push(through_balancer(one.clone(), edge, two));
                        return;
                    }
                    (_, Ok(None)) => {
                        answer.refuted.push(format!("through {name}: it cannot reach the target"));
                    }
                    (Err(reason), _) => answer.unknown.push(reason.clone()),
                    (_, Err(reason)) => answer.unknown.push(reason),
                }
            }
        }
    }
}

/// A load balancer's own connection to a target.
pub fn proxied(
    world: &World<'_>,
    balancer: &Thing<'_>,
    node: &Presence<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
) -> Result<Option<NetworkPath>, String> {
    let mut node = node.clone();
    // Behind its listeners a dual-stack balancer speaks IPv4 too.
    if query.family == Family::V6 {
        node.has_v6 = super::things::Maybe::Yes;
    }
    match connect(world, &node, presence, query) {
        Flow::Yes(witness) => {
            Ok(Some(path(world, Start::Thing(balancer, &node), thing, presence, &witness)))
        }
        Flow::Unknown(reason) => Err(reason),
        Flow::No(_) => Ok(None),
    }
}

/// A connection that keeps the client's address: one client must pass the load
/// balancer's groups and ACL and the target's too, which may refer to the
/// balancer's group instead. The questions are for the listener and the target.
fn preserved(
    world: &World<'_>,
    balancer: &Thing<'_>,
    node: &Presence<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    [first, second]: [Query<'_>; 2],
) -> Result<Option<NetworkPath>, String> {
    let Some(place) = node.place else { return Err("the subnet of the load balancer".to_owned()) };
    let gateways = match gateways(world, place, second.family) {
        Ok(gateways) => gateways,
        Err(Entry::Unknown(reason)) => return Err(reason),
        Err(_) => return Ok(None),
    };
    let mut open = None;
    for gateway in gateways {
        let sources = Clients::among(second.clients, &gateway.sources);
        let client =
            Other { addresses: &sources, groups: &[], groups_doubt: None, references: false };
        let entering = group_pieces(world, node, Direction::In, first, client);
        for entering in through_acl(world, node.place, Direction::In, first, entering) {
            let other = Other {
                addresses: &entering.peers,
                groups: &node.groups,
                groups_doubt: node.carries_doubt(),
                references: true,
            };
            let mut pieces = group_pieces(world, presence, Direction::In, second, other);
            // What stays in one subnet meets its ACL once, on entering.
            if presence.place != node.place {
                pieces = through_acl(world, presence.place, Direction::In, second, pieces);
            }
            for piece in pieces {
                let reply = piece.reply.intersect(&entering.reply);
                let (Some((port, _)), Some(source), Some(reply_port)) =
                    (piece.ports.ranges().next(), piece.peers.first(), client_port(&reply))
                else {
                    continue;
                };
                let part =
                    second.clients.is_some_and(|own| own.is_one && *own.addresses != piece.peers);
                let unknown = "the client's address decides, and it is not known".to_owned();
                let doubt = piece.doubt.or_else(|| entering.doubt.clone());
                if let Some(reason) = doubt.or(part.then_some(unknown)) {
                    open.get_or_insert(reason);
                    continue;
                }
                let own = presence.addresses.get(second.family as usize);
                let witness = super::flow::Witness {
                    family: second.family,
                    protocol: second.protocol,
                    ports: piece.ports,
                    port,
                    reply_port,
                    source,
                    target: own.and_then(super::ranges::Ranges::first).unwrap_or_default(),
                };
                let start = Start::Thing(balancer, node);
                return Ok(Some(path(world, start, thing, presence, &witness)));
            }
        }
    }
    open.map_or(Ok(None), Err)
}
