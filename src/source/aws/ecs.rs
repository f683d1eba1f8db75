//! ECS clusters, services and task definitions.
//!
//! Source: the Amazon ECS API reference.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{self, ClusterField, ServiceField, TaskDefinitionField};

use super::scope::{Scope, each};
use crate::model::gap::more;
use crate::model::secret::without_credentials;
use crate::model::{
    CapacityProviderStrategyItem, ContainerDefinition, ContainerSecret, DeploymentConfiguration,
    EcsCluster, EcsLoadBalancer, EcsService, EcsTaskDefinition, EnvironmentVariable, Identity,
    PortMapping, SecretValue, Ulimit, mask,
};
use crate::source::draft::in_environment_files;
use crate::source::operation::ecs::{
    DESCRIBE_CLUSTERS, DESCRIBE_SERVICES, DESCRIBE_TASK_DEFINITION, LIST_CLUSTERS, LIST_SERVICES,
    LIST_TASK_DEFINITIONS,
};

/// How many clusters one call describes.
const CLUSTERS_AT_ONCE: usize = 100;
/// How many services one call describes.
const SERVICES_AT_ONCE: usize = 10;

pub(super) async fn read(scope: &Scope, client: Client) {
    let client = &client;
    let (in_use, newest) = futures::join!(clusters(scope, client), newest(scope, client));
    let wanted: BTreeSet<String> = in_use.into_iter().chain(newest).collect();
    let read = wanted.iter().map(|arn| task_definition(scope, client, arn));
    each(read).await;
}

fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

fn identity(
    scope: &Scope,
    arn: &str,
    name: Option<String>,
    with: Option<Vec<types::Tag>>,
) -> Identity {
    Identity { arn: Some(arn.to_owned()), name, tags: tags(with), ..scope.identity(arn) }
}

/// Reads clusters and their services; gives the task definitions in use.
async fn clusters(scope: &Scope, client: &Client) -> BTreeSet<String> {
    let pages = client.list_clusters().into_paginator().send();
    let pages = scope.pages(&LIST_CLUSTERS, None, pages).await;
    let arns: Vec<String> =
        pages.into_iter().flat_map(|page| page.cluster_arns.unwrap_or_default()).collect();
    let describe = arns.chunks(CLUSTERS_AT_ONCE).map(|arns| describe_clusters(scope, client, arns));
    let services = arns.iter().map(|arn| services(scope, client, arn));
    let (_, in_use) = futures::join!(each(describe), each(services));
    in_use.into_iter().flatten().collect()
}

async fn describe_clusters(scope: &Scope, client: &Client, arns: &[String]) {
    let call = client
        .describe_clusters()
        .set_clusters(Some(arns.to_vec()))
        .include(ClusterField::Settings)
        .include(ClusterField::Tags)
        .send();
    let answer = scope.call(&DESCRIBE_CLUSTERS, None, call).await;
    for found in answer.and_then(|answer| answer.clusters).unwrap_or_default() {
        let Some(arn) = found.cluster_arn else { continue };
        let mut cluster = EcsCluster::new(identity(scope, &arn, found.cluster_name, found.tags));
        cluster.container_insights = found
            .settings
            .unwrap_or_default()
            .into_iter()
            .find(|s| s.name.as_ref().is_some_and(|name| name.as_str() == "containerInsights"))
            .and_then(|setting| setting.value)
            .or_else(|| Some("disabled".to_owned()));
        cluster.capacity_providers = found.capacity_providers.unwrap_or_default();
        cluster.status = found.status;
        scope.insert(cluster, &DESCRIBE_CLUSTERS);
    }
}

async fn services(scope: &Scope, client: &Client, cluster: &str) -> Vec<String> {
    let pages = client.list_services().cluster(cluster).into_paginator().send();
    let pages = scope.pages(&LIST_SERVICES, None, pages).await;
    let arns: Vec<String> =
        pages.into_iter().flat_map(|page| page.service_arns.unwrap_or_default()).collect();
    let describe = arns.chunks(SERVICES_AT_ONCE).map(async |arns| {
        let call = client
            .describe_services()
            .cluster(cluster)
            .set_services(Some(arns.to_vec()))
            .include(ServiceField::Tags)
            .send();
        let answer = scope.call(&DESCRIBE_SERVICES, None, call).await;
        let found = answer.and_then(|answer| answer.services).unwrap_or_default();
        found.into_iter().filter_map(|found| service(scope, found)).collect::<Vec<_>>()
    });
    each(describe).await.into_iter().flatten().collect()
}

