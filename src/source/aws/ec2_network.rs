//! VPCs, subnets and route tables.
//!
//! Source: the Amazon EC2 API reference.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, VpcAttributeName};

use super::scope::{Scope, each};
use crate::model::{Identity, Route, RouteTable, Subnet, Vpc};
use crate::source::operation::ec2_network::{
    DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_VPC_ATTRIBUTE, DESCRIBE_VPCS,
};
use crate::source::route_target;

pub(super) async fn read(scope: &Scope, client: &Client) {
    futures::join!(vpcs(scope, client), subnets(scope, client), route_tables(scope, client));
}

/// Tags by key.
pub(super) fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

/// The identity of an EC2 resource: its id, and the name in its tags.
pub(super) fn identity(
    scope: &Scope,
    kind: &str,
    id: &str,
    with: Option<Vec<types::Tag>>,
) -> Identity {
    let tags = tags(with);
    Identity {
        arn: scope.site.account.as_ref().map(|_| scope.arn("ec2", &format!("{kind}/{id}"))),
        name: tags.get("Name").cloned().or_else(|| Some(id.to_owned())),
        tags,
        ..scope.identity(id)
    }
}

async fn vpcs(scope: &Scope, client: &Client) {
    let pages = client.describe_vpcs().into_paginator().send();
    let mut ids = Vec::new();
    for found in scope
        .pages(&DESCRIBE_VPCS, None, pages)
        .await
        .into_iter()
        .flat_map(|page| page.vpcs.unwrap_or_default())
    {
        let Some(id) = found.vpc_id else { continue };
        let mut vpc = Vpc::new(identity(scope, "vpc", &id, found.tags));
        vpc.cidr_blocks.extend(found.cidr_block);
        for association in found.cidr_block_association_set.unwrap_or_default() {
            let state = association.cidr_block_state.and_then(|state| state.state);
            let gone = matches!(state, Some(ref state) if !matches!(state.as_str(), "associated" | "associating"));
            if let Some(block) = association.cidr_block
                && !gone
                && !vpc.cidr_blocks.contains(&block)
            {
                vpc.cidr_blocks.push(block);
            }
        }
        vpc.ipv6_cidr_blocks = found
            .ipv6_cidr_block_association_set
            .unwrap_or_default()
            .into_iter()
            .filter(|association| {
                association
                    .ipv6_cidr_block_state
                    .as_ref()
                    .and_then(|state| state.state.as_ref())
                    .is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
            })
            .filter_map(|association| association.ipv6_cidr_block)
            .collect();
        vpc.is_default = Some(found.is_default.unwrap_or(false));
        scope.insert(vpc, &DESCRIBE_VPCS);
        ids.push(id);
    }
    each(ids.iter().map(|id| dns(scope, client, id))).await;
}

async fn dns(scope: &Scope, client: &Client, vpc: &str) {
    let ask = async |name: VpcAttributeName| {
        let call = client.describe_vpc_attribute().vpc_id(vpc).attribute(name).send();
        scope.call(&DESCRIBE_VPC_ATTRIBUTE, Some(vpc), call).await
    };
    let (support, hostnames) = futures::join!(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames)
    );
    scope.update::<Vpc>(vpc, |vpc| {
        vpc.enable_dns_support =
            support.and_then(|answer| answer.enable_dns_support).and_then(|flag| flag.value);
        vpc.enable_dns_hostnames =
            hostnames.and_then(|answer| answer.enable_dns_hostnames).and_then(|flag| flag.value);
    });
}

async fn subnets(scope: &Scope, client: &Client) {
    let pages = client.describe_subnets().into_paginator().send();
    for found in scope
        .pages(&DESCRIBE_SUBNETS, None, pages)
        .await
        .into_iter()
        .flat_map(|page| page.subnets.unwrap_or_default())
    {
        let Some(id) = found.subnet_id else { continue };
        let mut subnet = Subnet::new(identity(scope, "subnet", &id, found.tags));
        subnet.arn = found.subnet_arn.or(subnet.arn);
        subnet.vpc_id = found.vpc_id;
        subnet.availability_zone = found.availability_zone;
        subnet.cidr_block = found.cidr_block;
        subnet.ipv6_cidr_blocks = found
            .ipv6_cidr_block_association_set
            .unwrap_or_default()
            .into_iter()
            .filter_map(|association| association.ipv6_cidr_block)
            .collect();
        subnet.map_public_ip_on_launch = Some(found.map_public_ip_on_launch.unwrap_or(false));
        subnet.assign_ipv6_address_on_creation =
            Some(found.assign_ipv6_address_on_creation.unwrap_or(false));
        subnet.available_ip_address_count = found.available_ip_address_count.map(i64::from);
        scope.insert(subnet, &DESCRIBE_SUBNETS);
    }
}

async fn route_tables(scope: &Scope, client: &Client) {
    let pages = client.describe_route_tables().into_paginator().send();
    for found in scope
        .pages(&DESCRIBE_ROUTE_TABLES, None, pages)
        .await
        .into_iter()
        .flat_map(|page| page.route_tables.unwrap_or_default())
    {
        let Some(id) = found.route_table_id else { continue };
        let mut table = RouteTable::new(identity(scope, "route-table", &id, found.tags));
        table.vpc_id = found.vpc_id;
        table.main = Some(false);
        for association in found.associations.unwrap_or_default() {
            if association.main == Some(true) {
                table.main = Some(true);
            }
            table.subnet_ids.extend(association.subnet_id);
            table.gateway_ids.extend(association.gateway_id);
        }
        table.routes = found.routes.unwrap_or_default().into_iter().map(route).collect();
        scope.insert(table, &DESCRIBE_ROUTE_TABLES);
    }
}

fn route(found: types::Route) -> Route {
    let (target_type, target_id) = target(&found);
    Route {
        destination_cidr_block: found.destination_cidr_block,
        destination_ipv6_cidr_block: found.destination_ipv6_cidr_block,
        destination_prefix_list_id: found.destination_prefix_list_id,
        target_type: target_type.map(str::to_owned),
        target_id,
        state: Some(found.state.map_or("active".to_owned(), |state| state.as_str().to_owned())),
        propagated: Some(
            found.origin.is_some_and(|origin| {
                matches!(origin, types::RouteOrigin::EnableVgwRoutePropagation)
            }),
        ),
    }
}

/// The kind of a route's target, and its id.
fn target(route: &types::Route) -> (Option<&'static str>, Option<String>) {
    route_target::of(|member| {
        let id = match member {
            "GatewayId" => &route.gateway_id,
            "NatGatewayId" => &route.nat_gateway_id,
            "EgressOnlyInternetGatewayId" => &route.egress_only_internet_gateway_id,
            "TransitGatewayId" => &route.transit_gateway_id,
            "VpcPeeringConnectionId" => &route.vpc_peering_connection_id,
            "NetworkInterfaceId" => &route.network_interface_id,
            "InstanceId" => &route.instance_id,
            "CarrierGatewayId" => &route.carrier_gateway_id,
            "LocalGatewayId" => &route.local_gateway_id,
            "CoreNetworkArn" => &route.core_network_arn,
            _ => return None,
        };
        id.clone()
    })
}
