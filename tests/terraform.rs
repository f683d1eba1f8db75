//! What a plan says, as the model has it: additions, references through
//! modules, providers' regions, places and waivers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod facts;

use audit::model::{
    Gap, IamRole, Identity, InlinePolicy, NetworkAcl, Origin, RouteTable, SecurityGroup,
    SecurityGroupRule, Snapshot, Vpc,
};
use audit::source::{Loaded, TemplateOptions, TextFile, terraform};
use rstest::rstest;
use serde_json::{Value, json};

use facts::fact;

/// One resource of a plan: its address, values, what of them is known after
/// apply, and the source's expressions.
struct Planned {
    address: &'static str,
    index: Value,
    values: Value,
    unknown: Value,
    expressions: Value,
    provider: &'static str,
}

fn planned(address: &'static str, values: Value, unknown: Value, expressions: Value) -> Planned {
    Planned { address, index: Value::Null, values, unknown, expressions, provider: "aws" }
}

/// A plan of the root module.
fn plan(resources: &[Planned]) -> Value {
    let named = |one: &Planned| {
        let (kind, name) = one.address.split_once('.').unwrap();
        let name = name.split('[').next().unwrap();
        json!({"address": one.address, "mode": "managed", "type": kind, "name": name,
               "index": one.index, "values": one.values, "expressions": one.expressions,
               "provider_config_key": one.provider})
    };
    let all: Vec<Value> = resources.iter().map(named).collect();
    let changes: Vec<Value> = resources
        .iter()
        .map(|one| json!({"address": one.address, "change": {"after_unknown": one.unknown}}))
        .collect();
    json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": all}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
                "aws.west": {"name": "aws", "alias": "west",
                             "expressions": {"region": {"constant_value": "us-west-2"}}}
            },
            "root_module": {"resources": all}
        }
    })
}

fn read(plan: &Value) -> Loaded {
    let file = TextFile {
        name: "plan.json".into(),
        path: "none/plan.json".into(),
        text: plan.to_string(),
    };
    terraform::read(&file, &TemplateOptions::default())
}

const GROUP: &str = "aws_security_group.a";

fn group(address: &'static str) -> Planned {
    planned(
        address,
        json!({"name": address}),
        json!({"id": true, "arn": true}),
        json!({"name": {}}),
    )
}

