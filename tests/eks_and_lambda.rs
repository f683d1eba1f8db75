//! EKS clusters, node groups and Lambda functions as templates and plans
//! describe them: the same facts from both, and gaps for what is not known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod written;

use audit::model::{EksCluster, EksNodeGroup, LambdaFunction, SecretValue, Snapshot};
use audit::source::{TemplateOptions, TextFile, cloudformation, terraform};
use serde_json::{Value as Json, json};
use written::finished;

fn template(text: &str) -> Snapshot {
    let file = TextFile { name: "t.yaml".into(), path: "t.yaml".into(), text: text.to_owned() };
    finished(cloudformation::read(&[file], &TemplateOptions::default()))
}

/// See [`written::plan`].
fn plan(resources: &[(&str, Json, Json, Json)]) -> Snapshot {
    let text = written::plan(resources);
    let file = TextFile { name: "plan.json".into(), path: "plan.json".into(), text };
    finished(terraform::read(&file, &TemplateOptions::default()))
}

fn references(names: &[&str]) -> Json {
    json!({"references": names})
}

fn cluster(snapshot: &Snapshot) -> EksCluster {
    snapshot.model.eks_clusters.values().next().unwrap().clone()
}

fn nodes(snapshot: &Snapshot) -> EksNodeGroup {
    snapshot.model.eks_node_groups.values().next().unwrap().clone()
}

fn function(snapshot: &Snapshot) -> LambdaFunction {
    snapshot.model.lambda_functions.values().next().unwrap().clone()
}

/// Paths of the gaps on a collection, sorted.
fn gaps(snapshot: &Snapshot, collection: &str) -> Vec<String> {
    let of = snapshot.gaps.iter().filter(|gap| gap.collection == collection);
    of.filter(|gap| !gap.path.starts_with("/reachability")).map(|gap| gap.path.clone()).collect()
}

const WHOLE: &str = "
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: api}
  Key:
    Type: AWS::KMS::Key
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: orders
      Version: '1.33'
      RoleArn: arn:aws:iam::111122223333:role/eks
      ResourcesVpcConfig:
        SubnetIds: [subnet-1, subnet-2]
        SecurityGroupIds: [!Ref Group]
        EndpointPublicAccess: true
        EndpointPrivateAccess: true
        PublicAccessCidrs: [198.51.100.0/24]
      Logging:
        ClusterLogging:
          EnabledTypes: [{Type: api}, {Type: audit}]
      EncryptionConfig:
        - Resources: [secrets]
          Provider: {KeyArn: !GetAtt Key.Arn}
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties:
      NodegroupName: workers
      ClusterName: !Ref Cluster
      NodeRole: arn:aws:iam::111122223333:role/node
      Subnets: [subnet-1, subnet-2]
      RemoteAccess: {Ec2SshKey: admin, SourceSecurityGroups: [!Ref Group]}
      ScalingConfig: {DesiredSize: 3, MinSize: 2, MaxSize: 4}
      CapacityType: SPOT
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: sync
      Runtime: python3.13
      Role: arn:aws:iam::111122223333:role/sync
      KmsKeyArn: !GetAtt Key.Arn
      TracingConfig: {Mode: Active}
      VpcConfig:
        SubnetIds: [subnet-1]
        SecurityGroupIds: [!Ref Group]
        Ipv6AllowedForDualStack: true
      Environment:
        Variables: {API_TOKEN: hunter2hunter2, STAGE: live}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Function.Arn, AuthType: AWS_IAM, Qualifier: live}
";

