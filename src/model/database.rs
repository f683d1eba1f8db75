//! RDS, ElastiCache and OpenSearch: the data tier.
//!
//! Source: the Amazon RDS, ElastiCache and OpenSearch Service API references.

use std::collections::BTreeMap;

use super::facts::ResourceAccess;
use super::identity::PolicyDocument;
use super::resource::{resource, value};
use super::secret::SecretValue;

resource! {
    /// An RDS database instance.
    RdsInstance: "AWS::RDS::DBInstance" in rds_instances {
        /// The identifier that AWS knows it by.
        db_instance_identifier: Option<String>,
        /// The engine, such as `mysql`.
        engine: Option<String>,
        /// The engine's version, as far as it is given (`8.0`, `8.0.39`).
        engine_version: Option<String>,
        /// The port it listens on, the engine's default filled in.
        port: Option<i64>,
        /// The cluster it belongs to: key in `rds_clusters`.
        db_cluster: Option<String>,
        /// The subnet group: key in `rds_subnet_groups`.
        db_subnet_group: Option<String>,
        /// Security groups: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// Parameter groups: keys in `rds_parameter_groups`.
        parameter_groups: Vec<String>,
        /// Whether it has a public address.
        publicly_accessible: Option<bool>,
        /// Whether a standby waits in another zone.
        multi_az: Option<bool>,
        /// The zone it is in.
        availability_zone: Option<String>,
        /// Days that automated backups are kept; 0 is off.
        backup_retention_period: Option<i64>,
        /// Daily backup window in UTC, `hh24:mi-hh24:mi`.
        preferred_backup_window: Option<String>,
        /// Weekly maintenance window in UTC, `ddd:hh24:mi-ddd:hh24:mi`; null
        /// when AWS picks one.
        preferred_maintenance_window: Option<String>,
        /// Whether minor versions are applied by AWS.
        auto_minor_version_upgrade: Option<bool>,
        /// Whether storage is encrypted.
        storage_encrypted: Option<bool>,
        /// The KMS key.
        kms_key_id: Option<String>,
        /// Whether deletion is refused.
        deletion_protection: Option<bool>,
        /// Logs exported to CloudWatch, such as `error`, `slowquery`, `audit`.
        enabled_cloudwatch_logs_exports: Vec<String>,
        /// Seconds between enhanced-monitoring samples; 0 is off.
        monitoring_interval: Option<i64>,
        /// Whether Performance Insights is on.
        performance_insights_enabled: Option<bool>,
        /// Whether IAM authentication is on.
        iam_database_authentication_enabled: Option<bool>,
        /// The instance or cluster it replicates: key, identifier or ARN.
        replicate_source: Option<String>,
        /// Whether Secrets Manager manages the master password.
        manage_master_user_password: Option<bool>,
        /// What a template says of the master password.
        master_user_password: Option<SecretValue>,
    }
}

resource! {
    /// An RDS (Aurora or Multi-AZ) database cluster.
    RdsCluster: "AWS::RDS::DBCluster" in rds_clusters {
        /// The identifier that AWS knows it by.
        db_cluster_identifier: Option<String>,
        /// The engine, such as `aurora-mysql`.
        engine: Option<String>,
        /// The engine's version.
        engine_version: Option<String>,
        /// `provisioned`, `serverless`, …
        engine_mode: Option<String>,
        /// The port it listens on.
        port: Option<i64>,
        /// Member instances: keys in `rds_instances`.
        members: Vec<String>,
        /// The subnet group: key in `rds_subnet_groups`.
        db_subnet_group: Option<String>,
        /// Security groups.
        security_group_ids: Vec<String>,
        /// The parameter group: key in `rds_cluster_parameter_groups`.
        parameter_group: Option<String>,
        /// Whether a Multi-AZ DB cluster has a public address; null for Aurora.
        publicly_accessible: Option<bool>,
        /// Whether it spans zones, as AWS reports it.
        multi_az: Option<bool>,
        /// Days that automated backups are kept.
        backup_retention_period: Option<i64>,
        /// Daily backup window.
        preferred_backup_window: Option<String>,
        /// Weekly maintenance window.
        preferred_maintenance_window: Option<String>,
        /// Whether minor versions are applied by AWS.
        auto_minor_version_upgrade: Option<bool>,
        /// Whether storage is encrypted.
        storage_encrypted: Option<bool>,
        /// The KMS key.
        kms_key_id: Option<String>,
        /// Whether deletion is refused.
        deletion_protection: Option<bool>,
        /// Logs exported to CloudWatch.
        enabled_cloudwatch_logs_exports: Vec<String>,
        /// Seconds between enhanced-monitoring samples of its members, where it
        /// decides that for them; 0 is off.
        monitoring_interval: Option<i64>,
        /// Whether it turns Performance Insights on for its members.
        performance_insights_enabled: Option<bool>,
        /// The cluster it replicates.
        replicate_source: Option<String>,
        /// Whether Secrets Manager manages the master password.
        manage_master_user_password: Option<bool>,
        /// What a template says of the master password.
        master_user_password: Option<SecretValue>,
    }
}

resource! {
    /// An RDS subnet group.
    RdsSubnetGroup: "AWS::RDS::DBSubnetGroup" in rds_subnet_groups {
        /// The VPC, where told.
        vpc_id: Option<String>,
        /// Subnets: keys in `subnets`.
        subnet_ids: Vec<String>,
    }
}

