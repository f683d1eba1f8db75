//! Mappings of the AWS provider's resource types, one file for each service.
//!
//! Source: the documentation of the Terraform AWS provider, versions 3 to 6.

use serde_json::Value as Json;

use super::configuration::Scope;
use super::instance::Instance;
use super::provider::{Deployment, is_account};
use super::source::Sources;
use super::values::Builder;
use crate::model::gap::covers;
use crate::model::{Collected, Identity, Origin, Reason, ResourceRef, Snapshot, Span, link};
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};
use crate::source::{TemplateOptions, TextFile};

mod account;
mod adding;
mod appautoscaling;
mod autoscaling;
mod cloudtrail;
mod credentials;
mod default_vpc;
mod ec2_instance;
mod ec2_network;
mod ec2_security;
mod ecs;
mod eks;
mod elasticache;
mod exclusive;
mod iam;
mod lambda;
mod lb;
mod logs;
mod opensearch;
mod rds;
mod references;
mod revoked;
mod s3;
mod secretsmanager;
mod service_entry;
mod sns;
mod sqs;
mod transit_gateway;
mod vpc_endpoint;

pub(super) use adding::{note_unplaced, sets_all, stays_in, targets};
pub(super) use credentials::declare as credentials;
pub(super) use default_vpc::adopt;
pub(super) use exclusive::{apply as apply_exclusive, is_declared};
pub(super) use references::note as note_references;
pub(super) use revoked::revoke;

/// Resources that stand alone are read before those that add to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// A resource of the model.
    Alone,
    /// One that the account has already and the plan takes over.
    Adopting,
    /// Part of another resource of the model.
    Adding,
}

/// The attribute by which the model knows a resource that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyBy {
    Id,
    Arn,
}