/// A rule onto a group, by what the source says of the group.
#[rstest]
#[case::named(json!({"references": ["aws_security_group.a.id", "aws_security_group.a"]}), json!("0.0.0.0/0"))]
#[case::local(json!({"references": ["local.group"]}), json!("unknown: known only after apply (local.group)"))]
#[case::of_each(json!({"references": ["each.value.group", "each.value"]}), json!("unknown: known only after apply (each.value.group)"))]
#[case::one_of_two(
    json!({"references": ["var.which", "aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"]}),
    json!("unknown: known only after apply (security_group_id, which may be aws_security_group.a)")
)]
fn a_rule_whose_group_is_not_known_is_not_lost(#[case] group_id: Value, #[case] expected: Value) {
    // Where the group is not known, every group may have the rule as one more.
    let path = if expected == "0.0.0.0/0" { "/ingress/0/cidr_ipv4" } else { "/ingress" };
    for (kind, values) in [
        (
            "aws_vpc_security_group_ingress_rule.r",
            json!({"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}),
        ),
        (
            "aws_security_group_rule.r",
            json!({"type": "ingress", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}),
        ),
    ] {
        let rule = planned(
            kind,
            values,
            json!({"id": true, "security_group_id": true}),
            json!({"security_group_id": group_id}),
        );
        let loaded = read(&plan(&[group(GROUP), group("aws_security_group.b"), rule]));
        assert_eq!(fact(&loaded.snapshot, "security_groups", GROUP, path), expected, "{kind}");
    }
}

/// The provider takes EC2's own egress rule away when it makes a group.
#[test]
fn a_group_lets_out_what_is_written_and_nothing_else() {
    let made = || {
        let unknown = json!({"id": true, "arn": true, "egress": true, "ingress": true});
        planned(GROUP, json!({"name": "a"}), unknown, json!({"name": {}}))
    };
    let alone = read(&plan(&[made()]));
    assert_eq!(fact(&alone.snapshot, "security_groups", GROUP, "/egress"), json!([]));
    let rule = planned(
        "aws_vpc_security_group_egress_rule.r",
        json!({"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/8"}),
        json!({"id": true, "security_group_id": true}),
        json!({"security_group_id": {"references": ["aws_security_group.a.id", "aws_security_group.a"]}}),
    );
    let with_rule = read(&plan(&[made(), rule]));
    let at = |path: &str| fact(&with_rule.snapshot, "security_groups", GROUP, path);
    assert_eq!(at("/egress/0/cidr_ipv4"), json!("10.0.0.0/8"));
    assert_eq!(at("/egress/1"), json!("nothing"));
}

/// Which routes a subnet has is not known where its table is not declared.
#[test]
fn a_route_table_that_is_not_declared_leaves_its_subnet_open() {
    let subnet = planned(
        "aws_subnet.s",
        json!({"cidr_block": "10.0.0.0/24"}),
        json!({"id": true, "arn": true}),
        json!({"cidr_block": {}}),
    );
    let association = planned(
        "aws_route_table_association.a",
        json!({"route_table_id": "rtb-1"}),
        json!({"id": true, "subnet_id": true}),
        json!({
            "route_table_id": {"constant_value": "rtb-1"},
            "subnet_id": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}
        }),
    );
    let loaded = read(&plan(&[subnet, association]));
    assert_eq!(
        fact(&loaded.snapshot, "subnets", "aws_subnet.s", "/route_table_association"),
        json!("unknown: rtb-1 is not declared in what was given")
    );
}

/// The region of a resource: its own, its provider's, the plan's.
#[rstest]
#[case::of_the_plan("aws", json!({}), "eu-west-1")]
#[case::of_its_provider("aws.west", json!({}), "us-west-2")]
#[case::its_own("aws", json!({"region": "ap-south-1"}), "ap-south-1")]
fn a_resource_is_in_its_providers_region(
    #[case] provider: &'static str,
    #[case] values: Value,
    #[case] region: &str,
) {
    let one = Planned { provider, ..planned(GROUP, values, json!({}), json!({})) };
    let loaded = read(&plan(&[one]));
    let found = loaded.snapshot.model.security_groups.get(GROUP).unwrap();
    assert_eq!(found.region.as_deref(), Some(region));
}

/// `each.key` in what a module is given is the module's key, not that of the
/// resource inside.
#[test]
fn a_modules_arguments_are_of_the_modules_own_key() {
    let vpc = |key: &str| {
        json!({"address": format!("aws_vpc.v[\"{key}\"]"), "mode": "managed", "type": "aws_vpc",
               "name": "v", "index": key, "values": {"cidr_block": "10.0.0.0/16"}})
    };
    let subnet = |module: &str, key: &str| {
        json!({"address": format!("module.n[\"{module}\"].aws_subnet.s[\"{key}\"]"),
               "mode": "managed", "type": "aws_subnet", "name": "s", "index": key, "values": {}})
    };
    let child = |module: &str| {
        json!({"address": format!("module.n[\"{module}\"]"),
               "resources": [subnet(module, "a.1"), subnet(module, "b")]})
    };
    let changes: Vec<Value> = ["a.1", "b"]
        .iter()
        .flat_map(|module| ["a.1", "b"].map(|key| (module, key)))
        .map(|(module, key)| {
            json!({"address": subnet(module, key)["address"], "change": {"after_unknown": {"vpc_id": true}}})
        })
        .collect();
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {
            "resources": [vpc("a.1"), vpc("b")],
            "child_modules": [child("a.1"), child("b")]
        }},
        "resource_changes": changes,
        "configuration": {"root_module": {
            "resources": [{"type": "aws_vpc", "name": "v", "mode": "managed"}],
            "module_calls": {"n": {
                "source": "./n",
                "expressions": {"vpc_id": {"references": ["aws_vpc.v", "each.key"]}},
                "module": {"resources": [{
                    "type": "aws_subnet", "name": "s", "mode": "managed",
                    "expressions": {"vpc_id": {"references": ["var.vpc_id"]}}
                }]}
            }}
        }}
    });
    let loaded = read(&plan);
    for module in ["a.1", "b"] {
        for key in ["a.1", "b"] {
            let id = format!("module.n[\"{module}\"].aws_subnet.s[\"{key}\"]");
            let vpc = format!("aws_vpc.v[\"{module}\"]");
            assert_eq!(fact(&loaded.snapshot, "subnets", &id, "/vpc_id"), json!(vpc), "{id}");
        }
    }
}

