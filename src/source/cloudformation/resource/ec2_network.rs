//! `AWS::EC2`: VPCs, subnets, routes, gateways, endpoints.

use super::Declared;
use crate::model::{
    EgressOnlyInternetGateway, ElasticIp, FlowLog, InternetGateway, NatGateway, NetworkInterface,
    ResourceRef, Route, RouteTable, Snapshot, Subnet, Vpc, VpcEndpoint, VpcPeeringConnection,
};
use crate::source::node::{Node, Value};
use crate::source::{default_resources, policy_document};

pub(super) fn vpc(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpcs");
    let mut vpc = Vpc::new(declared.identity(&mut draft, ""));
    vpc.cidr_blocks = draft.strings("/cidr_blocks", declared.get("CidrBlock"));
    vpc.is_default = Some(false);
    vpc.enable_dns_support =
        draft.bool("/enable_dns_support", declared.get("EnableDnsSupport"), Some(true));
    vpc.enable_dns_hostnames =
        draft.bool("/enable_dns_hostnames", declared.get("EnableDnsHostnames"), Some(false));
    default_resources::declare(&vpc, &declared.origin, snapshot);
    snapshot.model.insert(vpc);
}

pub(super) fn vpc_cidr_block(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("VpcId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpcs", &id));
    let v4 = draft.strings("/cidr_blocks", declared.get("CidrBlock"));
    let v6 = draft.strings("/ipv6_cidr_blocks", declared.get("Ipv6CidrBlock"));
    let amazon = declared.get("AmazonProvidedIpv6CidrBlock").and_then(Node::bool) == Some(true);
    if amazon {
        draft.gap(
            "/ipv6_cidr_blocks",
            crate::model::Reason::KnownAfterApply {
                expression: Some("AmazonProvidedIpv6CidrBlock".to_owned()),
            },
        );
    }
    if let Some(vpc) = snapshot.model.vpcs.get_mut(&id) {
        vpc.cidr_blocks.extend(v4);
        vpc.ipv6_cidr_blocks.extend(v6);
    }
}

pub(super) fn subnet(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "subnets");
    let mut subnet = Subnet::new(declared.identity(&mut draft, ""));
    subnet.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    subnet.availability_zone = draft.string(
        "/availability_zone",
        declared.get("AvailabilityZone").or_else(|| declared.get("AvailabilityZoneId")),
        None,
    );
    if subnet.availability_zone.is_none() && declared.get("AvailabilityZone").is_none() {
        draft.gap(
            "/availability_zone",
            crate::model::Reason::KnownAfterApply {
                expression: Some("AvailabilityZone".to_owned()),
            },
        );
    }
    subnet.cidr_block = draft.string("/cidr_block", declared.get("CidrBlock"), None);
    subnet.ipv6_cidr_blocks = draft.strings("/ipv6_cidr_blocks", declared.get("Ipv6CidrBlock"));
    subnet.map_public_ip_on_launch =
        draft.bool("/map_public_ip_on_launch", declared.get("MapPublicIpOnLaunch"), Some(false));
    subnet.assign_ipv6_address_on_creation = draft.bool(
        "/assign_ipv6_address_on_creation",
        declared.get("AssignIpv6AddressOnCreation"),
        Some(false),
    );
    snapshot.model.insert(subnet);
}

pub(super) fn subnet_cidr_block(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("SubnetId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("subnets", &id));
    let blocks = draft.strings("/ipv6_cidr_blocks", declared.get("Ipv6CidrBlock"));
    if let Some(subnet) = snapshot.model.subnets.get_mut(&id) {
        subnet.ipv6_cidr_blocks.extend(blocks);
    }
}

pub(super) fn route_table(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "route_tables");
    let mut table = RouteTable::new(declared.identity(&mut draft, ""));
    table.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    table.main = Some(false);
    snapshot.model.insert(table);
}

