//! Turns references of every spelling into keys of the model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Collected, Gap, Model, Origin, Reason, ResourceRef, Snapshot};

/// Every spelling by which a resource may be called, for each collection.
#[derive(Debug, Default)]
struct Spellings {
    by_collection: HashMap<&'static str, HashMap<String, Target>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Target {
    Key(String),
    /// Two resources share the spelling, in two accounts or regions, say.
    Ambiguous,
}

impl Spellings {
    fn of(snapshot: &Snapshot) -> Self {
        let mut found = Self::default();
        for resource in snapshot.model.resources() {
            let spellings = found.by_collection.entry(resource.collection()).or_default();
            let mut add = |spelling: &str| add_spelling(spellings, spelling, resource.id());
            if let Some(arn) = resource.arn() {
                add(arn);
            }
            if let Some(name) = resource.name() {
                add(name);
            }
        }
        for (collection, aliases) in &snapshot.aliases {
            let Some(collection) = Model::COLLECTIONS.iter().find(|name| *name == collection)
            else {
                continue;
            };
            let spellings = found.by_collection.entry(collection).or_default();
            for (spelling, id) in aliases {
                add_spelling(spellings, spelling, id);
            }
        }
        // A key always means itself.
        for resource in snapshot.model.resources() {
            found
                .by_collection
                .entry(resource.collection())
                .or_default()
                .insert(resource.id().to_owned(), Target::Key(resource.id().to_owned()));
        }
        found
    }

    fn resolve(&self, collection: &str, spelling: &str) -> Option<&str> {
        match self.by_collection.get(collection)?.get(spelling)? {
            Target::Key(id) => Some(id),
            Target::Ambiguous => None,
        }
    }

    /// Replaces `field` by the key it means in the first of `collections` that
    /// knows it.
    fn one(&self, collections: &[&str], field: &mut Option<String>) {
        if let Some(value) = field {
            self.text(collections, value);
        }
    }

    fn all(&self, collections: &[&str], fields: &mut [String]) {
        for field in fields {
            self.text(collections, field);
        }
    }

    fn text(&self, collections: &[&str], value: &mut String) {
        let found = collections.iter().find_map(|collection| self.resolve(collection, value));
        if let Some(id) = found
            && id != value
        {
            *value = id.to_owned();
        }
    }
}

fn add_spelling(spellings: &mut HashMap<String, Target>, spelling: &str, id: &str) {
    spellings
        .entry(spelling.to_owned())
        .and_modify(|target| {
            if !matches!(target, Target::Key(known) if known == id) {
                *target = Target::Ambiguous;
            }
        })
        .or_insert_with(|| Target::Key(id.to_owned()));
}

/// Replaces each reference that is written as an ARN, a name or another
/// spelling by the key of the resource it names, where that is in the model.
/// Running it again changes nothing.
pub fn link(snapshot: &mut Snapshot) {
    let spellings = Spellings::of(snapshot);
    let unlisted = unlisted(&snapshot.gaps);
    let declared_groups = declared_groups(snapshot);
    let model = &mut snapshot.model;
    let mut linker =
        Linker { spellings: &spellings, unlisted: &unlisted, gaps: &mut snapshot.gaps };
    link_network(&mut linker, model, &declared_groups);
    link_gateways(&mut linker, model);
    link_compute(&mut linker, model);
    link_data(&mut linker, model);
    link_load_balancing(&mut linker, model);
    link_identity(&mut linker, model);
    link_logging(&mut linker, model);
    complete(model);
}

/// Security groups that templates and plans declare.
fn declared_groups(snapshot: &Snapshot) -> BTreeSet<String> {
    let groups = snapshot.model.security_groups.keys();
    let is_declared = |id: &&String| {
        let origin = snapshot.origins.get(&ResourceRef::new("security_groups", *id));
        matches!(origin.map(|found| &found.resource), Some(Origin::File { .. }))
    };
    groups.filter(is_declared).cloned().collect()
}

