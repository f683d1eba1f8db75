//! Terraform's own state file is read as its JSON output is.

use audit::model::{Origin, ResourceRef, Snapshot};
use audit::source::{TemplateOptions, load, terraform};
use rstest::rstest;
use serde_json::{Value, json};

use super::{fact, file};

/// Resources by module, type, name, index and attributes.
fn resources() -> [(&'static str, &'static str, &'static str, Value, Value); 4] {
    [
        (
            "",
            "aws_vpc",
            "main",
            Value::Null,
            json!({"id": "vpc-1", "arn": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", "cidr_block": "10.0.0.0/16"}),
        ),
        (
            "module.net",
            "aws_subnet",
            "s",
            json!("a.1"),
            json!({"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"}),
        ),
        (
            "module.net",
            "aws_subnet",
            "s",
            json!("b"),
            json!({"id": "subnet-2", "vpc_id": "vpc-1", "cidr_block": "10.0.2.0/24"}),
        ),
        (
            "",
            "aws_instance",
            "host",
            json!(0),
            json!({"id": "i-1", "subnet_id": "subnet-1", "user_data": "x", "metadata_options": [{"http_tokens": "optional"}]}),
        ),
    ]
}

fn raw(version: i64) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for (module, kind, name, index, attributes) in resources() {
        let mut instance = json!({"schema_version": 1, "attributes": attributes, "sensitive_attributes": [], "private": "e30="});
        if !index.is_null() {
            instance["index_key"] = index;
        }
        if kind == "aws_instance" {
            instance["sensitive_attributes"] = json!([
                [{"type": "get_attr", "value": "user_data"}],
                [{"type": "get_attr", "value": "metadata_options"},
                 {"type": "index", "value": {"value": 0, "type": "number"}},
                 {"type": "get_attr", "value": "http_tokens"}]
            ]);
        }
        let same = all.iter_mut().find(|one| one["name"] == name && one["type"] == kind);
        if let Some(one) = same {
            one["instances"].as_array_mut().unwrap().push(instance);
            continue;
        }
        let mut resource = json!({
            "mode": "managed", "type": kind, "name": name, "instances": [instance],
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]"
        });
        if !module.is_empty() {
            resource["module"] = json!(module);
        }
        all.push(resource);
    }
    json!({"version": version, "terraform_version": "1.9.5", "serial": 7, "lineage": "l", "outputs": {},
           "resources": all, "check_results": null})
}

fn shown() -> Value {
    let mut modules: Vec<Value> =
        vec![json!({"resources": []}), json!({"address": "module.net", "resources": []})];
    for (module, kind, name, index, values) in resources() {
        let key = if index.is_null() { String::new() } else { format!("[{index}]") };
        let dot = if module.is_empty() { "" } else { "." };
        let sensitive = match kind {
            "aws_instance" => {
                json!({"user_data": true, "metadata_options": [{"http_tokens": true}]})
            }
            _ => json!({}),
        };
        let at = usize::from(!module.is_empty());
        modules[at]["resources"].as_array_mut().unwrap().push(json!({
            "address": format!("{module}{dot}{kind}.{name}{key}"), "mode": "managed", "type": kind,
            "name": name, "index": index, "values": values, "sensitive_values": sensitive
        }));
    }
    let child = modules.pop().unwrap();
    modules[0]["child_modules"] = json!([child]);
    json!({"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": modules[0]}})
}

fn read(state: &Value) -> Snapshot {
    let loaded = terraform::read(&file(state.to_string()), &TemplateOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.snapshot
}

#[test]
fn a_state_file_is_read_as_its_json_output_is() {
    let (raw, shown) = (read(&raw(4)), read(&shown()));
    assert_eq!(raw.model, shown.model);
    assert_eq!(raw.gaps, shown.gaps);
    assert_eq!(raw.aliases, shown.aliases);
    assert_eq!(raw.model.subnets.len(), 2);
    let tokens = fact(&raw, "instances", "i-1", "/metadata_options/http_tokens");
    assert_eq!(tokens, json!("unknown: its value is secret, and is not read"));
}

#[test]
fn a_resource_stands_where_the_state_file_names_it() {
    let text = serde_json::to_string_pretty(&raw(4)).unwrap();
    let line = text.lines().position(|line| line.contains("\"host\"")).unwrap() + 1;
    let snapshot = terraform::read(&file(text), &TemplateOptions::default()).snapshot;
    let origin = snapshot.origins.resolve(&ResourceRef::new("instances", "i-1"), "");
    let Some(Origin::Plan { span: Some(span), address, .. }) = origin else { panic!("{origin:?}") };
    assert_eq!((span.start_line as usize, address.as_str()), (line, "aws_instance.host[0]"));
}

/// What cannot be read says why, and what to do.
#[rstest]
#[case::version_3(json!({"version": 3, "terraform_version": "0.11.14", "serial": 1, "lineage": "l", "modules": []}), "of version 3, which Terraform before 0.12 wrote", "terraform apply -refresh-only")]
#[case::later(json!({"version": 5, "terraform_version": "9.0.0", "serial": 1, "lineage": "l", "resources": []}), "of a version that is not known", "terraform show -json")]
#[case::encrypted(json!({"serial": 1, "lineage": "l", "encrypted_data": "x", "encryption_version": "v0"}), "encrypted", "tofu show -json")]
#[case::flat(json!({"version": 4, "terraform_version": "0.12.0", "serial": 1, "lineage": "l", "resources": [{"mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{"attributes_flat": {"id": "vpc-1"}}]}]}), "has aws_vpc.v in the form of Terraform before 0.12", "terraform show -json")]
fn a_state_file_that_cannot_be_read_says_why(
    #[case] state: Value,
    #[case] message: &str,
    #[case] help: &str,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("terraform.tfstate");
    std::fs::write(&path, state.to_string()).unwrap();
    let found = load::load(&[path], &TemplateOptions::default()).loaded;
    assert!(found.snapshot.model.vpcs.is_empty());
    let [one] = found.diagnostics.as_slice() else { panic!("{:?}", found.diagnostics) };
    assert!(one.message.contains(message), "{one:?}");
    assert!(one.help.as_deref().unwrap().contains(help), "{one:?}");
}

/// What tools call a plan does not matter, nor that it is Terraform's.
#[rstest]
#[case("tfplan.json")]
#[case("default.tfplan.json")]
#[case("terraform.tfstate.backup.json")]
fn a_plan_may_be_called_anything(#[case] name: &str) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(name), shown().to_string()).unwrap();
    let found = load::load(&[directory.path().to_owned()], &TemplateOptions::default()).loaded;
    assert_eq!(found.diagnostics, []);
    assert!(found.snapshot.model.vpcs.contains_key("vpc-1"));
}

/// An object that was replaced and is not destroyed yet is there beside its
/// successor.
#[test]
fn a_deposed_object_is_one_of_its_own() {
    let mut state = raw(4);
    let old =
        json!({"deposed": "0000abcd", "attributes": {"id": "vpc-0", "cidr_block": "10.9.0.0/16"}});
    state["resources"][0]["instances"].as_array_mut().unwrap().push(old);
    let snapshot = read(&state);
    assert_eq!(snapshot.model.vpcs.keys().collect::<Vec<_>>(), ["vpc-0", "vpc-1"]);
    assert_eq!(snapshot.aliases["vpcs"]["aws_vpc.main"], "vpc-1");
}
