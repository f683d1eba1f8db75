//! ECS clusters, services and task definitions.
//!
//! Source: the AWS CLI command reference, `aws ecs`.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::scope::Scope;
use crate::model::secret::without_credentials;
use crate::model::{
    CapacityProviderStrategyItem, ContainerDefinition, ContainerSecret, DeploymentConfiguration,
    EcsCluster, EcsLoadBalancer, EcsService, EcsTaskDefinition, EnvironmentVariable, Identity,
    PortMapping, SecretValue, Ulimit,
};
use crate::source::node::{Node, Value};
use crate::source::operation::ecs::{
    DESCRIBE_CLUSTERS, DESCRIBE_SERVICES, DESCRIBE_TASK_DEFINITION, LIST_CLUSTERS, LIST_SERVICES,
    LIST_TASK_DEFINITIONS,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    let mut clusters: BTreeSet<String> = texts(scope.items(&LIST_CLUSTERS));
    for item in scope.items(&DESCRIBE_CLUSTERS) {
        cluster(scope, &item);
    }
    let described: BTreeSet<String> = scope.keys::<EcsCluster>().into_iter().collect();
    if !clusters.is_subset(&described) {
        scope.miss(&DESCRIBE_CLUSTERS);
    }
    clusters.extend(described);
    let mut in_use = services(scope, &clusters);
    in_use.extend(newest(texts(scope.items(&LIST_TASK_DEFINITIONS))));
    for answer in scope.take(&DESCRIBE_TASK_DEFINITION) {
        task_definition(scope, &answer.node, &mut in_use);
    }
    if !in_use.is_empty() {
        scope.miss(&DESCRIBE_TASK_DEFINITION);
    }
}

fn texts(items: Vec<Node>) -> BTreeSet<String> {
    items.iter().filter_map(Node::text).collect()
}

fn identity(
    scope: &Scope<'_>,
    arn: &str,
    node: &Node,
    name: &str,
    tags: Option<&Node>,
) -> Identity {
    let tag = |tag: &Node| {
        let value = tag.get("value").and_then(Node::text).unwrap_or_default();
        Some((tag.get("key").and_then(Node::text)?, value))
    };
    let tags = tags.map(Node::items).unwrap_or_default().iter().filter_map(tag).collect();
    Identity { tags, ..scope.by_arn(arn, node.get(name).and_then(Node::text)) }
}

fn cluster(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&DESCRIBE_CLUSTERS, node, "clusterArn") else { return };
    let mut cluster = EcsCluster::new(identity(scope, &arn, node, "clusterName", node.get("tags")));
    let mut item = scope.read(&cluster, node);
    let settings = node.get("settings");
    let insights = settings.and_then(|all| all.named("name", "containerInsights"));
    let insights = insights.and_then(|setting| setting.get("value"));
    // Settings are told where they are asked for.
    match settings.map(Node::items) {
        None | Some([]) => {
            let detail = "the answer lacks settings; ask with --include SETTINGS TAGS".to_owned();
            item.draft.gap("/container_insights", crate::model::Reason::Malformed { detail });
        }
        Some(_) => {
            cluster.container_insights =
                item.draft.string("/container_insights", insights, Some("disabled"));
        }
    }
    cluster.capacity_providers = item.strings("/capacity_providers", "capacityProviders");
    cluster.status = item.string("/status", "status");
    scope.keep(cluster);
}

/// Reads services; gives the task definitions that they use.
fn services(scope: &mut Scope<'_>, clusters: &BTreeSet<String>) -> BTreeSet<String> {
    let listed = texts(scope.items(&LIST_SERVICES));
    let mut in_use = BTreeSet::new();
    let mut described = BTreeSet::new();
    for item in scope.items(&DESCRIBE_SERVICES) {
        described.extend(item.get("serviceArn").and_then(Node::text));
        in_use.extend(service(scope, &item));
    }
    if !listed.is_subset(&described) {
        scope.miss(&DESCRIBE_SERVICES);
    }
    // Listed by cluster: one of which none is listed may not have been asked.
    let is_listed = |cluster: &String| {
        let name = cluster.rsplit('/').next().unwrap_or(cluster);
        listed.iter().any(|service| service.contains(&format!(":service/{name}/")))
    };
    if !clusters.iter().all(is_listed) {
        scope.miss(&LIST_SERVICES);
    }
    in_use
}

