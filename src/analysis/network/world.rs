//! The network of a model, compiled and indexed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::Options;
use super::acl::{self, Acl};
use super::balancers::{self, Edge};
use super::connections::{self, Connections};
use super::gaps::Gaps;
use super::ranges::{Family, Ranges, internet, parse_cidr};
use super::routes::{self, Table};
use super::rules::{self, Group};
use super::service_entries::{self, ServiceEntry};
use super::things::{self, Role, Thing};
use super::unseen_targets::{self, OpenBalancer};
use crate::model::{Model, Reason, Region, Resource, Snapshot, Subnet};

/// How VPC Block Public Access treats a subnet.
///
/// Source: Amazon VPC user guide, "Block public access to VPCs and subnets".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockMode {
    /// Nothing is blocked.
    Off,
    /// Traffic that starts at the internet is blocked.
    Ingress,
    /// All traffic through internet gateways is blocked.
    Both,
    /// Not known, and why.
    Unknown(String),
}

/// A subnet with what is in force in it.
#[derive(Debug)]
pub struct Place<'a> {
    /// The subnet.
    pub subnet: &'a Subnet,
    /// The route table in force, or why it is not known.
    pub table: Result<usize, String>,
    /// The network ACL in force, or why it is not known.
    pub acl: Result<usize, String>,
    /// The addresses in it; everything where its ranges are not known.
    pub addresses: [Ranges; 2],
    /// Whether the addresses are known.
    pub known: [bool; 2],
    /// Block Public Access.
    pub block: BlockMode,
}

/// Presences (thing and presence) by the kind of thing.
pub type ByKind = BTreeMap<&'static str, Vec<(usize, usize)>>;

/// The network of a model, compiled and indexed.
#[derive(Debug)]
pub struct World<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its gaps.
    pub gaps: Gaps<'a>,
    /// Subnets in the order of their keys.
    pub places: Vec<Place<'a>>,
    /// Subnets by key.
    pub place_index: HashMap<&'a str, usize>,
    /// Security groups in the order of their keys.
    pub groups: Vec<Group<'a>>,
    /// Security groups by key.
    pub group_index: HashMap<&'a str, usize>,
    /// Route tables in the order of their keys.
    pub tables: Vec<Table<'a>>,
    /// Network ACLs in the order of their keys.
    pub acls: Vec<Acl<'a>>,
    /// Everything with a presence in the network.
    pub things: Vec<Thing<'a>>,
    /// Things by collection and key.
    pub thing_index: HashMap<(&'a str, &'a str), usize>,
    /// Presences that carry each group.
    pub carriers: Vec<ByKind>,
    /// Presences of each VPC.
    pub residents: HashMap<&'a str, ByKind>,
    /// The kinds of things that start connections.
    pub kinds: BTreeSet<&'static str>,
    /// Single addresses of the bastions of each VPC.
    pub bastions: HashMap<&'a str, [Ranges; 2]>,
    /// The VPCs' default groups.
    pub default_groups: HashMap<&'a str, usize>,
    /// Interfaces that an elastic address is mapped to.
    pub elastic: HashSet<&'a str>,
    /// Route tables of gateways.
    pub edge_tables: Vec<usize>,
    /// Subnets of each VPC.
    pub vpc_places: HashMap<&'a str, Vec<usize>>,
    /// The addresses of each VPC's subnets and presences.
    pub vpc_addresses: HashMap<&'a str, [Ranges; 2]>,
    /// Presences whose groups or place are not all known.
    pub doubtful: ByKind,
    /// What load balancers forward to each thing.
    pub edges: Vec<Vec<Edge<'a>>>,
    /// Ways of managed services into VPCs.
    pub service_entries: Vec<ServiceEntry<'a>>,
    /// Load balancers of which only the interfaces are known.
    pub unlisted_balancers: Vec<Thing<'a>>,
    /// Load balancers that may forward to more.
    pub open_balancers: Vec<OpenBalancer>,
    /// What each subnet's routes lead to outside its VPC.
    pub connections: Connections<'a>,
    /// The addresses of the internet.
    pub internet: [Ranges; 2],
    /// Whether paths tell of a packet and of its answer too.
    pub in_detail: bool,
    /// The addresses that administrators come from, where they are named.
    pub admins: Option<[Ranges; 2]>,
    /// Public addresses, once they were asked for.
    public: OnceLock<Vec<(Ranges, usize, usize)>>,
}

