//! What a route of a VPC leads to.

/// The kind of a route's target and its id, by the members of a route as the
/// EC2 API names them (`GatewayId` and so on).
///
/// Source: the EC2 API reference, `Route`.
pub fn of(member: impl Fn(&str) -> Option<String>) -> (Option<&'static str>, Option<String>) {
    if let Some(gateway) = member("GatewayId") {
        let kind = match gateway.as_str() {
            "local" => return (Some("local"), None),
            id if id.starts_with("igw-") => "internet_gateway",
            id if id.starts_with("vpce-") => "vpc_endpoint",
            _ => "virtual_private_gateway",
        };
        return (Some(kind), Some(gateway));
    }
    // A NAT instance's route names its interface too, which is what counts.
    [
        ("nat_gateway", "NatGatewayId"),
        ("egress_only_internet_gateway", "EgressOnlyInternetGatewayId"),
        ("transit_gateway", "TransitGatewayId"),
        ("vpc_peering_connection", "VpcPeeringConnectionId"),
        ("network_interface", "NetworkInterfaceId"),
        ("instance", "InstanceId"),
        ("carrier_gateway", "CarrierGatewayId"),
        ("local_gateway", "LocalGatewayId"),
        ("core_network", "CoreNetworkArn"),
    ]
    .into_iter()
    .find_map(|(kind, name)| member(name).map(|id| (Some(kind), Some(id))))
    .unwrap_or_default()
}
