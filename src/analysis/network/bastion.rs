//! Whom a bastion should take SSH from: the address ranges that the profile
//! names for administrators and nobody else.
//!
//! Where the profile names none, the ranges that the bastion's own rules name
//! count, unless they are wider than any one organisation holds: an IPv4 /8,
//! the largest block that IANA gave to one holder, or an IPv6 /19, the largest
//! that a regional registry did.

use super::facts::Asked;
use super::internet;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges, parse_prefix};
use super::rules::{Direction, Peer};
use super::things::Thing;
use super::world::World;
use crate::model::NetworkPath;

/// The port of SSH.
pub const SSH: u16 = 22;

/// The shortest prefix that one organisation may hold, by family.
const WIDEST: [u8; 2] = [8, 19];

/// The address ranges from which SSH is foreseen.
pub fn named(world: &World<'_>, thing: &Thing<'_>) -> [Ranges; 2] {
    if let Some(admins) = &world.admins {
        return admins.clone();
    }
    let groups = thing.presences.iter().flat_map(|presence| &presence.groups);
    let mut found = [Ranges::empty(), Ranges::empty()];
    for group in groups.filter_map(|at| world.groups.get(*at)) {
        for rule in group.rules(Direction::In) {
            if let Peer::Addresses(by_family) = &rule.peer
                && rule.is_about(Protocol::Tcp)
                && rule.ports.contains(SSH)
            {
                for (sum, own) in found.iter_mut().zip(by_family) {
                    *sum = sum.union(own);
                }
            }
        }
    }
    Family::ALL.map(|family| {
        let sum = found.get(family as usize).cloned().unwrap_or_default();
        held_by_one(&sum, family)
    })
}

/// What is left of a set without the blocks that are too wide for one holder.
pub fn held_by_one(set: &Ranges, family: Family) -> Ranges {
    let widest = WIDEST.get(family as usize).copied().unwrap_or(0);
    let blocks = set.cidrs(family, usize::MAX);
    let kept = blocks
        .iter()
        .filter_map(|text| parse_prefix(text))
        .filter(|(.., prefix)| *prefix >= widest)
        .map(|(_, first, last, _)| (first, last));
    Ranges::of(kept.collect())
}

/// The paths from the internet that are not foreseen: to other ports than SSH,
/// and to SSH from addresses that are not named; with what leaves that open.
pub fn from_internet(
    world: &World<'_>,
    at: usize,
    thing: &Thing<'_>,
    paths: &[NetworkPath],
) -> (Vec<NetworkPath>, Vec<String>) {
    let ssh = i64::from(SSH);
    let mut unexpected: Vec<NetworkPath> = paths
        .iter()
        .filter(|path| (path.protocol.as_str(), path.from_port, path.to_port) != ("tcp", ssh, ssh))
        .cloned()
        .collect();
    let named = named(world, thing);
    let strangers = Family::ALL.map(|family| {
        let internet = world.internet.get(family as usize).cloned().unwrap_or_default();
        named.get(family as usize).map_or_else(Ranges::empty, |named| internet.subtract(named))
    });
    let asked = Asked {
        ports: Some(Ports::one(SSH)),
        protocol: Some(Protocol::Tcp),
        clients: Some(strangers),
        ..Asked::default()
    };
    let answer = internet::answer(world, at, thing, &asked);
    unexpected.extend(answer.paths);
    let unknown = if answer.reached.is_none() { answer.unknown } else { Vec::new() };
    (unexpected, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::network::ranges::parse_cidr;

    #[test]
    fn ranges_that_together_are_too_wide_are_not_named() {
        let half = |text: &str| parse_cidr(text).map(|(_, ranges)| ranges).unwrap_or_default();
        let halves = half("0.0.0.0/1").union(&half("128.0.0.0/1"));
        assert_eq!(held_by_one(&halves, Family::V4), Ranges::empty());
        let office = half("198.51.100.0/24");
        assert_eq!(held_by_one(&office, Family::V4), office);
        assert_eq!(held_by_one(&half("2000::/3"), Family::V6), Ranges::empty());
    }
}