fn whole_plan() -> Snapshot {
    let none = || json!({});
    plan(&[
        ("aws_security_group.api", json!({"description": "api"}), json!({"id": true}), none()),
        ("aws_kms_key.main", none(), json!({"arn": true}), none()),
        (
            "aws_eks_cluster.main",
            json!({
                "name": "orders", "version": "1.33",
                "role_arn": "arn:aws:iam::111122223333:role/eks",
                "enabled_cluster_log_types": ["api", "audit"],
                "vpc_config": [{
                    "subnet_ids": ["subnet-1", "subnet-2"], "endpoint_public_access": true,
                    "endpoint_private_access": true, "public_access_cidrs": ["198.51.100.0/24"],
                }],
                "encryption_config": [{"resources": ["secrets"], "provider": [{}]}],
            }),
            json!({
                "arn": true,
                "vpc_config": [{"security_group_ids": true, "cluster_security_group_id": true}],
                "encryption_config": [{"provider": [{"key_arn": true}]}],
            }),
            json!({
                "vpc_config": [{"security_group_ids": references(&["aws_security_group.api.id"])}],
                "encryption_config": [
                    {"provider": [{"key_arn": references(&["aws_kms_key.main.arn"])}]}
                ],
            }),
        ),
        (
            "aws_eks_node_group.workers",
            json!({
                "node_group_name": "workers", "cluster_name": "orders",
                "node_role_arn": "arn:aws:iam::111122223333:role/node",
                "subnet_ids": ["subnet-1", "subnet-2"],
                "remote_access": [{"ec2_ssh_key": "admin"}],
                "scaling_config": [{"desired_size": 3, "min_size": 2, "max_size": 4}],
                "capacity_type": "SPOT",
            }),
            json!({"arn": true, "remote_access": [{"source_security_group_ids": true}]}),
            json!({
                "remote_access":
                    [{"source_security_group_ids": references(&["aws_security_group.api.id"])}],
            }),
        ),
        (
            "aws_lambda_function.sync",
            json!({
                "function_name": "sync", "runtime": "python3.13",
                "role": "arn:aws:iam::111122223333:role/sync",
                "tracing_config": [{"mode": "Active"}],
                "vpc_config":
                    [{"subnet_ids": ["subnet-1"], "ipv6_allowed_for_dual_stack": true}],
                "environment": [{"variables": {"API_TOKEN": "hunter2hunter2", "STAGE": "live"}}],
            }),
            json!({
                "arn": true, "kms_key_arn": true, "vpc_config": [{"security_group_ids": true}],
            }),
            json!({
                "kms_key_arn": references(&["aws_kms_key.main.arn"]),
                "vpc_config": [{"security_group_ids": references(&["aws_security_group.api.id"])}],
            }),
        ),
        (
            "aws_lambda_function_url.live",
            json!({"qualifier": "live", "authorization_type": "AWS_IAM"}),
            json!({"function_name": true}),
            json!({"function_name": references(&["aws_lambda_function.sync.function_name"])}),
        ),
    ])
}

