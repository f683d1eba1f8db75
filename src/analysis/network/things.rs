//! Everything with a presence in the network: where it is, which groups it
//! carries, which addresses it has, what it listens on.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Options;
use super::attachments::{Owners, service_of};
use super::ports::Ports;
use super::public_endpoint::PublicEndpoint;
use super::ranges::{Family, Ranges, parse_cidr};
use super::world::World;
use crate::model::{NetworkInterface, Reason, Resource};

/// What a thing is to the architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A database, cache or search domain.
    Data,
    /// An ECS service.
    Service,
    /// A host for administrators.
    Bastion,
    /// Another EC2 instance.
    Instance,
    /// A load balancer.
    LoadBalancer,
    /// The control plane of a Kubernetes cluster.
    Cluster,
    /// Anything else.
    Other,
}

impl Role {
    /// The name that the model uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Service => "service",
            Self::Bastion => "bastion",
            Self::Instance => "instance",
            Self::LoadBalancer => "load_balancer",
            Self::Cluster => "cluster",
            Self::Other => "other",
        }
    }
}

/// Yes, no or not known, the latter two with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maybe {
    /// Yes.
    Yes,
    /// No, and why.
    No(Cow<'static, str>),
    /// Not known, and why.
    Unknown(String),
}

/// The ports that a thing listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listens {
    /// Any port may have a listener.
    Anything,
    /// These TCP ports.
    Tcp(Ports),
    /// Load-balancer listeners: TCP and UDP ports.
    Both(Ports, Ports),
    /// One port, not known which, and why.
    Unknown(String),
}

/// An interface of a thing, or the place where it will have one.
#[derive(Debug, Clone)]
pub struct Presence<'a> {
    /// The subnet, as an index of [`World::places`].
    pub place: Option<usize>,
    /// The VPC's key.
    pub vpc: Option<&'a str>,
    /// Security groups, as indexes of [`World::groups`].
    pub groups: Vec<usize>,
    /// Why it may carry other groups too, or groups whose rules are not known.
    pub groups_doubt: Option<String>,
    /// Whether the other groups may be groups of the model.
    pub may_carry: bool,
    /// Whether no security group filters it.
    pub unfiltered: bool,
    /// The addresses it has, or among which it has one.
    pub addresses: [Ranges; 2],
    /// Whether the addresses stand for any that may live there.
    pub anyone: bool,
    /// Whether it has a public IPv4 address.
    pub public_v4: Maybe,
    /// Whether it has an IPv6 address.
    pub has_v6: Maybe,
    /// The interface, where the thing has it as a resource of its own.
    pub interface: Option<&'a NetworkInterface>,
}

impl Presence<'_> {
    /// Why it may carry other groups of the model.
    pub fn carries_doubt(&self) -> Option<&str> {
        self.groups_doubt.as_deref().filter(|_| self.may_carry)
    }
}

/// Something with a presence in the network.
#[derive(Debug, Clone)]
pub struct Thing<'a> {
    /// The resource.
    pub resource: &'a dyn Resource,
    /// What it is to the architecture.
    pub role: Role,
    /// The kind of start that it is, such as `bastion`.
    pub kind: &'static str,
    /// What it listens on.
    pub listens: Listens,
    /// The attribute that says so.
    pub listens_at: &'static str,
    /// Where it is.
    pub presences: Vec<Presence<'a>>,
    /// Whether it is in only one of those places, not known which.
    pub alternatives: bool,
    /// Whether it takes connections.
    pub accepts: bool,
    /// Whether it starts connections of its own.
    pub initiates: bool,
    /// Its endpoint on the internet, outside every VPC.
    pub public_endpoint: Option<PublicEndpoint>,
    /// Whether it connects from a network of AWS's own, outside every VPC, and
    /// the attribute that says so.
    pub outside: Option<&'static str>,
    /// Why its place is not known.
    pub unplaced: Option<String>,
    /// Things that are part of the same cluster have the same key.
    pub cluster: Option<&'a str>,
}

