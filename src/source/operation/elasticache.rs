//! The calls for ElastiCache.

use super::operations;

operations! {
    DESCRIBE_REPLICATION_GROUPS = "elasticache:DescribeReplicationGroups"
        fills ["elasticache_replication_groups"];
    DESCRIBE_CACHE_CLUSTERS = "elasticache:DescribeCacheClusters"
        fills [
            "elasticache_clusters",
            "elasticache_replication_groups/port",
            "elasticache_replication_groups/cache_subnet_group",
            "elasticache_replication_groups/security_group_ids",
            "elasticache_replication_groups/preferred_maintenance_window",
        ];
    DESCRIBE_CACHE_SUBNET_GROUPS = "elasticache:DescribeCacheSubnetGroups"
        fills ["elasticache_subnet_groups"];
}
