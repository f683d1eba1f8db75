//! Load balancers, listeners, rules and target groups.

use super::Declared;
use crate::model::{
    ForwardTarget, Listener, ListenerAction, ListenerRule, LoadBalancer, Snapshot, Target,
    TargetGroup,
};
use crate::source::draft::Draft;
use crate::source::node::Node;

pub(super) fn load_balancer(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "load_balancers");
    let mut balancer = LoadBalancer::new(declared.identity(&mut draft, "name"));
    balancer.load_balancer_type = draft.string(
        "/load_balancer_type",
        declared.get("load_balancer_type"),
        Some("application"),
    );
    balancer.scheme = draft
        .bool("/scheme", set("internal"), Some(false))
        .map(|internal| if internal { "internal" } else { "internet-facing" }.to_owned());
    balancer.subnet_ids = draft.strings("/subnet_ids", declared.get("subnets"));
    if balancer.subnet_ids.is_empty() {
        for mapping in draft.items("/subnet_ids", set("subnet_mapping")) {
            balancer.subnet_ids.extend(draft.string("/subnet_ids", mapping.get("subnet_id"), None));
        }
    }
    balancer.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_groups"));
    balancer.ip_address_type =
        draft.string("/ip_address_type", set("ip_address_type"), Some("ipv4"));
    balancer.access_logs_enabled =
        draft.bool("/access_logs_enabled", declared.at(&["access_logs", "enabled"]), Some(false));
    balancer.access_logs_bucket =
        draft.string("/access_logs_bucket", declared.at(&["access_logs", "bucket"]), None);
    balancer.drop_invalid_header_fields_enabled = draft.bool(
        "/drop_invalid_header_fields_enabled",
        declared.get("drop_invalid_header_fields"),
        Some(false),
    );
    balancer.deletion_protection_enabled = draft.bool(
        "/deletion_protection_enabled",
        declared.get("enable_deletion_protection"),
        Some(false),
    );
    let application = balancer.load_balancer_type.as_deref() == Some("application");
    balancer.cross_zone_enabled = match application {
        true => Some(true),
        false => draft.bool(
            "/cross_zone_enabled",
            declared.get("enable_cross_zone_load_balancing"),
            Some(false),
        ),
    };
    snapshot.model.insert(balancer);
}

pub(super) fn listener(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "listeners");
    let mut listener = Listener::new(declared.identity(&mut draft, ""));
    listener.load_balancer =
        draft.string("/load_balancer", declared.get("load_balancer_arn"), None);
    listener.port = draft.integer("/port", declared.get("port"), None);
    listener.protocol = draft.string("/protocol", set("protocol"), Some("HTTP"));
    let secure = matches!(listener.protocol.as_deref(), Some("HTTPS" | "TLS"));
    listener.ssl_policy = draft.string(
        "/ssl_policy",
        set("ssl_policy"),
        secure.then_some("ELBSecurityPolicy-2016-08"),
    );
    listener.certificates = draft.strings("/certificates", declared.get("certificate_arn"));
    listener.default_actions =
        actions(&mut draft, "/default_actions", declared.get("default_action"));
    snapshot.model.insert(listener);
}

pub(super) fn listener_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "listener_rules");
    let mut rule = ListenerRule::new(declared.identity(&mut draft, ""));
    rule.listener = draft.string("/listener", declared.get("listener_arn"), None);
    rule.priority = draft.string("/priority", declared.get("priority"), None);
    rule.actions = actions(&mut draft, "/actions", declared.get("action"));
    snapshot.model.insert(rule);
}

