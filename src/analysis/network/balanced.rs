//! From thing to thing through a network load balancer, which passes on the
//! connections that it takes.
//!
//! Source: User guide for Network Load Balancers, "Client IP preservation": where
//! the client's address is kept, the target's groups see it, and rules that
//! refer to the load balancer's group match too.

use super::balancers::Edge;
use super::facts::Asked;
use super::flow::{
    Flow, Other, Piece, Query, Witness, client_port, connect, group_pieces, through_acl,
};
use super::hops::{Start, path, through_balancer};
use super::internet::proxied;
use super::ports::Ports;
use super::ranges::Family;
use super::rules::Direction;
use super::things::{Maybe, Presence, Thing};
use super::world::World;
use super::zones::{self, serves_zone};
use crate::model::NetworkPath;

/// What a thing reaches of another by network load balancers.
#[derive(Debug, Default)]
pub struct Answer {
    /// How.
    pub path: Option<NetworkPath>,
    /// What leaves it open.
    pub unknown: Vec<String>,
}

/// Whether a thing reaches another, by its place, through a network load
/// balancer.
pub fn to(world: &World<'_>, source: &Thing<'_>, at: usize, asked: &Asked) -> Answer {
    let mut answer = Answer::default();
    let Some(target) = world.things.get(at).filter(|target| target.accepts) else { return answer };
    let edges = world.edges.get(at).into_iter().flatten();
    for edge in edges.filter(|edge| edge.network) {
        let Some(balancer) = world.things.get(edge.balancer) else { continue };
        let (Some(listener), Some(port)) = (edge.listener_port, edge.port) else {
            answer.unknown.push(format!("the ports of listener {}", edge.listener.id));
            continue;
        };
        if !asked.is_about(edge.protocol, port) {
            continue;
        }
        let (listener, port) = (Ports::one(listener), Ports::one(port));
        for family in Family::ALL {
            let query = |ports| Query { family, protocol: edge.protocol, ports, clients: None };
            for from in &source.presences {
                for node in &balancer.presences {
                    let first = connect(world, from, node, query(&listener));
                    if matches!(first, Flow::No(_)) {
                        continue;
                    }
                    let way = Way { source, from, balancer, node, edge };
                    if way.on(world, target, query(&port), first, &mut answer) {
                        return answer;
                    }
                }
            }
        }
    }
    answer
}

/// A connection that a node takes.
struct Way<'x, 'a> {
    source: &'x Thing<'a>,
    from: &'x Presence<'a>,
    balancer: &'x Thing<'a>,
    node: &'x Presence<'a>,
    edge: &'x Edge<'a>,
}

impl Way<'_, '_> {
    /// Passes it on to a target; true where that is certain.
    fn on(
        &self,
        world: &World<'_>,
        target: &Thing<'_>,
        query: Query<'_>,
        first: Flow,
        answer: &mut Answer,
    ) -> bool {
        let Self { source, from, balancer, node, edge } = *self;
        for presence in &target.presences {
            let zone = zones::passes(world, balancer, edge, node, presence);
            if !serves_zone(world, balancer, presence) || matches!(zone, Maybe::No(_)) {
                continue;
            }
            let on = if edge.preserves_client {
                self.kept(world, target, presence, query)
            } else {
                proxied(world, balancer, node, target, presence, query)
            };
            let second = match on {
                Ok(Some(second)) => second,
                Ok(None) => continue,
                Err(reason) => {
                    answer.unknown.push(reason);
                    continue;
                }
            };
            match (&first, &zone) {
                (Flow::Yes(witness), Maybe::Yes) => {
                    let start = Start::Thing(source, from);
                    let first = path(world, start, balancer, node, witness);
                    answer.path = Some(through_balancer(first, edge, second));
                    return true;
                }
                (Flow::Unknown(reason), _) | (_, Maybe::Unknown(reason)) => {
                    answer.unknown.push(reason.clone());
                }
                _ => {}
            }
        }
        false
    }

    /// The rest of a connection that keeps the client's address.
    fn kept(
        &self,
        world: &World<'_>,
        target: &Thing<'_>,
        presence: &Presence<'_>,
        query: Query<'_>,
    ) -> Result<Option<NetworkPath>, String> {
        let at = query.family as usize;
        let (Some(addresses), Some(own)) =
            (self.from.addresses.get(at), presence.addresses.get(at))
        else {
            return Ok(None);
        };
        let mut groups = self.from.groups.clone();
        groups.extend_from_slice(&self.node.groups);
        let client = Other {
            addresses,
            groups: &groups,
            groups_doubt: self.from.carries_doubt().or(self.node.carries_doubt()),
            references: true,
        };
        let mut pieces = group_pieces(world, presence, Direction::In, query, client);
        // What stays in one subnet meets its ACL once, on entering.
        if presence.place != self.node.place {
            pieces = through_acl(world, presence.place, Direction::In, query, pieces);
        }
        let is_sure = |piece: &&Piece| piece.doubt.is_none() && piece.peers.covers(addresses);
        let Some(piece) = pieces.iter().find(is_sure) else {
            let open = |piece: Piece| {
                piece.doubt.unwrap_or_else(|| {
                    "the address decides, and it is not known before it is assigned".to_owned()
                })
            };
            return pieces.into_iter().next().map(open).map_or(Ok(None), Err);
        };
        let (Some(port), Some(reply_port)) =
            (piece.ports.example(query.protocol), client_port(&piece.reply))
        else {
            return Ok(None);
        };
        let witness = Witness {
            family: query.family,
            protocol: query.protocol,
            ports: piece.ports.clone(),
            port,
            reply_port,
            source: addresses.first().unwrap_or_default(),
            target: own.first().unwrap_or_default(),
        };
        let start = Start::Thing(self.balancer, self.node);
        Ok(Some(path(world, start, target, presence, &witness)))
    }
}
