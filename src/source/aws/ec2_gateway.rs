//! Gateways, endpoints and peering connections of VPCs, and what a region
//! blocks.
//!
//! Source: the Amazon EC2 API reference.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types;

use super::ec2_network::identity;
use super::scope::Scope;
use crate::model::{
    EgressOnlyInternetGateway, InternetGateway, NatGateway, Region, ResourceRef, VpcEndpoint,
    VpcPeeringConnection,
};
use crate::source::operation::ec2_gateway::{
    DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, DESCRIBE_INTERNET_GATEWAYS, DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    DESCRIBE_VPC_ENDPOINTS, DESCRIBE_VPC_PEERING_CONNECTIONS,
};

pub(super) async fn read(scope: &Scope, client: &Client, region: &str) {
    futures::join!(
        internet_gateways(scope, client),
        egress_only_internet_gateways(scope, client),
        nat_gateways(scope, client),
        endpoints(scope, client),
        peering_connections(scope, client),
        block_public_access(scope, client, region),
    );
}

/// The VPC that a gateway is attached to.
fn attached(attachments: Option<Vec<types::InternetGatewayAttachment>>) -> Option<String> {
    attachments?
        .into_iter()
        .find(|attachment| {
            attachment.state.as_ref().is_none_or(|state| {
                matches!(state.as_str(), "attached" | "attaching" | "available")
            })
        })?
        .vpc_id
}

async fn internet_gateways(scope: &Scope, client: &Client) {
    let pages = client.describe_internet_gateways().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_INTERNET_GATEWAYS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.internet_gateways.unwrap_or_default()) {
        let Some(id) = found.internet_gateway_id else { continue };
        let mut gateway =
            InternetGateway::new(identity(scope, "internet-gateway", &id, found.tags));
        gateway.vpc_id = attached(found.attachments);
        scope.insert(gateway, &DESCRIBE_INTERNET_GATEWAYS);
    }
}

async fn egress_only_internet_gateways(scope: &Scope, client: &Client) {
    let operation = &DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS;
    let pages = client.describe_egress_only_internet_gateways().into_paginator().send();
    let pages = scope.pages(operation, None, pages).await;
    for found in
        pages.into_iter().flat_map(|page| page.egress_only_internet_gateways.unwrap_or_default())
    {
        let Some(id) = found.egress_only_internet_gateway_id else { continue };
        let identity = identity(scope, "egress-only-internet-gateway", &id, found.tags);
        let mut gateway = EgressOnlyInternetGateway::new(identity);
        gateway.vpc_id = attached(found.attachments);
        scope.insert(gateway, operation);
    }
}

async fn nat_gateways(scope: &Scope, client: &Client) {
    let pages = client.describe_nat_gateways().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_NAT_GATEWAYS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.nat_gateways.unwrap_or_default()) {
        let Some(id) = found.nat_gateway_id else { continue };
        let mut gateway = NatGateway::new(identity(scope, "natgateway", &id, found.tags));
        gateway.subnet_id = found.subnet_id;
        gateway.vpc_id = found.vpc_id;
        gateway.connectivity_type = Some(
            found.connectivity_type.map_or("public".to_owned(), |kind| kind.as_str().to_owned()),
        );
        gateway.state = found.state.map(|state| state.as_str().to_owned());
        gateway.allocation_ids = found
            .nat_gateway_addresses
            .unwrap_or_default()
            .into_iter()
            .filter_map(|address| address.allocation_id)
            .collect();
        scope.insert(gateway, &DESCRIBE_NAT_GATEWAYS);
    }
}

