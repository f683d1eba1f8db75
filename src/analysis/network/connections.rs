//! What a subnet's routes lead to outside its VPC: other VPCs of the model by
//! peering or transit gateway, and networks that the model does not hold.
//!
//! Source: Amazon VPC Peering guide ("no transitive peering", "no edge to edge
//! routing"); AWS Transit Gateway guide ("How transit gateways work",
//! "Availability Zones").

use std::collections::{BTreeMap, HashMap};

use super::ranges::{Family, Ranges, parse_prefix};
use super::routes;
use super::world::{World, is_same_zone};
use crate::model::{
    Resource, ResourceRef, Route, TransitGatewayAttachment, TransitGatewayRouteTable,
    VpcPeeringConnection,
};

/// A way from a subnet to another VPC of the model.
#[derive(Debug, Clone)]
pub struct Link {
    /// The addresses that its routes send this way.
    pub ranges: Ranges,
    /// The family.
    pub family: Family,
    /// The route in the subnet's table.
    pub route: usize,
    /// The peering connection or transit gateway.
    pub via: ResourceRef,
    /// The route in the transit gateway's table: table and pointer.
    pub hub_route: Option<(ResourceRef, String)>,
    /// Whether security groups may refer to groups at the other end: in
    /// inbound rules, and in outbound ones.
    pub references: [bool; 2],
    /// Why it may not hold.
    pub doubt: Option<String>,
}

/// A network outside the model that a subnet's routes lead to, and from which
/// connections can come that are answered.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Its addresses.
    pub ranges: Ranges,
    /// The family.
    pub family: Family,
    /// The kind of start, such as `on-premises network`.
    pub kind: &'static str,
    /// The route in the subnet's table.
    pub route: usize,
    /// The gateway, where it is a resource of the model.
    pub via: Option<ResourceRef>,
    /// What to call it.
    pub label: String,
    /// Why it may not hold.
    pub doubt: Option<String>,
}

/// What every subnet is connected to.
#[derive(Debug, Default)]
pub struct Connections<'a> {
    /// Links by subnet (an index of [`World::places`]) and other VPC.
    pub links: Vec<BTreeMap<&'a str, Vec<Link>>>,
    /// Outside networks by subnet.
    pub outside: Vec<Vec<Outside>>,
}

/// Follows the routes of all subnets.
pub fn compile<'a>(world: &World<'a>) -> Connections<'a> {
    let hubs = Hubs::new(world);
    let mut found = Connections::default();
    for at in 0..world.places.len() {
        let mut links: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
        let mut outside = Vec::new();
        if let Ok(table) = world.table_of(at) {
            for family in Family::ALL {
                for (ranges, index, route) in table.shares(family) {
                    if routes::is_blackhole(route) {
                        continue;
                    }
                    follow(
                        world,
                        &hubs,
                        at,
                        family,
                        ranges,
                        index,
                        route,
                        &mut links,
                        &mut outside,
                    );
                }
            }
        }
        found.links.push(links);
        found.outside.push(outside);
    }
    found
}

