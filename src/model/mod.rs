//! The normalized model: all that the rest of the program knows of AWS.
//!
//! Every source fills the same types. An attribute has one of three states:
//! known; absent, and then AWS's documented default was filled in or the
//! attribute is `null` with no gap; unknown, and then it is `null` (or a list
//! that may lack items) with a [`Gap`] beside the model that says why.

mod access;
mod collection;
pub mod compute;
pub mod condition_operator;
pub mod condition_value;
pub mod container;
pub mod coverage;
pub mod database;
pub mod facts;
pub mod gap;
pub mod identity;
pub mod kubernetes;
pub mod link;
pub mod load_balancing;
pub mod logging;
pub mod mask;
pub mod messaging;
pub mod network;
pub mod origin;
mod resource;
pub mod secret;
pub mod serverless;
pub mod service_entry;
pub mod snapshot;
pub mod storage;
pub mod template;

pub use access::Reader;
pub use collection::Collection;
pub use compute::*;
pub use container::*;
pub use coverage::{Coverage, CoverageStatus};
pub use database::*;
pub use facts::*;
pub use gap::{Gap, Reason};
pub use identity::*;
pub use kubernetes::*;
pub use load_balancing::*;
pub use logging::*;
pub use messaging::*;
pub use network::*;
pub use origin::{Origin, Origins, ResourceOrigin, Span};
pub use resource::{Identity, Resource, ResourceType};
pub use secret::SecretValue;
pub use serverless::*;
pub use service_entry::*;
pub use snapshot::Snapshot;
pub use storage::*;
pub use template::*;

use access::collections;

/// The version of the model's schema. It changes when a field changes its
/// name, type or meaning; a snapshot of another version is refused.
pub const SCHEMA_VERSION: u32 = 1;

collections! {
    accounts: Account,
    regions: Region,
    templates: Template,
    vpcs: Vpc,
    subnets: Subnet,
    route_tables: RouteTable,
    internet_gateways: InternetGateway,
    egress_only_internet_gateways: EgressOnlyInternetGateway,
    nat_gateways: NatGateway,
    vpc_endpoints: VpcEndpoint,
    vpc_peering_connections: VpcPeeringConnection,
    transit_gateways: TransitGateway,
    transit_gateway_attachments: TransitGatewayAttachment,
    transit_gateway_route_tables: TransitGatewayRouteTable,
    network_acls: NetworkAcl,
    security_groups: SecurityGroup,
    prefix_lists: PrefixList,
    network_interfaces: NetworkInterface,
    elastic_ips: ElasticIp,
    flow_logs: FlowLog,
    instances: Instance,
    launch_templates: LaunchTemplate,
    volumes: Volume,
    ecs_clusters: EcsCluster,
    ecs_services: EcsService,
    ecs_task_definitions: EcsTaskDefinition,
    eks_clusters: EksCluster,
    eks_node_groups: EksNodeGroup,
    eks_fargate_profiles: EksFargateProfile,
    lambda_functions: LambdaFunction,
    rds_instances: RdsInstance,
    rds_clusters: RdsCluster,
    rds_subnet_groups: RdsSubnetGroup,
    rds_parameter_groups: RdsParameterGroup,
    rds_cluster_parameter_groups: RdsClusterParameterGroup,
    rds_snapshots: RdsSnapshot,
    elasticache_replication_groups: ElastiCacheReplicationGroup,
    elasticache_clusters: ElastiCacheCluster,
    elasticache_subnet_groups: ElastiCacheSubnetGroup,
    opensearch_domains: OpenSearchDomain,
    load_balancers: LoadBalancer,
    listeners: Listener,
    listener_rules: ListenerRule,
    target_groups: TargetGroup,
    cloudfront_vpc_origins: CloudFrontVpcOrigin,
    api_gateway_vpc_links: ApiGatewayVpcLink,
    api_gateway_v2_vpc_links: ApiGatewayV2VpcLink,
    iam_users: IamUser,
    iam_groups: IamGroup,
    iam_roles: IamRole,
    iam_policies: IamPolicy,
    iam_instance_profiles: IamInstanceProfile,
    iam_access_keys: IamAccessKey,
    secrets: Secret,
    kms_keys: KmsKey,
    s3_buckets: S3Bucket,
    sqs_queues: SqsQueue,
    sns_topics: SnsTopic,
    cloudtrail_trails: CloudTrailTrail,
    log_groups: LogGroup,
}
