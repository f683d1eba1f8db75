//! What people call the ends of a path: `internet`, an id, a name, an ARN, an
//! address or a CIDR block.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ranges::{Family, Ranges, parse_cidr};
use super::things::Thing;
use super::world::World;
use crate::model::Resource;

/// One part of what a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Addresses of the internet.
    Internet([Ranges; 2]),
    /// A thing, as an index of [`World::things`].
    Thing(usize),
    /// A thing with some of its presences only.
    Part(Part),
    /// Whatever lives at some addresses of a subnet.
    Anyone(usize, Family, Ranges),
    /// Addresses outside the model that are not the internet's.
    Outside(Family, Ranges),
    /// What neither starts nor takes connections, in words.
    Closed(String),
}

/// A thing as far as it is meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The thing, as an index of [`World::things`].
    pub thing: usize,
    /// Its presences that are meant.
    pub presences: Vec<usize>,
    /// Where it may be meant only, because its own address is not known: the
    /// addresses that were asked for.
    pub perhaps: Option<String>,
    /// The public address that it is called by.
    pub public: Option<Ranges>,
}

impl End {
    /// The index of the thing that it is, or is a part of.
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Thing(at) | Self::Part(Part { thing: at, .. }) => Some(*at),
            _ => None,
        }
    }

    /// The thing that it is, with the presences that are meant.
    pub fn thing<'w, 'a>(&self, world: &'w World<'a>) -> Option<(usize, Cow<'w, Thing<'a>>)> {
        let at = self.index()?;
        let thing = world.things.get(at)?;
        let Self::Part(part) = self else { return Some((at, Cow::Borrowed(thing))) };
        let presences = part
            .presences
            .iter()
            .filter_map(|which| thing.presences.get(*which))
            .cloned()
            .collect();
        Some((at, Cow::Owned(Thing { presences, unplaced: None, ..thing.clone() })))
    }

    /// As a start: what is called by a public address sends from there over
    /// the internet.
    pub fn as_start(&self) -> Cow<'_, Self> {
        match self {
            Self::Part(Part { public: Some(address), .. }) => {
                Cow::Owned(Self::Internet([address.clone(), Ranges::empty()]))
            }
            _ => Cow::Borrowed(self),
        }
    }
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

/// Subnets, VPCs and security groups stand for what is in them, an internet
/// gateway for the internet.
fn places(
    world: &World<'_>,
    name: &str,
    called: &dyn Fn(&dyn Resource) -> bool,
) -> Result<Vec<End>, NameError> {
    let mut ends = Vec::new();
    let vpc = world.model.vpcs.values().find(|vpc| called(*vpc)).map(|vpc| vpc.id.as_str());
    let mut meant: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, place) in world.places.iter().enumerate() {
        if called(place.subnet) || (vpc.is_some() && place.subnet.vpc_id.as_deref() == vpc) {
            for family in Family::ALL {
                if let Some(own) = place.addresses.get(family as usize)
                    && !own.is_empty()
                {
                    ends.push(End::Anyone(at, family, own.clone()));
                }
            }
            for (index, thing) in world.things.iter().enumerate() {
                let here = thing.presences.iter().enumerate();
                let here = here.filter(|(_, presence)| presence.place == Some(at));
                let which: Vec<usize> = here.map(|(which, _)| which).collect();
                if !which.is_empty() {
                    meant.entry(index).or_default().extend(which);
                }
            }
        }
    }
    let found = !ends.is_empty() || vpc.is_some();
    let group = world.groups.iter().position(|group| called(group.group));
    if !found && let Some(carriers) = group.and_then(|at| world.carriers.get(at)) {
        for (index, which) in carriers.values().flatten() {
            meant.entry(*index).or_default().push(*which);
        }
    }
    ends.extend(meant.into_iter().map(|(index, which)| part(world, index, which, None)));
    if found || group.is_some() {
        return Ok(ends);
    }
    if world.model.internet_gateways.values().any(|gateway| called(gateway)) {
        return Ok(vec![End::Internet(world.internet.clone())]);
    }
    if let Some(nat) = world.model.nat_gateways.values().find(|gateway| called(*gateway)) {
        return Ok(vec![End::Closed(format!(
            "{} is a NAT gateway: it passes on what others start, and takes nothing",
            World::name_of(nat)
        ))]);
    }
    Err(NameError::Unknown(name.to_owned()))
}

/// A thing, whole where all its presences are meant.
fn part(world: &World<'_>, index: usize, presences: Vec<usize>, perhaps: Option<String>) -> End {
    let all = world.things.get(index).map_or(0, |thing| thing.presences.len());
    if perhaps.is_none() && presences.len() == all {
        return End::Thing(index);
    }
    End::Part(Part { thing: index, presences, perhaps, public: None })
}

/// What lies at some addresses.
fn addresses(world: &World<'_>, family: Family, ranges: &Ranges) -> Vec<End> {
    let at = family as usize;
    let asked = ranges.cidrs(family, 3).join(", ");
    let mut ends = Vec::new();
    let mut rest = ranges.clone();
    for (index, thing) in world.things.iter().enumerate() {
        let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
        for (which, presence) in thing.presences.iter().enumerate() {
            let Some(own) = presence.addresses.get(at).filter(|own| ranges.overlaps(own)) else {
                continue;
            };
            let place = presence.place.and_then(|place| world.places.get(place));
            if own.first() == own.last() {
                sure.push(which);
                rest = rest.subtract(own);
            } else if place.is_some_and(|place| place.known.get(at) == Some(&true)) {
                if ranges.covers(own) { &mut sure } else { &mut perhaps }.push(which);
            }
        }
        if !sure.is_empty() {
            ends.push(part(world, index, sure, None));
        }
        if !perhaps.is_empty() {
            ends.push(part(world, index, perhaps, Some(asked.clone())));
        }
    }
    if family == Family::V4 {
        for (address, index, which) in world.public_addresses() {
            if ranges.overlaps(address) {
                rest = rest.subtract(address);
                let (presences, public) = (vec![*which], Some(address.clone()));
                ends.push(End::Part(Part { thing: *index, presences, perhaps: None, public }));
            }
        }
    }
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
        End::Internet(clients) => {
            let whole = *clients == world.internet;
            let blocks = Family::ALL.into_iter().zip(clients);
            let blocks: Vec<String> =
                blocks.flat_map(|(family, own)| own.cidrs(family, 3)).collect();
            if whole { "internet".to_owned() } else { blocks.join(", ") }
        }
        End::Closed(what) => what.clone(),
        End::Thing(at) | End::Part(Part { thing: at, .. }) => world
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
