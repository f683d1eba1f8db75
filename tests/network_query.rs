//! Questions about paths: the library's answers, and the command that asks.

#![allow(clippy::unwrap_used)]

mod network_builder;

use assert_cmd::Command;
use audit::analysis::network::Options;
use audit::analysis::network::query::{Answer, Network, Question, Verdict};
use network_builder::{Facts, hops, net, reference};

fn ask(facts: &Facts, from: &str, to: &str, port: Option<u16>) -> Answer {
    let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let port = port.map(Into::into);
    let question = Question { from: end(from), to: end(to), port, ..Question::default() };
    Network::new(&facts.0, &Options::default()).ask(&question).unwrap()
}

fn verdict(facts: &Facts, from: &str, to: &str, port: Option<u16>) -> Verdict {
    ask(facts, from, to, port).verdict
}

#[test]
fn the_internet_reaches_the_database_only_from_thing_to_thing() {
    let facts = reference().derive();
    let answer = ask(&facts, "internet", "db", None);
    assert_eq!(answer.verdict, Verdict::Unreachable);
    assert!(!answer.refuted.is_empty());
    let way = &answer.indirect[0];
    let hops = hops(way);
    for step in ["the internet", "alb", "alb-443-listener /port", "svc", "db /port"] {
        assert!(hops.contains(&step.to_owned()), "{step} in {hops:?}");
    }
    assert_eq!((way.from_port, way.from_label.as_str()), (5432, "internet"));
}

#[test]
fn things_by_id_name_and_address() {
    let facts = reference()
        .group("sg-tool", &[])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-tool"])
        .instance("tool", "app", "10.0.1.9", &["sg-tool"])
        .edit_instance("tool", |tool| tool.name = Some("The tool".into()))
        .derive();
    for name in ["tool", "The tool", "instances/tool", "10.0.1.9", "10.0.1.9/32", "sg-tool"] {
        assert_eq!(verdict(&facts, name, "db", None), Verdict::Reachable, "{name}");
    }
    assert_eq!(verdict(&facts, "tool", "db", Some(5432)), Verdict::Reachable);
    assert_eq!(verdict(&facts, "tool", "db", Some(22)), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "10.0.1.0/24", "db", None), Verdict::Reachable);
    assert_eq!(verdict(&facts, "edge", "db", None), Verdict::Unreachable);
}

/// A function in a subnet of table `table`, which has routes to a NAT gateway
/// in a public subnet.
fn function_in(table: &str) -> Facts {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet("app", "10.0.1.0/24")
        .edit(|model| {
            let mut gateway = audit::model::NatGateway::new(audit::model::Identity {
                id: "nat".into(),
                ..Default::default()
            });
            gateway.subnet_id = Some("edge".into());
            gateway.state = Some("available".into());
            model.insert(gateway);
        })
        .table("out", "vpc", &["0.0.0.0/0 nat_gateway nat"])
        .associate(table, "app")
        .group("sg", &[])
        .function("sync", &["app"], &["sg"])
        .derive()
}

#[test]
fn a_function_goes_out_by_a_nat_gateway_alone() {
    assert_eq!(verdict(&function_in("out"), "sync", "internet", None), Verdict::Reachable);
    let public = ask(&function_in("public"), "sync", "internet", None);
    assert_eq!(public.verdict, Verdict::Unreachable);
    let why = "a function's interfaces have no public address";
    assert!(public.refuted.iter().any(|fact| fact.contains(why)), "{:?}", public.refuted);
}

#[test]
fn a_function_in_a_vpc_reaches_what_admits_it() {
    let facts = reference()
        .group("sg-fn", &[])
        .group("sg-db", &["tcp 5432 sg-app", "tcp 5432 sg-fn"])
        .function("sync", &["app"], &["sg-fn"])
        .function("apart", &["app"], &["sg-alb"])
        .derive();
    assert_eq!(verdict(&facts, "sync", "db", None), Verdict::Reachable);
    assert_eq!(verdict(&facts, "apart", "db", None), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "svc", "sync", None), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "internet", "sync", None), Verdict::Unreachable);
}

