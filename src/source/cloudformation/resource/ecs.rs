//! `AWS::ECS`.

use super::Declared;
use crate::model::secret::without_credentials;
use crate::model::{
    CapacityProviderStrategyItem, ContainerDefinition, ContainerSecret, DeploymentConfiguration,
    EcsCluster, EcsLoadBalancer, EcsService, EcsTaskDefinition, EnvironmentVariable, PortMapping,
    Snapshot, Ulimit,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::scaling;

pub(super) fn cluster(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_clusters");
    let mut cluster = EcsCluster::new(declared.identity(&mut draft, "ClusterName"));
    let insights =
        declared.get("ClusterSettings").and_then(|all| all.named("Name", "containerInsights"));
    cluster.container_insights = draft.string(
        "/container_insights",
        insights.and_then(|setting| setting.get("Value")),
        Some("disabled"),
    );
    cluster.capacity_providers =
        draft.strings("/capacity_providers", declared.get("CapacityProviders"));
    cluster.status = Some("ACTIVE".to_owned());
    snapshot.model.insert(cluster);
}

pub(super) fn service(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_services");
    let mut service = EcsService::new(declared.identity(&mut draft, "ServiceName"));
    let network = |name: &str| declared.at(&["NetworkConfiguration", "AwsvpcConfiguration", name]);
    service.cluster = draft.string("/cluster", declared.get("Cluster"), Some("default"));
    service.task_definition =
        draft.string("/task_definition", declared.get("TaskDefinition"), None);
    let strategy = declared.get("CapacityProviderStrategy");
    // A cluster's default strategy may be Fargate's; only on Fargate does a
    // service name a platform version.
    let fargate = declared.get("PlatformVersion").is_some();
    let default_type = (strategy.is_none() && !fargate).then_some("EC2");
    service.launch_type = draft.string("/launch_type", declared.get("LaunchType"), default_type);
    for (index, item) in draft.items("/capacity_provider_strategy", strategy).iter().enumerate() {
        let at = |field: &str| format!("/capacity_provider_strategy/{index}/{field}");
        service.capacity_provider_strategy.push(CapacityProviderStrategyItem {
            capacity_provider: draft.string(
                &at("capacity_provider"),
                item.get("CapacityProvider"),
                None,
            ),
            base: draft.integer(&at("base"), item.get("Base"), Some(0)),
            weight: draft.integer(&at("weight"), item.get("Weight"), Some(0)),
        });
    }
    let version = (service.launch_type.as_deref() != Some("EC2")).then_some("LATEST");
    service.platform_version =
        draft.string("/platform_version", declared.get("PlatformVersion"), version);
    service.scheduling_strategy =
        draft.string("/scheduling_strategy", declared.get("SchedulingStrategy"), Some("REPLICA"));
    service.desired_count = draft.integer("/desired_count", declared.get("DesiredCount"), Some(1));
    service.subnet_ids = draft.strings("/subnet_ids", network("Subnets"));
    service.security_group_ids = draft.strings("/security_group_ids", network("SecurityGroups"));
    service.assign_public_ip = draft
        .string("/assign_public_ip", network("AssignPublicIp"), Some("DISABLED"))
        .map(|text| text.eq_ignore_ascii_case("ENABLED"));
    for (index, item) in
        draft.items("/load_balancers", declared.get("LoadBalancers")).iter().enumerate()
    {
        let at = |field: &str| format!("/load_balancers/{index}/{field}");
        service.load_balancers.push(EcsLoadBalancer {
            target_group: draft.string(&at("target_group"), item.get("TargetGroupArn"), None),
            container_name: draft.string(&at("container_name"), item.get("ContainerName"), None),
            container_port: draft.integer(&at("container_port"), item.get("ContainerPort"), None),
        });
    }
    service.deployment_controller = draft.string(
        "/deployment_controller",
        declared.at(&["DeploymentController", "Type"]),
        Some("ECS"),
    );
    service.deployment_configuration =
        deployment(&mut draft, declared.get("DeploymentConfiguration"));
    service.enable_execute_command =
        draft.bool("/enable_execute_command", declared.get("EnableExecuteCommand"), Some(false));
    service.status = Some("ACTIVE".to_owned());
    if declared.get("NetworkConfiguration").is_none() {
        let balancers = declared.get("LoadBalancers").map(Node::items).unwrap_or_default();
        let groups = balancers.iter().filter_map(|item| item.get("TargetGroupArn"));
        let options = &declared.root.options;
        let place = (options.account.clone(), options.region.clone());
        scaling::on_container_instances(&declared.logical, groups, place, snapshot);
    }
    snapshot.model.insert(service);
}

fn deployment(draft: &mut Draft<'_>, node: Option<&Node>) -> DeploymentConfiguration {
    let get = |name: &str| node.and_then(|node| node.get(name));
    let breaker = |name: &str| get("DeploymentCircuitBreaker").and_then(|b| b.get(name));
    let at = |field: &str| format!("/deployment_configuration/{field}");
    DeploymentConfiguration {
        strategy: draft.string(&at("strategy"), get("Strategy"), Some("ROLLING")),
        minimum_healthy_percent: draft.integer(
            &at("minimum_healthy_percent"),
            get("MinimumHealthyPercent"),
            Some(100),
        ),
        maximum_percent: draft.integer(&at("maximum_percent"), get("MaximumPercent"), Some(200)),
        circuit_breaker_enable: draft.bool(
            &at("circuit_breaker_enable"),
            breaker("Enable"),
            Some(false),
        ),
        circuit_breaker_rollback: draft.bool(
            &at("circuit_breaker_rollback"),
            breaker("Rollback"),
            Some(false),
        ),
        alarms_rollback: draft.bool(
            &at("alarms_rollback"),
            get("Alarms").and_then(|alarms| alarms.get("Rollback")),
            Some(false),
        ),
    }
}

pub(super) fn task_definition(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "ecs_task_definitions");
    let mut task = EcsTaskDefinition::new(declared.identity(&mut draft, "Family"));
    task.family = draft.string("/family", declared.get("Family"), None);
    task.requires_compatibilities =
        draft.strings("/requires_compatibilities", declared.get("RequiresCompatibilities"));
    task.network_mode = draft.string("/network_mode", declared.get("NetworkMode"), Some("bridge"));
    task.execution_role = draft.string("/execution_role", declared.get("ExecutionRoleArn"), None);
    task.task_role = draft.string("/task_role", declared.get("TaskRoleArn"), None);
    task.operating_system_family = draft.string(
        "/operating_system_family",
        declared.get("RuntimePlatform").and_then(|platform| platform.get("OperatingSystemFamily")),
        None,
    );
    task.pid_mode = draft.string("/pid_mode", declared.get("PidMode"), None);
    task.ipc_mode = draft.string("/ipc_mode", declared.get("IpcMode"), None);
    let containers = draft.items("/containers", declared.get("ContainerDefinitions"));
    for (index, node) in containers.iter().enumerate() {
        task.containers.push(container(&mut draft, &format!("/containers/{index}"), node));
    }
    snapshot.model.insert(task);
}

