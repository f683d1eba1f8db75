//! Plans that a released provider wrote: what it computes is no doubt, and what
//! an expression leaves open is one.
//!
//! `tests/plans` has the sources; OpenTofu 1.11 with version 3.39 of the AWS
//! provider planned them against an emulator. Only the emulator's endpoints
//! were taken out, and the time made fixed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use assert_cmd::Command;
use audit::analysis;
use audit::model::{Snapshot, link};
use audit::source::{TemplateOptions, TextFile, terraform};
use serde_json::Value;

const SPELLINGS: &str = "tests/plans/spellings/plan.json";

fn read(edit: impl FnOnce(&mut Value)) -> Snapshot {
    read_at(SPELLINGS, edit)
}

/// The plan as if it lay at `path`.
fn read_at(path: &str, edit: impl FnOnce(&mut Value)) -> Snapshot {
    let text = std::fs::read_to_string(SPELLINGS).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    edit(&mut plan);
    let file = TextFile { name: path.into(), path: PathBuf::from(path), text: plan.to_string() };
    let mut loaded = terraform::read(&file, &TemplateOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    link::link(&mut loaded.snapshot);
    analysis::derive(&mut loaded.snapshot);
    loaded.snapshot
}

fn as_planned(_: &mut Value) {}

/// Attributes of a resource that are in doubt, without derived ones.
fn doubts(snapshot: &Snapshot, id: &str) -> BTreeSet<String> {
    let of = |path: &str| !path.starts_with("/reachability") && !path.starts_with("/open_");
    snapshot
        .gaps
        .iter()
        .filter(|gap| gap.id.as_deref() == Some(id) && of(&gap.path))
        .map(|gap| gap.path.clone())
        .collect()
}

fn paths(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn the_reference_stack_in_an_older_providers_words_passes_with_nothing_unknown() {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .args(["scan", "tests/plans/older-provider", "--fail-on-unknown", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{:#}", report["counts"]);
    assert_eq!((&report["counts"]["fail"], &report["counts"]["unknown"]), (&0.into(), &0.into()));
    assert!(report["counts"]["pass"].as_u64().unwrap() > 100, "{:#}", report["counts"]);
}

#[test]
fn what_the_source_leaves_to_the_provider_is_aws_default() {
    let snapshot = read(as_planned);
    for id in [
        "aws_vpc.main",
        "aws_instance.plain",
        "aws_lb.l",
        "aws_network_acl.n",
        "aws_route_table.pub",
        "aws_security_group.lb",
        "aws_security_group.attr",
        "module.net[\"a\"].aws_route_table.r",
    ] {
        assert_eq!(doubts(&snapshot, id), paths(&[]), "{id}");
    }
    // A zone has no default.
    assert_eq!(doubts(&snapshot, "module.net[\"a\"].aws_subnet.s"), paths(&["/availability_zone"]));
}

#[test]
fn what_a_change_leaves_to_the_provider_is_what_it_was() {
    let snapshot = read(|plan| {
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let instance =
            changes.iter_mut().find(|one| one["address"] == "aws_instance.plain").unwrap();
        instance["change"]["actions"] = serde_json::json!(["update"]);
    });
    assert!(doubts(&snapshot, "aws_instance.plain").contains("/security_group_ids/-"));
}

#[test]
fn tags_of_the_provider_are_tags() {
    let snapshot = read(as_planned);
    let vpc = snapshot.model.vpcs.get("aws_vpc.main").unwrap();
    let tags: Vec<_> = vpc.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("Name", "main"), ("Owner", "platform")]);
}

#[test]
fn tags_that_the_provider_does_not_tell_are_in_doubt() {
    let snapshot = read(|plan| {
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let vpc = changes.iter_mut().find(|change| change["address"] == "aws_vpc.main").unwrap();
        vpc["change"]["after_unknown"]["tags_all"] = true.into();
        let resources = plan["planned_values"]["root_module"]["resources"].as_array_mut().unwrap();
        let vpc = resources.iter_mut().find(|one| one["address"] == "aws_vpc.main").unwrap();
        vpc["values"].as_object_mut().unwrap().remove("tags_all");
    });
    assert_eq!(doubts(&snapshot, "aws_vpc.main"), paths(&["/tags"]));
}

#[test]
fn rules_written_inside_a_group_or_table_join_by_the_one_thing_they_can_mean() {
    let snapshot = read(as_planned);
    let table = snapshot.model.route_tables.get("aws_route_table.pub").unwrap();
    let targets: Vec<_> = table.routes.iter().filter_map(|r| r.target_id.as_deref()).collect();
    assert_eq!(targets, ["aws_internet_gateway.igw"]);
    // Two groups are named in the blocks of one group: which is where, the plan
    // does not tell.
    let both = ["/ingress/2/referenced_group_id", "/ingress/3/referenced_group_id"];
    assert_eq!(doubts(&snapshot, "aws_security_group.app"), paths(&both));
}

#[test]
fn what_aws_makes_with_a_vpc_is_named_by_the_vpc() {
    let snapshot = read(as_planned);
    let acl = snapshot.model.network_acls.get("aws_vpc.main/default-network-acl").unwrap();
    assert!(acl.entries.iter().any(|entry| entry.rule_number == Some(5)), "{:#?}", acl.entries);
    let groups =
        &snapshot.model.instances.get("aws_instance.default_group").unwrap().security_group_ids;
    assert_eq!(groups, &["aws_vpc.main/default-security-group"]);
}

#[test]
fn an_address_range_of_another_resource_is_in_doubt() {
    let snapshot = read(as_planned);
    assert_eq!(doubts(&snapshot, "aws_security_group.by_rule"), paths(&["/ingress/0/cidr_ipv4"]));
    assert_eq!(
        snapshot.model.security_groups.get("aws_security_group.by_rule").unwrap().ingress.len(),
        1
    );
}

#[test]
fn what_an_expression_or_a_dynamic_block_leaves_open_is_in_doubt() {
    // With the source beside the plan, and without.
    for path in [SPELLINGS, "elsewhere/plan.json"] {
        let snapshot = read_at(path, as_planned);
        for (id, expected) in [
            ("aws_security_group.unknown_cidr", vec!["/ingress/0/cidr_ipv4"]),
            ("aws_security_group.dyn_unknown", vec!["/ingress/0/cidr_ipv4"]),
            (
                "aws_security_group.dyn_unknown_all",
                vec![
                    "/ingress/0/cidr_ipv4",
                    "/ingress/0/from_port",
                    "/ingress/0/protocol",
                    "/ingress/0/to_port",
                ],
            ),
            ("aws_lb.l2", vec!["/subnet_ids"]),
        ] {
            assert_eq!(doubts(&snapshot, id), paths(&expected), "{path}: {id}");
        }
    }
    // An unknown that the source sets is not the default.
    let snapshot = read(|plan| {
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let balancer = changes.iter_mut().find(|change| change["address"] == "aws_lb.l").unwrap();
        balancer["change"]["after_unknown"]["internal"] = true.into();
        let resources = plan["planned_values"]["root_module"]["resources"].as_array_mut().unwrap();
        let balancer = resources.iter_mut().find(|one| one["address"] == "aws_lb.l").unwrap();
        balancer["values"].as_object_mut().unwrap().remove("internal");
        let sources = plan["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
        let balancer = sources.iter_mut().find(|one| one["address"] == "aws_lb.l").unwrap();
        balancer["expressions"]["internal"] = serde_json::json!({"references": ["local.internal"]});
    });
    assert_eq!(doubts(&snapshot, "aws_lb.l"), paths(&["/scheme"]));
    assert_eq!(snapshot.model.load_balancers.get("aws_lb.l").unwrap().scheme, None);
}
