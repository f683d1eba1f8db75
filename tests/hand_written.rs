//! Networks that a person writes down: what is left out takes AWS's default or
//! leaves the answer open, and what cannot be read is told with its field.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use serde_json::{Value, json};

/// Runs `audit` on a model; gives exit code, standard output and error.
fn audit(model: &Value, arguments: &[&str]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("network.json");
    let snapshot = json!({ "schema_version": 1, "model": model });
    std::fs::write(&file, snapshot.to_string()).unwrap();
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(directory.path())
        .env_clear()
        .args(arguments)
        .arg("network.json")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The answer to a question, as its verdict and in full.
fn ask(model: &Value, from: &str, to: &str) -> (String, Value) {
    let (_, out, err) = audit(model, &["path", from, to, "--format", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap_or(Value::String(err));
    (answer["verdict"].as_str().unwrap_or_default().to_owned(), answer)
}

fn verdict(model: &Value, from: &str, to: &str) -> String {
    ask(model, from, to).0
}

/// Two subnets, one public, with an instance in each; as little as can be said.
fn network() -> Value {
    json!({
        "vpcs": { "vpc-1": { "cidr_blocks": ["10.0.0.0/16"] } },
        "subnets": {
            "subnet-a": { "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24" },
            "subnet-b": { "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24" },
        },
        "internet_gateways": { "igw-1": { "vpc_id": "vpc-1" } },
        "route_tables": {
            "rtb-1": {
                "vpc_id": "vpc-1",
                "subnet_ids": ["subnet-a"],
                "routes": [{ "destination_cidr_block": "0.0.0.0/0", "target_id": "igw-1" }],
            },
        },
        "security_groups": {
            "sg-web": { "vpc_id": "vpc-1", "ingress": [
                { "protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_ipv4": "0.0.0.0/0" },
            ] },
            "sg-db": { "vpc_id": "vpc-1", "ingress": [
                { "protocol": "tcp", "from_port": 5432, "to_port": 5432,
                  "referenced_group_id": "sg-web" },
            ] },
        },
        "instances": {
            "i-web": {
                "subnet_id": "subnet-a",
                "private_ip_address": "10.0.0.10",
                "public_ip_address": "198.51.100.60",
                "security_group_ids": ["sg-web"],
            },
            "i-db": {
                "subnet_id": "subnet-b",
                "private_ip_address": "10.0.1.10",
                "security_group_ids": ["sg-db"],
            },
        },
    })
}

/// The network with one value changed; null removes it.
fn with(pointer: &str, value: Value) -> Value {
    let mut network = network();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = network.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(key).unwrap();
    } else {
        parent.insert(key.to_owned(), value);
    }
    network
}

#[test]
fn the_least_that_tells_a_network_is_enough() {
    let network = network();
    assert_eq!(verdict(&network, "internet", "i-web"), "reachable");
    assert_eq!(verdict(&network, "internet", "198.51.100.60"), "reachable");
    assert_eq!(verdict(&network, "i-web", "i-db"), "reachable");
    assert_eq!(verdict(&network, "internet", "i-db"), "unreachable");
    assert_eq!(verdict(&network, "i-db", "8.8.8.8"), "unreachable");
    let (_, answer) = ask(&network, "i-web", "i-db");
    let hops: Vec<String> = answer["paths"][0]["hops"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|hop| hop["resource"]["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(
        hops,
        [
            "i-web",
            "sg-web",
            "vpc-1/default-network-acl",
            "rtb-1",
            "vpc-1/default-network-acl",
            "sg-db",
            "i-db"
        ]
    );
}

#[test]
fn egress_that_is_left_out_is_open_and_an_empty_one_shut() {
    assert_eq!(verdict(&network(), "i-web", "8.8.8.8"), "reachable");
    let shut = with("/security_groups/sg-web/egress", json!([]));
    assert_eq!(verdict(&shut, "i-web", "8.8.8.8"), "unreachable");
    assert_eq!(verdict(&shut, "i-web", "i-db"), "unreachable");
}

#[test]
fn a_vpc_that_is_left_out_is_taken_from_what_lies_in_it() {
    assert_eq!(verdict(&with("/vpcs", Value::Null), "i-web", "i-db"), "reachable");
}

#[test]
fn references_may_be_names() {
    let mut network = network();
    network["vpcs"]["vpc-1"]["name"] = json!("main");
    network["subnets"]["subnet-a"]["name"] = json!("edge");
    for pointer in ["/subnets/subnet-a/vpc_id", "/subnets/subnet-b/vpc_id"] {
        *network.pointer_mut(pointer).unwrap() = json!("main");
    }
    network["route_tables"]["rtb-1"]["vpc_id"] = json!("main");
    network["route_tables"]["rtb-1"]["subnet_ids"] = json!(["edge"]);
    assert_eq!(verdict(&network, "internet", "i-web"), "reachable");
    assert_eq!(verdict(&network, "i-web", "i-db"), "reachable");
    assert_eq!(verdict(&network, "edge", "i-db"), "reachable");
}

#[test]
fn an_instance_without_addresses_takes_its_subnets_default() {
    let mut network = network();
    network["instances"]["i-web"] =
        json!({ "subnet_id": "subnet-a", "security_group_ids": ["sg-web"] });
    assert_eq!(verdict(&network, "internet", "i-web"), "unreachable");
    network["subnets"]["subnet-a"]["map_public_ip_on_launch"] = json!(true);
    assert_eq!(verdict(&network, "internet", "i-web"), "reachable");
    // One that is running without a public address has none.
    network["instances"]["i-web"]["private_ip_address"] = json!("10.0.0.10");
    assert_eq!(verdict(&network, "internet", "i-web"), "unreachable");
}

#[test]
fn an_instance_without_groups_carries_the_default_one() {
    let mut network = with("/instances/i-db/security_group_ids", Value::Null);
    assert_eq!(verdict(&network, "i-web", "i-db"), "unreachable");
    network["instances"]["i-web"].as_object_mut().unwrap().remove("security_group_ids");
    assert_eq!(verdict(&network, "i-web", "i-db"), "reachable");
}

#[test]
fn a_table_that_may_be_the_main_one_leaves_it_open() {
    let mut network = with("/route_tables/rtb-1/subnet_ids", Value::Null);
    let (verdict_of, answer) = ask(&network, "internet", "i-web");
    assert_eq!(verdict_of, "unknown");
    assert!(answer["unknown"][0].as_str().unwrap().contains("rtb-1"), "{}", answer["unknown"]);
    network["route_tables"]["rtb-1"]["main"] = json!(true);
    assert_eq!(verdict(&network, "internet", "i-web"), "reachable");
}

#[test]
fn what_has_no_default_leaves_it_open() {
    let mut network = network();
    network["rds_subnet_groups"] = json!({ "group": { "subnet_ids": ["subnet-a"] } });
    network["rds_instances"] = json!({ "orders": {
        "db_subnet_group": "group", "engine": "postgres", "security_group_ids": ["sg-rds"],
    } });
    network["security_groups"]["sg-rds"] = json!({ "vpc_id": "vpc-1", "ingress": [
        { "protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_ipv4": "0.0.0.0/0" },
    ] });
    let (verdict_of, answer) = ask(&network, "internet", "orders");
    assert_eq!(verdict_of, "unknown");
    let reason = answer["unknown"][0].as_str().unwrap();
    assert!(reason.contains("/publicly_accessible of orders"), "{reason}");
    network["rds_instances"]["orders"]["publicly_accessible"] = json!(true);
    assert_eq!(verdict(&network, "internet", "orders"), "reachable");
    // A control is not passed on what was not said.
    let (_, out, _) = audit(&network, &["scan", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let found = report.to_string();
    assert!(found.contains("the snapshot does not carry this fact"), "{found}");
}

#[test]
fn what_cannot_be_read_leaves_it_open() {
    let rule = |rule: Value| {
        let network = with("/security_groups/sg-web/ingress", json!([rule]));
        ask(&network, "internet", "i-web")
    };
    for (field, value) in [("cidr_ipv4", "10.0.0/8"), ("protocol", "everything")] {
        let mut one = json!({ "protocol": "tcp", "cidr_ipv4": "0.0.0.0/0" });
        one[field] = json!(value);
        let (verdict, answer) = rule(one);
        assert_eq!(verdict, "unknown", "{answer}");
        let reason = answer["unknown"][0].as_str().unwrap();
        assert!(reason.contains(&format!("/ingress/0/{field} of sg-web")), "{reason}");
    }
    let acl = |entry: Value| {
        let entries = json!({ "acl-1": { "is_default": true, "vpc_id": "vpc-1", "entries": [
            entry,
            { "rule_number": 100, "protocol": "-1", "rule_action": "allow",
              "cidr_block": "0.0.0.0/0" },
            { "rule_number": 100, "egress": true, "protocol": "-1", "rule_action": "allow",
              "cidr_block": "0.0.0.0/0" },
        ] } });
        ask(&with("/network_acls", entries), "internet", "i-web")
    };
    let deny = |protocol: &str| {
        json!({ "rule_number": 1, "protocol": protocol, "rule_action": "deny",
                "cidr_block": "0.0.0.0/0" })
    };
    assert_eq!(acl(deny("udp")).0, "reachable");
    assert_eq!(acl(deny("tcp")).0, "unreachable");
    let (verdict, answer) = acl(deny("any"));
    assert_eq!(verdict, "unknown", "{answer}");
    let reason = answer["unknown"][0].as_str().unwrap();
    assert!(reason.contains("/entries/0/protocol") && reason.contains("acl-1"), "{reason}");
    let table = with(
        "/route_tables/rtb-1/routes",
        json!([{ "destination_cidr_block": "default", "target_id": "igw-1" }]),
    );
    assert_eq!(verdict_of(&table), "unknown");
    let table = with(
        "/route_tables/rtb-1/routes",
        json!([{ "destination_cidr_block": "0.0.0.0/0", "target_id": "gateway" }]),
    );
    assert_eq!(verdict_of(&table), "unknown");
}

fn verdict_of(network: &Value) -> String {
    verdict(network, "internet", "i-web")
}

#[test]
fn a_wrong_field_is_named_with_its_place() {
    let network = with("/subnets/subnet-a/vpc", json!("vpc-1"));
    let (code, out, err) = audit(&network, &["path", "internet", "i-web"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("/model/subnets/subnet-a"), "{err}");
    assert!(err.contains("unknown field `vpc`"), "{err}");
    let network = with("/instances/i-web/security_group_ids", json!("sg-web"));
    let (_, _, err) = audit(&network, &["path", "internet", "i-web"]);
    assert!(err.contains("/model/instances/i-web/security_group_ids"), "{err}");
}

#[test]
fn block_public_access_needs_no_region_on_every_resource() {
    for (mode, expected) in [
        ("block-ingress", "unreachable"),
        ("block-bidirectional", "unreachable"),
        ("off", "reachable"),
    ] {
        let regions = json!({ "eu-west-1": {
            "region": "eu-west-1", "vpc_block_public_access_mode": mode,
        } });
        assert_eq!(verdict_of(&with("/regions", regions)), expected, "{mode}");
    }
}

#[test]
fn a_saved_snapshot_is_not_completed() {
    let mut network = network();
    network["subnets"].as_object_mut().unwrap().remove("subnet-b");
    network["instances"].as_object_mut().unwrap().remove("i-db");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("network.json");
    let snapshot = json!({
        "schema_version": 1,
        "model": network,
        "coverage": [{ "account": null, "region": null, "subject": "ec2:DescribeVpcs",
                       "status": "collected", "calls": 1, "failed": 0, "detail": null }],
    });
    std::fs::write(&file, snapshot.to_string()).unwrap();
    let output = Command::cargo_bin("audit")
        .unwrap()
        .args(["path", "internet", "i-web", "--format", "json"])
        .arg(&file)
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    // The account was read, and it showed neither the kind of the route's
    // target nor a network ACL for the subnet.
    assert_eq!(answer["verdict"], "unknown", "{answer}");
    let reasons = answer["unknown"].as_array().unwrap();
    let told = reasons.iter().filter_map(Value::as_str);
    assert!(told.into_iter().any(|reason| reason.contains("the target of route")), "{reasons:?}");
}
