//! Load balancers, listeners, rules and target groups.
//!
//! Source: the Elastic Load Balancing API reference, version 2015-12-01.

use super::resource::{resource, value};

resource! {
    /// An application, network or gateway load balancer.
    LoadBalancer: "AWS::ElasticLoadBalancingV2::LoadBalancer" in load_balancers {
        /// `application`, `network` or `gateway`.
        load_balancer_type: Option<String>,
        /// `internet-facing` or `internal`.
        scheme: Option<String>,
        /// The VPC: key in `vpcs`, where told.
        vpc_id: Option<String>,
        /// Subnets: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// `ipv4`, `dualstack`, …
        ip_address_type: Option<String>,
        /// Whether access logs are on.
        access_logs_enabled: Option<bool>,
        /// The access logs' bucket.
        access_logs_bucket: Option<String>,
        /// Whether requests with invalid headers lose those.
        drop_invalid_header_fields_enabled: Option<bool>,
        /// Whether deletion is refused.
        deletion_protection_enabled: Option<bool>,
        /// Whether a network load balancer spreads over all zones' targets.
        cross_zone_enabled: Option<bool>,
    }
}

value! {
    /// A target group with its share of a forward action.
    ForwardTarget {
        /// Key in `target_groups`.
        target_group: Option<String>,
        /// Its weight.
        weight: Option<i64>,
    }
}

value! {
    /// What a listener or rule does with a request.
    ListenerAction {
        /// `forward`, `redirect`, `fixed-response`, `authenticate-cognito`,
        /// `authenticate-oidc`, …
        action_type: Option<String>,
        /// Where a forward goes.
        forward: Vec<ForwardTarget>,
        /// Protocol of a redirect: `HTTPS`, `HTTP` or `#{protocol}`.
        redirect_protocol: Option<String>,
        /// Port of a redirect, or `#{port}`.
        redirect_port: Option<String>,
        /// `HTTP_301` or `HTTP_302`.
        redirect_status_code: Option<String>,
    }
}

resource! {
    /// A listener.
    Listener: "AWS::ElasticLoadBalancingV2::Listener" in listeners {
        /// Key in `load_balancers`.
        load_balancer: Option<String>,
        /// The port.
        port: Option<i64>,
        /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`, …
        protocol: Option<String>,
        /// The TLS policy of an HTTPS or TLS listener.
        ssl_policy: Option<String>,
        /// Certificates by ARN or reference.
        certificates: Vec<String>,
        /// Default actions.
        default_actions: Vec<ListenerAction>,
    }
}

resource! {
    /// A rule of a listener.
    ListenerRule: "AWS::ElasticLoadBalancingV2::ListenerRule" in listener_rules {
        /// Key in `listeners`.
        listener: Option<String>,
        /// Its place in the order; `default` for the default rule.
        priority: Option<String>,
        /// What it does.
        actions: Vec<ListenerAction>,
    }
}

value! {
    /// A target of a target group.
    Target {
        /// Instance id, address, function ARN or load-balancer ARN.
        target_id: Option<String>,
        /// The port, if it overrides the group's.
        port: Option<i64>,
        /// The zone, or `all`.
        availability_zone: Option<String>,
    }
}

resource! {
    /// A target group.
    TargetGroup: "AWS::ElasticLoadBalancingV2::TargetGroup" in target_groups {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// `instance`, `ip`, `lambda` or `alb`.
        target_type: Option<String>,
        /// `HTTP`, `HTTPS`, `TCP`, …
        protocol: Option<String>,
        /// The port that targets listen on.
        port: Option<i64>,
        /// Load balancers that use it, as AWS reports: keys in `load_balancers`.
        load_balancers: Vec<String>,
        /// Registered targets.
        targets: Vec<Target>,
        /// Whether health checks are on.
        health_check_enabled: Option<bool>,
        /// Protocol of the health check.
        health_check_protocol: Option<String>,
        /// Path of an HTTP health check, `/` by default.
        health_check_path: Option<String>,
        /// The port of the check: a number, or `traffic-port` for each target's
        /// own.
        health_check_port: Option<String>,
        /// Codes that count as healthy, such as `200` or `200-299`.
        matcher: Option<String>,
        /// Whether targets see the client's address (network load balancers);
        /// AWS's default filled in.
        preserve_client_ip: Option<bool>,
        /// Whether targets in every zone get connections; null where the load
        /// balancer decides.
        cross_zone_enabled: Option<bool>,
    }
}