/// Everything of a model that has a presence in its network.
pub fn collect<'a>(world: &World<'a>, options: &Options) -> Vec<Thing<'a>> {
    let collector = Collector { world };
    let nodes = nodes(world);
    let mut things = Vec::new();
    collector.instances(options, &mut things);
    collector.services(&mut things);
    super::data::collect(&collector, &mut things);
    super::kubernetes::collect(&collector, &mut things);
    super::functions::collect(&collector, &mut things);
    collector.load_balancers(&nodes, &mut things);
    collector.endpoints(&nodes, &mut things);
    super::service_entries::collect(&collector, &mut things);
    collector.interfaces(&mut things);
    things
}

/// Interfaces by AWS's description, which names the network load balancer or
/// the endpoint that they are of. Those keep their addresses.
type Nodes<'a> = HashMap<&'a str, Vec<&'a NetworkInterface>>;

fn nodes<'a>(world: &World<'a>) -> Nodes<'a> {
    let mut found: Nodes<'a> = HashMap::new();
    for interface in world.model.network_interfaces.values() {
        if let Some(text) = interface.description.as_deref()
            && (text.starts_with("ELB net/") || text.starts_with("VPC Endpoint Interface "))
        {
            found.entry(text).or_default().push(interface);
        }
    }
    found
}

/// Makes presences from the attributes of resources.
pub struct Collector<'w, 'a> {
    /// The network so far: subnets and groups.
    pub world: &'w World<'a>,
}

