//! More small networks with known answers: default groups, what belongs to
//! other accounts, clients that a load balancer hands on, and bastions.

#![allow(clippy::unwrap_used, clippy::panic)]

mod network_builder;

use audit::analysis::network::query::{Answer, Network, Question, Verdict};
use audit::analysis::network::{self, Options};
use audit::model::{Instance, Reachability, Reason};
use network_builder::{Net, net};

const WEB: &str = "instances/web";
const DB: &str = "rds_instances/db";
const HOST: &str = "instances/host";

#[test]
fn without_a_group_of_its_own_an_instance_carries_the_default_one() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-default", &["-1 sg-default", "tcp 5432 sg-default"])
        .edit(|model| {
            model.security_groups.get_mut("sg-default").unwrap().is_default = Some(true);
        })
        .group("sg-other", &[])
        .instance("web", "app", "10.0.1.10", &[])
        .instance("neighbour", "app", "10.0.1.11", &[])
        .instance("stranger", "app", "10.0.1.12", &["sg-other"])
        .derive();
    assert_eq!(facts.inside(WEB), ["instances/neighbour"]);
    assert_eq!(facts.unexpected(WEB), ["instances/neighbour"]);
}

#[test]
fn a_subnet_that_another_account_shares_leaves_it_open() {
    let facts = net()
        .group("sg", &["tcp 22 0.0.0.0/0"])
        .instance("web", "subnet-of-another-account", "10.9.1.10", &["sg"])
        .public_ip("web")
        .derive();
    assert_eq!(facts.internet(WEB), None);
    assert!(facts.has_gap(WEB, "/reachability/unexpected_paths"));
}