#[test]
fn a_function_in_no_vpc_reaches_what_everyone_reaches() {
    let facts = reference()
        .group("sg-office", &["tcp 443 198.51.100.0/24"])
        .balancer("office", "application", "internet-facing", &["edge"], &["sg-office"])
        .listener("office", "HTTPS", 443, "ip", 3000, &[])
        .function("sync", &[], &[])
        .derive();
    let answer = ask(&facts, "sync", "internet", Some(443));
    assert_eq!(answer.verdict, Verdict::Reachable);
    assert_eq!(hops(&answer.paths[0]), ["sync /in_vpc", "the internet"]);
    let answer = ask(&facts, "sync", "alb", None);
    assert_eq!(answer.verdict, Verdict::Reachable);
    assert_eq!(hops(&answer.paths[0])[..2], ["sync /in_vpc", "the internet"]);
    // Which address it comes from is not known.
    assert_eq!(verdict(&facts, "sync", "office", None), Verdict::Unknown);
    let answer = ask(&facts, "sync", "db", None);
    assert_eq!(answer.verdict, Verdict::Unreachable);
    assert!(hops(&answer.indirect[0]).contains(&"db /port".to_owned()));
}

#[test]
fn a_cluster_is_reached_inside_its_vpc_or_by_the_internet() {
    let cluster = |cidrs: &[&str]| {
        reference()
            .subnet("apart", "10.0.3.0/24")
            .group("sg-tool", &[])
            .group("sg-api", &["tcp 443 sg-tool"])
            .instance("tool", "app", "10.0.1.9", &["sg-tool"])
            .instance("web", "edge", "10.0.0.9", &["sg-tool"])
            .public_ip("web")
            .cluster("eks", &["app"], &["sg-api"])
            .public_endpoint("eks", cidrs)
    };
    let private = |model: &mut audit::model::Model, on: bool| {
        model.eks_clusters.get_mut("eks").unwrap().endpoint_private_access = Some(on);
    };
    let both = cluster(&["0.0.0.0/0"]).derive();
    assert_eq!(verdict(&both, "tool", "eks", None), Verdict::Reachable);
    assert_eq!(verdict(&both, "svc", "eks", None), Verdict::Unreachable);
    assert_eq!(verdict(&both, "internet", "eks", None), Verdict::Reachable);
    assert_eq!(verdict(&both, "internet", "eks", Some(22)), Verdict::Unreachable);
    let public = cluster(&["0.0.0.0/0"]).edit(|model| private(model, false)).derive();
    // It has no way out of the VPC.
    assert_eq!(verdict(&public, "tool", "eks", None), Verdict::Unreachable);
    assert_eq!(verdict(&public, "web", "eks", None), Verdict::Reachable);
    let office = cluster(&["198.51.100.0/24"]).edit(|model| private(model, false)).derive();
    assert_eq!(verdict(&office, "web", "eks", None), Verdict::Unknown);
    assert_eq!(verdict(&office, "198.51.100.7", "eks", None), Verdict::Reachable);
    assert_eq!(verdict(&office, "203.0.113.7", "eks", None), Verdict::Unreachable);
}

#[test]
fn a_name_that_nothing_has_is_an_error() {
    let facts = reference().derive();
    let network = Network::new(&facts.0, &Options::default());
    let question = |to: Option<&str>| Question { to: to.map(str::to_owned), ..Question::default() };
    let error = network.ask(&question(Some("nothing"))).unwrap_err().to_string();
    assert!(error.contains("\"nothing\""), "{error}");
    assert!(network.ask(&question(None)).is_err());
}

#[test]
fn ranges_of_the_internet() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["tcp 22 203.0.113.0/24"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .public_ip("web")
        .derive();
    assert_eq!(verdict(&facts, "203.0.113.7", "web", None), Verdict::Reachable);
    assert_eq!(verdict(&facts, "198.51.100.7", "web", None), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "internet", "web", Some(443)), Verdict::Unreachable);
}

