//! The set algebra against a packet walker that is written independently of
//! it: on random small networks every source, destination and port is walked
//! as one packet and its answer, and both must agree. And laws: removing an
//! allow or adding a deny opens nothing; a fact that becomes unknown turns no
//! answer around.

#![allow(clippy::unwrap_used)]

mod network_builder;

use std::collections::BTreeMap;
use std::net::IpAddr;

use audit::analysis::network::Options;
use audit::analysis::network::query::{Network, Question, Verdict};
use audit::model::*;
use ipnet::IpNet;
use network_builder::{Net, net, rule};
use proptest::prelude::*;
use proptest::sample::select;

/// Ports on both sides of every cut that the generated rules make.
const PORTS: &[u16] = &[1, 22, 23, 80, 443, 1023, 1024, 5432, 32767, 32768, 65535];
/// One address of the internet in each part that the generated ranges tell apart.
const INTERNET: &[&str] = &["8.8.8.8", "198.51.100.1", "203.0.113.5", "203.0.113.200"];
const RANGES: &[&str] = &[
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "203.0.113.0/24",
    "203.0.113.128/25",
    "10.0.0.0/8",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.1.16/28",
    "10.1.0.0/16",
];
/// Types and codes of ICMP on both sides of every cut.
const ICMP: &[(u8, u8)] = &[(0, 0), (0, 1), (3, 3), (3, 4), (8, 0), (8, 1), (255, 255)];
const ICMP_RULES: &[&str] = &["-1", "8", "8/0", "0", "0/0", "3/4", "3"];
const PORT_RANGES: &[&str] =
    &["22", "80", "22-443", "5432", "1024-65535", "32768-65535", "0-65535"];
const SUBNETS: &[(&str, &str, &str)] =
    &[("vpc", "s0", "10.0.1.0/24"), ("vpc", "s1", "10.0.2.0/24"), ("vpc2", "s2", "10.1.1.0/24")];
const ROUTES: &[&str] = &[
    "0.0.0.0/0 internet_gateway IGW",
    "0.0.0.0/0 nat_gateway nat",
    "203.0.113.0/24 internet_gateway IGW",
    "203.0.113.0/24 internet_gateway IGW blackhole",
    "203.0.113.128/25 virtual_private_gateway vgw",
    "PEER vpc_peering_connection pcx",
    "PEER vpc_peering_connection pcx",
    "PEER vpc_peering_connection pcx blackhole",
];

/// A random network, as data.
#[derive(Debug, Clone)]
struct Plan {
    groups: Vec<(Vec<String>, Vec<String>)>,
    acls: Vec<Option<Vec<String>>>,
    routes: Vec<Vec<&'static str>>,
    instances: Vec<(usize, u8, Vec<usize>, bool)>,
    peering: bool,
}

fn group_rule() -> impl Strategy<Value = String> {
    let peer = prop_oneof![
        3 => select(RANGES).prop_map(str::to_owned),
        2 => (0..3_usize).prop_map(|group| format!("g{group}")),
    ];
    let what = prop_oneof![
        4 => select(PORT_RANGES).prop_map(|ports| format!("tcp {ports}")),
        1 => Just("-1".to_owned()),
        1 => Just("udp 22".to_owned()),
        1 => select(ICMP_RULES).prop_map(|types| format!("icmp {types}")),
    ];
    (what, peer).prop_map(|(what, peer)| format!("{what} {peer}"))
}

fn acl_entry() -> impl Strategy<Value = String> {
    let what = prop_oneof![
        3 => select(PORT_RANGES).prop_map(|ports| format!("tcp {ports}")),
        2 => Just("-1".to_owned()),
        1 => select(ICMP_RULES).prop_map(|types| format!("icmp {types}")),
    ];
    (
        1..9_u8,
        select(&["in", "out"][..]),
        select(&["allow", "allow", "deny"][..]),
        what,
        select(RANGES),
    )
        .prop_map(|(number, way, action, what, range)| {
            format!("{number} {way} {action} {what} {range}")
        })
}

