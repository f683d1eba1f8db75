//! The presences of data stores: RDS, ElastiCache, OpenSearch.
//!
//! Source: Amazon RDS user guide, "Working with a DB instance in a VPC";
//! Amazon ElastiCache and OpenSearch Service developer guides: their nodes
//! never have public addresses inside a VPC.

use std::collections::HashMap;

use super::ports::Ports;
use super::public_endpoint::PublicEndpoint;
use super::things::{Collector, Listens, Maybe, Role, Thing};
use super::world::World;
use crate::model::{RdsInstance, Resource};

/// Adds every data store.
pub fn collect<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    rds_instances(collector, things);
    rds_clusters(collector, things);
    caches(collector, things);
    domains(collector, things);
}

fn listens(collector: &Collector<'_, '_>, resource: &dyn Resource, port: Option<i64>) -> Listens {
    match port.and_then(|port| u16::try_from(port).ok()) {
        Some(port) => Listens::Tcp(Ports::one(port)),
        None => Listens::Unknown(
            collector
                .gap(resource, "/port")
                .unwrap_or_else(|| format!("the port of {}", World::name_of(resource))),
        ),
    }
}

/// Puts a store into the subnets of its group.
fn place<'a>(
    collector: &Collector<'_, 'a>,
    thing: &mut Thing<'a>,
    group: Option<&'a String>,
    subnets: Option<&'a Vec<String>>,
    groups: &[String],
    attribute: &str,
) {
    let resource = thing.resource;
    let name = World::name_of(resource);
    match (group, subnets) {
        (Some(group), Some(subnets)) => {
            thing.presences =
                subnets.iter().map(|id| collector.in_subnet(id, resource, groups)).collect();
            let collection = match resource.collection() {
                "rds_instances" | "rds_clusters" => "rds_subnet_groups",
                _ => "elasticache_subnet_groups",
            };
            thing.unplaced = collector
                .world
                .gaps
                .own(collection, group, "/subnet_ids")
                .map(|reason| format!("the subnets of group {group}: {reason}"));
            if thing.presences.is_empty() && thing.unplaced.is_none() {
                thing.unplaced = Some(format!("the subnets of group {group}"));
            }
        }
        (Some(group), None) => {
            thing.unplaced = Some(collector.gap(resource, attribute).unwrap_or_else(|| {
                format!("subnet group {group} of {name} is not in what was given")
            }));
        }
        (None, _) => {
            thing.unplaced = Some(collector.gap(resource, attribute).unwrap_or_else(|| {
                format!("{name} names no subnet group; it lands in the account's default VPC")
            }));
        }
    }
}

fn rds_instances<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    let model = collector.world.model;
    for instance in model.rds_instances.values() {
        let mut thing = Collector::thing(instance, Role::Data, "data");
        let cluster = instance.db_cluster.as_ref().and_then(|id| model.rds_clusters.get(id));
        thing.cluster = instance.db_cluster.as_deref();
        thing.alternatives = true;
        thing.listens_at = "/port";
        thing.listens = match (instance.port, cluster) {
            (None, Some(cluster)) => listens(collector, cluster, cluster.port),
            (port, _) => listens(collector, instance, port),
        };
        let group = instance
            .db_subnet_group
            .as_ref()
            .or_else(|| cluster.and_then(|cluster| cluster.db_subnet_group.as_ref()));
        let inherited = collector.gap(instance, "/security_group_ids").is_none();
        let groups = match cluster {
            Some(cluster) if instance.security_group_ids.is_empty() && inherited => {
                &cluster.security_group_ids
            }
            _ => &instance.security_group_ids,
        };
        let subnets =
            group.and_then(|id| model.rds_subnet_groups.get(id)).map(|found| &found.subnet_ids);
        // A member has its subnet group from its cluster.
        let attribute = match (group, cluster) {
            (None, None) if instance.db_cluster.is_some() => "/db_cluster",
            _ => "/db_subnet_group",
        };
        place(collector, &mut thing, group, subnets, groups, attribute);
        if let (None, Some(cluster), None) = (&instance.db_subnet_group, cluster, subnets)
            && let Some(reason) = collector.gap(cluster, "/db_subnet_group")
        {
            thing.unplaced = Some(reason);
        }
        let public = collector.flag(
            instance,
            instance.publicly_accessible,
            "/publicly_accessible",
            "it is not publicly accessible",
        );
        for presence in &mut thing.presences {
            presence.public_v4 = public.clone();
        }
        let zone = instance.availability_zone.as_deref();
        if instance.multi_az == Some(false) && zone.is_some() {
            let in_zone = |place: Option<usize>| {
                place
                    .and_then(|at| collector.world.places.get(at))
                    .is_some_and(|found| found.subnet.availability_zone.as_deref() == zone)
            };
            if thing.presences.iter().any(|presence| in_zone(presence.place)) {
                thing.presences.retain(|presence| in_zone(presence.place));
            }
        }
        things.push(thing);
    }
}

