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

use super::facts::{Asked, port_doubt};
use super::flow::{
    Flow, Other, Piece, Query, Stop, Witness, client_port, client_ports, connect, group_pieces,
    through_acl,
};
use super::hops::{self, Start};
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges};
use super::rules::{Direction, Group, Peer};
use super::things::{Presence, Role, Thing};
use super::world::{BlockMode, World};
use crate::model::{
    CloudFrontVpcOrigin, Hop, NetworkInterface, NetworkPath, Resource, SecurityGroup,
};

/// How the name of the group begins that CloudFront makes for the interfaces of
/// VPC origins.
const CLOUDFRONT_GROUP: &str = "CloudFront-VPCOrigins-Service-SG";

/// The tag that CloudFront gives what it makes for VPC origins.
const CLOUDFRONT_TAG: &str = "aws.cloudfront.vpcorigin";

/// AWS's prefix list of the addresses from which CloudFront connects to
/// origins.
const CLOUDFRONT_LIST: &str = "com.amazonaws.global.cloudfront.origin-facing";

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

/// Whether the connections of a service get into a presence; `also` are groups
/// that admit them too, of a load balancer that passes them on.
fn enter(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    also: &[usize],
) -> Flow {
    match &entry.source {
        Source::Interfaces(sources) => {
            let mut best = Flow::No(Stop::NoAddress);
            for source in sources {
                let mut source = source.clone();
                source.groups.extend_from_slice(also);
                match connect(world, &source, presence, query) {
                    Flow::Yes(witness) => return Flow::Yes(witness),
                    Flow::Unknown(reason) => best = Flow::Unknown(reason),
                    Flow::No(stop) if !matches!(best, Flow::Unknown(_)) => best = Flow::No(stop),
                    Flow::No(_) => {}
                }
            }
            best
        }
        Source::CloudFront => from_cloudfront(world, presence, query, also),
        Source::PrivateLink => by_private_link(world, presence, query),
        Source::Accelerator => {
            if query.family == Family::V6 {
                return Flow::No(Stop::NoAddress);
            }
            if let Some(flow) = blocked(world, presence) {
                return flow;
            }
            let Some(clients) = world.internet.first() else { return Flow::No(Stop::NoAddress) };
            let other =
                Other { addresses: clients, groups: also, groups_doubt: None, references: true };
            match group_pieces(world, presence, Direction::In, query, other).is_empty() {
                true => Flow::No(Stop::Ingress),
                false => Flow::Unknown("which clients the accelerator takes".to_owned()),
            }
        }
    }
}

/// What Block Public Access says where it does not let internet traffic in.
fn blocked(world: &World<'_>, presence: &Presence<'_>) -> Option<Flow> {
    match presence.place.and_then(|at| world.places.get(at)).map(|place| &place.block) {
        Some(BlockMode::Ingress | BlockMode::Both) => Some(Flow::No(Stop::NoRoute)),
        Some(BlockMode::Unknown(reason)) => Some(Flow::Unknown(reason.clone())),
        _ => None,
    }
}

fn witness(world: &World<'_>, presence: &Presence<'_>, query: Query<'_>, ports: Ports) -> Flow {
    let Some(port) = ports.example(query.protocol) else { return Flow::No(Stop::Ingress) };
    let at = query.family as usize;
    let own = presence.addresses.get(at).and_then(Ranges::first).unwrap_or_default();
    let place = presence.place.and_then(|place| world.places.get(place));
    let source = place.and_then(|place| place.addresses.get(at)).and_then(Ranges::first);
    Flow::Yes(Witness {
        family: query.family,
        protocol: query.protocol,
        port,
        ports,
        reply_port: client_port(&client_ports()).unwrap_or(1),
        source: source.unwrap_or(own),
        target: own,
    })
}

