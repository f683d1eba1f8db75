//! RDS instances, clusters, their groups and snapshots.
//!
//! Source: the Amazon RDS API reference.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::Client;
use aws_sdk_rds::types;

use super::scope::{Scope, each};
use crate::model::{
    Identity, RdsCluster, RdsClusterParameterGroup, RdsInstance, RdsParameterGroup, RdsSnapshot,
    RdsSubnetGroup, ResourceRef, SecretValue,
};
use crate::source::engine;
use crate::source::operation::Operation;
use crate::source::operation::rds::{
    DESCRIBE_DB_CLUSTER_PARAMETER_GROUPS, DESCRIBE_DB_CLUSTER_PARAMETERS,
    DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_CLUSTER_SNAPSHOTS, DESCRIBE_DB_CLUSTERS,
    DESCRIBE_DB_INSTANCES, DESCRIBE_DB_PARAMETER_GROUPS, DESCRIBE_DB_PARAMETERS,
    DESCRIBE_DB_SNAPSHOT_ATTRIBUTES, DESCRIBE_DB_SNAPSHOTS, DESCRIBE_DB_SUBNET_GROUPS,
};

pub(super) async fn read(scope: &Scope, client: Client) {
    let client = &client;
    futures::join!(
        subnet_groups(scope, client),
        databases(scope, client),
        snapshots(scope, client),
        cluster_snapshots(scope, client),
    );
}

fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

/// The identity of what RDS calls by a name: its ARN is the key.
fn identity(
    scope: &Scope,
    arn: Option<String>,
    kind: &str,
    name: &str,
    with: Option<Vec<types::Tag>>,
) -> Identity {
    let arn = arn.unwrap_or_else(|| scope.arn("rds", &format!("{kind}:{name}")));
    Identity {
        arn: Some(arn.clone()),
        name: Some(name.to_owned()),
        tags: tags(with),
        ..scope.identity(arn)
    }
}

/// Instances and clusters, then the parameters of the groups that they use.
async fn databases(scope: &Scope, client: &Client) {
    let (instances, clusters, groups, cluster_groups) = futures::join!(
        async {
            let pages = client.describe_db_instances().into_paginator().send();
            scope.pages(&DESCRIBE_DB_INSTANCES, None, pages).await
        },
        async {
            let pages = client.describe_db_clusters().into_paginator().send();
            scope.pages(&DESCRIBE_DB_CLUSTERS, None, pages).await
        },
        async {
            let pages = client.describe_db_parameter_groups().into_paginator().send();
            scope.pages(&DESCRIBE_DB_PARAMETER_GROUPS, None, pages).await
        },
        async {
            let pages = client.describe_db_cluster_parameter_groups().into_paginator().send();
            scope.pages(&DESCRIBE_DB_CLUSTER_PARAMETER_GROUPS, None, pages).await
        },
    );
    let mut used = BTreeSet::new();
    for found in instances.into_iter().flat_map(|page| page.db_instances.unwrap_or_default()) {
        instance(scope, found, &mut used);
    }
    let mut used_by_clusters = BTreeSet::new();
    for found in clusters.into_iter().flat_map(|page| page.db_clusters.unwrap_or_default()) {
        cluster(scope, found, &mut used_by_clusters);
    }
    let groups = groups
        .into_iter()
        .flat_map(|page| page.db_parameter_groups.unwrap_or_default())
        .filter(|group| group.db_parameter_group_name.as_ref().is_some_and(|n| used.contains(n)))
        .map(|group| parameter_group(scope, client, group));
    let cluster_groups = cluster_groups
        .into_iter()
        .flat_map(|page| page.db_cluster_parameter_groups.unwrap_or_default())
        .filter(|group| {
            group
                .db_cluster_parameter_group_name
                .as_ref()
                .is_some_and(|name| used_by_clusters.contains(name))
        })
        .map(|group| cluster_parameter_group(scope, client, group));
    futures::join!(each(groups), each(cluster_groups));
}