fn plan() -> impl Strategy<Value = Plan> {
    let group = (
        prop::collection::vec(group_rule(), 0..4),
        prop_oneof![
            2 => Just(vec!["-1 0.0.0.0/0".to_owned()]),
            1 => prop::collection::vec(group_rule(), 0..3),
        ],
    );
    let acl = prop_oneof![
        2 => Just(None),
        1 => prop::collection::vec(acl_entry(), 0..7).prop_map(|entries| {
            // Two entries of one number and direction are not possible.
            let mut seen = std::collections::BTreeSet::new();
            Some(entries.into_iter().filter(|entry| {
                let words: Vec<&str> = entry.split(' ').collect();
                seen.insert((words[0].to_owned(), words[1].to_owned()))
            }).collect())
        }),
    ];
    let routes = prop::collection::vec(select(ROUTES), 0..4);
    let instance = (0..3_usize, 16..36_u8, prop::collection::vec(0..3_usize, 1..3), any::<bool>());
    (
        prop::collection::vec(group, 3),
        prop::collection::vec(acl, 3),
        prop::collection::vec(routes, 3),
        prop::collection::vec(instance, 2..5),
        any::<bool>(),
    )
        .prop_map(|(groups, acls, routes, instances, peering)| Plan {
            groups,
            acls,
            routes,
            instances,
            peering,
        })
}

fn build(plan: &Plan) -> Net {
    let mut network = net().other_vpc("vpc2", "10.1.0.0/16", &[]).gateway("igw2", Some("vpc2"));
    network =
        network.peering("pcx", "vpc", "vpc2", if plan.peering { "active" } else { "deleted" });
    for (at, (vpc, subnet, cidr)) in SUBNETS.iter().enumerate() {
        let (gateway, peer) =
            if *vpc == "vpc" { ("igw", "10.1.0.0/16") } else { ("igw2", "10.0.0.0/16") };
        // One route for each destination.
        let mut routes: BTreeMap<&str, String> = BTreeMap::new();
        for text in &plan.routes[at] {
            let text_of = text.replace("IGW", gateway).replace("PEER", peer);
            routes.entry(text.split(' ').next().unwrap()).or_insert(text_of);
        }
        let routes: Vec<&str> = routes.values().map(String::as_str).collect();
        let table = format!("t{at}");
        network = network
            .subnet_of(vpc, subnet, cidr, "eu-west-1a")
            .table(&table, vpc, &routes)
            .associate(&table, subnet);
        if let Some(entries) = &plan.acls[at] {
            let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
            network = network.acl(&format!("a{at}"), vpc, &[subnet], &entries);
        }
    }
    for (at, (ingress, egress)) in plan.groups.iter().enumerate() {
        let ingress: Vec<&str> = ingress.iter().map(String::as_str).collect();
        let egress: Vec<&str> = egress.iter().map(String::as_str).collect();
        network = network.group_with(&format!("g{at}"), &ingress, &egress);
    }
    for (at, (subnet, host, groups, public)) in plan.instances.iter().enumerate() {
        let (_, subnet, cidr) = SUBNETS[*subnet];
        let address = cidr.replace(".0/24", &format!(".{}", usize::from(*host) + 20 * at));
        let groups: Vec<String> = groups.iter().map(|group| format!("g{group}")).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let id = format!("i{at}");
        network = network.instance(&id, subnet, &address, &groups);
        if *public {
            network = network.public_ip(&id);
        }
    }
    network
}

// The walker: one packet at a time, straight from the model's attributes.

/// What a packet is: TCP to a port, or ICMP of a type and code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Tcp(u16),
    Icmp(u8, u8),
}

impl What {
    fn all() -> impl Iterator<Item = Self> {
        let icmp = ICMP.iter().map(|(kind, code)| Self::Icmp(*kind, *code));
        PORTS.iter().map(|port| Self::Tcp(*port)).chain(icmp)
    }

