//! The references of databases, caches and search domains.

use super::linker::{Linker, each};
use super::{GROUPS, KEYS, SUBNETS, VPCS};
use crate::model::{
    ElastiCacheCluster, ElastiCacheReplicationGroup, ElastiCacheSubnetGroup, Model,
    OpenSearchDomain, RdsCluster, RdsInstance, RdsSnapshot, RdsSubnetGroup,
};

/// Of data stores.
pub fn data(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |database: &mut RdsInstance, at| {
        at.one("/db_cluster", &["rds_clusters"], &mut database.db_cluster);
        at.one("/db_subnet_group", &["rds_subnet_groups"], &mut database.db_subnet_group);
        at.all("/security_group_ids", GROUPS, &mut database.security_group_ids);
        at.all("/parameter_groups", &["rds_parameter_groups"], &mut database.parameter_groups);
        at.one(
            "/replicate_source",
            &["rds_instances", "rds_clusters"],
            &mut database.replicate_source,
        );
        at.spellings.one(KEYS, &mut database.kms_key_id);
    });
    each(linker, model, |cluster: &mut RdsCluster, at| {
        at.all("/members", &["rds_instances"], &mut cluster.members);
        at.one("/db_subnet_group", &["rds_subnet_groups"], &mut cluster.db_subnet_group);
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
        at.one("/parameter_group", &["rds_cluster_parameter_groups"], &mut cluster.parameter_group);
        at.one(
            "/replicate_source",
            &["rds_clusters", "rds_instances"],
            &mut cluster.replicate_source,
        );
        at.spellings.one(KEYS, &mut cluster.kms_key_id);
    });
    each(linker, model, |group: &mut RdsSubnetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
    });
    each(linker, model, |snapshot: &mut RdsSnapshot, at| {
        at.spellings.one(&["rds_instances", "rds_clusters"], &mut snapshot.source);
    });
    each(linker, model, |group: &mut ElastiCacheReplicationGroup, at| {
        at.one(
            "/cache_subnet_group",
            &["elasticache_subnet_groups"],
            &mut group.cache_subnet_group,
        );
        at.all("/security_group_ids", GROUPS, &mut group.security_group_ids);
        at.spellings.one(KEYS, &mut group.kms_key_id);
    });
    each(linker, model, |cluster: &mut ElastiCacheCluster, at| {
        at.one(
            "/cache_subnet_group",
            &["elasticache_subnet_groups"],
            &mut cluster.cache_subnet_group,
        );
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
    });
    each(linker, model, |group: &mut ElastiCacheSubnetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
    });
    each(linker, model, |domain: &mut OpenSearchDomain, at| {
        at.all("/subnet_ids", SUBNETS, &mut domain.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut domain.security_group_ids);
        at.spellings.one(KEYS, &mut domain.kms_key_id);
        for publishing in domain.log_publishing.values_mut() {
            at.spellings.one(&["log_groups"], &mut publishing.log_group);
        }
    });
}