/// CloudFront connects over IPv4 from interfaces in the VPC. Rules admit it by
/// its group, by its prefix list, or by a range that has every address it may
/// have; with a range that has some of them the address decides.
fn from_cloudfront(
    world: &World<'_>,
    presence: &Presence<'_>,
    query: Query<'_>,
    also: &[usize],
) -> Flow {
    if query.family == Family::V6 {
        return Flow::No(Stop::NoAddress);
    }
    let mut open = match blocked(world, presence) {
        Some(Flow::Unknown(reason)) => Some(reason),
        Some(flow) => return flow,
        None => None,
    };
    let mut sure = Ports::none();
    let mut possible = presence.groups_doubt.clone();
    if presence.unfiltered {
        sure = query.ports.clone();
    }
    let addresses = cloudfront_addresses(world, presence);
    for group in presence.groups.iter().filter_map(|at| world.groups.get(*at)) {
        possible = possible.or_else(|| group.may_lack(Direction::In).map(str::to_owned));
        for rule in group.ingress.iter().filter(|rule| rule.is_about(query.protocol)) {
            let ports = rule.ports.intersect(query.ports);
            if ports.is_empty() {
                continue;
            }
            let admits = match &rule.peer {
                _ if names_cloudfront(world, group, rule.index) => Some(None),
                Peer::Group(at) if also.contains(at) => Some(None),
                Peer::Group(at) => world
                    .groups
                    .get(*at)
                    .is_some_and(|group| is_cloudfront_group(group.group))
                    .then_some(None),
                Peer::Foreign(id) => Some(Some(format!("whether group {id} is CloudFront's"))),
                Peer::Unknown => Some(Some("whom a rule admits".to_owned())),
                Peer::Addresses([own, _]) if own.covers(&addresses) => Some(None),
                Peer::Addresses([own, _]) => own
                    .overlaps(&addresses)
                    .then(|| Some("the address that CloudFront connects from decides".to_owned())),
            };
            match admits.map(|doubt| doubt.or_else(|| rule.doubt.clone())) {
                Some(None) => sure = sure.union(&ports),
                Some(Some(doubt)) => possible = possible.or(Some(doubt)),
                None => {}
            }
        }
    }
    if sure.is_empty() {
        return possible.map_or(Flow::No(Stop::Ingress), Flow::Unknown);
    }
    // In the subnet of its interface no ACL judges it, elsewhere that one does.
    let vpc = presence.vpc.and_then(|vpc| world.vpc_addresses.get(vpc));
    let peers = vpc.and_then(|own| own.first()).cloned().unwrap_or_default();
    let whole = Piece { peers, ports: sure.clone(), reply: client_ports(), doubt: None };
    let through = through_acl(world, presence.place, Direction::In, query, vec![whole]);
    if !through.iter().any(|piece| piece.doubt.is_none()) {
        open.get_or_insert_with(|| {
            "whether a network ACL stops it, or the answer, depends on the subnet of CloudFront's interface"
                .to_owned()
        });
    }
    match open {
        Some(reason) => Flow::Unknown(reason),
        None => witness(world, presence, query, sure),
    }
}

/// The addresses that CloudFront may connect from: those of the VPC, where it
/// has interfaces, and those of its prefix list, of the whole internet where
/// that is not at hand.
fn cloudfront_addresses(world: &World<'_>, presence: &Presence<'_>) -> Ranges {
    let vpc = presence.vpc.and_then(|vpc| world.vpc_addresses.get(vpc));
    let inside = vpc.and_then(|own| own.first()).cloned().unwrap_or_default();
    let mut lists = world.model.prefix_lists.values();
    let list = lists.find(|list| list.name.as_deref() == Some(CLOUDFRONT_LIST));
    let outside = match list.filter(|list| !list.cidrs.is_empty()) {
        Some(list) => list
            .cidrs
            .iter()
            .filter_map(|text| super::ranges::parse_cidr(text))
            .filter(|(family, _)| *family == Family::V4)
            .fold(Ranges::empty(), |sum, (_, own)| sum.union(&own)),
        None => world.internet.first().cloned().unwrap_or_default(),
    };
    inside.union(&outside)
}

/// Whether a rule's peer is CloudFront's prefix list.
fn names_cloudfront(world: &World<'_>, group: &Group<'_>, index: usize) -> bool {
    let rule = group.group.ingress.get(index);
    let id = rule.and_then(|rule| rule.prefix_list_id.as_deref());
    id.is_some_and(|id| {
        let list = world.model.prefix_lists.get(id);
        id == CLOUDFRONT_LIST
            || list.is_some_and(|list| list.name.as_deref() == Some(CLOUDFRONT_LIST))
    })
}

