//! Ways from the internet that managed services open into a VPC, beside its
//! gateways: CloudFront's VPC origins, API Gateway's VPC links, and the
//! interfaces of accelerators.
//!
//! Source: Amazon CloudFront developer guide, "Restrict access with VPC
//! origins"; API Gateway developer guide, "Private integrations"; Elastic Load
//! Balancing user guide, "Security groups for Network Load Balancers"
//! (PrivateLink); Global Accelerator developer guide, "Preserve client IP
//! addresses"; Amazon VPC user guide, "Block public access to VPCs and
//! subnets".

mod admission;
mod paths;
mod unseen;

pub use paths::handed_on;
pub use unseen::admits_somebody;

use super::facts::{Asked, port_doubt};
use super::flow::{Flow, Query, Stop};
use super::ports::{Ports, Protocol};
use super::ranges::Family;
use super::things::{Collector, Presence, Role, Thing};
use super::world::World;
use crate::model::{CloudFrontVpcOrigin, NetworkInterface, NetworkPath, Resource, SecurityGroup};
use admission::enter;
use paths::path;
use unseen::unseen;

/// How the name of the group begins that CloudFront makes for the interfaces of
/// VPC origins.
const CLOUDFRONT_GROUP: &str = "CloudFront-VPCOrigins-Service-SG";

/// The tag that CloudFront gives what it makes for VPC origins.
const CLOUDFRONT_TAG: &str = "aws.cloudfront.vpcorigin";

/// A way of a managed service into a VPC.
#[derive(Debug)]
pub struct ServiceEntry<'a> {
    /// The resource that it is.
    resource: &'a dyn Resource,
    /// The attribute that tells where it leads.
    attribute: &'static str,
    /// What it is, in words.
    what: &'static str,
    /// What it is known to lead to: things, each with the ports.
    leads_to: Vec<(usize, Ports)>,
    /// Why it may lead to more.
    may_lead: Option<String>,
    /// The VPC that it is in, where that is known.
    vpc: Option<&'a str>,
    /// Where its connections come from.
    source: Source<'a>,
}

/// Where the connections of a service come from.
#[derive(Debug)]
enum Source<'a> {
    /// CloudFront: its interfaces in the VPC, known by its own security group,
    /// or the addresses of its prefix list.
    CloudFront,
    /// Interfaces with security groups of their own.
    Interfaces(Vec<Presence<'a>>),
    /// PrivateLink: addresses outside the VPC, and groups count only where the
    /// load balancer was told so.
    PrivateLink,
    /// An accelerator, which keeps the client's address.
    Accelerator,
}

/// The entries of a model, once its things are known.
pub fn compile<'a>(world: &World<'a>) -> Vec<ServiceEntry<'a>> {
    let model = world.model;
    let mut found: Vec<ServiceEntry<'a>> = Vec::new();
    found.extend(model.cloudfront_vpc_origins.values().map(|origin| vpc_origin(world, origin)));
    for link in model.api_gateway_vpc_links.values() {
        let balancers = link.load_balancers.iter();
        let known = balancers.filter_map(|id| world.thing_index.get(&("load_balancers", id)));
        found.push(ServiceEntry {
            resource: link,
            attribute: "/load_balancers",
            what: "API Gateway VPC link",
            leads_to: known.map(|at| (*at, Ports::all())).collect(),
            may_lead: gap(world, link, "/load_balancers"),
            vpc: None,
            source: Source::PrivateLink,
        });
    }
    for link in model.api_gateway_v2_vpc_links.values() {
        let own = world.thing_index.get(&("api_gateway_v2_vpc_links", link.id.as_str()));
        let own = own.and_then(|at| world.things.get(*at));
        found.push(ServiceEntry {
            resource: link,
            attribute: "/integrations",
            what: "API Gateway VPC link",
            leads_to: link.integrations.iter().filter_map(|to| integration(world, to)).collect(),
            may_lead: Some(format!(
                "what APIs reach by VPC link {}: integrations of other stacks and services of Cloud Map are not read",
                World::name_of(link)
            )),
            vpc: link.vpc_id.as_deref(),
            source: Source::Interfaces(own.map(|own| own.presences.clone()).unwrap_or_default()),
        });
    }
    found.extend(model.network_interfaces.values().filter_map(|one| of_interface(world, one)));
    found
}

fn gap(world: &World<'_>, resource: &dyn Resource, path: &str) -> Option<String> {
    let reason = world.gaps.own(resource.collection(), resource.id(), path)?;
    Some(format!("{path} of {}: {reason}", World::name_of(resource)))
}