/// Places and waivers of each instance, in a local module, in an installed one
/// and beside what no control judges.
#[test]
fn places_and_waivers_come_from_every_module_at_hand() {
    let source = |comment: &str| {
        format!(
            "# audit:waive sg-unused {comment} until 2030-01-01\nresource \"aws_security_group\" \"a\" {{\n  for_each    = var.keys\n  description = \"é\"\n}}\n"
        )
    };
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("main.tf", source("root")),
        ("local/main.tf", source("local")),
        (".terraform/modules/far/main.tf", source("installed")),
        (
            "rule.tf",
            "# audit:waive sg-no-open-ingress nothing\nresource \"aws_security_group_rule\" \"r\" {\n}\n".to_owned(),
        ),
        (
            ".terraform/modules/modules.json",
            json!({"Modules": [
                {"Key": "", "Source": "", "Dir": "."},
                {"Key": "far", "Source": "registry/far", "Dir": ".terraform/modules/far"},
                {"Key": "out", "Source": "registry/out", "Dir": "../../etc"}
            ]})
            .to_string(),
        ),
    ] {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let instance = |module: &str, key: &str| {
        let prefix = if module.is_empty() { String::new() } else { format!("module.{module}.") };
        json!({"address": format!("{prefix}aws_security_group.a[\"{key}\"]"), "mode": "managed",
               "type": "aws_security_group", "name": "a", "index": key, "values": {"description": "é"}})
    };
    let declared = json!({"resources": [{"type": "aws_security_group", "name": "a", "mode": "managed", "expressions": {}}]});
    let mut root = vec![instance("", "x"), instance("", "y.z")];
    root.push(json!({"address": "aws_security_group_rule.r", "mode": "managed",
                     "type": "aws_security_group_rule", "name": "r", "values": {}}));
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": root, "child_modules": [
            {"address": "module.local", "resources": [instance("local", "x")]},
            {"address": "module.far", "resources": [instance("far", "x")]}
        ]}},
        "configuration": {"root_module": {
            "resources": declared["resources"],
            "module_calls": {
                "local": {"source": "./local", "module": declared},
                "far": {"source": "registry/far", "module": declared}
            }
        }}
    });
    let file = TextFile {
        name: "plan.json".into(),
        path: directory.path().join("plan.json"),
        text: plan.to_string(),
    };
    let loaded = terraform::read(&file, &TemplateOptions::default());
    let mut waived: Vec<(String, String)> = loaded
        .snapshot
        .inline_waivers
        .iter()
        .map(|waiver| (waiver.resource.id.clone(), waiver.reason.clone()))
        .collect();
    waived.sort();
    let expected = [
        ("aws_security_group.a[\"x\"]", "root"),
        ("aws_security_group.a[\"y.z\"]", "root"),
        ("module.far.aws_security_group.a[\"x\"]", "installed"),
        ("module.local.aws_security_group.a[\"x\"]", "local"),
    ];
    assert_eq!(waived, expected.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
    for (id, _) in expected {
        let resource = audit::model::ResourceRef::new("security_groups", id);
        let origin = loaded.snapshot.origins.resolve(&resource, "/description");
        let Some(Origin::Plan { span: Some(span), .. }) = origin else { panic!("{origin:?}") };
        assert_eq!((span.start_line, span.start_column), (4, 17), "{id}: {span:?}");
    }
    let told: Vec<&str> = loaded.diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        told,
        ["the waiver stands beside an aws_security_group_rule, which no control judges"]
    );
}

#[rstest]
#[case::known(json!("service/main/web"), json!(null), json!(2))]
#[case::by_reference(
    json!(null),
    json!({"references": ["aws_ecs_cluster.c.name", "aws_ecs_cluster.c", "aws_ecs_service.web.name", "aws_ecs_service.web"]}),
    json!(2)
)]
#[case::unclear(
    json!(null),
    json!({"references": ["local.service"]}),
    json!("unknown: known only after apply (local.service)")
)]
#[case::of_another_cluster(json!("service/other/web"), json!(null), json!(null))]
fn the_least_that_a_service_may_be_scaled_to_is_its_own(
    #[case] resource_id: Value,
    #[case] expression: Value,
    #[case] expected: Value,
) {
    let of_cluster = |address, cluster: &str| {
        let values = json!({"name": "web", "cluster": cluster, "desired_count": 1});
        planned(address, values, json!({}), json!({}))
    };
    let unknown = json!({"resource_id": resource_id.is_null()});
    let target = json!({
        "service_namespace": "ecs",
        "resource_id": resource_id,
        "min_capacity": 2,
        "max_capacity": 4,
    });
    let loaded = read(&plan(&[
        planned("aws_ecs_cluster.c", json!({"name": "main"}), json!({}), json!({})),
        of_cluster("aws_ecs_service.web", "main"),
        of_cluster("aws_ecs_service.second", "second"),
        planned("aws_appautoscaling_target.t", target, unknown, json!({"resource_id": expression})),
    ]));
    let found =
        fact(&loaded.snapshot, "ecs_services", "aws_ecs_service.web", "/scaling_min_capacity");
    assert_eq!(found, expected);
}