fn actions(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Vec<ListenerAction> {
    let items = draft.items(path, node);
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = |field: &str| format!("{path}/{index}/{field}");
        let redirect = |name: &str| item.get("redirect")?.items().first()?.get(name);
        let redirects = item.get("redirect").is_some_and(|block| !block.items().is_empty());
        let mut action = ListenerAction {
            action_type: draft.string(&at("action_type"), item.get("type"), None),
            forward: Vec::new(),
            redirect_protocol: draft.string(
                &at("redirect_protocol"),
                redirect("protocol"),
                redirects.then_some("#{protocol}"),
            ),
            redirect_port: draft.string(
                &at("redirect_port"),
                redirect("port"),
                redirects.then_some("#{port}"),
            ),
            redirect_status_code: draft.string(
                &at("redirect_status_code"),
                redirect("status_code"),
                None,
            ),
        };
        if let Some(group) = super::present(item.get("target_group_arn")) {
            let target_group = draft.string(&at("forward/0/target_group"), Some(group), None);
            action.forward.push(ForwardTarget { target_group, weight: Some(1) });
        } else {
            let forward = item.get("forward").and_then(|block| block.items().first());
            let groups = forward.and_then(|forward| forward.get("target_group"));
            for (number, group) in groups.map(Node::items).unwrap_or_default().iter().enumerate() {
                let at = |field: &str| format!("{path}/{index}/forward/{number}/{field}");
                action.forward.push(ForwardTarget {
                    target_group: draft.string(&at("target_group"), group.get("arn"), None),
                    weight: draft.integer(&at("weight"), group.get("weight"), Some(1)),
                });
            }
        }
        found.push(action);
    }
    found
}

pub(super) fn target_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "target_groups");
    let mut group = TargetGroup::new(declared.identity(&mut draft, "name"));
    let check = |name: &str| declared.at(&["health_check", name]);
    group.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    group.target_type = draft.string("/target_type", declared.get("target_type"), Some("instance"));
    group.protocol = draft.string("/protocol", declared.get("protocol"), None);
    group.port = draft.integer("/port", declared.get("port"), None);
    let lambda = group.target_type.as_deref() == Some("lambda");
    group.health_check_enabled =
        draft.bool("/health_check_enabled", check("enabled"), Some(!lambda));
    let http = matches!(group.protocol.as_deref(), Some("HTTP" | "HTTPS"));
    group.health_check_protocol = draft.string(
        "/health_check_protocol",
        check("protocol"),
        Some(if http { "HTTP" } else { "TCP" }),
    );
    group.health_check_port =
        draft.string("/health_check_port", check("port"), Some("traffic-port"));
    let checks_http = matches!(group.health_check_protocol.as_deref(), Some("HTTP" | "HTTPS"));
    group.health_check_path =
        draft.string("/health_check_path", check("path"), checks_http.then_some("/"));
    group.matcher = draft.string("/matcher", check("matcher"), checks_http.then_some("200"));
    let by_default = match (group.protocol.as_deref(), group.target_type.as_deref()) {
        (Some("TCP" | "TLS"), Some(kind)) => Some(kind == "instance"),
        (Some("UDP" | "TCP_UDP"), _) => Some(true),
        _ => None,
    };
    group.preserve_client_ip =
        draft.bool("/preserve_client_ip", set("preserve_client_ip"), by_default);
    // Anything else leaves it to the load balancer.
    let zones = set("load_balancing_cross_zone_enabled")
        .filter(|node| !node.is_computed() && (node.unknown().is_some() || node.bool().is_some()));
    group.cross_zone_enabled = draft.bool("/cross_zone_enabled", zones, None);
    snapshot.model.insert(group);
}

pub(super) fn target_group_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<TargetGroup>(snapshot, "target_group_arn") else { return };
    let count = snapshot.model.target_groups.get(&id).map_or(0, |group| group.targets.len());
    let resource = crate::model::ResourceRef::new("target_groups", &id);
    let mut draft = declared.draft_of(snapshot, resource);
    let at = |field: &str| format!("/targets/{count}/{field}");
    let target = Target {
        target_id: draft.string(&at("target_id"), declared.get("target_id"), None),
        port: draft.integer(&at("port"), declared.get("port"), None),
        availability_zone: draft.string(
            &at("availability_zone"),
            declared.get("availability_zone"),
            None,
        ),
    };
    if let Some(group) = snapshot.model.target_groups.get_mut(&id) {
        group.targets.push(target);
    }
}
