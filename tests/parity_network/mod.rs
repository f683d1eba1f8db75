//! The controls that rest on paths: each is tripped by a named change on each
//! source, and nothing else than what is listed with it.

use std::collections::BTreeSet;

use audit::policy::verdict::{Results, Status};
use audit::source::{TemplateOptions, cloudformation, terraform};
use serde_json::{Value as Json, json};

use super::{failing, file, judged};

const STACK: &str = "stack-reference/cloudformation/orders.yaml";
const PLAN: &str = "stack-reference/terraform/plan.json";
const BASTION: &str = "tests/parity_network/bastion.yaml";
const BASTION_PLAN: &str = "tests/parity_network/bastion.json";

const CONTROLS: [&str; 6] = [
    "bastion-only-ssh",
    "bastion-restricted",
    "net-data-not-from-internet",
    "net-data-only-from-service",
    "net-service-only-from-alb",
    "net-single-entry",
];

/// A template with texts replaced, each at its first place after a marker.
fn template(path: &str, changes: &[(&str, &str, &str)]) -> Results {
    let mut text = std::fs::read_to_string(path).unwrap();
    for (after, from, to) in changes {
        let start = text.find(after).unwrap_or_else(|| panic!("{path} no longer says {after}"));
        let (before, rest) = text.split_at(start);
        assert!(rest.contains(from), "{path} no longer says {from} after {after}");
        text = format!("{before}{}", rest.replacen(from, to, 1));
    }
    judged(cloudformation::read(&[file(path, text)], &TemplateOptions::default()))
}

/// What is changed of a resource's attribute in a plan.
enum Now {
    /// It has this value.
    Is(Json),
    /// It is known after apply and refers to these.
    Of(&'static [&'static str]),
    /// It is not set.
    Unset,
}

fn plan(path: &str, changes: &[(&str, &str, Now)]) -> Results {
    let text = std::fs::read_to_string(path).unwrap();
    let mut plan: Json = serde_json::from_str(&text).unwrap();
    for (address, attribute, now) in changes {
        change(&mut plan, address, attribute, now);
    }
    judged(terraform::read(&file(path, plan.to_string()), &TemplateOptions::default()))
}

fn change(plan: &mut Json, address: &str, attribute: &str, now: &Now) {
    let (value, expression) = match now {
        Now::Is(value) => (Some(value.clone()), Some(json!({ "constant_value": value }))),
        Now::Of(targets) => (None, Some(json!({ "references": targets }))),
        Now::Unset => (None, None),
    };
    let is_unknown = matches!(now, Now::Of(_));
    for (list, object) in [
        ("/planned_values/root_module/resources", "/values"),
        ("/resource_changes", "/change/after"),
        ("/resource_changes", "/change/after_unknown"),
        ("/configuration/root_module/resources", "/expressions"),
    ] {
        let resources = plan.pointer_mut(list).and_then(Json::as_array_mut).unwrap();
        let resource = resources
            .iter_mut()
            .find(|resource| resource["address"] == address)
            .unwrap_or_else(|| panic!("the plan no longer has {address}"));
        let fields = resource.pointer_mut(object).and_then(Json::as_object_mut).unwrap();
        let found = match object {
            "/expressions" => expression.clone(),
            "/change/after_unknown" => is_unknown.then_some(Json::Bool(true)),
            _ => value.clone(),
        };
        match found {
            Some(found) => fields.insert(attribute.to_owned(), found),
            None => fields.remove(attribute),
        };
    }
}

fn statuses(results: &Results, control: &str) -> BTreeSet<Status> {
    let of = results.verdicts.iter().filter(|verdict| verdict.control == control);
    of.map(|verdict| verdict.status).collect()
}

/// What fails after a change and did not before; nothing may become unknown.
fn tripped<'r>(results: &'r Results, before: &Results) -> BTreeSet<&'r str> {
    for verdict in results.verdicts.iter().filter(|verdict| verdict.status == Status::Unknown) {
        let was = statuses(before, &verdict.control).contains(&Status::Unknown);
        assert!(was, "{}: {:?}", verdict.control, verdict.reasons);
    }
    let before = failing(before);
    failing(results).into_iter().filter(|control| !before.contains(control)).collect()
}

