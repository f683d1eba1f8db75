//! RDS instances, clusters, subnet groups and snapshots.
//!
//! Source: the AWS CLI command reference, `aws rds`.

use std::collections::BTreeSet;

use super::item::Item;
use super::scope::{Scope, tags};
use crate::model::{Identity, RdsCluster, RdsInstance, RdsSnapshot, RdsSubnetGroup, SecretValue};
use crate::source::engine;
use crate::source::node::Node;
use crate::source::operation::Operation;
use crate::source::operation::rds::{
    DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_CLUSTER_SNAPSHOTS, DESCRIBE_DB_CLUSTERS,
    DESCRIBE_DB_INSTANCES, DESCRIBE_DB_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_SNAPSHOTS,
    DESCRIBE_DB_SUBNET_GROUPS,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_DB_SUBNET_GROUPS) {
        subnet_group(scope, &item);
    }
    for item in scope.items(&DESCRIBE_DB_INSTANCES) {
        instance(scope, &item);
    }
    for item in scope.items(&DESCRIBE_DB_CLUSTERS) {
        cluster(scope, &item);
    }
    snapshots(
        scope,
        [&DESCRIBE_DB_SNAPSHOTS, &DESCRIBE_DB_SNAPSHOT_ATTRIBUTES],
        &Snapshots {
            kind: "snapshot",
            source_kind: "db",
            id: "DBSnapshotIdentifier",
            arn: "DBSnapshotArn",
            source: "DBInstanceIdentifier",
            encrypted: "Encrypted",
            attributes: "DBSnapshotAttributes",
        },
    );
    snapshots(
        scope,
        [&DESCRIBE_DB_CLUSTER_SNAPSHOTS, &DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES],
        &Snapshots {
            kind: "cluster-snapshot",
            source_kind: "cluster",
            id: "DBClusterSnapshotIdentifier",
            arn: "DBClusterSnapshotArn",
            source: "DBClusterIdentifier",
            encrypted: "StorageEncrypted",
            attributes: "DBClusterSnapshotAttributes",
        },
    );
}

/// The identity of what RDS calls by a name: its ARN is the key.
fn identity(scope: &Scope<'_>, node: &Node, arn: &str, kind: &str, name: &str) -> Identity {
    let arn = node.get(arn).and_then(Node::text);
    let arn = arn.unwrap_or_else(|| scope.arn("rds", &format!("{kind}:{name}")));
    let name = Some(name.to_owned());
    Identity { tags: tags(node.get("TagList")), ..scope.by_arn(&arn, name) }
}

/// The ARN of what is named, unless the name is one already.
fn named(scope: &Scope<'_>, kind: &str, name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        scope.arn("rds", &format!("{kind}:{name}"))
    }
}

/// The name in a member, as the ARN of what it names.
fn reference(scope: &Scope<'_>, node: &Node, kind: &str, key: &str) -> Option<String> {
    let name = node.get(key).and_then(Node::text).filter(|name| !name.is_empty())?;
    Some(named(scope, kind, &name))
}