    /// Whether a rule's protocol and numbers are about it.
    fn fits(self, protocol: &str, from: Option<i64>, to: Option<i64>) -> bool {
        match (self, protocol) {
            (_, "-1") => true,
            (Self::Tcp(port), "tcp" | "6") => {
                from.unwrap() <= i64::from(port) && i64::from(port) <= to.unwrap()
            }
            (Self::Icmp(kind, code), "icmp" | "1") => {
                let is = |own: Option<i64>, number: u8| {
                    own == Some(-1) || own == Some(i64::from(number))
                };
                is(from, kind) && is(to, code)
            }
            _ => false,
        }
    }

    /// The packets of which one must come back; none where nothing answers.
    fn answers(self) -> Vec<Self> {
        match self {
            Self::Tcp(_) => PORTS.iter().map(|port| Self::Tcp(*port)).collect(),
            Self::Icmp(8, _) => vec![Self::Icmp(0, 0)],
            Self::Icmp(..) => Vec::new(),
        }
    }

    fn is_answered(self, passes: impl Fn(Self) -> bool) -> bool {
        let answers = self.answers();
        answers.is_empty() || answers.into_iter().any(passes)
    }
}

fn holds(cidr: &str, address: IpAddr) -> bool {
    cidr.parse::<IpNet>().unwrap().contains(&address)
}

fn address(instance: &Instance) -> IpAddr {
    instance.private_ip_address.as_deref().unwrap().parse().unwrap()
}

fn vpc_of<'a>(model: &'a Model, instance: &Instance) -> &'a str {
    model.subnets.get(instance.subnet_id.as_deref().unwrap()).unwrap().vpc_id.as_deref().unwrap()
}

/// Whether one of the groups' rules admits a packet.
fn group_admits(
    model: &Model,
    groups: &[String],
    egress: bool,
    peer: IpAddr,
    peer_groups: &[String],
    what: What,
) -> bool {
    groups.iter().any(|id| {
        let group = model.security_groups.get(id).unwrap();
        let rules = if egress { &group.egress } else { &group.ingress };
        rules.iter().any(|rule| {
            let protocol = rule.protocol.as_deref().unwrap();
            let protocol = what.fits(protocol, rule.from_port, rule.to_port);
            let whom = rule.cidr_ipv4.as_deref().is_some_and(|cidr| holds(cidr, peer))
                || rule
                    .referenced_group_id
                    .as_ref()
                    .is_some_and(|group| peer_groups.contains(group));
            protocol && whom
        })
    })
}

/// Whether a subnet's ACL lets a packet through: the lowest number decides.
fn acl_admits(model: &Model, subnet: &str, egress: bool, peer: IpAddr, what: What) -> bool {
    let vpc = &model.subnets.get(subnet).unwrap().vpc_id;
    let acl = model
        .network_acls
        .values()
        .find(|acl| acl.subnet_ids.iter().any(|id| id == subnet))
        .or_else(|| {
            model
                .network_acls
                .values()
                .find(|acl| acl.is_default == Some(true) && acl.vpc_id == *vpc)
        })
        .unwrap();
    acl.entries
        .iter()
        .filter(|entry| entry.egress == Some(egress))
        .filter(|entry| entry.cidr_block.as_deref().is_some_and(|cidr| holds(cidr, peer)))
        .filter(|entry| {
            what.fits(entry.protocol.as_deref().unwrap(), entry.from_port, entry.to_port)
        })
        .min_by_key(|entry| entry.rule_number)
        .is_some_and(|entry| entry.rule_action.as_deref() == Some("allow"))
}

