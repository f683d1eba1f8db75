//! OpenSearch Service domains.
//!
//! Source: the AWS CLI command reference, `aws opensearch` and `aws es`.

use super::scope::Scope;
use crate::model::{LogPublishing, OpenSearchDomain};
use crate::source::node::{Node, Value};
use crate::source::operation::opensearch::{DESCRIBE_DOMAINS, LIST_DOMAIN_NAMES};
use crate::source::policy_document;

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_DOMAINS) {
        domain(scope, &item);
    }
    // Domains are described by name: which there are, the list tells.
    for item in scope.items(&LIST_DOMAIN_NAMES) {
        let Some(name) = item.get("DomainName").and_then(Node::text) else { continue };
        let known = scope.keys::<OpenSearchDomain>();
        let is_described = known.iter().any(|key| key.ends_with(&format!(":domain/{name}")));
        if !is_described {
            scope.miss(&DESCRIBE_DOMAINS);
        }
    }
}

fn domain(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&DESCRIBE_DOMAINS, node, "ARN") else { return };
    let name = node.get("DomainName").and_then(Node::text);
    let mut domain = OpenSearchDomain::new(scope.by_arn(&arn, name));
    let mut item = scope.read(&domain, node);
    let network = item.get("VPCOptions");
    let in_vpc = network.is_some_and(|network| {
        let subnets = network.get("SubnetIds").map(Node::items).unwrap_or_default();
        network.get("VPCId").is_some() || !subnets.is_empty()
    });
    domain.in_vpc = Some(in_vpc);
    if let Some(network) = network {
        let draft = &mut item.draft;
        domain.subnet_ids = draft.strings("/subnet_ids", network.get("SubnetIds"));
        domain.security_group_ids =
            draft.strings("/security_group_ids", network.get("SecurityGroupIds"));
    }
    let nothing = Node::new(Value::Absent);
    // Named so by `aws es` too, for domains of Elasticsearch.
    let cluster = item.get("ClusterConfig").or_else(|| item.get("ElasticsearchClusterConfig"));
    let draft = &mut item.draft;
    if let Some(cluster) = cluster {
        domain.instance_count =
            draft.integer("/instance_count", cluster.get("InstanceCount"), None);
        domain.zone_awareness_enabled =
            draft.bool("/zone_awareness_enabled", cluster.get("ZoneAwarenessEnabled"), Some(false));
        let zones = cluster.get("ZoneAwarenessConfig");
        let zones = zones.and_then(|zones| zones.get("AvailabilityZoneCount"));
        domain.availability_zone_count = draft.integer("/availability_zone_count", zones, None);
        domain.dedicated_master_enabled = draft.bool(
            "/dedicated_master_enabled",
            cluster.get("DedicatedMasterEnabled"),
            Some(false),
        );
    }
    let mut enabled = |path: &str, options: &str| {
        let options = node.get(options).unwrap_or(&nothing);
        draft.bool(path, options.get("Enabled"), Some(false))
    };
    domain.encryption_at_rest_enabled =
        enabled("/encryption_at_rest_enabled", "EncryptionAtRestOptions");
    domain.node_to_node_encryption_enabled =
        enabled("/node_to_node_encryption_enabled", "NodeToNodeEncryptionOptions");
    domain.advanced_security_enabled =
        enabled("/advanced_security_enabled", "AdvancedSecurityOptions");
    let key = node.get("EncryptionAtRestOptions").and_then(|options| options.get("KmsKeyId"));
    domain.kms_key_id = draft.string("/kms_key_id", key, None);
    let endpoint = node.get("DomainEndpointOptions").unwrap_or(&nothing);
    domain.enforce_https = draft.bool("/enforce_https", endpoint.get("EnforceHTTPS"), Some(false));
    domain.tls_security_policy =
        draft.string("/tls_security_policy", endpoint.get("TLSSecurityPolicy"), None);
    for (kind, option) in draft.entries("/log_publishing", node.get("LogPublishingOptions")) {
        let path = format!("/log_publishing/{kind}/enabled");
        let publishing = LogPublishing {
            enabled: draft.bool(&path, option.get("Enabled"), Some(false)),
            log_group: option.get("CloudWatchLogsLogGroupArn").and_then(Node::text),
        };
        domain.log_publishing.insert(kind.clone(), publishing);
    }
    let policy = node.get("AccessPolicies");
    let policy = policy.filter(|node| node.text().is_none_or(|text| !text.trim().is_empty()));
    domain.access_policy = policy_document::read(draft, "/access_policy", policy);
    scope.keep(domain);
}
