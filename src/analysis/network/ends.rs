//! What people call the ends of a path: `internet`, an id, a name, an ARN, an
//! address or a CIDR block.

use super::ranges::{Family, Ranges, parse_cidr};
use super::world::World;
use crate::model::Resource;

/// One part of what a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Addresses of the internet.
    Internet([Ranges; 2]),
    /// A thing, as an index of [`World::things`].
    Thing(usize),
    /// Whatever lives at some addresses of a subnet.
    Anyone(usize, Family, Ranges),
    /// Addresses outside the model that are not the internet's.
    Outside(Family, Ranges),
}

/// Why a name stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing has the name.
    #[error(
        "nothing with a place in the network is called {0:?}; give an id, a name, an ARN, a CIDR block or `internet`"
    )]
    Unknown(String),
    /// Several things have it.
    #[error("{name:?} is the name of several: {}; give one of these ids", ids.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// What has it, as `collection/id`.
        ids: Vec<String>,
    },
}

/// What a name stands for.
///
/// # Errors
///
/// Where nothing has the name, or several things do.
pub fn resolve(world: &World<'_>, name: &str) -> Result<Vec<End>, NameError> {
    let name = name.trim();
    if name.eq_ignore_ascii_case("internet") {
        return Ok(vec![End::Internet(world.internet.clone())]);
    }
    if let Some((family, ranges)) = parse_cidr(name) {
        return Ok(addresses(world, family, &ranges));
    }
    let called = |resource: &dyn Resource| {
        resource.id() == name
            || resource.arn() == Some(name)
            || resource.name() == Some(name)
            || name.split_once('/').is_some_and(|(collection, id)| {
                collection == resource.collection() && id == resource.id()
            })
    };
    let exact = |resource: &dyn Resource| {
        resource.id() == name || format!("{}/{}", resource.collection(), resource.id()) == name
    };
    let mut found: Vec<(usize, &dyn Resource)> = world
        .things
        .iter()
        .enumerate()
        .map(|(at, thing)| (at, thing.resource))
        .filter(|(_, resource)| called(*resource))
        .collect();
    if found.is_empty() {
        // A logical id without its stack.
        let logical = format!("/{name}");
        let all = world.things.iter().enumerate().map(|(at, thing)| (at, thing.resource));
        found = all.filter(|(_, resource)| resource.id().ends_with(&logical)).collect();
    }
    if found.iter().any(|(_, resource)| exact(*resource)) {
        found.retain(|(_, resource)| exact(*resource));
    }
    match found[..] {
        [] => places(world, name, &called),
        [(at, _)] => Ok(vec![End::Thing(at)]),
        _ => Err(NameError::Ambiguous {
            name: name.to_owned(),
            ids: found
                .iter()
                .map(|(_, resource)| format!("{}/{}", resource.collection(), resource.id()))
                .collect(),
        }),
    }
}

/// Subnets, VPCs and security groups stand for what is in them.
fn places(
    world: &World<'_>,
    name: &str,
    called: &dyn Fn(&dyn Resource) -> bool,
) -> Result<Vec<End>, NameError> {
    let mut ends = Vec::new();
    let vpc = world.model.vpcs.values().find(|vpc| called(*vpc)).map(|vpc| vpc.id.as_str());
    for (at, place) in world.places.iter().enumerate() {
        if called(place.subnet) || (vpc.is_some() && place.subnet.vpc_id.as_deref() == vpc) {
            for family in Family::ALL {
                if let Some(own) = place.addresses.get(family as usize)
                    && !own.is_empty()
                {
                    ends.push(End::Anyone(at, family, own.clone()));
                }
            }
        }
    }
    let group = world.groups.iter().position(|group| called(group.group));
    if let Some(carriers) = group.and_then(|at| world.carriers.get(at)) {
        let mut things: Vec<usize> = carriers.values().flatten().map(|(thing, _)| *thing).collect();
        things.sort_unstable();
        things.dedup();
        ends.extend(things.into_iter().map(End::Thing));
        return Ok(ends);
    }
    if ends.is_empty() && vpc.is_none() {
        return Err(NameError::Unknown(name.to_owned()));
    }
    Ok(ends)
}

/// What lies at some addresses.
fn addresses(world: &World<'_>, family: Family, ranges: &Ranges) -> Vec<End> {
    let at = family as usize;
    let mut ends = Vec::new();
    let mut rest = ranges.clone();
    for (index, thing) in world.things.iter().enumerate() {
        let own = thing.presences.iter().filter_map(|presence| presence.addresses.get(at));
        for address in own {
            if address.first() == address.last() && ranges.overlaps(address) {
                ends.push(End::Thing(index));
                rest = rest.subtract(address);
            }
        }
    }
    ends.dedup();
    for (index, place) in world.places.iter().enumerate() {
        let (Some(own), Some(true)) = (place.addresses.get(at), place.known.get(at)) else {
            continue;
        };
        let common = rest.intersect(own);
        if !common.is_empty() {
            ends.push(End::Anyone(index, family, common));
        }
    }
    let inside = world.places.iter().filter_map(|place| place.addresses.get(at)).fold(
        Ranges::empty(),
        |sum, own| if own == &Ranges::all(family) { sum } else { sum.union(own) },
    );
    let foreign = rest.subtract(&inside);
    let public = world.internet.get(at).map(|all| foreign.intersect(all)).unwrap_or_default();
    if !public.is_empty() {
        let mut both = [Ranges::empty(), Ranges::empty()];
        if let Some(own) = both.get_mut(at) {
            *own = public;
        }
        ends.push(End::Internet(both));
    }
    if !foreign.is_empty() {
        ends.push(End::Outside(family, foreign));
    }
    ends
}

/// An end in words.
pub fn describe(world: &World<'_>, end: &End) -> String {
    match end {
        End::Internet(_) => "internet".to_owned(),
        End::Thing(at) => world
            .things
            .get(*at)
            .map(|thing| World::name_of(thing.resource).to_owned())
            .unwrap_or_default(),
        End::Anyone(at, family, ranges) => {
            let subnet = world.places.get(*at).map_or("", |place| World::name_of(place.subnet));
            format!("{} in {subnet}", ranges.cidrs(*family, 3).join(", "))
        }
        End::Outside(family, ranges) => ranges.cidrs(*family, 3).join(", "),
    }
}