/// Keeps a service; gives its task definition.
fn service(scope: &mut Scope<'_>, node: &Node) -> Option<String> {
    let arn = scope.key(&DESCRIBE_SERVICES, node, "serviceArn")?;
    let identity = identity(scope, &arn, node, "serviceName", node.get("tags"));
    let mut service = EcsService::new(identity);
    if node.get("status").and_then(Node::text).as_deref() == Some("INACTIVE") {
        return None;
    }
    let mut item = scope.read(&service, node);
    service.status = item.string("/status", "status");
    service.cluster = item.string("/cluster", "clusterArn");
    service.task_definition = item.string("/task_definition", "taskDefinition");
    service.launch_type = item.string("/launch_type", "launchType");
    for found in item.list("/capacity_provider_strategy", "capacityProviderStrategy") {
        let number = |key: &str| Some(found.get(key).and_then(Node::integer).unwrap_or(0));
        service.capacity_provider_strategy.push(CapacityProviderStrategyItem {
            capacity_provider: found.get("capacityProvider").and_then(Node::text),
            base: number("base"),
            weight: number("weight"),
        });
    }
    service.platform_version = item.string_or("/platform_version", "platformVersion", "LATEST");
    service.scheduling_strategy =
        item.string_or("/scheduling_strategy", "schedulingStrategy", "REPLICA");
    service.desired_count = item.integer("/desired_count", "desiredCount");
    let network = node.get("networkConfiguration").and_then(|one| one.get("awsvpcConfiguration"));
    let assigned = network.and_then(|network| network.get("assignPublicIp"));
    let assigned = item.draft.string("/assign_public_ip", assigned, Some("DISABLED"));
    service.assign_public_ip = assigned.map(|text| text == "ENABLED");
    if let Some(network) = network {
        let draft = &mut item.draft;
        service.subnet_ids = draft.strings("/subnet_ids", network.get("subnets"));
        service.security_group_ids =
            draft.strings("/security_group_ids", network.get("securityGroups"));
    }
    for tie in item.list("/load_balancers", "loadBalancers") {
        service.load_balancers.push(EcsLoadBalancer {
            target_group: tie.get("targetGroupArn").and_then(Node::text),
            container_name: tie.get("containerName").and_then(Node::text),
            container_port: tie.get("containerPort").and_then(Node::integer),
        });
    }
    let controller = node.get("deploymentController").and_then(|one| one.get("type"));
    service.deployment_controller =
        item.draft.string("/deployment_controller", controller, Some("ECS"));
    let nothing = Node::new(Value::Absent);
    let deployment = node.get("deploymentConfiguration").unwrap_or(&nothing);
    service.deployment_configuration = deployment_of(&mut item, deployment);
    service.enable_execute_command =
        item.flag_or("/enable_execute_command", "enableExecuteCommand", false);
    let task_definition = service.task_definition.clone();
    scope.keep(service);
    task_definition
}

fn deployment_of(item: &mut Item<'_, '_>, found: &Node) -> DeploymentConfiguration {
    let draft = &mut item.draft;
    let at = |field: &str| format!("/deployment_configuration/{field}");
    let strategy = draft.string(&at("strategy"), found.get("strategy"), Some("ROLLING"));
    let mut percent = |field: &str, key: &str, default: i64| {
        draft.integer(&at(field), found.get(key), Some(default))
    };
    let minimum = percent("minimum_healthy_percent", "minimumHealthyPercent", 100);
    let maximum = percent("maximum_percent", "maximumPercent", 200);
    let mut flag = |field: &str, list: &str, key: &str| {
        let value = found.get(list).and_then(|one| one.get(key));
        draft.bool(&at(field), value, Some(false))
    };
    let breaker = "deploymentCircuitBreaker";
    let enable = flag("circuit_breaker_enable", breaker, "enable");
    let rollback = flag("circuit_breaker_rollback", breaker, "rollback");
    let alarms = flag("alarms_rollback", "alarms", "enable");
    let alarms_rollback = flag("alarms_rollback", "alarms", "rollback");
    DeploymentConfiguration {
        strategy,
        minimum_healthy_percent: minimum,
        maximum_percent: maximum,
        circuit_breaker_enable: enable,
        circuit_breaker_rollback: rollback,
        alarms_rollback: alarms.zip(alarms_rollback).map(|(on, back)| on && back),
    }
}

/// The newest revision of each family: what a task would be started from.
fn newest(arns: BTreeSet<String>) -> BTreeSet<String> {
    let mut newest: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for arn in arns {
        let Some((family, revision)) = arn.rsplit_once(':') else { continue };
        let Ok(revision) = revision.parse::<u64>() else { continue };
        let entry = newest.entry(family.to_owned()).or_insert((revision, arn.clone()));
        if revision > entry.0 {
            *entry = (revision, arn);
        }
    }
    newest.into_values().map(|(_, arn)| arn).collect()
}

