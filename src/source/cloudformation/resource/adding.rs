//! What resources add to others, so that an addition whose target is not known
//! is not lost.

use std::collections::BTreeSet;

use super::super::foreach::Unrolled;
use super::super::yaml::Yaml;
use super::{Declared, Phase, Root, collection_of, target_of};
use crate::model::{Gap, Model, Reason, ResourceRef, Snapshot, gap, link};
use crate::source::node::{Node, Value};

/// An addition whose target is not known: any of a collection, as far as can
/// be told.
#[derive(Debug, Clone)]
pub(in super::super) struct Unplaced {
    /// The stack that declares it.
    stack: String,
    collection: &'static str,
    /// The attribute that it adds to; empty for a resource of its own.
    path: &'static str,
    account: Option<String>,
    region: Option<String>,
    reason: Reason,
}

/// What is added to: the property that names the target, the target's
/// collection, and the attributes.
type Target = (&'static str, &'static str, &'static [&'static str]);

/// The types that add to others.
const TARGETS: &[(&str, &[Target])] = &[
    ("AWS::EC2::VPCCidrBlock", &[("VpcId", "vpcs", &["/cidr_blocks", "/ipv6_cidr_blocks"])]),
    ("AWS::EC2::SubnetCidrBlock", &[("SubnetId", "subnets", &["/ipv6_cidr_blocks"])]),
    ("AWS::EC2::VPCGatewayAttachment", &[("InternetGatewayId", "internet_gateways", &["/vpc_id"])]),
    ("AWS::EC2::Route", &[("RouteTableId", "route_tables", &["/routes"])]),
    (
        "AWS::EC2::SubnetRouteTableAssociation",
        &[("RouteTableId", "route_tables", &["/subnet_ids"])],
    ),
    (
        "AWS::EC2::EIPAssociation",
        &[
            ("AllocationId", "elastic_ips", &["/instance_id", "/network_interface_id"]),
            ("EIP", "elastic_ips", &["/instance_id", "/network_interface_id"]),
        ],
    ),
    (
        "AWS::EC2::NetworkInterfaceAttachment",
        &[("NetworkInterfaceId", "network_interfaces", &["/instance_id"])],
    ),
    ("AWS::EC2::NetworkAclEntry", &[("NetworkAclId", "network_acls", &["/entries"])]),
    (
        "AWS::EC2::SubnetNetworkAclAssociation",
        &[("NetworkAclId", "network_acls", &["/subnet_ids"])],
    ),
    // One ingress rule undoes no other; the first of egress takes EC2's own away.
    (
        "AWS::EC2::SecurityGroupIngress",
        &[
            ("GroupId", "security_groups", &["/ingress/-"]),
            ("GroupName", "security_groups", &["/ingress/-"]),
        ],
    ),
    ("AWS::EC2::SecurityGroupEgress", &[("GroupId", "security_groups", &["/egress"])]),
    (
        "Custom::VpcRestrictDefaultSG",
        &[("DefaultSecurityGroupId", "security_groups", &["/ingress", "/egress"])],
    ),
    (
        "AWS::EC2::TransitGatewayRoute",
        &[("TransitGatewayRouteTableId", "transit_gateway_route_tables", &["/routes"])],
    ),
    (
        "AWS::EC2::TransitGatewayRouteTableAssociation",
        &[
            (
                "TransitGatewayRouteTableId",
                "transit_gateway_route_tables",
                &["/association_attachment_ids"],
            ),
            ("TransitGatewayAttachmentId", "transit_gateway_attachments", &["/route_table_id"]),
        ],
    ),
    (
        "AWS::EC2::TransitGatewayRouteTablePropagation",
        &[(
            "TransitGatewayRouteTableId",
            "transit_gateway_route_tables",
            &["/propagation_attachment_ids"],
        )],
    ),
    (
        "AWS::AutoScaling::AutoScalingGroup",
        &[("TargetGroupARNs", "target_groups", &["/targets/-"])],
    ),
    ("AWS::EC2::VolumeAttachment", &[("VolumeId", "volumes", &["/instance_ids"])]),
    (
        "AWS::ApiGatewayV2::Integration",
        &[("ConnectionId", "api_gateway_v2_vpc_links", &["/integrations"])],
    ),
    (
        "AWS::IAM::Policy",
        &[
            ("Roles", "iam_roles", &["/inline_policies"]),
            ("Users", "iam_users", &["/inline_policies"]),
            ("Groups", "iam_groups", &["/inline_policies"]),
        ],
    ),
    ("AWS::IAM::RolePolicy", &[("RoleName", "iam_roles", &["/inline_policies"])]),
    ("AWS::IAM::UserPolicy", &[("UserName", "iam_users", &["/inline_policies"])]),
    ("AWS::IAM::GroupPolicy", &[("GroupName", "iam_groups", &["/inline_policies"])]),
    (
        "AWS::IAM::ManagedPolicy",
        &[
            ("Roles", "iam_roles", &["/attached_policies"]),
            ("Users", "iam_users", &["/attached_policies"]),
            ("Groups", "iam_groups", &["/attached_policies"]),
        ],
    ),
    ("AWS::IAM::UserToGroupAddition", &[("Users", "iam_users", &["/groups"])]),
    ("AWS::KMS::Alias", &[("TargetKeyId", "kms_keys", &["/aliases"])]),
    ("AWS::S3::BucketPolicy", &[("Bucket", "s3_buckets", &["/policy"])]),
    ("AWS::SQS::QueuePolicy", &[("Queues", "sqs_queues", &["/policy"])]),
    ("AWS::SQS::QueueInlinePolicy", &[("Queue", "sqs_queues", &["/policy"])]),
    ("AWS::SNS::TopicPolicy", &[("Topics", "sns_topics", &["/policy"])]),
    ("AWS::SNS::TopicInlinePolicy", &[("TopicArn", "sns_topics", &["/policy"])]),
    ("AWS::Lambda::Permission", &[("FunctionName", "lambda_functions", &["/policy"])]),
    ("AWS::SecretsManager::ResourcePolicy", &[("SecretId", "secrets", &["/policy"])]),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        &[("ResourceId", "ecs_services", &["/scaling_min_capacity"])],
    ),
    (
        "AWS::SecretsManager::RotationSchedule",
        &[("SecretId", "secrets", &["/rotation_enabled", "/rotation_days"])],
    ),
];

