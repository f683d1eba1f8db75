//! `AWS::RDS`.

use super::Declared;
use crate::model::{
    RdsCluster, RdsClusterParameterGroup, RdsInstance, RdsParameterGroup, RdsSubnetGroup, Snapshot,
};
use crate::source::{engine, left_out};

/// Properties that make a database out of another's backup.
const RESTORES: [&str; 4] = [
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "SourceDbiResourceId",
    "SourceDBInstanceAutomatedBackupsArn",
];

/// Whether a database is made again as its source was at a point in time.
fn is_restored_in_time(declared: &Declared<'_>) -> bool {
    let latest = declared.get("UseLatestRestorableTime");
    declared.get("RestoreTime").is_some() || latest.is_some_and(|node| node.bool() != Some(false))
}

pub(super) fn instance(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    declared.credential(snapshot, "MasterUserPassword", declared.get("MasterUserPassword"));
    let mut draft = declared.draft(snapshot, "rds_instances");
    let mut database = RdsInstance::new(declared.identity(&mut draft, "DBInstanceIdentifier"));
    database.db_instance_identifier =
        draft.string("/db_instance_identifier", declared.get("DBInstanceIdentifier"), None);
    // One that is made again from a point in time is no replica.
    let again = is_restored_in_time(declared);
    let replica_of = declared
        .get("SourceDBInstanceIdentifier")
        .or_else(|| declared.get("SourceDBClusterIdentifier"))
        .filter(|_| !again);
    let restored = again || RESTORES.iter().any(|name| declared.get(name).is_some());
    database.engine = draft.string("/engine", declared.get("Engine"), None);
    if restored && declared.get("Engine").is_none() {
        draft.gap("/engine", left_out::as_the_source("Engine"));
    }
    database.engine_version = draft.string("/engine_version", declared.get("EngineVersion"), None);
    let is_member = declared.get("DBClusterIdentifier").is_some();
    if declared.get("EngineVersion").is_none() && replica_of.is_none() && !is_member {
        draft.gap("/engine_version", left_out::chosen_by_aws("EngineVersion"));
    }
    database.port =
        draft.integer("/port", declared.get("Port"), engine::port(database.engine.as_deref()));
    if declared.get("Port").is_none() {
        draft.follows("/port", "/engine");
    }
    database.db_cluster = draft.string("/db_cluster", declared.get("DBClusterIdentifier"), None);
    database.db_subnet_group =
        draft.string("/db_subnet_group", declared.get("DBSubnetGroupName"), None);
    database.security_group_ids =
        draft.strings("/security_group_ids", declared.get("VPCSecurityGroups"));
    database.parameter_groups =
        draft.strings("/parameter_groups", declared.get("DBParameterGroupName"));
    database.replicate_source = draft.string("/replicate_source", replica_of, None);
    let inherits = replica_of.is_some() || restored || is_member;
    database.publicly_accessible =
        draft.bool("/publicly_accessible", declared.get("PubliclyAccessible"), None);
    if declared.get("PubliclyAccessible").is_none() {
        draft.gap("/publicly_accessible", left_out::decided_by_the_vpc("PubliclyAccessible"));
    }
    database.multi_az = draft.bool("/multi_az", declared.get("MultiAZ"), Some(false));
    database.availability_zone =
        draft.string("/availability_zone", declared.get("AvailabilityZone"), None);
    database.backup_retention_period = left_out::retention(
        &mut draft,
        ("BackupRetentionPeriod", declared.get("BackupRetentionPeriod")),
        if replica_of.is_some() { 0 } else { 1 },
        restored,
    );
    database.preferred_backup_window =
        draft.string("/preferred_backup_window", declared.get("PreferredBackupWindow"), None);
    database.preferred_maintenance_window = draft.string(
        "/preferred_maintenance_window",
        declared.get("PreferredMaintenanceWindow"),
        None,
    );
    database.auto_minor_version_upgrade = draft.bool(
        "/auto_minor_version_upgrade",
        declared.get("AutoMinorVersionUpgrade"),
        Some(true),
    );
    let unencrypted = if inherits { None } else { Some(false) };
    database.storage_encrypted =
        draft.bool("/storage_encrypted", declared.get("StorageEncrypted"), unencrypted);
    if inherits && declared.get("StorageEncrypted").is_none() {
        draft.gap("/storage_encrypted", left_out::as_the_source("StorageEncrypted"));
    }
    database.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    database.deletion_protection =
        draft.bool("/deletion_protection", declared.get("DeletionProtection"), Some(false));
    database.enabled_cloudwatch_logs_exports = draft
        .strings("/enabled_cloudwatch_logs_exports", declared.get("EnableCloudwatchLogsExports"));
    database.monitoring_interval =
        draft.integer("/monitoring_interval", declared.get("MonitoringInterval"), Some(0));
    database.performance_insights_enabled = draft.bool(
        "/performance_insights_enabled",
        declared.get("EnablePerformanceInsights"),
        Some(false),
    );
    database.iam_database_authentication_enabled = draft.bool(
        "/iam_database_authentication_enabled",
        declared.get("EnableIAMDatabaseAuthentication"),
        Some(false),
    );
    database.manage_master_user_password = draft.bool(
        "/manage_master_user_password",
        declared.get("ManageMasterUserPassword"),
        Some(false),
    );
    database.master_user_password =
        draft.secret("/master_user_password", "password", declared.get("MasterUserPassword"));
    snapshot.model.insert(database);
}

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    declared.credential(snapshot, "MasterUserPassword", declared.get("MasterUserPassword"));
    let mut draft = declared.draft(snapshot, "rds_clusters");
    let mut cluster = RdsCluster::new(declared.identity(&mut draft, "DBClusterIdentifier"));
    cluster.db_cluster_identifier =
        draft.string("/db_cluster_identifier", declared.get("DBClusterIdentifier"), None);
    let source = declared.get("SourceDBClusterIdentifier");
    let restored = source.is_some() || declared.get("SnapshotIdentifier").is_some();
    cluster.engine = draft.string("/engine", declared.get("Engine"), None);
    if restored && declared.get("Engine").is_none() {
        draft.gap("/engine", left_out::as_the_source("Engine"));
    }
    cluster.engine_version = draft.string("/engine_version", declared.get("EngineVersion"), None);
    if declared.get("EngineVersion").is_none() {
        draft.gap("/engine_version", left_out::chosen_by_aws("EngineVersion"));
    }
    cluster.engine_mode =
        draft.string("/engine_mode", declared.get("EngineMode"), Some("provisioned"));
    cluster.port =
        draft.integer("/port", declared.get("Port"), engine::port(cluster.engine.as_deref()));
    if declared.get("Port").is_none() {
        draft.follows("/port", "/engine");
    }
    cluster.db_subnet_group =
        draft.string("/db_subnet_group", declared.get("DBSubnetGroupName"), None);
    cluster.security_group_ids =
        draft.strings("/security_group_ids", declared.get("VpcSecurityGroupIds"));
    cluster.parameter_group =
        draft.string("/parameter_group", declared.get("DBClusterParameterGroupName"), None);
    // A Multi-AZ DB cluster names an instance class of its own; Aurora's
    // members carry the flag.
    let aurora = cluster.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"));
    cluster.publicly_accessible =
        draft.bool("/publicly_accessible", declared.get("PubliclyAccessible"), None);
    if !aurora && declared.get("PubliclyAccessible").is_none() {
        draft.gap("/publicly_accessible", left_out::decided_by_the_vpc("PubliclyAccessible"));
    }
    cluster.multi_az = (!aurora && cluster.engine.is_some()).then_some(true);
    cluster.backup_retention_period = left_out::retention(
        &mut draft,
        ("BackupRetentionPeriod", declared.get("BackupRetentionPeriod")),
        1,
        restored,
    );
    cluster.preferred_backup_window =
        draft.string("/preferred_backup_window", declared.get("PreferredBackupWindow"), None);
    cluster.preferred_maintenance_window = draft.string(
        "/preferred_maintenance_window",
        declared.get("PreferredMaintenanceWindow"),
        None,
    );
    cluster.auto_minor_version_upgrade = draft.bool(
        "/auto_minor_version_upgrade",
        declared.get("AutoMinorVersionUpgrade"),
        Some(true),
    );
    let inherits = restored || declared.get("ReplicationSourceIdentifier").is_some();
    let encrypted = declared.get("StorageEncrypted");
    cluster.storage_encrypted =
        draft.bool("/storage_encrypted", encrypted, (!inherits && !aurora).then_some(false));
    if encrypted.is_none() && inherits {
        draft.gap("/storage_encrypted", left_out::as_the_source("StorageEncrypted"));
    } else if encrypted.is_none() && aurora {
        draft.gap("/storage_encrypted", left_out::aurora_encryption("StorageEncrypted"));
    }
    cluster.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    cluster.deletion_protection =
        draft.bool("/deletion_protection", declared.get("DeletionProtection"), Some(false));
    cluster.enabled_cloudwatch_logs_exports = draft
        .strings("/enabled_cloudwatch_logs_exports", declared.get("EnableCloudwatchLogsExports"));
    cluster.monitoring_interval =
        draft.integer("/monitoring_interval", declared.get("MonitoringInterval"), Some(0));
    cluster.performance_insights_enabled = draft.bool(
        "/performance_insights_enabled",
        declared.get("PerformanceInsightsEnabled"),
        Some(false),
    );
    cluster.replicate_source =
        draft.string("/replicate_source", declared.get("ReplicationSourceIdentifier"), None);
    cluster.manage_master_user_password = draft.bool(
        "/manage_master_user_password",
        declared.get("ManageMasterUserPassword"),
        Some(false),
    );
    cluster.master_user_password =
        draft.secret("/master_user_password", "password", declared.get("MasterUserPassword"));
    snapshot.model.insert(cluster);
}

pub(super) fn subnet_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_subnet_groups");
    let mut group = RdsSubnetGroup::new(declared.identity(&mut draft, "DBSubnetGroupName"));
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("SubnetIds"));
    snapshot.model.insert(group);
}

pub(super) fn parameter_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_parameter_groups");
    let mut group = RdsParameterGroup::new(declared.identity(&mut draft, "DBParameterGroupName"));
    group.family = draft.string("/family", declared.get("Family"), None);
    group.is_default = Some(false);
    group.parameters = draft.string_map("/parameters", declared.get("Parameters"));
    snapshot.model.insert(group);
}

pub(super) fn cluster_parameter_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_cluster_parameter_groups");
    let identity = declared.identity(&mut draft, "DBClusterParameterGroupName");
    let mut group = RdsClusterParameterGroup::new(identity);
    group.family = draft.string("/family", declared.get("Family"), None);
    group.is_default = Some(false);
    group.parameters = draft.string_map("/parameters", declared.get("Parameters"));
    snapshot.model.insert(group);
}
