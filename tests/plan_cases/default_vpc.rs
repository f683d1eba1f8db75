//! The default VPC and its subnets are those of the account.

use audit::model::{NetworkAcl, RouteTable, SecurityGroup, Snapshot, Subnet, Vpc};
use serde_json::json;

use super::{fact, identity, known, plan, read, read_over, resource};

const VPC: &str = "aws_default_vpc.d";
const SUBNET: &str = "aws_default_subnet.a";

fn account() -> Snapshot {
    let mut base = Snapshot::default();
    let mut vpc = Vpc::new(identity("vpc-1"));
    vpc.is_default = Some(true);
    vpc.cidr_blocks = vec!["172.31.0.0/16".into()];
    vpc.enable_dns_support = Some(true);
    vpc.enable_dns_hostnames = Some(true);
    base.model.insert(vpc);
    let own = Some("vpc-1".to_owned());
    let mut group = SecurityGroup::new(identity("sg-1"));
    (group.vpc_id, group.is_default) = (own.clone(), Some(true));
    base.model.insert(group);
    let mut acl = NetworkAcl::new(identity("acl-1"));
    (acl.vpc_id, acl.is_default) = (own.clone(), Some(true));
    base.model.insert(acl);
    let mut table = RouteTable::new(identity("rtb-1"));
    (table.vpc_id, table.main) = (own.clone(), Some(true));
    base.model.insert(table);
    for (id, zone) in [("subnet-a", "eu-west-1a"), ("subnet-b", "eu-west-1b")] {
        let mut subnet = Subnet::new(identity(id));
        subnet.vpc_id = own.clone();
        subnet.availability_zone = Some(zone.into());
        subnet.map_public_ip_on_launch = Some(true);
        base.model.insert(subnet);
    }
    base
}

fn declared() -> Vec<serde_json::Value> {
    let unknown = json!({"id": true, "vpc_id": true, "cidr_block": true, "arn": true,
                         "map_public_ip_on_launch": true, "enable_dns_support": true});
    vec![
        resource(VPC, json!({"enable_dns_hostnames": false}), unknown.clone(), json!({})),
        resource(SUBNET, json!({"availability_zone": "eu-west-1a"}), unknown, json!({})),
    ]
}

#[test]
fn the_accounts_own_are_taken_over() {
    let mut all = declared();
    all.push(resource(
        "aws_instance.i",
        json!({"ami": "ami-1"}),
        json!({"subnet_id": true}),
        json!({"subnet_id": {"references": ["aws_default_subnet.a.id", "aws_default_subnet.a"]}}),
    ));
    all.push(resource(
        "aws_default_security_group.g",
        json!({"ingress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/8"]}]}),
        json!({"vpc_id": true}),
        json!({"vpc_id": {"references": ["aws_default_vpc.d.id", "aws_default_vpc.d"]}}),
    ));
    let references =
        json!({"references": ["aws_default_vpc.d.default_network_acl_id", "aws_default_vpc.d"]});
    all.push(resource(
        "aws_network_acl_rule.r",
        json!({"rule_number": 7, "protocol": "-1", "rule_action": "deny", "cidr_block": "0.0.0.0/0"}),
        json!({"network_acl_id": true}),
        json!({"network_acl_id": references}),
    ));
    let mut snapshot = read_over(account(), &plan(&all));
    audit::model::link::link(&mut snapshot);
    assert_eq!(snapshot.model.vpcs.keys().collect::<Vec<_>>(), ["vpc-1"]);
    assert_eq!(snapshot.model.subnets.len(), 2);
    let of = |collection, id, path| fact(&snapshot, collection, id, path);
    // What the plan sets changes, the rest stays.
    assert_eq!(of("vpcs", "vpc-1", "/enable_dns_hostnames"), json!(false));
    assert_eq!(of("vpcs", "vpc-1", "/enable_dns_support"), json!(true));
    assert_eq!(of("vpcs", "vpc-1", "/cidr_blocks/0"), json!("172.31.0.0/16"));
    assert_eq!(of("subnets", "subnet-a", "/map_public_ip_on_launch"), json!(true));
    assert_eq!(of("instances", "aws_instance.i", "/subnet_id"), json!("subnet-a"));
    assert_eq!(of("security_groups", "sg-1", "/ingress/0/cidr_ipv4"), json!("10.0.0.0/8"));
    assert_eq!(of("network_acls", "acl-1", "/entries/0/rule_number"), json!(7));
}

#[test]
fn a_subnet_sets_what_it_says() {
    let subnet =
        known(SUBNET, json!({"availability_zone": "eu-west-1b", "map_public_ip_on_launch": false}));
    let snapshot = read_over(account(), &plan(&[subnet]));
    let public = |id| fact(&snapshot, "subnets", id, "/map_public_ip_on_launch");
    assert_eq!((public("subnet-a"), public("subnet-b")), (json!(true), json!(false)));
}

/// Without the account, they are there and open: nothing is known of what
/// others made of them.
#[test]
fn without_the_account_they_are_open() {
    let loaded = read(&plan(&declared()));
    let of = |collection, id, path| fact(&loaded.snapshot, collection, id, path);
    let open = json!("unknown: known only after apply (what the account's default VPC has)");
    assert_eq!(of("vpcs", VPC, "/is_default"), json!(true));
    assert_eq!(of("vpcs", VPC, "/enable_dns_hostnames"), json!(false));
    assert_eq!(of("vpcs", VPC, "/cidr_blocks"), json!("unknown: known only after apply"));
    assert_eq!(loaded.snapshot.model.vpcs.get(VPC).unwrap().cidr_blocks, ["172.31.0.0/16"]);
    assert_eq!(of("subnets", SUBNET, "/vpc_id"), json!(VPC));
    assert_eq!(
        of("subnets", SUBNET, "/map_public_ip_on_launch"),
        json!("unknown: known only after apply")
    );
    for (collection, id, path) in [
        ("security_groups", "default-security-group", "/ingress"),
        ("network_acls", "default-network-acl", "/entries"),
        ("route_tables", "main-route-table", "/routes"),
    ] {
        let found = fact(&loaded.snapshot, collection, &format!("{VPC}/{id}"), path);
        assert_eq!(found, open, "{collection}");
    }
    // Alone, a subnet is of a VPC that is not known.
    let alone = read(&plan(&declared()[1..]));
    assert_eq!(fact(&alone.snapshot, "subnets", SUBNET, "/vpc_id"), open);
}