/// The route that a subnet's table has for an address.
fn route_to<'a>(model: &'a Model, subnet: &str, address: IpAddr) -> Option<&'a Route> {
    let table =
        model.route_tables.values().find(|table| table.subnet_ids.iter().any(|id| id == subnet))?;
    table
        .routes
        .iter()
        .filter(|route| {
            route.destination_cidr_block.as_deref().is_some_and(|cidr| holds(cidr, address))
        })
        .max_by_key(|route| {
            route.destination_cidr_block.as_deref().unwrap().parse::<IpNet>().unwrap().prefix_len()
        })
        .filter(|route| route.state.as_deref() == Some("active"))
}

/// Whether packets to an address of the other VPC leave by the peering.
fn peered(model: &Model, subnet: &str, address: IpAddr) -> bool {
    model.vpc_peering_connections.get("pcx").unwrap().status.as_deref() == Some("active")
        && route_to(model, subnet, address)
            .is_some_and(|route| route.target_type.as_deref() == Some("vpc_peering_connection"))
}

/// Walks packets between two instances, the answer to every client port.
fn walk_inside(model: &Model, source: &Instance, target: &Instance, what: What) -> bool {
    let (from, to) = (address(source), address(target));
    let (near, far) = (source.subnet_id.as_deref().unwrap(), target.subnet_id.as_deref().unwrap());
    let groups =
        group_admits(model, &source.security_group_ids, true, to, &target.security_group_ids, what)
            && group_admits(
                model,
                &target.security_group_ids,
                false,
                from,
                &source.security_group_ids,
                what,
            );
    if !groups {
        return false;
    }
    if near == far {
        return true;
    }
    if vpc_of(model, source) != vpc_of(model, target)
        && !(peered(model, near, to) && peered(model, far, from))
    {
        return false;
    }
    acl_admits(model, near, true, to, what)
        && acl_admits(model, far, false, from, what)
        && what.is_answered(|answer| {
            acl_admits(model, far, true, from, answer) && acl_admits(model, near, false, to, answer)
        })
}

/// Walks packets from addresses of the internet.
fn walk_from_internet(model: &Model, target: &Instance, what: What) -> bool {
    let subnet = target.subnet_id.as_deref().unwrap();
    target.associate_public_ip_address == Some(true)
        && INTERNET.iter().any(|source| {
            let source: IpAddr = source.parse().unwrap();
            route_to(model, subnet, source)
                .is_some_and(|route| route.target_type.as_deref() == Some("internet_gateway"))
                && group_admits(model, &target.security_group_ids, false, source, &[], what)
                && acl_admits(model, subnet, false, source, what)
                && what.is_answered(|answer| acl_admits(model, subnet, true, source, answer))
        })
}

