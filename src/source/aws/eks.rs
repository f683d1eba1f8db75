//! EKS clusters, their managed node groups and their Fargate profiles.
//!
//! Source: the Amazon EKS API reference.

use aws_sdk_eks::Client;
use aws_sdk_eks::types;

use super::scope::{Scope, each};
use crate::model::{EksCluster, EksFargateProfile, EksNodeGroup, Identity};
use crate::source::operation::eks::{
    DESCRIBE_CLUSTER, DESCRIBE_FARGATE_PROFILE, DESCRIBE_NODEGROUP, LIST_CLUSTERS,
    LIST_FARGATE_PROFILES, LIST_NODEGROUPS,
};

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.list_clusters().into_paginator().send();
    let pages = scope.pages(&LIST_CLUSTERS, None, pages).await;
    let names: Vec<String> =
        pages.into_iter().flat_map(|page| page.clusters.unwrap_or_default()).collect();
    let clusters = names.iter().map(|name| cluster(scope, &client, name));
    let groups = names.iter().map(|name| node_groups(scope, &client, name));
    let profiles = names.iter().map(|name| fargate_profiles(scope, &client, name));
    futures::join!(each(clusters), each(groups), each(profiles));
}

async fn cluster(scope: &Scope, client: &Client, name: &str) {
    let call = client.describe_cluster().name(name).send();
    let Some(answer) = scope.call(&DESCRIBE_CLUSTER, None, call).await else { return };
    let Some(found) = answer.cluster else { return };
    let arn = found.arn.unwrap_or_else(|| scope.arn("eks", &format!("cluster/{name}")));
    let identity = Identity {
        arn: Some(arn.clone()),
        name: found.name,
        tags: found.tags.unwrap_or_default().into_iter().collect(),
        ..scope.identity(arn)
    };
    let mut cluster = EksCluster::new(identity);
    cluster.version = found.version;
    cluster.status = found.status.map(|status| status.as_str().to_owned());
    cluster.role = found.role_arn;
    if let Some(network) = found.resources_vpc_config {
        cluster.vpc_id = network.vpc_id;
        cluster.subnet_ids = network.subnet_ids.unwrap_or_default();
        cluster.security_group_ids = network.security_group_ids.unwrap_or_default();
        cluster.security_group_ids.extend(network.cluster_security_group_id.clone());
        cluster.cluster_security_group_id = network.cluster_security_group_id;
        cluster.endpoint_public_access = Some(network.endpoint_public_access);
        cluster.endpoint_private_access = Some(network.endpoint_private_access);
        cluster.public_access_cidrs = network.public_access_cidrs.unwrap_or_default();
    }
    cluster.enabled_log_types = found
        .logging
        .and_then(|logging| logging.cluster_logging)
        .unwrap_or_default()
        .into_iter()
        .filter(|setup| setup.enabled == Some(true))
        .flat_map(|setup| setup.types.unwrap_or_default())
        .map(|kind| kind.as_str().to_owned())
        .collect();
    cluster.secrets_kms_key_id = found
        .encryption_config
        .unwrap_or_default()
        .into_iter()
        .find_map(|config| config.provider.and_then(|provider| provider.key_arn));
    scope.insert(cluster, &DESCRIBE_CLUSTER);
}

async fn node_groups(scope: &Scope, client: &Client, cluster: &str) {
    let pages = client.list_nodegroups().cluster_name(cluster).into_paginator().send();
    let pages = scope.pages(&LIST_NODEGROUPS, None, pages).await;
    let names: Vec<String> =
        pages.into_iter().flat_map(|page| page.nodegroups.unwrap_or_default()).collect();
    let describe = names.iter().map(async |name| {
        let call = client.describe_nodegroup().cluster_name(cluster).nodegroup_name(name).send();
        let answer = scope.call(&DESCRIBE_NODEGROUP, None, call).await;
        if let Some(found) = answer.and_then(|answer| answer.nodegroup) {
            node_group(scope, found);
        }
    });
    each(describe).await;
}

fn node_group(scope: &Scope, found: types::Nodegroup) {
    let Some(arn) = found.nodegroup_arn else { return };
    let identity = Identity {
        arn: Some(arn.clone()),
        name: found.nodegroup_name,
        tags: found.tags.unwrap_or_default().into_iter().collect(),
        ..scope.identity(arn)
    };
    let mut group = EksNodeGroup::new(identity);
    group.cluster = found.cluster_name.map(|name| scope.arn("eks", &format!("cluster/{name}")));
    group.status = found.status.map(|status| status.as_str().to_owned());
    group.node_role = found.node_role;
    group.subnet_ids = found.subnets.unwrap_or_default();
    group.launch_template_id =
        found.launch_template.and_then(|template| template.id.or(template.name));
    if let Some(remote) = found.remote_access {
        group.remote_access_key = remote.ec2_ssh_key;
        group.remote_access_security_group_ids = remote.source_security_groups.unwrap_or_default();
    }
    group.desired_size =
        found.scaling_config.and_then(|scaling| scaling.desired_size).map(i64::from);
    group.capacity_type =
        Some(found.capacity_type.map_or("ON_DEMAND".to_owned(), |kind| kind.as_str().to_owned()));
    scope.insert(group, &DESCRIBE_NODEGROUP);
}

async fn fargate_profiles(scope: &Scope, client: &Client, cluster: &str) {
    let pages = client.list_fargate_profiles().cluster_name(cluster).into_paginator().send();
    let pages = scope.pages(&LIST_FARGATE_PROFILES, None, pages).await;
    let names: Vec<String> =
        pages.into_iter().flat_map(|page| page.fargate_profile_names.unwrap_or_default()).collect();
    let describe = names.iter().map(async |name| {
        let call = client
            .describe_fargate_profile()
            .cluster_name(cluster)
            .fargate_profile_name(name)
            .send();
        let answer = scope.call(&DESCRIBE_FARGATE_PROFILE, None, call).await;
        if let Some(found) = answer.and_then(|answer| answer.fargate_profile) {
            fargate_profile(scope, found);
        }
    });
    each(describe).await;
}

fn fargate_profile(scope: &Scope, found: types::FargateProfile) {
    let Some(arn) = found.fargate_profile_arn else { return };
    let identity = Identity {
        arn: Some(arn.clone()),
        name: found.fargate_profile_name,
        tags: found.tags.unwrap_or_default().into_iter().collect(),
        ..scope.identity(arn)
    };
    let mut profile = EksFargateProfile::new(identity);
    profile.cluster = found.cluster_name.map(|name| scope.arn("eks", &format!("cluster/{name}")));
    profile.status = found.status.map(|status| status.as_str().to_owned());
    profile.pod_execution_role = found.pod_execution_role_arn;
    profile.subnet_ids = found.subnets.unwrap_or_default();
    scope.insert(profile, &DESCRIBE_FARGATE_PROFILE);
}
