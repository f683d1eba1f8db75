//! `AWS::ElasticLoadBalancingV2`.

use super::Declared;
use crate::model::{
    ForwardTarget, Listener, ListenerAction, ListenerRule, LoadBalancer, Snapshot, Target,
    TargetGroup,
};
use crate::source::draft::Draft;
use crate::source::node::Node;

/// The value of a key in a list of attributes.
fn attribute<'n>(declared: &'n Declared<'_>, property: &str, key: &str) -> Option<&'n Node> {
    declared.get(property)?.named("Key", key)?.get("Value")
}

pub(super) fn load_balancer(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "load_balancers");
    let mut balancer = LoadBalancer::new(declared.identity(&mut draft, "Name"));
    let of = |key: &str| attribute(declared, "LoadBalancerAttributes", key);
    balancer.load_balancer_type =
        draft.string("/load_balancer_type", declared.get("Type"), Some("application"));
    balancer.scheme = draft.string("/scheme", declared.get("Scheme"), Some("internet-facing"));
    balancer.subnet_ids = draft.strings("/subnet_ids", declared.get("Subnets"));
    let mappings = draft.items("/subnet_ids", declared.get("SubnetMappings"));
    for mapping in mappings {
        balancer.subnet_ids.extend(draft.string("/subnet_ids", mapping.get("SubnetId"), None));
    }
    balancer.security_group_ids =
        draft.strings("/security_group_ids", declared.get("SecurityGroups"));
    balancer.ip_address_type =
        draft.string("/ip_address_type", declared.get("IpAddressType"), Some("ipv4"));
    balancer.access_logs_enabled =
        draft.bool("/access_logs_enabled", of("access_logs.s3.enabled"), Some(false));
    balancer.access_logs_bucket =
        draft.string("/access_logs_bucket", of("access_logs.s3.bucket"), None);
    balancer.drop_invalid_header_fields_enabled = draft.bool(
        "/drop_invalid_header_fields_enabled",
        of("routing.http.drop_invalid_header_fields.enabled"),
        Some(false),
    );
    balancer.deletion_protection_enabled =
        draft.bool("/deletion_protection_enabled", of("deletion_protection.enabled"), Some(false));
    let application = balancer.load_balancer_type.as_deref() == Some("application");
    balancer.cross_zone_enabled = draft.bool(
        "/cross_zone_enabled",
        of("load_balancing.cross_zone.enabled"),
        Some(application),
    );
    snapshot.model.insert(balancer);
}

pub(super) fn listener(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "listeners");
    let mut listener = Listener::new(declared.identity(&mut draft, ""));
    listener.load_balancer = draft.string("/load_balancer", declared.get("LoadBalancerArn"), None);
    listener.port = draft.integer("/port", declared.get("Port"), None);
    listener.protocol = draft.string("/protocol", declared.get("Protocol"), None);
    let secure = matches!(listener.protocol.as_deref(), Some("HTTPS" | "TLS"));
    listener.ssl_policy = draft.string(
        "/ssl_policy",
        declared.get("SslPolicy"),
        secure.then_some("ELBSecurityPolicy-2016-08"),
    );
    for (index, item) in
        declared.get("Certificates").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        let path = format!("/certificates/{index}");
        listener.certificates.extend(draft.string(&path, item.get("CertificateArn"), None));
    }
    listener.default_actions =
        actions(&mut draft, "/default_actions", declared.get("DefaultActions"));
    snapshot.model.insert(listener);
}

pub(super) fn listener_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "listener_rules");
    let mut rule = ListenerRule::new(declared.identity(&mut draft, ""));
    rule.listener = draft.string("/listener", declared.get("ListenerArn"), None);
    rule.priority = draft.string("/priority", declared.get("Priority"), None);
    rule.actions = actions(&mut draft, "/actions", declared.get("Actions"));
    snapshot.model.insert(rule);
}

