//! Mappings of resource types into the model, one file for each service.

use crate::diagnostic::Diagnostic;
use crate::model::{Identity, Model, Origin, ResourceRef, Snapshot, TemplateCredential};
use crate::source::asked::{self, Misspelt};
use crate::source::draft::{Draft, sole_reference};
use crate::source::node::{Node, Reference, Value};

use super::Root;

mod adding;
mod applicationautoscaling;
mod autoscaling;
mod cloudtrail;
mod credentials;
mod ec2_instance;
mod ec2_network;
mod ec2_security;
mod ecs;
mod eks;
mod elasticache;
mod elasticloadbalancingv2;
mod iam;
mod kms;
mod lambda;
mod logs;
mod opensearch;
mod rds;
mod s3;
mod secretsmanager;
mod service_entry;
mod sns;
mod sqs;
mod transit_gateway;

pub(super) use adding::{Unplaced, of_sam, of_unrolled, of_unseen, record, unplaced};

/// A resource that a stack declares.
pub(super) struct Declared<'a> {
    /// Its key in the model.
    pub id: String,
    /// Its logical id.
    pub logical: String,
    /// Its type.
    pub kind: String,
    /// Its properties, evaluated.
    pub properties: Node,
    /// Where it stands.
    pub origin: Origin,
    /// The condition that leaves open whether it exists.
    pub condition: Option<String>,
    /// The template.
    pub root: &'a Root,
}

/// Resources that stand alone are read before those that add to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// A resource of the model.
    Alone,
    /// Part of another resource of the model: a rule, a route, a policy.
    Adding,
}

