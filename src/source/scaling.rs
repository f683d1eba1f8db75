//! What Application Auto Scaling scales.

use crate::model::{EcsCluster, Snapshot, link};

/// The key of the ECS service that a scalable target's resource id names:
/// `service/CLUSTER/SERVICE`.
///
/// Source: Application Auto Scaling API reference, `RegisterScalableTarget`.
pub fn ecs_service(snapshot: &Snapshot, resource_id: &str) -> Option<String> {
    let (cluster, service) = resource_id.strip_prefix("service/")?.split_once('/')?;
    service_of_cluster(snapshot, cluster, service)
}

/// The key of the service with this name, in the cluster of this name or key.
pub fn service_of_cluster(snapshot: &Snapshot, cluster: &str, service: &str) -> Option<String> {
    // By key, or, of a cluster that was not given, by the end of its ARN.
    let key = |spelling: &str| {
        let last = spelling.rsplit('/').next().unwrap_or(spelling);
        link::lookup::<EcsCluster>(snapshot, spelling).unwrap_or_else(|| last.to_owned())
    };
    let cluster = key(cluster);
    let mut found = snapshot.model.ecs_services.values().filter(|one| {
        let named = one.name.as_deref() == Some(service) || one.id == service;
        named && one.cluster.as_deref().is_none_or(|own| key(own) == cluster)
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.id.clone()),
        _ => None,
    }
}