fn instance(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_DB_INSTANCES;
    let Some(name) = scope.key(operation, node, "DBInstanceIdentifier") else { return };
    let mut database = RdsInstance::new(identity(scope, node, "DBInstanceArn", "db", &name));
    database.db_cluster = reference(scope, node, "cluster", "DBClusterIdentifier");
    database.db_subnet_group = node
        .get("DBSubnetGroup")
        .and_then(|group| reference(scope, group, "subgrp", "DBSubnetGroupName"));
    database.replicate_source =
        reference(scope, node, "db", "ReadReplicaSourceDBInstanceIdentifier")
            .or_else(|| reference(scope, node, "cluster", "ReadReplicaSourceDBClusterIdentifier"));
    let groups = node.get("DBParameterGroups").map(Node::items).unwrap_or_default();
    database.parameter_groups = groups
        .iter()
        .filter_map(|group| reference(scope, group, "pg", "DBParameterGroupName"))
        .collect();
    let mut item = scope.read(&database, node);
    database.db_instance_identifier = Some(name);
    database.engine = item.string("/engine", "Engine");
    database.engine_version = item.string("/engine_version", "EngineVersion");
    let endpoint = item.get("Endpoint").and_then(|endpoint| endpoint.get("Port"));
    let port = endpoint.or_else(|| item.get("DbInstancePort"));
    database.port = port_or_default(&mut item, port, database.engine.as_deref());
    database.security_group_ids =
        item.full_each("/security_group_ids", "VpcSecurityGroups", "VpcSecurityGroupId");
    database.publicly_accessible = item.flag("/publicly_accessible", "PubliclyAccessible");
    database.multi_az = item.flag("/multi_az", "MultiAZ");
    database.availability_zone = item.string("/availability_zone", "AvailabilityZone");
    database.backup_retention_period =
        item.always_integer("/backup_retention_period", "BackupRetentionPeriod");
    database.preferred_backup_window =
        item.string("/preferred_backup_window", "PreferredBackupWindow");
    database.preferred_maintenance_window =
        item.string("/preferred_maintenance_window", "PreferredMaintenanceWindow");
    database.auto_minor_version_upgrade =
        item.flag("/auto_minor_version_upgrade", "AutoMinorVersionUpgrade");
    database.storage_encrypted = item.flag("/storage_encrypted", "StorageEncrypted");
    database.kms_key_id = item.string("/kms_key_id", "KmsKeyId");
    database.deletion_protection = item.flag("/deletion_protection", "DeletionProtection");
    database.enabled_cloudwatch_logs_exports =
        item.strings("/enabled_cloudwatch_logs_exports", "EnabledCloudwatchLogsExports");
    database.monitoring_interval =
        item.draft.integer("/monitoring_interval", node.get("MonitoringInterval"), Some(0));
    database.performance_insights_enabled =
        item.flag_or("/performance_insights_enabled", "PerformanceInsightsEnabled", false);
    database.iam_database_authentication_enabled =
        item.flag("/iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled");
    database.manage_master_user_password = Some(item.get("MasterUserSecret").is_some());
    // AWS never tells the password itself.
    database.master_user_password = Some(SecretValue::of_reference());
    scope.keep(database);
}

fn port_or_default(
    item: &mut Item<'_, '_>,
    port: Option<&Node>,
    engine: Option<&str>,
) -> Option<i64> {
    let port = item.draft.integer("/port", port, None);
    port.filter(|port| *port > 0).or_else(|| engine::port(engine))
}

fn cluster(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_DB_CLUSTERS;
    let Some(name) = scope.key(operation, node, "DBClusterIdentifier") else { return };
    let mut cluster = RdsCluster::new(identity(scope, node, "DBClusterArn", "cluster", &name));
    let members = node.get("DBClusterMembers").map(Node::items).unwrap_or_default();
    cluster.members = members
        .iter()
        .filter_map(|member| reference(scope, member, "db", "DBInstanceIdentifier"))
        .collect();
    cluster.db_subnet_group = reference(scope, node, "subgrp", "DBSubnetGroup");
    cluster.parameter_group = reference(scope, node, "cluster-pg", "DBClusterParameterGroup");
    cluster.replicate_source = reference(scope, node, "cluster", "ReplicationSourceIdentifier");
    let mut item = scope.read(&cluster, node);
    cluster.db_cluster_identifier = Some(name);
    cluster.engine = item.string("/engine", "Engine");
    let aurora = cluster.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"));
    cluster.engine_version = item.string("/engine_version", "EngineVersion");
    cluster.engine_mode = item.string("/engine_mode", "EngineMode");
    cluster.port = port_or_default(&mut item, node.get("Port"), cluster.engine.as_deref());
    cluster.security_group_ids =
        item.full_each("/security_group_ids", "VpcSecurityGroups", "VpcSecurityGroupId");
    // Aurora's members carry the flag.
    cluster.publicly_accessible = match aurora {
        true => None,
        false => item.flag_or("/publicly_accessible", "PubliclyAccessible", false),
    };
    cluster.multi_az =
        item.draft.bool("/multi_az", node.get("MultiAZ"), (!aurora).then_some(false));
    cluster.backup_retention_period =
        item.integer("/backup_retention_period", "BackupRetentionPeriod");
    cluster.preferred_backup_window =
        item.string("/preferred_backup_window", "PreferredBackupWindow");
    cluster.preferred_maintenance_window =
        item.string("/preferred_maintenance_window", "PreferredMaintenanceWindow");
    cluster.auto_minor_version_upgrade =
        item.flag_or("/auto_minor_version_upgrade", "AutoMinorVersionUpgrade", aurora);
    let kind = item.string("/storage_encrypted", "StorageEncryptionType");
    let flag = item.flag("/storage_encrypted", "StorageEncrypted");
    cluster.storage_encrypted = engine::is_encrypted(flag, kind.as_deref());
    cluster.kms_key_id = item.string("/kms_key_id", "KmsKeyId");
    cluster.deletion_protection = item.flag("/deletion_protection", "DeletionProtection");
    cluster.enabled_cloudwatch_logs_exports =
        item.strings("/enabled_cloudwatch_logs_exports", "EnabledCloudwatchLogsExports");
    cluster.monitoring_interval =
        item.draft.integer("/monitoring_interval", node.get("MonitoringInterval"), Some(0));
    cluster.performance_insights_enabled =
        item.flag_or("/performance_insights_enabled", "PerformanceInsightsEnabled", false);
    cluster.manage_master_user_password = Some(item.get("MasterUserSecret").is_some());
    cluster.master_user_password = Some(SecretValue::of_reference());
    scope.keep(cluster);
}