/// Collections that could not be listed in full, with the gaps that say why.
type Unlisted = HashMap<String, Vec<Gap>>;

fn unlisted(gaps: &BTreeSet<Gap>) -> Unlisted {
    let mut found = Unlisted::new();
    for gap in gaps {
        let whole = gap.id.is_none() && gap.path.is_empty();
        if whole && !matches!(gap.reason, Reason::PartialView { .. }) {
            found.entry(gap.collection.clone()).or_default().push(gap.clone());
        }
    }
    found
}

/// Links references, and notes which name nothing that is known.
struct Linker<'a> {
    spellings: &'a Spellings,
    unlisted: &'a Unlisted,
    gaps: &'a mut BTreeSet<Gap>,
}

/// The resource whose references are linked.
struct At<'a> {
    spellings: &'a Spellings,
    unlisted: &'a Unlisted,
    gaps: &'a mut BTreeSet<Gap>,
    resource: ResourceRef,
    account: Option<String>,
    region: Option<String>,
}

impl At<'_> {
    /// Links a reference whose target a verdict may rest on: one that names
    /// nothing known is a gap, so that no join over it passes silently.
    fn one(&mut self, path: &str, collections: &[&str], field: &mut Option<String>) {
        if let Some(value) = field {
            self.text(path, collections, value);
        }
    }

    fn all(&mut self, path: &str, collections: &[&str], fields: &mut [String]) {
        for (index, field) in fields.iter_mut().enumerate() {
            self.text(&format!("{path}/{index}"), collections, field);
        }
    }

    fn text(&mut self, path: &str, collections: &[&str], value: &mut String) {
        let gap = |reason: Reason| Gap {
            collection: self.resource.collection.clone(),
            id: Some(self.resource.id.clone()),
            path: path.to_owned(),
            account: self.account.clone(),
            region: self.region.clone(),
            reason,
        };
        let written = Reason::UnresolvedReference { target: value.clone() };
        self.spellings.text(collections, value);
        let known = collections
            .iter()
            .any(|collection| self.spellings.resolve(collection, value).is_some());
        let unlisted = self.why_unlisted(collections);
        if known {
            let linked = Reason::UnresolvedReference { target: value.clone() };
            for reason in [written, linked].into_iter().chain(unlisted) {
                self.gaps.remove(&gap(reason));
            }
        } else if !value.starts_with(DEFAULT_PARAMETER_GROUP) {
            // Where its like could not be listed, that is why it is not known.
            self.gaps.insert(gap(unlisted.unwrap_or(written)));
        }
    }

    /// Why resources of these collections could not be listed where this one
    /// is.
    fn why_unlisted(&self, collections: &[&str]) -> Option<Reason> {
        let here =
            |of: &Option<String>, own: &Option<String>| of.is_none() || own.is_none() || of == own;
        collections
            .iter()
            .filter_map(|collection| self.unlisted.get(*collection))
            .flatten()
            .find(|gap| here(&gap.account, &self.account) && here(&gap.region, &self.region))
            .map(|gap| gap.reason.clone())
    }
}