impl<'a> World<'a> {
    /// Compiles a snapshot's network. Tiers must have been derived.
    pub fn new(snapshot: &'a Snapshot, options: &Options) -> Self {
        let model = &snapshot.model;
        let gaps = Gaps::new(&snapshot.gaps);
        let group_index: HashMap<&str, usize> =
            model.security_groups.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let groups = model
            .security_groups
            .values()
            .map(|group| rules::compile(model, &gaps, group, &group_index))
            .collect();
        let tables =
            model.route_tables.values().map(|table| routes::compile(model, &gaps, table)).collect();
        let acls = model.network_acls.values().map(|found| acl::compile(found, &gaps)).collect();
        let places = places(model, &gaps);
        let place_index: HashMap<&str, usize> =
            model.subnets.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let mut vpc_places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            if let Some(vpc) = place.subnet.vpc_id.as_deref() {
                vpc_places.entry(vpc).or_default().push(at);
            }
        }
        let mut world = Self {
            model,
            gaps,
            places,
            place_index,
            groups,
            group_index,
            tables,
            acls,
            things: Vec::new(),
            thing_index: HashMap::new(),
            carriers: vec![ByKind::new(); model.security_groups.len()],
            residents: HashMap::new(),
            kinds: BTreeSet::new(),
            bastions: HashMap::new(),
            default_groups: model
                .security_groups
                .values()
                .enumerate()
                .filter(|(_, group)| group.is_default == Some(true))
                .filter_map(|(at, group)| Some((group.vpc_id.as_deref()?, at)))
                .collect(),
            elastic: model
                .elastic_ips
                .values()
                .filter_map(|address| address.network_interface_id.as_deref())
                .collect(),
            edge_tables: model
                .route_tables
                .values()
                .enumerate()
                .filter(|(_, table)| !table.gateway_ids.is_empty())
                .map(|(at, _)| at)
                .collect(),
            vpc_places,
            vpc_addresses: HashMap::new(),
            doubtful: ByKind::new(),
            edges: Vec::new(),
            service_entries: Vec::new(),
            unlisted_balancers: Vec::new(),
            open_balancers: Vec::new(),
            connections: Connections::default(),
            internet: Family::ALL.map(internet),
            in_detail: false,
            admins: (!options.admin_cidrs.is_empty())
                .then(|| Family::ALL.map(|family| union(&options.admin_cidrs, family))),
            public: OnceLock::new(),
        };
        world.things = things::collect(&world, options);
        world.index_things();
        world.edges = balancers::edges(&world);
        world.connections = connections::compile(&world);
        world.service_entries = service_entries::compile(&world);
        world.unlisted_balancers = unseen_targets::unlisted(&world);
        world.open_balancers = unseen_targets::balancers(&world);
        world
    }

    fn index_things(&mut self) {
        for place in &self.places {
            if let Some(vpc) = place.subnet.vpc_id.as_deref() {
                widen(self.vpc_addresses.entry(vpc).or_default(), &place.addresses);
            }
        }
        for (at, thing) in self.things.iter().enumerate() {
            let key = (thing.resource.collection(), thing.resource.id());
            self.thing_index.insert(key, at);
            for (which, presence) in thing.presences.iter().enumerate() {
                for group in &presence.groups {
                    if let Some(carriers) = self.carriers.get_mut(*group) {
                        carriers.entry(thing.kind).or_default().push((at, which));
                    }
                }
                if let Some(vpc) = presence.vpc {
                    widen(self.vpc_addresses.entry(vpc).or_default(), &presence.addresses);
                    let kinds = self.residents.entry(vpc).or_default();
                    kinds.entry(thing.kind).or_default().push((at, which));
                }
                if presence.carries_doubt().is_some() || presence.vpc.is_none() {
                    self.doubtful.entry(thing.kind).or_default().push((at, which));
                }
                if thing.role == Role::Bastion
                    && let Some(vpc) = presence.vpc
                {
                    let all = self.bastions.entry(vpc).or_default();
                    for (sum, own) in all.iter_mut().zip(&presence.addresses) {
                        if own.first() == own.last() {
                            *sum = sum.union(own);
                        }
                    }
                }
            }
            if thing.initiates {
                self.kinds.insert(thing.kind);
            }
        }
    }

    /// The compiled route table in force at a subnet.
    pub fn table_of(&self, place: usize) -> Result<&Table<'a>, String> {
        let place = self.places.get(place).ok_or_else(String::new)?;
        let index = place.table.clone()?;
        self.tables.get(index).ok_or_else(String::new)
    }

    /// The public IPv4 addresses that are known, each with the thing and the
    /// presence that it is mapped to.
    pub fn public_addresses(&self) -> &[(Ranges, usize, usize)] {
        self.public.get_or_init(|| self.find_public_addresses())
    }

    fn find_public_addresses(&self) -> Vec<(Ranges, usize, usize)> {
        let mut elastic: HashMap<&str, Vec<&str>> = HashMap::new();
        for address in self.model.elastic_ips.values() {
            let owners = [&address.network_interface_id, &address.instance_id];
            for owner in owners.into_iter().flatten() {
                elastic.entry(owner).or_default().extend(address.public_ip.as_deref());
            }
        }
        let of = |owner: &str| elastic.get(owner).into_iter().flatten().copied();
        let mut found = Vec::new();
        for (at, thing) in self.things.iter().enumerate() {
            let instance = (thing.resource.collection() == "instances")
                .then(|| self.model.instances.get(thing.resource.id()))
                .flatten();
            for (which, presence) in thing.presences.iter().enumerate() {
                let mut texts: Vec<&str> = Vec::new();
                if let Some(interface) = presence.interface {
                    texts.extend(interface.public_ip_addresses.iter().map(String::as_str));
                    texts.extend(of(&interface.id));
                }
                // An instance's own address is that of its first interface.
                let own = instance.filter(|instance| match presence.interface {
                    None => true,
                    Some(interface) => instance
                        .private_ip_address
                        .as_ref()
                        .is_some_and(|own| interface.private_ip_addresses.contains(own)),
                });
                if let Some(instance) = own {
                    texts.extend(instance.public_ip_address.as_deref());
                    texts.extend(of(&instance.id));
                }
                texts.sort_unstable();
                texts.dedup();
                let parsed = texts.into_iter().filter_map(parse_cidr);
                found.extend(parsed.map(|(_, address)| (address, at, which)));
            }
        }
        found
    }

    /// The name that people use for a resource.
    pub fn name_of(resource: &dyn Resource) -> &str {
        resource.name().unwrap_or_else(|| resource.id())
    }
}

