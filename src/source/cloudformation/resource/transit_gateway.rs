//! `AWS::EC2::TransitGateway…`.

use super::Declared;
use crate::model::{
    ResourceRef, Snapshot, TransitGateway, TransitGatewayAttachment, TransitGatewayRoute,
    TransitGatewayRouteTable,
};

pub(super) fn gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "transit_gateways");
    let mut gateway = TransitGateway::new(declared.identity(&mut draft, ""));
    gateway.security_group_referencing_support = draft.enabled(
        "/security_group_referencing_support",
        declared.get("SecurityGroupReferencingSupport"),
        false,
    );
    gateway.default_route_table_association = draft.enabled(
        "/default_route_table_association",
        declared.get("DefaultRouteTableAssociation"),
        true,
    );
    gateway.default_route_table_propagation = draft.enabled(
        "/default_route_table_propagation",
        declared.get("DefaultRouteTablePropagation"),
        true,
    );
    gateway.association_default_route_table_id = draft.string(
        "/association_default_route_table_id",
        declared.get("AssociationDefaultRouteTableId"),
        None,
    );
    gateway.propagation_default_route_table_id = draft.string(
        "/propagation_default_route_table_id",
        declared.get("PropagationDefaultRouteTableId"),
        None,
    );
    snapshot.model.insert(gateway);
}

pub(super) fn attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "transit_gateway_attachments");
    let mut attachment = TransitGatewayAttachment::new(declared.identity(&mut draft, ""));
    attachment.transit_gateway_id =
        draft.string("/transit_gateway_id", declared.get("TransitGatewayId"), None);
    attachment.resource_type = Some("vpc".to_owned());
    attachment.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    attachment.subnet_ids = draft.strings("/subnet_ids", declared.get("SubnetIds"));
    let support = declared.at(&["Options", "SecurityGroupReferencingSupport"]);
    attachment.security_group_referencing_support = draft
        .string("/security_group_referencing_support", support, None)
        .map(|text| text == "enable");
    attachment.state = Some("available".to_owned());
    snapshot.model.insert(attachment);
}

pub(super) fn route_table(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "transit_gateway_route_tables");
    let mut table = TransitGatewayRouteTable::new(declared.identity(&mut draft, ""));
    table.transit_gateway_id =
        draft.string("/transit_gateway_id", declared.get("TransitGatewayId"), None);
    snapshot.model.insert(table);
}

pub(super) fn route(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("TransitGatewayRouteTableId") else { return };
    let index = snapshot.model.transit_gateway_route_tables.get(&id).map_or(0, |t| t.routes.len());
    let reference = ResourceRef::new("transit_gateway_route_tables", &id);
    let mut draft = declared.draft_of(snapshot, reference);
    let at = |field: &str| format!("/routes/{index}/{field}");
    draft.place(&format!("/routes/{index}"), Some(&declared.origin));
    let blackhole = draft.bool(&at("state"), declared.get("Blackhole"), Some(false));
    let route = TransitGatewayRoute {
        destination_cidr_block: draft.string(
            &at("destination_cidr_block"),
            declared.get("DestinationCidrBlock"),
            None,
        ),
        attachment_ids: draft
            .strings(&at("attachment_ids"), declared.get("TransitGatewayAttachmentId")),
        state: blackhole.map(|on| if on { "blackhole" } else { "active" }.to_owned()),
        route_type: Some("static".to_owned()),
    };
    if let Some(table) = snapshot.model.transit_gateway_route_tables.get_mut(&id) {
        table.routes.push(route);
    }
}

pub(super) fn association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(table), Some(attachment)) = (
        declared.target("TransitGatewayRouteTableId"),
        declared.target("TransitGatewayAttachmentId"),
    ) else {
        return;
    };
    if let Some(found) = snapshot.model.transit_gateway_attachments.get_mut(&attachment) {
        found.route_table_id = Some(table.clone());
    }
    if let Some(found) = snapshot.model.transit_gateway_route_tables.get_mut(&table) {
        found.association_attachment_ids.push(attachment);
    }
}

pub(super) fn propagation(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(table), Some(attachment)) = (
        declared.target("TransitGatewayRouteTableId"),
        declared.target("TransitGatewayAttachmentId"),
    ) else {
        return;
    };
    if let Some(found) = snapshot.model.transit_gateway_route_tables.get_mut(&table) {
        found.propagation_attachment_ids.push(attachment);
    }
}
