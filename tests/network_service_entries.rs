//! Small networks with known answers: what managed services open into a VPC
//! beside its gateways.

#![allow(clippy::unwrap_used)]

mod network_builder;

use audit::analysis::network::Options;
use audit::analysis::network::query::{Answer, Network, Question};
use audit::model::{Identity, NetworkInterface, Reason, Region};
use network_builder::{Facts, Net, hops, net};

const ALB: &str = "load_balancers/alb";
const NLB: &str = "load_balancers/nlb";
const WEB: &str = "instances/web";

/// An internal application load balancer in a private subnet.
fn internal(rules: &[&str]) -> Net {
    net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-alb", rules)
        .balancer("alb", "application", "internal", &["app"], &["sg-alb"])
        .listener("alb", "HTTPS", 443, "ip", 3000, &[])
}

fn ask(facts: &Facts, from: &str, to: &str) -> Answer {
    let question = Question { from: Some(from.into()), to: Some(to.into()), ..Question::default() };
    Network::new(&facts.0, &Options::default()).ask(&question).unwrap()
}

// CloudFront.

#[test]
fn a_vpc_origin_leads_to_an_internal_load_balancer() {
    let everyone = internal(&["tcp 443 0.0.0.0/0"]);
    assert_eq!(internal(&["tcp 443 0.0.0.0/0"]).derive().internet(ALB), Some(false));
    let facts = everyone.vpc_origin("origin", "alb").derive();
    assert_eq!(facts.internet(ALB), Some(true));
    assert_eq!(
        facts.internet_hops(ALB),
        ["the internet", "origin /endpoint", "sg-alb /ingress/0", "alb"]
    );
    assert_eq!(facts.internet_ports(ALB), [(443, 443)]);
}

#[test]
fn what_admits_cloudfront_decides_on_a_vpc_origin() {
    let with = |rule: &str| {
        internal(&[rule])
            .cloudfront_group("sg-cf")
            .group("sg-other", &[])
            .prefix_list("pl-cf", &["120.52.22.96/27"])
            .edit(|model| {
                let list = model.prefix_lists.get_mut("pl-cf").unwrap();
                list.name = Some("com.amazonaws.global.cloudfront.origin-facing".into());
            })
            .vpc_origin("origin", "alb")
            .derive()
            .internet(ALB)
    };
    assert_eq!(with("tcp 443 sg-cf"), Some(true));
    assert_eq!(with("tcp 443 pl:pl-cf"), Some(true));
    assert_eq!(with("tcp 80 sg-cf"), Some(false));
    assert_eq!(with("tcp 443 sg-other"), Some(false));
    assert_eq!(with("tcp 443 192.168.0.0/16"), Some(false));
    // An office is none of the addresses of CloudFront's list.
    assert_eq!(with("tcp 443 203.0.113.0/24"), Some(false));
    // The interface's address may count, or that of CloudFront.
    assert_eq!(with("tcp 443 10.0.0.0/16"), None);
    assert_eq!(with("tcp 443 sg-of-another-account"), None);
}

#[test]
fn block_public_access_stops_a_vpc_origin() {
    for (mode, reached) in [("off", true), ("block-ingress", false), ("block-bidirectional", false)]
    {
        let facts = internal(&["tcp 443 0.0.0.0/0"])
            .vpc_origin("origin", "alb")
            .edit(|model| {
                let mut region =
                    Region::new(Identity { id: "region".into(), ..Identity::default() });
                region.vpc_block_public_access_mode = Some(mode.into());
                model.insert(region);
            })
            .derive();
        assert_eq!(facts.internet(ALB), Some(reached), "{mode}");
    }
}

#[test]
fn the_port_of_a_vpc_origin_counts() {
    let with = |policy: &str| {
        internal(&["tcp 0-65535 0.0.0.0/0"])
            .vpc_origin("origin", "alb")
            .edit(|model| {
                let origin = model.cloudfront_vpc_origins.get_mut("origin").unwrap();
                origin.origin_protocol_policy = Some(policy.into());
            })
            .derive()
            .internet(ALB)
    };
    assert_eq!(with("https-only"), Some(true));
    assert_eq!(with("match-viewer"), Some(true));
    // It listens on 443 alone.
    assert_eq!(with("http-only"), Some(false));
}

