//! OpenSearch Service domains.

use super::Declared;
use crate::model::{LogPublishing, OpenSearchDomain, ResourceRef, Snapshot};
use crate::source::node::Node;
use crate::source::policy_document;

/// A policy that stands beside its domain.
pub(super) fn domain_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<OpenSearchDomain>(snapshot, "domain_name") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("opensearch_domains", &id));
    let policy =
        policy_document::read(&mut draft, "/access_policy", declared.get("access_policies"));
    if let Some(domain) = snapshot.model.opensearch_domains.get_mut(&id) {
        domain.access_policy = policy;
    }
}

pub(super) fn domain(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "opensearch_domains");
    let mut domain = OpenSearchDomain::new(declared.identity(&mut draft, "domain_name"));
    let at = |path: &[&str]| declared.at(path);
    domain.in_vpc = draft.given("/in_vpc", declared.block("vpc_options"));
    domain.subnet_ids = draft.strings("/subnet_ids", declared.at(&["vpc_options", "subnet_ids"]));
    domain.security_group_ids =
        draft.strings("/security_group_ids", declared.at(&["vpc_options", "security_group_ids"]));
    domain.instance_count =
        draft.integer("/instance_count", at(&["cluster_config", "instance_count"]), Some(1));
    domain.zone_awareness_enabled = draft.bool(
        "/zone_awareness_enabled",
        at(&["cluster_config", "zone_awareness_enabled"]),
        Some(false),
    );
    let zones = if domain.zone_awareness_enabled == Some(true) { 2 } else { 1 };
    domain.availability_zone_count = draft.integer(
        "/availability_zone_count",
        at(&["cluster_config", "zone_awareness_config", "availability_zone_count"]),
        Some(zones),
    );
    domain.dedicated_master_enabled = draft.bool(
        "/dedicated_master_enabled",
        at(&["cluster_config", "dedicated_master_enabled"]),
        Some(false),
    );
    domain.encryption_at_rest_enabled =
        draft.bool("/encryption_at_rest_enabled", at(&["encrypt_at_rest", "enabled"]), Some(false));
    domain.kms_key_id =
        draft.string("/kms_key_id", declared.at(&["encrypt_at_rest", "kms_key_id"]), None);
    domain.node_to_node_encryption_enabled = draft.bool(
        "/node_to_node_encryption_enabled",
        at(&["node_to_node_encryption", "enabled"]),
        Some(false),
    );
    domain.enforce_https = draft.bool(
        "/enforce_https",
        at(&["domain_endpoint_options", "enforce_https"]),
        Some(false),
    );
    domain.tls_security_policy = draft.string(
        "/tls_security_policy",
        at(&["domain_endpoint_options", "tls_security_policy"]),
        Some("Policy-Min-TLS-1-0-2019-07"),
    );
    domain.advanced_security_enabled = draft.bool(
        "/advanced_security_enabled",
        at(&["advanced_security_options", "enabled"]),
        Some(false),
    );
    domain.access_policy =
        policy_document::read(&mut draft, "/access_policy", declared.get("access_policies"));
    for options in declared.get("log_publishing_options").map(Node::items).unwrap_or_default() {
        draft.whole("/log_publishing", options.get("log_type"));
        let Some(kind) = options.get("log_type").and_then(Node::text) else { continue };
        let at = |field: &str| format!("/log_publishing/{kind}/{field}");
        let publishing = LogPublishing {
            enabled: draft.bool(&at("enabled"), options.get("enabled"), Some(true)),
            log_group: draft.string(
                &at("log_group"),
                options.get("cloudwatch_log_group_arn"),
                None,
            ),
        };
        domain.log_publishing.insert(kind, publishing);
    }
    snapshot.model.insert(domain);
}