#[test]
fn a_group_is_in_use_by_what_the_model_has_no_place_for() {
    let groups = |references: &str| json!({"security_groups": {"references": [references]}});
    let unknown = json!({"security_groups": true});
    let file_system = planned(
        "aws_efs_mount_target.data",
        json!({"file_system_id": "fs-1"}),
        unknown.clone(),
        groups("aws_security_group.a.id"),
    );
    let beside = |more: Vec<Planned>| {
        let groups = [group("aws_security_group.a"), group("aws_security_group.b")];
        read(&plan(&groups.into_iter().chain(more).collect::<Vec<_>>())).snapshot
    };
    let users =
        |snapshot: &Snapshot, id: &str| fact(snapshot, "security_groups", id, "/referenced_by");
    let snapshot = beside(vec![file_system]);
    assert_eq!(users(&snapshot, "aws_security_group.a"), json!(["aws_efs_mount_target.data"]));
    assert_eq!(users(&snapshot, "aws_security_group.b"), json!([]));
    // One that may be any group leaves open whether the others are in use.
    let unclear = planned("aws_mq_broker.b", json!({}), unknown, groups("local.group"));
    let found = users(&beside(vec![unclear]), "aws_security_group.b");
    assert_eq!(found, json!("unknown: known only after apply (local.group)"));
}

/// What a list that is not known as a whole may hold beside the resources that
/// its expression names.
#[rstest]
#[case::only_resources(json!(["aws_security_group.a.id", "aws_security_group.a"]), None)]
#[case::by_index(json!(["aws_security_group.a", "each.key"]), None)]
#[case::a_switch(json!(["var.switch", "aws_security_group.a.id", "aws_security_group.a"]), None)]
#[case::an_empty_list(json!(["aws_security_group.a.id", "aws_security_group.a", "var.none"]), None)]
#[case::a_local(json!(["aws_security_group.a.id", "aws_security_group.a", "local.more"]), Some("local.more"))]
#[case::a_full_list(json!(["aws_security_group.a.id", "aws_security_group.a", "var.more"]), Some("var.more"))]
#[case::looked_up(json!(["aws_security_group.a.id", "aws_security_group.a", "data.aws_security_groups.d.ids"]), Some("data.aws_security_groups.d.ids"))]
#[case::of_each(json!(["aws_security_group.a.id", "aws_security_group.a", "each.value.ids", "each.value"]), Some("each.value.ids"))]
#[case::two_and_a_local(
    json!(["aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b", "local.more"]),
    Some("local.more")
)]
fn a_list_is_known_only_if_all_it_is_made_of_is(
    #[case] references: Value,
    #[case] rest: Option<&str>,
) {
    let interface = planned(
        "aws_network_interface.n",
        json!({}),
        json!({"id": true, "security_groups": true}),
        json!({"security_groups": {"references": references}}),
    );
    let mut plan = plan(&[group(GROUP), group("aws_security_group.b"), interface]);
    plan["variables"] = json!({
        "switch": {"value": true}, "none": {"value": []}, "more": {"value": ["sg-1"]}
    });
    let snapshot = read(&plan).snapshot;
    let found = &snapshot
        .model
        .network_interfaces
        .get("aws_network_interface.n")
        .unwrap()
        .security_group_ids;
    assert!(found.contains(&GROUP.to_owned()), "{found:?}");
    let groups =
        fact(&snapshot, "network_interfaces", "aws_network_interface.n", "/security_group_ids");
    let expected = match rest {
        Some(rest) => json!(format!("unknown: known only after apply ({rest})")),
        None => json!([GROUP]),
    };
    assert_eq!(groups, expected);
}

/// Without its source, a resource stands where its object does in the plan, be
/// that on one line, indented, or a state.
#[rstest]
#[case::one_line("planned_values", false)]
#[case::indented("planned_values", true)]
#[case::a_state("values", false)]
fn a_resource_stands_where_the_plan_has_it(#[case] part: &str, #[case] indented: bool) {
    let group = |module: &str, tag: &str| {
        json!({"address": format!("{module}aws_security_group.a"), "mode": "managed",
               "type": "aws_security_group", "name": "a", "values": {"description": tag}})
    };
    let wrong = json!([{"address": GROUP}, {"address": "module.é[\"x\"].aws_security_group.a"}]);
    let plan = json!({
        // Sorted before the values, with the same addresses.
        "a_list": wrong, "format_version": "1.2", "terraform_version": "1.9.0",
        part: {"root_module": {
            "child_modules": [{"address": "module.é[\"x\"]", "resources": [group("module.é[\"x\"].", "é")]}],
            "resources": [group("", "\"address\": \"aws_security_group.a\"")]
        }}
    });
    let text = match indented {
        true => serde_json::to_string_pretty(&plan).unwrap(),
        false => plan.to_string(),
    };
    let file = TextFile { name: "p.json".into(), path: "none/p.json".into(), text: text.clone() };
    let snapshot = terraform::read(&file, &TemplateOptions::default()).snapshot;
    for id in [GROUP, "module.é[\"x\"].aws_security_group.a"] {
        let resource = audit::model::ResourceRef::new("security_groups", id);
        let origin = snapshot.origins.resolve(&resource, "/description");
        let Some(Origin::Plan { span: Some(span), .. }) = origin else { panic!("{origin:?}") };
        assert_eq!(span.start_line, span.end_line);
        let before: usize = text
            .lines()
            .take(span.start_line as usize - 1)
            .map(|line| line.chars().count() + 1)
            .sum();
        let from = before + span.start_column as usize - 1;
        let length = (span.end_column - span.start_column) as usize;
        let shown: String = text.chars().skip(from).take(length).collect();
        assert_eq!(shown, json!(id).to_string());
        assert!(before + from > text.chars().take_while(|c| *c != ']').count(), "{span:?}");
    }
}

