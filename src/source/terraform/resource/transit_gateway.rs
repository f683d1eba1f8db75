//! Transit gateways.

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
        declared.get("security_group_referencing_support"),
        false,
    );
    gateway.default_route_table_association = draft.enabled(
        "/default_route_table_association",
        declared.get("default_route_table_association"),
        true,
    );
    gateway.default_route_table_propagation = draft.enabled(
        "/default_route_table_propagation",
        declared.get("default_route_table_propagation"),
        true,
    );
    snapshot.model.insert(gateway);
}

pub(super) fn attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "transit_gateway_attachments");
    let mut attachment = TransitGatewayAttachment::new(declared.identity(&mut draft, ""));
    attachment.transit_gateway_id =
        draft.string("/transit_gateway_id", declared.get("transit_gateway_id"), None);
    attachment.resource_type = Some("vpc".to_owned());
    attachment.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    attachment.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    attachment.security_group_referencing_support = draft.enabled(
        "/security_group_referencing_support",
        declared.get("security_group_referencing_support"),
        true,
    );
    attachment.state = Some("available".to_owned());
    snapshot.model.insert(attachment);
}

pub(super) fn route_table(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "transit_gateway_route_tables");
    let mut table = TransitGatewayRouteTable::new(declared.identity(&mut draft, ""));
    table.transit_gateway_id =
        draft.string("/transit_gateway_id", declared.get("transit_gateway_id"), None);
    snapshot.model.insert(table);
}

/// The route table that an addition is to.
fn table_of(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    declared.target::<TransitGatewayRouteTable>(snapshot, "transit_gateway_route_table_id")
}

fn attachment_of(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    declared.target::<TransitGatewayAttachment>(snapshot, "transit_gateway_attachment_id")
}

pub(super) fn route(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = table_of(declared, snapshot) else { return };
    let count = snapshot.model.transit_gateway_route_tables.get(&id).map_or(0, |t| t.routes.len());
    let resource = ResourceRef::new("transit_gateway_route_tables", &id);
    let mut draft = declared.draft_of(snapshot, resource);
    let at = |field: &str| format!("/routes/{count}/{field}");
    draft.place(&format!("/routes/{count}"), Some(&declared.origin));
    let blackhole = draft.bool(&at("state"), declared.get("blackhole"), Some(false));
    let route = TransitGatewayRoute {
        destination_cidr_block: draft.string(
            &at("destination_cidr_block"),
            declared.get("destination_cidr_block"),
            None,
        ),
        attachment_ids: draft
            .strings(&at("attachment_ids"), declared.get("transit_gateway_attachment_id")),
        state: blackhole.map(|on| if on { "blackhole" } else { "active" }.to_owned()),
        route_type: Some("static".to_owned()),
    };
    if let Some(table) = snapshot.model.transit_gateway_route_tables.get_mut(&id) {
        table.routes.push(route);
    }
}

pub(super) fn association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(table), Some(attachment)) =
        (table_of(declared, snapshot), attachment_of(declared, snapshot))
    else {
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
    let (Some(table), Some(attachment)) =
        (table_of(declared, snapshot), attachment_of(declared, snapshot))
    else {
        return;
    };
    if let Some(found) = snapshot.model.transit_gateway_route_tables.get_mut(&table) {
        found.propagation_attachment_ids.push(attachment);
    }
}