type Mapping = fn(&Declared<'_>, &mut Snapshot);

/// The mapping of a type, if the model has a place for it.
fn mapping(kind: &str) -> Option<(Phase, Mapping)> {
    use Phase::{Adding, Alone};
    let mapping: (Phase, Mapping) = match kind {
        "AWS::EC2::VPC" => (Alone, ec2_network::vpc),
        "AWS::EC2::Subnet" => (Alone, ec2_network::subnet),
        "AWS::EC2::RouteTable" => (Alone, ec2_network::route_table),
        "AWS::EC2::InternetGateway" => (Alone, ec2_network::internet_gateway),
        "AWS::EC2::EgressOnlyInternetGateway" => (Alone, ec2_network::egress_only_internet_gateway),
        "AWS::EC2::NatGateway" => (Alone, ec2_network::nat_gateway),
        "AWS::EC2::EIP" => (Alone, ec2_network::elastic_ip),
        "AWS::EC2::VPCEndpoint" => (Alone, ec2_network::vpc_endpoint),
        "AWS::EC2::VPCPeeringConnection" => (Alone, ec2_network::vpc_peering_connection),
        "AWS::EC2::FlowLog" => (Alone, ec2_network::flow_log),
        "AWS::EC2::VPCCidrBlock" => (Adding, ec2_network::vpc_cidr_block),
        "AWS::EC2::SubnetCidrBlock" => (Adding, ec2_network::subnet_cidr_block),
        "AWS::EC2::VPCGatewayAttachment" => (Adding, ec2_network::vpc_gateway_attachment),
        "AWS::EC2::Route" => (Adding, ec2_network::route),
        "AWS::EC2::SubnetRouteTableAssociation" => {
            (Adding, ec2_network::subnet_route_table_association)
        }
        "AWS::EC2::EIPAssociation" => (Adding, ec2_network::eip_association),
        "AWS::EC2::NetworkInterface" => (Alone, ec2_network::network_interface),
        "AWS::EC2::NetworkInterfaceAttachment" => (Adding, ec2_instance::interface_attachment),
        "AWS::EC2::NetworkAcl" => (Alone, ec2_security::network_acl),
        "AWS::EC2::SecurityGroup" => (Alone, ec2_security::security_group),
        "AWS::EC2::PrefixList" => (Alone, ec2_security::prefix_list),
        "AWS::EC2::NetworkAclEntry" => (Adding, ec2_security::network_acl_entry),
        "AWS::EC2::SubnetNetworkAclAssociation" => {
            (Adding, ec2_security::subnet_network_acl_association)
        }
        "AWS::EC2::SecurityGroupIngress" => (Adding, ec2_security::security_group_ingress),
        "AWS::EC2::SecurityGroupEgress" => (Adding, ec2_security::security_group_egress),
        "Custom::VpcRestrictDefaultSG" => (Adding, ec2_security::restrict_default_group),
        "AWS::EC2::TransitGateway" => (Alone, transit_gateway::gateway),
        "AWS::EC2::TransitGatewayAttachment" | "AWS::EC2::TransitGatewayVpcAttachment" => {
            (Alone, transit_gateway::attachment)
        }
        "AWS::EC2::TransitGatewayRouteTable" => (Alone, transit_gateway::route_table),
        "AWS::EC2::TransitGatewayRoute" => (Adding, transit_gateway::route),
        "AWS::EC2::TransitGatewayRouteTableAssociation" => (Adding, transit_gateway::association),
        "AWS::EC2::TransitGatewayRouteTablePropagation" => (Adding, transit_gateway::propagation),
        "AWS::EC2::Instance" => (Alone, ec2_instance::instance),
        "AWS::EC2::LaunchTemplate" => (Alone, ec2_instance::launch_template),
        "AWS::EC2::Volume" => (Alone, ec2_instance::volume),
        "AWS::EC2::VolumeAttachment" => (Adding, ec2_instance::volume_attachment),
        "AWS::ECS::Cluster" => (Alone, ecs::cluster),
        "AWS::ECS::Service" => (Alone, ecs::service),
        "AWS::ECS::TaskDefinition" => (Alone, ecs::task_definition),
        "AWS::ApplicationAutoScaling::ScalableTarget" => {
            (Adding, applicationautoscaling::scalable_target)
        }
        "AWS::AutoScaling::AutoScalingGroup" => (Adding, autoscaling::group),
        "AWS::EKS::Cluster" => (Alone, eks::cluster),
        "AWS::EKS::Nodegroup" => (Alone, eks::node_group),
        "AWS::EKS::FargateProfile" => (Alone, eks::fargate_profile),
        "AWS::CloudFront::VpcOrigin" => (Alone, service_entry::vpc_origin),
        "AWS::ApiGateway::VpcLink" => (Alone, service_entry::vpc_link),
        "AWS::ApiGatewayV2::VpcLink" => (Alone, service_entry::v2_vpc_link),
        "AWS::ApiGatewayV2::Integration" => (Adding, service_entry::v2_integration),
        "AWS::Lambda::Function" => (Alone, lambda::function),
        "AWS::Lambda::Alias" | "AWS::Lambda::Version" => (Alone, lambda::qualified),
        "AWS::Lambda::Url" => (Adding, lambda::url),
        "AWS::Lambda::Permission" => (Adding, lambda::permission),
        "AWS::RDS::DBInstance" => (Alone, rds::instance),
        "AWS::RDS::DBCluster" => (Alone, rds::cluster),
        "AWS::RDS::DBSubnetGroup" => (Alone, rds::subnet_group),
        "AWS::RDS::DBParameterGroup" => (Alone, rds::parameter_group),
        "AWS::RDS::DBClusterParameterGroup" => (Alone, rds::cluster_parameter_group),
        "AWS::ElastiCache::ReplicationGroup" => (Alone, elasticache::replication_group),
        "AWS::ElastiCache::CacheCluster" => (Alone, elasticache::cluster),
        "AWS::ElastiCache::SubnetGroup" => (Alone, elasticache::subnet_group),
        "AWS::OpenSearchService::Domain" | "AWS::Elasticsearch::Domain" => {
            (Alone, opensearch::domain)
        }
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            (Alone, elasticloadbalancingv2::load_balancer)
        }
        "AWS::ElasticLoadBalancingV2::Listener" => (Alone, elasticloadbalancingv2::listener),
        "AWS::ElasticLoadBalancingV2::ListenerRule" => {
            (Alone, elasticloadbalancingv2::listener_rule)
        }
        "AWS::ElasticLoadBalancingV2::TargetGroup" => (Alone, elasticloadbalancingv2::target_group),
        "AWS::IAM::User" => (Alone, iam::user),
        "AWS::IAM::Group" => (Alone, iam::group),
        "AWS::IAM::Role" => (Alone, iam::role),
        "AWS::IAM::ManagedPolicy" => (Alone, iam::managed_policy),
        "AWS::IAM::InstanceProfile" => (Alone, iam::instance_profile),
        "AWS::IAM::Policy"
        | "AWS::IAM::RolePolicy"
        | "AWS::IAM::UserPolicy"
        | "AWS::IAM::GroupPolicy" => (Adding, iam::policy),
        "AWS::IAM::UserToGroupAddition" => (Adding, iam::user_to_group_addition),
        "AWS::IAM::AccessKey" => (Alone, iam::access_key),
        "AWS::CloudTrail::Trail" => (Alone, cloudtrail::trail),
        "AWS::Logs::LogGroup" => (Alone, logs::log_group),
        "AWS::KMS::Key" => (Alone, kms::key),
        "AWS::KMS::ReplicaKey" => (Alone, kms::replica_key),
        "AWS::KMS::Alias" => (Adding, kms::alias),
        "AWS::S3::Bucket" => (Alone, s3::bucket),
        "AWS::S3::BucketPolicy" => (Adding, s3::bucket_policy),
        "AWS::SQS::Queue" => (Alone, sqs::queue),
        "AWS::SQS::QueuePolicy" | "AWS::SQS::QueueInlinePolicy" => (Adding, sqs::queue_policy),
        "AWS::SNS::Topic" => (Alone, sns::topic),
        "AWS::SNS::TopicPolicy" | "AWS::SNS::TopicInlinePolicy" => (Adding, sns::topic_policy),
        "AWS::SecretsManager::Secret" => (Alone, secretsmanager::secret),
        "AWS::SecretsManager::ResourcePolicy" => (Adding, secretsmanager::resource_policy),
        "AWS::SecretsManager::RotationSchedule" => (Adding, secretsmanager::rotation_schedule),
        _ => return None,
    };
    Some(mapping)
}

