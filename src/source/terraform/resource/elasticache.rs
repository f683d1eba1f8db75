//! ElastiCache.

use super::Declared;
use crate::model::{
    ElastiCacheCluster, ElastiCacheReplicationGroup, ElastiCacheSubnetGroup, Reason, Snapshot,
};
use crate::source::engine;

pub(super) fn replication_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "elasticache_replication_groups");
    let identity = declared.identity(&mut draft, "replication_group_id");
    let mut group = ElastiCacheReplicationGroup::new(identity);
    group.engine = draft.string("/engine", declared.get("engine"), Some("redis"));
    group.port = draft.integer("/port", set("port"), engine::port(group.engine.as_deref()));
    if set("port").is_none() {
        draft.follows("/port", "/engine");
    }
    group.cache_subnet_group = draft.string("/cache_subnet_group", set("subnet_group_name"), None);
    group.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_group_ids"));
    let nodes = set("num_cache_clusters").or_else(|| set("number_cache_clusters"));
    group.replicas_per_node_group = match nodes {
        Some(_) => draft.integer("/replicas_per_node_group", nodes, None).map(|nodes| nodes - 1),
        None => {
            // Within a block, for providers before 5.
            let replicas = set("replicas_per_node_group")
                .or_else(|| declared.at(&["cluster_mode", "replicas_per_node_group"]));
            draft.integer("/replicas_per_node_group", replicas, Some(0))
        }
    };
    group.automatic_failover_enabled = draft.bool(
        "/automatic_failover_enabled",
        declared.get("automatic_failover_enabled"),
        Some(false),
    );
    group.multi_az_enabled =
        draft.bool("/multi_az_enabled", declared.get("multi_az_enabled"), Some(false));
    let valkey = group.engine.as_deref() == Some("valkey");
    group.at_rest_encryption_enabled =
        draft.bool("/at_rest_encryption_enabled", set("at_rest_encryption_enabled"), Some(valkey));
    group.transit_encryption_enabled = draft.bool(
        "/transit_encryption_enabled",
        set("transit_encryption_enabled"),
        (!valkey).then_some(false),
    );
    if valkey && set("transit_encryption_enabled").is_none() {
        let detail = "AWS decides it for Valkey; say transit_encryption_enabled".to_owned();
        let expression = "transit_encryption_enabled".to_owned();
        draft.gap("/transit_encryption_enabled", Reason::Unresolvable { expression, detail });
    }
    group.auth_token_enabled = draft.given("/auth_token_enabled", declared.get("auth_token"));
    group.user_group_ids = draft.strings("/user_group_ids", declared.get("user_group_ids"));
    group.snapshot_retention_limit = draft.integer(
        "/snapshot_retention_limit",
        declared.get("snapshot_retention_limit"),
        Some(0),
    );
    group.preferred_maintenance_window =
        draft.string("/preferred_maintenance_window", set("maintenance_window"), None);
    group.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    snapshot.model.insert(group);
}

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    // A member of a replication group is no cluster of its own.
    if declared.get("replication_group_id").is_some() {
        return;
    }
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "elasticache_clusters");
    let mut cluster = ElastiCacheCluster::new(declared.identity(&mut draft, "cluster_id"));
    cluster.engine = draft.string("/engine", set("engine"), None);
    cluster.port = draft.integer("/port", set("port"), engine::port(cluster.engine.as_deref()));
    if set("port").is_none() {
        draft.follows("/port", "/engine");
    }
    cluster.cache_subnet_group =
        draft.string("/cache_subnet_group", set("subnet_group_name"), None);
    cluster.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_group_ids"));
    snapshot.model.insert(cluster);
}

pub(super) fn subnet_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "elasticache_subnet_groups");
    let mut group = ElastiCacheSubnetGroup::new(declared.identity(&mut draft, "name"));
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    snapshot.model.insert(group);
}
