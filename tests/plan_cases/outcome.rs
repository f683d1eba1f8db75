//! What a plan takes away, keeps, or does not come to.

use audit::diagnostic::Level;
use audit::model::{
    CloudTrailTrail, IamRole, InlinePolicy, NetworkAcl, RouteTable, S3Bucket, SecurityGroup,
    SecurityGroupRule, Snapshot, Vpc,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{change, fact, identity, is_open, kept, known, plan, push, read, read_over, resource};

const GROUP: &str = "aws_security_group.a";

fn account() -> Snapshot {
    let mut base = Snapshot::default();
    base.model.insert(CloudTrailTrail::new(identity("arn:trail")));
    let mut group = SecurityGroup::new(identity("sg-1"));
    let rule = |cidr: &str| SecurityGroupRule {
        protocol: Some("tcp".into()),
        from_port: Some(22),
        to_port: Some(22),
        cidr_ipv4: Some(cidr.into()),
        ..SecurityGroupRule::default()
    };
    group.ingress = vec![rule("0.0.0.0/0"), rule("10.0.0.0/8")];
    base.model.insert(group);
    let mut bucket = S3Bucket::new(identity("logs"));
    bucket.block_public_acls = Some(true);
    base.model.insert(bucket);
    let mut role = IamRole::new(identity("arn:role"));
    role.name = Some("deploy".into());
    role.inline_policies = vec![InlinePolicy::default()];
    base.model.insert(role);
    base.model.insert(Vpc::new(identity("vpc-1")));
    let vpc = Some("vpc-1".to_owned());
    let mut own = SecurityGroup::new(identity("sg-own"));
    (own.vpc_id, own.is_default) = (vpc.clone(), Some(true));
    base.model.insert(own);
    let mut acl = NetworkAcl::new(identity("acl-own"));
    (acl.vpc_id, acl.is_default) = (vpc.clone(), Some(true));
    base.model.insert(acl);
    let mut table = RouteTable::new(identity("rtb-own"));
    (table.vpc_id, table.main) = (vpc, Some(true));
    base.model.insert(table);
    base
}

fn with(changes: &[Value]) -> Value {
    let mut plan = plan(&[]);
    plan["resource_changes"] = json!(changes);
    plan
}

#[rstest]
#[case::destroyed(&["delete"])]
#[case::replaced(&["delete", "create"])]
#[case::replaced_first(&["create", "delete"])]
fn what_the_plan_destroys_is_no_more_of_the_account(#[case] actions: &[&str]) {
    let trail = change("aws_cloudtrail.t", actions, json!({"arn": "arn:trail", "id": "trail"}));
    let vpc = change("aws_vpc.v", actions, json!({"id": "vpc-1"}));
    let snapshot = read_over(account(), &with(&[trail, vpc]));
    let model = &snapshot.model;
    assert!(model.cloudtrail_trails.is_empty(), "{:?}", model.cloudtrail_trails.keys());
    assert!(
        model.vpcs.is_empty() && model.network_acls.is_empty() && model.route_tables.is_empty()
    );
    assert_eq!(model.security_groups.keys().collect::<Vec<_>>(), ["sg-1"]);
}

#[test]
fn what_terraform_only_forgets_stays() {
    let trail = change("aws_cloudtrail.t", &["forget"], json!({"arn": "arn:trail", "id": "trail"}));
    let snapshot = read_over(account(), &with(std::slice::from_ref(&trail)));
    assert!(snapshot.model.cloudtrail_trails.contains_key("arn:trail"));
    // As one that was there before: what S3 does with new buckets is not known of it.
    let bucket = change("aws_s3_bucket.b", &["forget"], json!({"id": "old", "bucket": "old"}));
    let forgotten = read(&with(&[bucket])).snapshot;
    let block = fact(&forgotten, "s3_buckets", "old", "/block_public_acls");
    assert!(block.as_str().is_some_and(|text| text.starts_with("unknown")), "{block}");
    // So does a rule that opens a group of the plan, without a snapshot too.
    let mut group = plan(&[kept(GROUP, json!({"id": "sg-1", "name": "a"}))]);
    let rule = json!({"id": "sgr-1", "security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"});
    let rule = change("aws_vpc_security_group_ingress_rule.r", &["forget"], rule);
    push(&mut group["resource_changes"], rule);
    let snapshot = read(&group).snapshot;
    assert_eq!(
        fact(&snapshot, "security_groups", "sg-1", "/ingress/0/cidr_ipv4"),
        json!("0.0.0.0/0")
    );
}

/// A rule that is taken back is no more of its group, whoever tells of it; where
/// that cannot be told apart, what is left is open.
#[rstest]
#[case::known(json!("0.0.0.0/0"), json!([{"cidr_ipv4": "10.0.0.0/8"}]))]
#[case::not_among_them(json!("192.0.2.0/24"), json!("unknown: known only after apply (what is left without aws_vpc_security_group_ingress_rule.r)"))]
fn a_rule_that_is_destroyed_leaves_the_others(#[case] cidr: Value, #[case] expected: Value) {
    let before = json!({"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 22,
                        "to_port": 22, "cidr_ipv4": cidr});
    let rule = change("aws_vpc_security_group_ingress_rule.r", &["delete"], before);
    let of_account = read_over(account(), &with(std::slice::from_ref(&rule)));
    let block = |cidr: &str| json!({"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [cidr]});
    let group =
        json!({"id": "sg-1", "name": "a", "ingress": [block("0.0.0.0/0"), block("10.0.0.0/8")]});
    let mut of_state = plan(&[kept(GROUP, group)]);
    push(&mut of_state["resource_changes"], rule);
    for snapshot in [of_account, read(&of_state).snapshot] {
        let mut found = fact(&snapshot, "security_groups", "sg-1", "/ingress");
        if let Some(rules) = found.as_array_mut() {
            for rule in rules {
                *rule = json!({"cidr_ipv4": rule["cidr_ipv4"]});
            }
        }
        assert_eq!(found, expected);
    }
}

/// What a plan takes away from a resource of the account that it does not declare.
#[rstest]
#[case::of_a_bucket("aws_s3_bucket_public_access_block.b", json!({"bucket": "logs"}), "s3_buckets", "logs", "/block_public_acls")]
#[case::of_a_role("aws_iam_role_policy.p", json!({"role": "deploy"}), "iam_roles", "arn:role", "/inline_policies/0")]
fn what_is_left_without_an_addition_is_open(
    #[case] address: &str,
    #[case] before: Value,
    #[case] collection: &str,
    #[case] id: &str,
    #[case] path: &str,
) {
    let reason = format!("unknown: known only after apply (what is left without {address})");
    let destroyed = read_over(account(), &with(&[change(address, &["delete"], before.clone())]));
    assert_eq!(fact(&destroyed, collection, id, path), json!(reason));
    // What stays is none of it.
    let kept = read_over(account(), &with(&[change(address, &["no-op"], before)]));
    assert_ne!(fact(&kept, collection, id, path), json!(reason));
}

#[test]
fn a_deposed_object_does_not_speak_for_the_one_in_its_place() {
    let group = resource(
        GROUP,
        json!({"name": "a"}),
        json!({"id": true, "vpc_id": true}),
        json!({"vpc_id": {"references": ["local.vpc"]}}),
    );
    let mut plan = plan(&[group]);
    let mut deposed = change(GROUP, &["delete"], json!({"id": "sg-old", "vpc_id": "vpc-9"}));
    deposed["deposed"] = json!("00000001");
    push(&mut plan["resource_changes"], deposed);
    let snapshot = read(&plan).snapshot;
    assert_eq!(
        fact(&snapshot, "security_groups", GROUP, "/vpc_id"),
        json!("unknown: known only after apply (local.vpc)")
    );
}

#[test]
fn what_the_plan_was_told_to_leave_out_stays() {
    let mut plan = plan(&[]);
    let group = json!({"address": GROUP, "mode": "managed", "type": "aws_security_group", "name": "a",
                       "values": {"id": "sg-1", "description": "old"}});
    plan["prior_state"] = json!({"values": {"root_module": {"resources": [group]}}});
    let snapshot = read(&plan).snapshot;
    assert_eq!(fact(&snapshot, "security_groups", "sg-1", "/description"), json!("old"));
    // What it destroys does not.
    push(&mut plan["resource_changes"], change(GROUP, &["delete"], json!({"id": "sg-1"})));
    assert!(read(&plan).snapshot.model.security_groups.is_empty());
    // Nor what it moved, which has another address now.
    let mut moved = change("aws_security_group.b", &["no-op"], json!({"id": "sg-1"}));
    moved["previous_address"] = json!(GROUP);
    plan["resource_changes"] = json!([moved]);
    assert!(read(&plan).snapshot.model.security_groups.is_empty());
}

#[test]
fn what_was_imported_has_the_key_that_it_has() {
    let mut plan = plan(&[kept("aws_vpc.v", json!({"id": "vpc-1", "cidr_block": "10.0.0.0/16"}))]);
    plan["resource_changes"][0]["change"]["importing"] = json!({"id": "vpc-1"});
    let snapshot = read_over(account(), &plan);
    assert_eq!(snapshot.model.vpcs.keys().collect::<Vec<_>>(), ["vpc-1"]);
    assert_eq!(fact(&snapshot, "vpcs", "vpc-1", "/cidr_blocks/0"), json!("10.0.0.0/16"));
}

/// What the plan itself says of its reach is told, and leaves open what may be
/// missing.
#[rstest]
#[case::failed(json!({"errored": true}), Level::Error, "planning failed", true)]
#[case::targeted(json!({"complete": false}), Level::Warning, "the plan is not complete; it leaves out what the source has: aws_db_instance.d", true)]
#[case::check(
    json!({"checks": [{"address": {"to_display": "check.health"}, "status": "fail"},
                      {"address": {"to_display": "check.other"}, "status": "pass"}]}),
    Level::Warning, "checks of the plan itself fail: check.health", false
)]
#[case::action(
    json!({"action_invocations": [{"address": "action.aws_lambda_invoke.run"}]}),
    Level::Warning, "the plan runs actions, whose effect it does not tell: action.aws_lambda_invoke.run", false
)]
fn a_plan_that_is_not_all_says_so(
    #[case] says: Value,
    #[case] level: Level,
    #[case] message: &str,
    #[case] open: bool,
) {
    let mut plan = plan(&[known(GROUP, json!({"name": "a"}))]);
    let missing = known("aws_db_instance.d", json!({}));
    let rule = known("aws_vpc_security_group_ingress_rule.r", json!({}));
    plan["configuration"]["root_module"]["resources"] =
        json!([known(GROUP, json!({})), missing, rule]);
    for (name, value) in says.as_object().unwrap() {
        plan[name] = value.clone();
    }
    let loaded = read(&plan);
    let found: Vec<_> = loaded.diagnostics.iter().map(|one| (one.level, &one.message)).collect();
    assert!(found.iter().any(|(at, text)| *at == level && text.starts_with(message)), "{found:?}");
    assert!(loaded.diagnostics.iter().all(|one| one.help.is_some() && one.span.is_some()));
    assert_eq!(is_open(&loaded.snapshot, "rds_instances"), open);
    let ingress = fact(&loaded.snapshot, "security_groups", GROUP, "/ingress");
    assert_eq!(ingress.as_str().is_some_and(|text| text.starts_with("unknown")), open);
}