async fn endpoints(scope: &Scope, client: &Client) {
    let pages = client.describe_vpc_endpoints().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_VPC_ENDPOINTS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.vpc_endpoints.unwrap_or_default()) {
        let Some(id) = found.vpc_endpoint_id else { continue };
        let mut endpoint = VpcEndpoint::new(identity(scope, "vpc-endpoint", &id, found.tags));
        endpoint.vpc_id = found.vpc_id;
        endpoint.service_name = found.service_name;
        endpoint.vpc_endpoint_type = Some(
            found.vpc_endpoint_type.map_or("Gateway".to_owned(), |kind| kind.as_str().to_owned()),
        );
        endpoint.private_dns_enabled = Some(found.private_dns_enabled.unwrap_or(false));
        endpoint.subnet_ids = found.subnet_ids.unwrap_or_default();
        endpoint.security_group_ids = found
            .groups
            .unwrap_or_default()
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect();
        endpoint.route_table_ids = found.route_table_ids.unwrap_or_default();
        endpoint.state = found.state.map(|state| state.as_str().to_ascii_lowercase());
        endpoint.policy = found.policy_document.and_then(|text| {
            let resource = ResourceRef::new("vpc_endpoints", &id);
            scope.policy(&resource, "/policy", &text, &DESCRIBE_VPC_ENDPOINTS)
        });
        scope.insert(endpoint, &DESCRIBE_VPC_ENDPOINTS);
    }
}

async fn peering_connections(scope: &Scope, client: &Client) {
    let pages = client.describe_vpc_peering_connections().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_VPC_PEERING_CONNECTIONS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.vpc_peering_connections.unwrap_or_default())
    {
        let Some(id) = found.vpc_peering_connection_id else { continue };
        let identity = identity(scope, "vpc-peering-connection", &id, found.tags);
        let mut peering = VpcPeeringConnection::new(identity);
        if let Some(side) = found.requester_vpc_info {
            peering.requester_cidr_blocks = blocks(&side);
            peering.requester_vpc_id = side.vpc_id;
            peering.requester_account = side.owner_id;
            peering.requester_region = side.region;
        }
        if let Some(side) = found.accepter_vpc_info {
            peering.accepter_cidr_blocks = blocks(&side);
            peering.accepter_vpc_id = side.vpc_id;
            peering.accepter_account = side.owner_id;
            peering.accepter_region = side.region;
        }
        peering.status =
            found.status.and_then(|status| status.code).map(|code| code.as_str().to_owned());
        scope.insert(peering, &DESCRIBE_VPC_PEERING_CONNECTIONS);
    }
}

/// The IPv4 ranges of one side of a peering connection.
fn blocks(side: &types::VpcPeeringConnectionVpcInfo) -> Vec<String> {
    let mut found: Vec<String> =
        side.cidr_block_set.iter().flatten().filter_map(|block| block.cidr_block.clone()).collect();
    if let Some(block) = &side.cidr_block
        && !found.contains(block)
    {
        found.insert(0, block.clone());
    }
    found
}

async fn block_public_access(scope: &Scope, client: &Client, region: &str) {
    let mode = async {
        let call = client.describe_vpc_block_public_access_options().send();
        let answer =
            scope.call(&DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, Some(region), call).await?;
        let options = answer.vpc_block_public_access_options;
        Some(
            options
                .and_then(|options| options.internet_gateway_block_mode)
                .map_or("off".to_owned(), |mode| mode.as_str().to_owned()),
        )
    };
    // The SDK has no paginator for it.
    let exclusions = async {
        let operation = &DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS;
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let ask = client.describe_vpc_block_public_access_exclusions().set_next_token(token);
            let Some(page) = scope.call(operation, Some(region), ask.send()).await else { break };
            found.extend(page.vpc_block_public_access_exclusions.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        found
    };
    let (mode, exclusions) = futures::join!(mode, exclusions);
    scope.update::<Region>(region, |region| {
        region.vpc_block_public_access_mode = mode;
        for exclusion in exclusions {
            let complete = exclusion.state.as_ref().is_some_and(|state| {
                matches!(state.as_str(), "create-complete" | "update-complete")
            });
            // The excluded resource's ARN ends in its id.
            let id = exclusion.resource_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
            if let (true, Some(id), Some(mode)) =
                (complete, id, exclusion.internet_gateway_exclusion_mode)
            {
                region
                    .vpc_block_public_access_exclusions
                    .insert(id.to_owned(), mode.as_str().to_owned());
            }
        }
    });
    let reference = ResourceRef::new("regions", region);
    scope.read_by(
        &reference,
        "/vpc_block_public_access_mode",
        &DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    );
}
