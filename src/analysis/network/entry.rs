//! Connections from the internet and from networks outside the model.
//!
//! Source: Amazon VPC user guide, "Enable internet access using internet
//! gateways" and "Block public access to VPCs and subnets".

use super::connections::Outside;
use super::flow::{Clients, Flow, Query, Stop, connect_from_outside};
use super::ranges::{Family, Ranges};
use super::routes;
use super::things::{Maybe, Presence, Thing};
use super::world::{BlockMode, World};

/// An answer about one entry, with what stops it or leaves it open.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A packet gets through.
    Yes(super::flow::Witness),
    /// Missing facts leave it open.
    Unknown(String),
    /// The fact that stops it.
    No(String),
}

/// The internet addresses whose answers a subnet's table sends to an internet
/// gateway, with the route and gateway.
#[derive(Debug, Clone)]
pub struct Gateway<'a> {
    /// The addresses.
    pub sources: Ranges,
    /// The route.
    pub route: usize,
    /// The gateway's key.
    pub gateway: Option<&'a str>,
    /// Why it may not hold.
    pub doubt: Option<String>,
}

/// The ways from the internet into a subnet, or the fact that there is none.
pub fn gateways<'a>(
    world: &World<'a>,
    place: usize,
    family: Family,
) -> Result<Vec<Gateway<'a>>, Entry> {
    let Some(found) = world.places.get(place) else {
        return Err(Entry::Unknown("its subnet is not in what was given".to_owned()));
    };
    let table = match &found.table {
        Ok(at) => world.tables.get(*at),
        Err(reason) => return Err(Entry::Unknown(reason.clone())),
    };
    let Some(table) = table else { return Err(Entry::Unknown("its route table".to_owned())) };
    let internet = world.internet.get(family as usize).cloned().unwrap_or_default();
    let model = world.model;
    let mut gateways = Vec::new();
    let mut stopped = None;
    let mut open = table.doubt.clone();
    for (ranges, index, route) in table.shares(family) {
        let sources = ranges.intersect(&internet);
        if sources.is_empty() {
            continue;
        }
        let at = format!("{} of {}", routes::describe(route), table.table.id);
        if routes::is_blackhole(route) {
            stopped.get_or_insert(format!("route {at} drops the traffic"));
            continue;
        }
        let id = route.target_id.as_deref();
        match route.target_type.as_deref() {
            Some("internet_gateway") => {
                let gateway = id.and_then(|id| model.internet_gateways.get_key_value(id));
                let mut doubt = None;
                if let Some((key, gateway)) = gateway {
                    match gateway.vpc_id.as_deref() {
                        Some(vpc)
                            if found.subnet.vpc_id.as_deref().is_none_or(|own| own == vpc) => {}
                        Some(vpc) => {
                            stopped.get_or_insert(format!("{key} is attached to {vpc}, not here"));
                            continue;
                        }
                        None => match world.gaps.at(gateway, "/vpc_id") {
                            Some(reason) => {
                                doubt = Some(format!("what {key} is attached to: {reason}"));
                            }
                            None => {
                                stopped.get_or_insert(format!("{key} is attached to no VPC"));
                                continue;
                            }
                        },
                    }
                    if let Some(reason) = world.gaps.existence("internet_gateways", key) {
                        doubt = Some(format!("whether {key} exists: {reason}"));
                    }
                }
                gateways.push(Gateway {
                    sources,
                    route: index,
                    gateway: gateway.map(|(key, _)| key.as_str()).or(id.and_then(|id| {
                        table
                            .table
                            .routes
                            .get(index)
                            .and_then(|route| route.target_id.as_deref())
                            .filter(|own| *own == id)
                    })),
                    doubt,
                });
            }
            None => {
                let path = format!("/routes/{index}/target_id");
                let kind = format!("/routes/{index}/target_type");
                let reason =
                    world.gaps.at(table.table, &path).or_else(|| world.gaps.at(table.table, &kind));
                let why = reason.map_or_else(|| "it is not given".to_owned(), ToString::to_string);
                open.get_or_insert(format!("the target of route {at}: {why}"));
            }
            Some("egress_only_internet_gateway") => {
                stopped.get_or_insert(
                    "its egress-only internet gateway lets no connection in".to_owned(),
                );
            }
            Some("nat_gateway") => {
                stopped.get_or_insert(format!(
                    "route {at} leads to a NAT gateway, which lets no connection in"
                ));
            }
            Some("network_interface" | "instance" | "vpc_endpoint") => {
                stopped.get_or_insert(format!("answers take route {at}"));
            }
            _ => {}
        }
    }
    if gateways.is_empty() {
        return Err(match open {
            Some(reason) => Entry::Unknown(reason),
            None => Entry::No(stopped.unwrap_or_else(|| {
                format!("{} has no {} route to an internet gateway", table.table.id, family.name())
            })),
        });
    }
    Ok(gateways)
}

