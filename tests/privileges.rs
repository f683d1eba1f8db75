//! What principals are found to be able to do, from the model alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use audit::analysis;
use audit::model::{EffectivePermissions, Snapshot};
use serde_json::{Value, json};

/// A snapshot of these collections, with its facts.
fn derived(collections: Value) -> Snapshot {
    let mut model = collections;
    for collection in model.as_object_mut().unwrap().values_mut() {
        for (id, resource) in collection.as_object_mut().unwrap() {
            resource["id"] = json!(id);
        }
    }
    let mut snapshot =
        Snapshot { model: serde_json::from_value(model).unwrap(), ..Snapshot::default() };
    analysis::derive(&mut snapshot);
    snapshot
}

fn role_with(policy: &str) -> (EffectivePermissions, Vec<String>) {
    let snapshot = derived(json!({"iam_roles": {"r": {"attached_policies": [policy]}}}));
    let gaps = snapshot.gaps.iter().filter(|gap| gap.path == "/effective");
    let gaps = gaps.map(|gap| gap.reason.to_string()).collect();
    (snapshot.model.iam_roles.get("r").unwrap().effective.clone().unwrap(), gaps)
}

#[test]
fn an_aws_managed_policy_grants_what_its_document_says() {
    let (effective, gaps) = role_with("arn:aws:iam::aws:policy/AdministratorAccess");
    assert_eq!((effective.admin, gaps.len()), (Some(true), 0));
    assert_eq!(effective.admin_statements[0].path, "/attached_policies/0");
    let (effective, gaps) = role_with("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
    assert_eq!((effective.admin, gaps.len()), (Some(false), 0));
    assert_eq!(effective.readable_secrets[0].resource, "*");
    let name =
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    let (effective, gaps) = role_with(name);
    assert_eq!((effective.admin, gaps.len()), (Some(false), 0));
    assert!(effective.readable_secrets.is_empty() && effective.excessive.is_empty());
}

#[test]
fn a_policy_that_nothing_describes_is_a_gap() {
    for name in [
        "arn:aws:iam::aws:policy/PolicyOfNextYear",
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "AdministratorAccess",
    ] {
        let (_, gaps) = role_with(name);
        assert_eq!(gaps, [format!("{name} is not declared in what was given")]);
    }
}

/// Whether a user of a template gains administrator rights by passing a role
/// of it that `resource` names: found, open, or neither.
fn passes(resource: &str) -> &'static str {
    let document = |actions: &[&str], resources: &[&str], principals: Value| {
        json!({"version": "2012-10-17", "statements": [{"effect": "Allow", "actions": actions,
            "resources": resources, "principals": principals}]})
    };
    let service = json!([{"kind": "Service", "value": "lambda.amazonaws.com"}]);
    let run = document(&["lambda:CreateFunction", "lambda:InvokeFunction"], &["*"], json!([]));
    let pass = document(&["iam:PassRole"], &[resource], json!([]));
    let snapshot = derived(json!({
        "iam_roles": {"stack/Admin": {
            "name": "admin",
            "attached_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"],
            "assume_role_policy": document(&["sts:AssumeRole"], &[], service),
        }},
        "iam_users": {"stack/User": {
            "name": "user",
            "inline_policies": [{"name": "run", "document": run}, {"name": "pass", "document": pass}],
        }},
    }));
    let found =
        &snapshot.model.iam_users.get("stack/User").unwrap().effective.clone().unwrap().escalations;
    match found.first() {
        Some(way) if way.conditional => "open",
        Some(_) => "found",
        None => "none",
    }
}

#[test]
fn a_number_may_be_the_account_that_a_template_is_deployed_to() {
    assert_eq!(passes("arn:aws:iam::${AWS::AccountId}:role/admin"), "found");
    assert_eq!(passes("arn:aws:iam::*:role/adm*"), "found");
    assert_eq!(passes("arn:aws:iam::111122223333:role/admin"), "open");
    assert_eq!(passes("arn:aws:iam::111122223333:role/other"), "none");
    assert_eq!(passes("arn:aws:iam::aws:role/admin"), "none");
}
