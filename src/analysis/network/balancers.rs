//! Load balancers as proxies: which listener leads to which target.
//!
//! Source: Elastic Load Balancing user guides, "Listeners" and "Target groups"
//! (client IP preservation).

use std::collections::HashMap;

use super::ports::{Ports, Protocol};
use super::ranges::parse_cidr;
use super::things::Listens;
use super::world::World;
use crate::model::{Listener, ListenerAction, LoadBalancer, Model, ResourceRef, TargetGroup};

/// One way in which a load balancer forwards to a thing.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// The balancer, as an index of [`World::things`].
    pub balancer: usize,
    /// The listener that takes the connection.
    pub listener: &'a Listener,
    /// The listener's port.
    pub listener_port: Option<u16>,
    /// The action that forwards: resource and JSON pointer.
    pub action: (ResourceRef, String),
    /// The target group.
    pub group: &'a TargetGroup,
    /// The port of the target.
    pub port: Option<u16>,
    /// The protocol towards the target.
    pub protocol: Protocol,
    /// Whether the target sees the client's address.
    pub preserves_client: bool,
    /// Whether it works on connections, not on requests.
    pub network: bool,
}

/// The listeners of each load balancer.
pub fn listeners(model: &Model) -> HashMap<&str, Vec<&Listener>> {
    let mut found: HashMap<&str, Vec<&Listener>> = HashMap::new();
    for listener in model.listeners.values() {
        if let Some(balancer) = listener.load_balancer.as_deref() {
            found.entry(balancer).or_default().push(listener);
        }
    }
    found
}

fn port(value: Option<i64>) -> Option<u16> {
    value.and_then(|port| u16::try_from(port).ok())
}

/// The ports that a load balancer listens on.
pub fn listens(world: &World<'_>, balancer: &LoadBalancer, own: &[&Listener]) -> Listens {
    if let Some(reason) = world.gaps.members("listeners", balancer) {
        return Listens::Unknown(format!("listeners: {reason}"));
    }
    let (mut tcp, mut udp) = (Ports::none(), Ports::none());
    for listener in own {
        let Some(number) = port(listener.port) else {
            let reason = world.gaps.at(*listener, "/port");
            return Listens::Unknown(reason.map_or_else(
                || format!("the port of listener {}", listener.id),
                |reason| format!("the port of listener {}: {reason}", listener.id),
            ));
        };
        let protocol = listener.protocol.as_deref().unwrap_or("TCP_UDP");
        if !matches!(protocol, "UDP" | "QUIC") {
            tcp = tcp.union(&Ports::one(number));
        }
        if matches!(protocol, "UDP" | "TCP_UDP" | "QUIC" | "TCP_QUIC") {
            udp = udp.union(&Ports::one(number));
        }
    }
    Listens::Both(tcp, udp)
}

/// What load balancers forward to each thing.
pub fn edges<'a>(world: &World<'a>) -> Vec<Vec<Edge<'a>>> {
    let model = world.model;
    let mut edges = vec![Vec::new(); world.things.len()];
    let members = Members::new(world);
    let mut add =
        |listener: &'a Listener, actions: &'a [ListenerAction], action: ResourceRef, path: &str| {
            let Some(balancer_id) = listener.load_balancer.as_deref() else { return };
            let Some(balancer) = world.thing_index.get(&("load_balancers", balancer_id)) else {
                return;
            };
            for (at, found) in actions.iter().enumerate() {
                for (which, forward) in found.forward.iter().enumerate() {
                    let group =
                        forward.target_group.as_ref().and_then(|id| model.target_groups.get(id));
                    let Some(group) = group else { continue };
                    for (thing, target_port) in members.of(group) {
                        if let Some(edges) = edges.get_mut(thing) {
                            edges.push(edge(
                                world,
                                *balancer,
                                listener,
                                (action.clone(), format!("{path}/{at}/forward/{which}")),
                                group,
                                target_port,
                            ));
                        }
                    }
                }
            }
        };
    for listener in model.listeners.values() {
        let action = ResourceRef::new("listeners", &listener.id);
        add(listener, &listener.default_actions, action, "/default_actions");
    }
    for rule in model.listener_rules.values() {
        let Some(listener) = rule.listener.as_ref().and_then(|id| model.listeners.get(id)) else {
            continue;
        };
        add(listener, &rule.actions, ResourceRef::new("listener_rules", &rule.id), "/actions");
    }
    edges
}

fn edge<'a>(
    world: &World<'a>,
    balancer: usize,
    listener: &'a Listener,
    action: (ResourceRef, String),
    group: &'a TargetGroup,
    target_port: Option<u16>,
) -> Edge<'a> {
    let network =
        world.things.get(balancer).is_some_and(|thing| thing.kind == "network load balancer");
    let udp = matches!(listener.protocol.as_deref(), Some("UDP" | "QUIC"));
    // The default of network load balancers: on for instances and for UDP, off
    // for addresses behind TCP and TLS.
    let by_default = group.target_type.as_deref() == Some("instance") || udp;
    Edge {
        balancer,
        listener,
        listener_port: port(listener.port),
        action,
        group,
        port: target_port.or_else(|| port(group.port)),
        protocol: if udp { Protocol::Udp } else { Protocol::Tcp },
        preserves_client: network && group.preserve_client_ip.unwrap_or(by_default),
        network,
    }
}

/// Who stands behind each target group.
struct Members<'w, 'a> {
    world: &'w World<'a>,
    services: HashMap<&'a str, Vec<(usize, Option<u16>)>>,
    addresses: HashMap<u128, Vec<usize>>,
}

impl<'w, 'a> Members<'w, 'a> {
    fn new(world: &'w World<'a>) -> Self {
        let mut services: HashMap<&str, Vec<(usize, Option<u16>)>> = HashMap::new();
        for service in world.model.ecs_services.values() {
            let Some(thing) = world.thing_index.get(&("ecs_services", service.id.as_str())) else {
                continue;
            };
            for tie in &service.load_balancers {
                if let Some(group) = tie.target_group.as_deref() {
                    services.entry(group).or_default().push((*thing, port(tie.container_port)));
                }
            }
        }
        let mut addresses: HashMap<u128, Vec<usize>> = HashMap::new();
        for (at, thing) in world.things.iter().enumerate() {
            for ranges in thing.presences.iter().flat_map(|presence| &presence.addresses) {
                if let (Some(first), Some(last)) = (ranges.first(), ranges.last())
                    && first == last
                {
                    addresses.entry(first).or_default().push(at);
                }
            }
        }
        Self { world, services, addresses }
    }

    fn of(&self, group: &TargetGroup) -> Vec<(usize, Option<u16>)> {
        let mut found = self.services.get(group.id.as_str()).cloned().unwrap_or_default();
        for target in &group.targets {
            let Some(id) = target.target_id.as_deref() else { continue };
            let number = port(target.port);
            for collection in ["instances", "load_balancers"] {
                if let Some(thing) = self.world.thing_index.get(&(collection, id)) {
                    found.push((*thing, number));
                }
            }
            if let Some((_, address)) = parse_cidr(id)
                && let Some(things) = address.first().and_then(|first| self.addresses.get(&first))
            {
                // Addresses repeat across VPCs.
                found.extend(
                    things
                        .iter()
                        .filter(|thing| {
                            self.world.things.get(**thing).is_some_and(|thing| {
                                thing.presences.iter().any(|presence| {
                                    group.vpc_id.is_none()
                                        || presence.vpc == group.vpc_id.as_deref()
                                })
                            })
                        })
                        .map(|thing| (*thing, number)),
                );
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