fn each<T: Collected>(
    linker: &mut Linker<'_>,
    model: &mut Model,
    mut change: impl FnMut(&mut T, &mut At<'_>),
) {
    for resource in T::of_mut(model).values_mut() {
        let mut at = At {
            spellings: linker.spellings,
            unlisted: linker.unlisted,
            gaps: linker.gaps,
            resource: resource.reference(),
            account: resource.account().map(str::to_owned),
            region: resource.region().map(str::to_owned),
        };
        change(resource, &mut at);
    }
}

/// AWS's own parameter groups, which templates use without declaring them.
const DEFAULT_PARAMETER_GROUP: &str = "default.";

const GROUPS: &[&str] = &["security_groups"];
const SUBNETS: &[&str] = &["subnets"];
const VPCS: &[&str] = &["vpcs"];
const ROLES: &[&str] = &["iam_roles"];
const POLICIES: &[&str] = &["iam_policies"];
const KEYS: &[&str] = &["kms_keys"];

fn link_network(linker: &mut Linker<'_>, model: &mut Model, declared: &BTreeSet<String>) {
    each(linker, model, |subnet: &mut super::Subnet, at| {
        at.one("/vpc_id", VPCS, &mut subnet.vpc_id)
    });
    each(linker, model, |table: &mut super::RouteTable, at| {
        at.one("/vpc_id", VPCS, &mut table.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut table.subnet_ids);
        at.spellings.all(&["internet_gateways"], &mut table.gateway_ids);
        for route in &mut table.routes {
            at.spellings.one(&["prefix_lists"], &mut route.destination_prefix_list_id);
            at.spellings.one(
                match route.target_type.as_deref() {
                    Some("internet_gateway") => &["internet_gateways"],
                    Some("nat_gateway") => &["nat_gateways"],
                    Some("egress_only_internet_gateway") => &["egress_only_internet_gateways"],
                    Some("transit_gateway") => &["transit_gateways"],
                    Some("vpc_peering_connection") => &["vpc_peering_connections"],
                    Some("vpc_endpoint") => &["vpc_endpoints"],
                    Some("network_interface") => &["network_interfaces"],
                    Some("instance") => &["instances"],
                    _ => &[],
                },
                &mut route.target_id,
            );
        }
    });
    each(linker, model, |acl: &mut super::NetworkAcl, at| {
        at.one("/vpc_id", VPCS, &mut acl.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut acl.subnet_ids);
    });
    each(linker, model, |group: &mut super::SecurityGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        // Whose a group is that an account does not have is known: somebody
        // else's. What a template does not declare may be anybody's.
        let may_be_anybodys = declared.contains(&group.id);
        for (list, rules) in [("ingress", &mut group.ingress), ("egress", &mut group.egress)] {
            for (index, rule) in rules.iter_mut().enumerate() {
                let path = format!("/{list}/{index}/referenced_group_id");
                match may_be_anybodys {
                    true => at.one(&path, GROUPS, &mut rule.referenced_group_id),
                    false => at.spellings.one(GROUPS, &mut rule.referenced_group_id),
                }
                at.spellings.one(&["prefix_lists"], &mut rule.prefix_list_id);
            }
        }
    });
    each(linker, model, |interface: &mut super::NetworkInterface, at| {
        at.one("/vpc_id", VPCS, &mut interface.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut interface.subnet_id);
        at.one("/instance_id", &["instances"], &mut interface.instance_id);
        at.all("/security_group_ids", GROUPS, &mut interface.security_group_ids);
    });
    each(linker, model, |address: &mut super::ElasticIp, at| {
        at.one("/instance_id", &["instances"], &mut address.instance_id);
        at.one("/network_interface_id", &["network_interfaces"], &mut address.network_interface_id);
    });
    each(linker, model, |log: &mut super::FlowLog, at| {
        at.one("/resource_id", &["vpcs", "subnets", "network_interfaces"], &mut log.resource_id);
        at.spellings.one(&["log_groups", "s3_buckets"], &mut log.log_destination);
    });
}

