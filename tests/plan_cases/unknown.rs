//! Values that pass through what no plan tells are not known, and never taken
//! for left out.

use audit::source::{TemplateOptions, terraform};
use rstest::rstest;
use serde_json::{Value, json};

use super::{fact, known, plan, read, resource};

const GROUP: &str = "aws_security_group.a";
const DATABASE: &str = "aws_db_instance.d";

/// What an unknown list of groups is known as, by what its source refers to.
#[rstest]
#[case::local(json!(["local.groups"]))]
#[case::local_of_a_map(json!(["local.groups[\"x\"]", "local.groups"]))]
#[case::variable(json!(["var.groups"]))]
#[case::each_value(json!(["each.value.groups", "each.value"]))]
#[case::each_key(json!(["each.key"]))]
#[case::count(json!(["count.index"]))]
#[case::path(json!(["path.module"]))]
#[case::workspace(json!(["terraform.workspace"]))]
#[case::data(json!(["data.aws_security_groups.all.ids", "data.aws_security_groups.all"]))]
#[case::output(json!(["module.other.groups", "module.other"]))]
#[case::beside_a_group(json!(["aws_security_group.a.id", "aws_security_group.a", "local.more"]))]
#[case::function(json!([]))]
#[case::resource_without_an_instance(json!(["aws_security_group.none.id", "aws_security_group.none"]))]
fn a_list_through_what_no_plan_tells_is_open(#[case] references: Value) {
    let expression = match references.as_array().is_some_and(Vec::is_empty) {
        true => json!({}),
        false => json!({"references": references}),
    };
    let unknown = json!({"id": true, "vpc_security_group_ids": true, "storage_encrypted": true});
    let expressions =
        json!({"vpc_security_group_ids": expression, "storage_encrypted": expression});
    let database = resource(DATABASE, json!({"identifier": "d"}), unknown, expressions);
    let loaded = read(&plan(&[known(GROUP, json!({"name": "a"})), database]));
    for path in ["/security_group_ids", "/storage_encrypted"] {
        let found = fact(&loaded.snapshot, "rds_instances", DATABASE, path);
        let text = found.as_str().unwrap_or_default();
        assert!(text.starts_with("unknown: known only after apply ("), "{path}: {found}");
    }
}

/// Splats, `one()` and `for` expressions over instances name each of them.
#[rstest]
#[case::splat(json!(["aws_security_group.m"]), &["aws_security_group.m[0]", "aws_security_group.m[1]"])]
#[case::indexed(json!(["aws_security_group.m[1].id", "aws_security_group.m[1]", "aws_security_group.m"]), &["aws_security_group.m[1]"])]
fn a_list_over_instances_names_them(#[case] references: Value, #[case] expected: &[&str]) {
    let member = |index: usize| {
        let mut one = known(&format!("aws_security_group.m[{index}]"), json!({"name": "m"}));
        one["index"] = json!(index);
        one
    };
    let database = resource(
        DATABASE,
        json!({"identifier": "d"}),
        json!({"vpc_security_group_ids": true}),
        json!({"vpc_security_group_ids": {"references": references}}),
    );
    let loaded = read(&plan(&[member(0), member(1), database]));
    let found = fact(&loaded.snapshot, "rds_instances", DATABASE, "/security_group_ids");
    assert_eq!(found, json!(expected));
}

/// A dynamic block whose number is not known stands for any rules. A plan has no
/// trace of it: the source tells.
#[test]
fn a_dynamic_block_of_unknown_length_is_open() {
    let directory = tempfile::tempdir().unwrap();
    let source = "resource \"aws_security_group\" \"a\" {\n  dynamic \"ingress\" {\n    for_each = local.rules\n    content {}\n  }\n}\n";
    std::fs::write(directory.path().join("main.tf"), source).unwrap();
    let group =
        resource(GROUP, json!({"name": "a"}), json!({"id": true, "ingress": true}), json!({}));
    let mut file = super::file(plan(&[group]).to_string());
    file.path = directory.path().join("plan.json");
    let snapshot = terraform::read(&file, &TemplateOptions::default()).snapshot;
    let found = fact(&snapshot, "security_groups", GROUP, "/ingress");
    assert_eq!(found, json!("unknown: known only after apply (ingress)"));
}

/// A variable of a module that nothing tells.
#[test]
fn a_variable_of_a_module_is_followed_to_what_the_module_is_given() {
    let mut plan = plan(&[known(GROUP, json!({"name": "a"}))]);
    let inner = json!({"address": "module.m.aws_db_instance.d", "mode": "managed",
                       "type": "aws_db_instance", "name": "d", "values": {"identifier": "d"}});
    let mut written = inner.clone();
    written["expressions"] = json!({"vpc_security_group_ids": {"references": ["var.groups"]}});
    plan["planned_values"]["root_module"]["child_modules"] =
        json!([{"address": "module.m", "resources": [inner]}]);
    super::push(
        &mut plan["resource_changes"],
        json!({"address": "module.m.aws_db_instance.d",
               "change": {"actions": ["create"], "after_unknown": {"vpc_security_group_ids": true}}}),
    );
    for (given, expected) in [
        (
            json!({"references": ["aws_security_group.a.id", "aws_security_group.a"]}),
            json!([GROUP]),
        ),
        (
            json!({"references": ["local.groups"]}),
            json!("unknown: known only after apply (var.groups)"),
        ),
    ] {
        plan["configuration"]["root_module"]["module_calls"] = json!({"m": {
            "source": "./m", "expressions": {"groups": given},
            "module": {"resources": [written], "variables": {"groups": {}}}
        }});
        let loaded = read(&plan);
        let id = "module.m.aws_db_instance.d";
        assert_eq!(fact(&loaded.snapshot, "rds_instances", id, "/security_group_ids"), expected);
    }
}