fn vpc_origin<'a>(world: &World<'a>, origin: &'a CloudFrontVpcOrigin) -> ServiceEntry<'a> {
    let known = origin.endpoint.as_deref().and_then(|id| {
        let at = |collection| world.thing_index.get(&(collection, id)).copied();
        at("load_balancers").or_else(|| at("instances"))
    });
    let port = |value: Option<i64>| {
        let number = value.and_then(|port| u16::try_from(port).ok());
        number.map_or_else(Ports::all, Ports::one)
    };
    let ports = match origin.origin_protocol_policy.as_deref() {
        Some("http-only") => port(origin.http_port),
        Some("https-only") => port(origin.https_port),
        _ => port(origin.http_port).union(&port(origin.https_port)),
    };
    let unknown = || {
        gap(world, origin, "/endpoint")
            .unwrap_or_else(|| format!("what VPC origin {} leads to", World::name_of(origin)))
    };
    ServiceEntry {
        resource: origin,
        attribute: "/endpoint",
        what: "CloudFront VPC origin",
        leads_to: known.map(|at| (at, ports)).into_iter().collect(),
        may_lead: known.is_none().then(unknown),
        vpc: None,
        source: Source::CloudFront,
    }
}

/// The load balancer and port that an integration names.
fn integration(world: &World<'_>, named: &str) -> Option<(usize, Ports)> {
    let listener = world.model.listeners.get(named);
    let balancer = listener.map_or(Some(named), |listener| listener.load_balancer.as_deref())?;
    let at = world.thing_index.get(&("load_balancers", balancer))?;
    let port = listener.and_then(|listener| u16::try_from(listener.port?).ok());
    Some((*at, port.map_or_else(Ports::all, Ports::one)))
}

/// The entry that an interface is of, which the service made in the account:
/// that tells of it even where the service itself was not asked.
fn of_interface<'a>(
    world: &World<'a>,
    interface: &'a NetworkInterface,
) -> Option<ServiceEntry<'a>> {
    let is_cloudfront = interface.tags.contains_key(CLOUDFRONT_TAG)
        || interface
            .security_group_ids
            .iter()
            .any(|id| world.model.security_groups.get(id).is_some_and(is_cloudfront_group));
    let (what, source) = match interface.interface_type.as_deref() {
        _ if is_cloudfront => ("CloudFront VPC origin", Source::CloudFront),
        Some("api_gateway_managed") => {
            let own = world.thing_index.get(&("network_interfaces", interface.id.as_str()));
            let own = own.and_then(|at| world.things.get(*at));
            let presences = own.map(|own| own.presences.clone()).unwrap_or_default();
            ("API Gateway VPC link", Source::Interfaces(presences))
        }
        Some("global_accelerator_managed") => ("accelerator", Source::Accelerator),
        _ => return None,
    };
    let reason = format!("what the {what} with interface {} leads to", interface.id);
    Some(ServiceEntry {
        resource: interface,
        attribute: "/interface_type",
        what,
        leads_to: Vec::new(),
        may_lead: Some(reason),
        vpc: interface.vpc_id.as_deref(),
        source,
    })
}

fn is_cloudfront_group(group: &SecurityGroup) -> bool {
    group.name.as_deref().is_some_and(|name| name.starts_with(CLOUDFRONT_GROUP))
        || group.tags.contains_key(CLOUDFRONT_TAG)
}

/// What services reach of a thing, or may.
#[derive(Debug, Default)]
pub struct Answer {
    /// How, with the source that a target sees.
    pub paths: Vec<(NetworkPath, Through)>,
    /// What leaves it open.
    pub unknown: Vec<String>,
    /// What stops it.
    pub refuted: Vec<String>,
}

/// An entry by its place in [`World::service_entries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through(usize);

