//! The calls for load balancers and target groups.

use super::operations;

operations! {
    DESCRIBE_LOAD_BALANCERS = "elasticloadbalancing:DescribeLoadBalancers"
        fills ["load_balancers", "listeners", "listener_rules"];
    DESCRIBE_LOAD_BALANCER_ATTRIBUTES = "elasticloadbalancing:DescribeLoadBalancerAttributes"
        fills [
            "load_balancers/access_logs_enabled",
            "load_balancers/access_logs_bucket",
            "load_balancers/drop_invalid_header_fields_enabled",
            "load_balancers/deletion_protection_enabled",
            "load_balancers/cross_zone_enabled",
        ];
    DESCRIBE_LISTENERS = "elasticloadbalancing:DescribeListeners"
        fills ["listeners", "listener_rules"];
    DESCRIBE_RULES = "elasticloadbalancing:DescribeRules" fills ["listener_rules"];
    DESCRIBE_TARGET_GROUPS = "elasticloadbalancing:DescribeTargetGroups" fills ["target_groups"];
    DESCRIBE_TARGET_GROUP_ATTRIBUTES = "elasticloadbalancing:DescribeTargetGroupAttributes"
        fills ["target_groups/preserve_client_ip", "target_groups/cross_zone_enabled"];
    DESCRIBE_TARGET_HEALTH = "elasticloadbalancing:DescribeTargetHealth"
        fills ["target_groups/targets"];
    DESCRIBE_TAGS = "elasticloadbalancing:DescribeTags"
        fills ["load_balancers/tags", "target_groups/tags"];
}