/// A role of the account with policies of its own, and a plan that takes over
/// what the role has.
fn over_role(kind: &'static str, listed: Value, unknown: Value, more: &[Planned]) -> Snapshot {
    let mut base = Snapshot::default();
    let identity =
        |id: &str| Identity { id: id.into(), name: Some(id.into()), ..Identity::default() };
    let mut role = IamRole::new(identity("app"));
    role.attached_policies = vec!["arn:aws:iam::aws:policy/AdministratorAccess".into()];
    role.inline_policies = ["old", "kept"]
        .map(|name| InlinePolicy { name: Some(name.into()), ..InlinePolicy::default() })
        .into();
    base.model.insert(role);
    let mut group = SecurityGroup::new(identity("sg-1"));
    group.ingress = vec![SecurityGroupRule {
        cidr_ipv4: Some("0.0.0.0/0".into()),
        ..SecurityGroupRule::default()
    }];
    base.model.insert(group);
    let mut values = json!({"role_name": "app", "security_group_id": "sg-1"});
    values.as_object_mut().unwrap().extend(listed.as_object().unwrap().clone());
    let expressions = json!({"policy_names": {"references": ["local.names"]}, "role_name": {"constant_value": "app"}});
    let mut all = vec![planned(kind, values, unknown, expressions)];
    all.extend(more.iter().map(|one| Planned {
        values: one.values.clone(),
        unknown: one.unknown.clone(),
        expressions: one.expressions.clone(),
        index: Value::Null,
        ..*one
    }));
    let plan = plan(&all);
    let file =
        TextFile { name: "p.json".into(), path: "none/p.json".into(), text: plan.to_string() };
    terraform::read_over(base, &file, &TemplateOptions::default()).snapshot
}

#[rstest]
#[case::attaches_and_detaches("aws_iam_role_policy_attachments_exclusive.x", json!({"policy_arns": ["arn:a"]}), json!({}), "/attached_policies", json!(["arn:a"]))]
#[case::detaches_all("aws_iam_role_policy_attachments_exclusive.x", json!({"policy_arns": []}), json!({}), "/attached_policies", json!("nothing"))]
#[case::removes_inline("aws_iam_role_policies_exclusive.x", json!({"policy_names": ["kept"]}), json!({}), "/inline_policies/0/name", json!("kept"))]
#[case::leaves_it_open("aws_iam_role_policies_exclusive.x", json!({}), json!({"policy_names": true}), "/inline_policies", json!("unknown: known only after apply (local.names)"))]
fn what_is_owned_by_a_list_is_only_what_it_lists(
    #[case] kind: &'static str,
    #[case] listed: Value,
    #[case] unknown: Value,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let snapshot = over_role(kind, listed, unknown, &[]);
    let found = fact(&snapshot, "iam_roles", "app", path);
    let found = if found == json!([]) { json!("nothing") } else { found };
    assert_eq!(found, expected);
}

#[test]
fn what_the_plan_attaches_beside_an_exclusive_list_is_kept() {
    let beside = planned(
        "aws_iam_role_policy_attachment.b",
        json!({"role": "app", "policy_arn": "arn:b"}),
        json!({}),
        json!({}),
    );
    let listed = json!({"policy_arns": ["arn:a"]});
    let kind = "aws_iam_role_policy_attachments_exclusive.x";
    let snapshot = over_role(kind, listed, json!({}), &[beside]);
    assert_eq!(snapshot.model.iam_roles.get("app").unwrap().attached_policies, ["arn:a", "arn:b"]);
}