fn targets(kind: &str) -> &'static [Target] {
    TARGETS.iter().find(|(one, _)| *one == kind).map_or(&[], |(_, targets)| targets)
}

/// The other property that an addition needs, where its target is known.
fn other_end(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::EC2::SubnetRouteTableAssociation" | "AWS::EC2::SubnetNetworkAclAssociation" => {
            "SubnetId"
        }
        "AWS::EC2::VolumeAttachment" | "AWS::EC2::NetworkInterfaceAttachment" => "InstanceId",
        "AWS::EC2::TransitGatewayRouteTableAssociation"
        | "AWS::EC2::TransitGatewayRouteTablePropagation" => "TransitGatewayAttachmentId",
        "AWS::KMS::Alias" => "AliasName",
        "AWS::IAM::UserToGroupAddition" => "GroupName",
        _ => return None,
    })
}

/// What an association ties to its target, so that it is not known where the
/// target is not: the properties that name the target and the other end, their
/// collections, and what is open of the other end.
type Tie = ((&'static str, &'static str), (&'static str, &'static str), &'static str);

fn ties(kind: &str) -> &'static [Tie] {
    match kind {
        "AWS::EC2::SubnetRouteTableAssociation" => &[(
            ("RouteTableId", "route_tables"),
            ("SubnetId", "subnets"),
            gap::ROUTE_TABLE_ASSOCIATION,
        )],
        "AWS::EC2::SubnetNetworkAclAssociation" => &[(
            ("NetworkAclId", "network_acls"),
            ("SubnetId", "subnets"),
            gap::NETWORK_ACL_ASSOCIATION,
        )],
        "AWS::EC2::EIPAssociation" => &[
            (("AllocationId", "elastic_ips"), ("InstanceId", "instances"), "/public_ip_address"),
            (
                ("AllocationId", "elastic_ips"),
                ("NetworkInterfaceId", "network_interfaces"),
                "/public_ip_addresses",
            ),
        ],
        "AWS::EC2::NetworkInterfaceAttachment" => &[(
            ("NetworkInterfaceId", "network_interfaces"),
            ("InstanceId", "instances"),
            "/public_ip_address",
        )],
        _ => &[],
    }
}