fn places<'a>(model: &'a Model, gaps: &Gaps<'a>) -> Vec<Place<'a>> {
    let table_index: HashMap<&str, usize> =
        model.route_tables.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let acl_index: HashMap<&str, usize> =
        model.network_acls.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let in_force = |subnet: &Subnet,
                    id: &Option<String>,
                    index: &HashMap<&str, usize>,
                    path: &str,
                    what: &str| {
        id.as_deref().and_then(|id| index.get(id)).copied().ok_or_else(|| {
            let reason = gaps
                .own("subnets", &subnet.id, path)
                .map_or_else(|| "it is not in what was given".to_owned(), ToString::to_string);
            format!("the {what} of {}: {reason}", World::name_of(subnet))
        })
    };
    model
        .subnets
        .values()
        .map(|subnet| {
            let (addresses, known) = addresses(model, subnet, gaps);
            Place {
                table: in_force(
                    subnet,
                    &subnet.route_table_id,
                    &table_index,
                    "/route_table_id",
                    "route table",
                ),
                acl: in_force(
                    subnet,
                    &subnet.network_acl_id,
                    &acl_index,
                    "/network_acl_id",
                    "network ACL",
                ),
                addresses,
                known,
                block: block_mode(model, subnet, gaps),
                subnet,
            }
        })
        .collect()
}

/// Whether two Availability Zones are the same; `None` where one is told by
/// name (`eu-west-1a`), the other by id (`euw1-az1`) or by the place that it
/// has in a template's list (`eu-west-1[0]`).
pub fn is_same_zone(one: &str, other: &str) -> Option<bool> {
    let form = |zone: &str| match () {
        () if zone.contains('[') => 0,
        () if zone.contains("-az") => 1,
        () => 2,
    };
    (form(one) == form(other)).then(|| one == other)
}

