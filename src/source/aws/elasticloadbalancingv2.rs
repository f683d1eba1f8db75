//! Load balancers, listeners, rules and target groups.
//!
//! Source: the Elastic Load Balancing API reference, version 2015-12-01.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types;

use super::scope::{Scope, each};
use crate::model::{
    ForwardTarget, Identity, Listener, ListenerAction, ListenerRule, LoadBalancer, Target,
    TargetGroup,
};
use crate::source::operation::elasticloadbalancingv2::{
    DESCRIBE_LISTENERS, DESCRIBE_LOAD_BALANCER_ATTRIBUTES, DESCRIBE_LOAD_BALANCERS, DESCRIBE_RULES,
    DESCRIBE_TAGS, DESCRIBE_TARGET_GROUP_ATTRIBUTES, DESCRIBE_TARGET_GROUPS,
    DESCRIBE_TARGET_HEALTH,
};

/// How many resources `DescribeTags` takes at once.
const TAGS_AT_ONCE: usize = 20;

pub(super) async fn read(scope: &Scope, client: Client) {
    futures::join!(balancers(scope, &client), target_groups(scope, &client));
}

fn identity(scope: &Scope, arn: &str, name: Option<String>) -> Identity {
    Identity { arn: Some(arn.to_owned()), name, ..scope.identity(arn) }
}

async fn balancers(scope: &Scope, client: &Client) {
    let pages = client.describe_load_balancers().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_LOAD_BALANCERS, None, pages).await;
    let mut arns = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.load_balancers.unwrap_or_default()) {
        let Some(arn) = found.load_balancer_arn else { continue };
        let mut balancer = LoadBalancer::new(identity(scope, &arn, found.load_balancer_name));
        balancer.load_balancer_type = found.r#type.map(|kind| kind.as_str().to_owned());
        balancer.scheme = found.scheme.map(|scheme| scheme.as_str().to_owned());
        balancer.vpc_id = found.vpc_id;
        balancer.subnet_ids = found
            .availability_zones
            .unwrap_or_default()
            .into_iter()
            .filter_map(|zone| zone.subnet_id)
            .collect();
        balancer.security_group_ids = found.security_groups.unwrap_or_default();
        balancer.ip_address_type = found.ip_address_type.map(|kind| kind.as_str().to_owned());
        scope.insert(balancer, &DESCRIBE_LOAD_BALANCERS);
        arns.push(arn);
    }
    futures::join!(
        each(arns.iter().map(|arn| attributes(scope, client, arn))),
        each(arns.iter().map(|arn| listeners(scope, client, arn))),
        each(arns.chunks(TAGS_AT_ONCE).map(async |arns| {
            for (arn, tags) in tags(scope, client, arns).await {
                scope.update::<LoadBalancer>(&arn, |balancer| balancer.tags = tags);
            }
        })),
    );
}

async fn tags(
    scope: &Scope,
    client: &Client,
    arns: &[String],
) -> Vec<(String, BTreeMap<String, String>)> {
    let call = client.describe_tags().set_resource_arns(Some(arns.to_vec())).send();
    scope
        .call(&DESCRIBE_TAGS, None, call)
        .await
        .and_then(|answer| answer.tag_descriptions)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|found| {
            let tags = found.tags.unwrap_or_default().into_iter();
            let tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
            Some((found.resource_arn?, tags.collect()))
        })
        .collect()
}