/// The property that named a target before it had an id, and still may.
pub(super) fn older(property: &str) -> Option<&'static str> {
    match property {
        "AllocationId" => Some("EIP"),
        "GroupId" => Some("GroupName"),
        _ => None,
    }
}

/// Leaves open what an association with something that was not given decides of
/// the other end.
fn leave_other_end_open(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    for ((property, of_target), (other, of_other), path) in ties(&declared.kind) {
        let target = declared.get(property).or_else(|| declared.get(older(property)?));
        let is_default = |node: &Node| matches!(&node.value, Value::Reference(to) if to.attribute == "DefaultNetworkAcl");
        let is_known = |id: String| snapshot.model.find(of_target, &id).is_some();
        if target.is_some_and(is_default) || target.and_then(target_of).is_some_and(is_known) {
            continue;
        }
        let Some(id) = declared.get(other).and_then(target_of) else { continue };
        if snapshot.model.find(of_other, &id).is_none() {
            continue;
        }
        let reason = target.and_then(why_unplaced).unwrap_or_else(|| {
            let target = target.and_then(target_of);
            let target = target.unwrap_or_else(|| format!("what {} associates", declared.logical));
            Reason::UnresolvedReference { target }
        });
        declared.draft_of(snapshot, ResourceRef::new(*of_other, id)).gap(path, reason);
    }
}

/// The targets of an addition that are not known. Where the target is known
/// and only the other end is not, the target's attribute is a gap.
pub(in super::super) fn unplaced(
    declared: &Declared<'_>,
    phase: Phase,
    snapshot: &mut Snapshot,
) -> Vec<Unplaced> {
    if phase != Phase::Adding || !adds(declared) {
        return Vec::new();
    }
    leave_other_end_open(declared, snapshot);
    let mut found = Vec::new();
    let other = other_end(&declared.kind).and_then(|property| declared.get(property));
    for &(property, collection, paths) in targets(&declared.kind) {
        for node in declared.get(property).map(Node::items).unwrap_or_default() {
            for &path in paths {
                match (why_unplaced(node), other.and_then(why_unplaced)) {
                    (Some(reason), _) => {
                        found.push(of(declared.root, collection, path, reason));
                    }
                    (None, Some(reason)) => {
                        let Some(id) = target_of(node) else { continue };
                        let known = ResourceRef::new(collection, &id);
                        if snapshot.model.get(&known).is_some() {
                            declared.draft_of(snapshot, known).gap(path, reason);
                        }
                    }
                    (None, None) => ambiguous(declared, collection, path, node, snapshot),
                }
            }
        }
    }
    found
}

/// A gap of each resource that an addition may be meant for, where several have
/// the name that it gives.
fn ambiguous(
    declared: &Declared<'_>,
    collection: &str,
    path: &str,
    node: &Node,
    snapshot: &mut Snapshot,
) {
    let Some(target) = node.text() else { return };
    let candidates = link::candidates(snapshot, collection, &target);
    if let [_, _, ..] = candidates.as_slice() {
        for id in &candidates {
            let (target, candidates) = (target.clone(), candidates.clone());
            let reason = Reason::AmbiguousReference { target, candidates };
            declared.draft_of(snapshot, ResourceRef::new(collection, id)).gap(path, reason);
        }
    }
}

/// Whether the model has a place for what is added.
fn adds(declared: &Declared<'_>) -> bool {
    declared.kind != "AWS::ApplicationAutoScaling::ScalableTarget"
        || super::applicationautoscaling::scales_ecs(declared)
}

