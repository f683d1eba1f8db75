//! What the AWS CLI prints, told by its members.

use super::FileName;
use super::document::answered;
use crate::source::node::{Node, Value};
use crate::source::operation::{
    Operation, ec2_gateway, ec2_instance, ec2_network, ec2_security, ec2_transit_gateway, ecs, eks,
    elasticache, elasticloadbalancingv2, iam, lambda, opensearch, rds, session,
};
use crate::source::yaml::{Yaml, YamlValue};

/// An answer of an operation, or one page of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) operation: &'static Operation,
    file: FileName,
    /// The member that holds the answer, or all of it.
    pub(super) node: Node,
    /// How the answer is laid out.
    pub(super) form: Form,
    /// Whether more pages follow.
    pub(super) is_cut: bool,
}

impl Answer {
    /// Whether it stands in a file.
    pub(super) fn is_in(&self, file: &FileName) -> bool {
        self.file == *file
    }

    /// The name of its file, for people.
    pub(super) fn file(&self) -> &str {
        &self.file
    }
}

/// How an answer is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A list of things, which tell themselves what they are.
    Items,
    /// One thing, which tells itself what it is.
    Whole,
    /// What was asked of one thing, which the answer does not name.
    OfOne,
    /// A list of such answers, each with the thing's name, as Batfish has them.
    OfEach,
}

/// The rules of security groups, which a scan of an account reads with the
/// groups.
pub(super) const DESCRIBE_SECURITY_GROUP_RULES: Operation = Operation {
    name: "ec2:DescribeSecurityGroupRules",
    permissions: &["ec2:DescribeSecurityGroupRules"],
    fills: &["security_groups/ingress", "security_groups/egress"],
};

/// AWS's own prefix lists with their ranges, of which a scan of an account
/// reads all.
pub(super) const DESCRIBE_PREFIX_LISTS: Operation = Operation {
    name: "ec2:DescribePrefixLists",
    permissions: &["ec2:DescribePrefixLists"],
    fills: &["prefix_lists/cidrs"],
};

/// A member by which an answer is known.
struct Response {
    key: &'static str,
    operation: &'static Operation,
    form: Form,
    /// What its items have, one of these at least; an empty list fits.
    marks: &'static [&'static str],
}

const fn items(
    key: &'static str,
    operation: &'static Operation,
    marks: &'static [&'static str],
) -> Response {
    Response { key, operation, form: Form::Items, marks }
}

const fn of_each(
    key: &'static str,
    operation: &'static Operation,
    marks: &'static [&'static str],
) -> Response {
    Response { key, operation, form: Form::OfEach, marks }
}

const fn of_one(
    key: &'static str,
    operation: &'static Operation,
    marks: &'static [&'static str],
) -> Response {
    Response { key, operation, form: Form::OfOne, marks }
}

/// A list of names or ARNs.
const fn texts(key: &'static str, operation: &'static Operation) -> Response {
    Response { key, operation, form: Form::Items, marks: &[] }
}

const fn whole(key: &'static str, operation: &'static Operation) -> Response {
    Response { key, operation, form: Form::Whole, marks: &[] }
}

