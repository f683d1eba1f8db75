//! What Application Auto Scaling scales, and Auto Scaling groups launch.

use super::node::{Node, Value};
use crate::model::gap::more;
use crate::model::{EcsCluster, Gap, Reason, Snapshot, link};

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

/// Leaves the targets of target groups open with which a service registers the
/// container instances that its tasks happen to run on.
pub fn on_container_instances<'n>(
    service: &str,
    target_groups: impl Iterator<Item = &'n Node>,
    (account, region): (Option<String>, Option<String>),
    snapshot: &mut Snapshot,
) {
    for node in target_groups {
        let id = match &node.value {
            Value::Reference(reference) => reference.id.clone(),
            Value::Text(text) => text.clone(),
            _ => continue,
        };
        snapshot.gaps.insert(Gap {
            collection: "target_groups".to_owned(),
            id: Some(id),
            path: more("/targets"),
            account: account.clone(),
            region: region.clone(),
            reason: Reason::Unresolvable {
                expression: format!("which container instances {service} registers"),
                detail: "those that run its tasks".to_owned(),
            },
        });
    }
}

/// Why the targets that an Auto Scaling group registers are not known.
pub fn launched(group: &str) -> Reason {
    Reason::Unresolvable {
        expression: format!("which instances the Auto Scaling group {group} registers"),
        detail: "it launches them".to_owned(),
    }
}
