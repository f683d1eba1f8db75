//! The calls for VPCs, subnets and route tables.

use super::operations;

operations! {
    DESCRIBE_VPCS = "ec2:DescribeVpcs" fills ["vpcs"];
    DESCRIBE_VPC_ATTRIBUTE = "ec2:DescribeVpcAttribute"
        fills ["vpcs/enable_dns_support", "vpcs/enable_dns_hostnames"];
    DESCRIBE_SUBNETS = "ec2:DescribeSubnets" fills ["subnets"];
    DESCRIBE_ROUTE_TABLES = "ec2:DescribeRouteTables" fills ["route_tables"];
}
