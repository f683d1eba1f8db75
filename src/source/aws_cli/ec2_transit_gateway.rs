//! Transit gateways with their attachments and route tables.
//!
//! Source: the AWS CLI command reference, `aws ec2`.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::Scope;
use crate::model::{
    Reason, TransitGateway, TransitGatewayAttachment, TransitGatewayRoute, TransitGatewayRouteTable,
};
use crate::source::node::Node;
use crate::source::operation::ec2_transit_gateway::{
    CUT_SEARCH, DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES,
    DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAYS,
    GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS, SEARCH_TRANSIT_GATEWAY_ROUTES,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_TRANSIT_GATEWAYS) {
        gateway(scope, &item);
    }
    let mut details: BTreeMap<String, Node> = BTreeMap::new();
    for item in scope.items(&DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS) {
        let operation = &DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS;
        if let Some(id) = scope.key(operation, &item, "TransitGatewayAttachmentId") {
            details.insert(id, item);
        }
    }
    let mut associated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in scope.items(&DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS) {
        attachment(scope, &item, &details, &mut associated);
    }
    for item in scope.items(&DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES) {
        route_table(scope, &item, &associated);
    }
    routes(scope);
    propagations(scope);
}

fn gateway(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_TRANSIT_GATEWAYS, node, "TransitGatewayId") else { return };
    let mut gateway = TransitGateway::new(scope.ec2("transit-gateway", &id, node));
    let mut item = scope.read(&gateway, node);
    gateway.arn = item.string("/arn", "TransitGatewayArn").or(gateway.arn);
    if let Some(options) = item.get("Options") {
        let draft = &mut item.draft;
        let mut enabled = |field: &str, key: &str| {
            let text = draft.string(&format!("/{field}"), options.get(key), None);
            text.map(|text| text == "enable")
        };
        gateway.security_group_referencing_support = Some(
            enabled("security_group_referencing_support", "SecurityGroupReferencingSupport")
                .unwrap_or(false),
        );
        gateway.default_route_table_association =
            enabled("default_route_table_association", "DefaultRouteTableAssociation");
        gateway.default_route_table_propagation =
            enabled("default_route_table_propagation", "DefaultRouteTablePropagation");
        let mut text =
            |field: &str, key: &str| draft.string(&format!("/{field}"), options.get(key), None);
        gateway.association_default_route_table_id =
            text("association_default_route_table_id", "AssociationDefaultRouteTableId");
        gateway.propagation_default_route_table_id =
            text("propagation_default_route_table_id", "PropagationDefaultRouteTableId");
    }
    scope.keep(gateway);
}

fn attachment(
    scope: &mut Scope<'_>,
    node: &Node,
    details: &BTreeMap<String, Node>,
    associated: &mut BTreeMap<String, Vec<String>>,
) {
    let operation = &DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS;
    let Some(id) = scope.key(operation, node, "TransitGatewayAttachmentId") else { return };
    let identity = scope.ec2("transit-gateway-attachment", &id, node);
    let mut attachment = TransitGatewayAttachment::new(identity);
    let mut item = scope.read(&attachment, node);
    attachment.transit_gateway_id = item.string("/transit_gateway_id", "TransitGatewayId");
    attachment.resource_type = item.string("/resource_type", "ResourceType");
    if attachment.resource_type.as_deref() == Some("vpc") {
        attachment.vpc_id = item.string("/vpc_id", "ResourceId");
    }
    attachment.state = item.string("/state", "State");
    let association = item.get("Association").filter(|association| {
        let state = association.get("State").and_then(Node::text);
        state.is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
    });
    let table = association.and_then(|one| one.get("TransitGatewayRouteTableId"));
    attachment.route_table_id = item.draft.string("/route_table_id", table, None);
    if let Some(found) = details.get(&id) {
        attachment.subnet_ids = item.draft.strings("/subnet_ids", found.get("SubnetIds"));
        let path = "/security_group_referencing_support";
        let support = found.get("Options").and_then(|o| o.get("SecurityGroupReferencingSupport"));
        attachment.security_group_referencing_support =
            item.draft.string(path, support, None).map(|support| support == "enable");
    }
    if let Some(table) = &attachment.route_table_id {
        associated.entry(table.clone()).or_default().push(id);
    }
    scope.keep(attachment);
}

fn route_table(scope: &mut Scope<'_>, node: &Node, associated: &BTreeMap<String, Vec<String>>) {
    let operation = &DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES;
    let Some(id) = scope.key(operation, node, "TransitGatewayRouteTableId") else { return };
    let identity = scope.ec2("transit-gateway-route-table", &id, node);
    let mut table = TransitGatewayRouteTable::new(identity);
    let mut item = scope.read(&table, node);
    table.transit_gateway_id = item.string("/transit_gateway_id", "TransitGatewayId");
    table.association_attachment_ids = associated.get(&id).cloned().unwrap_or_default();
    scope.keep(table);
}

fn routes(scope: &mut Scope<'_>) {
    let operation = &SEARCH_TRANSIT_GATEWAY_ROUTES;
    let tables = scope.keys::<TransitGatewayRouteTable>();
    let mut told = BTreeSet::new();
    for (id, node) in scope.of_things(operation, "TransitGatewayRouteTableId", &tables) {
        if node.get("AdditionalRoutesAvailable").and_then(Node::bool) == Some(true) {
            let reason = Reason::Limit { detail: CUT_SEARCH.to_owned() };
            scope.leave_open(operation, Some(&id), reason);
        }
        let found = node.get("Routes").map(Node::items).unwrap_or_default();
        scope.update::<TransitGatewayRouteTable>(&id, |table| {
            table.routes.extend(found.iter().map(route));
        });
        told.insert(id);
    }
    scope.leave_rest_open(operation, "transit_gateway_route_tables", &tables, &told);
}

fn route(found: &Node) -> TransitGatewayRoute {
    let text = |key: &str| found.get(key).and_then(Node::text);
    let attachments = found.get("TransitGatewayAttachments").map(Node::items).unwrap_or_default();
    let id = |one: &Node| one.get("TransitGatewayAttachmentId").and_then(Node::text);
    TransitGatewayRoute {
        destination_cidr_block: text("DestinationCidrBlock"),
        attachment_ids: attachments.iter().filter_map(id).collect(),
        state: text("State"),
        route_type: text("Type"),
    }
}

fn propagations(scope: &mut Scope<'_>) {
    let operation = &GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS;
    let tables = scope.keys::<TransitGatewayRouteTable>();
    let mut told = BTreeSet::new();
    for (id, node) in scope.of_things(operation, "TransitGatewayRouteTableId", &tables) {
        let list = node.get("TransitGatewayRouteTablePropagations");
        let found = list.map(Node::items).unwrap_or_default().iter();
        let is_on = |one: &&Node| {
            let state = one.get("State").and_then(Node::text);
            state.is_none_or(|state| matches!(state.as_str(), "enabled" | "enabling"))
        };
        let attachments: Vec<String> = found
            .filter(is_on)
            .filter_map(|one| one.get("TransitGatewayAttachmentId").and_then(Node::text))
            .collect();
        scope.update::<TransitGatewayRouteTable>(&id, |table| {
            table.propagation_attachment_ids.extend(attachments);
        });
        told.insert(id);
    }
    scope.leave_rest_open(operation, "transit_gateway_route_tables", &tables, &told);
}