fn rds_clusters<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    let model = collector.world.model;
    let mut members: HashMap<&str, Vec<&RdsInstance>> = HashMap::new();
    for instance in model.rds_instances.values() {
        if let Some(cluster) = instance.db_cluster.as_deref() {
            members.entry(cluster).or_default().push(instance);
        }
    }
    for cluster in model.rds_clusters.values() {
        let mut thing = Collector::thing(cluster, Role::Data, "data");
        thing.cluster = Some(&cluster.id);
        thing.alternatives = true;
        thing.listens_at = "/port";
        thing.listens = listens(collector, cluster, cluster.port);
        let group = cluster.db_subnet_group.as_ref();
        let subnets =
            group.and_then(|id| model.rds_subnet_groups.get(id)).map(|found| &found.subnet_ids);
        place(
            collector,
            &mut thing,
            group,
            subnets,
            &cluster.security_group_ids,
            "/db_subnet_group",
        );
        // An Aurora cluster is reached through its members.
        let mut public = collector.flag(
            cluster,
            cluster.publicly_accessible,
            "/publicly_accessible",
            "it is not publicly accessible",
        );
        for member in members.get(cluster.id.as_str()).into_iter().flatten().copied() {
            let flag =
                collector.flag(member, member.publicly_accessible, "/publicly_accessible", "");
            match (&public, &flag) {
                (Maybe::Yes, _) | (_, Maybe::No(_)) | (Maybe::Unknown(_), Maybe::Unknown(_)) => {}
                _ => public = flag,
            }
        }
        for presence in &mut thing.presences {
            presence.public_v4 = public.clone();
        }
        things.push(thing);
    }
}

fn caches<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    let model = collector.world.model;
    macro_rules! add {
        ($collection:ident) => {
            for cache in model.$collection.values() {
                let mut thing = Collector::thing(cache, Role::Data, "data");
                thing.alternatives = true;
                thing.cluster = Some(&cache.id);
                thing.listens_at = "/port";
                thing.listens = listens(collector, cache, cache.port);
                let group = cache.cache_subnet_group.as_ref();
                let subnets = group
                    .and_then(|id| model.elasticache_subnet_groups.get(id))
                    .map(|found| &found.subnet_ids);
                let groups = &cache.security_group_ids;
                place(collector, &mut thing, group, subnets, groups, "/cache_subnet_group");
                for presence in &mut thing.presences {
                    presence.public_v4 =
                        Maybe::No("ElastiCache nodes have no public address".into());
                }
                things.push(thing);
            }
        };
    }
    add!(elasticache_replication_groups);
    add!(elasticache_clusters);
}

fn domains<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    for domain in collector.world.model.opensearch_domains.values() {
        let mut thing = Collector::thing(domain, Role::Data, "data");
        let ports = match domain.enforce_https {
            Some(true) => Ports::one(443),
            _ => Ports::one(443).union(&Ports::one(80)),
        };
        thing.listens = Listens::Tcp(ports);
        thing.listens_at = "/enforce_https";
        thing.cluster = Some(&domain.id);
        match domain.in_vpc {
            Some(false) => {
                thing.public_endpoint = Some(PublicEndpoint {
                    attribute: "/in_vpc".to_owned(),
                    description: "lies in no VPC: it has a public endpoint",
                    clients: None,
                    doubt: None,
                    may_take: None,
                });
            }
            Some(true) => {
                thing.presences = domain
                    .subnet_ids
                    .iter()
                    .map(|subnet| {
                        let mut presence =
                            collector.in_subnet(subnet, domain, &domain.security_group_ids);
                        presence.public_v4 =
                            Maybe::No("a domain in a VPC has no public address".into());
                        presence
                    })
                    .collect();
                thing.unplaced = collector.gap(domain, "/subnet_ids");
                if thing.presences.is_empty() && thing.unplaced.is_none() {
                    thing.unplaced = Some(format!("the subnets of {}", World::name_of(domain)));
                }
            }
            None => {
                thing.unplaced = Some(collector.gap(domain, "/in_vpc").unwrap_or_else(|| {
                    format!("whether {} lies in a VPC", World::name_of(domain))
                }));
            }
        }
        things.push(thing);
    }
}