fn link_gateways(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |gateway: &mut super::InternetGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id)
    });
    each(linker, model, |gateway: &mut super::EgressOnlyInternetGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id);
    });
    each(linker, model, |gateway: &mut super::NatGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut gateway.subnet_id);
        at.all("/allocation_ids", &["elastic_ips"], &mut gateway.allocation_ids);
    });
    each(linker, model, |endpoint: &mut super::VpcEndpoint, at| {
        at.one("/vpc_id", VPCS, &mut endpoint.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut endpoint.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut endpoint.security_group_ids);
        at.all("/route_table_ids", &["route_tables"], &mut endpoint.route_table_ids);
    });
    each(linker, model, |peering: &mut super::VpcPeeringConnection, at| {
        at.spellings.one(VPCS, &mut peering.requester_vpc_id);
        at.spellings.one(VPCS, &mut peering.accepter_vpc_id);
    });
    each(linker, model, |gateway: &mut super::TransitGateway, at| {
        let tables = &["transit_gateway_route_tables"];
        at.one(
            "/association_default_route_table_id",
            tables,
            &mut gateway.association_default_route_table_id,
        );
        at.one(
            "/propagation_default_route_table_id",
            tables,
            &mut gateway.propagation_default_route_table_id,
        );
    });
    each(linker, model, |attachment: &mut super::TransitGatewayAttachment, at| {
        at.one("/transit_gateway_id", &["transit_gateways"], &mut attachment.transit_gateway_id);
        at.one("/vpc_id", VPCS, &mut attachment.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut attachment.subnet_ids);
        at.one(
            "/route_table_id",
            &["transit_gateway_route_tables"],
            &mut attachment.route_table_id,
        );
    });
    each(linker, model, |table: &mut super::TransitGatewayRouteTable, at| {
        let attachments = &["transit_gateway_attachments"];
        at.one("/transit_gateway_id", &["transit_gateways"], &mut table.transit_gateway_id);
        at.all("/association_attachment_ids", attachments, &mut table.association_attachment_ids);
        at.all("/propagation_attachment_ids", attachments, &mut table.propagation_attachment_ids);
        for route in &mut table.routes {
            at.spellings.all(attachments, &mut route.attachment_ids);
        }
    });
}

fn link_compute(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |instance: &mut super::Instance, at| {
        at.one("/vpc_id", VPCS, &mut instance.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut instance.subnet_id);
        at.all("/security_group_ids", GROUPS, &mut instance.security_group_ids);
        at.one(
            "/iam_instance_profile",
            &["iam_instance_profiles"],
            &mut instance.iam_instance_profile,
        );
        at.one("/launch_template_id", &["launch_templates"], &mut instance.launch_template_id);
        for mapping in &mut instance.block_device_mappings {
            at.spellings.one(&["volumes"], &mut mapping.volume_id);
            at.spellings.one(KEYS, &mut mapping.kms_key_id);
        }
    });
    each(linker, model, |template: &mut super::LaunchTemplate, at| {
        at.one("/subnet_id", SUBNETS, &mut template.subnet_id);
        at.all("/security_group_ids", GROUPS, &mut template.security_group_ids);
        at.one(
            "/iam_instance_profile",
            &["iam_instance_profiles"],
            &mut template.iam_instance_profile,
        );
    });
    each(linker, model, |volume: &mut super::Volume, at| {
        at.spellings.one(KEYS, &mut volume.kms_key_id);
        at.all("/instance_ids", &["instances"], &mut volume.instance_ids);
    });
    each(linker, model, |service: &mut super::EcsService, at| {
        at.one("/cluster", &["ecs_clusters"], &mut service.cluster);
        at.one("/task_definition", &["ecs_task_definitions"], &mut service.task_definition);
        at.all("/subnet_ids", SUBNETS, &mut service.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut service.security_group_ids);
        for (index, tie) in service.load_balancers.iter_mut().enumerate() {
            let path = format!("/load_balancers/{index}/target_group");
            at.one(&path, &["target_groups"], &mut tie.target_group);
        }
    });
    each(linker, model, |task: &mut super::EcsTaskDefinition, at| {
        at.one("/execution_role", ROLES, &mut task.execution_role);
        at.one("/task_role", ROLES, &mut task.task_role);
        for secret in task.containers.iter_mut().flat_map(|container| &mut container.secrets) {
            at.spellings.one(&["secrets"], &mut secret.value_from);
        }
    });
    link_kubernetes(linker, model);
    each(linker, model, |function: &mut super::LambdaFunction, at| {
        at.one("/role", ROLES, &mut function.role);
        at.all("/subnet_ids", SUBNETS, &mut function.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut function.security_group_ids);
        at.spellings.one(KEYS, &mut function.kms_key_id);
    });
}