/// The rules of a group of the account, by the ids that are listed.
#[rstest]
#[case::none_listed(json!([]), json!("nothing"))]
#[case::the_plans_own(json!(["sgr-2"]), json!("10.0.0.0/8"))]
#[case::one_of_the_account(json!(["sgr-1"]), json!("unknown: known only after apply (the rules of aws_vpc_security_group_rules_exclusive.x)"))]
fn rules_that_are_not_listed_are_revoked(#[case] ids: Value, #[case] expected: Value) {
    let rule = planned(
        "aws_vpc_security_group_ingress_rule.r",
        json!({"id": "sgr-2", "security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/8"}),
        json!({}),
        json!({}),
    );
    let more = if ids == json!([]) { vec![] } else { vec![rule] };
    let listed = json!({"ingress_rule_ids": ids, "egress_rule_ids": []});
    let kind = "aws_vpc_security_group_rules_exclusive.x";
    let snapshot = over_role(kind, listed, json!({}), &more);
    assert_eq!(fact(&snapshot, "security_groups", "sg-1", "/ingress/0/cidr_ipv4"), expected);
}

/// Places and waivers come from JSON source too.
#[test]
fn a_json_source_has_places_and_waivers() {
    let source = r#"{
  "resource": {
    "aws_security_group": {
      "a": {
        "//": "audit:waive sg-unused kept for later until 2030-01-01",
        "description": "text",
        "tags": {"Name": "n"},
        "ingress": [
          {"protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}
        ]
      }
    },
    "aws_s3_bucket": [{"b": [{"bucket": "x", "acl": null}]}]
  }
}
"#;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf.json"), source).unwrap();
    let ingress =
        json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let values = json!({"description": "text", "tags": {"Name": "n"}, "ingress": ingress});
    let bucket = planned("aws_s3_bucket.b", json!({"bucket": "x"}), json!({}), json!({}));
    let file = TextFile {
        name: "plan.json".into(),
        path: directory.path().join("plan.json"),
        text: plan(&[planned(GROUP, values, json!({}), json!({})), bucket]).to_string(),
    };
    let snapshot = terraform::read(&file, &TemplateOptions::default()).snapshot;
    for (collection, id, path, expected) in [
        ("security_groups", GROUP, "/vpc_id", (4, 7)),
        ("security_groups", GROUP, "/description", (6, 24)),
        ("security_groups", GROUP, "/tags/Name", (7, 26)),
        ("security_groups", GROUP, "/ingress/0/protocol", (9, 24)),
        ("s3_buckets", "aws_s3_bucket.b", "/versioning", (13, 24)),
    ] {
        let resource = audit::model::ResourceRef::new(collection, id);
        let origin = snapshot.origins.resolve(&resource, path);
        let Some(Origin::Plan { span: Some(span), .. }) = origin else { panic!("{origin:?}") };
        assert!(span.file.ends_with("main.tf.json"), "{span:?}");
        assert_eq!((span.start_line, span.start_column), expected, "{path}");
    }
    let waivers = &snapshot.inline_waivers;
    assert_eq!(waivers.len(), 1);
    assert_eq!(
        (waivers[0].control.as_str(), waivers[0].reason.as_str()),
        ("sg-unused", "kept for later")
    );
}

/// What comes with a VPC of the account is taken over: what it had goes, and
/// what the plan writes is not lost.
#[rstest]
#[case::group("aws_default_security_group.d", json!({"vpc_id": "vpc-1", "ingress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/8"]}]}), "security_groups", "sg-1", "/ingress/0/cidr_ipv4", json!("10.0.0.0/8"))]
#[case::emptied_group("aws_default_security_group.d", json!({"vpc_id": "vpc-1"}), "security_groups", "sg-1", "/ingress/0", json!("nothing"))]
#[case::acl("aws_default_network_acl.d", json!({"default_network_acl_id": "acl-1", "ingress": [{"protocol": "-1", "rule_no": 7, "action": "allow", "cidr_block": "0.0.0.0/0"}]}), "network_acls", "acl-1", "/entries/2/rule_number", json!(7))]
#[case::table("aws_default_route_table.d", json!({"default_route_table_id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]}), "route_tables", "rtb-1", "/routes/0/destination_cidr_block", json!("0.0.0.0/0"))]
fn what_comes_with_a_vpc_is_taken_over(
    #[case] kind: &'static str,
    #[case] values: Value,
    #[case] collection: &str,
    #[case] id: &str,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let identity = |id: &str| Identity { id: id.into(), ..Identity::default() };
    let vpc = Some("vpc-1".to_owned());
    let mut base = Snapshot::default();
    base.model.insert(Vpc::new(identity("vpc-1")));
    let mut group = SecurityGroup::new(identity("sg-1"));
    (group.vpc_id, group.is_default) = (vpc.clone(), Some(true));
    group.ingress = vec![SecurityGroupRule {
        cidr_ipv4: Some("0.0.0.0/0".into()),
        ..SecurityGroupRule::default()
    }];
    base.model.insert(group);
    let mut acl = NetworkAcl::new(identity("acl-1"));
    (acl.vpc_id, acl.is_default) = (vpc.clone(), Some(true));
    base.model.insert(acl);
    let mut table = RouteTable::new(identity("rtb-1"));
    (table.vpc_id, table.main) = (vpc, Some(true));
    base.model.insert(table);
    let plan = plan(&[planned(kind, values, json!({}), json!({}))]);
    let file =
        TextFile { name: "p.json".into(), path: "none/p.json".into(), text: plan.to_string() };
    let snapshot = terraform::read_over(base, &file, &TemplateOptions::default()).snapshot;
    assert_eq!(fact(&snapshot, collection, id, path), expected);
}

