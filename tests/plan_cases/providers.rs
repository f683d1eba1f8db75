//! The region and account of each resource, by its provider.

use audit::model::Snapshot;
use audit::source::{TemplateOptions, terraform};
use rstest::rstest;
use serde_json::{Value, json};

use super::{fact, file, known, plan, read};

const GROUP: &str = "aws_security_group.a";

/// A plan with one group of the provider with this key and these expressions.
fn with_provider(key: &str, expressions: Value) -> Value {
    let mut group = known(GROUP, json!({"name": "a"}));
    group["provider_config_key"] = json!(key);
    let mut plan = plan(&[group]);
    if key.contains('.') {
        plan["configuration"]["provider_config"][key] =
            json!({"name": "aws", "alias": "other", "expressions": expressions});
    } else {
        plan["configuration"]["provider_config"][key] =
            json!({"name": "aws", "expressions": expressions});
    }
    plan["variables"] = json!({
        "region": {"value": "us-west-2"}, "part": {"value": "us"},
        "regions": {"value": {"second": "ap-south-1", "list": ["eu-north-1"]}},
        "role": {"value": "arn:aws:iam::444455556666:role/deploy"}
    });
    plan
}

fn place(snapshot: &Snapshot) -> (Option<&str>, Option<&str>) {
    let group = snapshot.model.security_groups.get(GROUP).unwrap();
    (group.account.as_deref(), group.region.as_deref())
}

#[rstest]
#[case::constant(json!({"constant_value": "us-east-2"}), Some("us-east-2"))]
#[case::variable(json!({"references": ["var.region"]}), Some("us-west-2"))]
#[case::of_a_map(json!({"references": ["var.regions[\"second\"]", "var.regions"]}), Some("ap-south-1"))]
#[case::of_an_object(json!({"references": ["var.regions.second", "var.regions"]}), Some("ap-south-1"))]
#[case::of_a_list(json!({"references": ["var.regions.list[0]", "var.regions.list", "var.regions"]}), Some("eu-north-1"))]
#[case::part_of_one(json!({"references": ["var.part"]}), None)]
#[case::joined(json!({"references": ["var.region", "var.part"]}), None)]
#[case::local(json!({"references": ["local.region"]}), None)]
fn an_aliased_provider_has_its_own_region(#[case] region: Value, #[case] expected: Option<&str>) {
    let loaded = read(&with_provider("aws.other", json!({"region": region})));
    assert_eq!(place(&loaded.snapshot).1, expected);
}

#[rstest]
#[case::constant(json!([{"role_arn": {"constant_value": "arn:aws:iam::777788889999:role/x"}}]), Some("777788889999"))]
#[case::variable(json!([{"role_arn": {"references": ["var.role"]}}]), Some("444455556666"))]
#[case::unknown(json!([{"role_arn": {"references": ["local.role"]}}]), None)]
fn a_provider_that_assumes_a_role_is_in_the_roles_account(
    #[case] role: Value,
    #[case] expected: Option<&str>,
) {
    let plan = with_provider("aws.other", json!({"assume_role": role}));
    let options =
        TemplateOptions { account: Some("111122223333".into()), ..TemplateOptions::default() };
    let snapshot = terraform::read(&file(plan.to_string()), &options).snapshot;
    assert_eq!(place(&snapshot).0, expected);
}

/// What the plan has read by a provider tells where that provider works.
#[test]
fn data_sources_tell_where_their_provider_works() {
    let mut plan = with_provider("aws.other", json!({"profile": {"constant_value": "x"}}));
    let data = |kind: &str, name: &str, values: Value| json!({"address": format!("data.{kind}.{name}"), "mode": "data", "type": kind, "name": name, "values": values});
    plan["prior_state"] = json!({"values": {"root_module": {"resources": [
        data("aws_caller_identity", "main", json!({"account_id": "111122223333"})),
        data("aws_caller_identity", "other", json!({"account_id": "444455556666"})),
        data("aws_region", "other", json!({"name": "us-west-2"})),
    ]}}});
    for (kind, name, key) in [
        ("aws_caller_identity", "main", "aws"),
        ("aws_caller_identity", "other", "aws.other"),
        ("aws_region", "other", "aws.other"),
    ] {
        super::push(
            &mut plan["configuration"]["root_module"]["resources"],
            json!({"mode": "data", "type": kind, "name": name, "provider_config_key": key, "expressions": {}}),
        );
    }
    let snapshot = read(&plan).snapshot;
    assert_eq!(place(&snapshot), (Some("444455556666"), Some("us-west-2")));
    assert!(snapshot.model.accounts.contains_key("444455556666"));
}