fn set(controls: &[&'static str]) -> BTreeSet<&'static str> {
    controls.iter().copied().collect()
}

#[test]
fn every_control_of_paths_passes_on_both_sources() {
    for results in [template(STACK, &[]), plan(PLAN, &[])] {
        for control in CONTROLS.iter().filter(|control| !control.starts_with("bastion")) {
            assert_eq!(statuses(&results, control), BTreeSet::from([Status::Pass]), "{control}");
        }
    }
    for results in [template(BASTION, &[]), plan(BASTION_PLAN, &[])] {
        for control in ["bastion-only-ssh", "bastion-restricted", "net-single-entry"] {
            assert_eq!(statuses(&results, control), BTreeSet::from([Status::Pass]), "{control}");
        }
    }
}

/// A database that the whole network may ask, in public subnets, with a public
/// address.
const OPEN_DATABASE: [&str; 7] = [
    "net-data-not-from-internet",
    "net-data-only-from-service",
    "net-single-entry",
    "public-subnet-edge-only",
    "rds-private",
    "sg-data-chain",
    "sg-no-open-ingress",
];

/// Tasks that the internet may talk to past the load balancer.
const OPEN_SERVICE: [&str; 7] = [
    "alb-targets-private",
    "ecs-private",
    "net-service-only-from-alb",
    "net-single-entry",
    "public-subnet-edge-only",
    "sg-no-open-ingress",
    "sg-service-chain",
];

const OPEN_BASTION: [&str; 4] =
    ["bastion-restricted", "net-single-entry", "sg-no-open-admin", "sg-no-open-ingress"];

#[test]
fn a_change_to_the_template_trips_what_rests_on_paths() {
    let before = template(STACK, &[]);
    let group = "SourceSecurityGroupId: !Ref ServiceSecurityGroup";
    let wide = template(STACK, &[("  DatabaseFromService:", group, "CidrIp: 10.0.0.0/16")]);
    assert_eq!(tripped(&wide, &before), set(&["net-data-only-from-service", "sg-data-chain"]));
    let balancer = "SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup";
    let wide = template(STACK, &[("  ServiceFromLoadBalancer:", balancer, "CidrIp: 10.0.0.0/16")]);
    assert_eq!(tripped(&wide, &before), set(&["net-service-only-from-alb", "sg-service-chain"]));
    let database = template(
        STACK,
        &[
            ("  DatabaseFromService:", group, "CidrIp: 0.0.0.0/0"),
            (
                "  DatabaseSubnetGroup:",
                "[!Ref DataSubnetA, !Ref DataSubnetB]",
                "[!Ref PublicSubnetA, !Ref PublicSubnetB]",
            ),
            ("  Database:", "PubliclyAccessible: false", "PubliclyAccessible: true"),
        ],
    );
    assert_eq!(tripped(&database, &before), set(&OPEN_DATABASE));
    let service = template(
        STACK,
        &[
            ("  ServiceFromLoadBalancer:", balancer, "CidrIp: 0.0.0.0/0"),
            ("AWS::ECS::Service\n", "AssignPublicIp: DISABLED", "AssignPublicIp: ENABLED"),
            (
                "AWS::ECS::Service\n",
                "[!Ref ServiceSubnetA, !Ref ServiceSubnetB]",
                "[!Ref PublicSubnetA, !Ref PublicSubnetB]",
            ),
        ],
    );
    assert_eq!(tripped(&service, &before), set(&OPEN_SERVICE));
}

#[test]
fn a_change_to_the_plan_trips_what_rests_on_paths() {
    let before = plan(PLAN, &[]);
    let rule = "aws_vpc_security_group_ingress_rule.database_from_service";
    let of_service = "aws_vpc_security_group_ingress_rule.service_from_load_balancer";
    let open = |address: &'static str, cidr: &str| {
        [
            (address, "referenced_security_group_id", Now::Unset),
            (address, "cidr_ipv4", Now::Is(json!(cidr))),
        ]
    };
    let public = || Now::Of(&["aws_subnet.public_a.id", "aws_subnet.public_b.id"]);
    let wide = plan(PLAN, &open(rule, "10.0.0.0/16"));
    assert_eq!(tripped(&wide, &before), set(&["net-data-only-from-service", "sg-data-chain"]));
    let wide = plan(PLAN, &open(of_service, "10.0.0.0/16"));
    assert_eq!(tripped(&wide, &before), set(&["net-service-only-from-alb", "sg-service-chain"]));
    let [one, two] = open(rule, "0.0.0.0/0");
    let database = plan(
        PLAN,
        &[
            one,
            two,
            ("aws_db_subnet_group.main", "subnet_ids", public()),
            ("aws_db_instance.main", "publicly_accessible", Now::Is(json!(true))),
        ],
    );
    assert_eq!(tripped(&database, &before), set(&OPEN_DATABASE));
    let [one, two] = open(of_service, "0.0.0.0/0");
    let subnets = json!([{
        "assign_public_ip": true,
        "subnets": ["aws_subnet.public_a", "aws_subnet.public_b"],
        "security_groups": ["aws_security_group.service"],
    }]);
    let service = plan(
        PLAN,
        &[one, two, ("aws_ecs_service.main", "network_configuration", Now::Is(subnets))],
    );
    assert_eq!(tripped(&service, &before), set(&OPEN_SERVICE));
}

#[test]
fn a_change_to_the_bastion_trips_its_controls() {
    let before = template(BASTION, &[]);
    let open = template(BASTION, &[("  BastionGroup:", "198.51.100.0/24", "0.0.0.0/0")]);
    assert_eq!(tripped(&open, &before), set(&OPEN_BASTION));
    let hidden = template(
        BASTION,
        &[("  Bastion:", "SubnetId: !Ref PublicSubnet", "SubnetId: !Ref PrivateSubnet")],
    );
    assert_eq!(tripped(&hidden, &before), set(&["bastion-restricted"]));
    let group = "SourceSecurityGroupId: !Ref BastionGroup";
    let wide = template(BASTION, &[("  WorkerGroup:", group, "CidrIp: 10.1.0.0/16")]);
    assert_eq!(tripped(&wide, &before), set(&["bastion-only-ssh"]));
}

#[test]
fn a_change_to_the_bastion_in_the_plan_trips_its_controls() {
    let before = plan(BASTION_PLAN, &[]);
    let of_bastion = "aws_vpc_security_group_ingress_rule.bastion";
    let open = plan(BASTION_PLAN, &[(of_bastion, "cidr_ipv4", Now::Is(json!("0.0.0.0/0")))]);
    assert_eq!(tripped(&open, &before), set(&OPEN_BASTION));
    let private = Now::Of(&["aws_subnet.private.id"]);
    let hidden = plan(BASTION_PLAN, &[("aws_instance.bastion", "subnet_id", private)]);
    assert_eq!(tripped(&hidden, &before), set(&["bastion-restricted"]));
    let of_worker = "aws_vpc_security_group_ingress_rule.worker";
    let wide = plan(
        BASTION_PLAN,
        &[
            (of_worker, "referenced_security_group_id", Now::Unset),
            (of_worker, "cidr_ipv4", Now::Is(json!("10.1.0.0/16"))),
        ],
    );
    assert_eq!(tripped(&wide, &before), set(&["bastion-only-ssh"]));
}

#[test]
fn a_rule_that_is_not_known_leaves_the_paths_open() {
    let text = std::fs::read_to_string(STACK).unwrap();
    let text = text.replacen("Parameters:\n", "Parameters:\n  Callers: {Type: String}\n", 1);
    let (before, rule) = text.split_at(text.find("  DatabaseFromService:").unwrap());
    let group = "SourceSecurityGroupId: !Ref ServiceSecurityGroup";
    let text = format!("{before}{}", rule.replacen(group, "CidrIp: !Ref Callers", 1));
    let loaded = cloudformation::read(&[file(STACK, text)], &TemplateOptions::default());
    let results = super::judged_with_gaps(loaded);
    // Its subnets have no way out, whatever the rule says.
    let of = |control: &str| statuses(&results, control).contains(&Status::Unknown);
    assert!(of("net-data-only-from-service"));
    assert!(!of("net-data-not-from-internet"));
    assert!(!failing(&results).iter().any(|control| control.starts_with("net-")));
}
