//! What resources say beside the one that they are about, and what two sources
//! have to read alike.

use audit::model::{Identity, S3Bucket, Snapshot};
use rstest::rstest;
use serde_json::{Value, json};

use super::{fact, kept, known, plan, read, read_over, resource};

fn refers(attribute: &str, to: &str) -> (Value, Value) {
    let target = to.split('.').take(2).collect::<Vec<_>>().join(".");
    (json!({attribute: true}), json!({attribute: {"references": [to, target]}}))
}

/// A resource that adds to another, to which its source refers.
fn adding(address: &str, attribute: &str, to: &str, values: Value) -> Value {
    let (unknown, expressions) = refers(attribute, to);
    resource(address, values, unknown, expressions)
}

const DENY: &str = r#"{"Statement":[{"Sid":"x","Effect":"Deny","Principal":"*","Action":"*"}]}"#;

#[rstest]
#[case::ipv6_of_a_vpc(
    known("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"})),
    adding("aws_vpc_ipv6_cidr_block_association.a", "vpc_id", "aws_vpc.v.id", json!({"ipv6_cidr_block": "2001:db8::/56"})),
    "vpcs", "/ipv6_cidr_blocks/0", json!("2001:db8::/56")
)]
#[case::policy_of_an_endpoint(
    known("aws_vpc_endpoint.e", json!({"service_name": "s"})),
    adding("aws_vpc_endpoint_policy.p", "vpc_endpoint_id", "aws_vpc_endpoint.e.id", json!({"policy": DENY})),
    "vpc_endpoints", "/policy/statements/0/sid", json!("x")
)]
#[case::dns_of_an_endpoint(
    known("aws_vpc_endpoint.e", json!({"service_name": "s"})),
    adding("aws_vpc_endpoint_private_dns.p", "vpc_endpoint_id", "aws_vpc_endpoint.e.id", json!({"private_dns_enabled": true})),
    "vpc_endpoints", "/private_dns_enabled", json!(true)
)]
#[case::group_of_an_endpoint(
    known("aws_vpc_endpoint.e", json!({"service_name": "s"})),
    adding("aws_vpc_endpoint_security_group_association.p", "vpc_endpoint_id", "aws_vpc_endpoint.e.id", json!({"security_group_id": "sg-9"})),
    "vpc_endpoints", "/security_group_ids/0", json!("sg-9")
)]
#[case::group_of_an_interface(
    known("aws_network_interface.n", json!({})),
    adding("aws_network_interface_sg_attachment.a", "network_interface_id", "aws_network_interface.n.id", json!({"security_group_id": "sg-9"})),
    "network_interfaces", "/security_group_ids/0", json!("sg-9")
)]
#[case::group_of_an_instance(
    known("aws_instance.i", json!({})),
    adding("aws_network_interface_sg_attachment.a", "network_interface_id", "aws_instance.i.primary_network_interface_id", json!({"security_group_id": "sg-9"})),
    "instances", "/security_group_ids/0", json!("sg-9")
)]
#[case::policy_of_a_domain(
    known("aws_opensearch_domain.o", json!({"domain_name": "o"})),
    adding("aws_opensearch_domain_policy.p", "domain_name", "aws_opensearch_domain.o.domain_name", json!({"access_policies": DENY})),
    "opensearch_domains", "/access_policy/statements/0/sid", json!("x")
)]
#[case::grants_of_a_bucket(
    known("aws_s3_bucket.b", json!({"bucket": "b"})),
    adding("aws_s3_bucket_acl.a", "bucket", "aws_s3_bucket.b.id", json!({"access_control_policy": [{
        "grant": [{"permission": "READ", "grantee": [{"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]}],
        "owner": [{"id": "o"}]}]})),
    "s3_buckets", "/acl_grants/0", json!({"grantee": "AllUsers", "permission": "READ"})
)]
#[case::url_of_an_alias(
    known("aws_lambda_function.f", json!({"function_name": "f"})),
    json!([
        adding("aws_lambda_alias.live", "function_name", "aws_lambda_function.f.function_name", json!({})),
        adding("aws_lambda_function_url.u", "function_name", "aws_lambda_alias.live.arn", json!({"authorization_type": "NONE"}))
    ]),
    "lambda_functions", "/urls/0/auth_type", json!("NONE")
)]
fn what_stands_beside_a_resource_is_its_own(
    #[case] target: Value,
    #[case] beside: Value,
    #[case] collection: &str,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let id = target["address"].as_str().unwrap().to_owned();
    let mut all = vec![target];
    match beside {
        Value::Array(several) => all.extend(several),
        one => all.push(one),
    }
    let loaded = read(&plan(&all));
    assert_eq!(fact(&loaded.snapshot, collection, &id, path), expected);
}