/// Adds to a set what it lacks.
fn widen(sum: &mut [Ranges; 2], own: &[Ranges; 2]) {
    for (sum, own) in sum.iter_mut().zip(own) {
        if !sum.covers(own) {
            *sum = sum.union(own);
        }
    }
}

/// The addresses of some CIDR blocks in one family.
fn union(texts: &[String], family: Family) -> Ranges {
    texts
        .iter()
        .filter_map(|text| parse_cidr(text))
        .filter(|(of, _)| *of == family)
        .fold(Ranges::empty(), |sum, (_, ranges)| sum.union(&ranges))
}

/// The addresses of a subnet; those of its VPC where its own are not known, and
/// all where those are not known either.
fn addresses(model: &Model, subnet: &Subnet, gaps: &Gaps<'_>) -> ([Ranges; 2], [bool; 2]) {
    let vpc = subnet.vpc_id.as_ref().and_then(|id| model.vpcs.get(id));
    let own = [
        union(subnet.cidr_block.as_slice(), Family::V4),
        union(&subnet.ipv6_cidr_blocks, Family::V6),
    ];
    let of_vpc = |family: Family| {
        let found = vpc.map_or_else(Ranges::empty, |vpc| match family {
            Family::V4 => union(&vpc.cidr_blocks, family),
            Family::V6 => union(&vpc.ipv6_cidr_blocks, family),
        });
        if found.is_empty() { Ranges::all(family) } else { found }
    };
    let [v4, v6] = own;
    let known_v4 = !v4.is_empty();
    let known_v6 = !v6.is_empty() || gaps.at(subnet, "/ipv6_cidr_blocks").is_none();
    (
        [
            if known_v4 { v4 } else { of_vpc(Family::V4) },
            if known_v6 { v6 } else { of_vpc(Family::V6) },
        ],
        [known_v4, known_v6],
    )
}

fn block_mode<'a>(model: &'a Model, subnet: &Subnet, gaps: &Gaps<'_>) -> BlockMode {
    let name = |region: &'a Region| region.region.as_deref().or(region.name.as_deref());
    let exact = model.regions.values().find(|region| {
        name(region).is_some()
            && name(region) == subnet.region.as_deref()
            && region.account == subnet.account
    });
    // What is not known on either side may be the same.
    let may_be = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).is_none_or(|(one, other)| one == other)
    };
    let mut others = model.regions.values().filter(|region| {
        may_be(name(region), subnet.region.as_deref())
            && may_be(region.account.as_deref(), subnet.account.as_deref())
    });
    let region = match exact {
        Some(region) => Some(region),
        None if model.regions.len() == 1 => others.next(),
        None => {
            let blocks = |region: &&Region| {
                let mode = region.vpc_block_public_access_mode.as_deref();
                mode.is_some_and(|mode| mode != "off")
            };
            if others.any(|region| blocks(&region)) {
                return BlockMode::Unknown(format!(
                    "VPC Block Public Access: the region of {} is not known",
                    World::name_of(subnet)
                ));
            }
            None
        }
    };
    let Some(region) = region else { return BlockMode::Off };
    let mode = match region.vpc_block_public_access_mode.as_deref() {
        Some("block-bidirectional") => BlockMode::Both,
        Some("block-ingress") => BlockMode::Ingress,
        Some(_) => return BlockMode::Off,
        None => {
            return match gaps.at(region, "/vpc_block_public_access_mode") {
                // A template says nothing of it; off is AWS's default.
                Some(Reason::NotInSource { .. }) => BlockMode::Off,
                Some(reason) => BlockMode::Unknown(format!("VPC Block Public Access: {reason}")),
                None => BlockMode::Off,
            };
        }
    };
    let exclusions = &region.vpc_block_public_access_exclusions;
    let excluded = exclusions
        .get(&subnet.id)
        .or_else(|| subnet.vpc_id.as_ref().and_then(|vpc| exclusions.get(vpc)));
    match excluded.map(String::as_str) {
        Some("allow-bidirectional") => BlockMode::Off,
        // Only what the subnet itself starts gets through.
        Some("allow-egress") => BlockMode::Ingress,
        _ => match gaps.at(region, "/vpc_block_public_access_exclusions") {
            Some(reason) => {
                BlockMode::Unknown(format!("exclusions from VPC Block Public Access: {reason}"))
            }
            None => mode,
        },
    }
}