/// The template's credentials: where, and whether they are written out.
fn credentials(plan: &Value) -> Vec<(String, String, Option<bool>)> {
    let loaded = read(plan);
    let found = &loaded.snapshot.model.templates.get("plan.json").unwrap().credentials;
    found
        .iter()
        .map(|one| (one.resource.clone(), one.property.clone(), one.value.literal))
        .collect()
}

/// A map is written out whole, or holds references that hide the rest of it.
#[test]
fn a_literal_credential_in_a_map_is_seen() {
    let pipeline = |expression: Value| {
        let configuration = json!({"Owner": "a", "OAuthToken": "hunter2"});
        let action = json!([{"action": [{"configuration": configuration}]}]);
        let expressions = json!([{"action": [{"configuration": expression}]}]);
        credentials(&plan(&[planned(
            "aws_codepipeline.main",
            json!({"stage": action}),
            json!({}),
            json!({"stage": expressions}),
        )]))
    };
    let at = |literal| {
        let property = "stage.action.configuration.OAuthToken";
        [("aws_codepipeline.main".to_owned(), property.to_owned(), Some(literal))]
    };
    let written = json!({"constant_value": {"Owner": "a", "OAuthToken": "hunter2"}});
    assert_eq!(pipeline(written), at(true));
    assert_eq!(pipeline(json!({"references": ["var.token"]})), at(false));
}

/// As the defaults of a template's parameters; a module's only where its call
/// leaves it to them.
#[test]
fn the_default_of_a_variable_for_a_credential_is_seen() {
    let mut plan = plan(&[]);
    plan["configuration"]["root_module"]["variables"] = json!({
        "db_password": {"default": "hunter2"},
        "opaque": {"default": "hunter2", "sensitive": true},
        "asked_password": {"sensitive": true},
        "empty_password": {"default": ""},
        "stage": {"default": "prod"},
    });
    plan["configuration"]["root_module"]["module_calls"]["db"] = json!({
        "source": "./db",
        "expressions": {"given_token": {"references": ["var.opaque"]}},
        "module": {"variables": {
            "given_token": {"default": "hunter2"},
            "left_token": {"default": "hunter2"},
        }},
    });
    let found = credentials(&plan);
    let expected = ["var.db_password", "var.opaque", "module.db.var.left_token"];
    let at = |name: &str| (name.to_owned(), "default".to_owned(), Some(true));
    assert_eq!(found, expected.map(at));
}

