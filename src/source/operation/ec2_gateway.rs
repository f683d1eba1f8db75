//! The calls for gateways, endpoints and peering connections.

use super::operations;

operations! {
    DESCRIBE_INTERNET_GATEWAYS = "ec2:DescribeInternetGateways" fills ["internet_gateways"];
    DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS = "ec2:DescribeEgressOnlyInternetGateways"
        fills ["egress_only_internet_gateways"];
    DESCRIBE_NAT_GATEWAYS = "ec2:DescribeNatGateways" fills ["nat_gateways"];
    DESCRIBE_VPC_ENDPOINTS = "ec2:DescribeVpcEndpoints" fills ["vpc_endpoints"];
    DESCRIBE_VPC_PEERING_CONNECTIONS = "ec2:DescribeVpcPeeringConnections"
        fills ["vpc_peering_connections"];
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS = "ec2:DescribeVpcBlockPublicAccessOptions"
        fills ["regions/vpc_block_public_access_mode"];
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS = "ec2:DescribeVpcBlockPublicAccessExclusions"
        fills ["regions/vpc_block_public_access_exclusions"];
}
