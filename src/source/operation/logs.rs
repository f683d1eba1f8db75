//! The calls for CloudWatch Logs.

use super::operations;

operations! {
    DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups" fills ["log_groups"];
}
