//! Whether a target lets in what a managed service sends it.

use super::{ServiceEntry, Source, is_cloudfront_group};
use crate::analysis::network::flow::{
    Flow, Other, Piece, Query, Stop, Witness, client_port, client_ports, connect, group_pieces,
    through_acl,
};
use crate::analysis::network::ports::Ports;
use crate::analysis::network::ranges::{Family, Ranges, parse_cidr};
use crate::analysis::network::rules::{Direction, Group, Peer};
use crate::analysis::network::things::Presence;
use crate::analysis::network::world::{BlockMode, World};

/// AWS's prefix list of the addresses from which CloudFront connects to
/// origins.
const CLOUDFRONT_LIST: &str = "com.amazonaws.global.cloudfront.origin-facing";

/// Whether the connections of a service get into a presence; `also` are groups
/// that admit them too, of a load balancer that passes them on.
pub fn enter(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    also: &[usize],
) -> Flow {
    match &entry.source {
        Source::Interfaces(sources) => {
            let mut best = Flow::No(Stop::NoAddress);
            for source in sources {
                let mut source = source.clone();
                source.groups.extend_from_slice(also);
                match connect(world, &source, presence, query) {
                    Flow::Yes(witness) => return Flow::Yes(witness),
                    Flow::Unknown(reason) => best = Flow::Unknown(reason),
                    Flow::No(stop) if !matches!(best, Flow::Unknown(_)) => best = Flow::No(stop),
                    Flow::No(_) => {}
                }
            }
            best
        }
        Source::CloudFront => from_cloudfront(world, presence, query, also),
        Source::PrivateLink => by_private_link(world, presence, query),
        Source::Accelerator => {
            if query.family == Family::V6 {
                return Flow::No(Stop::NoAddress);
            }
            if let Some(flow) = blocked(world, presence) {
                return flow;
            }
            let Some(clients) = world.internet.first() else { return Flow::No(Stop::NoAddress) };
            let other =
                Other { addresses: clients, groups: also, groups_doubt: None, references: true };
            match group_pieces(world, presence, Direction::In, query, other).is_empty() {
                true => Flow::No(Stop::Ingress),
                false => Flow::Unknown("which clients the accelerator takes".to_owned()),
            }
        }
    }
}

/// What Block Public Access says where it does not let internet traffic in.
fn blocked(world: &World<'_>, presence: &Presence<'_>) -> Option<Flow> {
    match presence.place.and_then(|at| world.places.get(at)).map(|place| &place.block) {
        Some(BlockMode::Ingress | BlockMode::Both) => Some(Flow::No(Stop::NoRoute)),
        Some(BlockMode::Unknown(reason)) => Some(Flow::Unknown(reason.clone())),
        _ => None,
    }
}

fn witness(world: &World<'_>, presence: &Presence<'_>, query: Query<'_>, ports: Ports) -> Flow {
    let Some(port) = ports.example(query.protocol) else { return Flow::No(Stop::Ingress) };
    let at = query.family as usize;
    let own = presence.addresses.get(at).and_then(Ranges::first).unwrap_or_default();
    let place = presence.place.and_then(|place| world.places.get(place));
    let source = place.and_then(|place| place.addresses.get(at)).and_then(Ranges::first);
    Flow::Yes(Witness {
        family: query.family,
        protocol: query.protocol,
        port,
        ports,
        reply_port: client_port(&client_ports()).unwrap_or(1),
        source: source.unwrap_or(own),
        target: own,
    })
}