pub(super) fn route(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const TARGETS: &[(&str, &str)] = &[
        ("GatewayId", "internet_gateway"),
        ("NatGatewayId", "nat_gateway"),
        ("EgressOnlyInternetGatewayId", "egress_only_internet_gateway"),
        ("TransitGatewayId", "transit_gateway"),
        ("VpcPeeringConnectionId", "vpc_peering_connection"),
        ("VpcEndpointId", "vpc_endpoint"),
        ("NetworkInterfaceId", "network_interface"),
        ("InstanceId", "instance"),
        ("CarrierGatewayId", "carrier_gateway"),
        ("LocalGatewayId", "local_gateway"),
        ("CoreNetworkArn", "core_network"),
    ];
    let Some(id) = declared.target("RouteTableId") else { return };
    let index = snapshot.model.route_tables.get(&id).map_or(0, |table| table.routes.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("route_tables", &id));
    let at = |field: &str| format!("/routes/{index}/{field}");
    draft.place(&format!("/routes/{index}"), Some(&declared.origin));
    let mut route = Route {
        destination_cidr_block: draft.string(
            &at("destination_cidr_block"),
            declared.get("DestinationCidrBlock"),
            None,
        ),
        destination_ipv6_cidr_block: draft.string(
            &at("destination_ipv6_cidr_block"),
            declared.get("DestinationIpv6CidrBlock"),
            None,
        ),
        destination_prefix_list_id: draft.string(
            &at("destination_prefix_list_id"),
            declared.get("DestinationPrefixListId"),
            None,
        ),
        state: Some("active".to_owned()),
        propagated: Some(false),
        ..Route::default()
    };
    if let Some((property, kind)) =
        TARGETS.iter().find(|(property, _)| declared.get(property).is_some())
    {
        let node = declared.get(property);
        let mut kind = *kind;
        // A virtual private gateway goes by the same property.
        if kind == "internet_gateway" && node.is_some_and(names_virtual_private_gateway) {
            kind = "virtual_private_gateway";
        }
        route.target_type = Some(kind.to_owned());
        if let Some(reason) = node.and_then(Node::unknown) {
            // Another kind of target may be meant where this one is not.
            draft.gap(&at("target_type"), reason.clone());
        }
        route.target_id = draft.string(&at("target_id"), node, None);
    }
    if let Some(table) = snapshot.model.route_tables.get_mut(&id) {
        table.routes.push(route);
    }
}

fn names_virtual_private_gateway(node: &Node) -> bool {
    match &node.value {
        Value::Reference(reference) => reference.resource_type == "AWS::EC2::VPNGateway",
        Value::Text(text) => text.starts_with("vgw-"),
        _ => false,
    }
}

pub(super) fn subnet_route_table_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(table), Some(subnet)) =
        (declared.target("RouteTableId"), declared.target("SubnetId"))
    else {
        return;
    };
    if let Some(table) = snapshot.model.route_tables.get_mut(&table) {
        table.subnet_ids.push(subnet);
    }
}

pub(super) fn internet_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "internet_gateways");
    let gateway = InternetGateway::new(declared.identity(&mut draft, ""));
    snapshot.model.insert(gateway);
}

pub(super) fn vpc_gateway_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("InternetGatewayId") else { return };
    let reference = ResourceRef::new("internet_gateways", &id);
    let vpc = declared.draft_of(snapshot, reference).string("/vpc_id", declared.get("VpcId"), None);
    if let Some(gateway) = snapshot.model.internet_gateways.get_mut(&id) {
        gateway.vpc_id = vpc;
    }
}

pub(super) fn egress_only_internet_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "egress_only_internet_gateways");
    let mut gateway = EgressOnlyInternetGateway::new(declared.identity(&mut draft, ""));
    gateway.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    snapshot.model.insert(gateway);
}

pub(super) fn nat_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "nat_gateways");
    let mut gateway = NatGateway::new(declared.identity(&mut draft, ""));
    gateway.subnet_id = draft.string("/subnet_id", declared.get("SubnetId"), None);
    gateway.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    gateway.connectivity_type =
        draft.string("/connectivity_type", declared.get("ConnectivityType"), Some("public"));
    gateway.state = Some("available".to_owned());
    gateway.allocation_ids = draft.strings("/allocation_ids", declared.get("AllocationId"));
    snapshot.model.insert(gateway);
}

