//! VPC origins, VPC links and Fargate profiles as templates, plans and snapshots
//! by hand describe them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod written;

use audit::source::{TemplateOptions, TextFile, cloudformation, snapshot, terraform};
use serde_json::{Value as Json, json};
use written::{finished, plan};

fn file(name: &str, text: String) -> TextFile {
    TextFile { name: name.into(), path: name.into(), text }
}

const TEMPLATE: &str = "
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}
  LinkGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: link, VpcId: !Ref Vpc}
  BalancerGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: balancer
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref LinkGroup}
  EveryoneGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: everyone
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 8443, ToPort: 8443, CidrIp: 0.0.0.0/0}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internal, Subnets: [!Ref Subnet], SecurityGroups: [!Ref BalancerGroup]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: '200'}}]
  Network:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: network, Scheme: internal, Subnets: [!Ref Subnet]}
  NetworkListener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Network
      Port: 443
      Protocol: TCP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref Vpc
      Port: 443
      Protocol: TCP
      TargetGroupAttributes: [{Key: load_balancing.cross_zone.enabled, Value: 'true'}]
  Instance:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref EveryoneGroup]}
  Origin:
    Type: AWS::CloudFront::VpcOrigin
    Properties:
      VpcOriginEndpointConfig:
        Name: origin
        Arn: !Sub arn:aws:ec2:eu-west-1:111122223333:instance/${Instance}
        HTTPPort: 80
        HTTPSPort: 8443
        OriginProtocolPolicy: https-only
  RestLink:
    Type: AWS::ApiGateway::VpcLink
    Properties: {Name: rest, TargetArns: [!Ref Network]}
  Link:
    Type: AWS::ApiGatewayV2::VpcLink
    Properties: {Name: http, SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref LinkGroup]}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: api
      IntegrationType: HTTP_PROXY
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      IntegrationUri: !Ref Listener
  Function:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: api, IntegrationType: AWS_PROXY, IntegrationUri: arn}
  Cluster:
    Type: AWS::EKS::Cluster
    Properties: {RoleArn: r, ResourcesVpcConfig: {SubnetIds: [!Ref Subnet]}}
  Pods:
    Type: AWS::EKS::FargateProfile
    Properties: {ClusterName: !Ref Cluster, PodExecutionRoleArn: r, Subnets: [!Ref Subnet]}
";

#[test]
fn templates_declare_ways_into_a_vpc() {
    let found =
        cloudformation::read(&[file("t.yaml", TEMPLATE.to_owned())], &TemplateOptions::default());
    let model = finished(found).model;
    let origin = model.cloudfront_vpc_origins.get("t/Origin").unwrap();
    assert_eq!(origin.endpoint.as_deref(), Some("t/Instance"));
    assert_eq!((origin.http_port, origin.https_port), (Some(80), Some(8443)));
    assert_eq!(
        model.api_gateway_vpc_links.get("t/RestLink").unwrap().load_balancers,
        ["t/Network"]
    );
    let link = model.api_gateway_v2_vpc_links.get("t/Link").unwrap();
    assert_eq!((link.vpc_id.as_deref(), link.subnet_ids.len()), (Some("t/Vpc"), 1));
    assert_eq!(link.integrations, ["t/Listener"]);
    assert_eq!(model.target_groups.get("t/Targets").unwrap().cross_zone_enabled, Some(true));
    let pods = model.eks_fargate_profiles.get("t/Pods").unwrap();
    assert_eq!(pods.cluster.as_deref(), Some("t/Cluster"));
    let reached = |key: &str| model.analysis.reachability[key].from_internet;
    assert_eq!(reached("load_balancers/t/Balancer"), Some(true));
    assert_eq!(reached("load_balancers/t/Network"), Some(true));
    assert_eq!(reached("instances/t/Instance"), Some(true));
    assert_eq!(reached("eks_fargate_profiles/t/Pods"), Some(false));
}