#[expect(clippy::too_many_arguments, reason = "one route in all its context")]
fn follow<'a>(
    world: &World<'a>,
    hubs: &Hubs<'a>,
    at: usize,
    family: Family,
    ranges: &Ranges,
    index: usize,
    route: &Route,
    links: &mut BTreeMap<&'a str, Vec<Link>>,
    outside: &mut Vec<Outside>,
) {
    let Some(place) = world.places.get(at) else { return };
    let id = route.target_id.as_deref();
    match route.target_type.as_deref() {
        Some("vpc_peering_connection") => {
            let Some(id) = id else { return };
            let peering = world.model.vpc_peering_connections.get(id);
            let own = place.subnet.vpc_id.as_deref();
            match peering {
                Some(peering) => peer(world, peering, own, family, ranges, index, links, outside),
                None => outside.push(Outside {
                    ranges: ranges.clone(),
                    family,
                    kind: "peered VPC",
                    route: index,
                    via: None,
                    label: format!("a VPC peered by {id}"),
                    doubt: None,
                }),
            }
        }
        Some("transit_gateway") => {
            let Some(id) = id else { return };
            hubs.follow(world, at, id, family, ranges, index, links, outside);
        }
        Some("virtual_private_gateway") => outside.push(Outside {
            ranges: ranges.clone(),
            family,
            kind: "on-premises network",
            route: index,
            via: None,
            label: format!("the network behind {}", id.unwrap_or("a virtual private gateway")),
            doubt: None,
        }),
        Some("local_gateway" | "core_network") => outside.push(Outside {
            ranges: ranges.clone(),
            family,
            kind: "on-premises network",
            route: index,
            via: None,
            label: format!("the network behind {}", id.unwrap_or("a gateway")),
            doubt: None,
        }),
        None => {
            let table = world.table_of(at).map_or("", |table| table.table.id.as_str());
            let reason = world
                .gaps
                .own("route_tables", table, &format!("/routes/{index}/target_id"))
                .or_else(|| {
                    world.gaps.own("route_tables", table, &format!("/routes/{index}/target_type"))
                });
            if let Some(reason) = reason {
                outside.push(Outside {
                    ranges: ranges.clone(),
                    family,
                    kind: "unknown network",
                    route: index,
                    via: None,
                    label: format!("what route {index} of {table} leads to"),
                    doubt: Some(format!("the target of route {index} of {table}: {reason}")),
                });
            }
        }
        _ => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "one route in all its context")]
fn peer<'a>(
    world: &World<'a>,
    peering: &'a VpcPeeringConnection,
    own: Option<&str>,
    family: Family,
    ranges: &Ranges,
    route: usize,
    links: &mut BTreeMap<&'a str, Vec<Link>>,
    outside: &mut Vec<Outside>,
) {
    let name = World::name_of(peering);
    let mut doubt = world
        .gaps
        .existence("vpc_peering_connections", &peering.id)
        .map(|reason| format!("whether {name} exists: {reason}"));
    match peering.status.as_deref() {
        Some("active") => {}
        Some(_) => return,
        // A template's connection is made to be used.
        None => {
            if let Some(reason) = world.gaps.at(peering, "/status") {
                doubt = Some(format!("the status of {name}: {reason}"));
            }
        }
    }
    let (requester, accepter) =
        (peering.requester_vpc_id.as_deref(), peering.accepter_vpc_id.as_deref());
    let (other, cidrs) = if own.is_some() && own == requester {
        (accepter, &peering.accepter_cidr_blocks)
    } else if own.is_some() && own == accepter {
        (requester, &peering.requester_cidr_blocks)
    } else {
        return;
    };
    let via = peering.reference();
    if let Some(other) = other
        && let Some((vpc, _)) = world.model.vpcs.get_key_value(other)
    {
        let same_region = match (&peering.requester_region, &peering.accepter_region) {
            (Some(one), Some(two)) => one == two,
            _ => true,
        };
        links.entry(vpc.as_str()).or_default().push(Link {
            ranges: ranges.clone(),
            family,
            route,
            via,
            hub_route: None,
            references: [same_region, same_region],
            doubt,
        });
        return;
    }
    let told = cidrs
        .iter()
        .filter_map(|text| parse_prefix(text))
        .filter(|(of, ..)| *of == family)
        .map(|(_, first, last, _)| (first, last))
        .collect::<Vec<_>>();
    let ranges = if told.is_empty() { ranges.clone() } else { ranges.intersect(&Ranges::of(told)) };
    outside.push(Outside {
        ranges,
        family,
        kind: "peered VPC",
        route,
        via: Some(via),
        label: format!("{} by {name}", other.unwrap_or("a peered VPC")),
        doubt,
    });
}

/// A transit gateway's route table, compiled.
struct HubTable<'a> {
    table: &'a TransitGatewayRouteTable,
    /// Ranges with what takes them: attachments, and the route if it is one.
    shares: [Vec<(Ranges, HubTarget<'a>)>; 2],
    doubt: Option<String>,
}

#[derive(Clone)]
struct HubTarget<'a> {
    attachments: Vec<&'a str>,
    route: Option<usize>,
    blackhole: bool,
}