fn instance(scope: &Scope, found: types::DbInstance, used: &mut BTreeSet<String>) {
    let Some(name) = found.db_instance_identifier else { return };
    let identity = identity(scope, found.db_instance_arn, "db", &name, found.tag_list);
    let mut database = RdsInstance::new(identity);
    database.db_instance_identifier = Some(name);
    database.engine = found.engine;
    database.engine_version = found.engine_version;
    let port = found.endpoint.and_then(|endpoint| endpoint.port).or(found.db_instance_port);
    database.port = port
        .filter(|port| *port > 0)
        .map(i64::from)
        .or_else(|| engine::port(database.engine.as_deref()));
    database.db_cluster = found
        .db_cluster_identifier
        .filter(|name| !name.is_empty())
        .map(|name| scope.arn("rds", &format!("cluster:{name}")));
    database.db_subnet_group = found
        .db_subnet_group
        .and_then(|group| group.db_subnet_group_name)
        .map(|name| scope.arn("rds", &format!("subgrp:{name}")));
    database.security_group_ids = found
        .vpc_security_groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.vpc_security_group_id)
        .collect();
    for group in found.db_parameter_groups.unwrap_or_default() {
        if let Some(name) = group.db_parameter_group_name {
            database.parameter_groups.push(scope.arn("rds", &format!("pg:{name}")));
            used.insert(name);
        }
    }
    database.publicly_accessible = Some(found.publicly_accessible.unwrap_or(false));
    database.multi_az = Some(found.multi_az.unwrap_or(false));
    database.availability_zone = found.availability_zone;
    database.backup_retention_period = Some(found.backup_retention_period.map_or(0, i64::from));
    database.preferred_backup_window = found.preferred_backup_window;
    database.preferred_maintenance_window = found.preferred_maintenance_window;
    database.auto_minor_version_upgrade = Some(found.auto_minor_version_upgrade.unwrap_or(false));
    database.storage_encrypted = Some(found.storage_encrypted.unwrap_or(false));
    database.kms_key_id = found.kms_key_id;
    database.deletion_protection = Some(found.deletion_protection.unwrap_or(false));
    database.enabled_cloudwatch_logs_exports =
        found.enabled_cloudwatch_logs_exports.unwrap_or_default();
    database.monitoring_interval = Some(found.monitoring_interval.map_or(0, i64::from));
    database.performance_insights_enabled =
        Some(found.performance_insights_enabled.unwrap_or(false));
    database.iam_database_authentication_enabled =
        Some(found.iam_database_authentication_enabled.unwrap_or(false));
    database.replicate_source = found
        .read_replica_source_db_instance_identifier
        .map(|source| named(scope, "db", source))
        .or_else(|| {
            let source = found.read_replica_source_db_cluster_identifier;
            source.map(|source| named(scope, "cluster", source))
        })
        .filter(|source| !source.is_empty());
    database.manage_master_user_password = Some(found.master_user_secret.is_some());
    // AWS never tells the password itself.
    database.master_user_password = Some(SecretValue::of_reference());
    scope.insert(database, &DESCRIBE_DB_INSTANCES);
}

/// The ARN of what is named, unless the name is one already.
fn named(scope: &Scope, kind: &str, name: String) -> String {
    if name.is_empty() || name.starts_with("arn:") {
        name
    } else {
        scope.arn("rds", &format!("{kind}:{name}"))
    }
}

fn cluster(scope: &Scope, found: types::DbCluster, used: &mut BTreeSet<String>) {
    let Some(name) = found.db_cluster_identifier else { return };
    let identity = identity(scope, found.db_cluster_arn, "cluster", &name, found.tag_list);
    let mut cluster = RdsCluster::new(identity);
    cluster.db_cluster_identifier = Some(name);
    cluster.engine = found.engine;
    let aurora = cluster.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"));
    cluster.engine_version = found.engine_version;
    cluster.engine_mode = found.engine_mode;
    cluster.port = found
        .port
        .filter(|port| *port > 0)
        .map(i64::from)
        .or_else(|| engine::port(cluster.engine.as_deref()));
    cluster.members = found
        .db_cluster_members
        .unwrap_or_default()
        .into_iter()
        .filter_map(|member| member.db_instance_identifier)
        .map(|name| scope.arn("rds", &format!("db:{name}")))
        .collect();
    cluster.db_subnet_group =
        found.db_subnet_group.map(|name| scope.arn("rds", &format!("subgrp:{name}")));
    cluster.security_group_ids = found
        .vpc_security_groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.vpc_security_group_id)
        .collect();
    if let Some(name) = found.db_cluster_parameter_group {
        cluster.parameter_group = Some(scope.arn("rds", &format!("cluster-pg:{name}")));
        used.insert(name);
    }
    // Aurora's members carry the flag.
    cluster.publicly_accessible = (!aurora).then_some(found.publicly_accessible.unwrap_or(false));
    cluster.multi_az = if aurora { found.multi_az } else { Some(found.multi_az.unwrap_or(false)) };
    cluster.backup_retention_period = found.backup_retention_period.map(i64::from);
    cluster.preferred_backup_window = found.preferred_backup_window;
    cluster.preferred_maintenance_window = found.preferred_maintenance_window;
    cluster.auto_minor_version_upgrade = Some(found.auto_minor_version_upgrade.unwrap_or(aurora));
    let kind = found.storage_encryption_type.as_ref().map(|kind| kind.as_str());
    let flag = Some(found.storage_encrypted.unwrap_or(false));
    cluster.storage_encrypted = engine::is_encrypted(flag, kind);
    cluster.kms_key_id = found.kms_key_id;
    cluster.deletion_protection = Some(found.deletion_protection.unwrap_or(false));
    cluster.enabled_cloudwatch_logs_exports =
        found.enabled_cloudwatch_logs_exports.unwrap_or_default();
    cluster.monitoring_interval = Some(found.monitoring_interval.map_or(0, i64::from));
    cluster.performance_insights_enabled =
        Some(found.performance_insights_enabled.unwrap_or(false));
    cluster.replicate_source = found
        .replication_source_identifier
        .filter(|source| !source.is_empty())
        .map(|source| named(scope, "cluster", source));
    cluster.manage_master_user_password = Some(found.master_user_secret.is_some());
    cluster.master_user_password = Some(SecretValue::of_reference());
    scope.insert(cluster, &DESCRIBE_DB_CLUSTERS);
}