resource! {
    /// An RDS parameter group of instances.
    RdsParameterGroup: "AWS::RDS::DBParameterGroup" in rds_parameter_groups {
        /// The engine family, such as `mysql8.0`.
        family: Option<String>,
        /// Whether it is one of AWS's `default.*` groups.
        is_default: Option<bool>,
        /// Parameters with a value, those set by the user and the engine's
        /// defaults where the source tells them.
        parameters: BTreeMap<String, String>,
    }
}

resource! {
    /// An RDS parameter group of clusters.
    RdsClusterParameterGroup: "AWS::RDS::DBClusterParameterGroup" in rds_cluster_parameter_groups {
        /// The engine family, such as `aurora-mysql8.0`.
        family: Option<String>,
        /// Whether it is one of AWS's `default.*` groups.
        is_default: Option<bool>,
        /// Parameters with a value.
        parameters: BTreeMap<String, String>,
    }
}

resource! {
    /// A snapshot of an RDS instance or cluster.
    RdsSnapshot: "AWS::RDS::DBSnapshot" in rds_snapshots {
        /// The instance or cluster it was taken of.
        source: Option<String>,
        /// `manual`, `automated`, `awsbackup` or `shared`.
        snapshot_type: Option<String>,
        /// Whether it is encrypted.
        encrypted: Option<bool>,
        /// Accounts that may restore it; `all` is everyone.
        restore_accounts: Vec<String>,
    }
}

resource! {
    /// An ElastiCache replication group (Redis OSS or Valkey).
    ElastiCacheReplicationGroup: "AWS::ElastiCache::ReplicationGroup" in elasticache_replication_groups {
        /// `redis` or `valkey`.
        engine: Option<String>,
        /// The port it listens on.
        port: Option<i64>,
        /// The subnet group: key in `elasticache_subnet_groups`.
        cache_subnet_group: Option<String>,
        /// Security groups.
        security_group_ids: Vec<String>,
        /// Nodes in each shard beside the primary.
        replicas_per_node_group: Option<i64>,
        /// Whether failover is automatic.
        automatic_failover_enabled: Option<bool>,
        /// Whether it spans zones.
        multi_az_enabled: Option<bool>,
        /// Whether data is encrypted at rest.
        at_rest_encryption_enabled: Option<bool>,
        /// Whether TLS is on.
        transit_encryption_enabled: Option<bool>,
        /// Whether an auth token is set.
        auth_token_enabled: Option<bool>,
        /// User groups.
        user_group_ids: Vec<String>,
        /// Days that snapshots are kept.
        snapshot_retention_limit: Option<i64>,
        /// Weekly maintenance window.
        preferred_maintenance_window: Option<String>,
        /// The KMS key.
        kms_key_id: Option<String>,
    }
}

resource! {
    /// A lone ElastiCache cluster, not part of a replication group.
    ElastiCacheCluster: "AWS::ElastiCache::CacheCluster" in elasticache_clusters {
        /// `redis`, `valkey` or `memcached`.
        engine: Option<String>,
        /// The port it listens on.
        port: Option<i64>,
        /// The subnet group.
        cache_subnet_group: Option<String>,
        /// Security groups.
        security_group_ids: Vec<String>,
    }
}

resource! {
    /// An ElastiCache subnet group.
    ElastiCacheSubnetGroup: "AWS::ElastiCache::SubnetGroup" in elasticache_subnet_groups {
        /// The VPC, where told.
        vpc_id: Option<String>,
        /// Subnets: keys in `subnets`.
        subnet_ids: Vec<String>,
    }
}

value! {
    /// Log publishing of an OpenSearch domain.
    LogPublishing {
        /// Whether it is on.
        enabled: Option<bool>,
        /// The log group's ARN or key.
        log_group: Option<String>,
    }
}

resource! {
    /// An OpenSearch Service domain.
    OpenSearchDomain: "AWS::OpenSearchService::Domain" in opensearch_domains {
        /// Whether it lies in a VPC; if not it has a public endpoint.
        in_vpc: Option<bool>,
        /// Subnets: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups.
        security_group_ids: Vec<String>,
        /// Data nodes.
        instance_count: Option<i64>,
        /// Whether nodes spread over zones.
        zone_awareness_enabled: Option<bool>,
        /// Over how many zones.
        availability_zone_count: Option<i64>,
        /// Whether dedicated masters are on.
        dedicated_master_enabled: Option<bool>,
        /// Whether data is encrypted at rest.
        encryption_at_rest_enabled: Option<bool>,
        /// The KMS key.
        kms_key_id: Option<String>,
        /// Whether nodes encrypt among themselves.
        node_to_node_encryption_enabled: Option<bool>,
        /// Whether plain HTTP is refused.
        enforce_https: Option<bool>,
        /// The TLS policy.
        tls_security_policy: Option<String>,
        /// Whether fine-grained access control is on.
        advanced_security_enabled: Option<bool>,
        /// The access policy.
        access_policy: Option<PolicyDocument>,
        /// Derived: whom the access policy lets in.
        access: Option<ResourceAccess>,
        /// Log publishing by kind, such as `AUDIT_LOGS`.
        log_publishing: BTreeMap<String, LogPublishing>,
    }
}