struct Hubs<'a> {
    tables: BTreeMap<&'a str, HubTable<'a>>,
    attachments: HashMap<&'a str, Vec<&'a TransitGatewayAttachment>>,
}

impl<'a> Hubs<'a> {
    fn new(world: &World<'a>) -> Self {
        let mut attachments: HashMap<&str, Vec<&TransitGatewayAttachment>> = HashMap::new();
        for found in world.model.transit_gateway_attachments.values() {
            if let Some(hub) = found.transit_gateway_id.as_deref() {
                attachments.entry(hub).or_default().push(found);
            }
        }
        let tables = world
            .model
            .transit_gateway_route_tables
            .values()
            .map(|table| (table.id.as_str(), compile_hub(world, table)))
            .collect();
        Self { tables, attachments }
    }

    /// The attachment of a VPC to a transit gateway.
    fn attachment(&self, hub: &str, vpc: &str) -> Option<&'a TransitGatewayAttachment> {
        self.attachments
            .get(hub)?
            .iter()
            .copied()
            .find(|found| found.vpc_id.as_deref() == Some(vpc))
    }

    /// The table that judges what comes from an attachment.
    fn table_for(
        &self,
        world: &World<'a>,
        from: &TransitGatewayAttachment,
    ) -> Option<&HubTable<'a>> {
        let by_association = || {
            self.tables
                .values()
                .find(|found| found.table.association_attachment_ids.contains(&from.id))
        };
        let by_default = || {
            let hub = world.model.transit_gateways.get(from.transit_gateway_id.as_ref()?)?;
            if hub.default_route_table_association == Some(false) {
                return None;
            }
            self.tables.get(hub.association_default_route_table_id.as_deref()?)
        };
        from.route_table_id
            .as_deref()
            .and_then(|id| self.tables.get(id))
            .or_else(by_association)
            .or_else(by_default)
    }

    #[expect(clippy::too_many_arguments, reason = "one route in all its context")]
    fn follow(
        &self,
        world: &World<'a>,
        at: usize,
        hub: &str,
        family: Family,
        ranges: &Ranges,
        route: usize,
        links: &mut BTreeMap<&'a str, Vec<Link>>,
        outside: &mut Vec<Outside>,
    ) {
        let Some(place) = world.places.get(at) else { return };
        let via = ResourceRef::new("transit_gateways", hub);
        let unknown = |doubt: String| Outside {
            ranges: ranges.clone(),
            family,
            kind: "transit gateway",
            route,
            via: world.model.transit_gateways.contains_key(hub).then(|| via.clone()),
            label: format!("networks behind {hub}"),
            doubt: Some(doubt),
        };
        let own = place.subnet.vpc_id.as_deref().and_then(|vpc| self.attachment(hub, vpc));
        let Some(own) = own else {
            outside.push(unknown(format!("the attachment of {hub} is not in what was given")));
            return;
        };
        if own.state.as_deref().is_some_and(|state| state != "available") {
            return;
        }
        let mut doubt = match enabled_zone(world, own, place.subnet.availability_zone.as_deref()) {
            Some(true) => None,
            Some(false) => return,
            None => Some(format!("the Availability Zones of attachment {}", own.id)),
        };
        let Some(table) = self.table_for(world, own) else {
            outside.push(unknown(format!("the route table that {hub} associates with {}", own.id)));
            return;
        };
        doubt = doubt.or_else(|| table.doubt.clone());
        let hub_resource = world.model.transit_gateways.get(hub);
        for (share, target) in table.shares.get(family as usize).into_iter().flatten() {
            let common = ranges.intersect(share);
            if common.is_empty() || target.blackhole {
                continue;
            }
            for id in &target.attachments {
                let Some(other) = world.model.transit_gateway_attachments.get(id) else {
                    outside.push(unknown(format!("attachment {id} is not in what was given")));
                    continue;
                };
                if other.id == own.id
                    || other.state.as_deref().is_some_and(|state| state != "available")
                {
                    continue;
                }
                let vpc = other.vpc_id.as_ref().and_then(|id| world.model.vpcs.get_key_value(id));
                let supports = |flag: Option<bool>| flag == Some(true);
                let references =
                    supports(hub_resource.and_then(|hub| hub.security_group_referencing_support))
                        && supports(own.security_group_referencing_support)
                        && supports(other.security_group_referencing_support);
                match vpc {
                    Some((vpc, _)) => links.entry(vpc.as_str()).or_default().push(Link {
                        ranges: common.clone(),
                        family,
                        route,
                        via: via.clone(),
                        hub_route: target
                            .route
                            .map(|index| (table.table.reference(), format!("/routes/{index}"))),
                        // Only inbound rules may refer over a transit gateway.
                        references: [references, false],
                        doubt: doubt.clone(),
                    }),
                    None => outside.push(Outside {
                        ranges: common.clone(),
                        family,
                        kind: "on-premises network",
                        route,
                        via: Some(other.reference()),
                        label: format!("the network behind {}", World::name_of(other)),
                        doubt: doubt.clone(),
                    }),
                }
            }
        }
    }
}