#[test]
fn a_vpc_origin_leads_to_an_instance_and_to_no_other() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .group("sg", &["tcp 443 0.0.0.0/0"])
        .instance("web", "app", "10.0.1.10", &["sg"])
        .instance("other", "app", "10.0.1.11", &["sg"])
        .vpc_origin("origin", "web")
        .derive();
    assert_eq!(facts.internet(WEB), Some(true));
    assert_eq!(facts.internet("instances/other"), Some(false));
}

#[test]
fn a_vpc_origin_whose_end_is_not_known_may_lead_to_what_admits_it() {
    let net = |rule: &str| {
        internal(&[rule]).vpc_origin("origin", "alb").gap(
            "cloudfront_vpc_origins",
            "origin",
            "/endpoint",
        )
    };
    let forget = |net: Net| {
        net.edit(|model| {
            model.cloudfront_vpc_origins.get_mut("origin").unwrap().endpoint = None;
        })
    };
    assert_eq!(forget(net("tcp 443 0.0.0.0/0")).derive().internet(ALB), None);
    assert_eq!(forget(net("tcp 443 sg-alb")).derive().internet(ALB), Some(false));
}

#[test]
fn what_stands_behind_the_target_of_a_vpc_origin_is_reached_through_it() {
    let behind = |kind: &str, rule: &str| {
        net()
            .subnet("app", "10.0.1.0/24")
            .subnet("data", "10.0.2.0/24")
            .cloudfront_group("sg-cf")
            .group("sg-lb", &["tcp 443 sg-cf"])
            .group("sg-db", &[rule])
            .rds("db", &["data"], &["sg-db"])
            .edit(|model| {
                let db = model.rds_instances.get_mut("db").unwrap();
                db.port = Some(5432);
            })
            .interface("eni", "data", "10.0.2.10", &["sg-db"])
            .balancer("lb", kind, "internal", &["app"], &["sg-lb"])
            .listener("lb", "TCP", 443, "ip", 5432, &["10.0.2.10"])
            .vpc_origin("origin", "lb")
            .derive()
    };
    let facts = behind("network", "tcp 5432 sg-lb");
    assert_eq!(facts.internet("network_interfaces/eni"), Some(true));
    assert_eq!(
        facts.internet_hops("network_interfaces/eni"),
        [
            "the internet",
            "origin /endpoint",
            "sg-lb /ingress/0",
            "lb",
            "lb-443-listener /port",
            "lb-443-listener /default_actions/0/forward/0",
            "sg-lb /egress/0",
            "acl /entries/1",
            "main /routes/0",
            "acl /entries/0",
            "sg-db /ingress/0",
            "eni"
        ]
    );
    assert_eq!(behind("network", "tcp 5432 sg-cf").internet("network_interfaces/eni"), Some(false));
}

// API Gateway.

#[test]
fn a_rest_link_leads_to_its_load_balancer() {
    let with = |groups: &[&str], link: &[&str]| {
        net()
            .subnet("app", "10.0.1.0/24")
            .group("sg-nlb", &["tcp 443 10.0.0.0/8"])
            .group("sg-web", &["tcp 8443 10.0.1.0/24"])
            .instance("web", "app", "10.0.1.10", &["sg-web"])
            .balancer("nlb", "network", "internal", &["app"], groups)
            .listener("nlb", "TCP", 443, "ip", 8443, &["10.0.1.10"])
            .rest_link("link", link)
            .derive()
    };
    let facts = with(&[], &["nlb"]);
    assert_eq!((facts.internet(NLB), facts.internet(WEB)), (Some(true), Some(true)));
    assert_eq!(with(&[], &[]).internet(NLB), Some(false));
    // Groups count only where the load balancer was told so.
    let facts = with(&["sg-nlb"], &["nlb"]);
    assert_eq!((facts.internet(NLB), facts.internet(WEB)), (None, None));
}

#[test]
fn a_vpc_link_leads_to_what_its_integrations_name() {
    let with = |rule: &str, to: &[&str]| {
        internal(&[rule])
            .group("sg-link", &[])
            .vpc_link("link", &["app"], &["sg-link"], to)
            .derive()
    };
    let facts = with("tcp 443 sg-link", &["alb-443-listener"]);
    assert_eq!(facts.internet(ALB), Some(true));
    assert_eq!(
        facts.internet_hops(ALB),
        ["the internet", "link /integrations", "sg-link /egress/0", "sg-alb /ingress/0", "alb"]
    );
    assert_eq!(facts.inside(ALB), ["api_gateway_v2_vpc_links/link"]);
    // What an API of another stack leads to is not known.
    assert_eq!(with("tcp 443 sg-link", &[]).internet(ALB), None);
    assert_eq!(with("tcp 443 10.0.1.0/24", &[]).internet(ALB), None);
    assert_eq!(with("tcp 443 sg-alb", &["alb-443-listener"]).internet(ALB), Some(false));
    assert_eq!(with("tcp 80 sg-link", &["alb-443-listener"]).internet(ALB), Some(false));
}