#[test]
fn a_group_of_another_account_leaves_it_open() {
    let facts = net()
        .subnet("data", "10.0.2.0/24")
        .group("sg-db", &["tcp 5432 sg-of-another-account"])
        .rds("db", &["data"], &["sg-db"])
        .derive();
    assert_eq!(facts.internet(DB), Some(false));
    assert!(facts.unexpected(DB).is_empty());
    assert!(facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn what_another_account_puts_into_a_subnet_counts_as_a_range() {
    let facts = net()
        .subnet("data", "10.0.2.0/24")
        .group("sg-db", &["tcp 5432 10.0.2.0/24"])
        .rds("db", &["data"], &["sg-db"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["subnets/data"]);
}

#[test]
fn a_cache_in_a_public_subnet_has_no_public_address() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["tcp 6379 0.0.0.0/0"])
        .edit(|model| {
            let identity =
                |id: &str| audit::model::Identity { id: id.into(), ..Default::default() };
            let mut group = audit::model::ElastiCacheSubnetGroup::new(identity("group"));
            group.subnet_ids = vec!["edge".into()];
            let mut cache = audit::model::ElastiCacheReplicationGroup::new(identity("cache"));
            cache.port = Some(6379);
            cache.cache_subnet_group = Some("group".into());
            cache.security_group_ids = vec!["sg".into()];
            model.insert(group);
            model.insert(cache);
        })
        .derive();
    assert_eq!(facts.internet("elasticache_replication_groups/cache"), Some(false));
}

/// An instance behind a network load balancer that hands the client on.
fn behind(balancer: &str, target: &str, subnet: &str) -> Net {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet("app", "10.0.1.0/24")
        .group("sg-nlb", &[balancer])
        .group("sg", &[target])
        .instance("web", subnet, "10.0.1.10", &["sg"])
        .balancer("nlb", "network", "internet-facing", &["edge"], &["sg-nlb"])
        .listener("nlb", "TCP", 443, "instance", 8443, &["web"])
}

#[test]
fn one_client_must_pass_both_the_balancer_and_the_target() {
    let reached =
        |balancer: &str, target: &str| behind(balancer, target, "app").derive().internet(WEB);
    let (one, other) = ("203.0.113.0/24", "198.51.100.0/24");
    assert_eq!(reached(&format!("tcp 443 {one}"), &format!("tcp 8443 {one}")), Some(true));
    assert_eq!(reached(&format!("tcp 443 {one}"), &format!("tcp 8443 {other}")), Some(false));
    assert_eq!(reached(&format!("tcp 443 {one}"), "tcp 8443 sg-nlb"), Some(true));
}

#[test]
fn one_client_port_must_pass_both_acls() {
    let with = |ports: &str| {
        behind("tcp 443 0.0.0.0/0", "tcp 8443 0.0.0.0/0", "app")
            .acl(
                "edge-acl",
                "vpc",
                &["edge"],
                &["1 in allow -1 0.0.0.0/0", "1 out allow tcp 1024-2000 0.0.0.0/0"],
            )
            .acl(
                "app-acl",
                "vpc",
                &["app"],
                &["1 in allow -1 0.0.0.0/0", &format!("1 out allow tcp {ports} 0.0.0.0/0")],
            )
            .derive()
            .internet(WEB)
    };
    assert_eq!(with("1500-65535"), Some(true));
    assert_eq!(with("2001-65535"), Some(false));
}

#[test]
fn a_target_in_the_balancers_subnet_meets_its_acl_once() {
    let facts = behind("tcp 443 0.0.0.0/0", "tcp 8443 0.0.0.0/0", "edge")
        .acl(
            "edge-acl",
            "vpc",
            &["edge"],
            &["1 in allow tcp 443 0.0.0.0/0", "1 out allow -1 0.0.0.0/0"],
        )
        .edit_instance("web", |web| web.private_ip_address = Some("10.0.0.10".into()))
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

/// A bastion in a public subnet with a neighbour, judged with an
/// administrators' range.
fn bastion(rules: &[&str], admins: &[&str]) -> Reachability {
    let mut network = net()
        .public("edge", "10.0.0.0/24")
        .group("sg-host", rules)
        .group("sg-tool", &[])
        .bastion("host", "edge", "10.0.0.10", &["sg-host"])
        .public_ip("host")
        .instance("tool", "edge", "10.0.0.20", &["sg-tool"]);
    let options = Options {
        admin_cidrs: admins.iter().map(|&text| text.to_owned()).collect(),
        ..Options::default()
    };
    network::derive(&mut network.0, &options);
    network.0.model.analysis.reachability[HOST].clone()
}

fn starts(fact: &Reachability) -> Vec<(String, i64, i64)> {
    fact.unexpected_paths
        .iter()
        .map(|path| (path.from_label.clone(), path.from_port, path.to_port))
        .collect()
}

#[test]
fn a_bastion_takes_ssh_from_named_addresses() {
    let internet = |port| vec![("internet".to_owned(), port, port)];
    let office = "tcp 22 203.0.113.0/24";
    assert!(starts(&bastion(&[office], &["203.0.113.0/24"])).is_empty());
    assert!(starts(&bastion(&[office], &["203.0.112.0/23", "2001:db8::/32"])).is_empty());
    assert_eq!(starts(&bastion(&[office], &["203.0.113.0/25"])), internet(22));
    // Where nobody names any, what its rules name.
    assert!(starts(&bastion(&[office], &[])).is_empty());
    // A rule for everyone admits the neighbours too.
    let everyone = starts(&bastion(&["tcp 22 0.0.0.0/0"], &[]));
    assert!(everyone.contains(&internet(22)[0]) && everyone.contains(&("tool".to_owned(), 22, 22)));
    let halves = starts(&bastion(&["tcp 22 0.0.0.0/1", "tcp 22 128.0.0.0/1"], &[]));
    assert!(halves.contains(&internet(22)[0]));
    // Other ports are not foreseen from anywhere.
    assert_eq!(starts(&bastion(&[office, "tcp 443 203.0.113.0/24"], &[])), internet(443));
}

#[test]
fn a_bastion_takes_no_ssh_from_its_neighbours() {
    let office = "tcp 22 203.0.113.0/24";
    assert_eq!(
        starts(&bastion(&[office, "tcp 22 sg-tool"], &["203.0.113.0/24"])),
        [("tool".to_owned(), 22, 22)]
    );
    let wide = bastion(&[office, "tcp 22 10.0.0.0/16"], &["203.0.113.0/24"]);
    assert!(starts(&wide).contains(&("tool".to_owned(), 22, 22)));
    // A range that is named foresees what lives in it.
    assert!(starts(&bastion(&["tcp 22 10.0.0.0/24"], &["10.0.0.0/24"])).is_empty());
}

#[test]
fn a_bastion_whose_rules_are_not_known_is_left_open() {
    let mut network = net()
        .public("edge", "10.0.0.0/24")
        .group("sg-host", &["tcp 22 ?"])
        .bastion("host", "edge", "10.0.0.10", &["sg-host"])
        .public_ip("host")
        .gap("security_groups", "sg-host", "/ingress/0/cidr_ipv4");
    network::derive(&mut network.0, &Options::default());
    let open = network.0.gaps.iter().any(|gap| {
        gap.id.as_deref() == Some("host") && gap.path == "/reachability/unexpected_paths"
    });
    assert!(open);
    assert!(network.0.model.instances.values().any(|found: &Instance| found.id == "host"));
}

#[test]
fn an_elastic_address_on_a_secondary_private_one_counts() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["tcp 22 0.0.0.0/0"])
        .interface("eni", "edge", "10.0.0.10", &["sg"])
        .edit(|model| {
            let interface = model.network_interfaces.get_mut("eni").unwrap();
            interface.private_ip_addresses.push("10.0.0.11".into());
            let identity = audit::model::Identity { id: "eip".into(), ..Default::default() };
            let mut address = audit::model::ElasticIp::new(identity);
            address.network_interface_id = Some("eni".into());
            address.private_ip_address = Some("10.0.0.11".into());
            model.insert(address);
        })
        .derive();
    assert_eq!(facts.internet("network_interfaces/eni"), Some(true));
}

