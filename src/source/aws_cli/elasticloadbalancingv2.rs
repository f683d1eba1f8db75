//! Load balancers, listeners, rules and target groups.
//!
//! Source: the AWS CLI command reference, `aws elbv2`.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::response::{Answer, Form};
use super::scope::{Scope, tags};
use crate::model::{
    ForwardTarget, Listener, ListenerAction, ListenerRule, LoadBalancer, Target, TargetGroup,
};
use crate::source::node::Node;
use crate::source::operation::elasticloadbalancingv2::{
    DESCRIBE_LISTENERS, DESCRIBE_LOAD_BALANCER_ATTRIBUTES, DESCRIBE_LOAD_BALANCERS, DESCRIBE_RULES,
    DESCRIBE_TAGS, DESCRIBE_TARGET_GROUP_ATTRIBUTES, DESCRIBE_TARGET_GROUPS,
    DESCRIBE_TARGET_HEALTH,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_LOAD_BALANCERS) {
        balancer(scope, &item);
    }
    attributes(scope);
    listeners(scope);
    rules(scope);
    for item in scope.items(&DESCRIBE_TARGET_GROUPS) {
        target_group(scope, &item);
    }
    targets(scope);
    group_attributes(scope);
    tag_descriptions(scope);
}

fn balancer(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&DESCRIBE_LOAD_BALANCERS, node, "LoadBalancerArn") else { return };
    let name = node.get("LoadBalancerName").and_then(Node::text);
    let mut balancer = LoadBalancer::new(scope.by_arn(&arn, name));
    let mut item = scope.read(&balancer, node);
    balancer.load_balancer_type = item.string("/load_balancer_type", "Type");
    balancer.scheme = item.string("/scheme", "Scheme");
    balancer.vpc_id = item.string("/vpc_id", "VpcId");
    balancer.subnet_ids = item.full_each("/subnet_ids", "AvailabilityZones", "SubnetId");
    balancer.security_group_ids = item.strings("/security_group_ids", "SecurityGroups");
    balancer.ip_address_type = item.string("/ip_address_type", "IpAddressType");
    scope.keep(balancer);
}

/// The values of an answer's attributes by key.
fn values(answer: &Node) -> BTreeMap<String, String> {
    let value = |one: &Node| {
        let text = |key: &str| one.get(key).and_then(Node::text);
        Some((text("Key")?, text("Value")?))
    };
    answer.get("Attributes").map(Node::items).unwrap_or_default().iter().filter_map(value).collect()
}

fn attributes(scope: &mut Scope<'_>) {
    let operation = &DESCRIBE_LOAD_BALANCER_ATTRIBUTES;
    let balancers = scope.keys::<LoadBalancer>();
    let mut told = BTreeSet::new();
    for (arn, answer) in scope.of_things(operation, "LoadBalancerArn", &balancers) {
        let found = values(&answer);
        let flag = |key: &str| found.get(key).map(|value| value == "true");
        scope.update::<LoadBalancer>(&arn, |balancer| {
            let application = balancer.load_balancer_type.as_deref() == Some("application");
            balancer.access_logs_enabled = flag("access_logs.s3.enabled").or(Some(false));
            balancer.access_logs_bucket =
                found.get("access_logs.s3.bucket").filter(|bucket| !bucket.is_empty()).cloned();
            balancer.drop_invalid_header_fields_enabled =
                flag("routing.http.drop_invalid_header_fields.enabled").or(Some(false));
            balancer.deletion_protection_enabled =
                flag("deletion_protection.enabled").or(Some(false));
            balancer.cross_zone_enabled =
                flag("load_balancing.cross_zone.enabled").or(Some(application));
        });
        if scope.kept::<LoadBalancer>(&arn).is_some() {
            let list = answer.get("Attributes").unwrap_or(&answer).clone();
            let origin = list.origin.clone();
            let reference = crate::model::ResourceRef::new("load_balancers", &arn);
            let mut draft = scope.draft(reference, &list);
            for (_, path) in operation.filled() {
                draft.place(&path, origin.as_ref());
            }
        }
        told.insert(arn);
    }
    scope.leave_rest_open(operation, "load_balancers", &balancers, &told);
}

fn listeners(scope: &mut Scope<'_>) {
    let balancers = scope.keys::<LoadBalancer>();
    let mut told = BTreeSet::new();
    for answer in scope.take(&DESCRIBE_LISTENERS) {
        for item in listed(answer, "Listeners", &mut told) {
            listener(scope, &item);
        }
    }
    // Asked for by load balancer, they may be those of some only.
    let listeners = scope.keys::<Listener>();
    for key in &listeners {
        let balancer = scope.kept::<Listener>(key).and_then(|one| one.load_balancer.clone());
        told.extend(balancer);
    }
    if balancers.iter().any(|balancer| !told.contains(balancer)) {
        scope.miss(&DESCRIBE_LISTENERS);
    }
}

