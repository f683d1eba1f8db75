//! ECS clusters, services and task definitions.

use serde_json::Value as Json;

use super::Declared;
use crate::model::secret::without_credentials;
use crate::model::{
    CapacityProviderStrategyItem, ContainerDefinition, ContainerSecret, DeploymentConfiguration,
    EcsCluster, EcsLoadBalancer, EcsService, EcsTaskDefinition, EnvironmentVariable, PortMapping,
    Reason, Snapshot, Ulimit,
};
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};
use crate::source::scaling;

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_clusters");
    let mut cluster = EcsCluster::new(declared.identity(&mut draft, "name"));
    let insights = declared.get("setting").and_then(|all| all.named("name", "containerInsights"));
    cluster.container_insights = draft.string(
        "/container_insights",
        insights.and_then(|setting| setting.get("value")),
        Some("disabled"),
    );
    cluster.status = Some("ACTIVE".to_owned());
    snapshot.model.insert(cluster);
}

pub(super) fn service(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_services");
    let mut service = EcsService::new(declared.identity(&mut draft, "name"));
    let network = |name: &str| declared.at(&["network_configuration", name]);
    // The provider computes what the source leaves out.
    let set = |name: &str| declared.get(name);
    service.cluster = draft.string("/cluster", declared.get("cluster"), Some("default"));
    service.task_definition =
        draft.string("/task_definition", declared.get("task_definition"), None);
    let strategy = declared.get("capacity_provider_strategy").map(Node::items).unwrap_or_default();
    // A cluster's default strategy may be Fargate's; only on Fargate does a
    // service name a platform version.
    let fargate = set("platform_version").is_some();
    let default_type = (strategy.is_empty() && !fargate).then_some("EC2");
    service.launch_type = draft.string("/launch_type", set("launch_type"), default_type);
    for (index, item) in strategy.iter().enumerate() {
        let at = |field: &str| format!("/capacity_provider_strategy/{index}/{field}");
        service.capacity_provider_strategy.push(CapacityProviderStrategyItem {
            capacity_provider: draft.string(
                &at("capacity_provider"),
                item.get("capacity_provider"),
                None,
            ),
            base: draft.integer(&at("base"), item.get("base"), Some(0)),
            weight: draft.integer(&at("weight"), item.get("weight"), Some(0)),
        });
    }
    let version = (service.launch_type.as_deref() != Some("EC2")).then_some("LATEST");
    service.platform_version = draft.string("/platform_version", set("platform_version"), version);
    service.scheduling_strategy =
        draft.string("/scheduling_strategy", declared.get("scheduling_strategy"), Some("REPLICA"));
    service.desired_count = draft.integer("/desired_count", set("desired_count"), Some(0));
    service.subnet_ids = draft.strings("/subnet_ids", network("subnets"));
    service.security_group_ids = draft.strings("/security_group_ids", network("security_groups"));
    service.assign_public_ip =
        draft.bool("/assign_public_ip", network("assign_public_ip"), Some(false));
    let balancers = declared.get("load_balancer").map(Node::items).unwrap_or_default();
    for (index, item) in balancers.iter().enumerate() {
        let at = |field: &str| format!("/load_balancers/{index}/{field}");
        draft.place(&format!("/load_balancers/{index}"), item.origin.as_ref());
        service.load_balancers.push(EcsLoadBalancer {
            target_group: draft.string(&at("target_group"), item.get("target_group_arn"), None),
            container_name: draft.string(&at("container_name"), item.get("container_name"), None),
            container_port: draft.integer(&at("container_port"), item.get("container_port"), None),
        });
    }
    service.deployment_controller = draft.string(
        "/deployment_controller",
        declared.at(&["deployment_controller", "type"]),
        Some("ECS"),
    );
    let at = |field: &str| format!("/deployment_configuration/{field}");
    service.deployment_configuration = DeploymentConfiguration {
        strategy: draft.string(
            &at("strategy"),
            declared.at(&["deployment_configuration", "strategy"]),
            Some("ROLLING"),
        ),
        minimum_healthy_percent: draft.integer(
            &at("minimum_healthy_percent"),
            set("deployment_minimum_healthy_percent"),
            Some(100),
        ),
        maximum_percent: draft.integer(
            &at("maximum_percent"),
            set("deployment_maximum_percent"),
            Some(200),
        ),
        circuit_breaker_enable: draft.bool(
            &at("circuit_breaker_enable"),
            declared.at(&["deployment_circuit_breaker", "enable"]),
            Some(false),
        ),
        circuit_breaker_rollback: draft.bool(
            &at("circuit_breaker_rollback"),
            declared.at(&["deployment_circuit_breaker", "rollback"]),
            Some(false),
        ),
        alarms_rollback: draft.bool(
            &at("alarms_rollback"),
            declared.at(&["alarms", "rollback"]),
            Some(false),
        ),
    };
    service.enable_execute_command =
        draft.bool("/enable_execute_command", declared.get("enable_execute_command"), Some(false));
    service.status = Some("ACTIVE".to_owned());
    if declared.get("network_configuration").is_none_or(|blocks| blocks.items().is_empty()) {
        let groups = balancers.iter().filter_map(|item| item.get("target_group_arn"));
        let place = (declared.deployment.account.clone(), declared.deployment.region.clone());
        scaling::on_container_instances(&declared.address, groups, place, snapshot);
    }
    snapshot.model.insert(service);
}