#[test]
fn everywhere_on_a_private_database_opens_it_to_peers_too() {
    let net = |status: &str| {
        net()
            .other_vpc("vpc2", "10.1.0.0/16", &["10.0.0.0/16 vpc_peering_connection pcx"])
            .peering("pcx", "vpc", "vpc2", status)
            .table("to-peer", "vpc", &["10.1.0.0/16 vpc_peering_connection pcx"])
            .subnet("data", "10.0.2.0/24")
            .associate("to-peer", "data")
            .subnet_of("vpc2", "far", "10.1.1.0/24", "eu-west-1a")
            .group("sg-db", &["tcp 5432 0.0.0.0/0"])
            .rds("db", &["data"], &["sg-db"])
            .derive()
    };
    assert_eq!(net("active").internet(DB), Some(false));
    assert_eq!(net("active").unexpected(DB), ["subnets/data", "subnets/far"]);
    assert_eq!(net("deleted").unexpected(DB), ["subnets/data"]);
}

#[test]
fn a_target_in_a_zone_that_the_balancer_is_not_enabled_in_gets_nothing() {
    let net = |zone: &str| {
        net()
            .public("edge", "10.0.0.0/24")
            .subnet_of("vpc", "app", "10.0.1.0/24", zone)
            .group("sg-nlb", &["tcp 443 0.0.0.0/0"])
            .group("sg", &["tcp 8443 0.0.0.0/0"])
            .instance("web", "app", "10.0.1.10", &["sg"])
            .balancer("nlb", "network", "internet-facing", &["edge"], &["sg-nlb"])
            .listener("nlb", "TCP", 443, "instance", 8443, &["web"])
            .derive()
    };
    assert_eq!(net("eu-west-1a").internet(WEB), Some(true));
    assert_eq!(net("eu-west-1b").internet(WEB), Some(false));
    // Told by another name, it may be the same.
    assert_eq!(net("eu-west-1[1]").internet(WEB), Some(true));
    assert_eq!(net("euw1-az2").internet(WEB), Some(true));
    assert!(net("eu-west-1a").inside(WEB).contains(&"load_balancers/nlb".to_owned()));
    assert!(!net("eu-west-1b").inside(WEB).contains(&"load_balancers/nlb".to_owned()));
}

/// A balancer with a node in each of two zones, of which the internet reaches
/// the one that is not the target's.
fn other_zone(kind: &str, own: Option<bool>, of_group: Option<bool>) -> Net {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet_of("vpc", "app", "10.0.1.0/24", "eu-west-1b")
        .group("sg-lb", &["tcp 443 0.0.0.0/0"])
        .group("sg", &["tcp 8443 0.0.0.0/0"])
        .instance("web", "app", "10.0.1.10", &["sg"])
        .balancer("lb", kind, "internet-facing", &["edge", "app"], &["sg-lb"])
        .listener("lb", "TCP", 443, "instance", 8443, &["web"])
        .edit(|model| {
            model.load_balancers.get_mut("lb").unwrap().cross_zone_enabled = own;
            model.target_groups.get_mut("lb-443").unwrap().cross_zone_enabled = of_group;
        })
}

