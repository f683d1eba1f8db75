//! CloudWatch log groups.
//!
//! Source: the Amazon CloudWatch Logs API reference.

use aws_sdk_cloudwatchlogs::Client;

use super::scope::Scope;
use crate::model::{Identity, LogGroup, ResourceRef};
use crate::source::operation::logs::DESCRIBE_LOG_GROUPS;

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.describe_log_groups().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_LOG_GROUPS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.log_groups.unwrap_or_default()) {
        let Some(name) = found.log_group_name else { continue };
        // AWS writes the ARN with and without a final `:*`.
        let arn = found.log_group_arn.or(found.arn);
        let arn = arn.unwrap_or_else(|| scope.arn("logs", &format!("log-group:{name}")));
        let arn = arn.trim_end_matches(":*").to_owned();
        let identity = Identity {
            arn: Some(arn.clone()),
            name: Some(name.clone()),
            ..scope.identity(arn.clone())
        };
        let mut group = LogGroup::new(identity);
        group.log_group_name = Some(name);
        group.retention_in_days = found.retention_in_days.map(i64::from);
        group.kms_key_id = found.kms_key_id;
        group.log_group_class =
            Some(found.log_group_class.map_or("STANDARD".to_owned(), |c| c.as_str().to_owned()));
        scope.insert(group, &DESCRIBE_LOG_GROUPS);
        scope.snapshot().alias(&ResourceRef::new("log_groups", &arn), format!("{arn}:*"));
    }
}