/// The items of an answer; of one that names the load balancer that it is about,
/// that one too.
fn listed(answer: Answer, key: &str, told: &mut BTreeSet<String>) -> Vec<Node> {
    if answer.form != Form::OfEach {
        return answer.items();
    }
    let mut found = Vec::new();
    for item in answer.items() {
        told.extend(item.get("LoadBalancerArn").and_then(Node::text));
        found.extend(item.get(key).map(Node::items).unwrap_or_default().iter().cloned());
    }
    found
}

fn listener(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&DESCRIBE_LISTENERS, node, "ListenerArn") else { return };
    let protocol = node.get("Protocol").and_then(Node::text);
    let port = node.get("Port").and_then(Node::integer);
    let name = port.map(|port| format!("{}:{port}", protocol.as_deref().unwrap_or("listener")));
    let mut listener = Listener::new(scope.by_arn(&arn, name));
    let mut item = scope.read(&listener, node);
    listener.load_balancer = item.string("/load_balancer", "LoadBalancerArn");
    listener.port = item.integer("/port", "Port");
    listener.protocol = item.string("/protocol", "Protocol");
    listener.ssl_policy = item.string("/ssl_policy", "SslPolicy");
    listener.certificates = item.each("/certificates", "Certificates", "CertificateArn");
    listener.default_actions = actions(&mut item, "/default_actions", "DefaultActions");
    scope.keep(listener);
}

/// The rules beside the default one, which the listener itself tells.
fn rules(scope: &mut Scope<'_>) {
    let mut told = BTreeSet::new();
    for node in scope.items(&DESCRIBE_RULES) {
        let Some(arn) = scope.key(&DESCRIBE_RULES, &node, "RuleArn") else { continue };
        let listener = listener_of(&arn);
        told.extend(listener.clone());
        if node.get("IsDefault").and_then(Node::bool) == Some(true) {
            continue;
        }
        let priority = node.get("Priority").and_then(Node::text);
        let name = priority.as_ref().map(|priority| format!("rule {priority}"));
        let mut rule = ListenerRule::new(scope.by_arn(&arn, name));
        let mut item = scope.read(&rule, &node);
        rule.listener = listener;
        rule.priority = item.string("/priority", "Priority");
        rule.actions = actions(&mut item, "/actions", "Actions");
        scope.keep(rule);
    }
    // Every listener has a default rule, so the answer about it is never empty;
    // but those of network load balancers have no other.
    let open = scope.keys::<Listener>().into_iter().any(|listener| {
        let is_network = listener.contains(":listener/net/") || listener.contains(":listener/gwy/");
        !is_network && !told.contains(&listener)
    });
    if open {
        scope.miss(&DESCRIBE_RULES);
    }
}

/// The listener of a rule, whose ARN the rule's begins as.
fn listener_of(rule: &str) -> Option<String> {
    let (listener, _) = rule.rsplit_once('/')?;
    Some(listener.replacen(":listener-rule/", ":listener/", 1))
}

fn actions(item: &mut Item<'_, '_>, path: &str, key: &str) -> Vec<ListenerAction> {
    let mut found = Vec::new();
    for node in item.full_list(path, key) {
        let at = format!("{path}/{}", found.len());
        found.push(action(item, &at, node));
    }
    found
}

fn action(item: &mut Item<'_, '_>, path: &str, node: &Node) -> ListenerAction {
    let draft = &mut item.draft;
    let mut action = ListenerAction {
        action_type: draft.string(&format!("{path}/action_type"), node.get("Type"), None),
        ..ListenerAction::default()
    };
    if let Some(redirect) = node.get("RedirectConfig") {
        let mut text = |field: &str, key: &str, default: Option<&str>| {
            draft.string(&format!("{path}/{field}"), redirect.get(key), default)
        };
        action.redirect_protocol = text("redirect_protocol", "Protocol", Some("#{protocol}"));
        action.redirect_port = text("redirect_port", "Port", Some("#{port}"));
        action.redirect_status_code = text("redirect_status_code", "StatusCode", None);
    }
    let groups = node.get("ForwardConfig").and_then(|forward| forward.get("TargetGroups"));
    for group in groups.map(Node::items).unwrap_or_default() {
        let at = format!("{path}/forward/{}", action.forward.len());
        action.forward.push(ForwardTarget {
            target_group: draft.string(
                &format!("{at}/target_group"),
                group.get("TargetGroupArn"),
                None,
            ),
            weight: draft.integer(&format!("{at}/weight"), group.get("Weight"), Some(1)),
        });
    }
    if let (true, Some(arn)) = (action.forward.is_empty(), node.get("TargetGroupArn")) {
        let target_group = draft.string(&format!("{path}/forward/0/target_group"), Some(arn), None);
        action.forward.push(ForwardTarget { target_group, weight: Some(1) });
    }
    action
}