/// What a plan of a part, without its source, says of the resources that are not
/// in it.
#[rstest]
#[case::errored("errored", json!(true), "planning failed")]
#[case::targeted("complete", json!(false), "the plan is not complete")]
fn a_plan_of_a_part_leaves_the_rest_open(
    #[case] name: &str,
    #[case] value: Value,
    #[case] why: &str,
) {
    let mut plan = plan(&[group("aws_security_group.one")]);
    let open = |loaded: &Loaded| {
        loaded
            .snapshot
            .gaps
            .iter()
            .filter(|gap| gap.collection == "subnets" && gap.id.is_none())
            .map(|gap| gap.reason.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(open(&read(&plan)), [""; 0]);
    plan[name] = value;
    plan["configuration"] = json!({});
    let loaded = read(&plan);
    assert!(open(&loaded)[0].contains("the rest of the plan"), "{:?}", open(&loaded));
    assert!(loaded.diagnostics[0].message.contains(why), "{:?}", loaded.diagnostics);
    assert!(loaded.snapshot.model.security_groups.contains_key("aws_security_group.one"));
}

/// What is no resource is told, and costs nothing of the rest.
#[rstest]
#[case::values("/values", json!("x"), "the values of aws_vpc.broken are no object")]
#[case::address("/address", json!(""), "resource 1 of the root module has no address or no type")]
#[case::kind("/type", json!(""), "resource 1 of the root module has no address or no type")]
fn what_is_no_resource_is_told(#[case] at: &str, #[case] value: Value, #[case] expected: &str) {
    let broken = planned("aws_vpc.broken", json!({}), json!({}), json!({}));
    let mut plan = plan(&[group("aws_security_group.one"), broken]);
    *plan["planned_values"]["root_module"]["resources"][1].pointer_mut(at).unwrap() = value;
    let loaded = read(&plan);
    assert_eq!(loaded.diagnostics[0].message, expected);
    // What it would have said is open.
    let open = |gap: &Gap| gap.collection == "vpcs" && gap.id.is_none();
    assert!(loaded.snapshot.gaps.iter().any(open));
    assert!(loaded.snapshot.model.security_groups.contains_key("aws_security_group.one"));
}

#[test]
fn a_later_format_is_refused() {
    let mut plan = plan(&[group("aws_security_group.one")]);
    for (version, errors) in [("0.1", 0), ("1.9", 0), ("2.0", 1)] {
        plan["format_version"] = json!(version);
        assert_eq!(read(&plan).diagnostics.len(), errors, "{version}");
    }
}

/// The provider decodes them without regard to case.
#[test]
fn container_definitions_are_read_in_any_case() {
    let container = json!([{
        "Name": "app", "IMAGE": "x:1", "Privileged": true, "readOnlyRootFilesystem": true,
        "Environment": [{"Name": "DB_PASSWORD", "Value": "hunter2"}],
        "LogConfiguration": {"LogDriver": "awsfirelens", "Options": {"Name": "es"}},
    }]);
    let loaded = read(&plan(&[planned(
        "aws_ecs_task_definition.app",
        json!({"family": "app", "container_definitions": container.to_string()}),
        json!({}),
        json!({}),
    )]));
    let found = |path: &str| {
        let id = "aws_ecs_task_definition.app";
        fact(&loaded.snapshot, "ecs_task_definitions", id, &format!("/containers/0/{path}"))
    };
    for (path, expected) in [
        ("name", json!("app")),
        ("image", json!("x:1")),
        ("privileged", json!(true)),
        ("readonly_root_filesystem", json!(true)),
        ("environment/0/value/looks_like_credential", json!(true)),
        ("log_driver", json!("awsfirelens")),
        ("log_options", json!({"Name": "es"})),
    ] {
        assert_eq!(found(path), expected, "{path}");
    }
}

/// What the provider computes of a database.
fn computed(names: &[&str]) -> Value {
    let names = ["id", "arn"].iter().chain(names);
    Value::Object(names.map(|name| ((*name).to_owned(), json!(true))).collect())
}

const DATABASE: &str = "aws_db_instance.db";
const CLUSTER: &str = "aws_rds_cluster.db";

#[rstest]
#[case::replica(DATABASE, json!({"replicate_source_db": "source"}), "/engine", json!("mysql"))]
#[case::of_another(
    DATABASE,
    json!({"replicate_source_db": "other"}),
    "/engine",
    json!("unknown: other is not declared in what was given")
)]
#[case::backups(
    DATABASE,
    json!({"snapshot_identifier": "s"}),
    "/backup_retention_period",
    json!("unknown: backup_retention_period cannot be evaluated before deployment: it is as the source's; say backup_retention_period")
)]
#[case::version(
    DATABASE,
    json!({"engine": "postgres"}),
    "/engine_version",
    json!("unknown: known only after apply")
)]
#[case::restored(
    CLUSTER,
    json!({"engine": "aurora-mysql", "snapshot_identifier": "s"}),
    "/storage_encrypted",
    json!("unknown: storage_encrypted cannot be evaluated before deployment: it is as the source's; say storage_encrypted")
)]
#[case::aurora(
    CLUSTER,
    json!({"engine": "aurora-mysql"}),
    "/storage_encrypted",
    json!("unknown: storage_encrypted cannot be evaluated before deployment: AWS encrypts Aurora clusters made since 2026-02-18; say storage_encrypted")
)]
fn a_database_has_from_its_source_what_it_leaves_out(
    #[case] address: &'static str,
    #[case] values: Value,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let unknown = computed(&["engine_version", "backup_retention_period", "storage_encrypted"]);
    let source = json!({"identifier": "source", "engine": "mysql", "engine_version": "8.4.3"});
    let plan = plan(&[
        planned("aws_db_instance.source", source, computed(&[]), json!({})),
        planned(address, values, unknown, json!({})),
    ]);
    let mut snapshot = read(&plan).snapshot;
    audit::model::link::link(&mut snapshot);
    let collection = if address == CLUSTER { "rds_clusters" } else { "rds_instances" };
    assert_eq!(fact(&snapshot, collection, address, path), expected);
}