/// The members by which answers are known.
///
/// Sources: the AWS CLI command reference; Batfish's documentation, "AWS
/// configurations".
static RESPONSES: &[Response] = &[
    items("Vpcs", &ec2_network::DESCRIBE_VPCS, &["VpcId"]),
    items("Subnets", &ec2_network::DESCRIBE_SUBNETS, &["SubnetId"]),
    items("RouteTables", &ec2_network::DESCRIBE_ROUTE_TABLES, &["RouteTableId"]),
    items("InternetGateways", &ec2_gateway::DESCRIBE_INTERNET_GATEWAYS, &["InternetGatewayId"]),
    items(
        "EgressOnlyInternetGateways",
        &ec2_gateway::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS,
        &["EgressOnlyInternetGatewayId"],
    ),
    items("NatGateways", &ec2_gateway::DESCRIBE_NAT_GATEWAYS, &["NatGatewayId"]),
    items("VpcEndpoints", &ec2_gateway::DESCRIBE_VPC_ENDPOINTS, &["VpcEndpointId"]),
    items(
        "VpcPeeringConnections",
        &ec2_gateway::DESCRIBE_VPC_PEERING_CONNECTIONS,
        &["VpcPeeringConnectionId"],
    ),
    whole("VpcBlockPublicAccessOptions", &ec2_gateway::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS),
    items(
        "VpcBlockPublicAccessExclusions",
        &ec2_gateway::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS,
        &["ExclusionId"],
    ),
    items("NetworkAcls", &ec2_security::DESCRIBE_NETWORK_ACLS, &["NetworkAclId"]),
    items("SecurityGroups", &ec2_security::DESCRIBE_SECURITY_GROUPS, &["GroupId"]),
    items("SecurityGroupRules", &DESCRIBE_SECURITY_GROUP_RULES, &["SecurityGroupRuleId"]),
    items("PrefixLists", &DESCRIBE_PREFIX_LISTS, &["Cidrs"]),
    items("PrefixLists", &ec2_security::DESCRIBE_MANAGED_PREFIX_LISTS, &["PrefixListId"]),
    of_one("Entries", &ec2_security::GET_MANAGED_PREFIX_LIST_ENTRIES, &["Cidr"]),
    items("NetworkInterfaces", &ec2_security::DESCRIBE_NETWORK_INTERFACES, &["NetworkInterfaceId"]),
    items("Addresses", &ec2_security::DESCRIBE_ADDRESSES, &["PublicIp", "AllocationId"]),
    items("FlowLogs", &ec2_security::DESCRIBE_FLOW_LOGS, &["FlowLogId"]),
    items(
        "TransitGateways",
        &ec2_transit_gateway::DESCRIBE_TRANSIT_GATEWAYS,
        &["TransitGatewayId"],
    ),
    items(
        "TransitGatewayAttachments",
        &ec2_transit_gateway::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
        &["TransitGatewayAttachmentId"],
    ),
    items(
        "TransitGatewayVpcAttachments",
        &ec2_transit_gateway::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS,
        &["TransitGatewayAttachmentId"],
    ),
    items(
        "TransitGatewayRouteTables",
        &ec2_transit_gateway::DESCRIBE_TRANSIT_GATEWAY_ROUTE_TABLES,
        &["TransitGatewayRouteTableId"],
    ),
    of_each(
        "TransitGatewayStaticRoutes",
        &ec2_transit_gateway::SEARCH_TRANSIT_GATEWAY_ROUTES,
        &["TransitGatewayRouteTableId"],
    ),
    of_one(
        "Routes",
        &ec2_transit_gateway::SEARCH_TRANSIT_GATEWAY_ROUTES,
        &["TransitGatewayAttachments", "Type"],
    ),
    of_each(
        "TransitGatewayPropagations",
        &ec2_transit_gateway::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS,
        &["TransitGatewayRouteTableId"],
    ),
    of_one(
        "TransitGatewayRouteTablePropagations",
        &ec2_transit_gateway::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS,
        &["TransitGatewayAttachmentId"],
    ),
    items("Reservations", &ec2_instance::DESCRIBE_INSTANCES, &["Instances"]),
    items("Instances", &ec2_instance::DESCRIBE_INSTANCES, &["InstanceId"]),
    items("Volumes", &ec2_instance::DESCRIBE_VOLUMES, &["VolumeId"]),
    items(
        "LaunchTemplateVersions",
        &ec2_instance::DESCRIBE_LAUNCH_TEMPLATE_VERSIONS,
        &["LaunchTemplateId"],
    ),
    whole("EbsEncryptionByDefault", &ec2_instance::GET_EBS_ENCRYPTION_BY_DEFAULT),
    items("Regions", &session::DESCRIBE_REGIONS, &["RegionName"]),
    items("LoadBalancers", &elasticloadbalancingv2::DESCRIBE_LOAD_BALANCERS, &["LoadBalancerArn"]),
    of_each(
        "LoadBalancerAttributes",
        &elasticloadbalancingv2::DESCRIBE_LOAD_BALANCER_ATTRIBUTES,
        &["LoadBalancerArn"],
    ),
    items("Listeners", &elasticloadbalancingv2::DESCRIBE_LISTENERS, &["ListenerArn"]),
    items("LoadBalancerListeners", &elasticloadbalancingv2::DESCRIBE_LISTENERS, &["ListenerArn"]),
    of_each("LoadBalancerListeners", &elasticloadbalancingv2::DESCRIBE_LISTENERS, &["Listeners"]),
    items("Rules", &elasticloadbalancingv2::DESCRIBE_RULES, &["RuleArn"]),
    items("TargetGroups", &elasticloadbalancingv2::DESCRIBE_TARGET_GROUPS, &["TargetGroupArn"]),
    of_each(
        "TargetGroupAttributes",
        &elasticloadbalancingv2::DESCRIBE_TARGET_GROUP_ATTRIBUTES,
        &["TargetGroupArn"],
    ),
    of_each(
        "LoadBalancerTargetHealth",
        &elasticloadbalancingv2::DESCRIBE_TARGET_HEALTH,
        &["TargetGroupArn"],
    ),
    of_one(
        "TargetHealthDescriptions",
        &elasticloadbalancingv2::DESCRIBE_TARGET_HEALTH,
        &["Target"],
    ),
    items("TagDescriptions", &elasticloadbalancingv2::DESCRIBE_TAGS, &["ResourceArn"]),
    items("DBInstances", &rds::DESCRIBE_DB_INSTANCES, &["DBInstanceIdentifier"]),
    items("DBClusters", &rds::DESCRIBE_DB_CLUSTERS, &["DBClusterIdentifier"]),
    items("DBSubnetGroups", &rds::DESCRIBE_DB_SUBNET_GROUPS, &["DBSubnetGroupName"]),
    items("DBSnapshots", &rds::DESCRIBE_DB_SNAPSHOTS, &["DBSnapshotIdentifier"]),
    whole("DBSnapshotAttributesResult", &rds::DESCRIBE_DB_SNAPSHOT_ATTRIBUTES),
    items(
        "DBClusterSnapshots",
        &rds::DESCRIBE_DB_CLUSTER_SNAPSHOTS,
        &["DBClusterSnapshotIdentifier"],
    ),
    whole("DBClusterSnapshotAttributesResult", &rds::DESCRIBE_DB_CLUSTER_SNAPSHOT_ATTRIBUTES),
    texts("clusterArns", &ecs::LIST_CLUSTERS),
    items("clusters", &ecs::DESCRIBE_CLUSTERS, &["clusterArn"]),
    texts("clusters", &eks::LIST_CLUSTERS),
    texts("serviceArns", &ecs::LIST_SERVICES),
    items("services", &ecs::DESCRIBE_SERVICES, &["serviceArn"]),
    texts("taskDefinitionArns", &ecs::LIST_TASK_DEFINITIONS),
    of_one("taskDefinition", &ecs::DESCRIBE_TASK_DEFINITION, &["taskDefinitionArn"]),
    whole("SummaryMap", &iam::GET_ACCOUNT_SUMMARY),
    whole("PasswordPolicy", &iam::GET_ACCOUNT_PASSWORD_POLICY),
    whole("AccountAliases", &iam::LIST_ACCOUNT_ALIASES),
    items("Functions", &lambda::LIST_FUNCTIONS, &["FunctionArn"]),
    of_one("FunctionUrlConfigs", &lambda::LIST_FUNCTION_URL_CONFIGS, &["FunctionArn"]),
    items("DomainStatusList", &opensearch::DESCRIBE_DOMAINS, &["ARN"]),
    items("DomainNames", &opensearch::LIST_DOMAIN_NAMES, &["DomainName"]),
    items("ReplicationGroups", &elasticache::DESCRIBE_REPLICATION_GROUPS, &["ReplicationGroupId"]),
    items("CacheClusters", &elasticache::DESCRIBE_CACHE_CLUSTERS, &["CacheClusterId"]),
    items(
        "CacheSubnetGroups",
        &elasticache::DESCRIBE_CACHE_SUBNET_GROUPS,
        &["CacheSubnetGroupName"],
    ),
];

