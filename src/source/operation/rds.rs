//! The calls for RDS.

use super::operations;

operations! {
    DESCRIBE_DB_INSTANCES = "rds:DescribeDBInstances" fills ["rds_instances"];
    DESCRIBE_DB_CLUSTERS = "rds:DescribeDBClusters" fills ["rds_clusters"];
    DESCRIBE_DB_SUBNET_GROUPS = "rds:DescribeDBSubnetGroups" fills ["rds_subnet_groups"];
    DESCRIBE_DB_PARAMETER_GROUPS = "rds:DescribeDBParameterGroups" fills ["rds_parameter_groups"];
    DESCRIBE_DB_PARAMETERS = "rds:DescribeDBParameters" fills ["rds_parameter_groups/parameters"];
    DESCRIBE_DB_CLUSTER_PARAMETER_GROUPS = "rds:DescribeDBClusterParameterGroups"
        fills ["rds_cluster_parameter_groups"];
    DESCRIBE_DB_CLUSTER_PARAMETERS = "rds:DescribeDBClusterParameters"
        fills ["rds_cluster_parameter_groups/parameters"];
    DESCRIBE_DB_SNAPSHOTS = "rds:DescribeDBSnapshots" fills ["rds_snapshots"];
    DESCRIBE_DB_SNAPSHOT_ATTRIBUTES = "rds:DescribeDBSnapshotAttributes"
        fills ["rds_snapshots/restore_accounts"];
    DESCRIBE_DB_CLUSTER_SNAPSHOTS = "rds:DescribeDBClusterSnapshots" fills ["rds_snapshots"];
    DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES = "rds:DescribeDBClusterSnapshotAttributes"
        fills ["rds_snapshots/restore_accounts"];
}