#[test]
fn a_node_passes_nothing_to_another_zone_unless_it_is_told_so() {
    let reached = |own, of_group| other_zone("network", own, of_group).derive().internet(WEB);
    assert_eq!(reached(Some(true), None), Some(true));
    assert_eq!(reached(Some(false), None), Some(false));
    assert_eq!(reached(None, None), Some(false));
    // The target group's word counts more.
    assert_eq!(reached(Some(false), Some(true)), Some(true));
    assert_eq!(reached(Some(true), Some(false)), Some(false));
    let open = other_zone("network", None, None).gap("load_balancers", "lb", "/cross_zone_enabled");
    assert_eq!(open.derive().internet(WEB), None);
}

#[test]
fn an_application_load_balancer_passes_to_every_zone() {
    let from = |of_group| {
        let facts = other_zone("application", None, of_group).derive();
        facts.inside(WEB).contains(&"load_balancers/lb".to_owned())
    };
    assert!(from(None));
    // From the node in the target's zone.
    assert!(from(Some(false)));
}

/// What is known of load balancers where they could not be listed.
fn unlisted(rule: &str, interface: Option<(&str, &[&str])>) -> Option<bool> {
    let denied = Reason::Denied {
        operation: "elasticloadbalancing:DescribeLoadBalancers".into(),
        permission: "elasticloadbalancing:DescribeLoadBalancers".into(),
    };
    let mut network = net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-lb", &["tcp 443 0.0.0.0/0"])
        .group("sg-app", &[])
        .group("sg-db", &[rule])
        .rds("db", &["app"], &["sg-db"])
        .because("load_balancers", "", "", denied);
    if let Some((description, groups)) = interface {
        network = network.interface("eni", "app", "10.0.1.77", groups).edit(|model| {
            let interface = model.network_interfaces.get_mut("eni").unwrap();
            interface.description = Some(description.into());
        });
    }
    network.derive().internet(DB)
}

#[test]
fn interfaces_tell_of_load_balancers_that_could_not_be_listed() {
    let alb = "ELB app/alb/0123456789abcdef";
    let nlb = "ELB net/nlb/0123456789abcdef";
    assert_eq!(unlisted("tcp 5432 0.0.0.0/0", None), Some(false));
    assert_eq!(unlisted("tcp 5432 sg-app", Some((alb, &["sg-lb"]))), Some(false));
    assert_eq!(unlisted("tcp 5432 sg-lb", Some((alb, &["sg-lb"]))), None);
    assert_eq!(unlisted("tcp 5432 10.0.1.0/24", Some((alb, &["sg-lb"]))), None);
    // One that keeps the client's address, with a group and without.
    assert_eq!(unlisted("tcp 5432 203.0.113.0/24", Some((nlb, &["sg-lb"]))), None);
    assert_eq!(unlisted("tcp 5432 203.0.113.0/24", Some((nlb, &[]))), None);
    assert_eq!(unlisted("tcp 5432 203.0.113.0/24", Some((alb, &["sg-lb"]))), Some(false));
    assert_eq!(unlisted("tcp 5432 192.168.0.0/16", Some((nlb, &[]))), Some(false));
}

#[test]
fn unlisted_load_balancers_without_interfaces_reach_whatever_admits_somebody() {
    let with = |rule: &str, more: bool| {
        let mut network = net()
            .subnet("app", "10.0.1.0/24")
            .group("sg-app", &[])
            .group("sg-db", &[rule])
            .rds("db", &["app"], &["sg-db"])
            .gap("load_balancers", "", "");
        if more {
            network = network.gap("network_interfaces", "", "");
        }
        network.derive().internet(DB)
    };
    for more in [false, true] {
        assert_eq!(with("tcp 5432 sg-app", more), None);
        assert_eq!(with("tcp 5432 10.0.0.0/16", more), None);
        assert_eq!(with("tcp 5432 203.0.113.0/24", more), None);
        assert_eq!(with("tcp 5432 192.168.0.0/16", more), Some(false));
        assert_eq!(with("tcp 22 10.0.0.0/16", more), Some(false));
    }
}