fn link_kubernetes(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |cluster: &mut super::EksCluster, at| {
        at.one("/role", ROLES, &mut cluster.role);
        at.one("/vpc_id", VPCS, &mut cluster.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut cluster.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
        at.one("/cluster_security_group_id", GROUPS, &mut cluster.cluster_security_group_id);
        at.spellings.one(KEYS, &mut cluster.secrets_kms_key_id);
    });
    each(linker, model, |group: &mut super::EksNodeGroup, at| {
        at.one("/cluster", &["eks_clusters"], &mut group.cluster);
        at.one("/node_role", ROLES, &mut group.node_role);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
        at.one("/launch_template_id", &["launch_templates"], &mut group.launch_template_id);
        at.all(
            "/remote_access_security_group_ids",
            GROUPS,
            &mut group.remote_access_security_group_ids,
        );
    });
}

fn link_data(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |database: &mut super::RdsInstance, at| {
        at.one("/db_cluster", &["rds_clusters"], &mut database.db_cluster);
        at.one("/db_subnet_group", &["rds_subnet_groups"], &mut database.db_subnet_group);
        at.all("/security_group_ids", GROUPS, &mut database.security_group_ids);
        at.all("/parameter_groups", &["rds_parameter_groups"], &mut database.parameter_groups);
        at.one(
            "/replicate_source",
            &["rds_instances", "rds_clusters"],
            &mut database.replicate_source,
        );
        at.spellings.one(KEYS, &mut database.kms_key_id);
    });
    each(linker, model, |cluster: &mut super::RdsCluster, at| {
        at.all("/members", &["rds_instances"], &mut cluster.members);
        at.one("/db_subnet_group", &["rds_subnet_groups"], &mut cluster.db_subnet_group);
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
        at.one("/parameter_group", &["rds_cluster_parameter_groups"], &mut cluster.parameter_group);
        at.one(
            "/replicate_source",
            &["rds_clusters", "rds_instances"],
            &mut cluster.replicate_source,
        );
        at.spellings.one(KEYS, &mut cluster.kms_key_id);
    });
    each(linker, model, |group: &mut super::RdsSubnetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
    });
    each(linker, model, |snapshot: &mut super::RdsSnapshot, at| {
        at.spellings.one(&["rds_instances", "rds_clusters"], &mut snapshot.source);
    });
    each(linker, model, |group: &mut super::ElastiCacheReplicationGroup, at| {
        at.one(
            "/cache_subnet_group",
            &["elasticache_subnet_groups"],
            &mut group.cache_subnet_group,
        );
        at.all("/security_group_ids", GROUPS, &mut group.security_group_ids);
        at.spellings.one(KEYS, &mut group.kms_key_id);
    });
    each(linker, model, |cluster: &mut super::ElastiCacheCluster, at| {
        at.one(
            "/cache_subnet_group",
            &["elasticache_subnet_groups"],
            &mut cluster.cache_subnet_group,
        );
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
    });
    each(linker, model, |group: &mut super::ElastiCacheSubnetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
    });
    each(linker, model, |domain: &mut super::OpenSearchDomain, at| {
        at.all("/subnet_ids", SUBNETS, &mut domain.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut domain.security_group_ids);
        at.spellings.one(KEYS, &mut domain.kms_key_id);
        for publishing in domain.log_publishing.values_mut() {
            at.spellings.one(&["log_groups"], &mut publishing.log_group);
        }
    });
}

fn link_load_balancing(linker: &mut Linker<'_>, model: &mut Model) {
    let spellings = linker.spellings;
    let link_actions = |actions: &mut Vec<super::ListenerAction>| {
        for target in actions.iter_mut().flat_map(|action| &mut action.forward) {
            spellings.one(&["target_groups"], &mut target.target_group);
        }
    };
    each(linker, model, |balancer: &mut super::LoadBalancer, at| {
        at.one("/vpc_id", VPCS, &mut balancer.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut balancer.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut balancer.security_group_ids);
        at.spellings.one(&["s3_buckets"], &mut balancer.access_logs_bucket);
    });
    each(linker, model, |listener: &mut super::Listener, at| {
        at.one("/load_balancer", &["load_balancers"], &mut listener.load_balancer);
        link_actions(&mut listener.default_actions);
    });
    each(linker, model, |rule: &mut super::ListenerRule, at| {
        at.spellings.one(&["listeners"], &mut rule.listener);
        link_actions(&mut rule.actions);
    });
    each(linker, model, |group: &mut super::TargetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/load_balancers", &["load_balancers"], &mut group.load_balancers);
        for target in &mut group.targets {
            at.spellings.one(&["instances", "load_balancers"], &mut target.target_id);
        }
    });
}