fn target_group(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&DESCRIBE_TARGET_GROUPS, node, "TargetGroupArn") else { return };
    let name = node.get("TargetGroupName").and_then(Node::text);
    let mut group = TargetGroup::new(scope.by_arn(&arn, name));
    let mut item = scope.read(&group, node);
    group.vpc_id = item.string("/vpc_id", "VpcId");
    group.target_type = item.string("/target_type", "TargetType");
    group.protocol = item.string("/protocol", "Protocol");
    group.port = item.integer("/port", "Port");
    group.load_balancers = item.strings("/load_balancers", "LoadBalancerArns");
    let lambda = group.target_type.as_deref() == Some("lambda");
    group.health_check_enabled =
        item.flag_or("/health_check_enabled", "HealthCheckEnabled", !lambda);
    group.health_check_protocol = item.string("/health_check_protocol", "HealthCheckProtocol");
    group.health_check_path = item.string("/health_check_path", "HealthCheckPath");
    group.health_check_port = item.string("/health_check_port", "HealthCheckPort");
    let matcher = item.get("Matcher");
    let matcher = matcher.and_then(|one| one.get("HttpCode").or_else(|| one.get("GrpcCode")));
    group.matcher = item.draft.string("/matcher", matcher, None);
    scope.keep(group);
}

fn targets(scope: &mut Scope<'_>) {
    let operation = &DESCRIBE_TARGET_HEALTH;
    let groups = scope.keys::<TargetGroup>();
    let mut told = BTreeSet::new();
    for (arn, answer) in scope.of_things(operation, "TargetGroupArn", &groups) {
        let list = answer.get("TargetHealthDescriptions").map(Node::items).unwrap_or_default();
        let targets: Vec<Target> = list
            .iter()
            .filter_map(|description| description.get("Target"))
            .map(|target| Target {
                target_id: target.get("Id").and_then(Node::text),
                port: target.get("Port").and_then(Node::integer),
                availability_zone: target.get("AvailabilityZone").and_then(Node::text),
            })
            .collect();
        scope.update::<TargetGroup>(&arn, |group| group.targets = targets);
        told.insert(arn);
    }
    scope.leave_rest_open(operation, "target_groups", &groups, &told);
}

fn group_attributes(scope: &mut Scope<'_>) {
    let operation = &DESCRIBE_TARGET_GROUP_ATTRIBUTES;
    let groups = scope.keys::<TargetGroup>();
    let mut told = BTreeSet::new();
    for (arn, answer) in scope.of_things(operation, "TargetGroupArn", &groups) {
        let found = values(&answer);
        scope.update::<TargetGroup>(&arn, |group| {
            if keeps_clients(group) {
                let preserve = found.get("preserve_client_ip.enabled").map(|value| value == "true");
                let by_default = match group.protocol.as_deref() {
                    Some("TCP" | "TLS") => group.target_type.as_deref() == Some("instance"),
                    _ => true,
                };
                group.preserve_client_ip = Some(preserve.unwrap_or(by_default));
                // Anything else leaves it to the load balancer.
                group.cross_zone_enabled =
                    match found.get("load_balancing.cross_zone.enabled").map(String::as_str) {
                        Some("true") => Some(true),
                        Some("false") => Some(false),
                        _ => None,
                    };
            }
        });
        told.insert(arn);
    }
    // Asked of those of network load balancers alone.
    let network: Vec<String> = groups
        .into_iter()
        .filter(|arn| scope.kept::<TargetGroup>(arn).is_some_and(keeps_clients))
        .collect();
    scope.leave_rest_open(operation, "target_groups", &network, &told);
}

/// Whether it is of a network load balancer: only those may keep the client's
/// address.
fn keeps_clients(group: &TargetGroup) -> bool {
    matches!(group.protocol.as_deref(), Some("TCP" | "TLS" | "UDP" | "TCP_UDP"))
}

fn tag_descriptions(scope: &mut Scope<'_>) {
    let mut told = BTreeSet::new();
    for item in scope.items(&DESCRIBE_TAGS) {
        let Some(arn) = item.get("ResourceArn").and_then(Node::text) else { continue };
        let found = tags(item.get("Tags"));
        scope.update::<LoadBalancer>(&arn, |balancer| balancer.tags.clone_from(&found));
        scope.update::<TargetGroup>(&arn, |group| group.tags = found);
        told.insert(arn);
    }
    let (balancers, groups) = (scope.keys::<LoadBalancer>(), scope.keys::<TargetGroup>());
    scope.leave_rest_open(&DESCRIBE_TAGS, "load_balancers", &balancers, &told);
    scope.leave_rest_open(&DESCRIBE_TAGS, "target_groups", &groups, &told);
}
