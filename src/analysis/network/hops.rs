//! Paths hop by hop: the rules that let one packet through.

use super::acl;
use super::balancers::Edge;
use super::connections::Outside;
use super::flow::Witness;
use super::ports::{Ports, Protocol, icmp_number};
use super::ranges::{Family, Ranges};
use super::routes;
use super::rules::{self, Direction, Group, Peer, Rule};
use super::things::{Presence, Thing};
use super::world::World;
use crate::model::{Hop, NetworkPath, Resource, ResourceRef};

/// Where a path starts.
#[derive(Debug, Clone, Copy)]
pub enum Start<'x> {
    /// At the internet.
    Internet,
    /// At a presence of a thing.
    Thing(&'x Thing<'x>, &'x Presence<'x>),
    /// Anywhere in a subnet: the presence that stands for it.
    Anyone(&'x Presence<'x>),
    /// At a network outside.
    Outside(&'x Outside),
}

fn hop(resource: Option<ResourceRef>, path: Option<String>, description: String) -> Hop {
    Hop { resource, path, description }
}

/// The path that a witness takes from `start` to a presence of `target`.
pub fn path(
    world: &World<'_>,
    start: Start<'_>,
    target: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> NetworkPath {
    let mut hops = Vec::new();
    let (from, from_label) = match start {
        Start::Internet => {
            hops.push(hop(None, None, "the internet".to_owned()));
            internet_hops(world, presence, witness, &mut hops);
            hops.extend(public_hop(world, target, presence, witness));
            (None, "internet".to_owned())
        }
        Start::Outside(outside) => {
            let range = outside.ranges.cidrs(outside.family, 3).join(", ");
            let label = format!("{range} ({})", outside.label);
            hops.push(hop(outside.via.clone(), None, label.clone()));
            route_hop(
                world,
                presence.place,
                witness.family,
                witness.source,
                "answers: ",
                &mut hops,
            );
            acl_hop(world, presence.place, Direction::In, witness, &mut hops);
            (outside.via.clone(), label)
        }
        Start::Thing(thing, source) => {
            let name = World::name_of(thing.resource);
            hops.push(hop(
                Some(thing.resource.reference()),
                None,
                format!("{name}{}", address_text(source, witness.family, witness.source)),
            ));
            egress_hop(world, source, presence, witness, &mut hops);
            between_hops(world, source, presence, witness, &mut hops);
            (Some(thing.resource.reference()), name.to_owned())
        }
        Start::Anyone(source) => {
            let subnet = source.place.and_then(|at| world.places.get(at)).map(|place| place.subnet);
            let range = source
                .addresses
                .get(witness.family as usize)
                .map(|ranges| ranges.cidrs(witness.family, 3).join(", "))
                .unwrap_or_default();
            let name = subnet.map_or("a subnet", |subnet| World::name_of(subnet));
            let label = format!("anything at {range} in {name}");
            let reference = subnet.map(Resource::reference);
            hops.push(hop(reference.clone(), Some("/cidr_block".to_owned()), label.clone()));
            between_hops(world, source, presence, witness, &mut hops);
            (reference, label)
        }
    };
    ingress_hop(world, start, presence, witness, &mut hops);
    target_hop(target, presence, witness, &mut hops);
    let told = told_ports(witness.protocol, witness.ports.range_of(witness.port));
    let client = match start {
        Start::Thing(_, source) | Start::Anyone(source) => Some(source),
        Start::Internet | Start::Outside(_) => None,
    };
    NetworkPath {
        from,
        from_label,
        protocol: witness.protocol.name(),
        from_port: told.0,
        to_port: told.1,
        icmp: told.2,
        packet: match (world.in_detail, start) {
            (false, _) => String::new(),
            (true, Start::Internet) => {
                let public = match witness.family {
                    Family::V4 => public_address(world, target, presence),
                    Family::V6 => None,
                };
                packet(None, presence, witness, public)
            }
            (true, _) => packet(client, presence, witness, None),
        },
        hops,
        reply: reply_hops(world, client, presence, witness),
    }
}

/// One packet in words, to the target's public address where it has one.
fn packet(
    client: Option<&Presence<'_>>,
    target: &Presence<'_>,
    witness: &Witness,
    public: Option<String>,
) -> String {
    let family = witness.family;
    let end = |presence: Option<&Presence<'_>>, address: u128| {
        let several = presence
            .and_then(|presence| presence.addresses.get(family as usize))
            .filter(|own| own.first() != own.last());
        match (several.and_then(|own| own.cidrs(family, 1).pop()), family) {
            (Some(block), Family::V4) => block,
            (Some(block), Family::V6) => format!("[{block}]"),
            (None, Family::V4) => family.address(address).to_string(),
            (None, Family::V6) => format!("[{}]", family.address(address)),
        }
    };
    let source = end(client, witness.source);
    let target = public.unwrap_or_else(|| end(Some(target), witness.target));
    let protocol = witness.protocol.name();
    if witness.protocol.has_ports() {
        format!("{source}:{} -> {target}:{}/{protocol}", witness.reply_port, witness.port)
    } else {
        let one = Ports::one(witness.port).after(witness.protocol);
        format!("{source} -> {target}/{protocol}{one}")
    }
}

