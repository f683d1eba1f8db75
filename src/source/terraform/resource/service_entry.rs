//! VPC origins of CloudFront and VPC links of API Gateway.

use super::Declared;
use crate::model::{
    ApiGatewayV2VpcLink, ApiGatewayVpcLink, CloudFrontVpcOrigin, ResourceRef, Snapshot,
};

pub(super) fn vpc_origin(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "cloudfront_vpc_origins");
    let mut origin = CloudFrontVpcOrigin::new(declared.identity(&mut draft, ""));
    let config = "vpc_origin_endpoint_config";
    let whole = declared.get(config).filter(|node| node.unknown().is_some());
    let at = |name: &str| whole.or_else(|| declared.at(&[config, name]));
    origin.endpoint = draft.string("/endpoint", at("arn"), None);
    origin.http_port = draft.integer("/http_port", at("http_port"), Some(80));
    origin.https_port = draft.integer("/https_port", at("https_port"), Some(443));
    origin.origin_protocol_policy =
        draft.string("/origin_protocol_policy", at("origin_protocol_policy"), Some("match-viewer"));
    snapshot.model.insert(origin);
}

pub(super) fn vpc_link(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "api_gateway_vpc_links");
    let mut link = ApiGatewayVpcLink::new(declared.identity(&mut draft, "name"));
    link.load_balancers = draft.strings("/load_balancers", declared.get("target_arns"));
    snapshot.model.insert(link);
}

pub(super) fn v2_vpc_link(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "api_gateway_v2_vpc_links");
    let mut link = ApiGatewayV2VpcLink::new(declared.identity(&mut draft, "name"));
    link.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    link.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_group_ids"));
    snapshot.model.insert(link);
}

/// What an integration leads to by a VPC link.
pub(super) fn v2_integration(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<ApiGatewayV2VpcLink>(snapshot, "connection_id") else {
        return;
    };
    let count =
        snapshot.model.api_gateway_v2_vpc_links.get(&id).map_or(0, |link| link.integrations.len());
    let resource = ResourceRef::new("api_gateway_v2_vpc_links", &id);
    let mut draft = declared.draft_of(snapshot, resource);
    let found =
        draft.string(&format!("/integrations/{count}"), declared.get("integration_uri"), None);
    if let Some(link) = snapshot.model.api_gateway_v2_vpc_links.get_mut(&id) {
        link.integrations.extend(found);
    }
}