#[test]
fn a_whole_plan_says_nothing_of_it() {
    let mut plan = plan(&[known(GROUP, json!({"name": "a"}))]);
    plan["configuration"]["root_module"]["resources"] =
        json!([known(GROUP, json!({})), known("aws_db_instance.none", json!({}))]);
    for (name, value) in [("errored", false), ("complete", true), ("applyable", false)] {
        plan[name] = json!(value);
    }
    let loaded = read(&plan);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert!(!is_open(&loaded.snapshot, "rds_instances"));
}

#[test]
fn what_another_program_leaves_empty_is_left_out() {
    let mut plan = plan(&[known(GROUP, json!({"name": "a"}))]);
    for name in ["deferred_changes", "checks", "action_invocations", "complete", "errored"] {
        plan[name] = Value::Null;
    }
    for name in ["module_address", "deposed", "previous_address"] {
        plan["resource_changes"][0][name] = Value::Null;
    }
    let loaded = read(&plan);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert!(loaded.snapshot.model.security_groups.contains_key(GROUP));
}

#[test]
fn what_a_later_plan_makes_is_judged_as_one_that_may_be() {
    let mut plan = plan(&[known(GROUP, json!({"name": "a"}))]);
    let later = json!({
        "address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d",
        "change": {"actions": ["create"], "after": {"storage_encrypted": false},
                   "after_unknown": {"id": true}}
    });
    plan["deferred_changes"] =
        json!([{"reason": "resource_config_unknown", "resource_change": later}]);
    plan["complete"] = json!(false);
    let loaded = read(&plan);
    let snapshot = &loaded.snapshot;
    assert!(snapshot.model.rds_instances.contains_key("aws_db_instance.d"));
    assert!(is_open(snapshot, "rds_instances"));
    assert_eq!(
        fact(snapshot, "rds_instances", "aws_db_instance.d", ""),
        json!("unknown: known only after apply (aws_db_instance.d, which a later plan makes)")
    );
    let messages: Vec<_> = loaded.diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages, ["the plan leaves changes to a later one: aws_db_instance.d"]);
}