/// The ports of a path as the model tells them: first and last, which for ICMP
/// are types, and for ICMP types and codes in words.
pub fn told_ports(protocol: Protocol, (first, last): (u16, u16)) -> (i64, i64, Option<String>) {
    let all = Ports::range(first, last);
    if !protocol.is_icmp() {
        return (i64::from(first), i64::from(last), None);
    }
    if all.is_all() {
        return (0, i64::from(Ports::LAST), Some("all types".to_owned()));
    }
    let kind = |port: u16| i64::from(port >> 8);
    (kind(first), kind(last), Some(all.after(protocol).trim_start().to_owned()))
}

/// The packet that answers a witness, where the protocol has one.
fn answer(witness: &Witness) -> Option<Witness> {
    let port = match witness.protocol.echo() {
        Some((request, reply)) => {
            Ports::icmp(request, None).contains(witness.port).then(|| icmp_number(reply, 0))?
        }
        None if witness.protocol.has_ports() => witness.reply_port,
        None => return None,
    };
    let (source, target) = (witness.target, witness.source);
    Some(Witness { source, target, port, ..witness.clone() })
}

/// The path of what a managed service sends to a presence, by the first rule
/// that admits it; its start is for the caller to tell.
pub fn from_service(
    world: &World<'_>,
    target: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
    admits: impl Fn(&Group<'_>, &Rule) -> bool,
) -> NetworkPath {
    let mut hops = Vec::new();
    for group in presence.groups.iter().filter_map(|at| world.groups.get(*at)) {
        let found = group.ingress.iter().find(|rule| {
            rule.doubt.is_none()
                && rule.is_about(witness.protocol)
                && rule.ports.contains(witness.port)
                && admits(group, rule)
        });
        if let Some(rule) = found.and_then(|found| group.group.ingress.get(found.index)) {
            let index = found.map_or(0, |found| found.index);
            hops.push(hop(
                Some(group.group.reference()),
                Some(rules::pointer(Direction::In, index)),
                rules::describe(Direction::In, rule),
            ));
            break;
        }
    }
    target_hop(target, presence, witness, &mut hops);
    let told = told_ports(witness.protocol, witness.ports.range_of(witness.port));
    NetworkPath {
        protocol: witness.protocol.name(),
        from_port: told.0,
        to_port: told.1,
        icmp: told.2,
        hops,
        ..NetworkPath::default()
    }
}

/// The route and the ACL entries that let the answer through. Security groups
/// let answers through unasked.
fn reply_hops(
    world: &World<'_>,
    client: Option<&Presence<'_>>,
    target: &Presence<'_>,
    witness: &Witness,
) -> Vec<Hop> {
    let mut hops = Vec::new();
    let is_one_subnet = client.is_some_and(|client| client.place == target.place);
    let Some(back) = answer(witness).filter(|_| world.in_detail && !is_one_subnet) else {
        return hops;
    };
    acl_hop(world, target.place, Direction::Out, &back, &mut hops);
    route_hop(world, target.place, witness.family, witness.source, "", &mut hops);
    if let Some(client) = client {
        acl_hop(world, client.place, Direction::In, &back, &mut hops);
    }
    hops
}

/// Joins a path to a load balancer, its forwarding, and a path on to the
/// target.
pub fn through_balancer(first: NetworkPath, edge: &Edge<'_>, second: NetworkPath) -> NetworkPath {
    let mut hops = first.hops;
    hops.extend(forward_hops(edge));
    // The second path starts at the balancer, which the first ended with.
    hops.extend(second.hops.into_iter().skip(1));
    NetworkPath {
        from: first.from,
        from_label: first.from_label,
        packet: first.packet,
        hops,
        reply: first.reply.into_iter().chain(second.reply).collect(),
        ..second
    }
}

/// How a load balancer forwards.
pub fn forward_hops(edge: &Edge<'_>) -> Vec<Hop> {
    let protocol = edge.listener.protocol.as_deref().unwrap_or("?");
    let port = edge.listener_port.map_or_else(|| "?".to_owned(), |port| port.to_string());
    let (resource, path) = edge.action.clone();
    vec![
        hop(
            Some(edge.listener.reference()),
            Some("/port".to_owned()),
            format!("listener {protocol} {port}"),
        ),
        hop(Some(resource), Some(path), format!("forwards to {}", World::name_of(edge.group))),
    ]
}

fn address_text(presence: &Presence<'_>, family: Family, address: u128) -> String {
    let known = presence
        .addresses
        .get(family as usize)
        .is_some_and(|ranges| ranges.first() == ranges.last());
    if known { format!(" at {}", family.address(address)) } else { String::new() }
}

fn internet_hops(
    world: &World<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    let Some(table) = presence.place.and_then(|at| world.table_of(at).ok()) else { return };
    let Some(index) = table.lookup(witness.family, witness.source) else { return };
    let Some(route) = table.table.routes.get(index) else { return };
    if let Some(gateway) = &route.target_id {
        let known = world.model.internet_gateways.contains_key(gateway);
        hops.push(hop(
            known.then(|| ResourceRef::new("internet_gateways", gateway)),
            known.then(|| "/vpc_id".to_owned()),
            format!("internet gateway {gateway}"),
        ));
    }
    hops.push(hop(
        Some(table.table.reference()),
        Some(routes::pointer(index)),
        format!("route {}", routes::describe(route)),
    ));
    acl_hop(world, presence.place, Direction::In, witness, hops);
}

/// What gives the target an address on the internet.
fn public_hop(
    world: &World<'_>,
    target: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> Option<Hop> {
    if witness.family == Family::V6 {
        return None;
    }
    let address = public_address(world, target, presence);
    let mapped = address.as_ref().map(|public| {
        let private = address_text(presence, witness.family, witness.target);
        format!("public address {public}{}", private.replace(" at ", " of "))
    });
    let interface = presence.interface.filter(|found| !found.public_ip_addresses.is_empty());
    if let Some(found) = interface {
        return Some(hop(
            Some(found.reference()),
            Some("/public_ip_addresses".to_owned()),
            mapped.unwrap_or_default(),
        ));
    }
    let (path, description) = match target.resource.collection() {
        "rds_instances" | "rds_clusters" => ("/publicly_accessible", "it is publicly accessible"),
        "ecs_services" => ("/assign_public_ip", "its tasks get public addresses"),
        "load_balancers" => ("/scheme", "its scheme is internet-facing"),
        "instances" => ("/associate_public_ip_address", "it has a public address"),
        "eks_node_groups" => return node_address_hop(world, target, presence),
        _ => return None,
    };
    let description = mapped.unwrap_or_else(|| description.to_owned());
    Some(hop(Some(target.resource.reference()), Some(path.to_owned()), description))
}

/// The public IPv4 address of a presence, where it is known.
fn public_address(
    world: &World<'_>,
    target: &Thing<'_>,
    presence: &Presence<'_>,
) -> Option<String> {
    let interface = presence.interface;
    let own = interface.and_then(|found| found.public_ip_addresses.first());
    let instance = (target.resource.collection() == "instances")
        .then(|| world.model.instances.get(target.resource.id()))
        .flatten();
    let elastic = || {
        world.model.elastic_ips.values().find(|address| {
            let of = |id: &Option<String>, owner: Option<&str>| {
                owner.is_some() && id.as_deref() == owner
            };
            of(&address.network_interface_id, interface.map(|found| found.id.as_str()))
                || of(&address.instance_id, instance.map(|found| found.id.as_str()))
        })
    };
    own.or_else(|| instance.and_then(|found| found.public_ip_address.as_ref()))
        .or_else(|| world.in_detail.then(elastic)??.public_ip.as_ref())
        .cloned()
}

/// What gives nodes their public addresses: their launch template, or the
/// subnet.
fn node_address_hop(world: &World<'_>, target: &Thing<'_>, presence: &Presence<'_>) -> Option<Hop> {
    let model = world.model;
    let group = model.eks_node_groups.get(target.resource.id())?;
    let template = group
        .launch_template_id
        .as_ref()
        .and_then(|id| model.launch_templates.get(id))
        .filter(|template| template.associate_public_ip_address == Some(true));
    if let Some(template) = template {
        return Some(hop(
            Some(template.reference()),
            Some("/associate_public_ip_address".to_owned()),
            "its launch template gives public addresses".to_owned(),
        ));
    }
    let place = presence.place.and_then(|at| world.places.get(at))?;
    Some(hop(
        Some(place.subnet.reference()),
        Some("/map_public_ip_on_launch".to_owned()),
        "its subnet gives public addresses".to_owned(),
    ))
}

/// The path of a thing in a network of AWS's own, where the internet's packets
/// take `path`: it starts at the thing.
pub fn path_from_aws(thing: &Thing<'_>, attribute: &str, path: NetworkPath) -> NetworkPath {
    let name = World::name_of(thing.resource);
    let start = hop(
        Some(thing.resource.reference()),
        Some(attribute.to_owned()),
        format!("{name} is in no VPC: it goes out by a network of AWS's own"),
    );
    NetworkPath {
        from: Some(thing.resource.reference()),
        from_label: name.to_owned(),
        hops: std::iter::once(start).chain(path.hops).collect(),
        ..path
    }
}

/// The path of a thing in a network of AWS's own to the internet.
pub fn path_out_of_aws(
    thing: &Thing<'_>,
    attribute: &str,
    protocol: Protocol,
    range: (u16, u16),
) -> NetworkPath {
    let (from_port, to_port, icmp) = told_ports(protocol, range);
    let internet = NetworkPath {
        protocol: protocol.name(),
        from_port,
        to_port,
        icmp,
        hops: vec![hop(None, None, "the internet".to_owned())],
        ..NetworkPath::default()
    };
    path_from_aws(thing, attribute, internet)
}

fn route_hop(
    world: &World<'_>,
    place: Option<usize>,
    family: Family,
    address: u128,
    prefix: &str,
    hops: &mut Vec<Hop>,
) {
    let Some(table) = place.and_then(|at| world.table_of(at).ok()) else { return };
    let Some(index) = table.lookup(family, address) else { return };
    if let Some(route) = table.table.routes.get(index) {
        hops.push(hop(
            Some(table.table.reference()),
            Some(routes::pointer(index)),
            format!("{prefix}route {}", routes::describe(route)),
        ));
    }
}

fn acl_hop(
    world: &World<'_>,
    place: Option<usize>,
    direction: Direction,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    let found = place
        .and_then(|at| world.places.get(at))
        .and_then(|place| place.acl.as_ref().ok())
        .and_then(|at| world.acls.get(*at));
    let Some(found) = found else { return };
    let peer = match direction {
        Direction::In => witness.source,
        Direction::Out => witness.target,
    };
    let decided = found.decide(direction, witness.family, witness.protocol, peer, witness.port);
    if let Some((index, true)) = decided
        && let Some(entry) = found.acl.entries.get(index)
    {
        hops.push(hop(
            Some(found.acl.reference()),
            Some(format!("/entries/{index}")),
            acl::describe(entry),
        ));
    }
}

fn between_hops(
    world: &World<'_>,
    source: &Presence<'_>,
    target: &Presence<'_>,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    if source.place == target.place {
        return;
    }
    acl_hop(world, source.place, Direction::Out, witness, hops);
    route_hop(world, source.place, witness.family, witness.target, "", hops);
    if source.vpc != target.vpc {
        let link = source
            .place
            .zip(target.vpc)
            .and_then(|(place, vpc)| world.connections.links.get(place)?.get(vpc))
            .into_iter()
            .flatten()
            .find(|link| link.family == witness.family && link.ranges.contains(witness.target));
        if let Some(link) = link {
            hops.push(hop(Some(link.via.clone()), None, format!("through {}", link.via.id)));
            if let Some((table, path)) = &link.hub_route {
                hops.push(hop(
                    Some(table.clone()),
                    Some(path.clone()),
                    format!("route of {}", table.id),
                ));
            }
        }
    }
    acl_hop(world, target.place, Direction::In, witness, hops);
}

fn egress_hop(
    world: &World<'_>,
    source: &Presence<'_>,
    target: &Presence<'_>,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    group_hop(world, source, Direction::Out, &target.groups, witness.target, witness, hops);
}

fn ingress_hop(
    world: &World<'_>,
    start: Start<'_>,
    target: &Presence<'_>,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    let groups: &[usize] = match start {
        Start::Thing(_, source) => &source.groups,
        _ => &[],
    };
    group_hop(world, target, Direction::In, groups, witness.source, witness, hops);
}