impl<'a> Collector<'_, 'a> {
    /// A thing without presence yet.
    pub fn thing(resource: &'a dyn Resource, role: Role, kind: &'static str) -> Thing<'a> {
        Thing {
            resource,
            role,
            kind,
            listens: Listens::Anything,
            listens_at: "",
            presences: Vec::new(),
            alternatives: false,
            accepts: true,
            initiates: true,
            public_endpoint: None,
            outside: None,
            unplaced: None,
            cluster: None,
        }
    }

    /// The reason of a gap that touches an attribute.
    pub fn gap(&self, resource: &dyn Resource, path: &str) -> Option<String> {
        let (collection, id) = (resource.collection(), resource.id());
        self.world
            .gaps
            .own(collection, id, path)
            .map(|reason| format!("{path} of {}: {reason}", World::name_of(resource)))
    }

    /// Groups as indexes, and why there may be others. With none named AWS
    /// gives the VPC's default group.
    pub fn groups(
        &self,
        resource: &dyn Resource,
        ids: &[String],
        vpc: Option<&str>,
    ) -> (Vec<usize>, Option<String>) {
        let mut doubt = self.gap(resource, "/security_group_ids");
        let mut groups = Vec::with_capacity(ids.len());
        for id in ids {
            match self.world.group_index.get(id.as_str()) {
                Some(index) => groups.push(*index),
                None => {
                    doubt = doubt.or_else(|| {
                        Some(format!("the rules of security group {id} are not in what was given"))
                    });
                }
            }
        }
        if ids.is_empty() && doubt.is_none() {
            let default = vpc.and_then(|vpc| self.world.default_groups.get(vpc)).copied();
            match default {
                Some(index) => groups.push(index),
                None => {
                    doubt = Some(format!("the security groups of {}", World::name_of(resource)))
                }
            }
        }
        groups.sort_unstable();
        groups.dedup();
        (groups, doubt)
    }

    /// Whether groups that are not known may be groups of the model: what a
    /// parameter, an import or an undeclared name stands for lies outside it.
    fn may_carry(&self, resource: &dyn Resource) -> bool {
        let gap = self.world.gaps.own(resource.collection(), resource.id(), "/security_group_ids");
        gap.is_some_and(|reason| {
            !matches!(
                reason,
                Reason::UnresolvedParameter { .. }
                    | Reason::UnresolvedImport { .. }
                    | Reason::UnresolvedReference { .. }
            )
        })
    }

    /// A presence somewhere in a subnet.
    pub fn in_subnet(
        &self,
        subnet: &'a str,
        resource: &dyn Resource,
        groups: &[String],
    ) -> Presence<'a> {
        let place = self.world.place_index.get(subnet).copied();
        let found = place.and_then(|at| self.world.places.get(at));
        let vpc = found.and_then(|place| place.subnet.vpc_id.as_deref());
        let (groups, mut groups_doubt) = self.groups(resource, groups, vpc);
        if place.is_none() {
            groups_doubt =
                groups_doubt.or_else(|| Some(format!("subnet {subnet} is not in what was given")));
        }
        let has_v6 = match found {
            Some(place)
                if place.known.get(1) == Some(&true)
                    && place.addresses.get(1).is_some_and(Ranges::is_empty) =>
            {
                Maybe::No("its subnet has no IPv6 range".into())
            }
            Some(place) if place.subnet.assign_ipv6_address_on_creation == Some(true) => Maybe::Yes,
            _ => Maybe::No("it has no IPv6 address".into()),
        };
        Presence {
            place,
            vpc,
            groups,
            groups_doubt,
            may_carry: self.may_carry(resource),
            unfiltered: false,
            addresses: found
                .map_or_else(|| Family::ALL.map(Ranges::all), |place| place.addresses.clone()),
            anyone: false,
            public_v4: Maybe::No("it has no public address".into()),
            has_v6,
            interface: None,
        }
    }

    /// Narrows a presence to known addresses, one of each family.
    pub fn at(mut presence: Presence<'a>, v4: Option<&str>, v6: Option<&str>) -> Presence<'a> {
        if let Some((Family::V4, address)) = v4.and_then(parse_cidr) {
            presence.addresses[0] = address;
        }
        if let Some((Family::V6, address)) = v6.and_then(parse_cidr) {
            presence.addresses[1] = address;
            presence.has_v6 = Maybe::Yes;
        }
        presence
    }

    /// A flag that is known, absent (then no) or unknown.
    pub fn flag(
        &self,
        resource: &dyn Resource,
        value: Option<bool>,
        path: &str,
        no: &'static str,
    ) -> Maybe {
        match value {
            Some(true) => Maybe::Yes,
            Some(false) => Maybe::No(no.into()),
            None => match self.gap(resource, path) {
                Some(reason) => Maybe::Unknown(reason),
                None => Maybe::No(no.into()),
            },
        }
    }

    /// The presences of an interface, one for each of its addresses.
    fn of_interface(&self, interface: &'a NetworkInterface) -> Vec<Presence<'a>> {
        let Some(subnet) = interface.subnet_id.as_deref() else { return Vec::new() };
        let mut base = self.in_subnet(subnet, interface, &interface.security_group_ids);
        base.interface = Some(interface);
        let elastic = self.world.elastic.contains(interface.id.as_str());
        if elastic || !interface.public_ip_addresses.is_empty() {
            base.public_v4 = Maybe::Yes;
        } else if let Some(reason) = self.gap(interface, "/public_ip_addresses") {
            base.public_v4 = Maybe::Unknown(reason);
        }
        let count = interface.private_ip_addresses.len().max(interface.ipv6_addresses.len()).max(1);
        (0..count)
            .map(|at| {
                Self::at(
                    base.clone(),
                    interface
                        .private_ip_addresses
                        .get(at)
                        .or(interface.private_ip_addresses.first())
                        .map(String::as_str),
                    interface
                        .ipv6_addresses
                        .get(at)
                        .or(interface.ipv6_addresses.first())
                        .map(String::as_str),
                )
            })
            .collect()
    }

    fn instances(&self, options: &Options, things: &mut Vec<Thing<'a>>) {
        let model = self.world.model;
        let mut attached: HashMap<&str, Vec<&'a NetworkInterface>> = HashMap::new();
        for interface in model.network_interfaces.values() {
            if let Some(instance) = interface.instance_id.as_deref() {
                attached.entry(instance).or_default().push(interface);
            }
        }
        let elastic: std::collections::HashSet<&str> = model
            .elastic_ips
            .values()
            .filter_map(|address| address.instance_id.as_deref())
            .collect();
        for instance in model.instances.values() {
            if matches!(instance.state.as_deref(), Some("terminated" | "shutting-down")) {
                continue;
            }
            let bastion = instance.tags.get(&options.bastion_tag.0) == Some(&options.bastion_tag.1);
            let (role, kind) =
                if bastion { (Role::Bastion, "bastion") } else { (Role::Instance, "instance") };
            let mut thing = Self::thing(instance, role, kind);
            let interfaces = attached.get(instance.id.as_str()).map_or(&[][..], Vec::as_slice);
            let is_public =
                instance.public_ip_address.is_some() || elastic.contains(instance.id.as_str());
            for interface in interfaces {
                let mut found = self.of_interface(interface);
                // The instance's own address is that of its first interface.
                let is_first = interfaces.len() == 1
                    || instance
                        .private_ip_address
                        .as_ref()
                        .is_some_and(|own| interface.private_ip_addresses.contains(own));
                if is_public && is_first {
                    for presence in &mut found {
                        presence.public_v4 = Maybe::Yes;
                    }
                }
                thing.presences.extend(found);
            }
            let covered = interfaces.iter().any(|interface| {
                interface.subnet_id == instance.subnet_id
                    && match &instance.private_ip_address {
                        Some(own) => interface.private_ip_addresses.contains(own),
                        // Of a template: another interface has other groups, or
                        // is not given an address.
                        None => {
                            instance.associate_public_ip_address != Some(true)
                                && interface.security_group_ids == instance.security_group_ids
                        }
                    }
            });
            if !covered {
                match instance.subnet_id.as_deref() {
                    Some(subnet) => {
                        let mut own =
                            self.in_subnet(subnet, instance, &instance.security_group_ids);
                        own.public_v4 = if is_public {
                            Maybe::Yes
                        } else {
                            self.flag(
                                instance,
                                instance.associate_public_ip_address,
                                "/associate_public_ip_address",
                                "it has no public address",
                            )
                        };
                        thing.presences.push(Self::at(
                            own,
                            instance.private_ip_address.as_deref(),
                            instance.ipv6_addresses.first().map(String::as_str),
                        ));
                    }
                    None if thing.presences.is_empty() => {
                        thing.unplaced =
                            Some(self.gap(instance, "/subnet_id").unwrap_or_else(|| {
                                format!("the subnet of {}", World::name_of(instance))
                            }));
                    }
                    None => {}
                }
            }
            things.push(thing);
        }
    }

    fn services(&self, things: &mut Vec<Thing<'a>>) {
        for service in self.world.model.ecs_services.values() {
            if service.status.as_deref() == Some("INACTIVE") {
                continue;
            }
            let mut thing = Self::thing(service, Role::Service, "service");
            for subnet in &service.subnet_ids {
                let mut presence = self.in_subnet(subnet, service, &service.security_group_ids);
                presence.public_v4 = self.flag(
                    service,
                    service.assign_public_ip,
                    "/assign_public_ip",
                    "its tasks get no public address",
                );
                thing.presences.push(presence);
            }
            thing.unplaced = self.gap(service, "/subnet_ids");
            if thing.presences.is_empty() && thing.unplaced.is_none() {
                thing.unplaced = Some(format!(
                    "{} has no network configuration: its tasks share the network of their container instances",
                    World::name_of(service)
                ));
            }
            things.push(thing);
        }
    }

    /// A presence in a subnet as the interfaces that are known there.
    fn settled(&self, presence: Presence<'a>, nodes: &[&'a NetworkInterface]) -> Vec<Presence<'a>> {
        let place = presence.place.and_then(|at| self.world.places.get(at));
        let here = nodes.iter().filter(|interface| {
            place.is_some_and(|place| interface.subnet_id.as_deref() == Some(&place.subnet.id))
        });
        let found: Vec<Presence<'a>> = here
            .map(|interface| {
                let v4 = interface.private_ip_addresses.first().map(String::as_str);
                let v6 = interface.ipv6_addresses.first().map(String::as_str);
                let own = Presence { interface: Some(interface), ..presence.clone() };
                Self::at(own, v4, v6)
            })
            .collect();
        if found.is_empty() { vec![presence] } else { found }
    }

    fn load_balancers(&self, nodes: &Nodes<'a>, things: &mut Vec<Thing<'a>>) {
        let model = self.world.model;
        let listeners = super::balancers::listeners(model);
        for balancer in model.load_balancers.values() {
            let network = balancer.load_balancer_type.as_deref() == Some("network");
            let kind = match balancer.load_balancer_type.as_deref() {
                Some("network") => "network load balancer",
                Some("gateway") => "gateway load balancer",
                _ => "application load balancer",
            };
            let mut thing = Self::thing(balancer, Role::LoadBalancer, kind);
            thing.initiates = false;
            let own = balancer.arn.as_deref().and_then(|arn| arn.split_once("loadbalancer/"));
            let own = own.and_then(|(_, name)| nodes.get(format!("ELB {name}").as_str()));
            for subnet in &balancer.subnet_ids {
                let mut presence = self.in_subnet(subnet, balancer, &balancer.security_group_ids);
                if network
                    && balancer.security_group_ids.is_empty()
                    && self.gap(balancer, "/security_group_ids").is_none()
                {
                    presence.groups.clear();
                    presence.groups_doubt = None;
                    presence.unfiltered = true;
                }
                let scheme = balancer.scheme.as_deref().map(|scheme| scheme == "internet-facing");
                presence.public_v4 =
                    self.flag(balancer, scheme, "/scheme", "its scheme is internal");
                let dual = balancer
                    .ip_address_type
                    .as_deref()
                    .is_some_and(|kind| kind.starts_with("dualstack"));
                presence.has_v6 =
                    if dual { Maybe::Yes } else { Maybe::No("its address type is ipv4".into()) };
                let own = own.map_or(&[][..], Vec::as_slice);
                thing.presences.extend(self.settled(presence, own));
            }
            thing.unplaced = self.gap(balancer, "/subnet_ids");
            if thing.presences.is_empty() && thing.unplaced.is_none() {
                thing.unplaced = Some(format!("the subnets of {}", World::name_of(balancer)));
            }
            thing.listens = super::balancers::listens(
                self.world,
                balancer,
                listeners.get(balancer.id.as_str()).map_or(&[][..], Vec::as_slice),
            );
            things.push(thing);
        }
    }

    fn endpoints(&self, nodes: &Nodes<'a>, things: &mut Vec<Thing<'a>>) {
        for endpoint in self.world.model.vpc_endpoints.values() {
            if endpoint.vpc_endpoint_type.as_deref() != Some("Interface") {
                continue;
            }
            let mut thing = Self::thing(endpoint, Role::Other, "interface endpoint");
            thing.initiates = false;
            let own = nodes.get(format!("VPC Endpoint Interface {}", endpoint.id).as_str());
            let own = own.map_or(&[][..], Vec::as_slice);
            thing.presences = endpoint
                .subnet_ids
                .iter()
                .map(|subnet| self.in_subnet(subnet, endpoint, &endpoint.security_group_ids))
                .flat_map(|presence| self.settled(presence, own))
                .collect();
            thing.unplaced = self.gap(endpoint, "/subnet_ids");
            things.push(thing);
        }
    }

    fn interfaces(&self, things: &mut Vec<Thing<'a>>) {
        let model = self.world.model;
        let owners = Owners::of(model);
        for interface in model.network_interfaces.values() {
            if owners.own(model, interface) || interface.status.as_deref() == Some("available") {
                continue;
            }
            let lambda = interface.interface_type.as_deref() == Some("lambda")
                || interface
                    .description
                    .as_deref()
                    .is_some_and(|text| text.starts_with("AWS Lambda"));
            let kind = if lambda { "function" } else { "network interface" };
            let mut thing = Self::thing(interface, Role::Other, kind);
            thing.accepts = !lambda;
            thing.initiates = !matches!(
                service_of(interface),
                Some("load_balancers" | "vpc_endpoints" | "nat_gateways")
            );
            // Those of VPC links carry requests of APIs, and take none.
            thing.accepts &= service_of(interface) != Some("api_gateway_v2_vpc_links");
            thing.presences = self.of_interface(interface);
            if thing.presences.is_empty() {
                thing.unplaced = Some(
                    self.gap(interface, "/subnet_id")
                        .unwrap_or_else(|| format!("the subnet of {}", World::name_of(interface))),
                );
            }
            things.push(thing);
        }
    }
}
