//! `audit path`, run as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use serde_json::json;

fn audit(arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_path_tells_packet_hops_cut_and_reply() {
    let (code, text) = audit(&["path", "internet", "orders/Database", "stack-reference/broken"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("reachable: internet → orders/Database\n"), "{text}");
    assert!(text.contains("  packet  1.0.0.0:32768 -> 10.0.0.0/24:3306/tcp\n"), "{text}");
    let cut = text.lines().find(|line| line.ends_with("<- cut here")).unwrap();
    assert!(cut.contains("ingress tcp 3306 from 0.0.0.0/0"), "{cut}");
    assert!(cut.contains("stack-reference/broken/orders.yaml:602"), "{cut}");
    assert!(text.contains("\nreply  orders/RoutedNetworkAcl"), "{text}");
}

#[test]
fn a_no_tells_what_stops_it() {
    let target = "stack-reference/cloudformation";
    let (code, text) = audit(&["path", "10.0.0.5", "orders/Database", target]);
    assert_eq!(code, 0);
    assert!(text.starts_with("unreachable: 10.0.0.5 → orders/Database\n"), "{text}");
    assert!(text.contains("DatabaseSecurityGroup does not admit it from"), "{text}");
}

/// A rule in a plan for a group that only the account's snapshot has.
#[test]
fn a_plan_is_laid_over_a_snapshot_of_the_account() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("account.json");
    let plan = directory.path().join("plan.json");
    let (snapshot, plan) = (snapshot.to_str().unwrap(), plan.to_str().unwrap());
    audit(&["snapshot", "stack-reference/cloudformation", "--output", snapshot]);
    let kind = "aws_vpc_security_group_ingress_rule";
    let values = json!({
        "security_group_id": "orders/DatabaseSecurityGroup",
        "ip_protocol": "tcp",
        "from_port": 3306,
        "to_port": 3306,
        "cidr_ipv4": "10.0.10.0/24",
    });
    let rule = json!({
        "address": format!("{kind}.wide"),
        "mode": "managed",
        "type": kind,
        "name": "wide",
        "values": values,
    });
    let text = json!({
        "format_version": "1.2",
        "planned_values": { "root_module": { "resources": [rule] } },
    });
    std::fs::write(plan, text.to_string()).unwrap();
    let ask = |targets: &[&str]| {
        let question = ["path", "10.0.10.77", "orders/Database", "--port", "3306"];
        audit(&[&question[..], targets].concat()).1
    };
    let alone = ask(&[snapshot]);
    assert!(alone.starts_with("unreachable"), "{alone}");
    let over = ask(&[plan, snapshot]);
    assert!(over.starts_with("reachable"), "{over}");
    assert!(over.contains("ingress tcp 3306 from 10.0.10.0/24"), "{over}");
}
