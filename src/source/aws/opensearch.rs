//! OpenSearch Service domains.
//!
//! Source: the Amazon OpenSearch Service API reference.

use aws_sdk_opensearch::Client;
use aws_sdk_opensearch::types;

use super::scope::{Scope, each};
use crate::model::{Identity, LogPublishing, OpenSearchDomain, ResourceRef};
use crate::source::operation::opensearch::{DESCRIBE_DOMAINS, LIST_DOMAIN_NAMES};

/// How many domains one call describes.
const DOMAINS_AT_ONCE: usize = 5;

pub(super) async fn read(scope: &Scope, client: Client) {
    let call = client.list_domain_names().send();
    let Some(answer) = scope.call(&LIST_DOMAIN_NAMES, None, call).await else { return };
    let names: Vec<String> = answer
        .domain_names
        .unwrap_or_default()
        .into_iter()
        .filter_map(|domain| domain.domain_name)
        .collect();
    let describe = names.chunks(DOMAINS_AT_ONCE).map(async |names| {
        let call = client.describe_domains().set_domain_names(Some(names.to_vec())).send();
        let answer = scope.call(&DESCRIBE_DOMAINS, None, call).await;
        for found in answer.map(|answer| answer.domain_status_list).unwrap_or_default() {
            domain(scope, found);
        }
    });
    each(describe).await;
}

fn domain(scope: &Scope, found: types::DomainStatus) {
    let arn = found.arn;
    let identity = Identity {
        arn: Some(arn.clone()),
        name: Some(found.domain_name),
        ..scope.identity(arn.clone())
    };
    let mut domain = OpenSearchDomain::new(identity);
    let network = found.vpc_options;
    domain.in_vpc = Some(network.as_ref().is_some_and(|network| {
        network.vpc_id.is_some() || network.subnet_ids.as_ref().is_some_and(|ids| !ids.is_empty())
    }));
    if let Some(network) = network {
        domain.subnet_ids = network.subnet_ids.unwrap_or_default();
        domain.security_group_ids = network.security_group_ids.unwrap_or_default();
    }
    if let Some(cluster) = found.cluster_config {
        domain.instance_count = cluster.instance_count.map(i64::from);
        domain.zone_awareness_enabled = Some(cluster.zone_awareness_enabled.unwrap_or(false));
        domain.availability_zone_count = cluster
            .zone_awareness_config
            .and_then(|zones| zones.availability_zone_count)
            .map(i64::from);
        domain.dedicated_master_enabled = Some(cluster.dedicated_master_enabled.unwrap_or(false));
    }
    let at_rest = found.encryption_at_rest_options;
    domain.encryption_at_rest_enabled =
        Some(at_rest.as_ref().and_then(|options| options.enabled).unwrap_or(false));
    domain.kms_key_id = at_rest.and_then(|options| options.kms_key_id);
    domain.node_to_node_encryption_enabled = Some(
        found.node_to_node_encryption_options.and_then(|options| options.enabled).unwrap_or(false),
    );
    if let Some(endpoint) = found.domain_endpoint_options {
        domain.enforce_https = Some(endpoint.enforce_https.unwrap_or(false));
        domain.tls_security_policy =
            endpoint.tls_security_policy.map(|policy| policy.as_str().to_owned());
    } else {
        domain.enforce_https = Some(false);
    }
    domain.advanced_security_enabled =
        Some(found.advanced_security_options.and_then(|options| options.enabled).unwrap_or(false));
    for (kind, option) in found.log_publishing_options.unwrap_or_default() {
        let publishing = LogPublishing {
            enabled: Some(option.enabled.unwrap_or(false)),
            log_group: option.cloud_watch_logs_log_group_arn,
        };
        domain.log_publishing.insert(kind.as_str().to_owned(), publishing);
    }
    if let Some(text) = found.access_policies.filter(|text| !text.trim().is_empty()) {
        let resource = ResourceRef::new("opensearch_domains", &arn);
        domain.access_policy = scope.policy(&resource, "/access_policy", &text, &DESCRIBE_DOMAINS);
    }
    scope.insert(domain, &DESCRIBE_DOMAINS);
}