#[test]
fn a_load_balancer_may_have_public_addresses_of_ipv6_alone() {
    let net = |kind: &str, rule: &str| {
        net()
            .public("edge", "10.0.0.0/24")
            .v6("edge", "2600:1f00::/64")
            .table("both", "vpc", &["0.0.0.0/0 internet_gateway igw", "::/0 internet_gateway igw"])
            .associate("both", "edge")
            .group("sg", &[rule])
            .balancer("alb", "application", "internet-facing", &["edge"], &["sg"])
            .listener("alb", "HTTPS", 443, "ip", 3000, &[])
            .edit(|model| {
                let alb = model.load_balancers.get_mut("alb").unwrap();
                alb.ip_address_type = Some(kind.into());
            })
            .derive()
            .internet("load_balancers/alb")
    };
    assert_eq!(net("dualstack", "tcp 443 0.0.0.0/0"), Some(true));
    assert_eq!(net("dualstack-without-public-ipv4", "tcp 443 0.0.0.0/0"), Some(false));
    assert_eq!(net("dualstack-without-public-ipv4", "tcp 443 ::/0"), Some(true));
    assert_eq!(net("ipv4", "tcp 443 ::/0"), Some(false));
}

#[test]
fn a_peering_leads_to_no_gateway_of_the_peer() {
    let facts = net()
        .other_vpc("vpc2", "10.1.0.0/16", &["10.0.0.0/16 vpc_peering_connection pcx"])
        .gateway("igw2", Some("vpc2"))
        .peering("pcx", "vpc", "vpc2", "active")
        .table("by-peer", "vpc", &["0.0.0.0/0 vpc_peering_connection pcx"])
        .subnet("app", "10.0.1.0/24")
        .associate("by-peer", "app")
        .group("sg", &["-1 0.0.0.0/0"])
        .instance("web", "app", "10.0.1.10", &["sg"])
        .public_ip("web")
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
    let question =
        Question { from: Some("web".into()), to: Some("8.8.8.8".into()), ..Question::default() };
    let network = Network::new(&facts.0, &Options::default());
    assert_eq!(network.ask(&question).unwrap().verdict, Verdict::Unreachable);
}

#[test]
fn of_equal_routes_the_static_one_and_the_block_decide() {
    let net = |routes: &[&str], propagated: Option<usize>| {
        net()
            .prefix_list("office", &["203.0.113.0/24"])
            .table("own", "vpc", routes)
            .edit(|model| {
                if let Some(at) = propagated {
                    let table = model.route_tables.get_mut("own").unwrap();
                    table.routes[at + 1].propagated = Some(true);
                }
            })
            .subnet("edge", "10.0.0.0/24")
            .associate("own", "edge")
            .group("sg", &["tcp 22 203.0.113.0/24"])
            .instance("web", "edge", "10.0.0.10", &["sg"])
            .public_ip("web")
            .derive()
            .internet(WEB)
    };
    let (out, back) =
        ("203.0.113.0/24 internet_gateway igw", "203.0.113.0/24 virtual_private_gateway vgw");
    assert_eq!(net(&[out, back], Some(1)), Some(true));
    assert_eq!(net(&[back, out], Some(1)), Some(false));
    let (list_out, list_back) =
        ("pl:office internet_gateway igw", "pl:office virtual_private_gateway vgw");
    assert_eq!(net(&[list_back, out], None), Some(true));
    assert_eq!(net(&[list_out, back], None), Some(false));
}

#[test]
fn a_port_range_may_be_open_at_its_end() {
    let net = |from: i64, to: i64| {
        net()
            .public("edge", "10.0.0.0/24")
            .group("sg", &["tcp 1 0.0.0.0/0"])
            .edit(|model| {
                let rule = &mut model.security_groups.get_mut("sg").unwrap().ingress[0];
                (rule.from_port, rule.to_port) = (Some(from), Some(to));
            })
            .instance("web", "edge", "10.0.0.10", &["sg"])
            .public_ip("web")
            .derive()
            .internet_ports(WEB)
    };
    assert_eq!(net(-1, 22), [(0, 22)]);
    assert_eq!(net(65530, -1), [(65530, 65535)]);
    assert_eq!(net(-1, -1), [(0, 65535)]);
    assert_eq!(net(30, 70000), [(30, 65535)]);
}

