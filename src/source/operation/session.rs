//! The calls for the account and its regions.

use super::operations;

operations! {
    GET_CALLER_IDENTITY = "sts:GetCallerIdentity" fills ["accounts"];
    DESCRIBE_REGIONS = "ec2:DescribeRegions" fills ["regions"];
}
