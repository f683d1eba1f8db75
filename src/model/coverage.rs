//! What a run read, and what it could not.

use serde::{Deserialize, Serialize};

/// How reading one thing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// It was read.
    Collected,
    /// The caller may not.
    Denied,
    /// It was throttled until the attempts ran out.
    Throttled,
    /// The service is not offered there, or the region is not enabled.
    NotAvailable,
    /// It failed for another reason.
    Failed,
}

/// One API call of an account and region, or one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The account, for a live source.
    pub account: Option<String>,
    /// The region, for a regional call.
    pub region: Option<String>,
    /// The operation (`rds:DescribeDBInstances`), or the file's path.
    pub subject: String,
    /// How it went.
    pub status: CoverageStatus,
    /// How many calls were made, pages and items included.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The error, and what to do, where it did not go well.
    pub detail: Option<String>,
}