type Mapping = fn(&Declared<'_>, &mut Snapshot);

/// How a type is read: its collection, its key, its mapping.
struct Entry {
    phase: Phase,
    collection: &'static str,
    key: KeyBy,
    mapping: Mapping,
}

fn entry(kind: &str) -> Option<Entry> {
    let alone =
        |collection, key, mapping: Mapping| Entry { phase: Phase::Alone, collection, key, mapping };
    let adding =
        |mapping: Mapping| Entry { phase: Phase::Adding, collection: "", key: KeyBy::Id, mapping };
    let adopting = |collection, mapping: Mapping| Entry {
        phase: Phase::Adopting,
        collection,
        key: KeyBy::Id,
        mapping,
    };
    use KeyBy::{Arn, Id};
    Some(match kind {
        "aws_vpc" => alone("vpcs", Id, ec2_network::vpc),
        "aws_default_vpc" => adopting("vpcs", default_vpc::vpc),
        "aws_default_subnet" => adopting("subnets", default_vpc::subnet),
        "aws_subnet" => alone("subnets", Id, ec2_network::subnet),
        "aws_route_table" => alone("route_tables", Id, ec2_network::route_table),
        "aws_internet_gateway" => alone("internet_gateways", Id, ec2_network::internet_gateway),
        "aws_egress_only_internet_gateway" => {
            alone("egress_only_internet_gateways", Id, ec2_network::egress_only_internet_gateway)
        }
        "aws_nat_gateway" => alone("nat_gateways", Id, ec2_network::nat_gateway),
        "aws_eip" => alone("elastic_ips", Id, ec2_network::elastic_ip),
        "aws_network_interface" => alone("network_interfaces", Id, ec2_network::network_interface),
        "aws_network_interface_attachment" => adding(ec2_instance::interface_attachment),
        "aws_vpc_endpoint" => alone("vpc_endpoints", Id, vpc_endpoint::vpc_endpoint),
        "aws_vpc_peering_connection" => {
            alone("vpc_peering_connections", Id, ec2_network::vpc_peering_connection)
        }
        "aws_flow_log" => alone("flow_logs", Id, ec2_network::flow_log),
        "aws_route" => adding(ec2_network::route),
        "aws_route_table_association" => adding(ec2_network::route_table_association),
        "aws_main_route_table_association" => adding(ec2_network::main_route_table_association),
        "aws_default_route_table" => adding(ec2_network::default_route_table),
        "aws_internet_gateway_attachment" => adding(ec2_network::internet_gateway_attachment),
        "aws_eip_association" => adding(ec2_network::eip_association),
        "aws_vpc_ipv4_cidr_block_association" => adding(ec2_network::cidr_block_association),
        "aws_vpc_ipv6_cidr_block_association" => adding(ec2_network::ipv6_cidr_block_association),
        "aws_vpc_endpoint_policy" => adding(vpc_endpoint::endpoint_policy),
        "aws_vpc_endpoint_private_dns" => adding(vpc_endpoint::endpoint_private_dns),
        "aws_vpc_endpoint_security_group_association" => {
            adding(vpc_endpoint::endpoint_security_group_association)
        }
        "aws_network_interface_sg_attachment" => adding(ec2_network::interface_group_attachment),
        "aws_vpc_endpoint_route_table_association" => {
            adding(vpc_endpoint::endpoint_route_table_association)
        }
        "aws_vpc_endpoint_subnet_association" => adding(vpc_endpoint::endpoint_subnet_association),
        "aws_network_acl" => alone("network_acls", Id, ec2_security::network_acl),
        "aws_network_acl_rule" => adding(ec2_security::network_acl_rule),
        "aws_network_acl_association" => adding(ec2_security::network_acl_association),
        "aws_default_network_acl" => adding(ec2_security::default_network_acl),
        "aws_security_group" => alone("security_groups", Id, ec2_security::security_group),
        "aws_default_security_group" => adding(ec2_security::default_security_group),
        "aws_security_group_rule" => adding(ec2_security::security_group_rule),
        "aws_vpc_security_group_ingress_rule" => adding(ec2_security::ingress_rule),
        "aws_vpc_security_group_egress_rule" => adding(ec2_security::egress_rule),
        "aws_ec2_managed_prefix_list" => alone("prefix_lists", Id, ec2_security::prefix_list),
        "aws_ec2_managed_prefix_list_entry" => adding(ec2_security::prefix_list_entry),
        "aws_ec2_transit_gateway" => alone("transit_gateways", Id, transit_gateway::gateway),
        "aws_ec2_transit_gateway_vpc_attachment" => {
            alone("transit_gateway_attachments", Id, transit_gateway::attachment)
        }
        "aws_ec2_transit_gateway_route_table" => {
            alone("transit_gateway_route_tables", Id, transit_gateway::route_table)
        }
        "aws_ec2_transit_gateway_route" => adding(transit_gateway::route),
        "aws_ec2_transit_gateway_route_table_association" => adding(transit_gateway::association),
        "aws_ec2_transit_gateway_route_table_propagation" => adding(transit_gateway::propagation),
        "aws_instance" => alone("instances", Id, ec2_instance::instance),
        "aws_launch_template" => alone("launch_templates", Id, ec2_instance::launch_template),
        "aws_ebs_volume" => alone("volumes", Id, ec2_instance::volume),
        "aws_volume_attachment" => adding(ec2_instance::volume_attachment),
        "aws_ecs_cluster" => alone("ecs_clusters", Arn, ecs::cluster),
        "aws_ecs_service" => alone("ecs_services", Arn, ecs::service),
        "aws_appautoscaling_target" => adding(appautoscaling::target),
        "aws_ecs_task_definition" => alone("ecs_task_definitions", Arn, ecs::task_definition),
        "aws_eks_cluster" => alone("eks_clusters", Arn, eks::cluster),
        "aws_eks_node_group" => alone("eks_node_groups", Arn, eks::node_group),
        "aws_eks_fargate_profile" => alone("eks_fargate_profiles", Arn, eks::fargate_profile),
        "aws_cloudfront_vpc_origin" => {
            alone("cloudfront_vpc_origins", Id, service_entry::vpc_origin)
        }
        "aws_api_gateway_vpc_link" => alone("api_gateway_vpc_links", Id, service_entry::vpc_link),
        "aws_apigatewayv2_vpc_link" => {
            alone("api_gateway_v2_vpc_links", Id, service_entry::v2_vpc_link)
        }
        "aws_apigatewayv2_integration" => adding(service_entry::v2_integration),
        "aws_lambda_function" => alone("lambda_functions", Arn, lambda::function),
        "aws_lambda_permission" => adding(lambda::permission),
        "aws_lambda_alias" => adding(lambda::qualified),
        "aws_lambda_function_url" => adding(lambda::url),
        "aws_db_instance" => alone("rds_instances", Arn, rds::instance),
        "aws_rds_cluster_instance" => alone("rds_instances", Arn, rds::instance),
        "aws_rds_cluster" => alone("rds_clusters", Arn, rds::cluster),
        "aws_db_subnet_group" => alone("rds_subnet_groups", Arn, rds::subnet_group),
        "aws_db_parameter_group" => alone("rds_parameter_groups", Arn, rds::parameter_group),
        "aws_rds_cluster_parameter_group" => {
            alone("rds_cluster_parameter_groups", Arn, rds::cluster_parameter_group)
        }
        "aws_elasticache_replication_group" => {
            alone("elasticache_replication_groups", Arn, elasticache::replication_group)
        }
        "aws_elasticache_cluster" => alone("elasticache_clusters", Arn, elasticache::cluster),
        "aws_elasticache_subnet_group" => {
            alone("elasticache_subnet_groups", Arn, elasticache::subnet_group)
        }
        "aws_opensearch_domain" | "aws_elasticsearch_domain" => {
            alone("opensearch_domains", Arn, opensearch::domain)
        }
        "aws_opensearch_domain_policy" | "aws_elasticsearch_domain_policy" => {
            adding(opensearch::domain_policy)
        }
        "aws_lb" | "aws_alb" => alone("load_balancers", Arn, lb::load_balancer),
        "aws_lb_listener" | "aws_alb_listener" => alone("listeners", Arn, lb::listener),
        "aws_lb_listener_rule" | "aws_alb_listener_rule" => {
            alone("listener_rules", Arn, lb::listener_rule)
        }
        "aws_lb_target_group" | "aws_alb_target_group" => {
            alone("target_groups", Arn, lb::target_group)
        }
        "aws_lb_target_group_attachment" | "aws_alb_target_group_attachment" => {
            adding(lb::target_group_attachment)
        }
        "aws_autoscaling_group" => adding(autoscaling::group),
        "aws_autoscaling_attachment" | "aws_autoscaling_traffic_source_attachment" => {
            adding(autoscaling::attachment)
        }
        "aws_iam_user" => alone("iam_users", Arn, iam::user),
        "aws_iam_group" => alone("iam_groups", Arn, iam::group),
        "aws_iam_role" => alone("iam_roles", Arn, iam::role),
        "aws_iam_policy" => alone("iam_policies", Arn, iam::managed_policy),
        "aws_iam_instance_profile" => alone("iam_instance_profiles", Arn, iam::instance_profile),
        "aws_iam_access_key" => alone("iam_access_keys", Id, iam::access_key),
        "aws_iam_role_policy" | "aws_iam_user_policy" | "aws_iam_group_policy" => {
            adding(iam::inline_policy)
        }
        "aws_iam_role_policy_attachment"
        | "aws_iam_user_policy_attachment"
        | "aws_iam_group_policy_attachment"
        | "aws_iam_policy_attachment" => adding(iam::policy_attachment),
        "aws_iam_user_group_membership" | "aws_iam_group_membership" => {
            adding(iam::group_membership)
        }
        "aws_iam_user_login_profile" => adding(iam::login_profile),
        "aws_iam_account_password_policy" => adding(account::password_policy),
        "aws_s3_account_public_access_block" => adding(account::public_access_block),
        "aws_ebs_encryption_by_default" => adding(account::ebs_encryption_by_default),
        "aws_vpc_block_public_access_options" => adding(account::vpc_block_public_access),
        "aws_cloudtrail" => alone("cloudtrail_trails", Arn, cloudtrail::trail),
        "aws_cloudwatch_log_group" => alone("log_groups", Arn, logs::log_group),
        "aws_kms_key" => alone("kms_keys", Arn, logs::kms_key),
        "aws_kms_external_key" => alone("kms_keys", Arn, logs::external_kms_key),
        "aws_kms_replica_key" | "aws_kms_replica_external_key" => {
            alone("kms_keys", Arn, logs::replica_kms_key)
        }
        "aws_kms_alias" => adding(logs::kms_alias),
        "aws_kms_key_policy" => adding(logs::kms_key_policy),
        "aws_s3_bucket" => alone("s3_buckets", Id, s3::bucket),
        "aws_s3_bucket_policy" => adding(s3::policy),
        "aws_s3_bucket_public_access_block" => adding(s3::public_access_block),
        "aws_s3_bucket_server_side_encryption_configuration" => adding(s3::encryption),
        "aws_s3_bucket_logging" => adding(s3::logging),
        "aws_s3_bucket_acl" => adding(s3::acl),
        "aws_s3_bucket_ownership_controls" => adding(s3::ownership),
        "aws_s3_bucket_versioning" => adding(s3::versioning),
        "aws_sqs_queue" => alone("sqs_queues", Arn, sqs::queue),
        "aws_sqs_queue_policy" => adding(sqs::policy),
        "aws_sqs_queue_redrive_policy" => adding(sqs::redrive_policy),
        "aws_sns_topic" => alone("sns_topics", Arn, sns::topic),
        "aws_sns_topic_policy" => adding(sns::policy),
        "aws_secretsmanager_secret" => alone("secrets", Arn, secretsmanager::secret),
        "aws_secretsmanager_secret_policy" => adding(secretsmanager::policy),
        "aws_secretsmanager_secret_rotation" => adding(secretsmanager::rotation),
        _ => return None,
    })
}

/// The collection that resources of a type are of, and the attribute that is
/// their key there.
pub(super) fn key_of(kind: &str) -> Option<(&'static str, KeyBy)> {
    let entry = entry(kind).filter(|entry| entry.phase == Phase::Alone)?;
    Some((entry.collection, entry.key))
}

/// What further resources of a type may change: members of a collection, or
/// attributes of them.
pub(super) fn may_change(kind: &str) -> Vec<(&'static str, &'static str)> {
    match entry(kind).map(|entry| entry.collection).filter(|name| !name.is_empty()) {
        Some(collection) => vec![(collection, "")],
        None => targets(kind)
            .iter()
            .flat_map(|(_, collection, paths)| paths.iter().map(|path| (*collection, *path)))
            .collect(),
    }
}

/// Keeps what `base` knows of resources that are there already and the plan does
/// not tell of.
pub(super) fn keep_known(base: &Snapshot, read: &mut Snapshot) {
    s3::keep_known(base, read);
    lambda::keep_known(base, read);
}

/// Why something of a resource that is there already is not known.
fn not_told(what: &str) -> Reason {
    let source =
        format!("a plan or state that does not manage it for {what} that is there already");
    Reason::NotInSource { source }
}

/// Forgets the gaps of a resource at or below `paths`, which are set anew.
fn settle(snapshot: &mut Snapshot, resource: &ResourceRef, paths: &[&str]) {
    snapshot.gaps.retain(|gap| {
        !(gap.collection == resource.collection
            && gap.id.as_deref() == Some(&resource.id)
            && paths.iter().any(|path| covers(path, &gap.path)))
    });
}

/// Whether a data source tells of what no account declares: AWS's own prefix
/// lists.
pub(super) fn is_looked_up(kind: &str) -> bool {
    kind == "aws_ec2_managed_prefix_list"
}

/// A resource instance of a plan, ready to be mapped.
pub(super) struct Declared<'a> {
    /// Its key in the model.
    pub id: String,
    /// Its address, with the prefix that tells plans apart.
    pub address: String,
    /// The instance.
    pub instance: &'a Instance<'a>,
    /// Its attributes.
    pub values: Node,
    /// Where it stands.
    pub origin: Origin,
    /// The expressions of the source.
    expressions: &'a Json,
    /// The account and region that it is in, where the plan tells.
    pub deployment: Deployment,
    /// What its references can be followed through.
    scope: &'a Scope<'a>,
    options: &'a TemplateOptions,
}