/// What services reach of a thing on behalf of the internet. Whoever the
/// client is, its address stays behind.
pub fn to(world: &World<'_>, at: usize, thing: &Thing<'_>, asked: &Asked) -> Answer {
    let mut answer = Answer::default();
    if !thing.accepts {
        return answer;
    }
    let asked = Asked { ports: asked.ports.clone(), protocol: asked.protocol, ..Asked::default() };
    for (index, entry) in world.service_entries.iter().enumerate() {
        let name = World::name_of(entry.resource);
        for (_, ports) in entry.leads_to.iter().filter(|(to, _)| *to == at) {
            let mut reached = false;
            for (query, presence) in each(thing, &asked, ports) {
                let query = query.query();
                match enter(world, entry, presence, query, &[]) {
                    Flow::Yes(witness) if reached => drop(witness),
                    Flow::Yes(witness) => match port_doubt(thing, &witness.ports) {
                        None => {
                            let path = path(world, entry, thing, presence, &witness);
                            answer.paths.push((path, Through(index)));
                            reached = true;
                        }
                        Some(reason) => answer.unknown.push(reason),
                    },
                    Flow::Unknown(reason) => {
                        answer.unknown.push(format!("{} {name}: {reason}", entry.what));
                    }
                    Flow::No(stop) => answer.refuted.push(stopped(entry, stop)),
                }
            }
        }
        let is_led = entry.leads_to.iter().any(|(to, _)| *to == at);
        if let Some(reason) = entry.may_lead.as_ref().filter(|_| !is_led && entry.may_be_of(thing))
            && may_enter(world, entry, thing, &asked)
        {
            answer.unknown.push(reason.clone());
        }
    }
    answer.unknown.extend(unseen(world, thing, &asked));
    answer
}

/// Whether a service may reach a thing.
pub fn may_reach(world: &World<'_>, at: usize, thing: &Thing<'_>) -> bool {
    let answer = to(world, at, thing, &Asked::default());
    !answer.paths.is_empty() || !answer.unknown.is_empty()
}

fn stopped(entry: &ServiceEntry<'_>, stop: Stop) -> String {
    let name = World::name_of(entry.resource);
    let fact = match stop {
        Stop::NoRoute => "VPC Block Public Access stops it",
        Stop::Egress => "its security groups do not let it out",
        Stop::Ingress => "no security group of the target admits it",
        Stop::Acl | Stop::AclOfSource => "a network ACL stops it, or the answer",
        _ => "it has no way there",
    };
    format!("{} {name}: {fact}", entry.what)
}

/// A question with ports of its own.
struct Asking {
    family: Family,
    protocol: Protocol,
    ports: Ports,
}

impl Asking {
    fn query(&self) -> Query<'_> {
        Query { family: self.family, protocol: self.protocol, ports: &self.ports, clients: None }
    }
}

/// The TCP questions of a thing within some ports, for each of its presences.
fn each<'t, 'a>(
    thing: &'t Thing<'a>,
    asked: &Asked,
    within: &Ports,
) -> Vec<(Asking, &'t Presence<'a>)> {
    let mut found = Vec::new();
    for family in Family::ALL {
        for (protocol, ports) in asked.questions(thing, family) {
            let ports = ports.intersect(within);
            if protocol != Protocol::Tcp || ports.is_empty() {
                continue;
            }
            for presence in &thing.presences {
                found.push((Asking { family, protocol, ports: ports.clone() }, presence));
            }
        }
    }
    found
}

impl ServiceEntry<'_> {
    /// Whether the service takes targets of a thing's kind.
    fn may_be_of(&self, thing: &Thing<'_>) -> bool {
        match self.source {
            Source::CloudFront | Source::Accelerator => {
                matches!(thing.resource.collection(), "load_balancers" | "instances")
            }
            Source::PrivateLink => thing.kind == "network load balancer",
            Source::Interfaces(_) => thing.resource.id() != self.resource.id(),
        }
    }
}

/// Whether a service may open connections to a thing that it is not known to
/// lead to.
fn may_enter(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    thing: &Thing<'_>,
    asked: &Asked,
) -> bool {
    let all = Ports::all();
    // Interfaces connect over peerings too, the others to their own VPC alone.
    let is_in_reach = |presence: &Presence<'_>| {
        matches!(entry.source, Source::Interfaces(_))
            || entry.vpc.is_none()
            || presence.vpc.is_none()
            || presence.vpc == entry.vpc
    };
    let mut each = each(thing, asked, &all).into_iter();
    each.any(|(asking, presence)| {
        if !is_in_reach(presence) {
            return false;
        }
        let flow = enter(world, entry, presence, asking.query(), &[]);
        !matches!(flow, Flow::No(_))
    })
}

/// Adds the version 2 VPC links, which start connections from interfaces of
/// their own and take none.
pub fn collect<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    for link in collector.world.model.api_gateway_v2_vpc_links.values() {
        let mut thing = Collector::thing(link, Role::Other, "VPC link");
        thing.accepts = false;
        thing.presences = link
            .subnet_ids
            .iter()
            .map(|subnet| collector.in_subnet(subnet, link, &link.security_group_ids))
            .collect();
        thing.unplaced = collector.gap(link, "/subnet_ids");
        if thing.presences.is_empty() && thing.unplaced.is_none() {
            thing.unplaced = Some(format!("the subnets of {}", World::name_of(link)));
        }
        things.push(thing);
    }
}
