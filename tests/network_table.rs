//! Small networks with known answers, one trap each.

mod network_builder;

use network_builder::{hops, net};

const DB: &str = "rds_instances/db";
const WEB: &str = "instances/web";

/// A database behind a service behind a load balancer, as the reference
/// architecture has it.
fn reference() -> network_builder::Net {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet("app", "10.0.1.0/24")
        .subnet("data", "10.0.2.0/24")
        .group("sg-alb", &["tcp 443 0.0.0.0/0"])
        .group("sg-app", &["tcp 3000 sg-alb"])
        .group("sg-db", &["tcp 5432 sg-app"])
        .balancer("alb", "application", "internet-facing", &["edge"], &["sg-alb"])
        .listener("alb", "HTTPS", 443, "ip", 3000, &[])
        .service("svc", &["app"], &["sg-app"])
        .register("svc", "alb-443", 3000)
        .rds("db", &["data"], &["sg-db"])
}

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
            "sg /ingress/0",
            "web"
        ]
    );
}