impl<'a> Declared<'a> {
    pub(super) fn new(
        instance: &'a Instance<'a>,
        scope: &'a Scope<'a>,
        sources: &'a Sources,
        file: &'a TextFile,
        options: &'a TemplateOptions,
    ) -> Self {
        let places = sources.of(instance.module, instance.kind, instance.name);
        let in_plan = || {
            instance.place.clone().unwrap_or_else(|| Span {
                file: file.name.clone(),
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 2,
            })
        };
        let origin = Origin::Plan {
            file: file.name.clone(),
            address: instance.address.to_owned(),
            span: Some(places.header().cloned().unwrap_or_else(in_plan)),
        };
        let prefix = options.id_prefix.as_deref().unwrap_or_default();
        let values = Builder { instance, scope, places, prefix, origin: &origin }.build();
        let address = format!("{prefix}{}", instance.address);
        let key = entry(instance.kind).map_or(KeyBy::Id, |entry| entry.key);
        let known = values.get(if key == KeyBy::Arn { "arn" } else { "id" }).and_then(Node::text);
        let expressions = scope.resource(instance).map_or(&Json::Null, |r| &r.expressions);
        let deployment = deployment(&values, scope.deployment(instance));
        Self {
            id: known.unwrap_or_else(|| address.clone()),
            address,
            instance,
            values,
            origin,
            expressions,
            deployment,
            scope,
            options,
        }
    }