/// Whether resources of a type are read, or are stacks or macros of their own,
/// which are told of elsewhere.
pub(super) fn is_read(kind: &str) -> bool {
    mapping(kind).is_some()
        || kind == "AWS::CloudFormation::Stack"
        || kind == "AWS::CDK::Metadata"
        || kind.starts_with("AWS::Serverless::")
        || kind.ends_with("::MODULE")
}

/// Types that stand alone and tell something of others besides.
const IN_BOTH_PHASES: &[&str] = &[
    "AWS::IAM::ManagedPolicy",
    "AWS::EC2::Instance",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
];

/// Whether a type is read in a phase.
pub(super) fn belongs_to(kind: &str, phase: Phase) -> bool {
    mapping(kind).is_some_and(|(of, _)| of == phase)
        || (IN_BOTH_PHASES.contains(&kind) && phase == Phase::Adding)
}

/// The collection that a type's resources live in.
pub(super) fn collection_of(kind: &str) -> Option<&'static str> {
    let kind = match kind {
        "AWS::Elasticsearch::Domain" => "AWS::OpenSearchService::Domain",
        "AWS::EC2::TransitGatewayVpcAttachment" => "AWS::EC2::TransitGatewayAttachment",
        "AWS::KMS::ReplicaKey" => "AWS::KMS::Key",
        other => other,
    };
    Model::COLLECTIONS
        .iter()
        .copied()
        .find(|collection| Model::resource_type(collection) == Some(kind))
}

/// Reads a resource, if its type belongs to the phase. Gives the properties that
/// it seems to misspell, as CloudFormation refuses them.
pub(super) fn read(
    declared: &Declared<'_>,
    phase: Phase,
    snapshot: &mut Snapshot,
) -> Vec<Diagnostic> {
    let asked = asked::listen(|| map(declared, phase, snapshot));
    let misspelt = asked.misspelt(&declared.properties);
    misspelt.into_iter().filter_map(|one| told(declared, one)).collect()
}

fn told(declared: &Declared<'_>, misspelt: Misspelt<'_>) -> Option<Diagnostic> {
    let Misspelt { name, meant, value } = misspelt;
    let Some(Origin::File { span }) = &value.origin else { return None };
    let Declared { logical, kind, .. } = declared;
    Some(
        Diagnostic::warning(format!(
            "{name} of {logical} is not read: {kind} seems to have no such property"
        ))
        .at(span.clone())
        .help(format!("did you mean {meant}?")),
    )
}

fn map(declared: &Declared<'_>, phase: Phase, snapshot: &mut Snapshot) {
    if let Some((of, mapping)) = mapping(&declared.kind)
        && of == phase
    {
        mapping(declared, snapshot);
    }
    // A managed policy stands alone and is attached to others.
    if declared.kind == "AWS::IAM::ManagedPolicy" && phase == Phase::Adding {
        iam::managed_policy_attachments(declared, snapshot);
    }
    if declared.kind == "AWS::EC2::Instance" && phase == Phase::Adding {
        ec2_instance::take_interfaces(declared, snapshot);
    }
    if phase == Phase::Adding {
        lambda::name_qualified(declared, snapshot);
    }
    if phase == Phase::Alone {
        credentials::declare(declared, snapshot);
    }
}