pub(super) fn elastic_ip(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "elastic_ips");
    let mut address = ElasticIp::new(declared.identity(&mut draft, ""));
    address.instance_id = draft.string("/instance_id", declared.get("InstanceId"), None);
    snapshot.model.insert(address);
}

pub(super) fn eip_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("AllocationId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("elastic_ips", &id));
    let instance = draft.string("/instance_id", declared.get("InstanceId"), None);
    let interface = draft.string("/network_interface_id", declared.get("NetworkInterfaceId"), None);
    if let Some(address) = snapshot.model.elastic_ips.get_mut(&id) {
        address.instance_id = instance.or(address.instance_id.take());
        address.network_interface_id = interface;
    }
}

pub(super) fn network_interface(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "network_interfaces");
    let mut interface = NetworkInterface::new(declared.identity(&mut draft, ""));
    interface.subnet_id = draft.string("/subnet_id", declared.get("SubnetId"), None);
    interface.security_group_ids = draft.strings("/security_group_ids", declared.get("GroupSet"));
    interface.private_ip_addresses =
        draft.strings("/private_ip_addresses", declared.get("PrivateIpAddress"));
    interface.interface_type =
        draft.string("/interface_type", declared.get("InterfaceType"), Some("interface"));
    interface.description = draft.string("/description", declared.get("Description"), None);
    interface.source_dest_check =
        draft.bool("/source_dest_check", declared.get("SourceDestCheck"), Some(true));
    interface.requester_managed = Some(false);
    snapshot.model.insert(interface);
}

pub(super) fn vpc_endpoint(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpc_endpoints");
    let mut endpoint = VpcEndpoint::new(declared.identity(&mut draft, ""));
    endpoint.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    endpoint.service_name = draft
        .string("/service_name", declared.get("ServiceName"), None)
        .map(|name| name.replace("${AWS::Region}", "*"));
    endpoint.vpc_endpoint_type =
        draft.string("/vpc_endpoint_type", declared.get("VpcEndpointType"), Some("Gateway"));
    endpoint.private_dns_enabled =
        draft.bool("/private_dns_enabled", declared.get("PrivateDnsEnabled"), Some(false));
    endpoint.subnet_ids = draft.strings("/subnet_ids", declared.get("SubnetIds"));
    endpoint.security_group_ids =
        draft.strings("/security_group_ids", declared.get("SecurityGroupIds"));
    endpoint.route_table_ids = draft.strings("/route_table_ids", declared.get("RouteTableIds"));
    endpoint.policy = policy_document::read(&mut draft, "/policy", declared.get("PolicyDocument"));
    endpoint.state = Some("available".to_owned());
    snapshot.model.insert(endpoint);
}

pub(super) fn vpc_peering_connection(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpc_peering_connections");
    let mut peering = VpcPeeringConnection::new(declared.identity(&mut draft, ""));
    peering.requester_vpc_id = draft.string("/requester_vpc_id", declared.get("VpcId"), None);
    peering.accepter_vpc_id = draft.string("/accepter_vpc_id", declared.get("PeerVpcId"), None);
    peering.accepter_account = draft.string("/accepter_account", declared.get("PeerOwnerId"), None);
    peering.accepter_region = draft.string("/accepter_region", declared.get("PeerRegion"), None);
    peering.requester_account = declared.root.options.account.clone();
    peering.requester_region = declared.root.options.region.clone();
    peering.status = Some("active".to_owned());
    snapshot.model.insert(peering);
}

pub(super) fn flow_log(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "flow_logs");
    let mut log = FlowLog::new(declared.identity(&mut draft, ""));
    log.resource_id = draft.string("/resource_id", declared.get("ResourceId"), None);
    log.traffic_type = draft.string("/traffic_type", declared.get("TrafficType"), Some("ALL"));
    log.log_destination_type = draft.string(
        "/log_destination_type",
        declared.get("LogDestinationType"),
        Some("cloud-watch-logs"),
    );
    log.log_destination = draft.string("/log_destination", declared.get("LogDestination"), None);
    log.log_group_name = draft.string("/log_group_name", declared.get("LogGroupName"), None);
    log.status = Some("ACTIVE".to_owned());
    snapshot.model.insert(log);
}