/// Keeps a task definition, and takes it out of those that are looked for.
fn task_definition(scope: &mut Scope<'_>, answer: &Node, wanted: &mut BTreeSet<String>) {
    let Some(node) = answer.get("taskDefinition") else { return };
    let operation = &DESCRIBE_TASK_DEFINITION;
    let Some(arn) = scope.key(operation, node, "taskDefinitionArn") else { return };
    wanted.remove(&arn);
    let identity = identity(scope, &arn, node, "family", answer.get("tags"));
    let mut task = EcsTaskDefinition::new(identity);
    let mut item = scope.read(&task, node);
    task.family = item.string("/family", "family");
    task.network_mode = item.string_or("/network_mode", "networkMode", "bridge");
    task.requires_compatibilities =
        item.strings("/requires_compatibilities", "requiresCompatibilities");
    task.execution_role = item.string("/execution_role", "executionRoleArn");
    task.task_role = item.string("/task_role", "taskRoleArn");
    let family = node.get("runtimePlatform").and_then(|one| one.get("operatingSystemFamily"));
    task.operating_system_family = item.draft.string("/operating_system_family", family, None);
    task.pid_mode = item.string("/pid_mode", "pidMode");
    task.ipc_mode = item.string("/ipc_mode", "ipcMode");
    for found in item.full_list("/containers", "containerDefinitions") {
        let path = format!("/containers/{}", task.containers.len());
        task.containers.push(container(&mut item, &path, found));
    }
    scope.keep(task);
}

fn container(item: &mut Item<'_, '_>, path: &str, found: &Node) -> ContainerDefinition {
    let draft = &mut item.draft;
    draft.place(path, found.origin.as_ref());
    let at = |field: &str| format!("{path}/{field}");
    let list = |key: &str| found.get(key).map(Node::items).unwrap_or_default();
    let mut environment = Vec::new();
    for variable in list("environment") {
        let name = variable.get("name").and_then(Node::text).unwrap_or_default();
        let at = format!("{path}/environment/{}/value", environment.len());
        let value = draft.secret(&at, &name, variable.get("value"));
        let value = value.unwrap_or_else(SecretValue::unknown);
        environment.push(EnvironmentVariable { name: Some(name), value });
    }
    draft.environment_files(path, found.get("environmentFiles"));
    let secrets = list("secrets").iter().map(|secret| ContainerSecret {
        name: secret.get("name").and_then(Node::text),
        value_from: secret.get("valueFrom").and_then(Node::text),
    });
    let ulimits = list("ulimits").iter().map(|limit| Ulimit {
        name: limit.get("name").and_then(Node::text),
        soft_limit: limit.get("softLimit").and_then(Node::integer),
        hard_limit: limit.get("hardLimit").and_then(Node::integer),
    });
    let port_mappings = list("portMappings").iter().map(|mapping| PortMapping {
        container_port: mapping.get("containerPort").and_then(Node::integer),
        host_port: mapping.get("hostPort").and_then(Node::integer),
        protocol: mapping.get("protocol").and_then(Node::text).or_else(|| Some("tcp".to_owned())),
    });
    let log = found.get("logConfiguration");
    let options = log.and_then(|log| log.get("options"));
    let options = draft.string_map(&at("log_options"), options);
    let router = found.get("firelensConfiguration").and_then(|router| router.get("type"));
    ContainerDefinition {
        name: draft.string(&at("name"), found.get("name"), None),
        image: draft.text(&at("image"), found.get("image")),
        essential: draft.bool(&at("essential"), found.get("essential"), Some(true)),
        privileged: draft.bool(&at("privileged"), found.get("privileged"), Some(false)),
        user: draft.string(&at("user"), found.get("user"), None),
        readonly_root_filesystem: draft.bool(
            &at("readonly_root_filesystem"),
            found.get("readonlyRootFilesystem"),
            Some(false),
        ),
        ulimits: ulimits.collect(),
        environment,
        secrets: secrets.collect(),
        log_driver: draft.string(&at("log_driver"), log.and_then(|l| l.get("logDriver")), None),
        log_options: without_credentials(options),
        firelens_type: draft.string(&at("firelens_type"), router, None),
        port_mappings: port_mappings.collect(),
    }
}
