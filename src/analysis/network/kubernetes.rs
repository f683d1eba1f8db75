//! The presences of EKS clusters, of their node groups and Fargate profiles.
//!
//! Source: Amazon EKS user guide, "Cluster API server endpoint", "View Amazon
//! EKS networking requirements for VPC and subnets", "View Amazon EKS security
//! group requirements for clusters" and "Customize managed nodes with launch
//! templates".

use std::collections::HashSet;

use super::bastion::held_by_one;
use super::facts::Asked;
use super::internet;
use super::ports::Ports;
use super::public_endpoint::{Clients, PublicEndpoint};
use super::ranges::{Family, Ranges, parse_cidr};
use super::things::{Collector, Listens, Maybe, Presence, Role, Thing};
use super::world::World;
use crate::model::{EksCluster, EksFargateProfile, EksNodeGroup, NetworkPath};

/// The port of the Kubernetes API.
const API: u16 = 443;

/// Adds every cluster and node group.
pub fn collect<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    let model = collector.world.model;
    things.extend(model.eks_clusters.values().map(|found| cluster(collector, found)));
    let seen = seen(collector);
    let groups = model.eks_node_groups.values().filter(|group| {
        let cluster = group.cluster.as_ref().and_then(|id| model.eks_clusters.get(id));
        let cluster = cluster.map(|found| World::name_of(found)).or(group.cluster.as_deref());
        !seen.contains(&(cluster, group.name.as_deref()))
    });
    things.extend(groups.map(|group| node_group(collector, group)));
    let profiles = model.eks_fargate_profiles.values();
    things.extend(profiles.map(|profile| fargate_profile(collector, profile)));
}

/// Node groups whose nodes are in the model as instances, which tell more:
/// names of cluster and group, from the tags that EKS gives nodes.
fn seen<'a>(collector: &Collector<'_, 'a>) -> HashSet<(Option<&'a str>, Option<&'a str>)> {
    let instances = collector.world.model.instances.values();
    instances
        .filter_map(|instance| {
            let tag = |key: &str| instance.tags.get(key).map(String::as_str);
            let group = tag("eks:nodegroup-name")?;
            Some((tag("eks:cluster-name"), Some(group)))
        })
        .collect()
}

fn cluster<'a>(collector: &Collector<'_, 'a>, cluster: &'a EksCluster) -> Thing<'a> {
    let mut thing = Collector::thing(cluster, Role::Cluster, "cluster");
    thing.listens = Listens::Tcp(Ports::one(API));
    thing.listens_at = "/endpoint_private_access";
    // Without private access its interfaces serve the control plane alone.
    thing.accepts = cluster.endpoint_private_access != Some(false);
    thing.presences = cluster
        .subnet_ids
        .iter()
        .map(|subnet| {
            let mut presence = collector.in_subnet(subnet, cluster, &cluster.security_group_ids);
            presence.public_v4 =
                Maybe::No("the control plane's interfaces have no public address".into());
            if cluster.endpoint_private_access.is_none() {
                let reason = collector.gap(cluster, "/endpoint_private_access");
                presence.groups_doubt = presence.groups_doubt.or(reason);
            }
            presence
        })
        .collect();
    thing.unplaced = collector.gap(cluster, "/subnet_ids");
    if thing.presences.is_empty() && thing.unplaced.is_none() {
        thing.unplaced = Some(format!("the subnets of {}", World::name_of(cluster)));
    }
    thing.public_endpoint = public_endpoint(collector, cluster);
    thing
}

fn public_endpoint(collector: &Collector<'_, '_>, cluster: &EksCluster) -> Option<PublicEndpoint> {
    const ACCESS: &str = "/endpoint_public_access";
    const CIDRS: &str = "/public_access_cidrs";
    let doubt = match cluster.endpoint_public_access {
        Some(true) => None,
        Some(false) => return None,
        None => Some(collector.gap(cluster, ACCESS).unwrap_or_else(|| {
            format!("whether the API endpoint of {} is public", World::name_of(cluster))
        })),
    };
    let mut may_take = collector.gap(cluster, CIDRS);
    let mut clients = Vec::with_capacity(cluster.public_access_cidrs.len());
    for (index, text) in cluster.public_access_cidrs.iter().enumerate() {
        match parse_cidr(text) {
            Some((family, addresses)) => clients.push(Clients {
                attribute: format!("{CIDRS}/{index}"),
                text: text.clone(),
                family,
                addresses,
            }),
            None => {
                may_take.get_or_insert(format!("{CIDRS} of {}: {text}", World::name_of(cluster)));
            }
        }
    }
    Some(PublicEndpoint {
        attribute: ACCESS.to_owned(),
        description: "has a public API endpoint",
        clients: Some(clients),
        doubt,
        may_take,
    })
}

fn node_group<'a>(collector: &Collector<'_, 'a>, group: &'a EksNodeGroup) -> Thing<'a> {
    let mut thing = Collector::thing(group, Role::Other, "node group");
    let (groups, doubt) = carried(collector, group);
    let on_launch = launch_address(collector, group);
    thing.presences = group
        .subnet_ids
        .iter()
        .map(|subnet| {
            let mut presence = collector.in_subnet(subnet, group, &groups);
            if groups.is_empty() {
                // Not the VPC's default group, as elsewhere.
                presence.groups.clear();
                presence.may_carry = true;
            }
            presence.groups_doubt = presence.groups_doubt.take().or_else(|| doubt.clone());
            presence.public_v4 =
                on_launch.clone().unwrap_or_else(|| subnet_address(collector, &presence));
            presence
        })
        .collect();
    thing.unplaced = collector.gap(group, "/subnet_ids");
    if thing.presences.is_empty() && thing.unplaced.is_none() {
        thing.unplaced = Some(format!("the subnets of {}", World::name_of(group)));
    }
    thing
}