/// An attribute of one resource, as the model has it.
#[rstest]
#[case::grants("aws_s3_bucket.b", json!({"grant": [{"type": "Group", "permissions": ["WRITE"], "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]}), "s3_buckets", "/acl_grants/0", json!({"grantee": "AllUsers", "permission": "WRITE"}))]
#[case::older_groups("aws_instance.i", json!({"security_groups": ["web"]}), "instances", "/security_group_ids", json!(["web"]))]
#[case::lambda_target("aws_lb_target_group.t", json!({"target_type": "lambda"}), "target_groups", "/health_check_enabled", json!(false))]
#[case::interface("aws_network_interface.n", json!({"interface_type": "trunk"}), "network_interfaces", "/interface_type", json!("trunk"))]
#[case::zone_by_id("aws_subnet.s", json!({"availability_zone_id": "euw1-az1"}), "subnets", "/availability_zone", json!("euw1-az1"))]
#[case::store("aws_kms_key.k", json!({"custom_key_store_id": "cks-1"}), "kms_keys", "/origin", json!("AWS_CLOUDHSM"))]
#[case::external_store("aws_kms_key.k", json!({"custom_key_store_id": "cks-1", "xks_key_id": "x"}), "kms_keys", "/origin", json!("EXTERNAL_KEY_STORE"))]
#[case::restored("aws_db_instance.d", json!({"restore_to_point_in_time": [{"use_latest_restorable_time": true}]}), "rds_instances", "/storage_encrypted", json!("unknown: storage_encrypted cannot be evaluated before deployment: it is as the source's; say storage_encrypted"))]
#[case::cluster_in_a_vpc("aws_rds_cluster.c", json!({"engine": "mysql"}), "rds_clusters", "/publicly_accessible", json!("unknown: publicly_accessible cannot be evaluated before deployment: AWS decides it by the VPC"))]
#[case::valkey("aws_elasticache_replication_group.g", json!({"engine": "valkey"}), "elasticache_replication_groups", "/transit_encryption_enabled", json!("unknown: transit_encryption_enabled cannot be evaluated before deployment: AWS decides it for Valkey; say transit_encryption_enabled"))]
#[case::replicas_of_older_providers("aws_elasticache_replication_group.g", json!({"cluster_mode": [{"replicas_per_node_group": 2}]}), "elasticache_replication_groups", "/replicas_per_node_group", json!(2))]
#[case::interface_by_index("aws_launch_template.t", json!({"network_interfaces": [{"device_index": 1, "subnet_id": "subnet-b"}, {"device_index": 0, "subnet_id": "subnet-a"}]}), "launch_templates", "/subnet_id", json!("subnet-a"))]
#[case::peering("aws_vpc_peering_connection.p", json!({"vpc_id": "vpc-1"}), "vpc_peering_connections", "/requester_region", json!("eu-west-1"))]
fn an_attribute_is_what_it_says(
    #[case] address: &str,
    #[case] values: Value,
    #[case] collection: &str,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let loaded = read(&plan(&[known(address, values)]));
    assert_eq!(fact(&loaded.snapshot, collection, address, path), expected);
}

/// An instance whose interface is a resource of its own.
#[test]
fn an_instance_has_what_its_interface_has() {
    let interface = known(
        "aws_network_interface.n",
        json!({"subnet_id": "subnet-1", "security_groups": ["sg-1"]}),
    );
    let (_, expressions) = refers("network_interface_id", "aws_network_interface.n.id");
    let instance = resource(
        "aws_instance.i",
        json!({"network_interface": [{"device_index": 0}]}),
        json!({"network_interface": [{"network_interface_id": true}], "subnet_id": true,
               "vpc_security_group_ids": true}),
        json!({"network_interface": [expressions]}),
    );
    let of = |all: &[Value], path: &str| {
        fact(&read(&plan(all)).snapshot, "instances", "aws_instance.i", path)
    };
    let whole = [interface, instance.clone()];
    assert_eq!(of(&whole, "/subnet_id"), json!("subnet-1"));
    assert_eq!(of(&whole, "/security_group_ids"), json!(["sg-1"]));
    // One that is not there leaves it open.
    let groups = of(&[instance], "/security_group_ids");
    assert!(groups.as_str().is_some_and(|text| text.starts_with("unknown")), "{groups}");
}

/// A bucket that is there already may be older than what S3 does by default.
#[test]
fn an_older_bucket_is_not_taken_for_a_new_one() {
    let bucket = kept("aws_s3_bucket.b", json!({"id": "logs", "bucket": "logs"}));
    let of = |snapshot: &Snapshot| fact(snapshot, "s3_buckets", "logs", "/block_public_acls");
    let open = of(&read(&plan(std::slice::from_ref(&bucket))).snapshot);
    assert!(open.as_str().is_some_and(|text| text.starts_with("unknown")), "{open}");
    let block = kept(
        "aws_s3_bucket_public_access_block.b",
        json!({"bucket": "logs", "block_public_acls": true}),
    );
    assert_eq!(of(&read(&plan(&[bucket.clone(), block])).snapshot), json!(true));
    // A snapshot of the account tells.
    let mut base = Snapshot::default();
    let mut found = S3Bucket::new(Identity { id: "logs".into(), ..Identity::default() });
    found.block_public_acls = Some(false);
    base.model.insert(found);
    assert_eq!(of(&read_over(base, &plan(std::slice::from_ref(&bucket)))), json!(false));
    let new = read(&plan(&[known("aws_s3_bucket.b", json!({"bucket": "logs"}))])).snapshot;
    assert_eq!(fact(&new, "s3_buckets", "aws_s3_bucket.b", "/block_public_acls"), json!(true));
}

/// A policy that a role has already by its name is the same one.
#[test]
fn an_inline_policy_is_the_one_of_its_name() {
    let inline = json!([{"name": "p", "policy": "{\"Statement\":[]}"}]);
    let role =
        json!({"arn": "arn:aws:iam::1:role/r", "id": "r", "name": "r", "inline_policy": inline});
    let all = [
        kept("aws_iam_role.r", role),
        kept("aws_iam_role_policy.p", json!({"name": "p", "role": "r", "policy": DENY})),
    ];
    let snapshot = read(&plan(&all)).snapshot;
    let policies = &snapshot.model.iam_roles.get("arn:aws:iam::1:role/r").unwrap().inline_policies;
    assert_eq!(policies.len(), 1);
    assert_eq!(policies[0].document.statements[0].sid.as_deref(), Some("x"));
}
