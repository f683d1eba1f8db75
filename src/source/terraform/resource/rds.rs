//! RDS instances, clusters and their groups.

use std::collections::BTreeMap;

use super::Declared;
use crate::model::{
    RdsCluster, RdsClusterParameterGroup, RdsInstance, RdsParameterGroup, RdsSubnetGroup, Reason,
    Snapshot,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::{engine, left_out};

/// Whether a database is made out of another's backup.
fn is_restored(declared: &Declared<'_>) -> bool {
    let in_time = declared.get("restore_to_point_in_time");
    declared.get("snapshot_identifier").is_some()
        || in_time.is_some_and(|node| !node.items().is_empty())
}

pub(super) fn instance(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    // What the provider computes was left to AWS.
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "rds_instances");
    let mut database = RdsInstance::new(declared.identity(&mut draft, "identifier"));
    database.db_instance_identifier =
        draft.string("/db_instance_identifier", declared.get("identifier"), None);
    // A replica has from its source what it does not say.
    let is_replica = set("replicate_source_db").is_some();
    let is_member = set("cluster_identifier").is_some();
    let chosen = |name: &str| if is_replica { set(name) } else { declared.chosen(name) };
    database.engine = draft.string("/engine", chosen("engine"), None);
    let version = if is_member { set("engine_version") } else { chosen("engine_version") };
    database.engine_version = draft.string("/engine_version", version, None);
    database.port = draft.integer("/port", set("port"), engine::port(database.engine.as_deref()));
    if set("port").is_none() {
        draft.follows("/port", "/engine");
    }
    database.db_cluster = draft.string("/db_cluster", declared.get("cluster_identifier"), None);
    database.db_subnet_group =
        draft.string("/db_subnet_group", declared.get("db_subnet_group_name"), None);
    database.security_group_ids =
        draft.strings("/security_group_ids", declared.get("vpc_security_group_ids"));
    let group =
        declared.get("parameter_group_name").or_else(|| declared.get("db_parameter_group_name"));
    database.parameter_groups = draft.strings("/parameter_groups", group);
    database.replicate_source = draft.string("/replicate_source", set("replicate_source_db"), None);
    database.publicly_accessible =
        draft.bool("/publicly_accessible", set("publicly_accessible"), Some(false));
    database.multi_az = draft.bool("/multi_az", set("multi_az"), Some(false));
    database.availability_zone = draft.string("/availability_zone", set("availability_zone"), None);
    let restored = is_restored(declared);
    database.backup_retention_period = left_out::retention(
        &mut draft,
        ("backup_retention_period", declared.get("backup_retention_period")),
        0,
        restored,
    );
    database.preferred_backup_window = draft.string(
        "/preferred_backup_window",
        set("backup_window").or_else(|| set("preferred_backup_window")),
        None,
    );
    database.preferred_maintenance_window = draft.string(
        "/preferred_maintenance_window",
        set("maintenance_window").or_else(|| set("preferred_maintenance_window")),
        None,
    );
    database.auto_minor_version_upgrade = draft.bool(
        "/auto_minor_version_upgrade",
        declared.get("auto_minor_version_upgrade"),
        Some(true),
    );
    let inherits = is_replica || restored || is_member;
    let default = if inherits { None } else { Some(false) };
    database.storage_encrypted =
        draft.bool("/storage_encrypted", set("storage_encrypted"), default);
    if inherits && set("storage_encrypted").is_none() {
        draft.gap("/storage_encrypted", left_out::as_the_source("storage_encrypted"));
    }
    database.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    database.deletion_protection =
        draft.bool("/deletion_protection", declared.get("deletion_protection"), Some(false));
    database.enabled_cloudwatch_logs_exports = draft.strings(
        "/enabled_cloudwatch_logs_exports",
        declared.get("enabled_cloudwatch_logs_exports"),
    );
    database.monitoring_interval =
        draft.integer("/monitoring_interval", set("monitoring_interval"), Some(0));
    database.performance_insights_enabled = draft.bool(
        "/performance_insights_enabled",
        set("performance_insights_enabled"),
        Some(false),
    );
    database.iam_database_authentication_enabled = draft.bool(
        "/iam_database_authentication_enabled",
        declared.get("iam_database_authentication_enabled"),
        Some(false),
    );
    database.manage_master_user_password = draft.bool(
        "/manage_master_user_password",
        declared.get("manage_master_user_password"),
        Some(false),
    );
    snapshot.model.insert(database);
}

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "rds_clusters");
    let mut cluster = RdsCluster::new(declared.identity(&mut draft, "cluster_identifier"));
    cluster.db_cluster_identifier =
        draft.string("/db_cluster_identifier", declared.get("cluster_identifier"), None);
    cluster.engine = draft.string("/engine", declared.get("engine"), None);
    cluster.engine_version =
        draft.string("/engine_version", declared.chosen("engine_version"), None);
    cluster.engine_mode =
        draft.string("/engine_mode", declared.get("engine_mode"), Some("provisioned"));
    cluster.port = draft.integer("/port", set("port"), engine::port(cluster.engine.as_deref()));
    if set("port").is_none() {
        draft.follows("/port", "/engine");
    }
    cluster.db_subnet_group =
        draft.string("/db_subnet_group", declared.get("db_subnet_group_name"), None);
    cluster.security_group_ids =
        draft.strings("/security_group_ids", declared.get("vpc_security_group_ids"));
    cluster.parameter_group =
        draft.string("/parameter_group", set("db_cluster_parameter_group_name"), None);
    let aurora = cluster.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"));
    if !aurora {
        let detail = "AWS decides it by the VPC".to_owned();
        let expression = "publicly_accessible".to_owned();
        draft.gap("/publicly_accessible", Reason::Unresolvable { expression, detail });
    }
    cluster.multi_az = (!aurora && cluster.engine.is_some()).then_some(true);
    let restored = is_restored(declared);
    cluster.backup_retention_period = left_out::retention(
        &mut draft,
        ("backup_retention_period", declared.get("backup_retention_period")),
        1,
        restored,
    );
    cluster.preferred_backup_window =
        draft.string("/preferred_backup_window", set("preferred_backup_window"), None);
    cluster.preferred_maintenance_window =
        draft.string("/preferred_maintenance_window", set("preferred_maintenance_window"), None);
    cluster.auto_minor_version_upgrade = Some(true);
    let encrypted = set("storage_encrypted");
    let inherits = restored || set("replication_source_identifier").is_some();
    let default = match (inherits, cluster.engine_mode.as_deref()) {
        (true, _) => None,
        (_, Some("serverless")) => Some(true),
        _ => (!aurora).then_some(false),
    };
    cluster.storage_encrypted = draft.bool("/storage_encrypted", encrypted, default);
    if encrypted.is_none() && inherits {
        draft.gap("/storage_encrypted", left_out::as_the_source("storage_encrypted"));
    } else if encrypted.is_none() && default.is_none() {
        draft.gap("/storage_encrypted", left_out::aurora_encryption("storage_encrypted"));
    }
    cluster.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    cluster.deletion_protection =
        draft.bool("/deletion_protection", declared.get("deletion_protection"), Some(false));
    cluster.enabled_cloudwatch_logs_exports = draft.strings(
        "/enabled_cloudwatch_logs_exports",
        declared.get("enabled_cloudwatch_logs_exports"),
    );
    cluster.monitoring_interval =
        draft.integer("/monitoring_interval", set("monitoring_interval"), Some(0));
    cluster.performance_insights_enabled = draft.bool(
        "/performance_insights_enabled",
        set("performance_insights_enabled"),
        Some(false),
    );
    cluster.replicate_source =
        draft.string("/replicate_source", declared.get("replication_source_identifier"), None);
    cluster.manage_master_user_password = draft.bool(
        "/manage_master_user_password",
        declared.get("manage_master_user_password"),
        Some(false),
    );
    snapshot.model.insert(cluster);
}

