//! `AWS::ApplicationAutoScaling`.

use super::Declared;
use crate::model::{ResourceRef, Snapshot};
use crate::source::node::{Node, Reference, Value};
use crate::source::scaling;

pub(super) fn scalable_target(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    if !scales_ecs(declared) {
        return;
    }
    let Some(id) = declared.get("ResourceId").and_then(|node| service_of(node, snapshot)) else {
        return;
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("ecs_services", &id));
    let minimum = draft.integer("/scaling_min_capacity", declared.get("MinCapacity"), None);
    if let Some(service) = snapshot.model.ecs_services.get_mut(&id) {
        service.scaling_min_capacity = minimum;
    }
}

/// Whether a scalable target is, or may be, an ECS service.
pub(super) fn scales_ecs(declared: &Declared<'_>) -> bool {
    let namespace = declared.get("ServiceNamespace").and_then(Node::text);
    namespace.is_none_or(|namespace| namespace == "ecs")
}

/// The service in `service/CLUSTER/SERVICE`, which may be composed of
/// references.
fn service_of(node: &Node, snapshot: &Snapshot) -> Option<String> {
    let Value::Joined(parts) = &node.value else {
        return scaling::ecs_service(snapshot, &node.text()?);
    };
    let named = parts.iter().find_map(|part| match &part.value {
        Value::Reference(Reference { id, resource_type, .. })
            if resource_type == "AWS::ECS::Service" =>
        {
            Some(id.clone())
        }
        _ => None,
    });
    // A cluster by reference, and a service by name.
    named.or_else(|| {
        let spelled = parts.iter().map(|part| match &part.value {
            Value::Reference(Reference { id, .. }) => Some(id.replace('/', "\u{0}")),
            _ => part.text(),
        });
        let text: String = spelled.collect::<Option<String>>()?;
        let (cluster, service) = text.strip_prefix("service/")?.split_once('/')?;
        scaling::service_of_cluster(snapshot, &cluster.replace('\u{0}', "/"), service)
    })
}
