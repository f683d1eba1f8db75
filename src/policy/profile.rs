//! The architecture profile: the values that the controls measure against.

use regex::RegexBuilder;
use serde::{Deserialize, Serialize};

/// The largest compiled expression, in bytes, that the interpreter takes.
const REGEX_SIZE: usize = 100 * 1024;

/// The profile's values, `data.profile` to the policies. Absent ones have the
/// reference architecture's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
}

/// A tag and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
        }
    }
}

/// A value of the profile that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its key.
    pub key: &'static str,
    /// What is wrong with it, as the rest of a sentence about the key.
    pub message: String,
    /// What may stand there.
    pub help: String,
}

impl Profile {
    /// What is wrong with the values, beside their types.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut wrong = |key, message: String, help: &str| {
            found.push(Mistake { key, message, help: help.to_owned() });
        };
        if let Err(error) =
            RegexBuilder::new(&self.log_group_pattern).size_limit(REGEX_SIZE).build()
        {
            // The parser's message is a drawing whose last line is the reason.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            wrong(
                "log_group_pattern",
                format!("is no regular expression: {reason}"),
                "write it as RE2 does, without look-around and back-references",
            );
        }
        if self.application_port == 0 {
            wrong("application_port", "is 0".to_owned(), "give a port from 1 to 65535");
        }
        if self.admin_ports.contains(&0) {
            wrong("admin_ports", "has 0".to_owned(), "give ports from 1 to 65535");
        }
        if !matches!(self.flow_log_traffic.as_str(), "ALL" | "REJECT") {
            wrong(
                "flow_log_traffic",
                format!("is {:?}", self.flow_log_traffic),
                "it may be \"ALL\" or \"REJECT\"",
            );
        }
        if self.maintenance_hours.iter().any(|hour| *hour > 24) {
            wrong(
                "maintenance_hours",
                format!("is {:?}", self.maintenance_hours),
                "give two hours of the day, from 0 to 24",
            );
        }
        for cidr in &self.admin_cidrs {
            if cidr.parse::<ipnet::IpNet>().is_err() {
                wrong(
                    "admin_cidrs",
                    format!("has {cidr:?}, which is no address range"),
                    "write it like 203.0.113.0/24",
                );
            }
        }
        for account in &self.trusted_accounts {
            if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                wrong(
                    "trusted_accounts",
                    format!("has {account:?}, which is no account id"),
                    "an account id has twelve digits",
                );
            }
        }
        if self.bastion_tag.key.is_empty() {
            wrong("bastion_tag", "has an empty key".to_owned(), "name the tag's key");
        }
        for policy in &self.tls_policies {
            if policy.trim_end_matches('*').contains('*') {
                wrong(
                    "tls_policies",
                    format!("has {policy:?}, with a * in the middle"),
                    "a * may stand at the end alone",
                );
            }
        }
        let numbers = [
            // CloudWatch Logs keeps events for ten years at most, or for ever.
            ("log_retention_days", self.log_retention_days, 1, 3653),
            ("backup_retention_days", self.backup_retention_days, 0, 35),
            ("access_key_max_age_days", self.access_key_max_age_days, 1, 36_500),
            ("access_key_unused_days", self.access_key_unused_days, 1, 36_500),
            ("root_unused_days", self.root_unused_days, 0, 36_500),
            ("password_minimum_length", self.password_minimum_length, 6, 128),
            ("password_reuse_prevention", self.password_reuse_prevention, 0, 24),
            ("minimum_healthy_percent", self.minimum_healthy_percent, 0, 100),
        ];
        for (key, value, least, most) in numbers {
            if !(least..=most).contains(&value) {
                wrong(key, format!("is {value}"), &format!("give a number from {least} to {most}"));
            }
        }
        found
    }
}