/// An instance open to all ICMP behind an ACL with these entries, and whether
/// the internet reaches it by ICMP of a type and code.
fn pinged(group: &str, entries: &[&str], kind: u8, code: Option<u8>) -> Answer {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &[group])
        .acl("own", "vpc", &["edge"], entries)
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .public_ip("web")
        .derive();
    let question = Question {
        from: Some("internet".into()),
        to: Some("web".into()),
        icmp_type: Some(kind),
        icmp_code: code,
        ..Question::default()
    };
    Network::new(&facts.0, &Options::default()).ask(&question).unwrap()
}

const OPEN: [&str; 2] = ["9 in allow -1 0.0.0.0/0", "9 out allow -1 0.0.0.0/0"];

#[test]
fn icmp_rules_are_about_a_type_and_a_code() {
    for (group, kind, code, verdict) in [
        ("icmp -1 0.0.0.0/0", 3, Some(4), Verdict::Reachable),
        ("icmp 3/4 0.0.0.0/0", 3, Some(4), Verdict::Reachable),
        ("icmp 3/4 0.0.0.0/0", 3, None, Verdict::Reachable),
        ("icmp 3/4 0.0.0.0/0", 3, Some(1), Verdict::Unreachable),
        ("icmp 3/4 0.0.0.0/0", 4, None, Verdict::Unreachable),
        ("icmp 8 0.0.0.0/0", 8, Some(7), Verdict::Reachable),
        // The two numbers are no range of types.
        ("icmp 0/8 0.0.0.0/0", 3, None, Verdict::Unreachable),
        ("icmp 0/8 0.0.0.0/0", 0, Some(8), Verdict::Reachable),
        ("tcp 0-65535 0.0.0.0/0", 8, None, Verdict::Unreachable),
        ("-1 0.0.0.0/0", 255, Some(255), Verdict::Reachable),
        // That of IPv6 is another protocol.
        ("icmpv6 -1 0.0.0.0/0", 8, None, Verdict::Unreachable),
    ] {
        assert_eq!(pinged(group, &OPEN, kind, code).verdict, verdict, "{group} {kind} {code:?}");
    }
}

#[test]
fn only_an_echo_request_needs_its_answer_let_out() {
    let all = "icmp -1 0.0.0.0/0";
    let out = |entry| ["9 in allow -1 0.0.0.0/0", entry];
    for (entry, kind, verdict) in [
        ("9 out allow icmp 0 0.0.0.0/0", 8, Verdict::Reachable),
        ("9 out allow icmp 0/0 0.0.0.0/0", 8, Verdict::Reachable),
        ("9 out allow icmp 0/1 0.0.0.0/0", 8, Verdict::Unreachable),
        ("9 out allow icmp 8 0.0.0.0/0", 8, Verdict::Unreachable),
        ("9 out allow tcp 0-65535 0.0.0.0/0", 8, Verdict::Unreachable),
        ("9 out allow tcp 0-65535 0.0.0.0/0", 3, Verdict::Reachable),
    ] {
        assert_eq!(pinged(all, &out(entry), kind, None).verdict, verdict, "{entry} {kind}");
    }
}

#[test]
fn a_path_by_icmp_tells_type_and_code() {
    let entries = ["1 in deny icmp 3/4 0.0.0.0/0", OPEN[0], OPEN[1]];
    assert_eq!(pinged("icmp 3 0.0.0.0/0", &entries, 3, Some(4)).verdict, Verdict::Unreachable);
    let answer = pinged("icmp 3 0.0.0.0/0", &entries, 3, None);
    let told: Vec<Option<&str>> = answer.paths.iter().map(|path| path.icmp.as_deref()).collect();
    assert_eq!(told, [Some("type 3 codes 0-3"), Some("type 3 codes 5-255")]);
    let hops: Vec<&str> = answer.paths[0].hops.iter().map(|hop| hop.description.as_str()).collect();
    assert!(hops.contains(&"ingress icmp type 3 from 0.0.0.0/0"), "{hops:?}");
    let echo = pinged("icmp 8/0 0.0.0.0/0", &OPEN, 8, None);
    assert!(echo.paths[0].packet.ends_with("/icmp type 8 code 0"), "{}", echo.paths[0].packet);
    let reply: Vec<&str> = echo.paths[0].reply.iter().map(|hop| hop.description.as_str()).collect();
    assert!(reply[0].starts_with("egress entry 9 allows everything"), "{reply:?}");
}