/// Whether an attachment has a subnet in a zone; `None` where that is not known.
fn enabled_zone(
    world: &World<'_>,
    attachment: &TransitGatewayAttachment,
    zone: Option<&str>,
) -> Option<bool> {
    let zone = zone?;
    let mut all_known = world.gaps.at(attachment, "/subnet_ids").is_none();
    for subnet in &attachment.subnet_ids {
        match world.model.subnets.get(subnet).and_then(|found| found.availability_zone.as_deref()) {
            Some(other) => match is_same_zone(other, zone) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => all_known = false,
            },
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}

fn compile_hub<'a>(world: &World<'a>, table: &'a TransitGatewayRouteTable) -> HubTable<'a> {
    let doubt = world
        .gaps
        .at(table, "/routes")
        .map(|reason| format!("the routes of {}: {reason}", table.id));
    let mut by_family: [Vec<(u8, u8, Ranges, HubTarget<'a>)>; 2] = [Vec::new(), Vec::new()];
    let mut add = |text: &str, rank: u8, target: HubTarget<'a>| {
        if let Some((family, first, last, length)) = parse_prefix(text)
            && let Some(list) = by_family.get_mut(family as usize)
        {
            list.push((length, rank, Ranges::range(first, last), target));
        }
    };
    for (index, route) in table.routes.iter().enumerate() {
        let Some(text) = route.destination_cidr_block.as_deref() else { continue };
        let rank = u8::from(route.route_type.as_deref() == Some("propagated"));
        add(
            text,
            rank,
            HubTarget {
                attachments: route.attachment_ids.iter().map(String::as_str).collect(),
                route: Some(index),
                blackhole: route.state.as_deref() == Some("blackhole"),
            },
        );
    }
    // Templates declare propagations, not the routes that come of them.
    for id in &table.propagation_attachment_ids {
        let Some(attachment) = world.model.transit_gateway_attachments.get(id) else { continue };
        let Some(vpc) = attachment.vpc_id.as_ref().and_then(|vpc| world.model.vpcs.get(vpc)) else {
            continue;
        };
        for text in vpc.cidr_blocks.iter().chain(&vpc.ipv6_cidr_blocks) {
            let target = HubTarget {
                attachments: vec![attachment.id.as_str()],
                route: None,
                blackhole: false,
            };
            add(text, 2, target);
        }
    }
    let shares = by_family.map(|mut routes| {
        routes.sort_by_key(|(length, rank, _, _)| (std::cmp::Reverse(*length), *rank));
        let mut taken = Ranges::empty();
        let mut shares = Vec::new();
        for (_, _, ranges, target) in routes {
            let own = ranges.subtract(&taken);
            taken = taken.union(&ranges);
            if !own.is_empty() {
                shares.push((own, target));
            }
        }
        shares
    });
    HubTable { table, shares, doubt }
}
