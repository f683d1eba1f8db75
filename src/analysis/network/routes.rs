//! Route tables, compiled for longest-prefix lookup.
//!
//! Source: Amazon VPC user guide, "Route priority": the most specific route
//! wins; of equal ones a static wins over a propagated, and a plain range over
//! a prefix list. A route whose target is gone (`blackhole`) drops what it
//! matches.

use std::collections::BTreeMap;

use super::gaps::Gaps;
use super::ranges::{Family, Ranges, parse_prefix};
use crate::model::{Model, Route, RouteTable};

/// First and last address, and the route that takes what lies between.
type Share = (u128, u128, usize);

/// Prefix length, rank among equals, first and last address, and the route.
type Prefix = (u8, u8, u128, u128, usize);

/// A route table, compiled.
#[derive(Debug)]
pub struct Table<'a> {
    /// The table.
    pub table: &'a RouteTable,
    /// For each family the ranges in order, with the route that takes each;
    /// what is in none has no route.
    ranges: [Vec<Share>; 2],
    /// For each family the addresses that each route takes.
    shares: [Vec<(Ranges, usize)>; 2],
    /// Why routes may be missing.
    pub doubt: Option<String>,
    /// Why the target of some route is not known.
    pub target_doubt: Option<String>,
    /// Whether all in-VPC traffic stays on the local route.
    pub plain_local: bool,
}

/// Compiles a table.
pub fn compile<'a>(model: &Model, gaps: &Gaps<'a>, table: &'a RouteTable) -> Table<'a> {
    let mut doubt =
        gaps.list(table, "/routes").map(|reason| format!("the routes of {}: {reason}", table.id));
    let mut by_family: [Vec<Prefix>; 2] = [Vec::new(), Vec::new()];
    for (index, route) in table.routes.iter().enumerate() {
        let propagated = u8::from(route.propagated == Some(true));
        let mut destinations: Vec<(&str, u8)> = Vec::new();
        let plain = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block];
        destinations.extend(plain.into_iter().flatten().map(|text| (text.as_str(), propagated)));
        if let Some(id) = &route.destination_prefix_list_id {
            match model.prefix_lists.get(id) {
                Some(list) => {
                    destinations.extend(list.cidrs.iter().map(|text| (text.as_str(), 2)));
                    doubt = doubt.or_else(|| {
                        gaps.at(list, "/cidrs")
                            .map(|reason| format!("the ranges of prefix list {id}: {reason}"))
                    });
                }
                // A gateway endpoint's list is AWS's own and leads nowhere else.
                None if route.target_type.as_deref() == Some("vpc_endpoint") => {}
                None => {
                    doubt = doubt.or_else(|| {
                        Some(format!("the ranges of prefix list {id} are not in what was given"))
                    });
                }
            }
        } else if destinations.is_empty() && route.target_type.as_deref() != Some("local") {
            let unknown = [
                "destination_cidr_block",
                "destination_ipv6_cidr_block",
                "destination_prefix_list_id",
            ]
            .into_iter()
            .find_map(|attribute| gaps.at(table, &format!("/routes/{index}/{attribute}")));
            if let Some(reason) = unknown {
                doubt = doubt.or_else(|| {
                    Some(format!("the destination of route {index} of {}: {reason}", table.id))
                });
            }
        }
        for (text, rank) in destinations {
            let Some((family, first, last, length)) = parse_prefix(text) else {
                doubt = doubt.or_else(|| {
                    let what = format!("destination {text:?} of route {index}");
                    Some(format!("{what} of {} cannot be read", table.id))
                });
                continue;
            };
            if let Some(list) = by_family.get_mut(family as usize) {
                list.push((length, rank, first, last, index));
            }
        }
    }
    let ranges = by_family.map(partition);
    let plain_local = is_plain_local(table, &ranges);
    let target_doubt = target_doubt(gaps, table);
    let shares = ranges.each_ref().map(|ranges| by_route(ranges));
    Table { table, ranges, shares, doubt, target_doubt, plain_local }
}