/// Ids that differ by source: keys of the security group, the key, the cluster.
fn plain(value: impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(&value).unwrap();
    [
        ("t/Group", "GROUP"),
        ("aws_security_group.api", "GROUP"),
        ("t/Key", "KEY"),
        ("aws_kms_key.main", "KEY"),
        ("t/Cluster", "CLUSTER"),
        ("aws_eks_cluster.main", "CLUSTER"),
        ("t/Nodes", "NODES"),
        ("aws_eks_node_group.workers", "NODES"),
        ("t/Function", "FUNCTION"),
        ("aws_lambda_function.sync", "FUNCTION"),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}

#[test]
fn a_template_and_a_plan_give_the_same_facts() {
    let (template, plan) = (template(WHOLE), whole_plan());
    assert_eq!(plain(cluster(&template)), plain(cluster(&plan)));
    assert_eq!(plain(nodes(&template)), plain(nodes(&plan)));
    assert_eq!(plain(function(&template)), plain(function(&plan)));
    let found = cluster(&template);
    assert_eq!(found.security_group_ids, ["t/Group", "t/Cluster/cluster-security-group"]);
    assert_eq!(found.public_access_cidrs, ["198.51.100.0/24"]);
    assert_eq!(found.enabled_log_types, ["api", "audit"]);
    assert_eq!(found.secrets_kms_key_id.as_deref(), Some("t/Key"));
    let found = nodes(&template);
    assert_eq!(found.cluster.as_deref(), Some("t/Cluster"));
    assert_eq!((found.desired_size, found.capacity_type.as_deref()), (Some(3), Some("SPOT")));
    let found = function(&template);
    assert_eq!((found.in_vpc, found.tracing_mode.as_deref()), (Some(true), Some("Active")));
    assert_eq!(found.urls[0].qualifier.as_deref(), Some("live"));
    assert_eq!(found.environment[0].value.looks_like_credential, Some(true));
    assert_eq!(found.environment[1].value.looks_like_credential, Some(false));
}

#[test]
fn what_is_not_said_has_the_default_that_aws_documents() {
    let template = template(
        "
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties: {RoleArn: r, ResourcesVpcConfig: {SubnetIds: [subnet-1]}}
  Function:
    Type: AWS::Lambda::Function
    Properties: {Role: r}
",
    );
    let plan = plan(&[
        (
            "aws_eks_cluster.main",
            json!({"vpc_config": [{"subnet_ids": ["subnet-1"]}]}),
            json!({"version": true, "vpc_config": [{"public_access_cidrs": true}]}),
            json!({"vpc_config": [{"subnet_ids": {"constant_value": ["subnet-1"]}}]}),
        ),
        (
            "aws_lambda_function.sync",
            json!({"function_name": "sync"}),
            json!({"tracing_config": true}),
            json!({}),
        ),
    ]);
    for snapshot in [template, plan] {
        let found = cluster(&snapshot);
        assert_eq!(found.endpoint_public_access, Some(true));
        assert_eq!(found.endpoint_private_access, Some(false));
        assert_eq!(found.public_access_cidrs, ["0.0.0.0/0"]);
        let found = function(&snapshot);
        assert_eq!((found.in_vpc, found.package_type.as_deref()), (Some(false), Some("Zip")));
        assert_eq!(found.tracing_mode.as_deref(), Some("PassThrough"));
        let gaps = gaps(&snapshot, "lambda_functions");
        assert!(gaps.iter().all(|path| path == "/role"), "{gaps:?}");
    }
}

#[test]
fn what_a_template_leaves_open_is_a_gap() {
    let snapshot = template(
        "
Parameters:
  Offices: {Type: CommaDelimitedList}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Level: {Type: String}
  Token: {Type: String, NoEcho: true}
  Other: {Type: String}
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      ResourcesVpcConfig: {SubnetIds: !Ref Subnets, PublicAccessCidrs: !Ref Offices}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: !Ref Subnets}
      Environment: {Variables: {API_TOKEN: !Ref Token, LEVEL: !Ref Level}}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Other, AuthType: NONE}
",
    );
    assert_eq!(gaps(&snapshot, "eks_clusters"), ["/public_access_cidrs/-", "/subnet_ids/-"]);
    let mut open = gaps(&snapshot, "lambda_functions");
    open.sort();
    assert_eq!(open, ["/environment/1/value", "/in_vpc", "/subnet_ids/-", "/urls"]);
    let found = function(&snapshot);
    assert_eq!(found.in_vpc, None);
    let token = &found.environment[0].value;
    assert_eq!((token.literal, token.looks_like_credential), (Some(false), Some(true)));
    assert_eq!(found.environment[1].value, SecretValue::unknown());
    let reached = &snapshot.model.analysis.reachability;
    assert_eq!(reached["lambda_functions/t/Function"].from_internet, None);
    assert_eq!(reached["eks_clusters/t/Cluster"].from_internet, None);
}