fn container(draft: &mut Draft<'_>, path: &str, node: &Node) -> ContainerDefinition {
    let at = |field: &str| format!("{path}/{field}");
    let log = |name: &str| node.get("LogConfiguration").and_then(|log| log.get(name));
    let mut container = ContainerDefinition {
        name: draft.string(&at("name"), node.get("Name"), None),
        image: draft.text(&at("image"), node.get("Image")),
        essential: draft.bool(&at("essential"), node.get("Essential"), Some(true)),
        privileged: draft.bool(&at("privileged"), node.get("Privileged"), Some(false)),
        user: draft.string(&at("user"), node.get("User"), None),
        readonly_root_filesystem: draft.bool(
            &at("readonly_root_filesystem"),
            node.get("ReadonlyRootFilesystem"),
            Some(false),
        ),
        log_driver: draft.string(&at("log_driver"), log("LogDriver"), None),
        log_options: without_credentials(draft.string_map(&at("log_options"), log("Options"))),
        firelens_type: draft.string(
            &at("firelens_type"),
            node.get("FirelensConfiguration").and_then(|router| router.get("Type")),
            None,
        ),
        ..ContainerDefinition::default()
    };
    for (index, item) in draft.items(&at("ulimits"), node.get("Ulimits")).iter().enumerate() {
        let at = |field: &str| format!("{path}/ulimits/{index}/{field}");
        container.ulimits.push(Ulimit {
            name: draft.string(&at("name"), item.get("Name"), None),
            soft_limit: draft.integer(&at("soft_limit"), item.get("SoftLimit"), None),
            hard_limit: draft.integer(&at("hard_limit"), item.get("HardLimit"), None),
        });
    }
    for (index, item) in draft.items(&at("environment"), node.get("Environment")).iter().enumerate()
    {
        let at = |field: &str| format!("{path}/environment/{index}/{field}");
        let name = draft.string(&at("name"), item.get("Name"), None);
        let value = draft.variable(&at("value"), name.as_deref().unwrap_or(""), item.get("Value"));
        container.environment.push(EnvironmentVariable { name, value });
    }
    draft.environment_files(path, node.get("EnvironmentFiles"));
    for (index, item) in draft.items(&at("secrets"), node.get("Secrets")).iter().enumerate() {
        let at = |field: &str| format!("{path}/secrets/{index}/{field}");
        container.secrets.push(ContainerSecret {
            name: draft.string(&at("name"), item.get("Name"), None),
            value_from: draft.string(&at("value_from"), item.get("ValueFrom"), None),
        });
    }
    for (index, item) in
        draft.items(&at("port_mappings"), node.get("PortMappings")).iter().enumerate()
    {
        let at = |field: &str| format!("{path}/port_mappings/{index}/{field}");
        container.port_mappings.push(PortMapping {
            container_port: draft.integer(&at("container_port"), item.get("ContainerPort"), None),
            host_port: draft.integer(&at("host_port"), item.get("HostPort"), None),
            protocol: draft.string(&at("protocol"), item.get("Protocol"), Some("tcp")),
        });
    }
    container
}
