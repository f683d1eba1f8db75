//! Small networks with known answers, one trap each.

#![allow(clippy::unwrap_used)]

mod network_builder;

use network_builder::{hops, net, reference};

const DB: &str = "rds_instances/db";
const WEB: &str = "instances/web";

/// A public instance that admits SSH from everywhere.
fn exposed() -> network_builder::Net {
    net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["tcp 22 0.0.0.0/0"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .public_ip("web")
}

#[test]
fn the_reference_architecture_holds() {
    let facts = reference().derive();
    assert_eq!(facts.internet(DB), Some(false));
    assert_eq!(facts.inside(DB), ["ecs_services/svc"]);
    assert!(facts.unexpected(DB).is_empty());
    assert_eq!(facts.internet("ecs_services/svc"), Some(false));
    assert_eq!(facts.inside("ecs_services/svc"), ["load_balancers/alb"]);
    assert!(facts.unexpected("ecs_services/svc").is_empty());
    assert_eq!(facts.internet("load_balancers/alb"), Some(true));
    assert_eq!(facts.internet_ports("load_balancers/alb"), [(443, 443)]);
    assert_eq!(
        hops(&facts.of(DB).internal_paths[0]),
        [
            "svc",
            "sg-app /egress/0",
            "acl /entries/1",
            "main /routes/0",
            "acl /entries/0",
            "sg-db /ingress/0",
            "db /port"
        ]
    );
}

#[test]
fn exposed_instance_is_reached() {
    let facts = exposed().derive();
    assert_eq!(facts.internet(WEB), Some(true));
    assert_eq!(facts.internet_ports(WEB), [(22, 22)]);
    assert_eq!(
        facts.internet_hops(WEB),
        [
            "the internet",
            "igw /vpc_id",
            "public /routes/1",
            "acl /entries/0",
            "web /associate_public_ip_address",
            "sg /ingress/0",
            "web"
        ]
    );
}

// The internet: addresses, routes, gateways.

#[test]
fn no_public_address_no_path() {
    let facts = exposed()
        .edit_instance("web", |web| web.associate_public_ip_address = Some(false))
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn public_address_in_a_private_subnet() {
    let facts = exposed().associate("main", "edge").derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn the_main_table_is_in_force_by_default() {
    let facts = net()
        .edit(|model| {
            let main = model.route_tables.get_mut("main").unwrap();
            main.routes.push(network_builder::route("0.0.0.0/0 internet_gateway igw"));
        })
        .subnet("edge", "10.0.0.0/24")
        .group("sg", &["tcp 22 0.0.0.0/0"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .public_ip("web")
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
    assert_eq!(facts.0.model.subnets.get("edge").unwrap().public, Some(true));
}

#[test]
fn a_blackhole_route_leads_nowhere() {
    let facts = exposed()
        .edit(|model| {
            model.route_tables.get_mut("public").unwrap().routes[1].state =
                Some("blackhole".into());
        })
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
    assert_eq!(facts.0.model.subnets.get("edge").unwrap().public, Some(false));
}

#[test]
fn a_detached_gateway_leads_nowhere() {
    assert_eq!(exposed().gateway("igw", None).derive().internet(WEB), Some(false));
}

#[test]
fn a_gateway_of_another_vpc_leads_nowhere() {
    assert_eq!(exposed().gateway("igw", Some("elsewhere")).derive().internet(WEB), Some(false));
}

#[test]
fn a_nat_gateway_lets_nothing_in() {
    let facts = exposed()
        .table("nat", "vpc", &["0.0.0.0/0 nat_gateway nat-1"])
        .associate("nat", "edge")
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
    assert!(facts.of(WEB).refuted.iter().any(|fact| fact.contains("NAT gateway")));
}

#[test]
fn a_more_specific_route_steals_the_answers() {
    // Only 203.0.113.0/24 is admitted, and its answers go to a VPN.
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .table(
            "split",
            "vpc",
            &["0.0.0.0/0 internet_gateway igw", "203.0.113.0/24 virtual_private_gateway vgw"],
        )
        .associate("split", "edge")
        .group("sg", &["tcp 22 203.0.113.0/24"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .public_ip("web")
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
    assert_eq!(facts.unexpected(WEB), ["203.0.113.0/24 (the network behind vgw)"]);
}

#[test]
fn a_route_for_a_part_of_the_internet_is_enough() {
    let facts = exposed()
        .table("part", "vpc", &["203.0.113.0/24 internet_gateway igw"])
        .associate("part", "edge")
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn split_halves_are_everywhere() {
    let facts = exposed().group("sg", &["tcp 22 0.0.0.0/1", "tcp 22 128.0.0.0/1"]).derive();
    assert_eq!(facts.internet(WEB), Some(true));
    let open = &facts.0.model.security_groups.get("sg").unwrap().open_ingress;
    assert_eq!((open[0].from_port, open[0].rules.clone()), (22, vec![0, 1]));
}

#[test]
fn one_address_of_the_internet_is_the_internet() {
    assert_eq!(
        exposed().group("sg", &["tcp 22 198.51.100.7/32"]).derive().internet(WEB),
        Some(true)
    );
}

#[test]
fn private_ranges_are_not_the_internet() {
    let facts = exposed().group("sg", &["tcp 22 10.0.0.0/8", "tcp 22 192.168.0.0/16"]).derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn ipv6_only_is_open_to_the_internet() {
    let net = exposed()
        .group("sg", &["tcp 22 ::/0"])
        .v6("edge", "2600:1f00::/64")
        .table("six", "vpc", &["::/0 internet_gateway igw"])
        .associate("six", "edge")
        .edit_instance("web", |web| {
            web.associate_public_ip_address = Some(false);
            web.ipv6_addresses = vec!["2600:1f00::10".into()];
        });
    assert_eq!(net.derive().internet(WEB), Some(true));
}

#[test]
fn ipv6_rules_do_not_admit_ipv4() {
    assert_eq!(exposed().group("sg", &["tcp 22 ::/0"]).derive().internet(WEB), Some(false));
}

#[test]
fn an_egress_only_gateway_lets_nothing_in() {
    let facts = exposed()
        .group("sg", &["tcp 22 ::/0"])
        .v6("edge", "2600:1f00::/64")
        .table("six", "vpc", &["::/0 egress_only_internet_gateway eigw"])
        .associate("six", "edge")
        .edit_instance("web", |web| web.ipv6_addresses = vec!["2600:1f00::10".into()])
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn block_public_access_stops_it() {
    for (mode, exclusion, reached) in [
        ("block-ingress", None, false),
        ("block-bidirectional", None, false),
        ("off", None, true),
        ("block-ingress", Some("allow-bidirectional"), true),
        ("block-ingress", Some("allow-egress"), false),
    ] {
        let facts = exposed()
            .edit(|model| {
                let mut region = audit::model::Region::new(audit::model::Identity {
                    id: "111111111111/eu-west-1".into(),
                    account: Some("111111111111".into()),
                    region: Some("eu-west-1".into()),
                    ..Default::default()
                });
                region.vpc_block_public_access_mode = Some(mode.into());
                if let Some(exclusion) = exclusion {
                    region
                        .vpc_block_public_access_exclusions
                        .insert("vpc".into(), exclusion.into());
                }
                model.insert(region);
            })
            .derive();
        assert_eq!(facts.internet(WEB), Some(reached), "{mode} {exclusion:?}");
    }
}

#[test]
fn an_elastic_address_makes_an_instance_public() {
    let facts = exposed()
        .edit_instance("web", |web| web.associate_public_ip_address = Some(false))
        .edit(|model| {
            let mut address = audit::model::ElasticIp::new(audit::model::Identity {
                id: "eip".into(),
                ..Default::default()
            });
            address.instance_id = Some("web".into());
            model.insert(address);
        })
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn a_second_interface_counts() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .public("edge", "10.0.0.0/24")
        .group("closed", &[])
        .group("sg", &["tcp 22 0.0.0.0/0"])
        .instance("web", "app", "10.0.1.10", &["closed"])
        .interface("eni", "edge", "10.0.0.10", &["sg"])
        .edit(|model| {
            let interface = model.network_interfaces.get_mut("eni").unwrap();
            interface.instance_id = Some("web".into());
            interface.public_ip_addresses = vec!["198.51.100.1".into()];
        })
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn any_of_several_groups_admits() {
    let facts = exposed()
        .group("closed", &[])
        .edit_instance("web", |web| web.security_group_ids = vec!["closed".into(), "sg".into()])
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn all_protocols_means_all_ports() {
    let facts = exposed().group("sg", &["-1 0.0.0.0/0"]).derive();
    assert_eq!(facts.internet_ports(WEB), [(0, 65535)]);
}

#[test]
fn each_open_range_has_a_path() {
    let facts = exposed().group("sg", &["tcp 22 0.0.0.0/0", "tcp 8080-8090 0.0.0.0/0"]).derive();
    assert_eq!(facts.internet_ports(WEB), [(22, 22), (8080, 8090)]);
}

#[test]
fn a_lambda_interface_takes_no_connections() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["-1 0.0.0.0/0"])
        .interface("eni", "edge", "10.0.0.9", &["sg"])
        .edit(|model| {
            let interface = model.network_interfaces.get_mut("eni").unwrap();
            interface.interface_type = Some("lambda".into());
            interface.public_ip_addresses = vec!["198.51.100.1".into()];
        })
        .derive();
    assert_eq!(facts.internet("network_interfaces/eni"), Some(false));
}

#[test]
fn prefix_lists_count_as_their_ranges() {
    let open =
        exposed().prefix_list("pl", &["0.0.0.0/1", "128.0.0.0/1"]).group("sg", &["tcp 22 pl:pl"]);
    assert_eq!(open.derive().internet(WEB), Some(true));
    let private = exposed().prefix_list("pl", &["10.0.0.0/8"]).group("sg", &["tcp 22 pl:pl"]);
    assert_eq!(private.derive().internet(WEB), Some(false));
}

#[test]
fn an_edge_table_with_a_middlebox_leaves_it_open() {
    let facts = exposed()
        .table("edge-table", "vpc", &["10.0.0.0/24 vpc_endpoint gwlbe"])
        .edit(|model| {
            model.route_tables.get_mut("edge-table").unwrap().gateway_ids = vec!["igw".into()];
        })
        .derive();
    assert_eq!(facts.internet(WEB), None);
}

// Network ACLs.

#[test]
fn an_acl_without_ephemeral_ports_stops_the_answer() {
    let facts = exposed()
        .acl(
            "tight",
            "vpc",
            &["edge"],
            &["100 in allow tcp 22 0.0.0.0/0", "100 out allow tcp 22 0.0.0.0/0"],
        )
        .derive();
    // A client may use port 22 itself, so the answer gets through there.
    assert_eq!(facts.internet(WEB), Some(true));
    let facts =
        exposed().acl("tight", "vpc", &["edge"], &["100 in allow tcp 22 0.0.0.0/0"]).derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn the_first_matching_entry_decides() {
    let tail = ["200 in allow -1 0.0.0.0/0", "200 out allow -1 0.0.0.0/0"];
    let denied =
        exposed().acl("own", "vpc", &["edge"], &["100 in deny tcp 22 0.0.0.0/0", tail[0], tail[1]]);
    assert_eq!(denied.derive().internet(WEB), Some(false));
    let late =
        exposed().acl("own", "vpc", &["edge"], &["300 in deny tcp 22 0.0.0.0/0", tail[0], tail[1]]);
    assert_eq!(late.derive().internet(WEB), Some(true));
}

#[test]
fn an_acl_that_denies_half_leaves_the_other() {
    let facts = exposed()
        .acl(
            "half",
            "vpc",
            &["edge"],
            &[
                "100 in deny -1 0.0.0.0/1",
                "200 in allow -1 0.0.0.0/0",
                "200 out allow -1 0.0.0.0/0",
            ],
        )
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn acl_and_group_must_admit_the_same_source() {
    let facts = exposed()
        .group("sg", &["tcp 22 0.0.0.0/1"])
        .acl(
            "half",
            "vpc",
            &["edge"],
            &[
                "100 in deny -1 0.0.0.0/1",
                "200 in allow -1 0.0.0.0/0",
                "200 out allow -1 0.0.0.0/0",
            ],
        )
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn ipv4_entries_do_not_judge_ipv6() {
    let facts = exposed()
        .group("sg", &["tcp 22 ::/0"])
        .v6("edge", "2600:1f00::/64")
        .table("six", "vpc", &["::/0 internet_gateway igw"])
        .associate("six", "edge")
        .edit_instance("web", |web| web.ipv6_addresses = vec!["2600:1f00::10".into()])
        .acl("four", "vpc", &["edge"], &["100 in allow -1 0.0.0.0/0", "100 out allow -1 0.0.0.0/0"])
        .derive();
    assert_eq!(facts.internet(WEB), Some(false));
}

#[test]
fn acls_do_not_judge_traffic_inside_a_subnet() {
    let inside = |subnet: &str, address: &str| {
        net()
            .subnet("a", "10.0.1.0/24")
            .subnet("b", "10.0.2.0/24")
            .group("sg", &["tcp 22 10.0.0.0/16"])
            .acl("shut", "vpc", &["a"], &[])
            .instance("web", "a", "10.0.1.10", &["sg"])
            .bastion("jump", subnet, address, &["sg"])
            .derive()
            .inside(WEB)
    };
    assert_eq!(inside("a", "10.0.1.20"), ["instances/jump", "subnets/a"]);
    assert!(inside("b", "10.0.2.20").iter().all(|start| start != "instances/jump"));
}

#[test]
fn both_subnets_acls_count() {
    let facts = net()
        .subnet("a", "10.0.1.0/24")
        .subnet("b", "10.0.2.0/24")
        .group("sg", &["tcp 22 sg"])
        .acl("shut", "vpc", &["b"], &["100 in allow -1 0.0.0.0/0"])
        .instance("web", "a", "10.0.1.10", &["sg"])
        .instance("other", "b", "10.0.2.10", &["sg"])
        .derive();
    assert!(facts.inside(WEB).is_empty());
}

#[test]
fn answers_need_a_common_client_port() {
    // One side lets answers back to high ports only, the other to low ones.
    let facts = net()
        .subnet("a", "10.0.1.0/24")
        .subnet("b", "10.0.2.0/24")
        .group("sg", &["tcp 22 sg"])
        .acl(
            "high",
            "vpc",
            &["a"],
            &["100 in allow tcp 22 0.0.0.0/0", "100 out allow tcp 30000-65535 0.0.0.0/0"],
        )
        .acl(
            "low",
            "vpc",
            &["b"],
            &["100 out allow tcp 22 0.0.0.0/0", "100 in allow tcp 1-29999 0.0.0.0/0"],
        )
        .instance("web", "a", "10.0.1.10", &["sg"])
        .instance("other", "b", "10.0.2.10", &["sg"])
        .derive();
    assert!(facts.inside(WEB).is_empty());
}

// Security groups inside.

#[test]
fn group_references_are_not_transitive() {
    let facts = reference()
        .group("sg-far", &["tcp 22 0.0.0.0/0"])
        .group("sg-app", &["tcp 3000 sg-far"])
        .instance("far", "app", "10.0.1.50", &["sg-far"])
        .derive();
    assert_eq!(facts.inside(DB), ["ecs_services/svc"]);
}

#[test]
fn a_reference_to_a_group_that_nobody_carries() {
    let facts = reference().group("sg-db", &["tcp 5432 sg-empty"]).group("sg-empty", &[]).derive();
    assert!(facts.inside(DB).is_empty());
    assert!(!facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn an_extra_group_on_the_database_counts() {
    let facts = reference()
        .group("sg-wide", &["tcp 5432 10.0.0.0/16"])
        .edit(|model| {
            model.rds_instances.get_mut("db").unwrap().security_group_ids.push("sg-wide".into());
        })
        .derive();
    assert_eq!(facts.unexpected(DB), ["subnets/app"]);
}

#[test]
fn everywhere_on_a_private_database_opens_it_to_the_vpc() {
    let facts = reference().group("sg-db", &["tcp 5432 0.0.0.0/0"]).derive();
    assert_eq!(facts.internet(DB), Some(false));
    assert_eq!(facts.unexpected(DB), ["subnets/app"]);
    assert_eq!(facts.inside(DB), ["ecs_services/svc", "subnets/app"]);
}

#[test]
fn a_self_rule_joins_all_that_carry_the_group() {
    let facts = reference()
        .group("sg-db", &["-1 sg-db"])
        .instance("tool", "app", "10.0.1.40", &["sg-db"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool"]);
}

#[test]
fn the_client_must_be_let_out() {
    let facts = reference().group_with("sg-app", &[], &["tcp 443 0.0.0.0/0"]).derive();
    assert!(facts.inside(DB).is_empty());
    let facts = reference().group_with("sg-app", &[], &["tcp 5432 sg-db"]).derive();
    assert_eq!(facts.inside(DB), ["ecs_services/svc"]);
}

#[test]
fn the_bastion_is_foreseen() {
    let facts = reference()
        .group("sg-jump", &["tcp 22 198.51.100.0/24"])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-jump"])
        .bastion("jump", "edge", "10.0.0.5", &["sg-jump"])
        .derive();
    assert_eq!(facts.inside(DB), ["ecs_services/svc", "instances/jump"]);
    assert!(facts.unexpected(DB).is_empty());
}

#[test]
fn an_instance_is_not_foreseen() {
    let facts = reference()
        .group("sg-tool", &[])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-tool"])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool"]);
    let path = &facts.of(DB).unexpected_paths[0];
    assert!(hops(path).contains(&"sg-db /ingress/1".to_owned()), "{path:?}");
}

#[test]
fn another_port_is_no_path() {
    let facts = reference().group("sg-db", &["tcp 3306 0.0.0.0/0"]).derive();
    assert!(facts.inside(DB).is_empty());
    assert_eq!(facts.internet(DB), Some(false));
}

#[test]
fn udp_is_not_tcp() {
    assert!(reference().group("sg-db", &["udp 5432 sg-app"]).derive().inside(DB).is_empty());
}

#[test]
fn the_bastions_own_address_is_no_range() {
    let net = |range: &str| {
        reference()
            .group("sg-jump", &[])
            .group("sg-db", &[&format!("tcp 5432 {range}")])
            .bastion("jump", "app", "10.0.1.5", &["sg-jump"])
            .derive()
    };
    assert!(net("10.0.1.5/32").unexpected(DB).is_empty());
    assert_eq!(net("10.0.1.4/31").unexpected(DB), ["subnets/app"]);
}

#[test]
fn rules_for_addresses_see_the_address_of_the_client() {
    let facts = reference()
        .group("sg-tool", &[])
        .group("sg-db", &["tcp 5432 10.0.1.9/32"])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .instance("other", "app", "10.0.1.10", &["sg-tool"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool", "subnets/app"]);
}

#[test]
fn members_of_one_cluster_are_no_strangers() {
    let facts = reference()
        .group("sg-db", &["tcp 5432 sg-db"])
        .rds("db2", &["data"], &["sg-db"])
        .edit(|model| {
            for id in ["db", "db2"] {
                model.rds_instances.get_mut(id).unwrap().db_cluster = Some("cluster".into());
            }
        })
        .derive();
    assert!(facts.unexpected(DB).is_empty());
}

#[test]
fn ssh_from_other_than_the_bastion_is_told() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-jump", &[])
        .group("sg-web", &["tcp 22 sg-jump", "tcp 80 10.0.0.0/16"])
        .instance("web", "app", "10.0.1.10", &["sg-web"])
        .bastion("jump", "app", "10.0.1.20", &["sg-jump"])
        .instance("tool", "app", "10.0.1.30", &["sg-jump"])
        .derive();
    assert_eq!(facts.unexpected(WEB), ["instances/tool"]);
}

#[test]
fn a_service_that_others_reach() {
    let facts = reference().group("sg-app", &["tcp 3000 sg-alb", "tcp 3000 10.0.0.0/16"]).derive();
    assert!(facts.unexpected("ecs_services/svc").contains(&"subnets/app".to_owned()));
}

// RDS and its subnets.

#[test]
fn a_public_database_needs_a_public_subnet() {
    let open = || reference().group("sg-db", &["tcp 5432 0.0.0.0/0"]).public_rds("db");
    assert_eq!(open().derive().internet(DB), Some(false));
    assert_eq!(open().associate("public", "data").derive().internet(DB), Some(true));
    let shut = open().associate("public", "data").group("sg-db", &["tcp 5432 sg-app"]);
    assert_eq!(shut.derive().internet(DB), Some(false));
}

#[test]
fn a_subnet_group_half_public_leaves_it_open() {
    let facts = reference()
        .group("sg-db", &["tcp 5432 0.0.0.0/0"])
        .rds("db", &["edge", "data"], &["sg-db"])
        .public_rds("db")
        .derive();
    assert_eq!(facts.internet(DB), None);
}

#[test]
fn a_single_zone_database_is_where_its_zone_is() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .subnet_of("vpc", "data", "10.0.2.0/24", "eu-west-1b")
        .group("sg-db", &["tcp 5432 0.0.0.0/0"])
        .rds("db", &["edge", "data"], &["sg-db"])
        .public_rds("db")
        .edit(|model| {
            let db = model.rds_instances.get_mut("db").unwrap();
            db.multi_az = Some(false);
            db.availability_zone = Some("eu-west-1b".into());
        })
        .derive();
    assert_eq!(facts.internet(DB), Some(false));
}

#[test]
fn a_domain_outside_a_vpc_is_a_public_endpoint() {
    let facts = net()
        .edit(|model| {
            let mut domain = audit::model::OpenSearchDomain::new(audit::model::Identity {
                id: "logs".into(),
                ..Default::default()
            });
            domain.in_vpc = Some(false);
            model.insert(domain);
        })
        .derive();
    assert_eq!(facts.internet("opensearch_domains/logs"), Some(true));
}

// EKS clusters and their nodes.

const CLUSTER: &str = "eks_clusters/eks";

/// A cluster in a private subnet, with an instance beside it.
fn cluster() -> network_builder::Net {
    net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-tool", &[])
        .group("sg-api", &["tcp 443 sg-tool"])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .instance("other", "app", "10.0.1.8", &["sg-api"])
        .cluster("eks", &["app"], &["sg-api"])
}

#[test]
fn a_private_endpoint_is_reached_through_the_clusters_groups() {
    let facts = cluster().derive();
    assert_eq!(facts.internet(CLUSTER), Some(false));
    assert_eq!(facts.inside(CLUSTER), ["instances/tool"]);
    assert!(facts.unexpected(CLUSTER).is_empty());
}

#[test]
fn pods_on_fargate_carry_the_clusters_group() {
    let pods = "eks_fargate_profiles/pods";
    let facts = cluster()
        .group("sg-db", &["tcp 5432 eks-group"])
        .rds("db", &["app"], &["sg-db"])
        .fargate("pods", "eks", &["app"])
        .derive();
    assert_eq!(facts.internet(pods), Some(false));
    assert_eq!(facts.unexpected(DB), ["eks_clusters/eks", pods]);
    // The cluster's group lets its own carriers in.
    assert!(facts.inside(CLUSTER).contains(&pods.to_owned()));
    // In a public subnet they have no public address either.
    let public = cluster()
        .public("edge", "10.0.0.0/24")
        .fargate("pods", "eks", &["edge"])
        .edit(|model| {
            let group = model.security_groups.get_mut("eks-group").unwrap();
            group.ingress.push(network_builder::rule("-1 0.0.0.0/0"));
        })
        .derive();
    assert_eq!(public.internet(pods), Some(false));
    // Whose cluster is not known may carry any group.
    let open = cluster()
        .group("sg-db", &["tcp 5432 sg-tool"])
        .rds("db", &["app"], &["sg-db"])
        .fargate("pods", "of-another-account", &["app"])
        .derive();
    assert!(open.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn without_private_access_nothing_inside_reaches_the_endpoint() {
    let facts = cluster()
        .public_endpoint("eks", &["0.0.0.0/0"])
        .edit(|model| {
            model.eks_clusters.get_mut("eks").unwrap().endpoint_private_access = Some(false);
        })
        .derive();
    assert!(facts.inside(CLUSTER).is_empty());
    assert_eq!(facts.internet(CLUSTER), Some(true));
}

#[test]
fn a_public_endpoint_needs_no_route_and_no_group() {
    let facts = cluster().public_endpoint("eks", &["0.0.0.0/0"]).derive();
    assert_eq!(facts.internet(CLUSTER), Some(true));
    assert_eq!(facts.internet_ports(CLUSTER), [(443, 443)]);
    assert_eq!(
        facts.internet_hops(CLUSTER),
        ["the internet", "eks /endpoint_public_access", "eks /public_access_cidrs/0"]
    );
    assert_eq!(facts.unexpected(CLUSTER), ["internet"]);
}

#[test]
fn a_public_endpoint_for_named_addresses_is_no_stray() {
    let facts = cluster().public_endpoint("eks", &["198.51.100.0/24"]).derive();
    assert_eq!(facts.internet(CLUSTER), Some(true));
    assert!(facts.unexpected(CLUSTER).is_empty());
}

#[test]
fn halves_of_the_internet_are_no_named_addresses() {
    let facts = cluster().public_endpoint("eks", &["0.0.0.0/1", "128.0.0.0/1"]).derive();
    assert_eq!(facts.unexpected(CLUSTER), ["internet"]);
}

#[test]
fn a_public_endpoint_for_private_addresses_is_not_reached() {
    let facts = cluster().public_endpoint("eks", &["10.0.0.0/8"]).derive();
    assert_eq!(facts.internet(CLUSTER), Some(false));
}

#[test]
fn unknown_addresses_of_a_public_endpoint_leave_it_open() {
    let open = |cidrs: &[&str]| {
        cluster()
            .public_endpoint("eks", cidrs)
            .gap("eks_clusters", "eks", "/public_access_cidrs")
            .derive()
    };
    assert_eq!(open(&[]).internet(CLUSTER), None);
    assert!(open(&[]).has_gap(CLUSTER, "/reachability/unexpected_paths"));
    assert_eq!(open(&["0.0.0.0/0"]).internet(CLUSTER), Some(true));
    let facts = cluster()
        .public_endpoint("eks", &["0.0.0.0/0"])
        .edit(|model| {
            model.eks_clusters.get_mut("eks").unwrap().endpoint_public_access = None;
        })
        .gap("eks_clusters", "eks", "/endpoint_public_access")
        .derive();
    assert_eq!(facts.internet(CLUSTER), None);
}

#[test]
fn nodes_carry_the_clusters_group() {
    let facts = reference()
        .cluster("eks", &["app"], &[])
        .nodes("workers", "eks", &["app"])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 eks-group"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["eks_clusters/eks", "eks_node_groups/workers"]);
}

#[test]
fn nodes_carry_the_groups_of_their_launch_template_instead() {
    let facts = reference()
        .cluster("eks", &["app"], &[])
        .nodes("workers", "eks", &["app"])
        .group("sg-node", &[])
        .edit(|model| {
            let mut template = audit::model::LaunchTemplate::new(audit::model::Identity {
                id: "lt".into(),
                ..Default::default()
            });
            template.security_group_ids = vec!["sg-node".into()];
            model.insert(template);
            let nodes = model.eks_node_groups.get_mut("workers").unwrap();
            nodes.launch_template_id = Some("lt".into());
        });
    let by_cluster = network_builder::Net(facts.0.clone())
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 eks-group"])
        .derive();
    assert_eq!(by_cluster.unexpected(DB), ["eks_clusters/eks"]);
    let by_template = facts.group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-node"]).derive();
    assert_eq!(by_template.unexpected(DB), ["eks_node_groups/workers"]);
}

#[test]
fn nodes_of_an_unknown_cluster_leave_it_open() {
    let facts = reference().nodes("workers", "elsewhere", &["app"]).derive();
    assert!(facts.unexpected(DB).is_empty());
    assert!(facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn nodes_that_are_in_the_model_stand_for_their_group() {
    let facts = reference()
        .cluster("eks", &["app"], &[])
        .edit(|model| model.eks_clusters.get_mut("eks").unwrap().name = Some("eks".into()))
        .nodes("workers", "eks", &["app"])
        .instance("node", "app", "10.0.1.9", &["eks-group"])
        .edit_instance("node", |node| {
            node.tags.insert("eks:cluster-name".into(), "eks".into());
            node.tags.insert("eks:nodegroup-name".into(), "workers".into());
        })
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 eks-group"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["eks_clusters/eks", "instances/node"]);
}

#[test]
fn nodes_in_a_subnet_that_gives_public_addresses_are_public() {
    let nodes = |gives: bool| {
        net()
            .public("edge", "10.0.0.0/24")
            .edit(|model| {
                model.subnets.get_mut("edge").unwrap().map_public_ip_on_launch = Some(gives);
            })
            .cluster("eks", &["edge"], &[])
            .group("eks-group", &["tcp 22 0.0.0.0/0"])
            .nodes("workers", "eks", &["edge"])
            .derive()
    };
    let facts = nodes(true);
    assert_eq!(facts.internet("eks_node_groups/workers"), Some(true));
    assert!(
        facts
            .internet_hops("eks_node_groups/workers")
            .contains(&"edge /map_public_ip_on_launch".to_owned())
    );
    assert_eq!(nodes(false).internet("eks_node_groups/workers"), Some(false));
    // The control plane's interfaces never are.
    assert_eq!(facts.internet("eks_clusters/eks"), Some(false));
}

// Lambda functions.

const FUNCTION: &str = "lambda_functions/sync";

#[test]
fn a_function_that_reaches_the_database_is_not_foreseen() {
    let facts = reference()
        .group("sg-fn", &[])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-fn"])
        .function("sync", &["app"], &["sg-fn"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["lambda_functions/sync"]);
}

#[test]
fn a_function_that_carries_the_services_group_is_not_foreseen() {
    let facts = reference().function("sync", &["app"], &["sg-app"]).derive();
    assert_eq!(facts.unexpected(DB), ["lambda_functions/sync"]);
}

#[test]
fn a_function_takes_no_connections() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["-1 0.0.0.0/0"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .function("sync", &["edge"], &["sg"])
        .derive();
    assert_eq!(facts.internet(FUNCTION), Some(false));
    assert!(facts.inside(FUNCTION).is_empty());
    assert!(facts.unexpected(FUNCTION).is_empty());
}

#[test]
fn a_function_outside_a_vpc_reaches_nothing_inside() {
    let facts =
        reference().group("sg-db", &["tcp 5432 0.0.0.0/0"]).function("sync", &[], &[]).derive();
    assert!(!facts.unexpected(DB).contains(&FUNCTION.to_owned()));
    assert_eq!(facts.internet(FUNCTION), Some(false));
}

#[test]
fn a_function_somewhere_leaves_what_admits_its_group_open() {
    let somewhere = |groups: &[&str]| {
        reference()
            .group("sg-fn", &[])
            .function("sync", &["app"], groups)
            .edit(|model| {
                let function = model.lambda_functions.get_mut("sync").unwrap();
                function.subnet_ids.clear();
                function.in_vpc = None;
            })
            .gap("lambda_functions", "sync", "/subnet_ids")
            .gap("lambda_functions", "sync", "/in_vpc")
            .derive()
    };
    assert!(somewhere(&["sg-app"]).has_gap(DB, "/reachability/unexpected_paths"));
    assert!(!somewhere(&["sg-fn"]).has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn functions_that_could_not_be_listed_leave_it_open() {
    let facts = reference().gap("lambda_functions", "", "").derive();
    assert!(facts.unexpected(DB).is_empty());
    assert!(facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn a_url_is_an_entry_only_where_nobody_signs_in() {
    let of = |auth_type: &str| {
        net()
            .subnet("app", "10.0.1.0/24")
            .group("sg", &[])
            .function("sync", &["app"], &["sg"])
            .url("sync", auth_type)
            .derive()
    };
    assert_eq!(of("NONE").internet(FUNCTION), Some(true));
    assert_eq!(of("NONE").internet_hops(FUNCTION), ["the internet", "sync /urls/0/auth_type"]);
    assert_eq!(of("AWS_IAM").internet(FUNCTION), Some(false));
    let facts = net().function("sync", &[], &[]).gap("lambda_functions", "sync", "/urls").derive();
    assert_eq!(facts.internet(FUNCTION), None);
}

#[test]
fn the_interfaces_of_a_function_are_told_once() {
    let facts = reference()
        .group("sg-fn", &[])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-fn"])
        .function("sync", &["app"], &["sg-fn"])
        .interface("eni", "app", "10.0.1.7", &["sg-fn"])
        .edit(|model| {
            let interface = model.network_interfaces.get_mut("eni").unwrap();
            interface.interface_type = Some("lambda".into());
        })
        .derive();
    assert_eq!(facts.unexpected(DB), ["lambda_functions/sync"]);
}

// Load balancers.

#[test]
fn an_internal_balancer_in_a_public_subnet_is_internal() {
    let facts =
        reference().balancer("alb", "application", "internal", &["edge"], &["sg-alb"]).derive();
    assert_eq!(facts.internet("load_balancers/alb"), Some(false));
}

#[test]
fn an_internet_facing_balancer_in_a_private_subnet_is_not_reached() {
    let facts = reference().associate("main", "edge").derive();
    assert_eq!(facts.internet("load_balancers/alb"), Some(false));
}

#[test]
fn a_listener_port_that_the_group_does_not_admit() {
    let facts = reference().group("sg-alb", &["tcp 80 0.0.0.0/0"]).derive();
    assert_eq!(facts.internet("load_balancers/alb"), Some(false));
}

#[test]
fn a_balancer_reaches_only_its_targets() {
    let facts = reference()
        .group("sg-app2", &["tcp 3000 sg-alb"])
        .service("svc2", &["app"], &["sg-app2"])
        .derive();
    assert!(facts.inside("ecs_services/svc2").is_empty());
}

#[test]
fn a_balancer_that_is_not_let_out_reaches_nothing() {
    let facts =
        reference().group_with("sg-alb", &["tcp 443 0.0.0.0/0"], &["tcp 443 0.0.0.0/0"]).derive();
    assert!(facts.inside("ecs_services/svc").is_empty());
}

#[test]
fn a_database_behind_a_network_balancer_is_reached() {
    let net = |scheme: &str| {
        reference()
            .group("sg-nlb", &["tcp 5432 0.0.0.0/0"])
            .group("sg-db", &["tcp 5432 sg-nlb"])
            .balancer("nlb", "network", scheme, &["edge"], &["sg-nlb"])
            .rds("db", &["data"], &["sg-db"])
            .interface("eni", "data", "10.0.2.10", &["sg-db"])
            .edit(|model| {
                model.network_interfaces.get_mut("eni").unwrap().description = None;
            })
            .listener("nlb", "TCP", 5432, "ip", 5432, &["10.0.2.10"])
            .derive()
    };
    let key = "network_interfaces/eni";
    assert_eq!(net("internet-facing").internet(key), Some(true));
    assert_eq!(net("internal").internet(key), Some(false));
    let hops = net("internet-facing").internet_hops(key);
    assert!(hops.contains(&"nlb-5432-listener /port".to_owned()), "{hops:?}");
}

#[test]
fn a_preserved_client_address_must_be_admitted() {
    let net = |group: &str, rule: &str, preserve: bool| {
        let facts = net()
            .public("edge", "10.0.0.0/24")
            .subnet("app", "10.0.1.0/24")
            .group("sg-nlb", &["tcp 80 0.0.0.0/0"])
            .group("sg", &[rule])
            .instance("web", "app", "10.0.1.10", &["sg"])
            .balancer(
                "nlb",
                "network",
                "internet-facing",
                &["edge"],
                if group.is_empty() { &[] } else { &["sg-nlb"] },
            )
            .listener("nlb", "TCP", 80, "instance", 8080, &["web"])
            .edit(|model| {
                model.target_groups.get_mut("nlb-80").unwrap().preserve_client_ip = Some(preserve);
            })
            .derive();
        facts.internet(WEB)
    };
    // The target sees the client: ranges of the VPC do not admit it.
    assert_eq!(net("", "tcp 8080 10.0.0.0/16", true), Some(false));
    assert_eq!(net("", "tcp 8080 0.0.0.0/0", true), Some(true));
    // Without preservation it sees the balancer.
    assert_eq!(net("", "tcp 8080 10.0.0.0/16", false), Some(true));
    // A reference to the balancer's group matches either way.
    assert_eq!(net("sg-nlb", "tcp 8080 sg-nlb", true), Some(true));
}

#[test]
fn a_network_balancer_without_groups_lets_everyone_in() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .balancer("nlb", "network", "internet-facing", &["edge"], &[])
        .listener("nlb", "TCP", 80, "ip", 80, &[])
        .derive();
    assert_eq!(facts.internet("load_balancers/nlb"), Some(true));
}

#[test]
fn a_network_balancer_in_front_of_a_service_is_not_foreseen() {
    let facts = reference()
        .group("sg-app", &["tcp 3000 sg-alb", "tcp 3000 sg-nlb"])
        .group("sg-nlb", &["tcp 3000 0.0.0.0/0"])
        .balancer("nlb", "network", "internal", &["edge"], &["sg-nlb"])
        .listener("nlb", "TCP", 3000, "ip", 3000, &[])
        .register("svc", "nlb-3000", 3000)
        .derive();
    assert_eq!(facts.unexpected("ecs_services/svc"), ["load_balancers/nlb"]);
}

#[test]
fn a_database_behind_an_application_balancer_is_reached_from_the_internet() {
    let facts = reference()
        .group("sg-alb", &["tcp 443 0.0.0.0/0"])
        .group("sg-data", &["tcp 443 sg-alb"])
        .edit(|model| {
            let mut domain = audit::model::OpenSearchDomain::new(audit::model::Identity {
                id: "logs".into(),
                ..Default::default()
            });
            domain.in_vpc = Some(true);
            domain.enforce_https = Some(true);
            domain.subnet_ids = vec!["data".into()];
            domain.security_group_ids = vec!["sg-data".into()];
            model.insert(domain);
        })
        .derive();
    // Nothing forwards to it: the group alone opens no path.
    assert_eq!(facts.internet("opensearch_domains/logs"), Some(false));
}

// Other VPCs and networks.

/// Two VPCs, peered, with routes as given.
fn peered(routes: &[&str], back: &[&str], rule: &str) -> network_builder::Net {
    net()
        .other_vpc("vpc2", "10.1.0.0/16", back)
        .peering("pcx", "vpc", "vpc2", "active")
        .table("to-peer", "vpc", routes)
        .subnet("data", "10.0.2.0/24")
        .associate("to-peer", "data")
        .subnet_of("vpc2", "far", "10.1.1.0/24", "eu-west-1a")
        .group("sg-tool", &[])
        .group("sg-db", &[rule])
        .rds("db", &["data"], &["sg-db"])
        .instance("tool", "far", "10.1.1.10", &["sg-tool"])
}

const TO: &[&str] = &["10.1.0.0/16 vpc_peering_connection pcx"];
const BACK: &[&str] = &["10.0.0.0/16 vpc_peering_connection pcx"];

#[test]
fn a_peer_reaches_what_admits_it() {
    let facts = peered(TO, BACK, "tcp 5432 10.1.0.0/16").derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool", "subnets/far"]);
    let path = facts.of(DB).unexpected_paths.iter().find(|path| path.from_label == "tool").unwrap();
    assert!(hops(path).contains(&"pcx".to_owned()), "{path:?}");
}

#[test]
fn a_peer_by_group_reference() {
    let facts = peered(TO, BACK, "tcp 5432 sg-tool").derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool"]);
}

#[test]
fn peering_needs_routes_both_ways() {
    assert!(peered(TO, &[], "tcp 5432 10.1.0.0/16").derive().unexpected(DB).is_empty());
    assert!(peered(&[], BACK, "tcp 5432 10.1.0.0/16").derive().unexpected(DB).is_empty());
}

#[test]
fn peering_must_be_active() {
    let net = peered(TO, BACK, "tcp 5432 10.1.0.0/16");
    assert!(
        net.peering("pcx", "vpc", "vpc2", "pending-acceptance").derive().unexpected(DB).is_empty()
    );
}

#[test]
fn references_do_not_cross_regions() {
    let net = peered(TO, BACK, "tcp 5432 sg-tool").edit(|model| {
        let peering = model.vpc_peering_connections.get_mut("pcx").unwrap();
        peering.requester_region = Some("eu-west-1".into());
        peering.accepter_region = Some("us-east-1".into());
    });
    assert!(net.derive().unexpected(DB).is_empty());
}

#[test]
fn peering_is_not_transitive() {
    let facts = peered(TO, BACK, "tcp 5432 10.0.0.0/8")
        .other_vpc("vpc3", "10.2.0.0/16", &["10.0.0.0/8 vpc_peering_connection pcx2"])
        .peering("pcx2", "vpc2", "vpc3", "active")
        .subnet_of("vpc3", "farther", "10.2.1.0/24", "eu-west-1a")
        .group("sg-far", &[])
        .instance("stranger", "farther", "10.2.1.10", &["sg-far"])
        .derive();
    assert!(!facts.unexpected(DB).contains(&"instances/stranger".to_owned()));
}

#[test]
fn a_peer_outside_the_model_is_a_range() {
    let facts = net()
        .subnet("data", "10.0.2.0/24")
        .peering("pcx", "vpc", "vpc-foreign", "active")
        .table("to-peer", "vpc", &["10.9.0.0/16 vpc_peering_connection pcx"])
        .associate("to-peer", "data")
        .group("sg-db", &["tcp 5432 10.9.0.0/16"])
        .rds("db", &["data"], &["sg-db"])
        .derive();
    assert_eq!(facts.unexpected(DB), ["vpc_peering_connections/pcx"]);
}

#[test]
fn the_network_behind_a_vpn_counts() {
    let facts = net()
        .subnet("data", "10.0.2.0/24")
        .table("vpn", "vpc", &["192.168.0.0/16 virtual_private_gateway vgw"])
        .associate("vpn", "data")
        .group("sg-db", &["tcp 5432 192.168.7.0/24"])
        .rds("db", &["data"], &["sg-db"])
        .derive();
    assert_eq!(facts.of(DB).unexpected_paths.len(), 1);
    assert_eq!(facts.internet(DB), Some(false));
}

/// Two VPCs joined by a transit gateway.
fn transit(rule: &str) -> network_builder::Net {
    net()
        .other_vpc("vpc2", "10.1.0.0/16", &["10.0.0.0/16 transit_gateway tgw"])
        .subnet("data", "10.0.2.0/24")
        .table("hub", "vpc", &["10.1.0.0/16 transit_gateway tgw"])
        .associate("hub", "data")
        .subnet_of("vpc2", "far", "10.1.1.0/24", "eu-west-1a")
        .transit(&[("10.0.0.0/16", "att1"), ("10.1.0.0/16", "att2")])
        .attach("att1", "vpc", &["data"])
        .attach("att2", "vpc2", &["far"])
        .group("sg-tool", &[])
        .group("sg-db", &[rule])
        .rds("db", &["data"], &["sg-db"])
        .instance("tool", "far", "10.1.1.10", &["sg-tool"])
}

#[test]
fn a_transit_gateway_joins_vpcs() {
    let facts = transit("tcp 5432 10.1.0.0/16").derive();
    assert!(facts.unexpected(DB).contains(&"instances/tool".to_owned()));
}

#[test]
fn a_transit_blackhole_parts_them() {
    let facts = transit("tcp 5432 10.1.0.0/16")
        .transit(&[("10.0.0.0/16", "blackhole"), ("10.1.0.0/16", "att2")])
        .derive();
    assert!(facts.unexpected(DB).is_empty());
}

#[test]
fn a_transit_attachment_serves_its_zones_only() {
    let facts = transit("tcp 5432 10.1.0.0/16")
        .subnet_of("vpc2", "other-zone", "10.1.2.0/24", "eu-west-1b")
        .attach("att2", "vpc2", &["other-zone"])
        .derive();
    // Its own zone is served, the instance's is not.
    assert_eq!(facts.unexpected(DB), ["subnets/other-zone"]);
}

#[test]
fn references_over_a_transit_gateway_need_support() {
    assert!(transit("tcp 5432 sg-tool").derive().unexpected(DB).is_empty());
    let facts = transit("tcp 5432 sg-tool")
        .edit(|model| {
            model.transit_gateways.get_mut("tgw").unwrap().security_group_referencing_support =
                Some(true);
            for found in model.transit_gateway_attachments.values_mut() {
                found.security_group_referencing_support = Some(true);
            }
        })
        .derive();
    assert_eq!(facts.unexpected(DB), ["instances/tool"]);
}

#[test]
fn a_middlebox_decides_for_itself() {
    let facts = reference()
        .table("inspect", "vpc", &["10.0.2.0/24 network_interface fw"])
        .associate("inspect", "app")
        .derive();
    assert!(facts.inside(DB).is_empty());
    assert!(facts.has_gap(DB, "/reachability/internal_paths"));
}

// What is not known.

#[test]
fn balancers_that_could_not_be_listed_leave_it_open() {
    let facts = reference().gap("load_balancers", "", "").derive();
    assert_eq!(facts.internet(DB), None);
    assert!(facts.has_gap(DB, "/reachability/from_internet"));
    // The load balancer that is known is reached whatever others there are.
    assert_eq!(facts.internet("load_balancers/alb"), Some(true));
}

/// The reference architecture with an internal service behind a network load
/// balancer whose targets are not known.
fn open_targets(scheme: &str, subnet: &str, database: &str) -> network_builder::Net {
    reference()
        .group("sg-nlb", &["tcp 80 0.0.0.0/0"])
        .balancer("nlb", "network", scheme, &[subnet], &["sg-nlb"])
        .listener("nlb", "TCP", 80, "ip", 5432, &[])
        .group("sg-db", &["tcp 5432 sg-app", database])
}

#[test]
fn targets_that_are_not_known_leave_open_what_the_balancer_can_reach() {
    let open = |scheme, subnet, database, collection, id, path| {
        let net = open_targets(scheme, subnet, database);
        net.gap(collection, id, path).derive().internet(DB)
    };
    let (targets, admits) = (("target_groups", "nlb-80", "/targets"), "tcp 5432 sg-nlb");
    let at =
        |scheme, subnet, database| open(scheme, subnet, database, targets.0, targets.1, targets.2);
    assert_eq!(open_targets("internet-facing", "edge", admits).derive().internet(DB), Some(false));
    assert_eq!(at("internet-facing", "edge", admits), None);
    // The database admits it not, or the internet does not reach it.
    assert_eq!(at("internet-facing", "edge", "tcp 5432 sg-app"), Some(false));
    assert_eq!(at("internal", "app", admits), Some(false));
    let entry =
        |collection, id, path| open("internet-facing", "edge", admits, collection, id, path);
    assert_eq!(entry("listeners", "", ""), None);
    assert_eq!(entry("listeners", "nlb-80-listener", "/default_actions/0/forward"), None);
    assert_eq!(entry("listener_rules", "", ""), None);
}

#[test]
fn a_balancer_inside_may_be_a_target_that_is_not_known() {
    let net = || {
        open_targets("internet-facing", "edge", "tcp 5432 sg-app")
            .group("sg-inner", &["tcp 80 sg-nlb"])
            .balancer("inner", "application", "internal", &["app"], &["sg-inner"])
            .listener("inner", "HTTP", 80, "ip", 3000, &[])
    };
    assert_eq!(net().derive().internet("load_balancers/inner"), Some(false));
    let facts = net().gap("target_groups", "nlb-80", "/targets").derive();
    assert_eq!(facts.internet("load_balancers/inner"), None);
}

#[test]
fn an_unknown_table_leaves_it_open() {
    let facts = exposed()
        .edit(|model| model.route_tables.get_mut("public").unwrap().subnet_ids.clear())
        .gap("route_tables", "public", "/subnet_ids")
        .derive();
    assert_eq!(facts.internet(WEB), None);
    assert_eq!(facts.0.model.subnets.get("edge").unwrap().public, None);
    assert!(facts.has_gap("subnets/edge", "/public"));
}

#[test]
fn an_unknown_public_address_leaves_it_open() {
    let facts = exposed()
        .edit_instance("web", |web| web.associate_public_ip_address = None)
        .gap("instances", "web", "/associate_public_ip_address")
        .derive();
    assert_eq!(facts.internet(WEB), None);
}

#[test]
fn an_unknown_rule_leaves_it_open_unless_others_decide() {
    let unknown =
        exposed().group("sg", &["tcp 22 ?"]).gap("security_groups", "sg", "/ingress/0/cidr_ipv4");
    assert_eq!(unknown.derive().internet(WEB), None);
    let decided = exposed().group("sg", &["tcp 22 ?", "tcp 22 0.0.0.0/0"]).gap(
        "security_groups",
        "sg",
        "/ingress/0/cidr_ipv4",
    );
    assert_eq!(decided.derive().internet(WEB), Some(true));
    // No address, no path, whatever the rule says.
    let moot = exposed()
        .edit_instance("web", |web| web.associate_public_ip_address = Some(false))
        .group("sg", &["tcp 22 ?"])
        .gap("security_groups", "sg", "/ingress/0/cidr_ipv4");
    assert_eq!(moot.derive().internet(WEB), Some(false));
}

#[test]
fn unknown_groups_leave_it_open() {
    let facts = exposed().group("sg", &[]).gap("instances", "web", "/security_group_ids").derive();
    assert_eq!(facts.internet(WEB), None);
}

#[test]
fn an_unknown_acl_leaves_it_open() {
    assert_eq!(exposed().gap("network_acls", "acl", "/entries").derive().internet(WEB), None);
}

#[test]
fn an_unknown_port_leaves_it_open_unless_all_are_open() {
    let net = |rule: &str| {
        reference()
            .group("sg-db", &[rule])
            .public_rds("db")
            .associate("public", "data")
            .edit(|model| model.rds_instances.get_mut("db").unwrap().port = None)
            .gap("rds_instances", "db", "/port")
            .derive()
            .internet(DB)
    };
    assert_eq!(net("tcp 1-1024 0.0.0.0/0"), None);
    assert_eq!(net("-1 0.0.0.0/0"), Some(true));
    assert_eq!(net("tcp 5432 sg-app"), Some(false));
}

#[test]
fn unknown_subnets_leave_it_open() {
    let facts = reference()
        .edit(|model| model.rds_subnet_groups.get_mut("db-subnets").unwrap().subnet_ids.clear())
        .gap("rds_subnet_groups", "db-subnets", "/subnet_ids")
        .derive();
    assert_eq!(facts.internet(DB), None);
    assert!(facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn an_unknown_start_leaves_unexpected_paths_open() {
    let facts = reference()
        .group("sg-tool", &[])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .gap("instances", "tool", "/security_group_ids")
        .derive();
    // It may carry the service's group.
    assert!(facts.has_gap(DB, "/reachability/unexpected_paths"));
    assert!(facts.unexpected(DB).is_empty());
}

#[test]
fn an_unknown_subnet_range_is_decided_by_references() {
    let facts = reference()
        .edit(|model| {
            for subnet in model.subnets.values_mut() {
                subnet.cidr_block = None;
            }
            model.vpcs.get_mut("vpc").unwrap().cidr_blocks.clear();
        })
        .gap("subnets", "app", "/cidr_block")
        .gap("subnets", "data", "/cidr_block")
        .gap("subnets", "edge", "/cidr_block")
        .derive();
    assert_eq!(facts.inside(DB), ["ecs_services/svc"]);
    assert_eq!(facts.internet("load_balancers/alb"), Some(true));
    assert!(!facts.has_gap(DB, "/reachability/unexpected_paths"));
}

#[test]
fn deriving_twice_gives_the_same() {
    let mut facts = reference().gap("security_groups", "sg-db", "/ingress").derive();
    let first = facts.0.clone();
    audit::analysis::derive(&mut facts.0);
    assert_eq!(first, facts.0);
}

#[test]
fn one_start_is_told_once() {
    let facts = reference()
        .subnet_of("vpc", "data2", "10.0.3.0/24", "eu-west-1b")
        .group("sg-db", &["tcp 5432 10.0.1.0/24"])
        .rds("db", &["data", "data2"], &["sg-db"])
        .derive();
    assert_eq!(facts.of(DB).unexpected_paths.len(), 1);
}

#[test]
fn templates_that_cannot_speak_of_public_access_blocks_leave_them_off() {
    let facts = exposed()
        .edit(|model| {
            let mut region = audit::model::Region::new(audit::model::Identity {
                id: "eu-west-1".into(),
                account: Some("111111111111".into()),
                region: Some("eu-west-1".into()),
                ..Default::default()
            });
            region.vpc_block_public_access_mode = None;
            model.insert(region);
        })
        .because(
            "regions",
            "eu-west-1",
            "/vpc_block_public_access_mode",
            audit::model::Reason::NotInSource { source: "a template".into() },
        )
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
}

#[test]
fn a_parameter_names_no_group_of_its_own_template() {
    let facts = reference()
        .group("sg-tool", &[])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .because(
            "instances",
            "tool",
            "/security_group_ids",
            audit::model::Reason::UnresolvedParameter { name: "Groups".into() },
        )
        .derive();
    assert!(!facts.has_gap(DB, "/reachability/unexpected_paths"));
}
