//! Literal credentials of the source, through variables and modules.

use rstest::rstest;
use serde_json::{Value, json};

use super::{fact, plan, read, resource};

const DATABASE: &str = "aws_db_instance.d";

/// Whether a password that is written so is a literal of the source.
#[rstest]
#[case::constant(json!({"constant_value": "Hunter2Hunter2"}), json!(true))]
#[case::default_of_a_variable(json!({"references": ["var.left"]}), json!(true))]
#[case::given_variable(json!({"references": ["var.given"]}), json!(false))]
#[case::variable_without_a_default(json!({"references": ["var.none"]}), json!(false))]
#[case::resource(json!({"references": ["random_password.p.result", "random_password.p"]}), json!(false))]
fn a_password_of_the_source_is_a_literal(#[case] written: Value, #[case] expected: Value) {
    let database = resource(
        DATABASE,
        json!({"password": "Hunter2Hunter2"}),
        json!({}),
        json!({"password": written}),
    );
    let mut plan = plan(&[database]);
    plan["configuration"]["root_module"]["variables"] = json!({
        "left": {"default": "Hunter2Hunter2", "sensitive": true},
        "given": {"default": "Other", "sensitive": true}, "none": {}
    });
    plan["variables"] =
        json!({"given": {"value": "Hunter2Hunter2"}, "none": {"value": "Hunter2Hunter2"}});
    let snapshot = read(&plan).snapshot;
    let found = fact(&snapshot, "templates", "plan.json", "/credentials/0/value/literal");
    assert_eq!(found, expected);
    let text = serde_json::to_string(&snapshot).unwrap();
    assert!(!text.contains("Hunter2"), "{text}");
}

/// One that a module is given is a literal too.
#[test]
fn a_password_that_a_module_is_given_is_a_literal() {
    let mut plan = plan(&[]);
    let inner = json!({"address": "module.m.aws_db_instance.d", "mode": "managed",
                       "type": "aws_db_instance", "name": "d", "values": {"password": "Hunter2Hunter2"}});
    let mut written = inner.clone();
    written["expressions"] = json!({"password": {"references": ["var.password"]}});
    plan["planned_values"]["root_module"]["child_modules"] =
        json!([{"address": "module.m", "resources": [inner]}]);
    plan["configuration"]["root_module"]["module_calls"] = json!({"m": {
        "source": "./m", "expressions": {"password": {"constant_value": "Hunter2Hunter2"}},
        "module": {"resources": [written], "variables": {"password": {}}}
    }});
    let snapshot = read(&plan).snapshot;
    let found = fact(&snapshot, "templates", "plan.json", "/credentials/0/value/literal");
    assert_eq!(found, json!(true));
}

/// A state, or a plan without its source, does not tell what was a literal.
#[test]
fn without_the_source_it_is_not_known() {
    let database = resource(DATABASE, json!({"password": "x"}), json!({}), json!({}));
    let mut plan = plan(&[database]);
    plan.as_object_mut().unwrap().remove("configuration");
    let snapshot = read(&plan).snapshot;
    let found = fact(&snapshot, "templates", "plan.json", "/credentials/0/value/literal");
    assert_eq!(found, json!("unknown: a file without the configuration does not carry this fact"));
}
