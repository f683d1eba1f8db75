//! EKS clusters and node groups.

use super::Declared;
use crate::model::{EksCluster, EksFargateProfile, EksNodeGroup, Reason, ResourceRef, Snapshot};
use crate::source::default_resources;
use crate::source::node::{Node, Value};

/// Where the provider gives a cluster's own security group.
const CLUSTER_GROUP: [&str; 2] = ["vpc_config", "cluster_security_group_id"];

/// A value that the source leaves to the provider.
fn is_computed(node: &Node) -> bool {
    matches!(&node.value, Value::Unknown(Reason::KnownAfterApply { expression: None }))
}

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_clusters");
    let mut cluster = EksCluster::new(declared.identity(&mut draft, "name"));
    let whole = declared.get("vpc_config").filter(|node| node.unknown().is_some());
    let network = |name: &str| whole.or_else(|| declared.at(&["vpc_config", name]));
    cluster.version =
        draft.string("/version", declared.get("version").filter(|node| !is_computed(node)), None);
    cluster.status = Some("ACTIVE".to_owned());
    cluster.role = draft.string("/role", declared.get("role_arn"), None);
    cluster.subnet_ids = draft.strings("/subnet_ids", network("subnet_ids"));
    cluster.security_group_ids =
        draft.strings("/security_group_ids", network("security_group_ids"));
    cluster.endpoint_public_access =
        draft.bool("/endpoint_public_access", network("endpoint_public_access"), Some(true));
    cluster.endpoint_private_access =
        draft.bool("/endpoint_private_access", network("endpoint_private_access"), Some(false));
    // What the source leaves out is computed, within a block that is known.
    let left_out = |node: &Node| node.items().is_empty() || (whole.is_none() && is_computed(node));
    cluster.public_access_cidrs = match network("public_access_cidrs") {
        Some(given) if !left_out(given) => draft.strings("/public_access_cidrs", Some(given)),
        _ => vec!["0.0.0.0/0".to_owned()],
    };
    cluster.enabled_log_types =
        draft.strings("/enabled_log_types", declared.get("enabled_cluster_log_types"));
    cluster.secrets_kms_key_id = draft.string(
        "/secrets_kms_key_id",
        declared.at(&["encryption_config", "provider", "key_arn"]),
        None,
    );
    default_resources::declare_cluster_group(&mut cluster, &declared.origin, snapshot);
    let own = ResourceRef::new(
        "security_groups",
        default_resources::cluster_security_group_id(&cluster.id),
    );
    snapshot.alias(&own, declared.address.clone());
    if let Some(text) = declared.at(&CLUSTER_GROUP).and_then(Node::text) {
        snapshot.alias(&own, text);
    }
    snapshot.model.insert(cluster);
}

pub(super) fn node_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_node_groups");
    let mut group = EksNodeGroup::new(declared.identity(&mut draft, "node_group_name"));
    group.cluster = draft.string("/cluster", declared.get("cluster_name"), None);
    group.status = Some("ACTIVE".to_owned());
    group.node_role = draft.string("/node_role", declared.get("node_role_arn"), None);
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    let template = ["id", "name"]
        .into_iter()
        .find_map(|name| declared.at(&["launch_template", name]).filter(|node| !is_computed(node)));
    group.launch_template_id = draft.string("/launch_template_id", template, None);
    let remote = |name: &str| declared.at(&["remote_access", name]);
    group.remote_access_key = draft.string("/remote_access_key", remote("ec2_ssh_key"), None);
    group.remote_access_security_group_ids =
        draft.strings("/remote_access_security_group_ids", remote("source_security_group_ids"));
    group.desired_size =
        draft.integer("/desired_size", declared.at(&["scaling_config", "desired_size"]), None);
    let capacity = declared.get("capacity_type").filter(|node| !is_computed(node));
    group.capacity_type = draft.string("/capacity_type", capacity, Some("ON_DEMAND"));
    snapshot.model.insert(group);
}

pub(super) fn fargate_profile(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_fargate_profiles");
    let mut profile = EksFargateProfile::new(declared.identity(&mut draft, "fargate_profile_name"));
    profile.cluster = draft.string("/cluster", declared.get("cluster_name"), None);
    profile.status = Some("ACTIVE".to_owned());
    profile.pod_execution_role =
        draft.string("/pod_execution_role", declared.get("pod_execution_role_arn"), None);
    profile.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    snapshot.model.insert(profile);
}