fn group_hop(
    world: &World<'_>,
    presence: &Presence<'_>,
    direction: Direction,
    other_groups: &[usize],
    address: u128,
    witness: &Witness,
    hops: &mut Vec<Hop>,
) {
    for group in presence.groups.iter().filter_map(|at| world.groups.get(*at)) {
        let found = group.rules(direction).iter().find(|rule| {
            rule.doubt.is_none()
                && rule.is_about(witness.protocol)
                && rule.ports.contains(witness.port)
                && match &rule.peer {
                    Peer::Group(wanted) => other_groups.contains(wanted),
                    peer => rules::addresses(peer, witness.family)
                        .is_some_and(|ranges| ranges.contains(address)),
                }
        });
        let Some(found) = found else { continue };
        let list = match direction {
            Direction::In => &group.group.ingress,
            Direction::Out => &group.group.egress,
        };
        if let Some(rule) = list.get(found.index) {
            hops.push(hop(
                Some(group.group.reference()),
                Some(rules::pointer(direction, found.index)),
                rules::describe(direction, rule),
            ));
        }
        return;
    }
}

fn target_hop(target: &Thing<'_>, presence: &Presence<'_>, witness: &Witness, hops: &mut Vec<Hop>) {
    let name = World::name_of(target.resource);
    let address = address_text(presence, witness.family, witness.target);
    let (protocol, ports) = (witness.protocol, &witness.ports);
    let what = format!("{name}{address} takes {}{}", protocol.name(), ports.after(protocol));
    let path = (!target.listens_at.is_empty()).then(|| target.listens_at.to_owned());
    hops.push(hop(Some(target.resource.reference()), path, what));
}

