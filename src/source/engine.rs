//! Defaults that depend on a data service's engine.
//!
//! Source: the Amazon RDS and Amazon ElastiCache API references.

/// The port that an engine listens on where nothing else is said.
pub fn port(engine: Option<&str>) -> Option<i64> {
    Some(match engine?.to_ascii_lowercase().as_str() {
        "mysql" | "mariadb" | "aurora" | "aurora-mysql" => 3306,
        "postgres" | "aurora-postgresql" => 5432,
        engine if engine.starts_with("oracle") => 1521,
        engine if engine.starts_with("sqlserver") => 1433,
        engine if engine.starts_with("db2") => 50000,
        "redis" | "valkey" => 6379,
        "memcached" => 11211,
        _ => return None,
    })
}

/// Whether a cluster is encrypted: the flag is of keys in KMS, and the type also
/// tells of AWS's own key.
pub fn is_encrypted(flag: Option<bool>, kind: Option<&str>) -> Option<bool> {
    match kind {
        Some("sse-rds" | "sse-kms") => Some(true),
        _ => flag,
    }
}
