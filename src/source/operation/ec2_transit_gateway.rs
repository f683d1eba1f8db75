//! The calls for transit gateways.

use super::operations;

operations! {
    DESCRIBE_TRANSIT_GATEWAYS = "ec2:DescribeTransitGateways" fills ["transit_gateways"];
    DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS = "ec2:DescribeTransitGatewayAttachments"
        fills [
            "transit_gateway_attachments",
            "transit_gateway_route_tables/association_attachment_ids",
        ];
    DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS = "ec2:DescribeTransitGatewayVpcAttachments"
        fills [
            "transit_gateway_attachments/subnet_ids",
            "transit_gateway_attachments/security_group_referencing_support",
        ];
    DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES = "ec2:DescribeTransitGatewayRouteTables"
        fills ["transit_gateway_route_tables"];
    SEARCH_TRANSIT_GATEWAY_ROUTES = "ec2:SearchTransitGatewayRoutes"
        fills ["transit_gateway_route_tables/routes"];
    GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS = "ec2:GetTransitGatewayRouteTablePropagations"
        fills ["transit_gateway_route_tables/propagation_attachment_ids"];
}

/// How AWS cuts the answer of a search for routes.
///
/// Source: the EC2 API reference, `SearchTransitGatewayRoutes`.
pub(in crate::source) const CUT_SEARCH: &str =
    "AWS lists at most 1,000 routes of a transit-gateway route table";
