//! What resources add to others, so that an addition whose target is not known
//! is not lost.

use super::Declared;
use crate::model::gap::more;
use crate::model::{Gap, Reason, ResourceRef, Snapshot, link};
use crate::source::node::{Node, Value};

/// Where a type adds to: the attribute that names the target, the target's
/// collection, and its attributes.
pub(in super::super) type Target = (&'static str, &'static str, &'static [&'static str]);

pub(in super::super) fn targets(kind: &str) -> &'static [Target] {
    match kind {
        "aws_route" => &[("route_table_id", "route_tables", &["/routes"])],
        "aws_route_table_association" => &[
            ("route_table_id", "route_tables", &["/subnet_ids"]),
            ("subnet_id", "route_tables", &["/subnet_ids"]),
        ],
        "aws_main_route_table_association" => &[
            ("route_table_id", "route_tables", &["/main"]),
            ("vpc_id", "route_tables", &["/main"]),
        ],
        "aws_default_route_table" => &[("default_route_table_id", "route_tables", &["/routes"])],
        "aws_internet_gateway_attachment" => {
            &[("internet_gateway_id", "internet_gateways", &["/vpc_id"])]
        }
        "aws_eip_association" => {
            &[("allocation_id", "elastic_ips", &["/instance_id", "/network_interface_id"])]
        }
        "aws_network_interface_attachment" => {
            &[("network_interface_id", "network_interfaces", &["/instance_id"])]
        }
        "aws_vpc_ipv4_cidr_block_association" => &[("vpc_id", "vpcs", &["/cidr_blocks"])],
        "aws_vpc_ipv6_cidr_block_association" => &[("vpc_id", "vpcs", &["/ipv6_cidr_blocks"])],
        "aws_vpc_endpoint_policy" => &[("vpc_endpoint_id", "vpc_endpoints", &["/policy"])],
        "aws_vpc_endpoint_private_dns" => {
            &[("vpc_endpoint_id", "vpc_endpoints", &["/private_dns_enabled"])]
        }
        "aws_vpc_endpoint_security_group_association" => {
            &[("vpc_endpoint_id", "vpc_endpoints", &["/security_group_ids"])]
        }
        "aws_network_interface_sg_attachment" => &[
            ("network_interface_id", "network_interfaces", &["/security_group_ids"]),
            ("network_interface_id", "instances", &["/security_group_ids"]),
        ],
        "aws_opensearch_domain_policy" | "aws_elasticsearch_domain_policy" => {
            &[("domain_name", "opensearch_domains", &["/access_policy"])]
        }
        "aws_vpc_endpoint_route_table_association" => {
            &[("vpc_endpoint_id", "vpc_endpoints", &["/route_table_ids"])]
        }
        "aws_vpc_endpoint_subnet_association" => {
            &[("vpc_endpoint_id", "vpc_endpoints", &["/subnet_ids"])]
        }
        "aws_network_acl_rule" => &[("network_acl_id", "network_acls", &["/entries"])],
        "aws_network_acl_association" => &[
            ("network_acl_id", "network_acls", &["/subnet_ids"]),
            ("subnet_id", "network_acls", &["/subnet_ids"]),
        ],
        "aws_default_network_acl" => {
            &[("default_network_acl_id", "network_acls", &["/entries", "/subnet_ids"])]
        }
        "aws_default_security_group" => &[("vpc_id", "security_groups", &["/ingress", "/egress"])],
        "aws_security_group_rule" => {
            &[("security_group_id", "security_groups", &["/ingress", "/egress"])]
        }
        "aws_vpc_security_group_ingress_rule" => {
            &[("security_group_id", "security_groups", &["/ingress"])]
        }
        "aws_vpc_security_group_egress_rule" => {
            &[("security_group_id", "security_groups", &["/egress"])]
        }
        "aws_ec2_managed_prefix_list_entry" => &[("prefix_list_id", "prefix_lists", &["/cidrs"])],
        "aws_ec2_transit_gateway_route" => {
            &[("transit_gateway_route_table_id", "transit_gateway_route_tables", &["/routes"])]
        }
        "aws_ec2_transit_gateway_route_table_association" => &[(
            "transit_gateway_route_table_id",
            "transit_gateway_route_tables",
            &["/association_attachment_ids"],
        )],
        "aws_ec2_transit_gateway_route_table_propagation" => &[(
            "transit_gateway_route_table_id",
            "transit_gateway_route_tables",
            &["/propagation_attachment_ids"],
        )],
        "aws_volume_attachment" => &[("volume_id", "volumes", &["/instance_ids"])],
        "aws_lb_target_group_attachment" | "aws_alb_target_group_attachment" => {
            &[("target_group_arn", "target_groups", &["/targets"])]
        }
        "aws_autoscaling_group" => &[("target_group_arns", "target_groups", &["/targets/-"])],
        "aws_autoscaling_attachment" => {
            &[("lb_target_group_arn", "target_groups", &["/targets/-"])]
        }
        "aws_apigatewayv2_integration" => {
            &[("connection_id", "api_gateway_v2_vpc_links", &["/integrations"])]
        }
        "aws_iam_role_policy" => &[("role", "iam_roles", &["/inline_policies"])],
        "aws_iam_user_policy" => &[("user", "iam_users", &["/inline_policies"])],
        "aws_iam_group_policy" => &[("group", "iam_groups", &["/inline_policies"])],
        "aws_iam_role_policy_attachment" => &[("role", "iam_roles", &["/attached_policies"])],
        "aws_iam_user_policy_attachment" => &[("user", "iam_users", &["/attached_policies"])],
        "aws_iam_group_policy_attachment" => &[("group", "iam_groups", &["/attached_policies"])],
        "aws_iam_policy_attachment" => &[
            ("roles", "iam_roles", &["/attached_policies"]),
            ("users", "iam_users", &["/attached_policies"]),
            ("groups", "iam_groups", &["/attached_policies"]),
        ],
        "aws_iam_role_policy_attachments_exclusive" => {
            &[("role_name", "iam_roles", &["/attached_policies"])]
        }
        "aws_iam_user_policy_attachments_exclusive" => {
            &[("user_name", "iam_users", &["/attached_policies"])]
        }
        "aws_iam_group_policy_attachments_exclusive" => {
            &[("group_name", "iam_groups", &["/attached_policies"])]
        }
        "aws_iam_user_group_membership" => {
            &[("user", "iam_users", &["/groups"]), ("groups", "iam_users", &["/groups"])]
        }
        "aws_iam_group_membership" => {
            &[("users", "iam_users", &["/groups"]), ("group", "iam_users", &["/groups"])]
        }
        "aws_iam_user_login_profile" => &[("user", "iam_users", &["/password_enabled"])],
        "aws_kms_alias" => &[("target_key_id", "kms_keys", &["/aliases"])],
        "aws_kms_key_policy" => &[("key_id", "kms_keys", &["/policy"])],
        "aws_s3_bucket_policy" => &[("bucket", "s3_buckets", &["/policy"])],
        "aws_s3_bucket_public_access_block" => &[(
            "bucket",
            "s3_buckets",
            &[
                "/block_public_acls",
                "/ignore_public_acls",
                "/block_public_policy",
                "/restrict_public_buckets",
            ],
        )],
        "aws_s3_bucket_server_side_encryption_configuration" => {
            &[("bucket", "s3_buckets", &["/sse_algorithm", "/kms_key_id"])]
        }
        "aws_s3_bucket_logging" => &[("bucket", "s3_buckets", &["/logging_target_bucket"])],
        "aws_s3_bucket_acl" => &[("bucket", "s3_buckets", &["/acl_grants"])],
        "aws_s3_bucket_ownership_controls" => &[("bucket", "s3_buckets", &["/object_ownership"])],
        "aws_s3_bucket_versioning" => &[("bucket", "s3_buckets", &["/versioning"])],
        "aws_lambda_permission" => &[("function_name", "lambda_functions", &["/policy"])],
        "aws_sqs_queue_policy" => &[("queue_url", "sqs_queues", &["/policy"])],
        "aws_sqs_queue_redrive_policy" => &[("queue_url", "sqs_queues", &["/dead_letter_queue"])],
        "aws_sns_topic_policy" => &[("arn", "sns_topics", &["/policy"])],
        "aws_secretsmanager_secret_policy" => &[("secret_arn", "secrets", &["/policy"])],
        "aws_secretsmanager_secret_rotation" => {
            &[("secret_id", "secrets", &["/rotation_enabled", "/rotation_days"])]
        }
        _ => &[],
    }
}

