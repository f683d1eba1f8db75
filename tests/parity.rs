//! The same stack gives the same verdict on each subject, as a template and as
//! a plan.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stack;

use std::collections::{BTreeMap, BTreeSet};

use audit::policy::bundle::Bundle;
use audit::policy::profile::Profile;
use audit::policy::verdict::{Results, Status};

use stack::Source;

/// What has another name in the template than in the plan.
const NAMES: &[(&str, &str, &str)] = &[
    ("iam_roles", "DatabaseMonitoringRole", "orders-database-monitoring"),
    ("iam_roles", "FlowLogRole", "orders-flow-log"),
    ("iam_roles", "TrailRole", "orders-trail"),
    ("kms_keys", "DataKey", "aws_kms_key.data"),
    ("rds_parameter_groups", "DatabaseParameters", "orders-mysql84"),
    ("security_groups", "CacheSecurityGroup", "orders-cache"),
    ("security_groups", "DatabaseSecurityGroup", "orders-database"),
    ("security_groups", "EndpointSecurityGroup", "orders-endpoints"),
    ("security_groups", "LoadBalancerSecurityGroup", "orders-load-balancer"),
    ("security_groups", "SearchSecurityGroup", "orders-search"),
    ("security_groups", "ServiceSecurityGroup", "orders-service"),
    ("templates", stack::TEMPLATE, stack::PLAN),
];

/// What the template alone has: CloudFormation needs a function to empty the
/// default security group.
const TEMPLATE_ONLY: &[(&str, &str)] = &[
    ("iam_roles", "DefaultGroupFunctionRole"),
    ("log_groups", "/lambda/orders/restrict-default-group"),
    ("lambda_functions", "DefaultGroupFunction"),
];

type Named = BTreeMap<(String, String, String), Status>;

/// Statuses by control, collection and the subject's name in the plan.
fn named(results: &Results, source: Source) -> Named {
    let bundle = Bundle::embedded();
    let mut named = Named::new();
    for verdict in &results.verdicts {
        let sources = &bundle.policies[verdict.control.as_ref()].control.sources;
        if !Source::ALL.iter().all(|source| sources.contains(&source.kind())) {
            continue;
        }
        let (collection, name) = (verdict.subject.collection.as_str(), &verdict.subject.name);
        if TEMPLATE_ONLY.contains(&(collection, name)) {
            continue;
        }
        let in_plan = NAMES.iter().find(|(kind, other, _)| {
            source == Source::Cloudformation && *kind == collection && other == name
        });
        let name = in_plan.map_or(name.as_str(), |(_, _, name)| name);
        let key = (verdict.control.to_string(), collection.to_owned(), name.to_owned());
        let before = named.insert(key.clone(), verdict.status);
        assert_eq!(before, None, "two subjects are {key:?}");
    }
    named
}

#[test]
fn template_and_plan_give_the_same_verdict_on_each_subject() {
    let profile = Profile::default();
    let [template, plan] = Source::ALL.map(|source| named(&source.judge_file(&profile), source));
    let different: BTreeSet<_> = template
        .keys()
        .chain(plan.keys())
        .filter(|key| template.get(*key) != plan.get(*key))
        .map(|key| format!("{key:?}: {:?}, {:?}", template.get(key), plan.get(key)))
        .collect();
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn the_stack_passes_every_control() {
    for source in Source::ALL {
        let results = source.judge_file(&Profile::default());
        let others: Vec<_> = results
            .verdicts
            .iter()
            .filter(|verdict| verdict.status != Status::Pass)
            .map(|verdict| (&verdict.control, &verdict.subject.id, &verdict.reasons))
            .collect();
        assert!(others.is_empty(), "{source:?}: {others:#?}");
    }
}

#[test]
fn the_plan_is_of_the_terraform_beside_it() {
    let mut declared = BTreeSet::new();
    for entry in std::fs::read_dir("stack-reference/terraform").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "tf") {
            let text = std::fs::read_to_string(path).unwrap();
            for line in text.lines().filter(|line| line.starts_with("resource ")) {
                let mut labels = line.split('"').skip(1).step_by(2);
                declared.insert(format!("{}.{}", labels.next().unwrap(), labels.next().unwrap()));
            }
        }
    }
    let plan = Source::Terraform.document();
    let planned: BTreeSet<String> = plan["planned_values"]["root_module"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["address"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(planned, declared);
}

/// A rule whose peer is not known leaves paths open that go by it, and no others.
#[test]
fn a_rule_that_is_not_known_leaves_the_paths_open() {
    let unknown = yaml_serde::from_str("!Ref Callers").unwrap();
    let mut document = Source::Cloudformation.document();
    document["Parameters"]["Callers"] = serde_json::json!({"Type": "String"});
    let rule = "DatabaseFromService.Properties";
    stack::edit::template(&mut document, &format!("{rule}.CidrIp"), &unknown);
    let none = yaml_serde::Value::Null;
    stack::edit::template(&mut document, &format!("{rule}.SourceSecurityGroupId"), &none);
    let results = Source::Cloudformation.judge(&document, &Profile::default());
    let of = |control: &str| -> BTreeSet<Status> {
        let of = results.verdicts.iter().filter(|verdict| *verdict.control == *control);
        of.map(|verdict| verdict.status).collect()
    };
    assert!(of("net-data-only-from-service").contains(&Status::Unknown));
    // Its subnets have no way out, whatever the rule says.
    assert_eq!(of("net-data-not-from-internet"), BTreeSet::from([Status::Pass]));
    assert!(results.verdicts.iter().all(|verdict| verdict.status != Status::Fail));
}
