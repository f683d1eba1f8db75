//! ElastiCache replication groups, clusters and subnet groups.
//!
//! Source: the Amazon ElastiCache API reference.

use std::collections::BTreeMap;

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::types;

use super::scope::Scope;
use crate::model::{
    ElastiCacheCluster, ElastiCacheReplicationGroup, ElastiCacheSubnetGroup, Identity, Reason,
    ResourceRef,
};
use crate::source::engine;
use crate::source::operation::elasticache::{
    DESCRIBE_CACHE_CLUSTERS, DESCRIBE_CACHE_SUBNET_GROUPS, DESCRIBE_REPLICATION_GROUPS,
};

pub(super) async fn read(scope: &Scope, client: Client) {
    futures::join!(caches(scope, &client), subnet_groups(scope, &client));
}

fn identity(scope: &Scope, arn: Option<String>, kind: &str, name: &str) -> Identity {
    let arn = arn.unwrap_or_else(|| scope.arn("elasticache", &format!("{kind}:{name}")));
    Identity { arn: Some(arn.clone()), name: Some(name.to_owned()), ..scope.identity(arn) }
}

/// Clusters tell the network of the replication group that they belong to.
async fn caches(scope: &Scope, client: &Client) {
    let (groups, clusters) = futures::join!(
        async {
            let pages = client.describe_replication_groups().into_paginator().send();
            scope.pages(&DESCRIBE_REPLICATION_GROUPS, None, pages).await
        },
        async {
            let pages = client.describe_cache_clusters().into_paginator().send();
            scope.pages(&DESCRIBE_CACHE_CLUSTERS, None, pages).await
        },
    );
    let mut members: BTreeMap<String, types::CacheCluster> = BTreeMap::new();
    for found in clusters.into_iter().flat_map(|page| page.cache_clusters.unwrap_or_default()) {
        match found.replication_group_id.clone() {
            Some(group) => {
                members.insert(group, found);
            }
            None => lone_cluster(scope, found),
        }
    }
    for found in groups.into_iter().flat_map(|page| page.replication_groups.unwrap_or_default()) {
        let member = found.replication_group_id.as_ref().and_then(|id| members.remove(id));
        replication_group(scope, found, member);
    }
}

fn subnet_group_of(scope: &Scope, name: Option<&String>) -> Option<String> {
    name.map(|name| scope.arn("elasticache", &format!("subnetgroup:{name}")))
}

fn security_groups(found: Option<Vec<types::SecurityGroupMembership>>) -> Vec<String> {
    found.unwrap_or_default().into_iter().filter_map(|group| group.security_group_id).collect()
}

fn lone_cluster(scope: &Scope, found: types::CacheCluster) {
    let Some(name) = found.cache_cluster_id else { return };
    let mut cluster = ElastiCacheCluster::new(identity(scope, found.arn, "cluster", &name));
    cluster.engine = found.engine;
    let endpoint = found.configuration_endpoint.or_else(|| {
        found.cache_nodes.unwrap_or_default().into_iter().find_map(|node| node.endpoint)
    });
    cluster.port = endpoint
        .and_then(|endpoint| endpoint.port)
        .map(i64::from)
        .or_else(|| engine::port(cluster.engine.as_deref()));
    cluster.cache_subnet_group = subnet_group_of(scope, found.cache_subnet_group_name.as_ref());
    cluster.security_group_ids = security_groups(found.security_groups);
    scope.insert(cluster, &DESCRIBE_CACHE_CLUSTERS);
}

fn replication_group(
    scope: &Scope,
    found: types::ReplicationGroup,
    member: Option<types::CacheCluster>,
) {
    let Some(name) = found.replication_group_id else { return };
    let identity = identity(scope, found.arn, "replicationgroup", &name);
    let mut group = ElastiCacheReplicationGroup::new(identity);
    group.engine = found.engine.or_else(|| Some("redis".to_owned()));
    let shards = found.node_groups.unwrap_or_default();
    let endpoint = found
        .configuration_endpoint
        .or_else(|| shards.first().and_then(|shard| shard.primary_endpoint.clone()));
    group.port = endpoint
        .and_then(|endpoint| endpoint.port)
        .filter(|port| *port > 0)
        .map(i64::from)
        .or_else(|| engine::port(group.engine.as_deref()));
    let nodes = shards.iter().map(|shard| shard.node_group_members.as_ref().map_or(0, Vec::len));
    group.replicas_per_node_group =
        nodes.min().map(|least| i64::try_from(least.saturating_sub(1)).unwrap_or(i64::MAX));
    let on = |status: &str| matches!(status, "enabled" | "enabling");
    group.automatic_failover_enabled =
        Some(found.automatic_failover.is_some_and(|status| on(status.as_str())));
    group.multi_az_enabled = Some(found.multi_az.is_some_and(|status| on(status.as_str())));
    group.at_rest_encryption_enabled = Some(found.at_rest_encryption_enabled.unwrap_or(false));
    group.transit_encryption_enabled = Some(found.transit_encryption_enabled.unwrap_or(false));
    group.auth_token_enabled = Some(found.auth_token_enabled.unwrap_or(false));
    group.user_group_ids = found.user_group_ids.unwrap_or_default();
    group.snapshot_retention_limit = Some(found.snapshot_retention_limit.map_or(0, i64::from));
    group.kms_key_id = found.kms_key_id;
    let reference = ResourceRef::new("elasticache_replication_groups", &group.id);
    if member.is_none() {
        let reason = Reason::Failed {
            operation: DESCRIBE_CACHE_CLUSTERS.name.to_owned(),
            permission: DESCRIBE_CACHE_CLUSTERS.permission(),
            detail: format!("it listed no cache cluster of replication group {name}"),
        };
        for (_, path) in DESCRIBE_CACHE_CLUSTERS.filled().filter(|(_, path)| !path.is_empty()) {
            scope.gap(&reference, &path, reason.clone());
        }
    }
    if let Some(member) = member {
        group.cache_subnet_group = subnet_group_of(scope, member.cache_subnet_group_name.as_ref());
        group.security_group_ids = security_groups(member.security_groups);
        group.preferred_maintenance_window = member.preferred_maintenance_window;
    }
    scope.insert(group, &DESCRIBE_REPLICATION_GROUPS);
}

async fn subnet_groups(scope: &Scope, client: &Client) {
    let pages = client.describe_cache_subnet_groups().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_CACHE_SUBNET_GROUPS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.cache_subnet_groups.unwrap_or_default()) {
        let Some(name) = found.cache_subnet_group_name else { continue };
        let identity = identity(scope, found.arn, "subnetgroup", &name);
        let mut group = ElastiCacheSubnetGroup::new(identity);
        group.vpc_id = found.vpc_id;
        group.subnet_ids = found
            .subnets
            .unwrap_or_default()
            .into_iter()
            .filter_map(|subnet| subnet.subnet_identifier)
            .collect();
        scope.insert(group, &DESCRIBE_CACHE_SUBNET_GROUPS);
    }
}