/// Whether a connection from the internet reaches a presence directly.
pub fn from_internet(
    world: &World<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
) -> Entry {
    if !thing.accepts {
        return Entry::No("it takes no connections".to_owned());
    }
    let mut doubts: Vec<String> = Vec::new();
    let public = match query.family {
        Family::V4 => &presence.public_v4,
        Family::V6 => &presence.has_v6,
    };
    match public {
        Maybe::Yes => {}
        Maybe::No(reason) => return Entry::No(reason.to_string()),
        Maybe::Unknown(reason) => doubts.push(reason.clone()),
    }
    if query.family == Family::V4 && has_public_v6_only(world, thing) {
        return Entry::No("of its addresses the IPv6 ones alone are public".to_owned());
    }
    if query.family == Family::V6 && has_private_v6_only(world, presence) {
        return Entry::No("its IPv6 address is a private one".to_owned());
    }
    if query.family == Family::V6 && is_private_by_scheme(thing, presence) {
        return Entry::No("it is private".to_owned());
    }
    routed_from_internet(world, presence, query, doubts)
}

/// Whether a load balancer has public addresses of IPv6 alone.
///
/// Source: User guide for Application Load Balancers, "IP address types".
fn has_public_v6_only(world: &World<'_>, thing: &Thing<'_>) -> bool {
    (thing.resource.collection() == "load_balancers")
        .then(|| world.model.load_balancers.get(thing.resource.id()))
        .flatten()
        .and_then(|balancer| balancer.ip_address_type.as_deref())
        .is_some_and(|kind| kind == "dualstack-without-public-ipv4")
}

/// Whether its IPv6 addresses are known and none of them is a global one.
fn has_private_v6_only(world: &World<'_>, presence: &Presence<'_>) -> bool {
    let known = presence.place.and_then(|at| world.places.get(at));
    let known = known.is_some_and(|place| place.known.get(1) == Some(&true));
    let [_, own] = &presence.addresses;
    let [_, internet] = &world.internet;
    known && !own.is_empty() && !own.overlaps(internet)
}

/// A load balancer with scheme internal, or a database that is not public,
/// answers no internet client over IPv6 either.
fn is_private_by_scheme(thing: &Thing<'_>, presence: &Presence<'_>) -> bool {
    use super::things::Role;
    matches!(thing.role, Role::LoadBalancer | Role::Data)
        && !matches!(presence.public_v4, Maybe::Yes | Maybe::Unknown(_))
}