    /// The collection of its type, if the model has a place for it.
    pub(super) fn collection(&self) -> Option<&'static str> {
        entry(self.instance.kind).map(|entry| entry.collection).filter(|name| !name.is_empty())
    }

    /// An attribute that the source sets.
    fn get(&self, name: &str) -> Option<&Node> {
        present(self.values.get(name))
    }

    /// An attribute that AWS chooses where the source does not set it.
    fn chosen(&self, name: &str) -> Option<&Node> {
        self.values.get(name).filter(|node| node.is_computed()).or_else(|| self.get(name))
    }

    /// An attribute of the first of nested blocks.
    fn block(&self, name: &str) -> Option<&Node> {
        self.get(name)?.items().first()
    }

    /// An attribute in the first of nested blocks, level by level.
    fn at(&self, path: &[&str]) -> Option<&Node> {
        in_blocks(&self.values, path)
    }

    fn draft<'s>(&self, snapshot: &'s mut Snapshot, collection: &str) -> Draft<'s> {
        self.draft_of(snapshot, ResourceRef::new(collection, &self.id))
    }

    fn draft_of<'s>(&self, snapshot: &'s mut Snapshot, resource: ResourceRef) -> Draft<'s> {
        Draft::new(snapshot, resource, self.origin.clone(), self.options.secret_key)
            .located(self.deployment.account.clone(), self.deployment.region.clone())
    }

    /// Identity, with the name from `name` or the `Name` tag; the address and
    /// what else is known become spellings.
    fn identity(&self, draft: &mut Draft<'_>, name: &str) -> Identity {
        let tags = draft.string_map("/tags", self.tags());
        let own = self.get(name).filter(|_| !name.is_empty()).and_then(Node::text);
        let resource = draft.resource().clone();
        draft.snapshot().alias(&resource, self.address.clone());
        for attribute in ["id", "arn", "name", name] {
            if let Some(text) = self.get(attribute).and_then(Node::text) {
                draft.snapshot().alias(&resource, text);
            }
        }
        Identity {
            id: self.id.clone(),
            arn: self.get("arn").and_then(Node::text),
            name: Some(
                own.or_else(|| tags.get("Name").cloned()).unwrap_or_else(|| self.address.clone()),
            ),
            account: self.deployment.account.clone(),
            region: self.deployment.region.clone(),
            tags,
        }
    }

    /// The tags with the provider's default ones. Where a plan does not tell
    /// them and the provider has none, the resource's own are all.
    fn tags(&self) -> Option<&Node> {
        let all = self.values.get("tags_all");
        match all {
            Some(all) if all.unknown().is_none() || self.scope.default_tags => Some(all),
            _ => self.get("tags"),
        }
    }

    /// Leaves open at `path` of another resource what an attribute that names
    /// something that was not given decides.
    fn leave_open(
        &self,
        snapshot: &mut Snapshot,
        attribute: &str,
        other: Option<ResourceRef>,
        path: &str,
    ) {
        let Some(other) = other.filter(|other| snapshot.model.get(other).is_some()) else { return };
        let node = self.get(attribute);
        let reason = node.and_then(Node::unknown).cloned().unwrap_or_else(|| {
            let target = node.and_then(|node| match &node.value {
                Value::Reference(reference) => Some(reference.id.clone()),
                _ => node.text(),
            });
            let target = target.unwrap_or_else(|| format!("{attribute} of {}", self.address));
            Reason::UnresolvedReference { target }
        });
        self.draft_of(snapshot, other).gap(path, reason);
    }

    /// The key of the resource that an attribute names.
    fn target<T: Collected>(&self, snapshot: &Snapshot, attribute: &str) -> Option<String> {
        target_of::<T>(snapshot, self.get(attribute)?)
    }
}

