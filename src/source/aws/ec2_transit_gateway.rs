//! Transit gateways with their attachments and route tables.
//!
//! Source: the Amazon EC2 API reference.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, Filter};

use super::ec2_network::identity;
use super::scope::{Scope, each};
use crate::model::{
    Reason, TransitGateway, TransitGatewayAttachment, TransitGatewayRoute, TransitGatewayRouteTable,
};
use crate::source::operation::ec2_transit_gateway::{
    CUT_SEARCH, DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES,
    DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAYS,
    GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS, SEARCH_TRANSIT_GATEWAY_ROUTES,
};

pub(super) async fn read(scope: &Scope, client: &Client) {
    futures::join!(gateways(scope, client), attachments_and_tables(scope, client));
}

async fn gateways(scope: &Scope, client: &Client) {
    let pages = client.describe_transit_gateways().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_TRANSIT_GATEWAYS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.transit_gateways.unwrap_or_default()) {
        let Some(id) = found.transit_gateway_id else { continue };
        let mut gateway = TransitGateway::new(identity(scope, "transit-gateway", &id, found.tags));
        gateway.arn = found.transit_gateway_arn.or(gateway.arn);
        if let Some(options) = found.options {
            let enabled = |value: Option<&str>| value.map(|value| value == "enable");
            gateway.security_group_referencing_support = Some(
                options.security_group_referencing_support.is_some_and(|v| v.as_str() == "enable"),
            );
            gateway.default_route_table_association =
                enabled(options.default_route_table_association.as_ref().map(|v| v.as_str()));
            gateway.default_route_table_propagation =
                enabled(options.default_route_table_propagation.as_ref().map(|v| v.as_str()));
            gateway.association_default_route_table_id = options.association_default_route_table_id;
            gateway.propagation_default_route_table_id = options.propagation_default_route_table_id;
        }
        scope.insert(gateway, &DESCRIBE_TRANSIT_GATEWAYS);
    }
}

async fn attachments_and_tables(scope: &Scope, client: &Client) {
    let (attachments, vpc_attachments, tables) = futures::join!(
        async {
            let pages = client.describe_transit_gateway_attachments().into_paginator().send();
            scope.pages(&DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, None, pages).await
        },
        async {
            let pages = client.describe_transit_gateway_vpc_attachments().into_paginator().send();
            scope.pages(&DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, None, pages).await
        },
        async {
            let pages = client.describe_transit_gateway_route_tables().into_paginator().send();
            scope.pages(&DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES, None, pages).await
        },
    );
    let mut of_vpcs: BTreeMap<String, types::TransitGatewayVpcAttachment> = vpc_attachments
        .into_iter()
        .flat_map(|page| page.transit_gateway_vpc_attachments.unwrap_or_default())
        .filter_map(|found| Some((found.transit_gateway_attachment_id.clone()?, found)))
        .collect();
    let mut associated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in attachments
        .into_iter()
        .flat_map(|page| page.transit_gateway_attachments.unwrap_or_default())
    {
        let Some(id) = found.transit_gateway_attachment_id.clone() else { continue };
        let details = of_vpcs.remove(&id);
        let attachment = attachment(scope, &id, found, details);
        if let Some(table) = &attachment.route_table_id {
            associated.entry(table.clone()).or_default().push(id);
        }
        scope.insert(attachment, &DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS);
    }
    let tables = tables
        .into_iter()
        .flat_map(|page| page.transit_gateway_route_tables.unwrap_or_default())
        .map(|found| route_table(scope, client, found, &associated));
    each(tables).await;
}

fn attachment(
    scope: &Scope,
    id: &str,
    found: types::TransitGatewayAttachment,
    details: Option<types::TransitGatewayVpcAttachment>,
) -> TransitGatewayAttachment {
    let identity = identity(scope, "transit-gateway-attachment", id, found.tags);
    let mut attachment = TransitGatewayAttachment::new(identity);
    attachment.transit_gateway_id = found.transit_gateway_id;
    attachment.resource_type = found.resource_type.map(|kind| kind.as_str().to_owned());
    if attachment.resource_type.as_deref() == Some("vpc") {
        attachment.vpc_id = found.resource_id;
    }
    attachment.state = found.state.map(|state| state.as_str().to_owned());
    attachment.route_table_id = found
        .association
        .filter(|association| {
            association
                .state
                .as_ref()
                .is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
        })
        .and_then(|association| association.transit_gateway_route_table_id);
    if let Some(details) = details {
        attachment.subnet_ids = details.subnet_ids.unwrap_or_default();
        attachment.security_group_referencing_support = details
            .options
            .and_then(|options| options.security_group_referencing_support)
            .map(|support| support.as_str() == "enable");
    }
    attachment
}

async fn route_table(
    scope: &Scope,
    client: &Client,
    found: types::TransitGatewayRouteTable,
    associated: &BTreeMap<String, Vec<String>>,
) {
    let Some(id) = found.transit_gateway_route_table_id else { return };
    let identity = identity(scope, "transit-gateway-route-table", &id, found.tags);
    let mut table = TransitGatewayRouteTable::new(identity);
    table.transit_gateway_id = found.transit_gateway_id;
    table.association_attachment_ids = associated.get(&id).cloned().unwrap_or_default();
    let states = ["active", "blackhole"].map(str::to_owned).to_vec();
    let filter = Filter::builder().name("state").set_values(Some(states)).build();
    let (routes, propagations) = futures::join!(
        async {
            let call = client
                .search_transit_gateway_routes()
                .transit_gateway_route_table_id(&id)
                .filters(filter)
                .send();
            scope.call(&SEARCH_TRANSIT_GATEWAY_ROUTES, Some(&id), call).await
        },
        async {
            let pages = client
                .get_transit_gateway_route_table_propagations()
                .transit_gateway_route_table_id(&id)
                .into_paginator()
                .send();
            scope.pages(&GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS, Some(&id), pages).await
        },
    );
    if let Some(answer) = routes {
        // The search has no further pages; AWS says when it cut the answer.
        if answer.additional_routes_available == Some(true) {
            let reason = Reason::Limit { detail: CUT_SEARCH.to_owned() };
            scope.leave_open(&SEARCH_TRANSIT_GATEWAY_ROUTES, Some(&id), reason);
        }
        table.routes = answer.routes.unwrap_or_default().into_iter().map(route).collect();
    }
    table.propagation_attachment_ids = propagations
        .into_iter()
        .flat_map(|page| page.transit_gateway_route_table_propagations.unwrap_or_default())
        .filter_map(|propagation| propagation.transit_gateway_attachment_id)
        .collect();
    scope.insert(table, &DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES);
}

fn route(found: types::TransitGatewayRoute) -> TransitGatewayRoute {
    TransitGatewayRoute {
        destination_cidr_block: found.destination_cidr_block,
        attachment_ids: found
            .transit_gateway_attachments
            .unwrap_or_default()
            .into_iter()
            .filter_map(|attachment| attachment.transit_gateway_attachment_id)
            .collect(),
        state: found.state.map(|state| state.as_str().to_owned()),
        route_type: found.r#type.map(|kind| kind.as_str().to_owned()),
    }
}