async fn subnet_groups(scope: &Scope, client: &Client) {
    let pages = client.describe_db_subnet_groups().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_DB_SUBNET_GROUPS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.db_subnet_groups.unwrap_or_default()) {
        let Some(name) = found.db_subnet_group_name else { continue };
        let identity = identity(scope, found.db_subnet_group_arn, "subgrp", &name, None);
        let mut group = RdsSubnetGroup::new(identity);
        group.vpc_id = found.vpc_id;
        group.subnet_ids = found
            .subnets
            .unwrap_or_default()
            .into_iter()
            .filter_map(|subnet| subnet.subnet_identifier)
            .collect();
        scope.insert(group, &DESCRIBE_DB_SUBNET_GROUPS);
    }
}

/// Parameters that have a value.
fn parameters(found: impl IntoIterator<Item = types::Parameter>) -> BTreeMap<String, String> {
    found
        .into_iter()
        .filter_map(|parameter| Some((parameter.parameter_name?, parameter.parameter_value?)))
        .collect()
}

async fn parameter_group(scope: &Scope, client: &Client, found: types::DbParameterGroup) {
    let Some(name) = found.db_parameter_group_name else { return };
    let identity = identity(scope, found.db_parameter_group_arn, "pg", &name, None);
    let mut group = RdsParameterGroup::new(identity);
    group.family = found.db_parameter_group_family;
    group.is_default = Some(name.starts_with("default."));
    let key = group.id.clone();
    let pages =
        client.describe_db_parameters().db_parameter_group_name(&name).into_paginator().send();
    let pages = scope.pages(&DESCRIBE_DB_PARAMETERS, Some(&key), pages).await;
    group.parameters =
        parameters(pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default()));
    let reference = scope.insert(group, &DESCRIBE_DB_PARAMETER_GROUPS);
    scope.read_by(&reference, "/parameters", &DESCRIBE_DB_PARAMETERS);
}

async fn cluster_parameter_group(
    scope: &Scope,
    client: &Client,
    found: types::DbClusterParameterGroup,
) {
    let Some(name) = found.db_cluster_parameter_group_name else { return };
    let arn = found.db_cluster_parameter_group_arn;
    let mut group = RdsClusterParameterGroup::new(identity(scope, arn, "cluster-pg", &name, None));
    group.family = found.db_parameter_group_family;
    group.is_default = Some(name.starts_with("default."));
    let key = group.id.clone();
    let pages = client
        .describe_db_cluster_parameters()
        .db_cluster_parameter_group_name(&name)
        .into_paginator()
        .send();
    let pages = scope.pages(&DESCRIBE_DB_CLUSTER_PARAMETERS, Some(&key), pages).await;
    group.parameters =
        parameters(pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default()));
    let reference = scope.insert(group, &DESCRIBE_DB_CLUSTER_PARAMETER_GROUPS);
    scope.read_by(&reference, "/parameters", &DESCRIBE_DB_CLUSTER_PARAMETERS);
}

