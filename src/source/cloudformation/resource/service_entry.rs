//! `AWS::CloudFront::VpcOrigin`, `AWS::ApiGateway` and `AWS::ApiGatewayV2`.

use super::Declared;
use crate::model::{
    ApiGatewayV2VpcLink, ApiGatewayVpcLink, CloudFrontVpcOrigin, ResourceRef, Snapshot,
};

pub(super) fn vpc_origin(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "cloudfront_vpc_origins");
    let mut origin = CloudFrontVpcOrigin::new(declared.identity(&mut draft, ""));
    let whole = declared.get("VpcOriginEndpointConfig").filter(|node| node.unknown().is_some());
    let at = |name: &str| whole.or_else(|| declared.at(&["VpcOriginEndpointConfig", name]));
    origin.endpoint = draft.string("/endpoint", at("Arn"), None);
    origin.http_port = draft.integer("/http_port", at("HTTPPort"), Some(80));
    origin.https_port = draft.integer("/https_port", at("HTTPSPort"), Some(443));
    origin.origin_protocol_policy =
        draft.string("/origin_protocol_policy", at("OriginProtocolPolicy"), Some("match-viewer"));
    snapshot.model.insert(origin);
}

pub(super) fn vpc_link(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "api_gateway_vpc_links");
    let mut link = ApiGatewayVpcLink::new(declared.identity(&mut draft, "Name"));
    link.load_balancers = draft.strings("/load_balancers", declared.get("TargetArns"));
    snapshot.model.insert(link);
}

pub(super) fn v2_vpc_link(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "api_gateway_v2_vpc_links");
    let mut link = ApiGatewayV2VpcLink::new(declared.identity(&mut draft, "Name"));
    link.subnet_ids = draft.strings("/subnet_ids", declared.get("SubnetIds"));
    link.security_group_ids =
        draft.strings("/security_group_ids", declared.get("SecurityGroupIds"));
    snapshot.model.insert(link);
}

/// What an integration leads to by a VPC link.
pub(super) fn v2_integration(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("ConnectionId") else { return };
    let resource = ResourceRef::new("api_gateway_v2_vpc_links", &id);
    let Some(link) = snapshot.model.api_gateway_v2_vpc_links.get(&id) else { return };
    let path = format!("/integrations/{}", link.integrations.len());
    let mut draft = declared.draft_of(snapshot, resource);
    let found = draft.string(&path, declared.get("IntegrationUri"), None);
    if let Some(link) = snapshot.model.api_gateway_v2_vpc_links.get_mut(&id) {
        link.integrations.extend(found);
    }
}