/// As [`from_internet`], once it is known to have an address there.
pub fn routed_from_internet(
    world: &World<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    mut doubts: Vec<String>,
) -> Entry {
    let Some(place) = presence.place else {
        return Entry::Unknown(
            presence.groups_doubt.clone().unwrap_or_else(|| "its subnet is not known".to_owned()),
        );
    };
    let gateways = match gateways(world, place, query.family) {
        Ok(gateways) => gateways,
        Err(entry) => return entry,
    };
    let block = world.places.get(place).map(|place| &place.block);
    match block {
        Some(BlockMode::Ingress | BlockMode::Both) => {
            return Entry::No("VPC Block Public Access stops traffic from the internet".to_owned());
        }
        Some(BlockMode::Unknown(reason)) => doubts.push(reason.clone()),
        _ => {}
    }
    if let Some(doubt) = edge_doubt(world, presence, &gateways, query.family) {
        doubts.push(doubt);
    }
    let mut best = None;
    for gateway in &gateways {
        let doubt = doubts.first().or(gateway.doubt.as_ref()).map(String::as_str);
        let sources = Clients::among(query.clients, &gateway.sources);
        let part = query.clients.is_some_and(|own| own.is_one && *own.addresses != sources);
        match connect_from_outside(world, &sources, presence, query, doubt) {
            Flow::Yes(_) if part => {
                best = Some(Entry::Unknown(
                    "the client's address decides, and it is not known".to_owned(),
                ));
            }
            Flow::Yes(witness) => return Entry::Yes(witness),
            Flow::Unknown(reason) => best = Some(Entry::Unknown(reason)),
            Flow::No(stop) => {
                best.get_or_insert_with(|| {
                    Entry::No(stop_in_words(world, presence, stop, "the internet"))
                });
            }
        }
    }
    best.unwrap_or_else(|| Entry::No("nothing routes it".to_owned()))
}

/// An internet gateway may have a route table of its own that sends what comes
/// in to a middlebox.
fn edge_doubt(
    world: &World<'_>,
    presence: &Presence<'_>,
    gateways: &[Gateway<'_>],
    family: Family,
) -> Option<String> {
    let edge = world.edge_tables.iter().filter_map(|at| world.tables.get(*at)).find(|table| {
        table
            .table
            .gateway_ids
            .iter()
            .any(|id| gateways.iter().any(|gateway| gateway.gateway == Some(id.as_str())))
    })?;
    let targets = presence.addresses.get(family as usize)?;
    edge.shares(family)
        .find(|(ranges, _, route)| {
            ranges.overlaps(targets) && route.target_type.as_deref() != Some("local")
        })
        .map(|(_, _, route)| {
            format!(
                "{} sends what comes in through {}, which decides",
                edge.table.id,
                routes::describe(route)
            )
        })
}

/// Whether a network outside the model can connect to a presence.
pub fn from_outside(
    world: &World<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    outside: &Outside,
    query: Query<'_>,
) -> Entry {
    if !thing.accepts {
        return Entry::No("it takes no connections".to_owned());
    }
    if outside.family != query.family {
        return Entry::No("another address family".to_owned());
    }
    if query.family == Family::V6 && matches!(presence.has_v6, Maybe::No(_)) {
        return Entry::No("it has no IPv6 address".to_owned());
    }
    match connect_from_outside(world, &outside.ranges, presence, query, outside.doubt.as_deref()) {
        Flow::Yes(witness) => Entry::Yes(witness),
        Flow::Unknown(reason) => Entry::Unknown(reason),
        Flow::No(stop) => Entry::No(stop_in_words(world, presence, stop, &outside.label)),
    }
}

/// The fact behind a stop, in words.
pub fn stop_in_words(world: &World<'_>, target: &Presence<'_>, stop: Stop, from: &str) -> String {
    match stop {
        Stop::NotAccepting => "it takes no connections".to_owned(),
        Stop::NoAddress => "one end has no address of that family".to_owned(),
        Stop::NoRoute => format!("no route leads from {from}"),
        Stop::NoRouteBack => format!("no route leads back to {from}"),
        Stop::Egress => format!("the security groups of {from} do not let it out"),
        Stop::Ingress => {
            let names: Vec<&str> = target
                .groups
                .iter()
                .filter_map(|at| world.groups.get(*at))
                .map(|group| World::name_of(group.group))
                .collect();
            if names.is_empty() {
                format!("no security group admits it from {from}")
            } else {
                {
                    let verb = if names.len() == 1 { "does" } else { "do" };
                    format!("{} {verb} not admit it from {from}", names.join(" and "))
                }
            }
        }
        Stop::AclOfSource => {
            format!("the network ACL of the subnet of {from} stops it, or the answer")
        }
        Stop::Acl => {
            let acl = target
                .place
                .and_then(|at| world.places.get(at))
                .and_then(|place| place.acl.as_ref().ok())
                .and_then(|at| world.acls.get(*at))
                .map_or("a network ACL", |acl| acl.acl.id.as_str());
            format!("{acl} stops it from {from}, or the answer")
        }
    }
}