/// Keeps a service; gives its task definition.
fn service(scope: &Scope, found: types::Service) -> Option<String> {
    let arn = found.service_arn?;
    let mut service = EcsService::new(identity(scope, &arn, found.service_name, found.tags));
    service.status = found.status;
    if service.status.as_deref() == Some("INACTIVE") {
        return None;
    }
    service.cluster = found.cluster_arn;
    service.task_definition = found.task_definition;
    service.launch_type = found.launch_type.map(|kind| kind.as_str().to_owned());
    service.capacity_provider_strategy = found
        .capacity_provider_strategy
        .unwrap_or_default()
        .into_iter()
        .map(|item| CapacityProviderStrategyItem {
            capacity_provider: Some(item.capacity_provider),
            base: Some(i64::from(item.base)),
            weight: Some(i64::from(item.weight)),
        })
        .collect();
    service.platform_version = found.platform_version.or_else(|| Some("LATEST".to_owned()));
    service.scheduling_strategy =
        Some(found.scheduling_strategy.map_or("REPLICA".to_owned(), |s| s.as_str().to_owned()));
    service.desired_count = Some(i64::from(found.desired_count));
    let network = found.network_configuration.and_then(|network| network.awsvpc_configuration);
    service.assign_public_ip = Some(
        network
            .as_ref()
            .and_then(|network| network.assign_public_ip.as_ref())
            .is_some_and(|assign| assign.as_str() == "ENABLED"),
    );
    if let Some(network) = network {
        service.subnet_ids = network.subnets;
        service.security_group_ids = network.security_groups.unwrap_or_default();
    }
    service.load_balancers = found
        .load_balancers
        .unwrap_or_default()
        .into_iter()
        .map(|tie| EcsLoadBalancer {
            target_group: tie.target_group_arn,
            container_name: tie.container_name,
            container_port: tie.container_port.map(i64::from),
        })
        .collect();
    service.deployment_controller = Some(
        found
            .deployment_controller
            .map_or("ECS".to_owned(), |controller| controller.r#type.as_str().to_owned()),
    );
    service.deployment_configuration = deployment(found.deployment_configuration);
    service.enable_execute_command = Some(found.enable_execute_command);
    let task_definition = service.task_definition.clone();
    scope.insert(service, &DESCRIBE_SERVICES);
    task_definition
}

fn deployment(found: Option<types::DeploymentConfiguration>) -> DeploymentConfiguration {
    let strategy = found.as_ref().and_then(|found| found.strategy.as_ref());
    let breaker = found.as_ref().and_then(|found| found.deployment_circuit_breaker.as_ref());
    let alarms = found.as_ref().and_then(|found| found.alarms.as_ref());
    let percent = |value: Option<i32>, default: i64| Some(value.map_or(default, i64::from));
    DeploymentConfiguration {
        strategy: Some(strategy.map_or("ROLLING", |strategy| strategy.as_str()).to_owned()),
        minimum_healthy_percent: percent(
            found.as_ref().and_then(|found| found.minimum_healthy_percent),
            100,
        ),
        maximum_percent: percent(found.as_ref().and_then(|found| found.maximum_percent), 200),
        circuit_breaker_enable: Some(breaker.is_some_and(|breaker| breaker.enable)),
        circuit_breaker_rollback: Some(breaker.is_some_and(|breaker| breaker.rollback)),
        alarms_rollback: Some(alarms.is_some_and(|alarms| alarms.enable && alarms.rollback)),
    }
}

/// The newest revision of each family: what a task would be started from.
async fn newest(scope: &Scope, client: &Client) -> Vec<String> {
    let pages = client.list_task_definitions().into_paginator().send();
    let pages = scope.pages(&LIST_TASK_DEFINITIONS, None, pages).await;
    let mut newest: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for arn in pages.into_iter().flat_map(|page| page.task_definition_arns.unwrap_or_default()) {
        let Some((family, revision)) = arn.rsplit_once(':') else { continue };
        let Ok(revision) = revision.parse::<u64>() else { continue };
        let entry = newest.entry(family.to_owned()).or_insert((revision, arn.clone()));
        if revision > entry.0 {
            *entry = (revision, arn);
        }
    }
    newest.into_values().map(|(_, arn)| arn).collect()
}

async fn task_definition(scope: &Scope, client: &Client, arn: &str) {
    let call = client
        .describe_task_definition()
        .task_definition(arn)
        .include(TaskDefinitionField::Tags)
        .send();
    let Some(answer) = scope.call(&DESCRIBE_TASK_DEFINITION, None, call).await else { return };
    let Some(found) = answer.task_definition else { return };
    let mut task = EcsTaskDefinition::new(identity(scope, arn, found.family.clone(), answer.tags));
    task.family = found.family;
    task.network_mode =
        Some(found.network_mode.map_or("bridge".to_owned(), |mode| mode.as_str().to_owned()));
    task.requires_compatibilities = found
        .requires_compatibilities
        .unwrap_or_default()
        .iter()
        .map(|kind| kind.as_str().to_owned())
        .collect();
    task.execution_role = found.execution_role_arn;
    task.task_role = found.task_role_arn;
    task.operating_system_family = found
        .runtime_platform
        .and_then(|platform| platform.operating_system_family)
        .map(|family| family.as_str().to_owned());
    task.pid_mode = found.pid_mode.map(|mode| mode.as_str().to_owned());
    task.ipc_mode = found.ipc_mode.map(|mode| mode.as_str().to_owned());
    let definitions = found.container_definitions.unwrap_or_default();
    let names_files = |(index, found): (usize, &types::ContainerDefinition)| {
        let files = found.environment_files.as_deref().unwrap_or_default();
        (!files.is_empty()).then(|| more(&format!("/containers/{index}/environment")))
    };
    let open: Vec<String> = definitions.iter().enumerate().filter_map(names_files).collect();
    task.containers =
        definitions.into_iter().map(|found| container(found, scope.secret_key())).collect();
    let reference = scope.insert(task, &DESCRIBE_TASK_DEFINITION);
    for path in open {
        scope.gap(&reference, &path, in_environment_files());
    }
}

fn container(found: types::ContainerDefinition, key: &[u8; 32]) -> ContainerDefinition {
    let log = found.log_configuration;
    ContainerDefinition {
        name: found.name,
        image: found.image.map(mask::owned),
        essential: Some(found.essential.unwrap_or(true)),
        privileged: Some(found.privileged.unwrap_or(false)),
        user: found.user,
        readonly_root_filesystem: Some(found.readonly_root_filesystem.unwrap_or(false)),
        ulimits: found
            .ulimits
            .unwrap_or_default()
            .into_iter()
            .map(|limit| Ulimit {
                name: Some(limit.name.as_str().to_owned()),
                soft_limit: Some(i64::from(limit.soft_limit)),
                hard_limit: Some(i64::from(limit.hard_limit)),
            })
            .collect(),
        environment: found
            .environment
            .unwrap_or_default()
            .into_iter()
            .map(|variable| {
                let name = variable.name.unwrap_or_default();
                let value = variable.value.unwrap_or_default();
                let value = SecretValue::of_literal(&name, &value, key);
                EnvironmentVariable { name: Some(name), value }
            })
            .collect(),
        secrets: found
            .secrets
            .unwrap_or_default()
            .into_iter()
            .map(|secret| ContainerSecret {
                name: Some(secret.name),
                value_from: Some(secret.value_from),
            })
            .collect(),
        log_driver: log.as_ref().map(|log| log.log_driver.as_str().to_owned()),
        log_options: without_credentials(
            log.and_then(|log| log.options).unwrap_or_default().into_iter().collect(),
        ),
        firelens_type: found.firelens_configuration.map(|router| router.r#type.as_str().to_owned()),
        port_mappings: found
            .port_mappings
            .unwrap_or_default()
            .into_iter()
            .map(|mapping| PortMapping {
                container_port: mapping.container_port.map(i64::from),
                host_port: mapping.host_port.map(i64::from),
                protocol: Some(
                    mapping.protocol.map_or("tcp".to_owned(), |p| p.as_str().to_owned()),
                ),
            })
            .collect(),
    }
}