#[test]
fn all_that_reaches_and_is_reached() {
    let facts = reference().derive();
    let starts: Vec<String> =
        ask(&facts, "", "svc", None).paths.into_iter().map(|path| path.from_label).collect();
    assert_eq!(starts, ["alb"]);
    let answer = ask(&facts, "svc", "", None);
    let ends: Vec<String> =
        answer.paths.iter().filter_map(|path| hops(path).last().cloned()).collect();
    // The balancer admits everyone, those inside too; a private subnet has no
    // way out.
    assert_eq!(ends, ["db /port", "alb"]);
}

#[test]
fn the_way_out() {
    let nat = |state: &str, nat_subnet: &str| {
        reference()
            .table("out", "vpc", &["0.0.0.0/0 nat_gateway nat"])
            .associate("out", "app")
            .edit(|model| {
                let mut nat = audit::model::NatGateway::new(audit::model::Identity {
                    id: "nat".into(),
                    ..Default::default()
                });
                nat.subnet_id = Some(nat_subnet.into());
                nat.connectivity_type = Some("public".into());
                nat.state = Some(state.into());
                model.insert(nat);
            })
            .derive()
    };
    assert_eq!(
        verdict(&nat("available", "edge"), "svc", "internet", Some(443)),
        Verdict::Reachable
    );
    assert_eq!(verdict(&nat("failed", "edge"), "svc", "internet", None), Verdict::Unreachable);
    assert_eq!(verdict(&nat("available", "data"), "svc", "internet", None), Verdict::Unreachable);
    // A public subnet alone is no way out.
    let facts = reference().associate("public", "app").derive();
    assert_eq!(verdict(&facts, "svc", "internet", None), Verdict::Unreachable);
}

#[test]
fn gaps_are_told() {
    let facts = reference().gap("security_groups", "sg-db", "/ingress").derive();
    let answer = ask(&facts, "alb", "db", None);
    assert_eq!(answer.verdict, Verdict::Unreachable);
    let facts = reference()
        .instance("tool", "app", "10.0.1.9", &["sg-alb"])
        .gap("security_groups", "sg-db", "/ingress")
        .derive();
    let answer = ask(&facts, "tool", "db", None);
    assert_eq!(answer.verdict, Verdict::Unknown);
    assert!(answer.unknown[0].contains("the missing fact"), "{:?}", answer.unknown);
}

