//! What a macro, a module, SAM or a template that is not there may add is not
//! seen; no verdict that rests on its absence passes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stack;

use std::collections::{BTreeMap, BTreeSet};

use audit::policy::profile::Profile;
use audit::policy::verdict::{Results, Status};
use rstest::rstest;
use serde_json::{Value, json};
use stack::Source;

/// The statuses of each control.
type Statuses = BTreeMap<String, BTreeSet<Status>>;

/// The verdicts on the reference stack after an edit that hides something.
fn verdicts(edit: impl Fn(&mut Value)) -> Statuses {
    let mut document = Source::Cloudformation.document();
    edit(&mut document);
    by_control(&Source::Cloudformation.judge_in_part(&document, &Profile::default()))
}

fn by_control(results: &Results) -> Statuses {
    let mut found: BTreeMap<String, BTreeSet<Status>> = BTreeMap::new();
    for verdict in &results.verdicts {
        found.entry(verdict.control.to_string()).or_default().insert(verdict.status);
    }
    found
}

/// Controls that another resource of the account can break.
const RESTING_ON_ABSENCE: &[&str] = &[
    "net-data-not-from-internet",
    "net-data-only-from-service",
    "net-service-only-from-alb",
    "sg-data-chain",
    "vpc-tiers",
];

#[rstest]
#[case::module(json!({"Type": "My::Own::Vpc::MODULE"}))]
#[case::macro_of_the_resource(json!({
    "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/one.yaml"}},
}))]
#[case::nested_stack(json!({
    "Type": "AWS::CloudFormation::Stack",
    "Properties": {"TemplateURL": "https://bucket.s3.amazonaws.com/child.yaml"},
}))]
fn what_is_added_out_of_sight_is_open(#[case] resource: Value) {
    let found = verdicts(|document| document["Resources"]["Unseen"] = resource.clone());
    for control in RESTING_ON_ABSENCE {
        assert_eq!(found[*control], BTreeSet::from([Status::Unknown]), "{control}");
    }
    // What a resource itself says is known, though there may be others.
    assert_eq!(found["rds-encrypted"], BTreeSet::from([Status::Unknown, Status::Pass]));
}

/// SAM makes functions and roles, and neither subnets nor databases.
#[test]
fn what_sam_makes_is_open_and_nothing_else() {
    let found = verdicts(|document| {
        document["Resources"]["Unseen"] = json!({"Type": "AWS::Serverless::Function"});
    });
    for control in ["net-data-only-from-service", "data-own-sg"] {
        assert_eq!(found[control], BTreeSet::from([Status::Unknown]), "{control}");
    }
    for control in ["iam-no-admin", "secrets-not-in-env"] {
        assert!(found[control].contains(&Status::Unknown), "{control}");
    }
    for control in ["rds-encrypted", "vpc-tiers", "log-retention", "s3-private"] {
        assert_eq!(found[control], BTreeSet::from([Status::Pass]), "{control}");
    }
}

#[test]
fn what_a_macro_of_the_resources_adds_is_open() {
    let found = verdicts(|document| {
        document["Resources"]["Fn::Transform"] =
            json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/more.yaml"}});
    });
    for control in RESTING_ON_ABSENCE {
        assert_eq!(found[*control], BTreeSet::from([Status::Unknown]), "{control}");
    }
}

/// It makes a function in the database's network.
#[test]
fn what_rotates_secrets_is_open() {
    let found =
        verdicts(|document| document["Transform"] = json!("AWS::SecretsManager-2024-09-16"));
    for control in RESTING_ON_ABSENCE {
        assert_eq!(found[*control], BTreeSet::from([Status::Unknown]), "{control}");
    }
}

/// A macro of the whole template may change every resource. The file itself,
/// in which credentials are looked for, it does not change.
#[test]
fn nothing_passes_under_a_macro_of_the_template() {
    let found = verdicts(|document| document["Transform"] = json!("Mine"));
    let sure: BTreeSet<&String> = found
        .iter()
        .filter(|(_, found)| **found != BTreeSet::from([Status::Unknown]))
        .map(|(control, _)| control)
        .collect();
    assert_eq!(sure.into_iter().collect::<Vec<_>>(), ["secrets-in-template"]);
}

/// The language extensions change nothing that is not evaluated here.
#[test]
fn the_language_extensions_leave_nothing_open() {
    let mut document = Source::Cloudformation.document();
    let plain = Source::Cloudformation.judge(&document, &Profile::default());
    document["Transform"] = json!("AWS::LanguageExtensions");
    let found = Source::Cloudformation.judge(&document, &Profile::default());
    assert_eq!(by_control(&found), by_control(&plain));
}