/// Whether a resource of this type sets an attribute as a whole, so that what it
/// sets stands in the place of what was.
pub(in super::super) fn sets_all(kind: &str) -> bool {
    kind.starts_with("aws_s3_bucket_")
        || kind.ends_with("_exclusive")
        || matches!(
            kind,
            "aws_secretsmanager_secret_policy"
                | "aws_secretsmanager_secret_rotation"
                | "aws_sqs_queue_policy"
                | "aws_sqs_queue_redrive_policy"
                | "aws_sns_topic_policy"
                | "aws_kms_key_policy"
                | "aws_vpc_endpoint_policy"
                | "aws_vpc_endpoint_private_dns"
                | "aws_opensearch_domain_policy"
                | "aws_elasticsearch_domain_policy"
                | "aws_main_route_table_association"
                | "aws_iam_user_login_profile"
        )
}

/// Whether a plan's own values of a resource that is there already hold what
/// other resources of the plan have added to it before.
pub(in super::super) fn stays_in(collection: &str, path: &str) -> bool {
    match collection {
        "route_tables" => path == "/routes",
        "network_acls" | "security_groups" | "prefix_lists" | "vpc_endpoints" => true,
        "iam_roles" | "internet_gateways" | "elastic_ips" | "network_interfaces" => true,
        "instances" => path == "/security_group_ids",
        "opensearch_domains" => path == "/access_policy",
        "secrets" | "kms_keys" | "sns_topics" => path == "/policy",
        "sqs_queues" => ["/policy", "/dead_letter_queue"].contains(&path),
        "s3_buckets" => {
            ["/policy", "/sse_algorithm", "/kms_key_id", "/logging_target_bucket", "/acl_grants"]
                .contains(&path)
                || path == "/versioning"
        }
        _ => false,
    }
}

