//! The packet walker on what the plain one leaves out: IPv6, prefix lists,
//! transit gateways with their zones, routes and group references, VPC Block
//! Public Access, network load balancers that hand clients on. Written from the
//! documentation, straight on the model's attributes, and held against the set
//! algebra on random networks.

#![allow(clippy::unwrap_used, clippy::panic)]

mod network_builder;

use std::net::IpAddr;

use audit::analysis::network::Options;
use audit::analysis::network::query::{Network, Question, Verdict};
use audit::model::*;
use ipnet::IpNet;
use network_builder::{Net, net};
use proptest::prelude::*;
use proptest::sample::select;

const PORTS: &[u16] = &[1, 22, 80, 443, 1023, 1024, 32768, 65535];
/// One address of the internet in each part that the ranges tell apart.
const INTERNET: &[&str] = &[
    "8.8.8.8",
    "198.51.100.1",
    "203.0.113.5",
    "203.0.113.200",
    "2a00::1",
    "2607:f8b0::1",
    "2600:1f00:0:ff::1",
    "2600:1f00:1:ff::1",
    "2600:1f00:ff::1",
];
const PEERS: &[&str] = &[
    "0.0.0.0/0",
    "203.0.113.0/24",
    "203.0.113.128/25",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "::/0",
    "2a00::/12",
    "2600:1f00::/40",
    "2600:1f00:1::/56",
    "pl:mixed",
    "g0",
    "g1",
];
const WHAT: &[&str] = &["tcp 22", "tcp 80", "tcp 22-443", "tcp 1024-65535", "-1"];
const SUBNETS: [(&str, &str, &str, &str, &str); 3] = [
    ("vpc", "s0", "10.0.1.0/24", "2600:1f00::/64", "eu-west-1a"),
    ("vpc", "s1", "10.0.2.0/24", "2600:1f00:0:1::/64", "eu-west-1b"),
    ("vpc2", "s2", "10.1.1.0/24", "2600:1f00:1::/64", "eu-west-1a"),
];
const ROUTES: &[&str] = &[
    "0.0.0.0/0 internet_gateway IGW",
    "0.0.0.0/0 internet_gateway IGW",
    "::/0 internet_gateway IGW",
    "::/0 egress_only_internet_gateway eigw",
    "203.0.113.128/25 virtual_private_gateway vgw",
    "PEER4 transit_gateway tgw",
    "PEER4 transit_gateway tgw",
    "PEER6 transit_gateway tgw",
];
const HUB: &[&str] = &["att1", "att2", "blackhole"];