/// The path of a connection that a thing starts to the internet, by a route of
/// its subnet's table.
pub fn path_out(
    world: &World<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
    route: usize,
) -> NetworkPath {
    let name = World::name_of(thing.resource);
    let mut hops = vec![hop(
        Some(thing.resource.reference()),
        None,
        format!("{name}{}", address_text(presence, witness.family, witness.source)),
    )];
    group_hop(world, presence, Direction::Out, &[], witness.target, witness, &mut hops);
    acl_hop(world, presence.place, Direction::Out, witness, &mut hops);
    let mut is_service = false;
    if let Some(table) = presence.place.and_then(|at| world.table_of(at).ok())
        && let Some(found) = table.table.routes.get(route)
    {
        hops.push(hop(
            Some(table.table.reference()),
            Some(routes::pointer(route)),
            format!("route {}", routes::describe(found)),
        ));
        let passing = match found.target_type.as_deref() {
            Some("nat_gateway") => Some(("nat_gateways", "NAT gateway")),
            Some("vpc_endpoint") => Some(("vpc_endpoints", "gateway endpoint")),
            _ => None,
        };
        if let (Some((collection, what)), Some(id)) = (passing, &found.target_id) {
            is_service = collection == "vpc_endpoints";
            let text = format!("{what} {id}");
            hops.push(hop(Some(ResourceRef::new(collection, id)), None, text));
        }
    }
    let end = if is_service { "the addresses of the service" } else { "the internet" };
    hops.push(hop(None, None, end.to_owned()));
    let range = witness.ports.range_of(witness.port);
    let (from_port, to_port, icmp) = told_ports(witness.protocol, range);
    let mut reply = Vec::new();
    if let Some(back) = answer(witness).filter(|_| world.in_detail) {
        acl_hop(world, presence.place, Direction::In, &back, &mut reply);
    }
    NetworkPath {
        from: Some(thing.resource.reference()),
        from_label: name.to_owned(),
        protocol: witness.protocol.name(),
        from_port,
        to_port,
        icmp,
        packet: if world.in_detail { packet_out(presence, witness) } else { String::new() },
        hops,
        reply,
    }
}

/// A packet to the internet in words.
fn packet_out(presence: &Presence<'_>, witness: &Witness) -> String {
    let mut anywhere = presence.clone();
    if let Some(own) = anywhere.addresses.get_mut(witness.family as usize) {
        *own = Ranges::range(witness.target, witness.target);
    }
    packet(Some(presence), &anywhere, witness, None)
}