impl Declared<'_> {
    /// A property.
    fn get(&self, name: &str) -> Option<&Node> {
        self.properties.get(name)
    }

    /// A property of a property.
    fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(&self.properties, |node, name| node.get(name))
    }

    /// The resource in a collection.
    fn reference(&self, collection: &str) -> ResourceRef {
        ResourceRef::new(collection, &self.id)
    }

    /// Begins the resource itself.
    fn draft<'s>(&self, snapshot: &'s mut Snapshot, collection: &str) -> Draft<'s> {
        self.draft_of(snapshot, self.reference(collection))
    }

    /// Begins an addition to another resource.
    fn draft_of<'s>(&self, snapshot: &'s mut Snapshot, resource: ResourceRef) -> Draft<'s> {
        let options = &self.root.options;
        Draft::new(snapshot, resource, self.origin.clone(), options.secret_key)
            .located(options.account.clone(), options.region.clone())
    }

    /// Identity, with the name from `name` or the `Name` tag.
    fn identity(&self, draft: &mut Draft<'_>, name: &str) -> Identity {
        let tags = self.tags(draft);
        let own = self
            .get(name)
            .filter(|_| !name.is_empty())
            .and_then(|node| node.text().filter(|text| !text.is_empty()));
        let resource = draft.resource().clone();
        // References may use the name too, where it does not vary by account.
        if let Some(own) = own.as_ref().filter(|own| !own.contains("${")) {
            draft.snapshot().alias(&resource, own.clone());
        }
        Identity {
            id: self.id.clone(),
            arn: None,
            name: Some(
                own.or_else(|| tags.get("Name").cloned()).unwrap_or_else(|| self.logical.clone()),
            ),
            account: self.root.options.account.clone(),
            region: self.root.options.region.clone(),
            tags,
        }
    }

    /// Tags, from the list form and from the map form.
    fn tags(&self, draft: &mut Draft<'_>) -> std::collections::BTreeMap<String, String> {
        let tags = self.get("Tags").or_else(|| self.get("UserPoolTags"));
        let Some(tags) = tags else { return Default::default() };
        if matches!(tags.value, Value::Map(_)) {
            return draft.string_map("/tags", Some(tags));
        }
        let mut found = std::collections::BTreeMap::new();
        for tag in draft.items("/tags", Some(tags)) {
            if let Some(reason) = tag.get("Key").and_then(Node::unknown) {
                draft.gap("/tags", reason.clone());
            }
            let (Some(key), Some(value)) = (tag.get("Key").and_then(Node::text), tag.get("Value"))
            else {
                continue;
            };
            let path = format!("/tags/{}", crate::source::draft::escape(&key));
            if let Some(value) = draft.string(&path, Some(value), None) {
                found.insert(key, value);
            }
        }
        found
    }

    /// The resource that a property refers to.
    fn target(&self, property: &str) -> Option<String> {
        target_of(self.get(property).or_else(|| self.get(adding::older(property)?))?)
    }

    /// Records a property that takes a credential.
    fn credential(&self, snapshot: &mut Snapshot, property: &str, node: Option<&Node>) {
        if let Some(node) = node {
            declare_credential(snapshot, self.root, &self.logical, property, "password", node);
        }
    }
}

/// The key of the resource that a node names: by reference, by an ARN with a
/// reference in it, or by its id.
fn target_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Reference(Reference { id, .. }) => Some(id.clone()),
        Value::Joined(parts) => sole_reference(parts),
        _ => node.text(),
    }
}

/// Adds a credential to the template's resource. `name` decides with the value
/// whether it looks like one.
pub(super) fn declare_credential(
    snapshot: &mut Snapshot,
    root: &Root,
    resource: &str,
    property: &str,
    name: &str,
    node: &Node,
) {
    let reference = super::stack::template_reference(root);
    let count = snapshot.model.templates.get(&reference.id).map_or(0, |t| t.credentials.len());
    let Some(origin) = node.origin.clone() else { return };
    let path = format!("/credentials/{count}/value");
    let value = Draft::new(snapshot, reference.clone(), origin, root.options.secret_key).secret(
        &path,
        name,
        Some(node),
    );
    if let (Some(value), Some(template)) = (value, snapshot.model.templates.get_mut(&reference.id))
    {
        template.credentials.push(TemplateCredential {
            resource: resource.to_owned(),
            property: property.to_owned(),
            value,
        });
    }
}
