//! One part of the start against one part of the end.

use super::PATHS;
use super::found::{Found, accepting, judge, not_listening};
use super::outside::{
    around, from_aws, thing_to_internet, thing_to_outside, to_public, to_public_endpoint,
};
use crate::analysis::network::balanced;
use crate::analysis::network::ends::{self, End, Part};
use crate::analysis::network::entry::{Entry, from_outside};
use crate::analysis::network::facts::Asked;
use crate::analysis::network::flow::{Query, connect};
use crate::analysis::network::hops::{Start, path};
use crate::analysis::network::internet;
use crate::analysis::network::ranges::{Family, Ranges};
use crate::analysis::network::starts::{anybody_in, from_balancers};
use crate::analysis::network::things::Thing;
use crate::analysis::network::world::World;

/// One part of the start against one part of the end.
pub fn pair(world: &World<'_>, from: &End, to: &End, asked: &Asked, found: &mut Found) {
    if found.paths.len() >= PATHS {
        return;
    }
    let start = from.as_start();
    let mut own = Found::default();
    parts(world, &start, to, asked, &mut own);
    // An address that a thing may have or not leaves a yes open.
    for end in [from, to] {
        if let End::Part(Part { thing, perhaps: Some(asked), .. }) = end
            && !own.paths.is_empty()
        {
            own.paths.clear();
            let name = world.things.get(*thing).map_or("", |thing| World::name_of(thing.resource));
            own.unknown.push(format!("whether the address of {name} is in {asked}"));
        }
    }
    found.paths.extend(own.paths);
    found.unknown.extend(own.unknown);
    found.refuted.extend(own.refuted);
}

fn parts(world: &World<'_>, from: &End, to: &End, asked: &Asked, found: &mut Found) {
    for end in [from, to] {
        if let End::Closed(reason) = end {
            found.refuted.push(reason.clone());
            return;
        }
    }
    if let Some((at, thing)) = to.thing(world) {
        if not_listening(&thing, asked, found) {
            return;
        }
        found.unknown.extend(thing.unplaced.clone());
        match to {
            End::Part(Part { public: Some(address), .. }) => {
                to_public(world, from, &thing, address, asked, found);
            }
            _ => {
                to_thing(world, from, at, &thing, asked, found);
                if found.paths.is_empty() && from.index().is_some_and(|start| start != at) {
                    around(world, from, at, asked, found);
                }
            }
        }
        return;
    }
    match (from.thing(world), to) {
        (Some((_, thing)), End::Internet(targets)) => {
            thing_to_internet(world, &thing, targets, asked, found);
        }
        (Some((_, thing)), End::Outside(family, ranges)) => {
            thing_to_outside(world, &thing, *family, ranges, found);
        }
        _ => found.refuted.push(format!(
            "{} to {}: nothing that is modelled lies at that end",
            ends::describe(world, from),
            ends::describe(world, to)
        )),
    }
}

/// From any start to a thing.
pub fn to_thing(
    world: &World<'_>,
    from: &End,
    at: usize,
    thing: &Thing<'_>,
    asked: &Asked,
    found: &mut Found,
) {
    match from {
        End::Internet(clients) => {
            let asked = Asked { clients: Some(clients.clone()), ..asked.clone() };
            let answer = internet::answer(world, at, thing, &asked);
            found.paths.extend(answer.paths);
            if answer.reached.is_none() {
                found.unknown.extend(answer.unknown);
            }
            found.refuted.extend(answer.refuted);
        }
        End::Thing(_) | End::Part(_) => {
            let Some((start, source)) = from.thing(world) else { return };
            if start == at {
                found.refuted.push("it is the same".to_owned());
            } else if let Some(attribute) = source.outside {
                from_aws(world, &source, attribute, at, asked, found);
            } else if source.initiates {
                thing_to_thing(world, &source, thing, asked, found);
                if found.paths.is_empty() {
                    let balanced = balanced::to(world, &source, at, asked);
                    found.paths.extend(balanced.path);
                    found.unknown.extend(balanced.unknown);
                }
            } else {
                balancer_to_thing(world, start, at, asked, found);
            }
        }
        End::Closed(reason) => found.refuted.push(reason.clone()),
        End::Anyone(place, family, ranges) => {
            let Some(own) = world.places.get(*place) else { return };
            let (Some(all), Some(known)) =
                (own.addresses.get(*family as usize), own.known.get(*family as usize))
            else {
                return;
            };
            let somebody = anybody_in(world, *place, ranges.clone(), *family, all, *known);
            for (protocol, ports) in asked.questions(thing, *family) {
                let query = Query { family: *family, protocol, ports: &ports, clients: None };
                for presence in &thing.presences {
                    let flow = accepting(thing, || connect(world, &somebody, presence, query));
                    let start = Start::Anyone(&somebody);
                    judge(world, flow, start, thing, presence, own.subnet.id.as_str(), found);
                }
            }
        }
        End::Outside(family, ranges) => {
            from_range(world, thing, *family, ranges, asked, found);
        }
    }
}