/// A child module's own provider is told by what the module is given.
#[test]
fn a_modules_provider_has_the_region_that_the_module_is_given() {
    let mut plan = plan(&[]);
    let mut group = known("aws_security_group.a", json!({"name": "a"}));
    group["provider_config_key"] = json!("module.west:aws");
    let mut inner = group.clone();
    inner["address"] = json!("module.west.aws_security_group.a");
    plan["planned_values"]["root_module"]["child_modules"] =
        json!([{"address": "module.west", "resources": [inner]}]);
    plan["variables"] = json!({"far": {"value": "us-west-2"}});
    plan["configuration"]["root_module"]["module_calls"] = json!({"west": {
        "source": "./west", "expressions": {"region": {"references": ["var.far"]}},
        "module": {"resources": [group], "variables": {"region": {}}}
    }});
    plan["configuration"]["provider_config"]["module.west:aws"] = json!({
        "name": "aws", "module_address": "module.west",
        "expressions": {"region": {"references": ["var.region"]}}
    });
    let snapshot = read(&plan).snapshot;
    let found = snapshot.model.security_groups.get("module.west.aws_security_group.a").unwrap();
    assert_eq!(found.region.as_deref(), Some("us-west-2"));
}

/// Older plans do not tell which provider a module was handed.
#[test]
fn a_provider_that_is_not_told_may_be_any() {
    let mut plan = with_provider("aws.other", json!({"region": {"constant_value": "us-west-2"}}));
    for at in ["planned_values", "configuration"] {
        plan[at]["root_module"]["resources"][0]["provider_config_key"] = json!("net:aws");
    }
    assert_eq!(place(&read(&plan).snapshot).1, None);
    plan["configuration"]["provider_config"]["aws.other"]["expressions"]["region"] =
        json!({"constant_value": "eu-west-1"});
    assert_eq!(place(&read(&plan).snapshot).1, Some("eu-west-1"));
}

#[test]
fn an_arn_tells_where_a_resource_is() {
    let group = super::kept(
        GROUP,
        json!({"arn": "arn:aws:ec2:ap-south-1:999988887777:security-group/sg-1", "id": "sg-1"}),
    );
    let loaded = read(&plan(&[group]));
    let found = loaded.snapshot.model.security_groups.get("sg-1").unwrap();
    assert_eq!(found.region.as_deref(), Some("ap-south-1"));
    assert_eq!(found.account.as_deref(), Some("999988887777"));
}

#[test]
fn a_region_of_its_own_that_is_not_known_is_not_the_providers() {
    let mut group = known(GROUP, json!({"name": "a"}));
    group["unknown"]["region"] = json!(true);
    group["expressions"] = json!({"region": {"references": ["local.region"]}});
    assert_eq!(place(&read(&plan(&[group])).snapshot).1, None);
    // One that the provider computes is.
    let mut group = known(GROUP, json!({"name": "a"}));
    group["unknown"]["region"] = json!(true);
    assert_eq!(place(&read(&plan(&[group])).snapshot).1, Some("eu-west-1"));
}

/// Settings of a region are those of their own region.
#[test]
fn two_regions_of_a_plan_are_kept_apart() {
    let encryption = |name: &str, region: &str, enabled: bool| {
        known(
            &format!("aws_ebs_encryption_by_default.{name}"),
            json!({"enabled": enabled, "region": region}),
        )
    };
    let volume = |name: &str, region: &str| {
        known(&format!("aws_ebs_volume.{name}"), json!({"size": 1, "region": region}))
    };
    let loaded = read(&plan(&[
        encryption("here", "eu-west-1", true),
        encryption("there", "us-west-2", false),
        volume("here", "eu-west-1"),
        volume("far", "ap-south-1"),
    ]));
    let of = |region: &str| {
        let id = format!("account/{region}");
        fact(&loaded.snapshot, "regions", &id, "/ebs_encryption_by_default")
    };
    assert_eq!(of("eu-west-1"), json!(true));
    assert_eq!(of("us-west-2"), json!(false));
    assert_eq!(of("ap-south-1"), json!("unknown: a Terraform plan does not carry this fact"));
}
