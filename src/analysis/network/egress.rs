//! Connections from a thing to the internet.
//!
//! Source: Amazon VPC user guide, "NAT gateways", "Egress-only internet
//! gateways" and "Block public access to VPCs and subnets"; AWS PrivateLink
//! guide, "Gateway endpoints".

use super::entry::{Entry, gateways};
use super::flow::{
    Other, Piece, Query, Witness, client_port, client_ports, group_pieces, through_acl,
};
use super::hops;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges};
use super::routes;
use super::rules::Direction;
use super::things::{Maybe, Presence, Thing};
use super::world::{BlockMode, World};
use crate::model::{NatGateway, NetworkPath, Route};

/// The first of the ports that a NAT gateway connects from.
const NAT_PORTS: u16 = 1024;

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
        let towards = [&targets, destinations];
        let doubt = match leads_out(world, presence, place, query, towards, route) {
            Ok(doubt) => doubt,
            Err(entry) => {
                stopped = Some(graver(stopped, entry));
                continue;
            }
        };
        let doubt = doubt.or_else(|| match (query.family, &presence.has_v6) {
            (Family::V6, Maybe::Unknown(reason)) => Some(reason.clone()),
            _ => None,
        });
        match passes(world, presence, query, &targets, doubt) {
            Ok(witness) => return Ok(hops::path_out(world, thing, presence, &witness, index)),
            Err(entry) => stopped = Some(graver(stopped, entry)),
        }
    }
    Err(stopped.unwrap_or_else(|| Entry::No(format!("{} has no route there", table.table.id))))
}

/// Of two entries that are no way, the one that counts: what is open is not
/// refuted by another's no.
fn graver(before: Option<Entry>, entry: Entry) -> Entry {
    match (before, entry) {
        (Some(Entry::No(_)), open @ Entry::Unknown(_)) => open,
        (Some(before), _) => before,
        (None, entry) => entry,
    }
}

/// Whether a route's target passes connections on to the internet, to those
/// destinations that the route is for out of all that are asked about; with
/// what leaves it open.
fn leads_out(
    world: &World<'_>,
    presence: &Presence<'_>,
    place: usize,
    query: Query<'_>,
    [targets, destinations]: [&Ranges; 2],
    route: &Route,
) -> Result<Option<String>, Entry> {
    let at = routes::describe(route);
    if routes::is_blackhole(route) {
        return Err(Entry::No(format!("route {at} drops the traffic")));
    }
    match route.target_type.as_deref() {
        Some("internet_gateway") => {
            let doubt = through_gateway(world, place, query, targets)?;
            match (query.family, &presence.public_v4) {
                (Family::V6, _) | (_, Maybe::Yes) => Ok(doubt),
                (_, Maybe::No(reason)) => Err(Entry::No(reason.to_string())),
                (_, Maybe::Unknown(reason)) => Ok(Some(reason.clone())),
            }
        }
        Some("egress_only_internet_gateway") => match blocked(world, place) {
            Some(BlockMode::Both) => Err(Entry::No("VPC Block Public Access".to_owned())),
            Some(BlockMode::Unknown(reason)) => Ok(Some(reason.clone())),
            _ => Ok(None),
        },
        Some("nat_gateway") => {
            let id = route.target_id.as_deref().unwrap_or_default();
            match world.model.nat_gateways.get(id) {
                Some(nat) => through_nat(world, nat, presence, query, targets),
                None => Err(Entry::Unknown(format!("NAT gateway {id} is not in what was given"))),
            }
        }
        Some("vpc_endpoint") => {
            let id = route.target_id.as_deref().unwrap_or_default();
            let endpoint = world.model.vpc_endpoints.get(id);
            let kind = endpoint.and_then(|found| found.vpc_endpoint_type.as_deref());
            if kind != Some("Gateway") {
                return Err(Entry::Unknown(format!("what lies behind route {at}")));
            }
            // Its service has addresses of the internet, but is not the internet.
            let internet = world.internet.get(query.family as usize);
            match internet.is_some_and(|internet| destinations.covers(internet)) {
                true => Err(Entry::No(format!("route {at} leads to one service alone"))),
                false => Ok(None),
            }
        }
        Some("local" | "vpc_peering_connection") => {
            Err(Entry::No(format!("route {at} does not lead to the internet")))
        }
        _ => Err(Entry::Unknown(format!("what lies behind route {at}"))),
    }
}

fn blocked<'w>(world: &'w World<'_>, place: usize) -> Option<&'w BlockMode> {
    world.places.get(place).map(|place| &place.block)
}

