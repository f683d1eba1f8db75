//! The way from thing to thing, each step a connection of its own.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use super::found::Found;
use super::pair::to_thing;
use crate::analysis::network::ends::End;
use crate::analysis::network::facts::Asked;
use crate::analysis::network::starts::sources;
use crate::analysis::network::world::World;
use crate::model::NetworkPath;

/// At most this many steps are taken from thing to thing.
const STEPS: usize = 6;

/// The shortest way from thing to thing, found backwards from the target.
pub fn indirect(world: &World<'_>, from: &[End], to: &[End], asked: &Asked) -> Option<NetworkPath> {
    // For each thing: the path from it to the next, and which that is.
    let mut next: HashMap<usize, Option<(usize, NetworkPath)>> = HashMap::new();
    let mut queue: VecDeque<(usize, usize)> = VecDeque::new();
    for end in to {
        if let Some(at) = end.index() {
            next.insert(at, None);
            queue.push_back((at, 0));
        }
    }
    while let Some((at, steps)) = queue.pop_front() {
        if steps >= STEPS {
            return None;
        }
        let last = steps == 0;
        let asked = if last { asked.clone() } else { Asked::default() };
        for (source, hop) in sources(world, at, &asked) {
            if next.contains_key(&source) {
                continue;
            }
            next.insert(source, Some((at, hop)));
            if let Some(start) = reaches(world, from, source) {
                return Some(joined(world, start, source, &next));
            }
            queue.push_back((source, steps + 1));
        }
    }
    None
}

/// How one of the starts reaches a thing; an empty path where it is that thing.
fn reaches(world: &World<'_>, from: &[End], at: usize) -> Option<Option<NetworkPath>> {
    let starts: Vec<Cow<'_, End>> = from.iter().map(End::as_start).collect();
    if starts.iter().any(|end| end.index() == Some(at)) {
        return Some(None);
    }
    let thing = world.things.get(at)?;
    let mut found = Found::default();
    for end in &starts {
        let of_vpc = end
            .index()
            .is_some_and(|from| world.things.get(from).is_none_or(|from| from.outside.is_none()));
        if !of_vpc {
            to_thing(world, end, at, thing, &Asked::default(), &mut found);
        }
    }
    found.paths.into_iter().next().map(Some)
}

fn joined(
    world: &World<'_>,
    start: Option<NetworkPath>,
    source: usize,
    next: &HashMap<usize, Option<(usize, NetworkPath)>>,
) -> NetworkPath {
    let mut whole = start;
    let mut at = source;
    while let Some(Some((target, hop))) = next.get(&at) {
        whole = Some(match whole {
            None => hop.clone(),
            Some(before) => NetworkPath {
                from: before.from,
                from_label: before.from_label,
                packet: String::new(),
                hops: before.hops.into_iter().chain(hop.hops.iter().skip(1).cloned()).collect(),
                reply: Vec::new(),
                ..hop.clone()
            },
        });
        at = *target;
    }
    whole.unwrap_or_else(|| NetworkPath {
        from_label: world
            .things
            .get(source)
            .map(|thing| World::name_of(thing.resource).to_owned())
            .unwrap_or_default(),
        ..NetworkPath::default()
    })
}