fn subnet_group(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_DB_SUBNET_GROUPS;
    let Some(name) = scope.key(operation, node, "DBSubnetGroupName") else { return };
    let identity = identity(scope, node, "DBSubnetGroupArn", "subgrp", &name);
    let mut group = RdsSubnetGroup::new(identity);
    let mut item = scope.read(&group, node);
    group.vpc_id = item.string("/vpc_id", "VpcId");
    group.subnet_ids = item.full_each("/subnet_ids", "Subnets", "SubnetIdentifier");
    scope.keep(group);
}

/// How the members of snapshots are called.
struct Snapshots {
    kind: &'static str,
    source_kind: &'static str,
    id: &'static str,
    arn: &'static str,
    source: &'static str,
    encrypted: &'static str,
    attributes: &'static str,
}

fn snapshots(
    scope: &mut Scope<'_>,
    [operation, of_attributes]: [&Operation; 2],
    names: &Snapshots,
) {
    let mut manual = Vec::new();
    for node in scope.items(operation) {
        let Some(name) = scope.key(operation, &node, names.id) else { continue };
        let mut snapshot = RdsSnapshot::new(identity(scope, &node, names.arn, names.kind, &name));
        snapshot.source = reference(scope, &node, names.source_kind, names.source);
        let mut item = scope.read(&snapshot, &node);
        snapshot.snapshot_type = item.string("/snapshot_type", "SnapshotType");
        let kind = item.string("/encrypted", "StorageEncryptionType");
        snapshot.encrypted =
            engine::is_encrypted(item.flag("/encrypted", names.encrypted), kind.as_deref());
        // Only manual snapshots can be shared.
        if snapshot.snapshot_type.as_deref() == Some("manual") {
            manual.push(snapshot.id.clone());
        }
        scope.keep(snapshot);
    }
    let mut told = BTreeSet::new();
    for (name, answer) in scope.of_things(of_attributes, names.id, &[]) {
        let list = answer.get(names.attributes).map(Node::items).unwrap_or_default();
        let text = |one: &Node| one.get("AttributeName").and_then(Node::text);
        let accounts: Vec<String> = list
            .iter()
            .filter(|one| text(one).as_deref() == Some("restore"))
            .flat_map(|one| one.get("AttributeValues").map(Node::items).unwrap_or_default())
            .filter_map(Node::text)
            .collect();
        let key = named(scope, names.kind, &name);
        scope.update::<RdsSnapshot>(&key, |snapshot| snapshot.restore_accounts = accounts);
        told.insert(key);
    }
    scope.leave_rest_open(of_attributes, "rds_snapshots", &manual, &told);
}
