//! Gateways, endpoints and peering connections of VPCs, and what a region
//! blocks.
//!
//! Source: the AWS CLI command reference, `aws ec2`.

use super::item::Item;
use super::scope::Scope;
use crate::model::{
    EgressOnlyInternetGateway, InternetGateway, NatGateway, Region, ResourceRef, VpcEndpoint,
    VpcPeeringConnection,
};
use crate::source::node::Node;
use crate::source::operation::ec2_gateway::{
    DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, DESCRIBE_INTERNET_GATEWAYS, DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    DESCRIBE_VPC_ENDPOINTS, DESCRIBE_VPC_PEERING_CONNECTIONS,
};
use crate::source::policy_document;

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_INTERNET_GATEWAYS) {
        internet_gateway(scope, &item);
    }
    for item in scope.items(&DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS) {
        egress_only_internet_gateway(scope, &item);
    }
    for item in scope.items(&DESCRIBE_NAT_GATEWAYS) {
        nat_gateway(scope, &item);
    }
    for item in scope.items(&DESCRIBE_VPC_ENDPOINTS) {
        endpoint(scope, &item);
    }
    for item in scope.items(&DESCRIBE_VPC_PEERING_CONNECTIONS) {
        peering_connection(scope, &item);
    }
    block_public_access(scope);
}

/// The VPC that a gateway is attached to.
fn attached(item: &mut Item<'_, '_>) -> Option<String> {
    let attachments = item.full_list("/vpc_id", "Attachments");
    let is_there = |attachment: &&Node| {
        let state = attachment.get("State").and_then(Node::text);
        state.is_none_or(|state| matches!(state.as_str(), "attached" | "attaching" | "available"))
    };
    attachments.iter().find(is_there)?.get("VpcId").and_then(Node::text)
}

fn internet_gateway(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_INTERNET_GATEWAYS;
    let Some(id) = scope.key(operation, node, "InternetGatewayId") else { return };
    let mut gateway = InternetGateway::new(scope.ec2("internet-gateway", &id, node));
    gateway.vpc_id = attached(&mut scope.read(&gateway, node));
    scope.keep(gateway);
}

fn egress_only_internet_gateway(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS;
    let Some(id) = scope.key(operation, node, "EgressOnlyInternetGatewayId") else { return };
    let identity = scope.ec2("egress-only-internet-gateway", &id, node);
    let mut gateway = EgressOnlyInternetGateway::new(identity);
    gateway.vpc_id = attached(&mut scope.read(&gateway, node));
    scope.keep(gateway);
}

fn nat_gateway(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_NAT_GATEWAYS, node, "NatGatewayId") else { return };
    let mut gateway = NatGateway::new(scope.ec2("natgateway", &id, node));
    let mut item = scope.read(&gateway, node);
    gateway.subnet_id = item.string("/subnet_id", "SubnetId");
    gateway.vpc_id = item.string("/vpc_id", "VpcId");
    gateway.connectivity_type = item.string_or("/connectivity_type", "ConnectivityType", "public");
    gateway.state = item.string("/state", "State");
    gateway.allocation_ids = item.each("/allocation_ids", "NatGatewayAddresses", "AllocationId");
    scope.keep(gateway);
}

fn endpoint(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_VPC_ENDPOINTS, node, "VpcEndpointId") else { return };
    let mut endpoint = VpcEndpoint::new(scope.ec2("vpc-endpoint", &id, node));
    let mut item = scope.read(&endpoint, node);
    endpoint.vpc_id = item.string("/vpc_id", "VpcId");
    endpoint.service_name = item.string("/service_name", "ServiceName");
    endpoint.vpc_endpoint_type = item.string_or("/vpc_endpoint_type", "VpcEndpointType", "Gateway");
    endpoint.private_dns_enabled = item.flag_or("/private_dns_enabled", "PrivateDnsEnabled", false);
    endpoint.subnet_ids = item.strings("/subnet_ids", "SubnetIds");
    endpoint.security_group_ids = item.each("/security_group_ids", "Groups", "GroupId");
    endpoint.route_table_ids = item.strings("/route_table_ids", "RouteTableIds");
    endpoint.state = item.string("/state", "State").map(|state| state.to_ascii_lowercase());
    let document = item.get("PolicyDocument");
    endpoint.policy = policy_document::read(&mut item.draft, "/policy", document);
    scope.keep(endpoint);
}

fn peering_connection(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_VPC_PEERING_CONNECTIONS;
    let Some(id) = scope.key(operation, node, "VpcPeeringConnectionId") else { return };
    let mut peering = VpcPeeringConnection::new(scope.ec2("vpc-peering-connection", &id, node));
    let mut item = scope.read(&peering, node);
    if let Some(side) = item.get("RequesterVpcInfo") {
        let text = |key: &str| side.get(key).and_then(Node::text);
        peering.requester_cidr_blocks = blocks(side);
        peering.requester_vpc_id = text("VpcId");
        peering.requester_account = text("OwnerId");
        peering.requester_region = text("Region");
    }
    if let Some(side) = item.get("AccepterVpcInfo") {
        let text = |key: &str| side.get(key).and_then(Node::text);
        peering.accepter_cidr_blocks = blocks(side);
        peering.accepter_vpc_id = text("VpcId");
        peering.accepter_account = text("OwnerId");
        peering.accepter_region = text("Region");
    }
    let code = item.get("Status").and_then(|status| status.get("Code"));
    peering.status = item.draft.string("/status", code, None);
    scope.keep(peering);
}

/// The IPv4 ranges of one side of a peering connection.
fn blocks(side: &Node) -> Vec<String> {
    let block = |node: &Node| node.get("CidrBlock").and_then(Node::text);
    let set = side.get("CidrBlockSet").map(Node::items).unwrap_or_default();
    let mut found: Vec<String> = set.iter().filter_map(block).collect();
    if let Some(block) = block(side)
        && !found.contains(&block)
    {
        found.insert(0, block);
    }
    found
}

fn block_public_access(scope: &mut Scope<'_>) {
    let key = scope.region_key();
    let reference = ResourceRef::new("regions", &key);
    for answer in scope.take(&DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS) {
        let mut draft = scope.draft(reference.clone(), &answer.node);
        let mode = answer.node.get("InternetGatewayBlockMode");
        let mode = draft.string("/vpc_block_public_access_mode", mode, Some("off"));
        scope.update::<Region>(&key, |region| region.vpc_block_public_access_mode = mode);
    }
    for item in scope.items(&DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS) {
        let text = |key: &str| item.get(key).and_then(Node::text);
        let complete = text("State")
            .is_some_and(|state| matches!(state.as_str(), "create-complete" | "update-complete"));
        // The excluded resource's ARN ends in its id.
        let id = text("ResourceArn").and_then(|arn| arn.rsplit('/').next().map(str::to_owned));
        if let (true, Some(id), Some(mode)) = (complete, id, text("InternetGatewayExclusionMode")) {
            scope.update::<Region>(&key, |region| {
                region.vpc_block_public_access_exclusions.insert(id, mode);
            });
        }
    }
}
