//! `AWS::ElastiCache`.

use super::Declared;
use crate::model::{
    ElastiCacheCluster, ElastiCacheReplicationGroup, ElastiCacheSubnetGroup, Reason, Snapshot,
};
use crate::source::engine;

pub(super) fn replication_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    declared.credential(snapshot, "AuthToken", declared.get("AuthToken"));
    let mut draft = declared.draft(snapshot, "elasticache_replication_groups");
    let identity = declared.identity(&mut draft, "ReplicationGroupId");
    let mut group = ElastiCacheReplicationGroup::new(identity);
    group.engine = draft.string("/engine", declared.get("Engine"), Some("redis"));
    group.port =
        draft.integer("/port", declared.get("Port"), engine::port(group.engine.as_deref()));
    if declared.get("Port").is_none() {
        draft.follows("/port", "/engine");
    }
    group.cache_subnet_group =
        draft.string("/cache_subnet_group", declared.get("CacheSubnetGroupName"), None);
    group.security_group_ids =
        draft.strings("/security_group_ids", declared.get("SecurityGroupIds"));
    let nodes = declared.get("NumCacheClusters");
    group.replicas_per_node_group = match nodes {
        Some(_) => draft.integer("/replicas_per_node_group", nodes, None).map(|nodes| nodes - 1),
        None => {
            draft.integer("/replicas_per_node_group", declared.get("ReplicasPerNodeGroup"), Some(0))
        }
    };
    group.automatic_failover_enabled = draft.bool(
        "/automatic_failover_enabled",
        declared.get("AutomaticFailoverEnabled"),
        Some(false),
    );
    group.multi_az_enabled =
        draft.bool("/multi_az_enabled", declared.get("MultiAZEnabled"), Some(false));
    // Source: the API reference of CreateReplicationGroup.
    let valkey = group.engine.as_deref() == Some("valkey");
    group.at_rest_encryption_enabled = draft.bool(
        "/at_rest_encryption_enabled",
        declared.get("AtRestEncryptionEnabled"),
        Some(valkey),
    );
    group.transit_encryption_enabled = draft.bool(
        "/transit_encryption_enabled",
        declared.get("TransitEncryptionEnabled"),
        (!valkey).then_some(false),
    );
    if valkey && declared.get("TransitEncryptionEnabled").is_none() {
        let detail = "AWS decides it for Valkey; say TransitEncryptionEnabled".to_owned();
        let expression = "TransitEncryptionEnabled".to_owned();
        draft.gap("/transit_encryption_enabled", Reason::Unresolvable { expression, detail });
    }
    group.auth_token_enabled = draft.given("/auth_token_enabled", declared.get("AuthToken"));
    group.user_group_ids = draft.strings("/user_group_ids", declared.get("UserGroupIds"));
    group.snapshot_retention_limit =
        draft.integer("/snapshot_retention_limit", declared.get("SnapshotRetentionLimit"), Some(0));
    group.preferred_maintenance_window = draft.string(
        "/preferred_maintenance_window",
        declared.get("PreferredMaintenanceWindow"),
        None,
    );
    group.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    snapshot.model.insert(group);
}

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "elasticache_clusters");
    let mut cluster = ElastiCacheCluster::new(declared.identity(&mut draft, "ClusterName"));
    cluster.engine = draft.string("/engine", declared.get("Engine"), None);
    cluster.port =
        draft.integer("/port", declared.get("Port"), engine::port(cluster.engine.as_deref()));
    if declared.get("Port").is_none() {
        draft.follows("/port", "/engine");
    }
    cluster.cache_subnet_group =
        draft.string("/cache_subnet_group", declared.get("CacheSubnetGroupName"), None);
    cluster.security_group_ids =
        draft.strings("/security_group_ids", declared.get("VpcSecurityGroupIds"));
    snapshot.model.insert(cluster);
}

pub(super) fn subnet_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "elasticache_subnet_groups");
    let identity = declared.identity(&mut draft, "CacheSubnetGroupName");
    let mut group = ElastiCacheSubnetGroup::new(identity);
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("SubnetIds"));
    snapshot.model.insert(group);
}