/// Where a resource is: what its ARN tells, else its own region (provider 6 and
/// later), else where its provider works.
fn deployment(values: &Node, provider: Deployment) -> Deployment {
    let arn = values.get("arn").and_then(Node::text).unwrap_or_default();
    let of_arn = |part: usize| arn.split(':').nth(part).filter(|text| !text.is_empty());
    let own = values.get("region");
    let region = match of_arn(3).map(str::to_owned).or_else(|| own.and_then(Node::text)) {
        Some(region) if !region.is_empty() => Some(region),
        // One that the source sets to what is not known yet.
        _ if own.is_some_and(|own| own.unknown().is_some() && !own.is_computed()) => None,
        _ => provider.region,
    };
    let account = of_arn(4).filter(|account| is_account(account)).map(str::to_owned);
    Deployment { account: account.or(provider.account), region }
}

/// Whether a type is of a service that has no regions, so that where one of it
/// is tells nothing of the others.
pub(super) fn is_global(kind: &str) -> bool {
    ["aws_iam_", "aws_cloudfront_", "aws_s3_account_"].iter().any(|start| kind.starts_with(start))
}

/// Something that the source sets: not the empty text of older providers, nor
/// what is left to the provider, for which AWS's own default holds.
fn present(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| !matches!(&node.value, Value::Text(text) if text.is_empty()))
        .filter(|node| !node.is_computed())
}

fn in_blocks<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    let mut inner = node;
    for (depth, name) in path.iter().enumerate() {
        // What is unknown as a whole is unknown in each part.
        if inner.unknown().is_some() {
            break;
        }
        let entry = inner.get(name)?;
        let is_block = depth + 1 < path.len() && matches!(entry.value, Value::List(_));
        inner = if is_block { entry.items().first()? } else { entry };
    }
    present(Some(inner))
}

fn target_of<T: Collected>(snapshot: &Snapshot, node: &Node) -> Option<String> {
    let spelling = match &node.value {
        Value::Reference(reference) => reference.id.clone(),
        _ => node.text()?,
    };
    link::lookup::<T>(snapshot, &spelling)
}

/// Reads a resource, if its type belongs to the phase.
pub(super) fn read(declared: &Declared<'_>, phase: Phase, snapshot: &mut Snapshot) {
    if let Some(entry) = entry(declared.instance.kind)
        && entry.phase == phase
    {
        (entry.mapping)(declared, snapshot);
    }
    if phase == Phase::Adding && declared.instance.kind == "aws_instance" {
        ec2_instance::take_interfaces(declared, snapshot);
    }
}