fn target_doubt(gaps: &Gaps<'_>, table: &RouteTable) -> Option<String> {
    table.routes.iter().enumerate().find_map(|(index, route)| {
        let attribute = match (&route.target_type, &route.target_id) {
            (None, _) => "target_type",
            (Some(kind), None) if kind != "local" => "target_id",
            _ => return None,
        };
        let reason = gaps
            .at(table, &format!("/routes/{index}/{attribute}"))
            .or_else(|| gaps.at(table, &format!("/routes/{index}/target_id")))?;
        Some(format!("the target of route {index} of {}: {reason}", table.id))
    })
}

/// The ranges of each route together.
fn by_route(ranges: &[Share]) -> Vec<(Ranges, usize)> {
    let mut by_route: BTreeMap<usize, Vec<(u128, u128)>> = BTreeMap::new();
    for (first, last, index) in ranges {
        by_route.entry(*index).or_default().push((*first, *last));
    }
    by_route.into_iter().map(|(index, ranges)| (Ranges::of(ranges), index)).collect()
}

/// Disjoint ranges in order, each with the route that wins there.
fn partition(mut routes: Vec<Prefix>) -> Vec<Share> {
    // Most specific first; each takes what none before it took.
    routes.sort_by_key(|(length, rank, _, _, index)| (std::cmp::Reverse(*length), *rank, *index));
    let mut taken = Ranges::empty();
    let mut found = Vec::new();
    for (_, _, first, last, index) in routes {
        let own = Ranges::range(first, last);
        found.extend(own.subtract(&taken).iter().map(|(first, last)| (first, last, index)));
        taken = taken.union(&own);
    }
    found.sort_unstable();
    found
}

fn is_plain_local(table: &RouteTable, ranges: &[Vec<Share>; 2]) -> bool {
    let local = |index: usize| {
        table.routes.get(index).is_some_and(|route| route.target_type.as_deref() == Some("local"))
    };
    Family::ALL.into_iter().zip(ranges).all(|(family, ranges)| {
        table.routes.iter().filter(|route| route.target_type.as_deref() == Some("local")).all(
            |route| {
                let text = match family {
                    Family::V4 => route.destination_cidr_block.as_deref(),
                    Family::V6 => route.destination_ipv6_cidr_block.as_deref(),
                };
                let Some((_, first, last, _)) = text.and_then(parse_prefix) else { return true };
                ranges
                    .iter()
                    .filter(|(from, to, _)| *from <= last && first <= *to)
                    .all(|(_, _, index)| local(*index))
            },
        )
    })
}

impl Table<'_> {
    /// The route that takes one address: its place in the list.
    pub fn lookup(&self, family: Family, address: u128) -> Option<usize> {
        let ranges = self.ranges.get(family as usize)?;
        let after = ranges.partition_point(|(first, _, _)| *first <= address);
        let (_, last, index) = ranges.get(after.checked_sub(1)?)?;
        (address <= *last).then_some(*index)
    }

    /// The addresses of a family that each route takes.
    pub fn shares(&self, family: Family) -> impl Iterator<Item = (&Ranges, usize, &Route)> {
        let shares = self.shares.get(family as usize).into_iter().flatten();
        shares.filter_map(|(ranges, index)| Some((ranges, *index, self.table.routes.get(*index)?)))
    }
}

/// Whether a route drops what it takes.
pub fn is_blackhole(route: &Route) -> bool {
    route.state.as_deref().is_some_and(|state| state == "blackhole")
}

/// Where a route stands in its table, as a JSON pointer.
pub fn pointer(index: usize) -> String {
    format!("/routes/{index}")
}

/// A route in words, such as `0.0.0.0/0 → internet_gateway igw-1`.
pub fn describe(route: &Route) -> String {
    let destination = [
        &route.destination_cidr_block,
        &route.destination_ipv6_cidr_block,
        &route.destination_prefix_list_id,
    ]
    .into_iter()
    .flatten()
    .next()
    .map_or("?", String::as_str);
    let kind = route.target_type.as_deref().unwrap_or("an unknown target");
    let target = match &route.target_id {
        Some(id) if id != kind => format!("{kind} {id}"),
        _ => kind.to_owned(),
    };
    let state = if is_blackhole(route) { " (blackhole)" } else { "" };
    format!("{destination} → {target}{state}")
}