#[derive(Debug, Clone)]
struct Plan {
    groups: Vec<(Vec<String>, Vec<String>)>,
    routes: Vec<Vec<&'static str>>,
    acls: Vec<Option<Vec<String>>>,
    instances: Vec<(usize, Vec<usize>, bool, bool)>,
    /// Subnets of the first VPC's attachment; what the hub does with each VPC.
    zones: bool,
    /// Whether the balancer's nodes pass connections to other zones.
    cross_zone: bool,
    hub: (usize, usize),
    references: bool,
    block: (&'static str, Option<&'static str>, &'static str),
    /// The balancer's subnet, groups and listener port.
    balancer: (usize, Option<usize>, u16),
}

fn rules(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<String>> {
    let one = (select(WHAT), select(PEERS)).prop_map(|(what, peer)| format!("{what} {peer}"));
    prop::collection::vec(one, count)
}

fn acl() -> impl Strategy<Value = Option<Vec<String>>> {
    let ranges = ["0.0.0.0/0", "203.0.113.0/24", "10.0.0.0/8", "::/0", "2a00::/12"];
    let entry = (
        select(&["in", "out"][..]),
        select(&["allow", "allow", "deny"][..]),
        select(WHAT),
        select(ranges.to_vec()),
    );
    let entries = prop::collection::vec(entry, 0..8).prop_map(|entries| {
        let numbered = entries.into_iter().enumerate();
        numbered
            .map(|(at, (way, action, what, range))| {
                format!("{} {way} {action} {what} {range}", at + 1)
            })
            .collect()
    });
    prop_oneof![2 => Just(None), 1 => entries.prop_map(Some)]
}

fn plan() -> impl Strategy<Value = Plan> {
    let open = || vec!["-1 0.0.0.0/0".to_owned(), "-1 ::/0".to_owned()];
    let egress = prop_oneof![2 => Just(()).prop_map(move |()| open()), 1 => rules(0..3)];
    let instance =
        (0..3_usize, prop::collection::vec(0..2_usize, 1..3), any::<bool>(), any::<bool>());
    let block = (
        select(&["off", "off", "block-ingress", "block-bidirectional"][..]),
        prop::option::of(select(&["s0", "s1", "vpc", "vpc2"][..])),
        select(&["allow-bidirectional", "allow-egress"][..]),
    );
    (
        (
            prop::collection::vec((rules(0..4), egress), 2),
            prop::collection::vec(prop::collection::vec(select(ROUTES), 0..5), 3),
            prop::collection::vec(acl(), 3),
            prop::collection::vec(instance, 2..4),
        ),
        (
            (any::<bool>(), any::<bool>()),
            (0..3_usize, 0..3_usize),
            any::<bool>(),
            block,
            (0..2_usize, prop::option::of(0..2_usize), select(&[80_u16, 443][..])),
        ),
    )
        .prop_map(
            |(
                (groups, routes, acls, instances),
                ((zones, cross_zone), hub, references, block, balancer),
            )| Plan {
                groups,
                routes,
                acls,
                instances,
                zones,
                cross_zone,
                hub,
                references,
                block,
                balancer,
            },
        )
}

fn build(plan: &Plan) -> Net {
    let mut network = net()
        .edit(|model| {
            model.vpcs.get_mut("vpc").unwrap().ipv6_cidr_blocks = vec!["2600:1f00::/56".into()];
        })
        .other_vpc("vpc2", "10.1.0.0/16", &[])
        .edit(|model| {
            model.vpcs.get_mut("vpc2").unwrap().ipv6_cidr_blocks = vec!["2600:1f00:1::/56".into()];
        })
        .gateway("igw2", Some("vpc2"))
        .prefix_list("mixed", &["203.0.113.0/24", "10.0.2.0/24", "2600:1f00::/56"])
        .transit(&[("10.0.0.0/16", HUB[plan.hub.0]), ("10.1.0.0/16", HUB[plan.hub.1])]);
    for (at, (vpc, subnet, v4, v6, zone)) in SUBNETS.iter().enumerate() {
        let (gateway, four, six) = match *vpc {
            "vpc" => ("igw", "10.1.0.0/16", "2600:1f00:1::/56"),
            _ => ("igw2", "10.0.0.0/16", "2600:1f00::/56"),
        };
        let mut routes: Vec<String> = Vec::new();
        for text in &plan.routes[at] {
            let text = text.replace("IGW", gateway).replace("PEER4", four).replace("PEER6", six);
            let destination = text.split(' ').next().unwrap().to_owned();
            if !routes.iter().any(|route| route.starts_with(&format!("{destination} "))) {
                routes.push(text);
            }
        }
        let routes: Vec<&str> = routes.iter().map(String::as_str).collect();
        let table = format!("t{at}");
        network = network
            .subnet_of(vpc, subnet, v4, zone)
            .v6(subnet, v6)
            .table(&table, vpc, &routes)
            .associate(&table, subnet);
        if let Some(entries) = &plan.acls[at] {
            let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
            network = network.acl(&format!("a{at}"), vpc, &[subnet], &entries);
        }
    }
    let first: &[&str] = if plan.zones { &["s0", "s1"] } else { &["s1"] };
    network = network.attach("att1", "vpc", first).attach("att2", "vpc2", &["s2"]);
    for (at, (ingress, egress)) in plan.groups.iter().enumerate() {
        let ingress: Vec<&str> = ingress.iter().map(String::as_str).collect();
        let egress: Vec<&str> = egress.iter().map(String::as_str).collect();
        network = network.group_with(&format!("g{at}"), &ingress, &egress);
    }
    for (at, (place, groups, public, six)) in plan.instances.iter().enumerate() {
        let (_, subnet, v4, v6, _) = SUBNETS[*place];
        let groups: Vec<String> = groups.iter().map(|group| format!("g{group}")).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let id = format!("i{at}");
        let address = v4.replace(".0/24", &format!(".{}", 10 + at));
        network = network.instance(&id, subnet, &address, &groups);
        if *public {
            network = network.public_ip(&id);
        }
        if *six {
            let address = v6.replace("::/64", &format!("::{}", 10 + at));
            network = network.edit_instance(&id, |found| found.ipv6_addresses = vec![address]);
        }
    }
    let (_, group, port) = plan.balancer;
    let group = group.map(|at| format!("g{at}"));
    let groups: Vec<&str> = group.iter().map(String::as_str).collect();
    network = network
        .balancer("nlb", "network", "internet-facing", &nodes(plan), &groups)
        .edit(|model| {
            model.load_balancers.get_mut("nlb").unwrap().cross_zone_enabled = Some(plan.cross_zone);
        })
        .listener("nlb", "TCP", i64::from(port), "instance", 80, &["i0"]);
    network.edit(|model| {
        let hub = model.transit_gateways.get_mut("tgw").unwrap();
        hub.security_group_referencing_support = Some(plan.references);
        for found in model.transit_gateway_attachments.values_mut() {
            found.security_group_referencing_support = Some(true);
        }
        let mut region = Region::new(Identity {
            id: "region".into(),
            account: Some("111111111111".into()),
            region: Some("eu-west-1".into()),
            ..Identity::default()
        });
        let (mode, excluded, how) = plan.block;
        region.vpc_block_public_access_mode = Some(mode.into());
        if let Some(excluded) = excluded {
            region.vpc_block_public_access_exclusions.insert(excluded.into(), how.into());
        }
        model.insert(region);
    })
}

// The walker.

/// The subnets that the load balancer is enabled in: one, or one of each zone.
fn nodes(plan: &Plan) -> Vec<&'static str> {
    if plan.zones { vec!["s0", "s1"] } else { vec![SUBNETS[plan.balancer.0].1] }
}

struct Walker<'a> {
    model: &'a Model,
    plan: &'a Plan,
}