/// Only manual snapshots can be shared.
const MANUAL: &str = "manual";

/// The attribute that tells who may restore a snapshot.
const RESTORE: &str = "restore";

async fn snapshots(scope: &Scope, client: &Client) {
    let pages = client.describe_db_snapshots().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_DB_SNAPSHOTS, None, pages).await;
    let mut manual: Vec<(ResourceRef, String)> = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.db_snapshots.unwrap_or_default()) {
        let Some(name) = found.db_snapshot_identifier else { continue };
        let identity = identity(scope, found.db_snapshot_arn, "snapshot", &name, found.tag_list);
        let mut snapshot = RdsSnapshot::new(identity);
        snapshot.source = found.db_instance_identifier.map(|source| named(scope, "db", source));
        snapshot.snapshot_type = found.snapshot_type;
        snapshot.encrypted = Some(found.encrypted.unwrap_or(false));
        let shared = snapshot.snapshot_type.as_deref() == Some(MANUAL);
        let reference = scope.insert(snapshot, &DESCRIBE_DB_SNAPSHOTS);
        if shared {
            manual.push((reference, name));
        }
    }
    let operation = &DESCRIBE_DB_SNAPSHOT_ATTRIBUTES;
    sharing(scope, &manual, operation, async |id, name| {
        let call = client.describe_db_snapshot_attributes().db_snapshot_identifier(name).send();
        let answer = scope.call(operation, Some(id), call).await?;
        let attributes = answer.db_snapshot_attributes_result?.db_snapshot_attributes?;
        Some(attributes.into_iter().map(|a| (a.attribute_name, a.attribute_values)).collect())
    })
    .await;
}

async fn cluster_snapshots(scope: &Scope, client: &Client) {
    let pages = client.describe_db_cluster_snapshots().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_DB_CLUSTER_SNAPSHOTS, None, pages).await;
    let mut manual: Vec<(ResourceRef, String)> = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.db_cluster_snapshots.unwrap_or_default()) {
        let Some(name) = found.db_cluster_snapshot_identifier else { continue };
        let arn = found.db_cluster_snapshot_arn;
        let identity = identity(scope, arn, "cluster-snapshot", &name, found.tag_list);
        let mut snapshot = RdsSnapshot::new(identity);
        snapshot.source = found.db_cluster_identifier.map(|source| named(scope, "cluster", source));
        snapshot.snapshot_type = found.snapshot_type;
        let kind = found.storage_encryption_type.as_ref().map(|kind| kind.as_str());
        let flag = Some(found.storage_encrypted.unwrap_or(false));
        snapshot.encrypted = engine::is_encrypted(flag, kind);
        let shared = snapshot.snapshot_type.as_deref() == Some(MANUAL);
        let reference = scope.insert(snapshot, &DESCRIBE_DB_CLUSTER_SNAPSHOTS);
        if shared {
            manual.push((reference, name));
        }
    }
    let operation = &DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES;
    sharing(scope, &manual, operation, async |id, name| {
        let call = client
            .describe_db_cluster_snapshot_attributes()
            .db_cluster_snapshot_identifier(name)
            .send();
        let answer = scope.call(operation, Some(id), call).await?;
        let attributes =
            answer.db_cluster_snapshot_attributes_result?.db_cluster_snapshot_attributes?;
        Some(attributes.into_iter().map(|a| (a.attribute_name, a.attribute_values)).collect())
    })
    .await;
}

/// The attributes of a snapshot: names with values.
type Attributes = Vec<(Option<String>, Option<Vec<String>>)>;

/// Notes the accounts that each of the snapshots, with its name, is shared with.
/// `attributes` asks for those of one, by its id and name.
async fn sharing(
    scope: &Scope,
    snapshots: &[(ResourceRef, String)],
    operation: &Operation,
    attributes: impl AsyncFn(&str, &str) -> Option<Attributes>,
) {
    let ask = snapshots.iter().map(async |(reference, name)| {
        let accounts = attributes(&reference.id, name)
            .await?
            .into_iter()
            .filter(|(name, _)| name.as_deref() == Some(RESTORE))
            .flat_map(|(_, values)| values.unwrap_or_default())
            .collect();
        scope.update::<RdsSnapshot>(&reference.id, |s| s.restore_accounts = accounts);
        scope.read_by(reference, "/restore_accounts", operation);
        Some(())
    });
    each(ask).await;
}
