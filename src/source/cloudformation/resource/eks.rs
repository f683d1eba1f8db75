//! `AWS::EKS`.

use super::Declared;
use crate::model::{EksCluster, EksFargateProfile, EksNodeGroup, Snapshot};
use crate::source::default_resources;
use crate::source::node::Node;

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_clusters");
    let mut cluster = EksCluster::new(declared.identity(&mut draft, "Name"));
    let whole = declared.get("ResourcesVpcConfig").filter(|node| node.unknown().is_some());
    let network = |name: &str| whole.or_else(|| declared.at(&["ResourcesVpcConfig", name]));
    cluster.version = draft.string("/version", declared.get("Version"), None);
    cluster.status = Some("ACTIVE".to_owned());
    cluster.role = draft.string("/role", declared.get("RoleArn"), None);
    cluster.subnet_ids = draft.strings("/subnet_ids", network("SubnetIds"));
    cluster.security_group_ids = draft.strings("/security_group_ids", network("SecurityGroupIds"));
    cluster.endpoint_public_access =
        draft.bool("/endpoint_public_access", network("EndpointPublicAccess"), Some(true));
    cluster.endpoint_private_access =
        draft.bool("/endpoint_private_access", network("EndpointPrivateAccess"), Some(false));
    cluster.public_access_cidrs = match network("PublicAccessCidrs") {
        Some(given) if !given.items().is_empty() => {
            draft.strings("/public_access_cidrs", Some(given))
        }
        _ => vec!["0.0.0.0/0".to_owned()],
    };
    let logs = declared.at(&["Logging", "ClusterLogging", "EnabledTypes"]);
    for item in draft.items("/enabled_log_types", logs) {
        cluster.enabled_log_types.extend(draft.strings("/enabled_log_types", item.get("Type")));
    }
    let encryption = declared.get("EncryptionConfig").map(Node::items).unwrap_or_default();
    let provider = encryption.first().and_then(|config| config.get("Provider"));
    let key = provider.and_then(|provider| provider.get("KeyArn"));
    cluster.secrets_kms_key_id = draft.string("/secrets_kms_key_id", key, None);
    default_resources::declare_cluster_group(&mut cluster, &declared.origin, snapshot);
    snapshot.model.insert(cluster);
}

pub(super) fn node_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_node_groups");
    let mut group = EksNodeGroup::new(declared.identity(&mut draft, "NodegroupName"));
    group.cluster = draft.string("/cluster", declared.get("ClusterName"), None);
    group.status = Some("ACTIVE".to_owned());
    group.node_role = draft.string("/node_role", declared.get("NodeRole"), None);
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("Subnets"));
    let template = declared.get("LaunchTemplate");
    group.launch_template_id = draft.string(
        "/launch_template_id",
        template.and_then(|t| t.get("Id").or_else(|| t.get("Name"))),
        None,
    );
    let remote = |name: &str| declared.at(&["RemoteAccess", name]);
    group.remote_access_key = draft.string("/remote_access_key", remote("Ec2SshKey"), None);
    group.remote_access_security_group_ids =
        draft.strings("/remote_access_security_group_ids", remote("SourceSecurityGroups"));
    group.desired_size =
        draft.integer("/desired_size", declared.at(&["ScalingConfig", "DesiredSize"]), Some(2));
    group.capacity_type =
        draft.string("/capacity_type", declared.get("CapacityType"), Some("ON_DEMAND"));
    snapshot.model.insert(group);
}

pub(super) fn fargate_profile(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "eks_fargate_profiles");
    let mut profile = EksFargateProfile::new(declared.identity(&mut draft, "FargateProfileName"));
    profile.cluster = draft.string("/cluster", declared.get("ClusterName"), None);
    profile.status = Some("ACTIVE".to_owned());
    profile.pod_execution_role =
        draft.string("/pod_execution_role", declared.get("PodExecutionRoleArn"), None);
    profile.subnet_ids = draft.strings("/subnet_ids", declared.get("Subnets"));
    snapshot.model.insert(profile);
}
