//! `AWS::OpenSearchService` and its older name `AWS::Elasticsearch`.

use super::Declared;
use crate::model::{LogPublishing, OpenSearchDomain, Snapshot};
use crate::source::node::Value;
use crate::source::policy_document;

pub(super) fn domain(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let options = declared.at(&["AdvancedSecurityOptions", "MasterUserOptions"]);
    let password = options.and_then(|options| options.get("MasterUserPassword"));
    declared.credential(snapshot, "MasterUserPassword", password);
    let mut draft = declared.draft(snapshot, "opensearch_domains");
    let mut domain = OpenSearchDomain::new(declared.identity(&mut draft, "DomainName"));
    let cluster =
        declared.get("ClusterConfig").or_else(|| declared.get("ElasticsearchClusterConfig"));
    let in_cluster = |name: &str| cluster.and_then(|cluster| cluster.get(name));
    domain.in_vpc = draft.given("/in_vpc", declared.get("VPCOptions"));
    domain.subnet_ids = draft.strings("/subnet_ids", declared.at(&["VPCOptions", "SubnetIds"]));
    domain.security_group_ids =
        draft.strings("/security_group_ids", declared.at(&["VPCOptions", "SecurityGroupIds"]));
    domain.instance_count = draft.integer("/instance_count", in_cluster("InstanceCount"), Some(1));
    domain.zone_awareness_enabled =
        draft.bool("/zone_awareness_enabled", in_cluster("ZoneAwarenessEnabled"), Some(false));
    let zones = if domain.zone_awareness_enabled == Some(true) { 2 } else { 1 };
    domain.availability_zone_count = draft.integer(
        "/availability_zone_count",
        in_cluster("ZoneAwarenessConfig").and_then(|config| config.get("AvailabilityZoneCount")),
        Some(zones),
    );
    domain.dedicated_master_enabled =
        draft.bool("/dedicated_master_enabled", in_cluster("DedicatedMasterEnabled"), Some(false));
    domain.encryption_at_rest_enabled = draft.bool(
        "/encryption_at_rest_enabled",
        declared.at(&["EncryptionAtRestOptions", "Enabled"]),
        Some(false),
    );
    domain.kms_key_id =
        draft.string("/kms_key_id", declared.at(&["EncryptionAtRestOptions", "KmsKeyId"]), None);
    domain.node_to_node_encryption_enabled = draft.bool(
        "/node_to_node_encryption_enabled",
        declared.at(&["NodeToNodeEncryptionOptions", "Enabled"]),
        Some(false),
    );
    domain.enforce_https = draft.bool(
        "/enforce_https",
        declared.at(&["DomainEndpointOptions", "EnforceHTTPS"]),
        Some(false),
    );
    domain.tls_security_policy = draft.string(
        "/tls_security_policy",
        declared.at(&["DomainEndpointOptions", "TLSSecurityPolicy"]),
        Some("Policy-Min-TLS-1-0-2019-07"),
    );
    domain.advanced_security_enabled = draft.bool(
        "/advanced_security_enabled",
        declared.at(&["AdvancedSecurityOptions", "Enabled"]),
        Some(false),
    );
    domain.access_policy =
        policy_document::read(&mut draft, "/access_policy", declared.get("AccessPolicies"));
    let publishing = declared.get("LogPublishingOptions");
    draft.given("/log_publishing", publishing);
    if let Some(Value::Map(entries)) = publishing.map(|node| &node.value) {
        for (kind, options) in entries {
            let at = |field: &str| format!("/log_publishing/{kind}/{field}");
            let publishing = LogPublishing {
                enabled: draft.bool(&at("enabled"), options.get("Enabled"), Some(false)),
                log_group: draft.string(
                    &at("log_group"),
                    options.get("CloudWatchLogsLogGroupArn"),
                    None,
                ),
            };
            domain.log_publishing.insert(kind.clone(), publishing);
        }
    }
    snapshot.model.insert(domain);
}
