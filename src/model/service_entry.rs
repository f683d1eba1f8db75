//! What managed services reach inside a VPC on behalf of the internet.
//!
//! Source: the CloudFront API reference and the API Gateway API references,
//! version 1 and version 2.

use super::resource::resource;

resource! {
    /// A CloudFront VPC origin: by it distributions reach a load balancer or an
    /// instance that has no address on the internet.
    CloudFrontVpcOrigin: "AWS::CloudFront::VpcOrigin" in cloudfront_vpc_origins {
        /// The load balancer or instance: key in `load_balancers` or
        /// `instances`.
        endpoint: Option<String>,
        /// The port of HTTP connections.
        http_port: Option<i64>,
        /// The port of HTTPS connections.
        https_port: Option<i64>,
        /// `http-only`, `https-only` or `match-viewer`.
        origin_protocol_policy: Option<String>,
    }
}

resource! {
    /// A VPC link of a REST API, which leads to network load balancers by
    /// PrivateLink.
    ApiGatewayVpcLink: "AWS::ApiGateway::VpcLink" in api_gateway_vpc_links {
        /// The load balancers: keys in `load_balancers`.
        load_balancers: Vec<String>,
    }
}

resource! {
    /// A VPC link of HTTP and REST APIs, version 2: interfaces in the VPC.
    ApiGatewayV2VpcLink: "AWS::ApiGatewayV2::VpcLink" in api_gateway_v2_vpc_links {
        /// The VPC.
        vpc_id: Option<String>,
        /// Subnets of the interfaces: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups of the interfaces: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// What integrations lead to by it, as far as they are given: keys in
        /// `listeners` or `load_balancers`, or what else they name.
        integrations: Vec<String>,
    }
}
