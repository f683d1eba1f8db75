//! The architecture profile: the values that the controls measure against.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The profile's values, `data.profile` to the policies. Absent ones have the
/// reference architecture's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The port that the application's containers listen on.
    pub application_port: u16,
    /// Ports that must never be open to everyone.
    pub admin_ports: Vec<u16>,
    /// Address ranges from which administrators come.
    pub admin_cidrs: Vec<String>,
    /// The tag that marks a bastion host.
    pub bastion_tag: Tag,
    /// A regular expression (RE2) that log-group names match.
    pub log_group_pattern: String,
    /// Days that logs are kept at least.
    pub log_retention_days: i64,
    /// Whether log groups need a KMS key.
    pub log_encryption_required: bool,
    /// `ALL`, or `REJECT` where recording refused traffic is enough.
    pub flow_log_traffic: String,
    /// Interface endpoints that a VPC with workloads needs, by service.
    pub required_interface_endpoints: Vec<String>,
    /// Gateway endpoints that a VPC with workloads needs, by service.
    pub required_gateway_endpoints: Vec<String>,
    /// Days that database backups are kept at least.
    pub backup_retention_days: i64,
    /// Hours of the day, UTC, in which maintenance may start: from first up to
    /// but not including second; it may pass midnight.
    pub maintenance_hours: [u8; 2],
    /// Days after which an access key is old.
    pub access_key_max_age_days: i64,
    /// Days for which an access key may lie unused.
    pub access_key_unused_days: i64,
    /// Days for which root must not have been used.
    pub root_unused_days: i64,
    /// Shortest password allowed.
    pub password_minimum_length: i64,
    /// How many passwords must be remembered that may not be used again.
    pub password_reuse_prevention: i64,
    /// Percentage of tasks that stay healthy in a rolling deployment.
    pub minimum_healthy_percent: i64,
    /// Accounts that are trusted beside the scanned one.
    pub trusted_accounts: Vec<String>,
    /// TLS policies of load balancers that are current; a trailing `*` matches
    /// any ending.
    pub tls_policies: Vec<String>,
    /// Ports of data services by engine, where they differ from the engine's
    /// default.
    pub data_ports: BTreeMap<String, u16>,
}

/// A tag and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Default for Profile {
    fn default() -> Self {
        let texts = |items: &[&str]| items.iter().map(|&item| item.to_owned()).collect();
        Self {
            application_port: 3000,
            admin_ports: vec![22, 3389],
            admin_cidrs: Vec::new(),
            bastion_tag: Tag { key: "Role".to_owned(), value: "bastion".to_owned() },
            log_group_pattern: "^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.#-]+)+$".to_owned(),
            log_retention_days: 30,
            log_encryption_required: false,
            flow_log_traffic: "ALL".to_owned(),
            required_interface_endpoints: texts(&["secretsmanager", "logs", "ecr.api", "ecr.dkr"]),
            required_gateway_endpoints: texts(&["s3"]),
            backup_retention_days: 7,
            maintenance_hours: [0, 6],
            access_key_max_age_days: 90,
            access_key_unused_days: 90,
            root_unused_days: 90,
            password_minimum_length: 14,
            password_reuse_prevention: 1,
            minimum_healthy_percent: 100,
            trusted_accounts: Vec::new(),
            tls_policies: texts(&[
                "ELBSecurityPolicy-TLS13-1-2-*",
                "ELBSecurityPolicy-TLS13-1-3-*",
                "ELBSecurityPolicy-FS-1-2-Res-*",
            ]),
            data_ports: BTreeMap::new(),
        }
    }
}
