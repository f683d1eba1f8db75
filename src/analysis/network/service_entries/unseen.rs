//! Entries of managed services that could not be listed.

use super::admission::from_cloudfront;
use super::each;
use crate::analysis::network::facts::Asked;
use crate::analysis::network::flow::{Flow, Query};
use crate::analysis::network::ports::Ports;
use crate::analysis::network::ranges::Ranges;
use crate::analysis::network::rules::{Direction, Peer};
use crate::analysis::network::things::{Presence, Thing};
use crate::analysis::network::world::World;

/// Why entries that could not be listed may reach a thing.
pub fn unseen(world: &World<'_>, thing: &Thing<'_>, asked: &Asked) -> Vec<String> {
    let (account, region) = (thing.resource.account(), thing.resource.region());
    let lacks = |collection: &str| {
        let reason = world.gaps.members_at(collection, account, region)?;
        Some(format!("{collection}: {reason}"))
    };
    let all = Ports::all();
    let any = |try_one: &dyn Fn(&Presence<'_>, Query<'_>) -> bool| {
        each(thing, asked, &all).iter().any(|(asking, presence)| try_one(presence, asking.query()))
    };
    let mut found = Vec::new();
    if thing.kind == "network load balancer" {
        found.extend(lacks("api_gateway_vpc_links"));
    }
    if matches!(thing.resource.collection(), "load_balancers" | "instances")
        && let Some(reason) = lacks("cloudfront_vpc_origins")
        && any(&|presence, query| {
            !matches!(from_cloudfront(world, presence, query, &[]), Flow::No(_))
        })
    {
        found.push(reason);
    }
    if let Some(reason) = lacks("api_gateway_v2_vpc_links")
        && any(&|presence, query| admits_somebody(world, presence, query))
    {
        found.push(reason);
    }
    found
}

/// Whether something in the VPC of a presence, or in one connected to it, may
/// be let in, whatever address and groups it has.
pub fn admits_somebody(world: &World<'_>, presence: &Presence<'_>, query: Query<'_>) -> bool {
    if presence.unfiltered || presence.groups_doubt.is_some() {
        return true;
    }
    let linked = presence.place.and_then(|at| world.connections.links.get(at));
    let vpcs =
        presence.vpc.into_iter().chain(linked.into_iter().flat_map(|own| own.keys().copied()));
    let inside = vpcs
        .filter_map(|vpc| world.vpc_addresses.get(vpc)?.get(query.family as usize))
        .fold(Ranges::empty(), |sum, own| sum.union(own));
    presence.groups.iter().filter_map(|at| world.groups.get(*at)).any(|group| {
        group.may_lack(Direction::In).is_some()
            || group.ingress.iter().any(|rule| {
                rule.is_about(query.protocol)
                    && rule.ports.overlaps(query.ports)
                    && match &rule.peer {
                        Peer::Addresses(by_family) => by_family
                            .get(query.family as usize)
                            .is_some_and(|own| own.overlaps(&inside)),
                        Peer::Group(_) | Peer::Foreign(_) | Peer::Unknown => true,
                    }
            })
    })
}