#[test]
fn what_is_said_of_icmp_must_fit() {
    let facts = net().derive();
    let network = Network::new(&facts.0, &Options::default());
    let icmp = |protocol: &str, port: Option<u16>, kind, code| {
        let question = Question {
            from: Some("internet".into()),
            to: Some("internet".into()),
            protocol: Some(protocol.into()),
            port: port.map(Into::into),
            icmp_type: kind,
            icmp_code: code,
            ..Question::default()
        };
        network.ask(&question).is_err()
    };
    assert!(icmp("tcp", None, Some(8), None));
    assert!(icmp("icmp", Some(256), None, None));
    assert!(icmp("icmp", Some(8), Some(8), None));
    assert!(icmp("icmp", None, None, Some(0)));
    assert!(!icmp("icmp", Some(8), None, Some(0)));
}

#[test]
fn an_acl_entry_for_one_icmp_type_is_about_that_type() {
    let net = |kind: i64| {
        net()
            .public("edge", "10.0.0.0/24")
            .group("sg", &["icmp 8 0.0.0.0/0"])
            .acl(
                "own",
                "vpc",
                &["edge"],
                &["1 in deny 1 0.0.0.0/0", "2 in allow -1 0.0.0.0/0", "2 out allow -1 0.0.0.0/0"],
            )
            .edit(|model| {
                let entry = &mut model.network_acls.get_mut("own").unwrap().entries[0];
                (entry.from_port, entry.to_port) = (Some(kind), Some(-1));
            })
            .instance("web", "edge", "10.0.0.10", &["sg"])
            .public_ip("web")
            .derive()
    };
    assert_eq!(net(8).internet(WEB), Some(false));
    assert_eq!(net(0).internet(WEB), Some(true));
    assert_eq!(net(-1).internet(WEB), Some(false));
}

#[test]
fn a_region_that_may_block_public_access_leaves_it_open() {
    let net = |subnet_region: Option<&str>| {
        net()
            .public("edge", "10.0.0.0/24")
            .group("sg", &["tcp 22 0.0.0.0/0"])
            .instance("web", "edge", "10.0.0.10", &["sg"])
            .public_ip("web")
            .edit(|model| {
                for (name, mode) in [("eu-west-1", "off"), ("us-east-1", "block-ingress")] {
                    let mut region = audit::model::Region::new(audit::model::Identity {
                        id: format!("111111111111/{name}"),
                        account: Some("111111111111".into()),
                        region: Some(name.into()),
                        ..Default::default()
                    });
                    region.vpc_block_public_access_mode = Some(mode.into());
                    model.insert(region);
                }
                let subnet = model.subnets.get_mut("edge").unwrap();
                subnet.region = subnet_region.map(str::to_owned);
            })
            .derive()
    };
    assert_eq!(net(Some("eu-west-1")).internet(WEB), Some(true));
    assert_eq!(net(Some("us-east-1")).internet(WEB), Some(false));
    assert_eq!(net(None).internet(WEB), None);
}

#[test]
fn the_public_address_of_an_instance_is_that_of_its_only_interface() {
    let net = |public: Option<&str>| {
        net()
            .public("edge", "10.0.0.0/24")
            .group("sg", &["tcp 22 0.0.0.0/0"])
            .instance("web", "edge", "10.0.0.10", &["sg"])
            .interface("eni", "edge", "10.0.0.10", &["sg"])
            .edit(|model| {
                model.network_interfaces.get_mut("eni").unwrap().instance_id = Some("web".into());
                let web = model.instances.get_mut("web").unwrap();
                web.public_ip_address = public.map(str::to_owned);
            })
            .derive()
    };
    assert_eq!(net(Some("198.51.100.60")).internet(WEB), Some(true));
    assert_eq!(net(None).internet(WEB), Some(false));
}