/// Records an addition whose target is not known, or is one of several of a
/// name, as a gap of all that it may be.
pub(in super::super) fn note_unplaced(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    // A rule of a security group undoes no other.
    let is_rule = declared.instance.kind.ends_with("_rule");
    for &(attribute, collection, paths) in targets(declared.instance.kind) {
        let allows = is_rule && collection == "security_groups";
        let paths: Vec<String> =
            paths.iter().map(|path| if allows { more(path) } else { (*path).to_owned() }).collect();
        let node = declared.get(attribute).filter(|node| !node.is_computed());
        let one_of_several = node.is_some_and(|node| several(node, attribute));
        for item in node.map(Node::items).unwrap_or_default() {
            if let Some(target) = item.text() {
                let candidates = link::candidates(snapshot, collection, &target);
                if candidates.len() > 1 {
                    for id in &candidates {
                        let (target, candidates) = (target.clone(), candidates.clone());
                        let reason = Reason::AmbiguousReference { target, candidates };
                        let mut draft =
                            declared.draft_of(snapshot, ResourceRef::new(collection, id));
                        paths.iter().for_each(|path| draft.gap(path, reason.clone()));
                    }
                }
                continue;
            }
            let reason = match &item.value {
                Value::Unknown(reason) => reason.clone(),
                Value::Secret => Reason::Sensitive,
                Value::Reference(reference) if one_of_several => Reason::KnownAfterApply {
                    expression: Some(format!("{attribute}, which may be {}", reference.id)),
                },
                _ => continue,
            };
            snapshot.gaps.extend(paths.iter().map(|path| Gap {
                collection: collection.to_owned(),
                id: None,
                path: path.clone(),
                account: declared.deployment.account.clone(),
                region: declared.deployment.region.clone(),
                reason: reason.clone(),
            }));
        }
    }
}

/// Whether an attribute that takes one value refers to several resources, of
/// which an expression picks one.
fn several(node: &Node, attribute: &str) -> bool {
    !attribute.ends_with('s') && matches!(&node.value, Value::List(items) if items.len() > 1)
}