pub(super) fn task_definition(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_task_definitions");
    let mut task = EcsTaskDefinition::new(declared.identity(&mut draft, "family"));
    let set = |name: &str| declared.get(name);
    task.family = draft.string("/family", declared.get("family"), None);
    task.network_mode = draft.string("/network_mode", set("network_mode"), Some("bridge"));
    task.requires_compatibilities =
        draft.strings("/requires_compatibilities", declared.get("requires_compatibilities"));
    task.execution_role = draft.string("/execution_role", declared.get("execution_role_arn"), None);
    task.task_role = draft.string("/task_role", declared.get("task_role_arn"), None);
    task.operating_system_family = draft.string(
        "/operating_system_family",
        declared.at(&["runtime_platform", "operating_system_family"]),
        None,
    );
    task.pid_mode = draft.string("/pid_mode", declared.get("pid_mode"), None);
    task.ipc_mode = draft.string("/ipc_mode", declared.get("ipc_mode"), None);
    let definitions = declared.get("container_definitions");
    let text = definitions.and_then(Node::text);
    match text.as_deref().map(serde_json::from_str::<serde_json::Value>) {
        Some(Ok(json)) => {
            let origin = definitions.and_then(|node| node.origin.as_ref());
            draft.place("/containers", origin);
            let node = Node::at_all(&as_the_api_spells(json), origin);
            for (index, item) in node.items().iter().enumerate() {
                task.containers.push(container(&mut draft, &format!("/containers/{index}"), item));
            }
        }
        Some(Err(error)) => {
            let detail = format!("container_definitions is no JSON: {error}");
            draft.gap("/containers", Reason::Malformed { detail });
        }
        None => {
            // An unknown or sensitive text: `items` records the gap.
            let unknown = definitions.map(|node| &node.value);
            if matches!(unknown, Some(Value::List(_))) {
                let expression = Some("container_definitions".to_owned());
                draft.gap("/containers", Reason::KnownAfterApply { expression });
            } else {
                draft.items("/containers", definitions);
            }
        }
    }
    snapshot.model.insert(task);
}

/// The names in container definitions that are read.
const NAMES: &[&str] = &[
    "containerPort",
    "environment",
    "environmentFiles",
    "essential",
    "firelensConfiguration",
    "hardLimit",
    "hostPort",
    "image",
    "logConfiguration",
    "logDriver",
    "name",
    "options",
    "portMappings",
    "privileged",
    "protocol",
    "readonlyRootFilesystem",
    "secrets",
    "softLimit",
    "type",
    "ulimits",
    "user",
    "value",
    "valueFrom",
];

/// The provider takes the names in container definitions in any case.
fn as_the_api_spells(json: Json) -> Json {
    match json {
        Json::Array(items) => items.into_iter().map(as_the_api_spells).collect(),
        Json::Object(entries) => entries
            .into_iter()
            .map(|(name, value)| {
                let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(&name));
                let name = known.map_or(name, |known| (*known).to_owned());
                // Its names are the log driver's.
                let value = if name == "options" { value } else { as_the_api_spells(value) };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

/// A container, as the ECS API spells it.
fn container(draft: &mut Draft<'_>, path: &str, node: &Node) -> ContainerDefinition {
    let at = |field: &str| format!("{path}/{field}");
    let log = |name: &str| node.get("logConfiguration").and_then(|log| log.get(name));
    let mut container = ContainerDefinition {
        name: draft.string(&at("name"), node.get("name"), None),
        image: draft.text(&at("image"), node.get("image")),
        essential: draft.bool(&at("essential"), node.get("essential"), Some(true)),
        privileged: draft.bool(&at("privileged"), node.get("privileged"), Some(false)),
        user: draft.string(&at("user"), node.get("user"), None),
        readonly_root_filesystem: draft.bool(
            &at("readonly_root_filesystem"),
            node.get("readonlyRootFilesystem"),
            Some(false),
        ),
        log_driver: draft.string(&at("log_driver"), log("logDriver"), None),
        log_options: without_credentials(draft.string_map(&at("log_options"), log("options"))),
        firelens_type: draft.string(
            &at("firelens_type"),
            node.get("firelensConfiguration").and_then(|router| router.get("type")),
            None,
        ),
        ..ContainerDefinition::default()
    };
    for (index, item) in draft.items(&at("ulimits"), node.get("ulimits")).iter().enumerate() {
        let at = |field: &str| format!("{path}/ulimits/{index}/{field}");
        container.ulimits.push(Ulimit {
            name: draft.string(&at("name"), item.get("name"), None),
            soft_limit: draft.integer(&at("soft_limit"), item.get("softLimit"), None),
            hard_limit: draft.integer(&at("hard_limit"), item.get("hardLimit"), None),
        });
    }
    for (index, item) in draft.items(&at("environment"), node.get("environment")).iter().enumerate()
    {
        let at = |field: &str| format!("{path}/environment/{index}/{field}");
        let name = draft.string(&at("name"), item.get("name"), None);
        let value = draft.variable(&at("value"), name.as_deref().unwrap_or(""), item.get("value"));
        container.environment.push(EnvironmentVariable { name, value });
    }
    draft.environment_files(path, node.get("environmentFiles"));
    for (index, item) in draft.items(&at("secrets"), node.get("secrets")).iter().enumerate() {
        let at = |field: &str| format!("{path}/secrets/{index}/{field}");
        container.secrets.push(ContainerSecret {
            name: draft.string(&at("name"), item.get("name"), None),
            value_from: draft.string(&at("value_from"), item.get("valueFrom"), None),
        });
    }
    for (index, item) in
        draft.items(&at("port_mappings"), node.get("portMappings")).iter().enumerate()
    {
        let at = |field: &str| format!("{path}/port_mappings/{index}/{field}");
        container.port_mappings.push(PortMapping {
            container_port: draft.integer(&at("container_port"), item.get("containerPort"), None),
            host_port: draft.integer(&at("host_port"), item.get("hostPort"), None),
            protocol: draft.string(&at("protocol"), item.get("protocol"), Some("tcp")),
        });
    }
    container
}