/// Every answer of the algebra: start, end and packet to verdict.
fn answers(network: Net) -> (Snapshot, BTreeMap<(String, String, What), Verdict>) {
    let facts = network.derive();
    let asked = Network::new(&facts.0, &Options::default());
    let ids: Vec<&String> = facts.0.model.instances.keys().collect();
    let mut found = BTreeMap::new();
    for to in &ids {
        let starts =
            ids.iter().filter(|from| from != &to).map(|from| from.as_str()).chain(["internet"]);
        for from in starts {
            for what in What::all() {
                let traffic = match what {
                    What::Tcp(port) => Question {
                        port: Some(port.into()),
                        protocol: Some("tcp".to_owned()),
                        ..Question::default()
                    },
                    What::Icmp(kind, code) => Question {
                        icmp_type: Some(kind),
                        icmp_code: Some(code),
                        ..Question::default()
                    },
                };
                let (from, to) = (from.to_owned(), (*to).clone());
                let question = Question {
                    from: Some(from.clone()),
                    to: Some(to.clone()),
                    direct: true,
                    ..traffic
                };
                let verdict = asked.ask(&question).unwrap().verdict;
                found.insert((from, to, what), verdict);
            }
        }
    }
    (facts.0, found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn algebra_and_walker_agree(plan in plan()) {
        let (snapshot, found) = answers(build(&plan));
        let model = &snapshot.model;
        for ((from, to, what), verdict) in &found {
            let target = model.instances.get(to).unwrap();
            let walked = match model.instances.get(from) {
                Some(source) => walk_inside(model, source, target, *what),
                None => walk_from_internet(model, target, *what),
            };
            let expected = if walked { Verdict::Reachable } else { Verdict::Unreachable };
            prop_assert_eq!(*verdict, expected, "{} to {}: {:?}", from, to, what);
        }
        for id in model.instances.keys() {
            let fact = &model.analysis.reachability[&format!("instances/{id}")];
            let walked = What::all().any(|what| walk_from_internet(model, model.instances.get(id).unwrap(), what));
            // UDP 22 is open to nobody but through `-1`, which opens TCP too.
            prop_assert!(fact.from_internet.is_some());
            if walked {
                prop_assert_eq!(fact.from_internet, Some(true), "{}", id);
            }
            let reaching = model.instances.keys().filter(|from| *from != id).any(|from| {
                PORTS.iter().any(|port| walk_inside(model, model.instances.get(from).unwrap(), model.instances.get(id).unwrap(), What::Tcp(*port)))
            });
            let told = fact.internal_paths.iter().any(|path| {
                path.protocol == "tcp" && path.from.as_ref().is_some_and(|from| from.collection == "instances")
            });
            if reaching {
                prop_assert!(told, "{id} is reached by an instance, and no path says so");
            }
        }
    }
}

fn reachable(found: &BTreeMap<(String, String, What), Verdict>) -> Vec<&(String, String, What)> {
    found
        .iter()
        .filter(|(_, verdict)| **verdict == Verdict::Reachable)
        .map(|(key, _)| key)
        .collect()
}

/// One fact that becomes unknown.
fn forget(network: Net, which: usize) -> Net {
    let gap =
        |network: Net, collection: &str, id: &str, path: &str| network.gap(collection, id, path);
    match which {
        0 => gap(
            network.edit(|model| model.security_groups.get_mut("g0").unwrap().ingress.clear()),
            "security_groups",
            "g0",
            "/ingress",
        ),
        1 => {
            let network = network.edit(|model| {
                for rule in &mut model.security_groups.get_mut("g1").unwrap().ingress {
                    rule.cidr_ipv4 = None;
                    rule.referenced_group_id = None;
                }
            });
            let count = network.0.model.security_groups.get("g1").unwrap().ingress.len();
            (0..count).fold(network, |network, at| {
                let network =
                    network.gap("security_groups", "g1", &format!("/ingress/{at}/cidr_ipv4"));
                network.gap("security_groups", "g1", &format!("/ingress/{at}/referenced_group_id"))
            })
        }
        2 => {
            let network = network.edit(|model| {
                for rule in &mut model.security_groups.get_mut("g2").unwrap().egress {
                    rule.from_port = None;
                    rule.to_port = None;
                }
            });
            let count = network.0.model.security_groups.get("g2").unwrap().egress.len();
            (0..count).fold(network, |network, at| {
                let network =
                    network.gap("security_groups", "g2", &format!("/egress/{at}/from_port"));
                network.gap("security_groups", "g2", &format!("/egress/{at}/to_port"))
            })
        }
        3 => gap(
            network.edit(|model| {
                if let Some(acl) = model.network_acls.get_mut("a0") {
                    acl.entries.clear();
                }
            }),
            "network_acls",
            "a0",
            "/entries",
        ),
        4 => gap(
            network.edit(|model| model.route_tables.get_mut("t0").unwrap().routes.clear()),
            "route_tables",
            "t0",
            "/routes",
        ),
        5 => gap(
            network.edit(|model| model.route_tables.get_mut("t1").unwrap().subnet_ids.clear()),
            "route_tables",
            "t1",
            "/subnet_ids",
        ),
        6 => gap(
            network.edit_instance("i0", |instance| instance.associate_public_ip_address = None),
            "instances",
            "i0",
            "/associate_public_ip_address",
        ),
        7 => gap(
            network.edit_instance("i1", |instance| instance.security_group_ids.clear()),
            "instances",
            "i1",
            "/security_group_ids",
        ),
        8 => gap(
            network.edit_instance("i0", |instance| instance.subnet_id = None),
            "instances",
            "i0",
            "/subnet_id",
        ),
        9 => gap(
            network.edit_instance("i0", |instance| instance.private_ip_address = None),
            "instances",
            "i0",
            "/private_ip_address",
        ),
        10 => gap(
            network
                .edit(|model| model.vpc_peering_connections.get_mut("pcx").unwrap().status = None),
            "vpc_peering_connections",
            "pcx",
            "/status",
        ),
        11 => gap(
            network.edit(|model| model.internet_gateways.get_mut("igw").unwrap().vpc_id = None),
            "internet_gateways",
            "igw",
            "/vpc_id",
        ),
        12 => {
            let network = network.edit(|model| {
                for route in model.route_tables.get_mut("t2").unwrap().routes.iter_mut().skip(1) {
                    route.target_id = None;
                    route.target_type = None;
                }
            });
            let count = network.0.model.route_tables.get("t2").unwrap().routes.len();
            (1..count).fold(network, |network, at| {
                let network = network.gap("route_tables", "t2", &format!("/routes/{at}/target_id"));
                network.gap("route_tables", "t2", &format!("/routes/{at}/target_type"))
            })
        }
        _ => gap(
            network.edit(|model| model.subnets.get_mut("s0").unwrap().cidr_block = None),
            "subnets",
            "s0",
            "/cidr_block",
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_an_allow_opens_nothing(plan in plan(), group in 0..3_usize, at in 0..4_usize, egress in any::<bool>()) {
        let (_, before) = answers(build(&plan));
        let mut less = plan.clone();
        let (ingress, outward) = &mut less.groups[group];
        let rules = if egress { outward } else { ingress };
        if at < rules.len() {
            rules.remove(at);
        }
        let (_, after) = answers(build(&less));
        for key in reachable(&after) {
            prop_assert_eq!(before[key], Verdict::Reachable, "{:?}", key);
        }
    }

    #[test]
    fn adding_a_deny_opens_nothing(plan in plan(), acl in 0..3_usize, range in select(RANGES), ports in select(PORT_RANGES), way in select(&["in", "out"][..])) {
        let (_, before) = answers(build(&plan));
        let mut more = plan.clone();
        if let Some(entries) = &mut more.acls[acl] {
            entries.push(format!("0 {way} deny tcp {ports} {range}"));
        }
        let (_, after) = answers(build(&more));
        for key in reachable(&after) {
            prop_assert_eq!(before[key], Verdict::Reachable, "{:?}", key);
        }
    }

    #[test]
    fn an_unknown_fact_turns_nothing_around(plan in plan(), which in 0..14_usize) {
        let (_, known) = answers(build(&plan));
        let (_, less) = answers(forget(build(&plan), which));
        for (key, verdict) in &less {
            prop_assert!(
                *verdict == Verdict::Unknown || *verdict == known[key],
                "{:?} was {:?} and is {:?} though less is known ({})", key, known[key], verdict, which
            );
        }
    }
}

/// The walker itself, on a network whose answers are plain.
#[test]
fn the_walker_walks() {
    let network = net()
        .public("edge", "10.0.0.0/24")
        .group("g", &["tcp 22 203.0.113.0/24"])
        .instance("i", "edge", "10.0.0.10", &["g"])
        .public_ip("i");
    let model = &network.0.model;
    assert!(walk_from_internet(model, model.instances.get("i").unwrap(), What::Tcp(22)));
    assert!(!walk_from_internet(model, model.instances.get("i").unwrap(), What::Tcp(80)));
    assert_eq!(rule("tcp 22 g").referenced_group_id.as_deref(), Some("g"));
}