fn link_identity(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |user: &mut super::IamUser, at| {
        at.all("/groups", &["iam_groups"], &mut user.groups);
        at.spellings.all(POLICIES, &mut user.attached_policies);
        at.spellings.one(POLICIES, &mut user.permissions_boundary);
    });
    each(linker, model, |group: &mut super::IamGroup, at| {
        at.spellings.all(POLICIES, &mut group.attached_policies);
    });
    each(linker, model, |role: &mut super::IamRole, at| {
        at.spellings.all(POLICIES, &mut role.attached_policies);
        at.spellings.one(POLICIES, &mut role.permissions_boundary);
    });
    each(linker, model, |profile: &mut super::IamInstanceProfile, at| {
        at.all("/roles", ROLES, &mut profile.roles);
    });
    each(linker, model, |key: &mut super::IamAccessKey, at| {
        at.one("/user", &["iam_users"], &mut key.user)
    });
    each(linker, model, |secret: &mut super::Secret, at| {
        at.spellings.one(KEYS, &mut secret.kms_key_id)
    });
}

fn link_logging(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |bucket: &mut super::S3Bucket, at| {
        at.spellings.one(KEYS, &mut bucket.kms_key_id);
        at.spellings.one(&["s3_buckets"], &mut bucket.logging_target_bucket);
    });
    each(linker, model, |trail: &mut super::CloudTrailTrail, at| {
        at.spellings.one(KEYS, &mut trail.kms_key_id);
        at.one("/s3_bucket", &["s3_buckets"], &mut trail.s3_bucket);
        at.one(
            "/cloud_watch_logs_log_group",
            &["log_groups"],
            &mut trail.cloud_watch_logs_log_group,
        );
    });
    each(linker, model, |group: &mut super::LogGroup, at| {
        at.spellings.one(KEYS, &mut group.kms_key_id)
    });
}

/// Fills in what the other end of a reference tells.
fn complete(model: &mut Model) {
    let subnet_vpc: BTreeMap<String, String> = model
        .subnets
        .iter()
        .filter_map(|(id, subnet)| Some((id.clone(), subnet.vpc_id.clone()?)))
        .collect();
    let vpc_of = |subnets: &[String]| subnets.iter().find_map(|id| subnet_vpc.get(id)).cloned();
    for group in model.rds_subnet_groups.values_mut() {
        group.vpc_id = group.vpc_id.take().or_else(|| vpc_of(&group.subnet_ids));
    }
    for group in model.elasticache_subnet_groups.values_mut() {
        group.vpc_id = group.vpc_id.take().or_else(|| vpc_of(&group.subnet_ids));
    }
    for balancer in model.load_balancers.values_mut() {
        balancer.vpc_id = balancer.vpc_id.take().or_else(|| vpc_of(&balancer.subnet_ids));
    }
    for gateway in model.nat_gateways.values_mut() {
        gateway.vpc_id = gateway.vpc_id.take().or_else(|| vpc_of(gateway.subnet_id.as_slice()));
    }
    for instance in model.instances.values_mut() {
        instance.vpc_id = instance.vpc_id.take().or_else(|| vpc_of(instance.subnet_id.as_slice()));
    }
    for interface in model.network_interfaces.values_mut() {
        interface.vpc_id =
            interface.vpc_id.take().or_else(|| vpc_of(interface.subnet_id.as_slice()));
    }
    for cluster in model.eks_clusters.values_mut() {
        cluster.vpc_id = cluster.vpc_id.take().or_else(|| vpc_of(&cluster.subnet_ids));
        let own = cluster.cluster_security_group_id.as_ref();
        if let Some(group) = own.and_then(|id| model.security_groups.get_mut(id)) {
            group.vpc_id = group.vpc_id.take().or_else(|| cluster.vpc_id.clone());
        }
    }
    let members: Vec<(String, String)> = model
        .rds_instances
        .iter()
        .filter_map(|(id, instance)| Some((instance.db_cluster.clone()?, id.clone())))
        .collect();
    for (cluster, member) in members {
        if let Some(cluster) = model.rds_clusters.get_mut(&cluster)
            && !cluster.members.contains(&member)
        {
            cluster.members.push(member);
            cluster.members.sort();
        }
    }
}