/// The members of account authorization details, which belong together.
pub(super) const DETAILS: [&str; 4] =
    ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// Members that other JSON files have too: what marks their items must be there.
const COMMON: &[&str] = &[
    "Addresses",
    "Entries",
    "Functions",
    "Instances",
    "Listeners",
    "Regions",
    "Routes",
    "Rules",
    "services",
];

/// Members that tell how an answer goes on, or how it was asked for.
const BESIDE: &[&str] = &[
    "NextToken",
    "NextMarker",
    "Marker",
    "IsTruncated",
    "ResponseMetadata",
    "AdditionalRoutesAvailable",
    "failures",
    "nextToken",
];

/// Operations that are asked of each thing by itself: what lacks an answer is
/// left open thing by thing.
pub(super) const BY_ITEM: &[&str] = &[
    "ecs:DescribeClusters",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:ListServices",
    "ec2:DescribeVpcAttribute",
    "ec2:GetManagedPrefixListEntries",
    "ec2:GetTransitGatewayRouteTablePropagations",
    "ec2:SearchTransitGatewayRoutes",
    "es:DescribeDomains",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetHealth",
    "lambda:ListFunctionUrlConfigs",
    "rds:DescribeDBClusterSnapshotAttributes",
    "rds:DescribeDBSnapshotAttributes",
];

