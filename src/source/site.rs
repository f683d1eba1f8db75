//! Where resources of an account stand, as far as it is known.

use crate::model::Identity;

/// A region of an account, or the account's global services.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub(super) partition: String,
    /// The account, where known.
    pub(super) account: Option<String>,
    /// The region; `None` for global services, or where it is not known.
    pub(super) region: Option<String>,
}

impl Site {
    /// An ARN of this account and region.
    ///
    /// Source: the IAM user guide, "Identify AWS resources with Amazon Resource
    /// Names (ARNs)".
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition,
            self.region.as_deref().unwrap_or_default(),
            self.account.as_deref().unwrap_or_default(),
        )
    }

    /// An identity in this account and region.
    pub(super) fn identity(&self, id: impl Into<String>) -> Identity {
        Identity {
            id: id.into(),
            account: self.account.clone(),
            region: self.region.clone(),
            ..Identity::default()
        }
    }
}