#[test]
fn a_vpc_link_that_a_database_admits_is_told() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .group("sg-link", &[])
        .group("sg-db", &["tcp 5432 sg-link"])
        .rds("db", &["app"], &["sg-db"])
        .vpc_link("link", &["app"], &["sg-link"], &[])
        .derive();
    assert_eq!(facts.unexpected("rds_instances/db"), ["api_gateway_v2_vpc_links/link"]);
    assert_eq!(facts.internet("rds_instances/db"), None);
    let group = facts.0.model.security_groups.get("sg-link").unwrap();
    assert_eq!(group.used_by[0].collection, "api_gateway_v2_vpc_links");
}

// What an account's interfaces tell of services that were not asked.

fn interface(kind: &str, groups: &[&str]) -> NetworkInterface {
    let mut found = NetworkInterface::new(Identity {
        id: "eni".into(),
        account: Some("111111111111".into()),
        region: Some("eu-west-1".into()),
        ..Identity::default()
    });
    found.interface_type = Some(kind.into());
    found.vpc_id = Some("vpc".into());
    found.subnet_id = Some("app".into());
    found.private_ip_addresses = vec!["10.0.1.99".into()];
    found.security_group_ids = groups.iter().map(|&id| id.to_owned()).collect();
    found.status = Some("in-use".into());
    found.requester_managed = Some(true);
    found
}

#[test]
fn interfaces_of_services_tell_of_entries() {
    let with = |kind: &str, groups: &[&str], rule: &str| {
        internal(&[rule])
            .cloudfront_group("sg-cf")
            .group("sg-link", &[])
            .edit(|model| {
                model.insert(interface(kind, groups));
            })
            .derive()
            .internet(ALB)
    };
    assert_eq!(with("interface", &["sg-cf"], "tcp 443 sg-cf"), None);
    assert_eq!(with("interface", &["sg-cf"], "tcp 443 sg-link"), Some(false));
    assert_eq!(with("api_gateway_managed", &["sg-link"], "tcp 443 sg-link"), None);
    assert_eq!(with("api_gateway_managed", &["sg-link"], "tcp 443 sg-alb"), Some(false));
    // An accelerator keeps the client's address.
    assert_eq!(with("global_accelerator_managed", &[], "tcp 443 203.0.113.0/24"), None);
    assert_eq!(with("global_accelerator_managed", &[], "tcp 443 10.0.0.0/8"), Some(false));
    assert_eq!(with("interface", &["sg-link"], "tcp 443 0.0.0.0/0"), Some(false));
}

#[test]
fn links_that_no_scan_asks_for_leave_internal_network_load_balancers_open() {
    let with = |kind: &str, collection: &str| {
        net()
            .subnet("app", "10.0.1.0/24")
            .group("sg-lb", &["tcp 443 192.168.0.0/16"])
            .balancer("lb", kind, "internal", &["app"], &["sg-lb"])
            .listener("lb", "TCP", 443, "ip", 8443, &[])
            .because(
                collection,
                "",
                "",
                Reason::NotInSource { source: "a scan, which does not ask".into() },
            )
            .derive()
            .internet("load_balancers/lb")
    };
    assert_eq!(with("network", "api_gateway_vpc_links"), None);
    assert_eq!(with("application", "api_gateway_vpc_links"), Some(false));
    // It admits nobody whom these could be.
    assert_eq!(with("network", "cloudfront_vpc_origins"), Some(false));
    assert_eq!(with("network", "api_gateway_v2_vpc_links"), Some(false));
}

// The way from thing to thing starts there too.

#[test]
fn the_way_on_from_a_vpc_origin_is_told() {
    let facts = internal(&["tcp 443 0.0.0.0/0"])
        .group("sg-app", &["tcp 3000 sg-alb"])
        .service("svc", &["app"], &["sg-app"])
        .register("svc", "alb-443", 3000)
        .vpc_origin("origin", "alb")
        .derive();
    let answer = ask(&facts, "internet", "svc");
    assert!(hops(&answer.indirect[0]).contains(&"origin /endpoint".to_owned()));
}