fn actions(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Vec<ListenerAction> {
    let items = draft.items(path, node);
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = |field: &str| format!("{path}/{index}/{field}");
        let redirect = |name: &str| item.get("RedirectConfig").and_then(|r| r.get(name));
        let mut action = ListenerAction {
            action_type: draft.string(&at("action_type"), item.get("Type"), None),
            forward: Vec::new(),
            redirect_protocol: draft.string(&at("redirect_protocol"), redirect("Protocol"), None),
            redirect_port: draft.string(&at("redirect_port"), redirect("Port"), None),
            redirect_status_code: draft.string(
                &at("redirect_status_code"),
                redirect("StatusCode"),
                None,
            ),
        };
        if item.get("RedirectConfig").is_some() {
            action.redirect_protocol.get_or_insert("#{protocol}".to_owned());
            action.redirect_port.get_or_insert("#{port}".to_owned());
        }
        if let Some(group) = item.get("TargetGroupArn") {
            let target_group = draft.string(&at("forward/0/target_group"), Some(group), None);
            action.forward.push(ForwardTarget { target_group, weight: Some(1) });
        } else {
            let groups = item.get("ForwardConfig").and_then(|config| config.get("TargetGroups"));
            for (number, group) in draft.items(&at("forward"), groups).iter().enumerate() {
                let at = |field: &str| format!("{path}/{index}/forward/{number}/{field}");
                action.forward.push(ForwardTarget {
                    target_group: draft.string(
                        &at("target_group"),
                        group.get("TargetGroupArn"),
                        None,
                    ),
                    weight: draft.integer(&at("weight"), group.get("Weight"), Some(1)),
                });
            }
        }
        found.push(action);
    }
    found
}

pub(super) fn target_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "target_groups");
    let mut group = TargetGroup::new(declared.identity(&mut draft, "Name"));
    group.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    group.target_type = draft.string("/target_type", declared.get("TargetType"), Some("instance"));
    group.protocol = draft.string("/protocol", declared.get("Protocol"), None);
    group.port = draft.integer("/port", declared.get("Port"), None);
    for (index, item) in draft.items("/targets", declared.get("Targets")).iter().enumerate() {
        let at = |field: &str| format!("/targets/{index}/{field}");
        group.targets.push(Target {
            target_id: draft.string(&at("target_id"), item.get("Id"), None),
            port: draft.integer(&at("port"), item.get("Port"), None),
            availability_zone: draft.string(
                &at("availability_zone"),
                item.get("AvailabilityZone"),
                None,
            ),
        });
    }
    let http = matches!(group.protocol.as_deref(), Some("HTTP" | "HTTPS"));
    let lambda = group.target_type.as_deref() == Some("lambda");
    group.health_check_enabled =
        draft.bool("/health_check_enabled", declared.get("HealthCheckEnabled"), Some(!lambda));
    group.health_check_protocol = draft.string(
        "/health_check_protocol",
        declared.get("HealthCheckProtocol"),
        Some(if http { "HTTP" } else { "TCP" }),
    );
    group.health_check_port =
        draft.string("/health_check_port", declared.get("HealthCheckPort"), Some("traffic-port"));
    let checks_http = matches!(group.health_check_protocol.as_deref(), Some("HTTP" | "HTTPS"));
    group.health_check_path = draft.string(
        "/health_check_path",
        declared.get("HealthCheckPath"),
        checks_http.then_some("/"),
    );
    let codes =
        declared.at(&["Matcher", "HttpCode"]).or_else(|| declared.at(&["Matcher", "GrpcCode"]));
    group.matcher = draft.string("/matcher", codes, checks_http.then_some("200"));
    let preserve = attribute(declared, "TargetGroupAttributes", "preserve_client_ip.enabled");
    let by_default = preserves_by_default(&group);
    group.preserve_client_ip = draft.bool("/preserve_client_ip", preserve, by_default);
    // Anything else leaves it to the load balancer.
    let zones = attribute(declared, "TargetGroupAttributes", "load_balancing.cross_zone.enabled");
    let zones = zones.filter(|node| node.unknown().is_some() || node.bool().is_some());
    group.cross_zone_enabled = draft.bool("/cross_zone_enabled", zones, None);
    snapshot.model.insert(group);
}

/// Network load balancers keep the client's address for instances and UDP.
fn preserves_by_default(group: &TargetGroup) -> Option<bool> {
    match (group.protocol.as_deref(), group.target_type.as_deref()) {
        (Some("TCP" | "TLS"), Some(kind)) => Some(kind == "instance"),
        (Some("UDP" | "TCP_UDP"), _) => Some(true),
        _ => None,
    }
}