/// The key that `spelling` means in `collection`: a key, ARN, name or alias;
/// `None` where nothing or more than one thing is called so.
pub fn find(snapshot: &Snapshot, collection: &str, spelling: &str) -> Option<String> {
    let spellings = Spellings::of(snapshot);
    spellings.resolve(collection, spelling).map(str::to_owned)
}

/// As [`find`], for one look at a collection that is still being filled.
pub fn lookup<T: Collected>(snapshot: &Snapshot, spelling: &str) -> Option<String> {
    let collection = T::of(&snapshot.model);
    if collection.contains_key(spelling) {
        return Some(spelling.to_owned());
    }
    if let Some(id) = snapshot.aliases.get(T::COLLECTION).and_then(|known| known.get(spelling)) {
        return Some(id.clone());
    }
    let mut named = collection.values().filter(|resource| resource.name() == Some(spelling));
    let found = named.next()?.id().to_owned();
    named.next().is_none().then_some(found)
}

/// Every resource that `spelling` may mean: by key, ARN, name or alias, in any
/// collection, in the order of the collections.
pub fn find_any(snapshot: &Snapshot, spelling: &str) -> Vec<ResourceRef> {
    let mut found = Vec::new();
    for resource in snapshot.model.resources() {
        let named = resource.id() == spelling
            || resource.arn() == Some(spelling)
            || resource.name() == Some(spelling)
            || snapshot
                .aliases
                .get(resource.collection())
                .and_then(|aliases| aliases.get(spelling))
                .is_some_and(|id| id == resource.id());
        if named {
            found.push(resource.reference());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, RdsInstance, SecurityGroup};

    fn identity(id: &str, name: &str) -> Identity {
        Identity { id: id.to_owned(), name: Some(name.to_owned()), ..Identity::default() }
    }

    #[test]
    fn names_and_aliases_become_keys() {
        let mut snapshot = Snapshot::default();
        let group = snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        snapshot.alias(&group, "aws_security_group.data");
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids =
            vec!["data".into(), "aws_security_group.data".into(), "sg-foreign".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(
            snapshot.model.rds_instances["db"].security_group_ids,
            ["sg-1", "sg-1", "sg-foreign"]
        );
    }

    #[test]
    fn a_reference_to_nothing_known_is_a_gap_until_it_is_known() {
        let mut snapshot = Snapshot::default();
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids = vec!["sg-1".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(
            snapshot.gaps.iter().map(|gap| gap.path.as_str()).collect::<Vec<_>>(),
            ["/security_group_ids/0"]
        );
        snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        link(&mut snapshot);
        assert!(snapshot.gaps.is_empty());
    }

    #[test]
    fn a_name_that_two_share_stays_as_it_is() {
        let mut snapshot = Snapshot::default();
        snapshot.model.insert(SecurityGroup::new(identity("sg-1", "data")));
        snapshot.model.insert(SecurityGroup::new(identity("sg-2", "data")));
        let mut database = RdsInstance::new(identity("db", "db"));
        database.security_group_ids = vec!["data".into()];
        snapshot.model.insert(database);
        link(&mut snapshot);
        assert_eq!(snapshot.model.rds_instances["db"].security_group_ids, ["data"]);
    }
}