/// Whether saved answers of an operation are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Yes,
    No,
}

impl Read {
    pub(super) fn of(operation: &Operation) -> Self {
        let others = [
            &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
            &ec2_network::DESCRIBE_VPC_ATTRIBUTE,
            &elasticloadbalancingv2::DESCRIBE_LOAD_BALANCER_ATTRIBUTES,
        ];
        let mut known = RESPONSES.iter().map(|response| response.operation).chain(others);
        if known.any(|known| known.name == operation.name) { Self::Yes } else { Self::No }
    }
}

/// Whether a JSON object with these members, written as `text`, is an answer of
/// the AWS CLI.
pub fn is_answer(keys: &[String], text: &str) -> bool {
    let has = |key: &str| keys.iter().any(|found| found == key);
    let is_marked = |response: &Response| {
        !COMMON.contains(&response.key)
            || response.marks.iter().any(|mark| text.contains(&format!("\"{mark}\"")))
    };
    is_caller(&has)
        || is_attribute(&has)
        || (has("Attributes")
            && ATTRIBUTES.iter().any(|(start, _)| text.contains(&format!("\"{start}"))))
        || DETAILS.iter().any(|key| *key != "Policies" && has(key))
        || RESPONSES.iter().any(|response| has(response.key) && is_marked(response))
}

/// The members by which broken files are told.
pub fn names() -> impl Iterator<Item = &'static str> {
    let own = RESPONSES.iter().map(|response| response.key);
    own.filter(|key| !COMMON.contains(key)).chain(DETAILS).filter(|key| *key != "Policies")
}

/// Whether it is the answer of `aws sts get-caller-identity`.
fn is_caller(has: &impl Fn(&str) -> bool) -> bool {
    ["UserId", "Account", "Arn"].into_iter().all(has)
}

/// Whether it is the answer of `aws ec2 describe-vpc-attribute`.
fn is_attribute(has: &impl Fn(&str) -> bool) -> bool {
    has("VpcId") && (has("EnableDnsSupport") || has("EnableDnsHostnames"))
}

