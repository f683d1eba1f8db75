//! ElastiCache replication groups, clusters and subnet groups.
//!
//! Source: the AWS CLI command reference, `aws elasticache`.

use std::collections::BTreeMap;

use super::item::Item;
use super::scope::Scope;
use crate::model::{
    ElastiCacheCluster, ElastiCacheReplicationGroup, ElastiCacheSubnetGroup, Identity, Reason,
};
use crate::source::engine;
use crate::source::node::Node;
use crate::source::operation::elasticache::{
    DESCRIBE_CACHE_CLUSTERS, DESCRIBE_CACHE_SUBNET_GROUPS, DESCRIBE_REPLICATION_GROUPS,
};

/// Clusters tell the network of the replication group that they belong to.
pub(super) fn read(scope: &mut Scope<'_>) {
    let mut members: BTreeMap<String, Node> = BTreeMap::new();
    for item in scope.items(&DESCRIBE_CACHE_CLUSTERS) {
        match item.get("ReplicationGroupId").and_then(Node::text) {
            Some(group) => {
                members.insert(group, item);
            }
            None => lone_cluster(scope, &item),
        }
    }
    for item in scope.items(&DESCRIBE_REPLICATION_GROUPS) {
        replication_group(scope, &item, &members);
    }
    for item in scope.items(&DESCRIBE_CACHE_SUBNET_GROUPS) {
        subnet_group(scope, &item);
    }
}

fn identity(scope: &Scope<'_>, node: &Node, kind: &str, name: &str) -> Identity {
    let arn = node.get("ARN").and_then(Node::text);
    let arn = arn.unwrap_or_else(|| scope.arn("elasticache", &format!("{kind}:{name}")));
    scope.by_arn(&arn, Some(name.to_owned()))
}

fn subnet_group_of(scope: &Scope<'_>, node: &Node) -> Option<String> {
    let name = node.get("CacheSubnetGroupName").and_then(Node::text)?;
    Some(scope.arn("elasticache", &format!("subnetgroup:{name}")))
}

fn lone_cluster(scope: &mut Scope<'_>, node: &Node) {
    let Some(name) = scope.key(&DESCRIBE_CACHE_CLUSTERS, node, "CacheClusterId") else { return };
    let mut cluster = ElastiCacheCluster::new(identity(scope, node, "cluster", &name));
    cluster.cache_subnet_group = subnet_group_of(scope, node);
    let mut item = scope.read(&cluster, node);
    cluster.engine = item.string("/engine", "Engine");
    let nodes = node.get("CacheNodes").map(Node::items).unwrap_or_default();
    let endpoint = node
        .get("ConfigurationEndpoint")
        .or_else(|| nodes.iter().find_map(|node| node.get("Endpoint")));
    cluster.port = port(&mut item, endpoint, cluster.engine.as_deref());
    cluster.security_group_ids =
        item.each("/security_group_ids", "SecurityGroups", "SecurityGroupId");
    scope.keep(cluster);
}

fn port(item: &mut Item<'_, '_>, endpoint: Option<&Node>, engine: Option<&str>) -> Option<i64> {
    let port = item.draft.integer("/port", endpoint.and_then(|one| one.get("Port")), None);
    port.filter(|port| *port > 0).or_else(|| engine::port(engine))
}

fn replication_group(scope: &mut Scope<'_>, node: &Node, members: &BTreeMap<String, Node>) {
    let operation = &DESCRIBE_REPLICATION_GROUPS;
    let Some(name) = scope.key(operation, node, "ReplicationGroupId") else { return };
    let member = members.get(&name);
    let mut group =
        ElastiCacheReplicationGroup::new(identity(scope, node, "replicationgroup", &name));
    group.cache_subnet_group = member.and_then(|member| subnet_group_of(scope, member));
    let is_asked = scope.has(&DESCRIBE_CACHE_CLUSTERS);
    let mut item = scope.read(&group, node);
    group.engine = item.string_or("/engine", "Engine", "redis");
    let shards = node.get("NodeGroups").map(Node::items).unwrap_or_default();
    let endpoint = node
        .get("ConfigurationEndpoint")
        .or_else(|| shards.first().and_then(|shard| shard.get("PrimaryEndpoint")));
    group.port = port(&mut item, endpoint, group.engine.as_deref());
    let nodes = shards
        .iter()
        .map(|shard| shard.get("NodeGroupMembers").map(Node::items).unwrap_or_default().len());
    group.replicas_per_node_group =
        nodes.min().map(|least| i64::try_from(least.saturating_sub(1)).unwrap_or(i64::MAX));
    let mut on = |path: &str, key: &str| {
        let status = item.string(path, key);
        Some(status.is_some_and(|status| matches!(status.as_str(), "enabled" | "enabling")))
    };
    group.automatic_failover_enabled = on("/automatic_failover_enabled", "AutomaticFailover");
    group.multi_az_enabled = on("/multi_az_enabled", "MultiAZ");
    group.at_rest_encryption_enabled =
        item.flag("/at_rest_encryption_enabled", "AtRestEncryptionEnabled");
    group.transit_encryption_enabled =
        item.flag("/transit_encryption_enabled", "TransitEncryptionEnabled");
    group.auth_token_enabled = item.flag("/auth_token_enabled", "AuthTokenEnabled");
    group.user_group_ids = item.strings("/user_group_ids", "UserGroupIds");
    let limit = node.get("SnapshotRetentionLimit");
    group.snapshot_retention_limit =
        item.draft.integer("/snapshot_retention_limit", limit, Some(0));
    group.kms_key_id = item.string("/kms_key_id", "KmsKeyId");
    match member {
        Some(member) => {
            let mut member = Item::new(item.draft, member);
            group.security_group_ids =
                member.each("/security_group_ids", "SecurityGroups", "SecurityGroupId");
            group.preferred_maintenance_window =
                member.string("/preferred_maintenance_window", "PreferredMaintenanceWindow");
        }
        // Where nothing was given, that is said of all.
        None if is_asked => {
            let detail = format!("no cache cluster of replication group {name} was given");
            let operation = &DESCRIBE_CACHE_CLUSTERS;
            for (_, path) in operation.filled().filter(|(_, path)| !path.is_empty()) {
                let operation = operation.name.to_owned();
                item.draft.gap(&path, Reason::NotGiven { operation, detail: detail.clone() });
            }
        }
        None => {}
    }
    scope.keep(group);
}

fn subnet_group(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_CACHE_SUBNET_GROUPS;
    let Some(name) = scope.key(operation, node, "CacheSubnetGroupName") else { return };
    let mut group = ElastiCacheSubnetGroup::new(identity(scope, node, "subnetgroup", &name));
    let mut item = scope.read(&group, node);
    group.vpc_id = item.string("/vpc_id", "VpcId");
    group.subnet_ids = item.full_each("/subnet_ids", "Subnets", "SubnetIdentifier");
    scope.keep(group);
}
