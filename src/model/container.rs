//! ECS clusters, services and task definitions.
//!
//! Source: the Amazon ECS API reference.

use std::collections::BTreeMap;

use super::resource::{resource, value};
use super::secret::SecretValue;

resource! {
    /// An ECS cluster.
    EcsCluster: "AWS::ECS::Cluster" in ecs_clusters {
        /// `enabled`, `enhanced` or `disabled`.
        container_insights: Option<String>,
        /// Capacity providers by name, such as `FARGATE`.
        capacity_providers: Vec<String>,
        /// `ACTIVE` when in use.
        status: Option<String>,
    }
}

value! {
    /// A service's tie to a target group.
    EcsLoadBalancer {
        /// Key in `target_groups`.
        target_group: Option<String>,
        /// The container that takes the traffic.
        container_name: Option<String>,
        /// Its port.
        container_port: Option<i64>,
    }
}

value! {
    /// One item of a capacity-provider strategy.
    CapacityProviderStrategyItem {
        /// The provider's name, such as `FARGATE_SPOT`.
        capacity_provider: Option<String>,
        /// Tasks that run on it at least.
        base: Option<i64>,
        /// Its share of the rest.
        weight: Option<i64>,
    }
}

value! {
    /// How a service replaces its tasks.
    DeploymentConfiguration {
        /// `ROLLING`, `BLUE_GREEN`, `CANARY` or `LINEAR`.
        strategy: Option<String>,
        /// Percentage of the desired count that must stay healthy.
        minimum_healthy_percent: Option<i64>,
        /// Percentage of the desired count that may run at once.
        maximum_percent: Option<i64>,
        /// Whether the circuit breaker stops a failing deployment.
        circuit_breaker_enable: Option<bool>,
        /// Whether the circuit breaker rolls back.
        circuit_breaker_rollback: Option<bool>,
        /// Whether a CloudWatch alarm rolls back.
        alarms_rollback: Option<bool>,
    }
}

resource! {
    /// An ECS service.
    EcsService: "AWS::ECS::Service" in ecs_services {
        /// Key in `ecs_clusters`, or the cluster's name.
        cluster: Option<String>,
        /// Key in `ecs_task_definitions`.
        task_definition: Option<String>,
        /// `FARGATE`, `EC2` or `EXTERNAL`; null when a capacity-provider
        /// strategy decides.
        launch_type: Option<String>,
        /// The capacity-provider strategy, the cluster's default included.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
        /// The Fargate platform version, `LATEST` by default.
        platform_version: Option<String>,
        /// `REPLICA` or `DAEMON`.
        scheduling_strategy: Option<String>,
        /// How many tasks should run.
        desired_count: Option<i64>,
        /// The fewest tasks to which Application Auto Scaling may scale it;
        /// null where no scalable target is declared. Only templates tell it:
        /// in an account the desired count is what scaling made it.
        scaling_min_capacity: Option<i64>,
        /// Subnets of its tasks: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups of its tasks: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// Whether tasks get public addresses.
        assign_public_ip: Option<bool>,
        /// Target groups it registers with.
        load_balancers: Vec<EcsLoadBalancer>,
        /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
        deployment_controller: Option<String>,
        /// How it replaces its tasks.
        deployment_configuration: DeploymentConfiguration,
        /// Whether ECS Exec is on.
        enable_execute_command: Option<bool>,
        /// `ACTIVE` when in use.
        status: Option<String>,
    }
}

value! {
    /// An environment variable; its value never enters the model.
    EnvironmentVariable {
        /// Its name.
        name: Option<String>,
        /// What is known of its value.
        value: SecretValue,
    }
}

value! {
    /// A setting injected from Secrets Manager or Parameter Store.
    ContainerSecret {
        /// The environment variable's name.
        name: Option<String>,
        /// ARN, parameter name or reference (key in `secrets`).
        value_from: Option<String>,
    }
}

value! {
    /// A limit of the container's processes.
    Ulimit {
        /// Its name, such as `nofile`.
        name: Option<String>,
        /// The soft limit.
        soft_limit: Option<i64>,
        /// The hard limit.
        hard_limit: Option<i64>,
    }
}

value! {
    /// A port that a container listens on.
    PortMapping {
        /// The port in the container.
        container_port: Option<i64>,
        /// The port on the host.
        host_port: Option<i64>,
        /// `tcp` or `udp`.
        protocol: Option<String>,
    }
}

value! {
    /// A container of a task definition.
    ContainerDefinition {
        /// Its name.
        name: Option<String>,
        /// Image with registry, tag or digest.
        image: Option<String>,
        /// Whether the task stops with it.
        essential: Option<bool>,
        /// Whether it has root rights on the host.
        privileged: Option<bool>,
        /// The user it runs as; null means the image's own, often root.
        user: Option<String>,
        /// Whether its root file system is read-only.
        readonly_root_filesystem: Option<bool>,
        /// Limits of its processes.
        ulimits: Vec<Ulimit>,
        /// Plain environment variables.
        environment: Vec<EnvironmentVariable>,
        /// Settings injected from secret stores.
        secrets: Vec<ContainerSecret>,
        /// The log driver, such as `awslogs`; null when none is set.
        log_driver: Option<String>,
        /// Options of the log driver.
        log_options: BTreeMap<String, String>,
        /// The FireLens router's kind, if it is one: `fluentbit` or `fluentd`.
        firelens_type: Option<String>,
        /// Ports.
        port_mappings: Vec<PortMapping>,
    }
}

resource! {
    /// A revision of an ECS task definition.
    EcsTaskDefinition: "AWS::ECS::TaskDefinition" in ecs_task_definitions {
        /// The family that its revisions share.
        family: Option<String>,
        /// `awsvpc`, `bridge`, `host` or `none`.
        network_mode: Option<String>,
        /// `FARGATE`, `EC2`, `EXTERNAL`.
        requires_compatibilities: Vec<String>,
        /// The role that the agent uses: key in `iam_roles`.
        execution_role: Option<String>,
        /// The role that the containers use: key in `iam_roles`.
        task_role: Option<String>,
        /// The operating system family that its containers are for: `LINUX`,
        /// `WINDOWS_SERVER_2022_CORE` and so on; null where it does not say.
        operating_system_family: Option<String>,
        /// `host` or `task`; null by default.
        pid_mode: Option<String>,
        /// `host`, `task` or `none`; null by default.
        ipc_mode: Option<String>,
        /// Its containers.
        containers: Vec<ContainerDefinition>,
    }
}