/// The answers of a file, and the members of it that are none.
pub(super) fn answers(file: &FileName, root: &Yaml) -> (Vec<Answer>, Vec<String>) {
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    let is_cut = ["NextToken", "nextToken", "NextMarker", "Marker"].iter().any(|key| {
        root.get(key).is_some_and(|token| {
            token.text().is_some_and(|text| !text.is_empty()) && !token.is_null()
        })
    }) || root.get("IsTruncated").and_then(|flag| flag.text()) == Some("true");
    let mut add = |operation, form, yaml: &Yaml| {
        let node = answered(operation, yaml);
        found.push(Answer { operation, file: file.clone(), node, form, is_cut });
    };
    let has = |key: &str| root.get(key).is_some();
    let mut taken: Vec<&str> = BESIDE.to_vec();
    if DETAILS.iter().any(|key| *key != "Policies" && has(key)) {
        add(&iam::GET_ACCOUNT_AUTHORIZATION_DETAILS, Form::Whole, root);
        taken.extend(DETAILS);
    }
    if is_attribute(&has) {
        add(&ec2_network::DESCRIBE_VPC_ATTRIBUTE, Form::Whole, root);
        taken.extend(["VpcId", "EnableDnsSupport", "EnableDnsHostnames"]);
    }
    if is_caller(&has) {
        add(&session::GET_CALLER_IDENTITY, Form::Whole, root);
        taken.extend(["UserId", "Account", "Arn"]);
    }
    for (key, value) in root.entries() {
        if taken.contains(&key.name.as_str()) {
            continue;
        }
        // ECS tells beside an empty list what it could not find; EKS does not.
        let is_of_eks = key.name == "clusters" && value.items().is_empty() && !has("failures");
        let mut fitting = RESPONSES.iter().filter(|response| {
            response.key == key.name
                && (!is_of_eks || response.operation.name == eks::LIST_CLUSTERS.name)
        });
        match fitting.find(|response| fits(response, value)) {
            // Of one thing, the whole tells more.
            Some(response) if response.form == Form::OfOne => {
                add(response.operation, response.form, root);
            }
            Some(response) => add(response.operation, response.form, value),
            None => unknown.push(key.name.clone()),
        }
    }
    if let Some(operation) = root.get("Attributes").and_then(|value| attributes_of(value)) {
        add(operation, Form::OfOne, root);
        unknown.retain(|key| key != "Attributes");
    }
    (found, unknown)
}

/// How attributes start that each kind of thing alone has, with the operation
/// that tells them.
///
/// Source: the Elastic Load Balancing API reference, `LoadBalancerAttribute` and
/// `TargetGroupAttribute`.
static ATTRIBUTES: [(&str, &Operation); 3] = [
    ("deletion_protection.", &elasticloadbalancingv2::DESCRIBE_LOAD_BALANCER_ATTRIBUTES),
    ("access_logs.", &elasticloadbalancingv2::DESCRIBE_LOAD_BALANCER_ATTRIBUTES),
    ("deregistration_delay.", &elasticloadbalancingv2::DESCRIBE_TARGET_GROUP_ATTRIBUTES),
];

/// Whose attributes these are.
fn attributes_of(list: &Yaml) -> Option<&'static Operation> {
    let keys = || list.items().iter().filter_map(|item| item.get("Key")?.text());
    let found = ATTRIBUTES.iter().find(|(start, _)| keys().any(|key| key.starts_with(start)));
    found.map(|(_, operation)| *operation)
}

/// Whether a member's value has the form of an answer.
fn fits(response: &Response, value: &Yaml) -> bool {
    let is_text = |item: &Yaml| matches!(item.value, YamlValue::Scalar { .. });
    match (&value.value, response.form) {
        (_, Form::Whole) => true,
        (YamlValue::Sequence(items), _) if response.marks.is_empty() => {
            items.iter().all(|item| is_text(item))
        }
        (YamlValue::Sequence(items), _) => items
            .first()
            .is_none_or(|first| response.marks.iter().any(|mark| first.get(mark).is_some())),
        (YamlValue::Mapping(_), Form::OfOne) => {
            response.marks.iter().any(|mark| value.get(mark).is_some())
        }
        _ => false,
    }
}

impl Answer {
    /// The things that it tells of.
    pub(super) fn items(self) -> Vec<Node> {
        match self.node.value {
            Value::List(items) => items,
            _ => vec![self.node],
        }
    }
}