#[test]
fn plans_declare_ways_into_a_vpc() {
    let of = |name: &str| json!({"references": [name]});
    let text = plan(&[
        (
            "aws_lb.app",
            json!({"internal": true, "subnets": ["subnet-1"], "security_groups": ["sg-1"]}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_lb_listener.app",
            json!({"port": 443, "protocol": "HTTPS"}),
            json!({"arn": true, "load_balancer_arn": true}),
            json!({"load_balancer_arn": of("aws_lb.app.arn")}),
        ),
        (
            "aws_lb_target_group.app",
            json!({"load_balancing_cross_zone_enabled": "use_load_balancer_configuration"}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_cloudfront_vpc_origin.app",
            json!({"vpc_origin_endpoint_config": [{
                "name": "app", "http_port": 80, "https_port": 8443,
                "origin_protocol_policy": "https-only",
            }]}),
            json!({"id": true, "vpc_origin_endpoint_config": [{"arn": true}]}),
            json!({"vpc_origin_endpoint_config": [{"arn": of("aws_lb.app.arn")}]}),
        ),
        (
            "aws_api_gateway_vpc_link.rest",
            json!({"name": "rest"}),
            json!({"id": true, "target_arns": true}),
            json!({"target_arns": of("aws_lb.app.arn")}),
        ),
        (
            "aws_apigatewayv2_vpc_link.http",
            json!({"name": "http", "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-2"]}),
            json!({"id": true}),
            json!({}),
        ),
        (
            "aws_apigatewayv2_integration.app",
            json!({"connection_type": "VPC_LINK"}),
            json!({"connection_id": true, "integration_uri": true}),
            json!({
                "connection_id": of("aws_apigatewayv2_vpc_link.http.id"),
                "integration_uri": of("aws_lb_listener.app.arn"),
            }),
        ),
        (
            "aws_eks_fargate_profile.jobs",
            json!({"cluster_name": "orders", "fargate_profile_name": "jobs",
                   "subnet_ids": ["subnet-1"]}),
            json!({"arn": true}),
            json!({}),
        ),
    ]);
    let found = terraform::read(&file("plan.json", text), &TemplateOptions::default());
    let model = finished(found).model;
    let origin = model.cloudfront_vpc_origins.get("aws_cloudfront_vpc_origin.app").unwrap();
    assert_eq!(origin.endpoint.as_deref(), Some("aws_lb.app"));
    assert_eq!((origin.http_port, origin.https_port), (Some(80), Some(8443)));
    let rest = model.api_gateway_vpc_links.get("aws_api_gateway_vpc_link.rest").unwrap();
    assert_eq!(rest.load_balancers, ["aws_lb.app"]);
    let link = model.api_gateway_v2_vpc_links.get("aws_apigatewayv2_vpc_link.http").unwrap();
    assert_eq!(link.security_group_ids, ["sg-2"]);
    assert_eq!(link.integrations, ["aws_lb_listener.app"]);
    assert_eq!(
        model.target_groups.get("aws_lb_target_group.app").unwrap().cross_zone_enabled,
        None
    );
    let jobs = model.eks_fargate_profiles.get("aws_eks_fargate_profile.jobs").unwrap();
    assert_eq!((jobs.name.as_deref(), jobs.subnet_ids.len()), (Some("jobs"), 1));
}

#[test]
fn a_prefix_list_that_a_plan_looks_up_is_known() {
    let mut document: Json = serde_json::from_str(&plan(&[
        (
            "aws_instance.web",
            json!({"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"]}),
            json!({"id": true}),
            json!({}),
        ),
        (
            "aws_vpc_security_group_ingress_rule.cloudfront",
            json!({"security_group_id": "sg-1", "prefix_list_id": "pl-1", "ip_protocol": "tcp",
                   "from_port": 443, "to_port": 443}),
            json!({"id": true}),
            json!({}),
        ),
    ]))
    .unwrap();
    document["prior_state"] = json!({"values": {"root_module": {"resources": [{
        "address": "data.aws_ec2_managed_prefix_list.cloudfront",
        "mode": "data",
        "type": "aws_ec2_managed_prefix_list",
        "name": "cloudfront",
        "values": {
            "id": "pl-1", "name": "com.amazonaws.global.cloudfront.origin-facing",
            "address_family": "IPv4", "owner_id": "AWS",
            "entries": [{"cidr": "120.52.22.96/27", "description": ""}],
        },
    }]}}});
    let file = file("plan.json", document.to_string());
    let model = finished(terraform::read(&file, &TemplateOptions::default())).model;
    let list = model.prefix_lists.get("pl-1").unwrap();
    assert_eq!(list.name.as_deref(), Some("com.amazonaws.global.cloudfront.origin-facing"));
    assert_eq!(list.cidrs, ["120.52.22.96/27"]);
    assert_eq!(list.owner_id.as_deref(), Some("AWS"));
}

#[test]
fn a_snapshot_by_hand_takes_cloudfronts_ports() {
    let text = json!({"schema_version": 1, "model": {
        "subnets": {"app": {"vpc_id": "vpc", "cidr_block": "10.0.1.0/24"}},
        "security_groups": {"sg": {"vpc_id": "vpc", "ingress": [
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0"}
        ]}},
        "instances": {"web": {
            "subnet_id": "app", "private_ip_address": "10.0.1.10", "security_group_ids": ["sg"]
        }},
        "cloudfront_vpc_origins": {"origin": {"endpoint": "web"}},
    }})
    .to_string();
    let found = snapshot::read(&file("by-hand.json", text));
    let model = finished(found).model;
    let origin = model.cloudfront_vpc_origins.get("origin").unwrap();
    assert_eq!((origin.http_port, origin.https_port), (Some(80), Some(443)));
    assert_eq!(model.analysis.reachability["instances/web"].from_internet, Some(true));
}