async fn attributes(scope: &Scope, client: &Client, arn: &str) {
    let operation = &DESCRIBE_LOAD_BALANCER_ATTRIBUTES;
    let call = client.describe_load_balancer_attributes().load_balancer_arn(arn).send();
    let Some(answer) = scope.call(operation, Some(arn), call).await else { return };
    let found: BTreeMap<String, String> = answer
        .attributes
        .unwrap_or_default()
        .into_iter()
        .filter_map(|attribute| Some((attribute.key?, attribute.value?)))
        .collect();
    let flag = |key: &str| found.get(key).map(|value| value == "true");
    scope.update::<LoadBalancer>(arn, |balancer| {
        let application = balancer.load_balancer_type.as_deref() == Some("application");
        balancer.access_logs_enabled = flag("access_logs.s3.enabled").or(Some(false));
        balancer.access_logs_bucket =
            found.get("access_logs.s3.bucket").filter(|bucket| !bucket.is_empty()).cloned();
        balancer.drop_invalid_header_fields_enabled =
            flag("routing.http.drop_invalid_header_fields.enabled").or(Some(false));
        balancer.deletion_protection_enabled = flag("deletion_protection.enabled").or(Some(false));
        balancer.cross_zone_enabled =
            flag("load_balancing.cross_zone.enabled").or(Some(application));
    });
    let reference = crate::model::ResourceRef::new("load_balancers", arn);
    for (_, path) in operation.filled() {
        scope.read_by(&reference, &path, operation);
    }
}

async fn listeners(scope: &Scope, client: &Client, balancer: &str) {
    let pages = client.describe_listeners().load_balancer_arn(balancer).into_paginator().send();
    let pages = scope.pages(&DESCRIBE_LISTENERS, None, pages).await;
    let mut arns = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.listeners.unwrap_or_default()) {
        let Some(arn) = found.listener_arn else { continue };
        let protocol = found.protocol.map(|protocol| protocol.as_str().to_owned());
        let name =
            found.port.map(|port| format!("{}:{port}", protocol.as_deref().unwrap_or("listener")));
        let mut listener = Listener::new(identity(scope, &arn, name));
        listener.load_balancer = Some(balancer.to_owned());
        listener.port = found.port.map(i64::from);
        listener.protocol = protocol;
        listener.ssl_policy = found.ssl_policy.filter(|policy| !policy.is_empty());
        listener.certificates = found
            .certificates
            .unwrap_or_default()
            .into_iter()
            .filter_map(|certificate| certificate.certificate_arn)
            .collect();
        listener.default_actions = actions(found.default_actions);
        scope.insert(listener, &DESCRIBE_LISTENERS);
        arns.push(arn);
    }
    each(arns.iter().map(|arn| rules(scope, client, arn))).await;
}

/// The rules beside the default one, which the listener itself tells.
async fn rules(scope: &Scope, client: &Client, listener: &str) {
    let pages = client.describe_rules().listener_arn(listener).into_paginator().send();
    let pages = scope.pages(&DESCRIBE_RULES, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.rules.unwrap_or_default()) {
        let Some(arn) = found.rule_arn else { continue };
        if found.is_default == Some(true) {
            continue;
        }
        let name = found.priority.as_ref().map(|priority| format!("rule {priority}"));
        let mut rule = ListenerRule::new(identity(scope, &arn, name));
        rule.listener = Some(listener.to_owned());
        rule.priority = found.priority;
        rule.actions = actions(found.actions);
        scope.insert(rule, &DESCRIBE_RULES);
    }
}

fn actions(found: Option<Vec<types::Action>>) -> Vec<ListenerAction> {
    found.unwrap_or_default().into_iter().map(action).collect()
}

fn action(found: types::Action) -> ListenerAction {
    let mut action = ListenerAction {
        action_type: found.r#type.map(|kind| kind.as_str().to_owned()),
        ..ListenerAction::default()
    };
    if let Some(redirect) = found.redirect_config {
        action.redirect_protocol =
            Some(redirect.protocol.unwrap_or_else(|| "#{protocol}".to_owned()));
        action.redirect_port = Some(redirect.port.unwrap_or_else(|| "#{port}".to_owned()));
        action.redirect_status_code = redirect.status_code.map(|code| code.as_str().to_owned());
    }
    let groups = found.forward_config.and_then(|forward| forward.target_groups).unwrap_or_default();
    action.forward = groups
        .into_iter()
        .map(|group| ForwardTarget {
            target_group: group.target_group_arn,
            weight: Some(group.weight.map_or(1, i64::from)),
        })
        .collect();
    if let (true, Some(arn)) = (action.forward.is_empty(), found.target_group_arn) {
        action.forward.push(ForwardTarget { target_group: Some(arn), weight: Some(1) });
    }
    action
}