/// The command on a snapshot of the reference network.
fn command(args: &[&str]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("snapshot.json");
    std::fs::write(&file, serde_json::to_string(&reference().derive().0).unwrap()).unwrap();
    std::fs::write(
        directory.path().join("questions.jsonl"),
        "{\"id\": 1, \"from\": \"internet\", \"to\": \"alb\"}\n{\"id\": 2, \"from\": \"svc\", \"to\": \"db\", \"port\": 22}\nno question\n",
    )
    .unwrap();
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(directory.path())
        .args(args)
        .arg("snapshot.json")
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_command_tells_hops() {
    let (code, out, err) = command(&["path", "svc", "db"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("reachable: svc → db\n"), "{out}");
    assert!(out.contains("ingress tcp 5432 from sg-app"), "{out}");
    let (_, out, _) = command(&["path", "internet", "db"]);
    assert!(out.starts_with("unreachable: internet → db\n"), "{out}");
    assert!(out.contains("what stops it:"), "{out}");
}

#[test]
fn the_command_answers_in_every_form() {
    let (_, out, _) = command(&["path", "--to", "db", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["verdict"], "reachable");
    assert_eq!(value["paths"][0]["from"]["id"], "svc");
    let (_, out, _) = command(&["path", "--all", "--format", "dot"]);
    assert!(
        out.contains("\"ecs_services/svc\" -> \"rds_instances/db\" [label=\"tcp 5432\"]"),
        "{out}"
    );
    let (_, out, _) = command(&["path", "--all", "--format", "mermaid"]);
    assert!(out.starts_with("flowchart LR\n"), "{out}");
    let (_, out, _) = command(&["path", "svc", "db", "--format", "mermaid"]);
    assert!(out.contains("sg-db"), "{out}");
}

#[test]
fn the_command_answers_batches() {
    let (code, out, _) = command(&["path", "--batch", "questions.jsonl"]);
    assert_eq!(code, 2);
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["verdict"], &lines[0]["id"]), (&"reachable".into(), &1.into()));
    assert_eq!((&lines[1]["id"], &lines[1]["line"]), (&2.into(), &2.into()));
    assert_eq!(lines[1]["verdict"], "unreachable");
    assert_eq!((&lines[2]["id"], &lines[2]["line"]), (&serde_json::Value::Null, &3.into()));
    assert!(lines[2]["error"].as_str().unwrap().contains("no question"), "{}", lines[2]);
}

#[test]
fn wrong_usage_is_told() {
    let (code, out, err) = command(&["path", "svc", "nobody"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("nobody"), "{err}");
}

/// A question in full.
fn judge(facts: &Facts, from: &str, to: &str, protocol: &str, port: &str) -> Verdict {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let question = Question {
        from: text(from),
        to: text(to),
        protocol: text(protocol),
        port: text(port).map(|port| port.parse().unwrap()),
        ..Question::default()
    };
    Network::new(&facts.0, &Options::default()).ask(&question).unwrap().verdict
}

/// A public web server and a private database server, both instances.
fn two_tiers() -> network_builder::Net {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet("data", "10.0.2.0/24")
        .group("sg-web", &["tcp 80 0.0.0.0/0", "icmp 8 0.0.0.0/0"])
        .group("sg-db", &["tcp 5432 sg-web"])
        .instance("web", "edge", "10.0.0.10", &["sg-web"])
        .public_ip("web")
        .edit_instance("web", |web| web.public_ip_address = Some("198.51.100.60".into()))
        .instance("db", "data", "10.0.2.10", &["sg-db"])
}

#[test]
fn subnets_vpcs_and_groups_stand_for_what_is_in_them() {
    let facts = two_tiers().derive();
    for to in ["edge", "vpc", "sg-web", "10.0.0.0/24", "10.0.0.0/16"] {
        assert_eq!(judge(&facts, "internet", to, "tcp", "80"), Verdict::Reachable, "{to}");
    }
    for to in ["data", "sg-db", "10.0.2.0/24"] {
        assert_eq!(judge(&facts, "internet", to, "", ""), Verdict::Unreachable, "{to}");
        assert_eq!(judge(&facts, "edge", to, "", ""), Verdict::Reachable, "{to}");
    }
    assert_eq!(judge(&facts, "igw", "vpc", "tcp", "80"), Verdict::Reachable);
    // Nothing lives there.
    assert_eq!(judge(&facts, "web", "10.0.2.99", "", ""), Verdict::Unreachable);
}

#[test]
fn a_thing_that_may_have_an_address_leaves_it_open() {
    let facts = reference().derive();
    // The service's task has some address of the subnet.
    assert_eq!(judge(&facts, "10.0.1.0/24", "db", "", ""), Verdict::Reachable);
    assert_eq!(judge(&facts, "10.0.1.77", "db", "", ""), Verdict::Unknown);
    assert_eq!(judge(&facts, "svc", "10.0.2.77", "", ""), Verdict::Unknown);
    assert_eq!(judge(&facts, "svc", "10.0.2.0/24", "", ""), Verdict::Reachable);
    assert_eq!(judge(&facts, "10.0.0.77", "db", "", ""), Verdict::Unreachable);
}

#[test]
fn a_public_address_is_reached_over_the_internet() {
    let facts = two_tiers().derive();
    assert_eq!(judge(&facts, "internet", "198.51.100.60", "tcp", "80"), Verdict::Reachable);
    assert_eq!(judge(&facts, "internet", "198.51.100.60", "tcp", "22"), Verdict::Unreachable);
    assert_eq!(judge(&facts, "8.8.8.8", "198.51.100.60", "", ""), Verdict::Reachable);
    // The database server has no way out.
    assert_eq!(judge(&facts, "db", "198.51.100.60", "", ""), Verdict::Unreachable);
    // From its public address nothing private is reached.
    assert_eq!(judge(&facts, "198.51.100.60", "db", "", ""), Verdict::Unreachable);
    assert_eq!(judge(&facts, "web", "db", "", ""), Verdict::Reachable);
}

#[test]
fn groups_are_not_seen_over_the_internet() {
    let net = |rule: &str| {
        net()
            .public("edge", "10.0.0.0/24")
            .group("sg", &[])
            .group("sg-web", &[rule])
            .instance("web", "edge", "10.0.0.10", &["sg-web"])
            .public_ip("web")
            .edit_instance("web", |web| web.public_ip_address = Some("198.51.100.60".into()))
            .instance("tool", "edge", "10.0.0.20", &["sg"])
            .public_ip("tool")
            .edit_instance("tool", |tool| tool.public_ip_address = Some("198.51.100.61".into()))
            .derive()
    };
    let by_group = net("tcp 80 sg");
    assert_eq!(judge(&by_group, "tool", "10.0.0.10", "", ""), Verdict::Reachable);
    assert_eq!(judge(&by_group, "tool", "198.51.100.60", "", ""), Verdict::Unreachable);
    let by_address = net("tcp 80 198.51.100.61/32");
    assert_eq!(judge(&by_address, "tool", "198.51.100.60", "", ""), Verdict::Reachable);
    assert_eq!(judge(&by_address, "tool", "10.0.0.10", "", ""), Verdict::Reachable);
    let other = net("tcp 80 198.51.100.62/32");
    assert_eq!(judge(&other, "tool", "web", "", ""), Verdict::Unreachable);
}

#[test]
fn protocols_and_port_ranges() {
    let facts = two_tiers().group("sg-db", &["tcp 5432 sg-web", "50 sg-web"]).derive();
    for (protocol, port, verdict) in [
        ("tcp", "5000-6000", Verdict::Reachable),
        ("tcp", "5000-5431", Verdict::Unreachable),
        ("all", "5432", Verdict::Reachable),
        ("udp", "5432", Verdict::Unreachable),
        ("50", "", Verdict::Reachable),
        ("47", "", Verdict::Unreachable),
        ("icmp", "", Verdict::Unreachable),
    ] {
        assert_eq!(judge(&facts, "web", "db", protocol, port), verdict, "{protocol} {port}");
    }
    assert_eq!(judge(&facts, "internet", "web", "icmp", "8"), Verdict::Reachable);
    assert_eq!(judge(&facts, "internet", "web", "icmp", "0"), Verdict::Unreachable);
    assert_eq!(judge(&facts, "web", "8.8.8.8", "icmp", ""), Verdict::Reachable);
    assert!("6000-5000".parse::<audit::analysis::network::query::PortRange>().is_err());
}

#[test]
fn a_nat_gateway_takes_nothing() {
    let facts = two_tiers()
        .edit(|model| {
            let identity = audit::model::Identity { id: "nat".into(), ..Default::default() };
            let mut nat = audit::model::NatGateway::new(identity);
            nat.subnet_id = Some("edge".into());
            model.insert(nat);
        })
        .derive();
    assert_eq!(judge(&facts, "internet", "nat", "", ""), Verdict::Unreachable);
    assert_eq!(judge(&facts, "db", "nat", "", ""), Verdict::Unreachable);
}

/// A private subnet that goes out by a NAT gateway in `edge`.
fn behind_nat() -> network_builder::Net {
    two_tiers().table("out", "vpc", &["0.0.0.0/0 nat_gateway nat"]).associate("out", "data").edit(
        |model| {
            let identity = audit::model::Identity { id: "nat".into(), ..Default::default() };
            let mut nat = audit::model::NatGateway::new(identity);
            nat.subnet_id = Some("edge".into());
            model.insert(nat);
        },
    )
}

#[test]
fn the_acl_of_a_nat_gateways_subnet_judges_both_ways() {
    let entries = |edge: &[&str]| {
        let facts = behind_nat().acl("edge-acl", "vpc", &["edge"], edge).derive();
        judge(&facts, "db", "8.8.8.8", "tcp", "443")
    };
    let (any_in, any_out) = ("1 in allow -1 0.0.0.0/0", "1 out allow -1 0.0.0.0/0");
    assert_eq!(entries(&[any_in, any_out]), Verdict::Reachable);
    // What comes from the client must get in, and its answers out again.
    let no_client = "1 in allow tcp 1024-65535 8.0.0.0/8";
    assert_eq!(entries(&[no_client, any_out]), Verdict::Unreachable);
    assert_eq!(entries(&[any_in, "1 out allow tcp 443 8.0.0.0/8"]), Verdict::Unreachable);
    // The gateway sends from high ports: answers to low ones are not enough.
    let low = ["1 in allow tcp 1-1023 0.0.0.0/0", any_out];
    assert_eq!(entries(&low), Verdict::Unreachable);
}

#[test]
fn a_nat_gateway_passes_tcp_udp_and_icmp_only() {
    let facts = behind_nat().derive();
    assert_eq!(judge(&facts, "db", "8.8.8.8", "udp", "53"), Verdict::Reachable);
    assert_eq!(judge(&facts, "db", "8.8.8.8", "icmp", ""), Verdict::Reachable);
    assert_eq!(judge(&facts, "db", "8.8.8.8", "47", ""), Verdict::Unreachable);
}

#[test]
fn a_way_out_that_rests_on_a_gap_is_open() {
    let facts =
        behind_nat().gateway("igw", None).gap("internet_gateways", "igw", "/vpc_id").derive();
    assert_eq!(judge(&facts, "db", "8.8.8.8", "tcp", "443"), Verdict::Unknown);
    assert_eq!(judge(&facts, "web", "8.8.8.8", "tcp", "443"), Verdict::Unknown);
    // A rule that is not known takes nothing from one that is.
    let facts = two_tiers()
        .group_with("sg-web", &[], &["tcp 443 ?", "tcp 443 0.0.0.0/0"])
        .gap("security_groups", "sg-web", "/egress/0/cidr_ipv4")
        .derive();
    assert_eq!(judge(&facts, "web", "8.8.8.8", "tcp", "443"), Verdict::Reachable);
}

#[test]
fn a_network_load_balancer_passes_on_and_an_application_one_does_not() {
    let net = |kind: &str, rule: &str| {
        net()
            .subnet("app", "10.0.1.0/24")
            .subnet("data", "10.0.2.0/24")
            .group("sg-client", &[])
            .group("sg-lb", &["tcp 443 sg-client"])
            .group("sg-server", &[rule])
            .instance("client", "app", "10.0.1.10", &["sg-client"])
            .instance("server", "data", "10.0.2.10", &["sg-server"])
            .balancer("lb", kind, "internal", &["app"], &["sg-lb"])
            .listener("lb", "TCP", 443, "instance", 8443, &["server"])
            .derive()
    };
    let facts = net("network", "tcp 8443 sg-lb");
    let answer = ask(&facts, "client", "server", None);
    assert_eq!(answer.verdict, Verdict::Reachable);
    assert_eq!(
        hops(&answer.paths[0]),
        [
            "client",
            "sg-client /egress/0",
            "sg-lb /ingress/0",
            "lb",
            "lb-443-listener /port",
            "lb-443-listener /default_actions/0/forward/0",
            "sg-lb /egress/0",
            "acl /entries/1",
            "main /routes/0",
            "acl /entries/0",
            "sg-server /ingress/0",
            "server",
        ]
    );
    assert_eq!(verdict(&facts, "client", "server", Some(8443)), Verdict::Reachable);
    // The port of the target is asked about, not that of the listener.
    assert_eq!(verdict(&facts, "client", "server", Some(443)), Verdict::Unreachable);
    // Where the client's address is kept, the target sees it.
    let kept = net("network", "tcp 8443 10.0.1.10/32");
    assert_eq!(verdict(&kept, "client", "server", None), Verdict::Reachable);
    let other = net("network", "tcp 8443 10.0.2.0/24");
    assert_eq!(verdict(&other, "client", "server", None), Verdict::Unreachable);
    let answer = ask(&net("application", "tcp 8443 sg-lb"), "client", "server", None);
    assert_eq!(answer.verdict, Verdict::Unreachable);
    assert!(hops(&answer.indirect[0]).contains(&"lb".to_owned()));
}

#[test]
fn a_gateway_endpoint_leads_to_its_service_alone() {
    let facts = net()
        .subnet("app", "10.0.1.0/24")
        .prefix_list("pl-s3", &["52.216.0.0/15"])
        .table("endpoint", "vpc", &["pl:pl-s3 vpc_endpoint vpce"])
        .associate("endpoint", "app")
        .group("sg", &[])
        .group_with("sg-closed", &[], &["tcp 443 10.0.0.0/16"])
        .instance("web", "app", "10.0.1.10", &["sg"])
        .instance("closed", "app", "10.0.1.11", &["sg-closed"])
        .edit(|model| {
            let identity = audit::model::Identity { id: "vpce".into(), ..Default::default() };
            let mut endpoint = audit::model::VpcEndpoint::new(identity);
            endpoint.vpc_endpoint_type = Some("Gateway".into());
            model.insert(endpoint);
        })
        .derive();
    let answer = ask(&facts, "web", "52.216.237.77", Some(443));
    assert_eq!(answer.verdict, Verdict::Reachable);
    let way = hops(&answer.paths[0]);
    assert_eq!(way[way.len() - 2..], ["vpce", "the addresses of the service"]);
    assert_eq!(verdict(&facts, "closed", "52.216.237.77", Some(443)), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "web", "54.222.57.1", Some(443)), Verdict::Unreachable);
    assert_eq!(verdict(&facts, "web", "internet", None), Verdict::Unreachable);
}

#[test]
fn another_protocol_is_not_that_of_a_listener() {
    let facts = net()
        .public("edge", "10.0.0.0/24")
        .group("sg", &["tcp 0-65535 0.0.0.0/0"])
        .instance("web", "edge", "10.0.0.10", &["sg"])
        .balancer("nlb", "network", "internet-facing", &["edge"], &["sg"])
        .listener("nlb", "TCP", 443, "instance", 8443, &["web"])
        .derive();
    assert_eq!(judge(&facts, "internet", "web", "tcp", "8443"), Verdict::Reachable);
    assert_eq!(judge(&facts, "internet", "web", "udp", "8443"), Verdict::Unreachable);
    assert_eq!(judge(&facts, "internet", "web", "icmp", ""), Verdict::Unreachable);
}

#[test]
fn an_expected_answer_decides_the_exit_code() {
    let (code, out, _) = command(&["path", "svc", "db", "--expect", "reachable"]);
    assert_eq!(code, 0, "{out}");
    let (code, out, _) = command(&["path", "svc", "db", "--expect", "unreachable"]);
    assert_eq!(code, 1);
    assert!(out.contains("expected was unreachable"), "{out}");
    let (code, out, _) = command(&["path", "svc", "db", "--expect", "reachable", "-f", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &value["as_expected"]), (0, &true.into()));
}

#[test]
fn a_path_tells_who_else_is_admitted() {
    let facts = two_tiers()
        .group("sg-db", &["tcp 5432 sg-web", "tcp 5432 sg-tool"])
        .group("sg-tool", &[])
        .instance("tool", "data", "10.0.2.20", &["sg-tool"])
        .derive();
    let network = Network::new(&facts.0, &Options::default());
    let answer = ask(&facts, "web", "db", None);
    assert_eq!(network.also_admitted(&answer).unwrap(), ["tool"]);
    let answer = ask(&facts, "internet", "web", Some(80));
    assert!(!network.also_admitted(&answer).unwrap().contains(&"internet".to_owned()));
    let answer = ask(&facts, "internet", "db", None);
    assert!(network.also_admitted(&answer).unwrap().is_empty());
}

#[test]
fn a_way_out_tells_a_packet() {
    let facts = two_tiers().derive();
    let answer = ask(&facts, "web", "8.8.8.8", Some(443));
    assert_eq!(answer.paths[0].packet, "10.0.0.10:32768 -> 8.8.8.8:443/tcp");
}

#[test]
fn a_no_tells_which_acl_stops_it() {
    let shut = |subnet: &str| {
        let facts = two_tiers().acl("shut", "vpc", &[subnet], &[]).derive();
        let question = Question {
            from: Some("web".into()),
            to: Some("db".into()),
            protocol: Some("tcp".into()),
            ..Question::default()
        };
        Network::new(&facts.0, &Options::default()).ask(&question).unwrap().refuted
    };
    assert_eq!(shut("edge"), ["the network ACL of the subnet of web stops it, or the answer"]);
    assert_eq!(shut("data"), ["shut stops it from web, or the answer"]);
}

#[test]
fn the_nodes_of_a_network_balancer_have_the_addresses_of_its_interfaces() {
    let facts = two_tiers()
        .group("sg-nlb", &["tcp 5432 0.0.0.0/0"])
        .balancer("nlb", "network", "internal", &["data"], &["sg-nlb"])
        .listener("nlb", "TCP", 5432, "instance", 5432, &["db"])
        .interface("eni", "data", "10.0.2.50", &["sg-nlb"])
        .edit(|model| {
            let arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/nlb/1a";
            model.load_balancers.get_mut("nlb").unwrap().arn = Some(arn.into());
            let eni = model.network_interfaces.get_mut("eni").unwrap();
            eni.description = Some("ELB net/nlb/1a".into());
            eni.interface_type = Some("network_load_balancer".into());
        })
        .derive();
    assert_eq!(judge(&facts, "web", "10.0.2.50", "tcp", "5432"), Verdict::Reachable);
    assert_eq!(judge(&facts, "web", "10.0.2.50", "tcp", "5433"), Verdict::Unreachable);
    assert_eq!(judge(&facts, "web", "10.0.2.51", "tcp", "5432"), Verdict::Unreachable);
}

#[test]
fn a_packet_from_the_internet_goes_to_the_public_address() {
    let facts = two_tiers().derive();
    let answer = ask(&facts, "internet", "web", Some(80));
    assert_eq!(answer.paths[0].packet, "1.0.0.0:32768 -> 198.51.100.60:80/tcp");
    let mapping = answer.paths[0].hops.iter().find(|hop| hop.description.contains("198.51.100.60"));
    assert_eq!(mapping.unwrap().description, "public address 198.51.100.60 of 10.0.0.10");
}

#[test]
fn a_rule_is_told_with_the_id_that_aws_gives_it() {
    let facts = two_tiers()
        .edit(|model| {
            let rule = &mut model.security_groups.get_mut("sg-db").unwrap().ingress[0];
            rule.rule_id = Some("sgr-77".into());
        })
        .derive();
    let answer = ask(&facts, "web", "db", None);
    let hop = answer.paths[0].hops.iter().find(|hop| hop.description.contains("sgr-77")).unwrap();
    assert_eq!(hop.description, "ingress tcp 5432 from sg-web (sgr-77)");
}
