//! Availability Zones: which targets a load balancer and its nodes pass
//! connections to.
//!
//! Source: Elastic Load Balancing user guide, "Availability Zones and load
//! balancer nodes" and "Cross-zone load balancing"; User guides for Network and
//! Application Load Balancers, "Cross-zone load balancing for target groups".

use super::balancers::Edge;
use super::things::{Maybe, Presence, Thing};
use super::world::{World, is_same_zone};

/// The zone of a presence, where it is known.
fn zone<'a>(world: &World<'a>, presence: &Presence<'_>) -> Option<&'a str> {
    let place = presence.place.and_then(|at| world.places.get(at))?;
    place.subnet.availability_zone.as_deref()
}

/// Why a target gets nothing though it is registered.
pub const OTHER_ZONE: &str = "it is not enabled in the target's Availability Zone";

/// Whether a load balancer is enabled in the zone of a target in its VPC. Where
/// a zone is not known it may be.
///
/// Source: Elastic Load Balancing user guide, "Availability Zones and load
/// balancer nodes": targets in other zones are registered but receive nothing.
pub fn serves_zone(world: &World<'_>, balancer: &Thing<'_>, target: &Presence<'_>) -> bool {
    let Some(own) = zone(world, target) else { return true };
    let may_be = |enabled: &str| is_same_zone(enabled, own) != Some(false);
    balancer.unplaced.is_some()
        || balancer
            .presences
            .iter()
            .any(|node| node.vpc != target.vpc || zone(world, node).is_none_or(may_be))
}

/// Whether the node of a load balancer that takes a connection passes it to a
/// target: without cross-zone load balancing only to one in its own zone.
pub fn passes(
    world: &World<'_>,
    balancer: &Thing<'_>,
    edge: &Edge<'_>,
    node: &Presence<'_>,
    target: &Presence<'_>,
) -> Maybe {
    let (Some(own), Some(other)) = (zone(world, node), zone(world, target)) else {
        return Maybe::Yes;
    };
    if node.vpc != target.vpc || is_same_zone(own, other) != Some(false) {
        return Maybe::Yes;
    }
    let model = world.model;
    let of_balancer = || {
        let found = model.load_balancers.get(balancer.resource.id())?;
        let gap = || world.gaps.at(found, "/cross_zone_enabled");
        // Off unless it was turned on, for network load balancers.
        found.cross_zone_enabled.filter(|_| edge.network).map_or_else(
            || match edge.network {
                true => gap().map(|reason| Err(reason.to_string())).or(Some(Ok(false))),
                false => Some(Ok(true)),
            },
            |on| Some(Ok(on)),
        )
    };
    let of_group = || match edge.group.cross_zone_enabled {
        Some(on) => Some(Ok(on)),
        None => {
            let reason = world.gaps.own("target_groups", &edge.group.id, "/cross_zone_enabled")?;
            let is_left_out = matches!(reason, crate::model::Reason::NotInSource { .. });
            (!is_left_out).then(|| Err(reason.to_string()))
        }
    };
    let name = World::name_of(balancer.resource);
    match of_group().or_else(of_balancer) {
        Some(Ok(true)) | None => Maybe::Yes,
        Some(Ok(false)) => Maybe::No(
            "without cross-zone load balancing its nodes in other zones do not pass it on".into(),
        ),
        Some(Err(reason)) => {
            Maybe::Unknown(format!("whether {name} balances across zones: {reason}"))
        }
    }
}
