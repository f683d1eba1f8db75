//! Which resources carry a security group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::gaps::{self, Gaps};
use crate::model::{Gap, Model, NetworkInterface, Origin, Reason, Resource, ResourceRef, Snapshot};

/// Hands the collections of services that carry security groups to a macro.
macro_rules! services {
    ($to:ident) => {
        $to!(
            ecs_services,
            eks_clusters,
            lambda_functions,
            rds_instances,
            rds_clusters,
            elasticache_replication_groups,
            elasticache_clusters,
            opensearch_domains,
            load_balancers,
            vpc_endpoints,
            api_gateway_v2_vpc_links
        )
    };
}

macro_rules! carriers {
    ($($service:ident),*) => {
        &["instances", "launch_templates", "network_interfaces", $( stringify!($service) ),*]
    };
}

/// Collections whose resources carry security groups.
const CARRIERS: &[&str] = services!(carriers);

/// Derives `used_by` of every security group.
pub fn derive(snapshot: &mut Snapshot) {
    let (users, new_gaps) = {
        let gaps = Gaps::new(&snapshot.gaps);
        let model = &snapshot.model;
        let users = users(model);
        let open = open_carriers(model, &gaps);
        let mut new_gaps: Vec<Gap> = Vec::new();
        for group in model.security_groups.values() {
            let unlisted = CARRIERS.iter().find_map(|carrier| gaps.members(carrier, group));
            let reason = unlisted.cloned().or_else(|| {
                let template = is_from_template(snapshot, &group.reference());
                open.iter()
                    .find(|carrier| carrier.may_carry(group, template))
                    .map(|carrier| carrier.reason.clone())
            });
            if let Some(reason) = reason {
                new_gaps.push(gaps::derived(group, "/used_by", reason));
            }
        }
        (users, new_gaps)
    };
    for group in snapshot.model.security_groups.values_mut() {
        group.used_by =
            users.get(&group.id).map(|set| set.iter().cloned().collect()).unwrap_or_default();
    }
    snapshot.gaps.extend(new_gaps);
}

/// Each carrier with its groups; interfaces of other modelled resources are
/// left to those.
fn carriers(model: &Model) -> Vec<(&dyn Resource, &[String])> {
    let mut all: Vec<(&dyn Resource, &[String])> = Vec::new();
    macro_rules! add {
        ($($collection:ident),*) => {
            $( all.extend(model.$collection.values().map(|found| {
                (found as &dyn Resource, found.security_group_ids.as_slice())
            })); )*
        };
    }
    add!(instances, launch_templates);
    services!(add);
    // Further interfaces of an instance may carry other groups than its first.
    all.extend(model.network_interfaces.values().filter_map(|interface| {
        let instance = model.instances.get(interface.instance_id.as_deref()?)?;
        Some((instance as &dyn Resource, interface.security_group_ids.as_slice()))
    }));
    let owners = Owners::of(model);
    all.extend(
        model
            .network_interfaces
            .values()
            .filter(|interface| !owners.own(model, interface))
            .map(|found| (found as &dyn Resource, found.security_group_ids.as_slice())),
    );
    all
}

fn users(model: &Model) -> BTreeMap<String, BTreeSet<ResourceRef>> {
    let mut users: BTreeMap<String, BTreeSet<ResourceRef>> = BTreeMap::new();
    for (carrier, groups) in carriers(model) {
        for group in groups {
            users.entry(group.clone()).or_default().insert(carrier.reference());
        }
    }
    users
}