pub(super) fn subnet_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_subnet_groups");
    let mut group = RdsSubnetGroup::new(declared.identity(&mut draft, "name"));
    group.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    snapshot.model.insert(group);
}

/// Parameters by name, from `parameter` blocks.
fn parameters(declared: &Declared<'_>, draft: &mut Draft<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for item in declared.get("parameter").map(Node::items).unwrap_or_default() {
        draft.whole("/parameters", item.get("name"));
        let Some(name) = item.get("name").and_then(Node::text) else { continue };
        let path = format!("/parameters/{}", crate::source::draft::escape(&name));
        if let Some(value) = draft.string(&path, item.get("value"), None) {
            found.insert(name, value);
        }
    }
    found
}

pub(super) fn parameter_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_parameter_groups");
    let mut group = RdsParameterGroup::new(declared.identity(&mut draft, "name"));
    group.family = draft.string("/family", declared.get("family"), None);
    group.is_default = Some(false);
    group.parameters = parameters(declared, &mut draft);
    snapshot.model.insert(group);
}

pub(super) fn cluster_parameter_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "rds_cluster_parameter_groups");
    let mut group = RdsClusterParameterGroup::new(declared.identity(&mut draft, "name"));
    group.family = draft.string("/family", declared.get("family"), None);
    group.is_default = Some(false);
    group.parameters = parameters(declared, &mut draft);
    snapshot.model.insert(group);
}