#[test]
fn an_empty_list_of_addresses_is_none() {
    let template = template(
        "
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties: {ResourcesVpcConfig: {SubnetIds: [subnet-1], PublicAccessCidrs: []}}
",
    );
    let vpc = json!({"vpc_config": [{"subnet_ids": ["subnet-1"], "public_access_cidrs": []}]});
    let plan = plan(&[("aws_eks_cluster.main", vpc, json!({}), json!({}))]);
    for snapshot in [template, plan] {
        assert_eq!(cluster(&snapshot).public_access_cidrs, ["0.0.0.0/0"]);
    }
}

#[test]
fn a_whole_block_that_is_not_known_leaves_each_of_its_facts_open() {
    let template = template(
        "
Parameters:
  Stage: {Type: String}
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      ResourcesVpcConfig: !If [Live, {SubnetIds: [subnet-1]}, {SubnetIds: [subnet-2]}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !If [Live, {SubnetIds: [subnet-1]}, !Ref AWS::NoValue]
",
    );
    // An expression decides; what nothing in the source sets is AWS's default.
    let open = json!({"vpc_config": references(&["data.external.network.result"])});
    let plan = plan(&[
        ("aws_eks_cluster.main", json!({}), json!({"vpc_config": true}), open.clone()),
        ("aws_lambda_function.sync", json!({}), json!({"vpc_config": true}), open),
    ]);
    for snapshot in [template, plan] {
        let found = cluster(&snapshot);
        assert_eq!((found.endpoint_public_access, found.endpoint_private_access), (None, None));
        assert!(found.public_access_cidrs.is_empty());
        assert_eq!(function(&snapshot).in_vpc, None);
        let open = gaps(&snapshot, "lambda_functions");
        assert!(open.contains(&"/in_vpc".to_owned()), "{open:?}");
    }
}

#[test]
fn what_a_plan_leaves_open_is_a_gap() {
    let snapshot = plan(&[
        (
            "aws_eks_cluster.main",
            json!({"vpc_config": [{"subnet_ids": ["subnet-1"]}]}),
            json!({"vpc_config": [{"public_access_cidrs": true}]}),
            json!({"vpc_config": [{"public_access_cidrs": references(&["aws_eip.nat.public_ip"])}]}),
        ),
        (
            "aws_lambda_function.sync",
            json!({"function_name": "sync", "vpc_config": [{}], "environment": [{}]}),
            json!({"vpc_config": [{"subnet_ids": true}], "environment": [{"variables": true}]}),
            json!({"vpc_config": [{"subnet_ids": references(&["data.aws_subnets.all.ids"])}]}),
        ),
    ]);
    let reached = &snapshot.model.analysis.reachability;
    assert_eq!(reached["eks_clusters/aws_eks_cluster.main"].from_internet, None);
    let open = gaps(&snapshot, "lambda_functions");
    assert!(open.contains(&"/environment".to_owned()), "{open:?}");
    assert!(open.iter().any(|path| path.starts_with("/subnet_ids")), "{open:?}");
    assert!(function(&snapshot).environment.is_empty());
}

#[test]
fn the_group_that_a_cluster_has_is_found_by_what_refers_to_it() {
    let template = template(
        "
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties: {ResourcesVpcConfig: {SubnetIds: [subnet-1]}}
  FromNodes:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !GetAtt Cluster.ClusterSecurityGroupId
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      CidrIp: 10.0.0.0/16
  Cache:
    Type: AWS::ElastiCache::CacheCluster
    Properties: {VpcSecurityGroupIds: [!GetAtt Cluster.ClusterSecurityGroupId]}
",
    );
    let group = template.model.security_groups.get("t/Cluster/cluster-security-group").unwrap();
    assert_eq!(group.ingress[1].cidr_ipv4.as_deref(), Some("10.0.0.0/16"));
    let cache = template.model.elasticache_clusters.values().next().unwrap();
    assert_eq!(cache.security_group_ids, ["t/Cluster/cluster-security-group"]);
    assert_eq!(group.used_by.len(), 2);
}