/// Which groups each collection's resources carry, to tell whose a service's
/// interface is.
pub struct Owners<'a> {
    groups: HashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Owners<'a> {
    /// The owners of a model's interfaces.
    pub fn of(model: &'a Model) -> Self {
        let mut groups: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        macro_rules! add {
            ($($collection:ident),*) => {
                $( groups.entry(stringify!($collection)).or_default().extend(
                    model.$collection.values().flat_map(|found| {
                        found.security_group_ids.iter().map(String::as_str)
                    }),
                ); )*
            };
        }
        services!(add);
        Self { groups }
    }

    /// Whether an interface belongs to another resource of the model.
    pub fn own(&self, model: &Model, interface: &NetworkInterface) -> bool {
        if interface.instance_id.as_ref().is_some_and(|id| model.instances.contains_key(id)) {
            return true;
        }
        let carried = |collection: &str| {
            self.groups.get(collection).is_some_and(|groups| {
                interface.security_group_ids.iter().any(|group| groups.contains(group.as_str()))
            })
        };
        match service_of(interface) {
            // A network load balancer may have no group at all.
            Some("load_balancers") if interface.security_group_ids.is_empty() => {
                !model.load_balancers.is_empty()
            }
            Some("rds_instances") => carried("rds_instances") || carried("rds_clusters"),
            Some("elasticache_clusters") => {
                carried("elasticache_clusters") || carried("elasticache_replication_groups")
            }
            Some("nat_gateways") => true,
            Some(collection) => carried(collection),
            None => false,
        }
    }
}

/// The collection of the service that made an interface, from its type and
/// description (EC2 user guide, "Requester-managed network interfaces").
pub fn service_of(interface: &NetworkInterface) -> Option<&'static str> {
    match interface.interface_type.as_deref() {
        Some("nat_gateway") => return Some("nat_gateways"),
        Some("network_load_balancer" | "load_balancer" | "gateway_load_balancer") => {
            return Some("load_balancers");
        }
        Some("vpc_endpoint" | "gateway_load_balancer_endpoint") => return Some("vpc_endpoints"),
        Some("lambda") => return Some("lambda_functions"),
        Some("api_gateway_managed") => return Some("api_gateway_v2_vpc_links"),
        _ => {}
    }
    let description = interface.description.as_deref()?;
    let starts = |prefix: &str| description.starts_with(prefix);
    if starts("ELB ") {
        Some("load_balancers")
    } else if starts("RDSNetworkInterface") {
        Some("rds_instances")
    } else if starts("ElastiCache") {
        Some("elasticache_clusters")
    } else if starts("VPC Endpoint Interface") {
        Some("vpc_endpoints")
    } else if starts("ES ") || starts("OpenSearch") {
        Some("opensearch_domains")
    } else if starts("arn:aws") && description.contains(":ecs:") {
        Some("ecs_services")
    } else if starts("AWS Lambda") {
        Some("lambda_functions")
    } else if starts("Amazon EKS ") {
        Some("eks_clusters")
    } else if starts("Interface for NAT Gateway") {
        Some("nat_gateways")
    } else {
        None
    }
}

/// A resource whose groups are not all known.
struct OpenCarrier<'a> {
    carrier: &'a dyn Resource,
    reason: Reason,
}

impl OpenCarrier<'_> {
    /// Whether it may carry `group`. A name that nothing given declares is no
    /// group of the model, and a parameter cannot name a group of its own stack.
    fn may_carry(&self, group: &dyn Resource, group_is_from_template: bool) -> bool {
        let same = |one: Option<&str>, other: Option<&str>| {
            one.is_none() || other.is_none() || one == other
        };
        if !same(self.carrier.account(), group.account())
            || !same(self.carrier.region(), group.region())
        {
            return false;
        }
        match self.reason {
            Reason::UnresolvedImport { .. } | Reason::UnresolvedReference { .. } => false,
            Reason::UnresolvedParameter { .. } => !group_is_from_template,
            _ => true,
        }
    }
}

fn open_carriers<'a>(model: &'a Model, gaps: &Gaps<'_>) -> Vec<OpenCarrier<'a>> {
    carriers(model)
        .into_iter()
        .filter_map(|(carrier, _)| {
            let reason = gaps.own(carrier.collection(), carrier.id(), "/security_group_ids")?;
            Some(OpenCarrier { carrier, reason: reason.clone() })
        })
        .collect()
}

fn is_from_template(snapshot: &Snapshot, group: &ResourceRef) -> bool {
    matches!(snapshot.origins.get(group).map(|origin| &origin.resource), Some(Origin::File { .. }))
}
