//! Connections from a thing to the internet.
//!
//! Source: Amazon VPC user guide, "NAT gateways", "Egress-only internet
//! gateways" and "Block public access to VPCs and subnets".

use super::entry::{Entry, gateways};
use super::flow::{Other, Piece, Query, Witness, client_port, group_pieces, through_acl};
use super::hops;
use super::ranges::{Family, Ranges};
use super::routes;
use super::rules::Direction;
use super::things::{Maybe, Presence, Thing};
use super::world::{BlockMode, World};
use crate::model::{NatGateway, NetworkPath, Route};

/// Whether a presence can connect to `destinations` on the internet, and how.
pub fn to_internet(
    world: &World<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    destinations: &Ranges,
) -> Result<NetworkPath, Entry> {
    if !thing.initiates {
        return Err(Entry::No("it starts no connections of its own".to_owned()));
    }
    let Some(place) = presence.place else {
        return Err(Entry::Unknown("its subnet is not known".to_owned()));
    };
    if query.family == Family::V6 && matches!(presence.has_v6, Maybe::No(_)) {
        return Err(Entry::No("it has no IPv6 address".to_owned()));
    }
    let table = world.table_of(place).map_err(Entry::Unknown)?;
    let mut stopped: Option<Entry> = table.doubt.clone().map(Entry::Unknown);
    for (ranges, index, route) in table.shares(query.family) {
        let targets = ranges.intersect(destinations);
        if targets.is_empty() {
            continue;
        }
        let doubt = match leads_out(world, presence, place, query, route) {
            Ok(doubt) => doubt,
            Err(entry) => {
                stopped.get_or_insert(entry);
                continue;
            }
        };
        match passes(world, presence, query, &targets, doubt) {
            Ok(witness) => return Ok(hops::path_out(world, thing, presence, &witness, index)),
            Err(entry) => {
                stopped.get_or_insert(entry);
            }
        }
    }
    Err(stopped.unwrap_or_else(|| Entry::No(format!("{} has no route there", table.table.id))))
}

/// Whether a route's target passes connections on to the internet; with what
/// leaves it open.
fn leads_out(
    world: &World<'_>,
    presence: &Presence<'_>,
    place: usize,
    query: Query<'_>,
    route: &Route,
) -> Result<Option<String>, Entry> {
    let at = routes::describe(route);
    if routes::is_blackhole(route) {
        return Err(Entry::No(format!("route {at} drops the traffic")));
    }
    let block = world.places.get(place).map(|place| &place.block);
    match route.target_type.as_deref() {
        Some("internet_gateway") => {
            if matches!(block, Some(BlockMode::Both | BlockMode::Ingress)) {
                return Err(Entry::No("VPC Block Public Access".to_owned()));
            }
            gateways(world, place, query.family)?;
            match (query.family, &presence.public_v4) {
                (Family::V6, _) | (_, Maybe::Yes) => Ok(None),
                (_, Maybe::No(reason)) => Err(Entry::No(reason.to_string())),
                (_, Maybe::Unknown(reason)) => Ok(Some(reason.clone())),
            }
        }
        Some("egress_only_internet_gateway") if matches!(block, Some(BlockMode::Both)) => {
            Err(Entry::No("VPC Block Public Access".to_owned()))
        }
        Some("egress_only_internet_gateway") => Ok(None),
        Some("nat_gateway") => {
            let id = route.target_id.as_deref().unwrap_or_default();
            match world.model.nat_gateways.get(id) {
                Some(nat) => through_nat(world, nat, query),
                None => Err(Entry::Unknown(format!("NAT gateway {id} is not in what was given"))),
            }
        }
        Some("local" | "vpc_peering_connection") => {
            Err(Entry::No(format!("route {at} does not lead to the internet")))
        }
        _ => Err(Entry::Unknown(format!("what lies behind route {at}"))),
    }
}

fn through_nat(
    world: &World<'_>,
    nat: &NatGateway,
    query: Query<'_>,
) -> Result<Option<String>, Entry> {
    if nat.connectivity_type.as_deref() == Some("private") {
        return Err(Entry::No(format!("{} is a private NAT gateway", nat.id)));
    }
    if nat.state.as_deref().is_some_and(|state| state != "available") {
        return Err(Entry::No(format!("{} is not available", nat.id)));
    }
    let place = nat.subnet_id.as_deref().and_then(|id| world.place_index.get(id)).copied();
    let Some(place) = place else {
        return Err(Entry::Unknown(format!("the subnet of {}", nat.id)));
    };
    if matches!(world.places.get(place).map(|place| &place.block), Some(BlockMode::Both)) {
        return Err(Entry::No("VPC Block Public Access".to_owned()));
    }
    gateways(world, place, query.family)?;
    // The gateway's subnet has an ACL of its own.
    let internet = world.internet.get(query.family as usize).cloned().unwrap_or_default();
    let whole = Piece {
        peers: internet,
        ports: query.ports.clone(),
        reply: super::ports::Ports::range(1024, super::ports::Ports::LAST),
        doubt: None,
    };
    let out = through_acl(world, Some(place), Direction::Out, query, vec![whole]);
    if out.is_empty() {
        return Err(Entry::No(format!("the network ACL of {}'s subnet", nat.id)));
    }
    Ok(out
        .iter()
        .all(|piece| piece.doubt.is_some())
        .then(|| out.into_iter().find_map(|piece| piece.doubt).unwrap_or_default()))
}

fn passes(
    world: &World<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    targets: &Ranges,
    doubt: Option<String>,
) -> Result<Witness, Entry> {
    let other = Other { addresses: targets, groups: &[], groups_doubt: None, references: false };
    let pieces = group_pieces(world, presence, Direction::Out, query, other);
    if pieces.is_empty() {
        return Err(Entry::No("its security groups do not let it out there".to_owned()));
    }
    let pieces = through_acl(world, presence.place, Direction::Out, query, pieces);
    let mut open = doubt;
    let mut ports = super::ports::Ports::none();
    let mut witness = None;
    for piece in &pieces {
        if let Some(reason) = &piece.doubt {
            open.get_or_insert_with(|| reason.clone());
            continue;
        }
        ports = ports.union(&piece.ports);
        let source = presence.addresses.get(query.family as usize).and_then(Ranges::first);
        if witness.is_none()
            && let (Some((port, _)), Some(reply_port), Some(target)) =
                (piece.ports.ranges().next(), client_port(&piece.reply), piece.peers.first())
        {
            witness = Some((port, reply_port, target, source.unwrap_or_default()));
        }
    }
    match (witness, open) {
        (_, Some(reason)) if !pieces.is_empty() => Err(Entry::Unknown(reason)),
        (Some((port, reply_port, target, source)), _) => Ok(Witness {
            family: query.family,
            protocol: query.protocol,
            ports,
            port,
            reply_port,
            source,
            target,
        }),
        _ => Err(Entry::No("its network ACL stops it, or the answer".to_owned())),
    }
}
