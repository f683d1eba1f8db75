//! The calls for ECS.

use super::operations;

operations! {
    LIST_CLUSTERS = "ecs:ListClusters" fills ["ecs_clusters", "ecs_services"];
    DESCRIBE_CLUSTERS = "ecs:DescribeClusters" fills ["ecs_clusters"];
    LIST_SERVICES = "ecs:ListServices" fills ["ecs_services"];
    DESCRIBE_SERVICES = "ecs:DescribeServices" fills ["ecs_services"];
    LIST_TASK_DEFINITIONS = "ecs:ListTaskDefinitions" fills ["ecs_task_definitions"];
    DESCRIBE_TASK_DEFINITION = "ecs:DescribeTaskDefinition" fills ["ecs_task_definitions"];
}
