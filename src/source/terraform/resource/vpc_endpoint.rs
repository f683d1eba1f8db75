//! VPC endpoints, and what stands beside them.

use super::Declared;
use crate::model::{ResourceRef, RouteTable, Snapshot, Subnet, VpcEndpoint};
use crate::source::policy_document;

pub(super) fn vpc_endpoint(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpc_endpoints");
    let mut endpoint = VpcEndpoint::new(declared.identity(&mut draft, ""));
    endpoint.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    endpoint.service_name = draft.string("/service_name", declared.get("service_name"), None);
    endpoint.vpc_endpoint_type =
        draft.string("/vpc_endpoint_type", declared.get("vpc_endpoint_type"), Some("Gateway"));
    endpoint.private_dns_enabled =
        draft.bool("/private_dns_enabled", declared.get("private_dns_enabled"), Some(false));
    endpoint.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    endpoint.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_group_ids"));
    endpoint.route_table_ids = draft.strings("/route_table_ids", declared.get("route_table_ids"));
    endpoint.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    endpoint.state = Some("available".to_owned());
    snapshot.model.insert(endpoint);
}

pub(super) fn endpoint_route_table_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<VpcEndpoint>(snapshot, "vpc_endpoint_id") else { return };
    let table = declared.target::<RouteTable>(snapshot, "route_table_id");
    if let Some(endpoint) = snapshot.model.vpc_endpoints.get_mut(&id) {
        endpoint.route_table_ids.extend(table);
    }
}

pub(super) fn endpoint_subnet_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<VpcEndpoint>(snapshot, "vpc_endpoint_id") else { return };
    let subnet = declared.target::<Subnet>(snapshot, "subnet_id");
    if let Some(endpoint) = snapshot.model.vpc_endpoints.get_mut(&id) {
        endpoint.subnet_ids.extend(subnet);
    }
}

pub(super) fn endpoint_security_group_association(
    declared: &Declared<'_>,
    snapshot: &mut Snapshot,
) {
    let Some(id) = declared.target::<VpcEndpoint>(snapshot, "vpc_endpoint_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpc_endpoints", &id));
    let groups = draft.strings("/security_group_ids", declared.get("security_group_id"));
    if let Some(endpoint) = snapshot.model.vpc_endpoints.get_mut(&id) {
        endpoint.security_group_ids.extend(groups);
    }
}

pub(super) fn endpoint_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<VpcEndpoint>(snapshot, "vpc_endpoint_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpc_endpoints", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(endpoint) = snapshot.model.vpc_endpoints.get_mut(&id) {
        endpoint.policy = policy;
    }
}

pub(super) fn endpoint_private_dns(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<VpcEndpoint>(snapshot, "vpc_endpoint_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpc_endpoints", &id));
    let enabled =
        draft.bool("/private_dns_enabled", declared.get("private_dns_enabled"), Some(false));
    if let Some(endpoint) = snapshot.model.vpc_endpoints.get_mut(&id) {
        endpoint.private_dns_enabled = enabled;
    }
}