fn holds(cidr: &str, address: IpAddr) -> bool {
    cidr.parse::<IpNet>().unwrap().contains(&address)
}

fn subnet_of(instance: &Instance) -> &str {
    instance.subnet_id.as_deref().unwrap()
}

/// The addresses of an instance, IPv4 and IPv6.
fn addresses(instance: &Instance) -> Vec<IpAddr> {
    let texts = instance.private_ip_address.iter().chain(&instance.ipv6_addresses);
    texts.map(|text| text.parse().unwrap()).collect()
}

impl Walker<'_> {
    fn group(
        &self,
        groups: &[String],
        out: bool,
        peer: IpAddr,
        theirs: &[String],
        port: u16,
    ) -> bool {
        groups.iter().any(|id| {
            let group = self.model.security_groups.get(id).unwrap();
            let rules = if out { &group.egress } else { &group.ingress };
            rules.iter().any(|rule| {
                let what = rule.protocol.as_deref() == Some("-1")
                    || (rule.from_port.unwrap() <= i64::from(port)
                        && i64::from(port) <= rule.to_port.unwrap());
                let list =
                    rule.prefix_list_id.as_ref().map(|id| self.model.prefix_lists.get(id).unwrap());
                let whom = rule.cidr_ipv4.iter().chain(&rule.cidr_ipv6).any(|c| holds(c, peer))
                    || list.is_some_and(|list| list.cidrs.iter().any(|c| holds(c, peer)))
                    || rule.referenced_group_id.as_ref().is_some_and(|id| theirs.contains(id));
                what && whom
            })
        })
    }

    fn acl(&self, subnet: &str, out: bool, peer: IpAddr, port: u16) -> bool {
        let acls = self.model.network_acls.values();
        let own = acls.clone().find(|acl| acl.subnet_ids.iter().any(|id| id == subnet));
        let vpc = &self.model.subnets.get(subnet).unwrap().vpc_id;
        let default =
            || acls.clone().find(|acl| acl.is_default == Some(true) && acl.vpc_id == *vpc);
        let acl = own.or_else(default).unwrap();
        let mut entries: Vec<&NetworkAclEntry> =
            acl.entries.iter().filter(|entry| entry.egress == Some(out)).collect();
        entries.sort_by_key(|entry| entry.rule_number);
        entries
            .into_iter()
            .find(|entry| {
                let range = entry.cidr_block.as_ref().or(entry.ipv6_cidr_block.as_ref());
                holds(range.unwrap(), peer)
                    && (entry.protocol.as_deref() == Some("-1")
                        || (entry.from_port.unwrap() <= i64::from(port)
                            && i64::from(port) <= entry.to_port.unwrap()))
            })
            .is_some_and(|entry| entry.rule_action.as_deref() == Some("allow"))
    }

    fn route(&self, subnet: &str, address: IpAddr) -> Option<&str> {
        let mut tables = self.model.route_tables.values();
        let table = tables.find(|table| table.subnet_ids.iter().any(|id| id == subnet))?;
        let destination = |route: &Route| -> IpNet {
            let text = route.destination_cidr_block.as_ref();
            text.or(route.destination_ipv6_cidr_block.as_ref()).unwrap().parse().unwrap()
        };
        table
            .routes
            .iter()
            .filter(|route| destination(route).contains(&address))
            .max_by_key(|route| destination(route).prefix_len())
            .and_then(|route| route.target_type.as_deref())
    }

    /// Whether the internet may open connections into a subnet at all.
    fn is_unblocked(&self, subnet: &str) -> bool {
        let (mode, excluded, how) = self.plan.block;
        let vpc = self.model.subnets.get(subnet).unwrap().vpc_id.as_deref();
        let is_excluded = excluded == Some(subnet) || excluded == vpc;
        mode == "off" || (is_excluded && how == "allow-bidirectional")
    }

    /// Whether the transit gateway carries packets from a subnet to an address.
    fn carried(&self, subnet: &str, address: IpAddr) -> bool {
        if self.route(subnet, address) != Some("transit_gateway") {
            return false;
        }
        let vpc = self.model.subnets.get(subnet).unwrap().vpc_id.as_deref().unwrap();
        let zone = &self.model.subnets.get(subnet).unwrap().availability_zone;
        let attached = self.model.transit_gateway_attachments.values();
        let own = attached.clone().find(|found| found.vpc_id.as_deref() == Some(vpc)).unwrap();
        let in_zone = own
            .subnet_ids
            .iter()
            .any(|id| self.model.subnets.get(id).unwrap().availability_zone == *zone);
        // The hub has routes for IPv4 only.
        let taken = match address {
            IpAddr::V4(_) if holds("10.0.0.0/16", address) => HUB[self.plan.hub.0],
            IpAddr::V4(_) if holds("10.1.0.0/16", address) => HUB[self.plan.hub.1],
            _ => return false,
        };
        let right = if holds("10.0.0.0/16", address) { "att1" } else { "att2" };
        in_zone && taken == right
    }

    fn inside(&self, source: &Instance, target: &Instance, port: u16) -> bool {
        addresses(source).into_iter().any(|from| {
            addresses(target).into_iter().any(|to| {
                from.is_ipv4() == to.is_ipv4() && self.one_inside(source, from, target, to, port)
            })
        })
    }

    fn one_inside(
        &self,
        source: &Instance,
        from: IpAddr,
        target: &Instance,
        to: IpAddr,
        port: u16,
    ) -> bool {
        let (near, far) = (subnet_of(source), subnet_of(target));
        let one_vpc = self.model.subnets.get(near).unwrap().vpc_id
            == self.model.subnets.get(far).unwrap().vpc_id;
        // Over a transit gateway only inbound rules may refer to groups.
        let none: &[String] = &[];
        let (there, back) = match (one_vpc, self.plan.references) {
            (true, _) => (&target.security_group_ids[..], &source.security_group_ids[..]),
            (false, true) => (none, &source.security_group_ids[..]),
            (false, false) => (none, none),
        };
        if !self.group(&source.security_group_ids, true, to, there, port)
            || !self.group(&target.security_group_ids, false, from, back, port)
        {
            return false;
        }
        if near == far {
            return true;
        }
        let is_joined = self.carried(near, to) && self.carried(far, from);
        if !(one_vpc || is_joined) {
            return false;
        }
        PORTS.iter().any(|&client| {
            self.acl(near, true, to, port)
                && self.acl(far, false, from, port)
                && self.acl(far, true, from, client)
                && self.acl(near, false, to, client)
        })
    }

    /// Through the load balancer's nodes, which hand the client's address on.
    fn is_balanced_inside(&self, source: &Instance, target: &Instance) -> bool {
        let from = addresses(source)[0];
        let subnet = subnet_of(target);
        let (near, other) = (subnet_of(source), self.model.subnets.get(subnet).unwrap());
        let (_, group, listener) = self.plan.balancer;
        let groups: Vec<String> = group.iter().map(|at| format!("g{at}")).collect();
        let none: &[String] = &[];
        self.is_enabled_for(target)
            && nodes(self.plan).into_iter().any(|node| {
                let own = self.model.subnets.get(node).unwrap();
                let to: IpAddr =
                    own.cidr_block.as_ref().unwrap().replace(".0/24", ".99").parse().unwrap();
                let one_vpc = self.model.subnets.get(near).unwrap().vpc_id == own.vpc_id;
                let (there, back) = match (one_vpc, self.plan.references) {
                    (true, _) => (&groups[..], &source.security_group_ids[..]),
                    (false, true) => (none, &source.security_group_ids[..]),
                    (false, false) => (none, none),
                };
                let passes = (self.plan.cross_zone || own.vpc_id != other.vpc_id)
                    || own.availability_zone == other.availability_zone;
                let admitted =
                    groups.is_empty() || self.group(&groups, false, from, back, listener);
                let theirs = [&source.security_group_ids[..], &groups[..]].concat();
                passes
                    && admitted
                    && self.group(&source.security_group_ids, true, to, there, listener)
                    && self.group(&target.security_group_ids, false, from, &theirs, 80)
                    && (near == node
                        || one_vpc
                        || (self.carried(near, to) && self.carried(node, from)))
                    && (near == node
                        || PORTS.iter().any(|&client| {
                            self.acl(near, true, to, listener)
                                && self.acl(node, false, from, listener)
                                && self.acl(node, true, from, client)
                                && self.acl(near, false, to, client)
                        }))
                    && (subnet == node
                        || (self.acl(subnet, false, from, 80)
                            && PORTS.iter().any(|&client| self.acl(subnet, true, from, client))))
            })
    }

    /// Whether a client on the internet and a subnet have a way to each other.
    fn is_routed(&self, subnet: &str, client: IpAddr) -> bool {
        self.is_unblocked(subnet) && self.route(subnet, client) == Some("internet_gateway")
    }

    fn is_reached_from_internet(&self, target: &Instance, port: u16) -> bool {
        let subnet = subnet_of(target);
        INTERNET.iter().any(|client| {
            let client: IpAddr = client.parse().unwrap();
            let has_address = match client {
                IpAddr::V4(_) => target.associate_public_ip_address == Some(true),
                IpAddr::V6(_) => !target.ipv6_addresses.is_empty(),
            };
            let direct = has_address
                && self.is_routed(subnet, client)
                && self.group(&target.security_group_ids, false, client, &[], port)
                && self.acl(subnet, false, client, port)
                && PORTS.iter().any(|&back| self.acl(subnet, true, client, back));
            direct
                || (target.id == "i0"
                    && port == 80
                    && client.is_ipv4()
                    && self.balanced(target, client))
        })
    }

    /// Whether the load balancer is enabled in a target's zone.
    fn is_enabled_for(&self, target: &Instance) -> bool {
        let subnet = &self.model.subnets.get(subnet_of(target)).unwrap();
        nodes(self.plan).iter().map(|id| self.model.subnets.get(id).unwrap()).any(|node| {
            node.vpc_id != subnet.vpc_id || node.availability_zone == subnet.availability_zone
        })
    }

    /// Through the load balancer, which hands the client's address on.
    fn balanced(&self, target: &Instance, client: IpAddr) -> bool {
        let enabled = nodes(self.plan);
        self.is_enabled_for(target)
            && enabled.iter().any(|node| self.balanced_by(node, target, client))
    }

    /// Through one of its nodes.
    fn balanced_by(&self, node: &str, target: &Instance, client: IpAddr) -> bool {
        let (_, group, listener) = self.plan.balancer;
        let groups: Vec<String> = group.iter().map(|at| format!("g{at}")).collect();
        let subnet = subnet_of(target);
        let [own, other] = [node, subnet].map(|id| self.model.subnets.get(id).unwrap());
        let crosses = self.plan.cross_zone || own.vpc_id != other.vpc_id;
        (crosses || own.availability_zone == other.availability_zone)
            && self.is_routed(node, client)
            && (groups.is_empty() || self.group(&groups, false, client, &[], listener))
            && self.acl(node, false, client, listener)
            && self.group(&target.security_group_ids, false, client, &groups, 80)
            && PORTS.iter().any(|&back| {
                self.acl(node, true, client, back)
                    && (subnet == node
                        || (self.acl(subnet, false, client, 80)
                            && self.acl(subnet, true, client, back)))
            })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn algebra_and_walker_agree(plan in plan()) {
        let facts = build(&plan).derive();
        let model = &facts.0.model;
        let walker = Walker { model, plan: &plan };
        let network = Network::new(&facts.0, &Options::default());
        for target in model.instances.values() {
            let starts = model.instances.keys().filter(|id| **id != target.id).map(String::as_str);
            for from in starts.chain(["internet"]) {
                for &port in PORTS {
                    let question = Question {
                        from: Some(from.to_owned()),
                        to: Some(target.id.clone()),
                        port: Some(port.into()),
                        protocol: Some("tcp".to_owned()),
                        direct: true,
                        ..Question::default()
                    };
                    let answer = network.ask(&question).unwrap();
                    let walked = match model.instances.get(from) {
                        Some(source) => {
                            walker.inside(source, target, port)
                                || (target.id == "i0"
                                    && port == 80
                                    && walker.is_balanced_inside(source, target))
                        }
                        None => walker.is_reached_from_internet(target, port),
                    };
                    let expected = if walked { Verdict::Reachable } else { Verdict::Unreachable };
                    prop_assert_eq!(
                        answer.verdict, expected,
                        "{} to {}:{}: {:?} {:?}", from, target.id, port, answer.refuted, answer.unknown
                    );
                }
            }
        }
    }
}