fn thing_to_thing(
    world: &World<'_>,
    source: &Thing<'_>,
    target: &Thing<'_>,
    asked: &Asked,
    found: &mut Found,
) {
    if let Some(reason) = &source.unplaced {
        found.unknown.push(reason.clone());
    }
    if let Some(endpoint) = &target.public_endpoint
        && !shares_vpc(source, target)
    {
        to_public_endpoint(world, source, target, endpoint, asked, found);
    }
    let name = World::name_of(source.resource);
    for family in Family::ALL {
        for (protocol, ports) in asked.questions(target, family) {
            let query = Query { family, protocol, ports: &ports, clients: None };
            for from in &source.presences {
                for presence in &target.presences {
                    let flow = accepting(target, || connect(world, from, presence, query));
                    let start = Start::Thing(source, from);
                    judge(world, flow, start, target, presence, name, found);
                }
            }
        }
    }
}

/// Whether a target takes connections in a VPC of the source; there its name
/// stands for its addresses in the VPC.
fn shares_vpc(source: &Thing<'_>, target: &Thing<'_>) -> bool {
    target.accepts
        && target
            .presences
            .iter()
            .any(|own| own.vpc.is_some() && source.presences.iter().any(|from| from.vpc == own.vpc))
}

/// A load balancer connects to what it forwards to, and to nothing else.
fn balancer_to_thing(world: &World<'_>, start: usize, at: usize, asked: &Asked, found: &mut Found) {
    let Some(source) = world.things.get(start) else { return };
    let name = World::name_of(source.resource);
    let mut any = false;
    for (from, result) in from_balancers(world, at, asked) {
        if from == start {
            any = true;
            match result {
                Ok(Some(path)) => found.paths.push(path),
                Ok(None) => found.refuted.push(format!("{name} cannot reach the target")),
                Err(reason) => found.unknown.push(reason),
            }
        }
    }
    if !any {
        found.refuted.push(format!("{name} starts no connection there: nothing forwards to it"));
    }
}

fn from_range(
    world: &World<'_>,
    thing: &Thing<'_>,
    family: Family,
    ranges: &Ranges,
    asked: &Asked,
    found: &mut Found,
) {
    let mut any = false;
    for presence in &thing.presences {
        let outside = presence.place.and_then(|at| world.connections.outside.get(at));
        for network in outside.into_iter().flatten().filter(|network| network.family == family) {
            let mut network = network.clone();
            network.ranges = network.ranges.intersect(ranges);
            if network.ranges.is_empty() {
                continue;
            }
            any = true;
            for (protocol, ports) in asked.questions(thing, family) {
                let query = Query { family, protocol, ports: &ports, clients: None };
                match from_outside(world, thing, presence, &network, query) {
                    Entry::Yes(witness) => {
                        let start = Start::Outside(&network);
                        found.paths.push(path(world, start, thing, presence, &witness));
                    }
                    entry => found.entry(entry),
                }
            }
        }
    }
    if !any {
        let range = ranges.cidrs(family, 3).join(", ");
        found.refuted.push(format!("no route of its subnets leads to {range}"));
    }
}