/// The pods that a Fargate profile selects: in its subnets, with the cluster's
/// own group, and without public addresses.
///
/// Source: Amazon EKS user guide, "AWS Fargate considerations" and "Define which
/// Pods use AWS Fargate when launched". A `SecurityGroupPolicy` of Kubernetes
/// may give pods other groups, which AWS does not tell.
fn fargate_profile<'a>(collector: &Collector<'_, 'a>, profile: &'a EksFargateProfile) -> Thing<'a> {
    let mut thing = Collector::thing(profile, Role::Other, "Fargate profile");
    let model = collector.world.model;
    let cluster = profile.cluster.as_ref().and_then(|id| model.eks_clusters.get(id));
    let own = cluster.and_then(|cluster| cluster.cluster_security_group_id.clone());
    let unknown = || format!("the security group of the cluster of {}", World::name_of(profile));
    let doubt = own.is_none().then(unknown);
    thing.presences = profile
        .subnet_ids
        .iter()
        .map(|subnet| {
            let mut presence = collector.in_subnet(subnet, profile, own.as_slice());
            if own.is_none() {
                // Not the VPC's default group, as elsewhere.
                presence.groups.clear();
                presence.may_carry = true;
            }
            presence.groups_doubt = presence.groups_doubt.take().or_else(|| doubt.clone());
            presence.public_v4 = Maybe::No("pods on Fargate have no public address".into());
            presence
        })
        .collect();
    thing.unplaced = collector.gap(profile, "/subnet_ids");
    if thing.presences.is_empty() && thing.unplaced.is_none() {
        thing.unplaced = Some(format!("the subnets of {}", World::name_of(profile)));
    }
    thing
}

/// The groups that nodes carry: those of their launch template, or the
/// cluster's; and why there may be others.
fn carried(collector: &Collector<'_, '_>, group: &EksNodeGroup) -> (Vec<String>, Option<String>) {
    let model = collector.world.model;
    let name = World::name_of(group);
    let mut doubt = collector.gap(group, "/launch_template_id");
    if let Some(id) = &group.launch_template_id {
        match model.launch_templates.get(id) {
            Some(template) => {
                if !template.security_group_ids.is_empty() {
                    let open = collector.gap(template, "/security_group_ids");
                    return (template.security_group_ids.clone(), doubt.or(open));
                }
                doubt = doubt.or_else(|| collector.gap(template, "/security_group_ids"));
            }
            None => {
                let reason = format!("launch template {id} of {name} is not in what was given");
                return (Vec::new(), Some(doubt.unwrap_or(reason)));
            }
        }
    } else if group.remote_access_key.is_some()
        || collector.gap(group, "/remote_access_key").is_some()
    {
        doubt = doubt.or_else(|| {
            Some(format!("the security group that EKS makes for SSH to the nodes of {name}"))
        });
    }
    let cluster = group.cluster.as_ref().and_then(|id| model.eks_clusters.get(id));
    match cluster.and_then(|cluster| cluster.cluster_security_group_id.clone()) {
        Some(own) => (vec![own], doubt),
        None => (
            Vec::new(),
            doubt.or_else(|| {
                Some(format!("the security group of the cluster of {name} is not known"))
            }),
        ),
    }
}

/// Whether the launch template decides on public addresses.
fn launch_address(collector: &Collector<'_, '_>, group: &EksNodeGroup) -> Option<Maybe> {
    let id = group.launch_template_id.as_ref()?;
    let template = collector.world.model.launch_templates.get(id)?;
    const PATH: &str = "/associate_public_ip_address";
    match template.associate_public_ip_address {
        Some(true) => Some(Maybe::Yes),
        Some(false) => Some(Maybe::No("its launch template gives no public address".into())),
        None => collector.gap(template, PATH).map(Maybe::Unknown),
    }
}

/// Whether the subnet gives nodes public addresses.
fn subnet_address(collector: &Collector<'_, '_>, presence: &Presence<'_>) -> Maybe {
    let Some(place) = presence.place.and_then(|at| collector.world.places.get(at)) else {
        return Maybe::Unknown("its subnet is not in what was given".to_owned());
    };
    collector.flag(
        place.subnet,
        place.subnet.map_public_ip_on_launch,
        "/map_public_ip_on_launch",
        "its subnet gives no public addresses",
    )
}

/// The addresses from which administrators may use a cluster's public endpoint:
/// those that the profile names, or that its own list names and one
/// organisation may hold.
fn named(world: &World<'_>, endpoint: &PublicEndpoint) -> [Ranges; 2] {
    match &world.admins {
        Some(admins) => admins.clone(),
        None => Family::ALL.map(|family| held_by_one(&endpoint.addresses(family), family)),
    }
}

/// The paths from the internet to a cluster from addresses that nobody named;
/// with what leaves them open.
pub fn from_internet(
    world: &World<'_>,
    at: usize,
    thing: &Thing<'_>,
) -> (Vec<NetworkPath>, Vec<String>) {
    let Some(endpoint) = &thing.public_endpoint else { return (Vec::new(), Vec::new()) };
    let named = named(world, endpoint);
    let strangers = Family::ALL.map(|family| {
        let internet = world.internet.get(family as usize).cloned().unwrap_or_default();
        named.get(family as usize).map_or_else(Ranges::empty, |named| internet.subtract(named))
    });
    let asked = Asked { clients: Some(strangers), ..Asked::default() };
    let answer = internet::answer(world, at, thing, &asked);
    let unknown = if answer.reached.is_none() { answer.unknown } else { Vec::new() };
    (answer.paths, unknown)
}