/// CloudFront connects over IPv4 from interfaces in the VPC. Rules admit it by
/// its group, by its prefix list, or by a range that has every address it may
/// have; with a range that has some of them the address decides.
pub fn from_cloudfront(
    world: &World<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    also: &[usize],
) -> Flow {
    if query.family == Family::V6 {
        return Flow::No(Stop::NoAddress);
    }
    let mut open = match blocked(world, presence) {
        Some(Flow::Unknown(reason)) => Some(reason),
        Some(flow) => return flow,
        None => None,
    };
    let mut sure = Ports::none();
    let mut possible = presence.groups_doubt.clone();
    if presence.unfiltered {
        sure = query.ports.clone();
    }
    let addresses = cloudfront_addresses(world, presence);
    for group in presence.groups.iter().filter_map(|at| world.groups.get(*at)) {
        possible = possible.or_else(|| group.may_lack(Direction::In).map(str::to_owned));
        for rule in group.ingress.iter().filter(|rule| rule.is_about(query.protocol)) {
            let ports = rule.ports.intersect(query.ports);
            if ports.is_empty() {
                continue;
            }
            let admits = match &rule.peer {
                _ if names_cloudfront(world, group, rule.index) => Some(None),
                Peer::Group(at) if also.contains(at) => Some(None),
                Peer::Group(at) => world
                    .groups
                    .get(*at)
                    .is_some_and(|group| is_cloudfront_group(group.group))
                    .then_some(None),
                Peer::Foreign(id) => Some(Some(format!("whether group {id} is CloudFront's"))),
                Peer::Unknown => Some(Some("whom a rule admits".to_owned())),
                Peer::Addresses([own, _]) if own.covers(&addresses) => Some(None),
                Peer::Addresses([own, _]) => own
                    .overlaps(&addresses)
                    .then(|| Some("the address that CloudFront connects from decides".to_owned())),
            };
            match admits.map(|doubt| doubt.or_else(|| rule.doubt.clone())) {
                Some(None) => sure = sure.union(&ports),
                Some(Some(doubt)) => possible = possible.or(Some(doubt)),
                None => {}
            }
        }
    }
    if sure.is_empty() {
        return possible.map_or(Flow::No(Stop::Ingress), Flow::Unknown);
    }
    // In the subnet of its interface no ACL judges it, elsewhere that one does.
    let vpc = presence.vpc.and_then(|vpc| world.vpc_addresses.get(vpc));
    let peers = vpc.and_then(|own| own.first()).cloned().unwrap_or_default();
    let whole = Piece { peers, ports: sure.clone(), reply: client_ports(), doubt: None };
    let through = through_acl(world, presence.place, Direction::In, query, vec![whole]);
    if !through.iter().any(|piece| piece.doubt.is_none()) {
        open.get_or_insert_with(|| {
            "whether a network ACL stops it, or the answer, depends on the subnet of CloudFront's interface"
                .to_owned()
        });
    }
    match open {
        Some(reason) => Flow::Unknown(reason),
        None => witness(world, presence, query, sure),
    }
}

/// The addresses that CloudFront may connect from: those of the VPC, where it
/// has interfaces, and those of its prefix list, of the whole internet where
/// that is not at hand.
fn cloudfront_addresses(world: &World<'_>, presence: &Presence<'_>) -> Ranges {
    let vpc = presence.vpc.and_then(|vpc| world.vpc_addresses.get(vpc));
    let inside = vpc.and_then(|own| own.first()).cloned().unwrap_or_default();
    let mut lists = world.model.prefix_lists.values();
    let list = lists.find(|list| list.name.as_deref() == Some(CLOUDFRONT_LIST));
    let outside = match list.filter(|list| !list.cidrs.is_empty()) {
        Some(list) => list
            .cidrs
            .iter()
            .filter_map(|text| parse_cidr(text))
            .filter(|(family, _)| *family == Family::V4)
            .fold(Ranges::empty(), |sum, (_, own)| sum.union(&own)),
        None => world.internet.first().cloned().unwrap_or_default(),
    };
    inside.union(&outside)
}

/// Whether a rule's peer is CloudFront's prefix list.
pub fn names_cloudfront(world: &World<'_>, group: &Group<'_>, index: usize) -> bool {
    let rule = group.group.ingress.get(index);
    let id = rule.and_then(|rule| rule.prefix_list_id.as_deref());
    id.is_some_and(|id| {
        let list = world.model.prefix_lists.get(id);
        id == CLOUDFRONT_LIST
            || list.is_some_and(|list| list.name.as_deref() == Some(CLOUDFRONT_LIST))
    })
}

/// PrivateLink connects from addresses that the VPC does not have, and a load
/// balancer may be told to let it past its groups.
fn by_private_link(world: &World<'_>, presence: &Presence<'_>, query: Query<'_>) -> Flow {
    if query.family == Family::V6 {
        return Flow::No(Stop::NoAddress);
    }
    if presence.unfiltered {
        return witness(world, presence, query, query.ports.clone());
    }
    let all = Ranges::all(Family::V4);
    let other = Other { addresses: &all, groups: &[], groups_doubt: None, references: false };
    let pieces = group_pieces(world, presence, Direction::In, query, other);
    let sure = pieces.iter().filter(|piece| piece.doubt.is_none() && piece.peers.covers(&all));
    let ports = sure.fold(Ports::none(), |sum, piece| sum.union(&piece.ports));
    if ports.is_empty() {
        return Flow::Unknown(
            "whether the load balancer's security groups count for PrivateLink".to_owned(),
        );
    }
    witness(world, presence, query, ports)
}