/// Whether a subnet's internet gateway takes connections to some of `targets`
/// out; with what leaves it open.
fn through_gateway(
    world: &World<'_>,
    place: usize,
    query: Query<'_>,
    targets: &Ranges,
) -> Result<Option<String>, Entry> {
    let mut doubt = match blocked(world, place) {
        Some(BlockMode::Both | BlockMode::Ingress) => {
            return Err(Entry::No("VPC Block Public Access".to_owned()));
        }
        Some(BlockMode::Unknown(reason)) => Some(reason.clone()),
        _ => None,
    };
    doubt = doubt.or(gateway_towards(world, place, query.family, targets)?);
    Ok(doubt)
}

/// The internet gateway to which a subnet's routes send some of `targets`: the
/// doubt about it.
fn gateway_towards(
    world: &World<'_>,
    place: usize,
    family: Family,
    targets: &Ranges,
) -> Result<Option<String>, Entry> {
    let gateways = gateways(world, place, family)?;
    let mut leading = gateways.into_iter().filter(|gateway| gateway.sources.overlaps(targets));
    let Some(first) = leading.next() else {
        let subnet = world.places.get(place).map_or("", |place| World::name_of(place.subnet));
        return Err(Entry::No(format!("{subnet} has no route there by an internet gateway")));
    };
    Ok(first.doubt.filter(|_| leading.all(|other| other.doubt.is_some())))
}

/// What lets nothing through an ACL.
fn acl_of(nat: &NatGateway) -> Entry {
    Entry::No(format!("the network ACL of {}'s subnet", nat.id))
}

fn through_nat(
    world: &World<'_>,
    nat: &NatGateway,
    presence: &Presence<'_>,
    query: Query<'_>,
    targets: &Ranges,
) -> Result<Option<String>, Entry> {
    if query.family == Family::V6 {
        return Err(Entry::No(format!("{} translates to IPv4 only", nat.id)));
    }
    if !matches!(query.protocol, Protocol::Tcp | Protocol::Udp | Protocol::Icmp) {
        return Err(Entry::No(format!("{} passes TCP, UDP and ICMP only", nat.id)));
    }
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
    // What only lets no connection in lets the gateway's out.
    if matches!(blocked(world, place), Some(BlockMode::Both)) {
        return Err(Entry::No("VPC Block Public Access".to_owned()));
    }
    let mut doubt = match blocked(world, place) {
        Some(BlockMode::Unknown(reason)) => Some(reason.clone()),
        _ => None,
    };
    doubt = doubt.or(gateway_towards(world, place, query.family, targets)?);
    // The gateway's subnet has an ACL of its own, for what comes from the
    // client and for what goes on.
    let whole = |peers: &Ranges, reply: Ports| {
        vec![Piece { peers: peers.clone(), ports: query.ports.clone(), reply, doubt: None }]
    };
    let mut passages = vec![through_acl(
        world,
        Some(place),
        Direction::Out,
        query,
        whole(targets, Ports::range(NAT_PORTS, Ports::LAST)),
    )];
    if presence.place != Some(place) {
        let empty = Ranges::empty();
        let own = presence.addresses.get(query.family as usize).unwrap_or(&empty);
        passages.push(through_acl(
            world,
            Some(place),
            Direction::In,
            query,
            whole(own, client_ports()),
        ));
    }
    for pieces in passages {
        let sure = pieces.iter().any(|piece| piece.doubt.is_none());
        match pieces.into_iter().next() {
            None => return Err(acl_of(nat)),
            Some(piece) if !sure => doubt = doubt.or(piece.doubt),
            Some(_) => {}
        }
    }
    Ok(doubt)
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
    // A rule that is in doubt takes nothing from one that is not.
    let is_sure = doubt.is_none();
    let mut open = doubt;
    let mut ports = Ports::none();
    let mut witness = None;
    for piece in &pieces {
        if let Some(reason) = &piece.doubt {
            open.get_or_insert_with(|| reason.clone());
            continue;
        }
        ports = ports.union(&piece.ports);
        let source = presence.addresses.get(query.family as usize).and_then(Ranges::first);
        if witness.is_none()
            && let (Some(port), Some(reply_port), Some(target)) = (
                piece.ports.example(query.protocol),
                client_port(&piece.reply),
                piece.peers.first(),
            )
        {
            witness = Some((port, reply_port, target, source.unwrap_or_default()));
        }
    }
    match (witness.filter(|_| is_sure), open) {
        (None, Some(reason)) if !pieces.is_empty() => Err(Entry::Unknown(reason)),
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