async fn target_groups(scope: &Scope, client: &Client) {
    let pages = client.describe_target_groups().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_TARGET_GROUPS, None, pages).await;
    let mut groups = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.target_groups.unwrap_or_default()) {
        let Some(arn) = found.target_group_arn.clone() else { continue };
        let protocol = found.protocol.as_ref().map(|protocol| protocol.as_str().to_owned());
        scope.insert(target_group(scope, &arn, found), &DESCRIBE_TARGET_GROUPS);
        groups.push((arn, protocol));
    }
    let arns: Vec<String> = groups.iter().map(|(arn, _)| arn.clone()).collect();
    // Only network load balancers may keep the client's address.
    let network = groups.iter().filter(|(_, protocol)| {
        matches!(protocol.as_deref(), Some("TCP" | "TLS" | "UDP" | "TCP_UDP"))
    });
    futures::join!(
        each(arns.iter().map(|arn| targets(scope, client, arn))),
        each(network.map(|(arn, _)| preserve(scope, client, arn))),
        each(arns.chunks(TAGS_AT_ONCE).map(async |arns| {
            for (arn, tags) in tags(scope, client, arns).await {
                scope.update::<TargetGroup>(&arn, |group| group.tags = tags);
            }
        })),
    );
}

fn target_group(scope: &Scope, arn: &str, found: types::TargetGroup) -> TargetGroup {
    let mut group = TargetGroup::new(identity(scope, arn, found.target_group_name));
    group.vpc_id = found.vpc_id;
    group.target_type = found.target_type.map(|kind| kind.as_str().to_owned());
    group.protocol = found.protocol.map(|protocol| protocol.as_str().to_owned());
    group.port = found.port.map(i64::from);
    group.load_balancers = found.load_balancer_arns.unwrap_or_default();
    let lambda = group.target_type.as_deref() == Some("lambda");
    group.health_check_enabled = Some(found.health_check_enabled.unwrap_or(!lambda));
    group.health_check_protocol =
        found.health_check_protocol.map(|protocol| protocol.as_str().to_owned());
    group.health_check_path = found.health_check_path;
    group.health_check_port = found.health_check_port;
    group.matcher = found.matcher.and_then(|matcher| matcher.http_code.or(matcher.grpc_code));
    group
}

async fn targets(scope: &Scope, client: &Client, arn: &str) {
    let call = client.describe_target_health().target_group_arn(arn).send();
    let Some(answer) = scope.call(&DESCRIBE_TARGET_HEALTH, Some(arn), call).await else { return };
    let targets = answer
        .target_health_descriptions
        .unwrap_or_default()
        .into_iter()
        .filter_map(|description| description.target)
        .map(|target| Target {
            target_id: target.id,
            port: target.port.map(i64::from),
            availability_zone: target.availability_zone,
        })
        .collect();
    scope.update::<TargetGroup>(arn, |group| group.targets = targets);
}

async fn preserve(scope: &Scope, client: &Client, arn: &str) {
    let call = client.describe_target_group_attributes().target_group_arn(arn).send();
    let operation = &DESCRIBE_TARGET_GROUP_ATTRIBUTES;
    let Some(answer) = scope.call(operation, Some(arn), call).await else { return };
    let attributes = answer.attributes.unwrap_or_default();
    let of = |key: &str| {
        let found = attributes.iter().find(|attribute| attribute.key.as_deref() == Some(key))?;
        found.value.as_deref()
    };
    let preserve = of("preserve_client_ip.enabled").map(|value| value == "true");
    // Anything else leaves it to the load balancer.
    let cross_zone = match of("load_balancing.cross_zone.enabled") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    scope.update::<TargetGroup>(arn, |group| {
        let instances = group.target_type.as_deref() == Some("instance");
        let by_default = match group.protocol.as_deref() {
            Some("TCP" | "TLS") => instances,
            _ => true,
        };
        group.preserve_client_ip = Some(preserve.unwrap_or(by_default));
        group.cross_zone_enabled = cross_zone;
    });
}