/// What a loop that could not be written out would have declared.
pub(in super::super) fn of_unrolled(unrolled: &Unrolled, root: &Root) -> Vec<Unplaced> {
    let mut found = Vec::new();
    let mut open: Vec<&Yaml> = unrolled.template.iter().map(AsRef::as_ref).collect();
    while let Some(template) = open.pop() {
        for (_, declaration) in template.entries() {
            // The template of a loop in the loop.
            open.extend(declaration.items().get(2).map(AsRef::as_ref));
            let Some(kind) = declaration.get("Type").and_then(|kind| kind.text()) else { continue };
            let reason = || unrolled.reason.clone();
            found.extend(collection_of(kind).map(|name| of(root, name, "", reason())));
            for &(_, collection, paths) in targets(kind) {
                found.extend(paths.iter().map(|path| of(root, collection, path, reason())));
            }
        }
    }
    found
}

/// What is declared out of sight, by a macro or a module or in a template that
/// is not there: any resource, and any addition to one.
pub(in super::super) fn of_unseen(expression: &str, detail: &str, root: &Root) -> Vec<Unplaced> {
    // What the file and the deployment are is seen.
    const SEEN: &[&str] = &["accounts", "regions", "templates"];
    let resources = Model::COLLECTIONS.iter().filter(|name| !SEEN.contains(name));
    let additions = TARGETS
        .iter()
        .flat_map(|(_, targets)| targets.iter())
        .flat_map(|(_, collection, paths)| paths.iter().map(move |path| (*collection, *path)));
    let places: BTreeSet<_> = resources.map(|name| (*name, "")).chain(additions).collect();
    open(places, expression, detail, root)
}

/// What SAM makes of a resource, as far as the model has a place for it:
/// functions, roles with what they may do, and queues between a topic and a
/// function, with the policies that let the topic in.
///
/// Source: AWS SAM developer guide, "Generated CloudFormation resources for AWS
/// SAM".
pub(in super::super) fn of_sam(expression: &str, detail: &str, root: &Root) -> Vec<Unplaced> {
    let places = [
        ("lambda_functions", ""),
        ("iam_roles", ""),
        ("iam_policies", ""),
        ("iam_roles", "/attached_policies"),
        ("iam_roles", "/inline_policies"),
        ("sqs_queues", ""),
        ("sqs_queues", "/policy"),
    ];
    open(places, expression, detail, root)
}

fn open(
    places: impl IntoIterator<Item = (&'static str, &'static str)>,
    expression: &str,
    detail: &str,
    root: &Root,
) -> Vec<Unplaced> {
    let reason =
        Reason::Unresolvable { expression: expression.to_owned(), detail: detail.to_owned() };
    places
        .into_iter()
        .map(|(collection, path)| of(root, collection, path, reason.clone()))
        .collect()
}

fn of(root: &Root, collection: &'static str, path: &'static str, reason: Reason) -> Unplaced {
    let options = &root.options;
    Unplaced {
        stack: root.stack.clone(),
        collection,
        path,
        account: options.account.clone(),
        region: options.region.clone(),
        reason,
    }
}

/// Why the target that a node names is not known; `None` if it is.
fn why_unplaced(node: &Node) -> Option<Reason> {
    match &node.value {
        Value::Unknown(reason) => Some(reason.clone()),
        Value::Secret => Some(Reason::Sensitive),
        Value::Joined(parts) => parts.iter().find_map(why_unplaced),
        Value::List(items) => items.iter().find_map(why_unplaced),
        _ => None,
    }
}

/// Records additions whose target is not known as gaps: of the whole
/// collection, or, where a parameter or an import names the target, of what
/// other stacks declare, since no stack is deployed with a value that only it
/// yields.
pub(in super::super) fn record(unplaced: Vec<Unplaced>, snapshot: &mut Snapshot) {
    for one in unplaced {
        let gap = |id: Option<String>| Gap {
            collection: one.collection.to_owned(),
            id,
            path: one.path.to_owned(),
            account: one.account.clone(),
            region: one.region.clone(),
            reason: one.reason.clone(),
        };
        let elsewhere = matches!(
            one.reason,
            Reason::UnresolvedParameter { .. } | Reason::UnresolvedImport { .. }
        );
        if !elsewhere || one.path.is_empty() {
            snapshot.gaps.insert(gap(None));
            continue;
        }
        let own = format!("{}/", one.stack);
        let others = snapshot.model.ids(one.collection);
        let others = others.into_iter().filter(|id| !id.starts_with(&own));
        snapshot.gaps.extend(others.map(|id| gap(Some(id.to_owned()))));
    }
}
