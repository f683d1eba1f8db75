//! The calls for network ACLs, security groups, interfaces and what belongs to them.

use super::operations;

operations! {
    DESCRIBE_NETWORK_ACLS = "ec2:DescribeNetworkAcls" fills ["network_acls"];
    DESCRIBE_SECURITY_GROUPS = "ec2:DescribeSecurityGroups" fills ["security_groups"];
    DESCRIBE_MANAGED_PREFIX_LISTS = "ec2:DescribeManagedPrefixLists" fills ["prefix_lists"];
    GET_MANAGED_PREFIX_LIST_ENTRIES = "ec2:GetManagedPrefixListEntries" fills ["prefix_lists/cidrs"];
    DESCRIBE_NETWORK_INTERFACES = "ec2:DescribeNetworkInterfaces" fills ["network_interfaces"];
    DESCRIBE_ADDRESSES = "ec2:DescribeAddresses" fills ["elastic_ips"];
    DESCRIBE_FLOW_LOGS = "ec2:DescribeFlowLogs" fills ["flow_logs"];
}
