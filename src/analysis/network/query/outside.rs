//! Ways over the internet, and to networks outside the model.

use super::found::Found;
use crate::analysis::network::egress::to_internet;
use crate::analysis::network::ends::{self, End, Part};
use crate::analysis::network::facts::Asked;
use crate::analysis::network::flow::{Clients, Query};
use crate::analysis::network::hops::{path_from_aws, path_out_of_aws};
use crate::analysis::network::internet;
use crate::analysis::network::ports::{Ports, Protocol};
use crate::analysis::network::public_endpoint::PublicEndpoint;
use crate::analysis::network::ranges::{Family, Ranges, parse_cidr};
use crate::analysis::network::things::Thing;
use crate::analysis::network::world::World;
use crate::model::NetworkPath;

/// A thing by its public address: only over the internet, and its security
/// groups see the address that the client has there.
pub fn to_public(
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
pub fn around(world: &World<'_>, from: &End, at: usize, asked: &Asked, found: &mut Found) {
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

/// By the internet to an endpoint there, as a client whose address is not
/// known.
pub fn to_public_endpoint(
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
pub fn from_aws(
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

/// From a thing to addresses of the internet.
pub fn thing_to_internet(
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
        let targets = targets.get(family as usize).filter(|own| !own.is_empty());
        let Some(targets) = targets.filter(|_| asked.is_of(family)) else { continue };
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

/// From a thing to a network outside the model.
pub fn thing_to_outside(
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