/// PrivateLink connects from addresses that the VPC does not have, and a load
/// balancer may be told to let it past its groups.
fn by_private_link(world: &World<'_>, presence: &Presence<'_>, query: Query<'_>) -> Flow {
    if query.family == Family::V6 {
        return Flow::No(Stop::NoAddress);
    }
    if presence.unfiltered {
        return witness(world, presence, query, query.ports.clone());
    }
    let all = Ranges::all(Family::V4);
    let other = Other { addresses: &all, groups: &[], groups_doubt: None, references: false };
    let pieces = group_pieces(world, presence, Direction::In, query, other);
    let sure = pieces.iter().filter(|piece| piece.doubt.is_none() && piece.peers.covers(&all));
    let ports = sure.fold(Ports::none(), |sum, piece| sum.union(&piece.ports));
    if ports.is_empty() {
        return Flow::Unknown(
            "whether the load balancer's security groups count for PrivateLink".to_owned(),
        );
    }
    witness(world, presence, query, ports)
}

/// Why entries that could not be listed may reach a thing.
fn unseen(world: &World<'_>, thing: &Thing<'_>, asked: &Asked) -> Vec<String> {
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

/// The path of a service's connection to a thing, from the internet.
fn path(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> NetworkPath {
    let text = format!("{} {}", entry.what, World::name_of(entry.resource));
    let internet = Hop { resource: None, path: None, description: "the internet".to_owned() };
    let own = Hop {
        resource: Some(entry.resource.reference()),
        path: Some(entry.attribute.to_owned()),
        description: text,
    };
    let rest = onward(world, entry, thing, presence, witness);
    NetworkPath {
        from: None,
        from_label: "internet".to_owned(),
        packet: String::new(),
        hops: [internet, own].into_iter().chain(rest.hops).collect(),
        ..rest
    }
}

/// The rest of a path, from the service to a presence.
fn onward(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> NetworkPath {
    if let Source::Interfaces(sources) = &entry.source {
        let at = world.thing_index.get(&(entry.resource.collection(), entry.resource.id()));
        let own = at.and_then(|at| world.things.get(*at));
        let from = sources.iter().find(|source| {
            let own = source.addresses.get(witness.family as usize);
            own.is_some_and(|own| own.contains(witness.source))
        });
        if let (Some(own), Some(from)) = (own, from) {
            let mut whole = hops::path(world, Start::Thing(own, from), thing, presence, witness);
            whole.hops = whole.hops.split_off(whole.hops.len().min(1));
            return whole;
        }
    }
    hops::from_service(world, thing, presence, witness, |group, rule| {
        names_cloudfront(world, group, rule.index)
            || match &rule.peer {
                Peer::Group(at) => {
                    world.groups.get(*at).is_some_and(|group| is_cloudfront_group(group.group))
                }
                Peer::Addresses([own, _]) => own.contains(witness.source),
                Peer::Foreign(_) | Peer::Unknown => false,
            }
    })
}

/// What a load balancer that keeps the client's address hands on to a target
/// of what a service sent it.
pub fn handed_on(
    world: &World<'_>,
    through: Through,
    balancer: &Thing<'_>,
    node: &Presence<'_>,
    target: (&Thing<'_>, &Presence<'_>),
    query: Query<'_>,
) -> Result<Option<NetworkPath>, String> {
    let Some(entry) = world.service_entries.get(through.0) else { return Ok(None) };
    if matches!(entry.source, Source::PrivateLink) {
        // PrivateLink always has the load balancer's address.
        let (thing, presence) = target;
        return super::internet::proxied(world, balancer, node, thing, presence, query);
    }
    let (thing, presence) = target;
    match enter(world, entry, presence, query, &node.groups) {
        Flow::Yes(witness) => {
            let rest = onward(world, entry, thing, presence, &witness);
            let own = Hop {
                resource: Some(balancer.resource.reference()),
                path: None,
                description: World::name_of(balancer.resource).to_owned(),
            };
            Ok(Some(NetworkPath { hops: std::iter::once(own).chain(rest.hops).collect(), ..rest }))
        }
        Flow::Unknown(reason) => Err(reason),
        Flow::No(_) => Ok(None),
    }
}

/// Adds the version 2 VPC links, which start connections from interfaces of
/// their own and take none.
pub fn collect<'a>(collector: &super::things::Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    for link in collector.world.model.api_gateway_v2_vpc_links.values() {
        let mut thing = super::things::Collector::thing(link, Role::Other, "VPC link");
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
