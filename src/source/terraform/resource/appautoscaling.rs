//! `aws_appautoscaling_target`.

use serde_json::Value as Json;

use super::Declared;
use crate::model::{EcsCluster, EcsService, Gap, Reason, Resource, ResourceRef, Snapshot, link};
use crate::source::node::Node;
use crate::source::scaling;

const ATTRIBUTE: &str = "/scaling_min_capacity";

pub(super) fn target(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let namespace = declared.get("service_namespace").and_then(Node::text);
    if namespace.is_some_and(|namespace| namespace != "ecs") {
        return;
    }
    let Some(resource_id) = declared.get("resource_id") else { return };
    let named = resource_id.text().and_then(|text| scaling::ecs_service(snapshot, &text));
    let found = named.or_else(|| referred_to(declared, snapshot));
    if let Some(reason) = resource_id.unknown().filter(|_| found.is_none()) {
        snapshot.gaps.insert(Gap {
            collection: "ecs_services".to_owned(),
            id: None,
            path: ATTRIBUTE.to_owned(),
            account: declared.deployment.account.clone(),
            region: declared.deployment.region.clone(),
            reason: reason.clone(),
        });
        return;
    }
    let Some(id) = found else { return leave_open(declared, resource_id, snapshot) };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("ecs_services", &id));
    let minimum = draft.integer(ATTRIBUTE, declared.get("min_capacity"), None);
    if let Some(service) = snapshot.model.ecs_services.get_mut(&id) {
        service.scaling_min_capacity = minimum;
    }
}

/// Any service may be the one whose name, or whose cluster's, is not known and
/// that is not of another name.
fn leave_open(declared: &Declared<'_>, resource_id: &Node, snapshot: &mut Snapshot) {
    let Some(text) = resource_id.text() else { return };
    let Some((cluster, name)) = text.strip_prefix("service/").and_then(|at| at.split_once('/'))
    else {
        return;
    };
    let may_be = |service: &EcsService| {
        let open = !is_named(snapshot, service);
        let own = service.cluster.as_deref().unwrap_or("default");
        let of_cluster = link::lookup::<EcsCluster>(snapshot, own)
            .and_then(|id| snapshot.model.ecs_clusters.get(&id))
            .map_or(own == cluster, |own| {
                !is_named(snapshot, own) || own.name.as_deref() == Some(cluster)
            });
        of_cluster && (open || service.name.as_deref() == Some(name))
    };
    let services = snapshot.model.ecs_services.values().filter(|service| may_be(service));
    let gaps: Vec<Gap> = services
        .map(|service| Gap {
            collection: "ecs_services".to_owned(),
            id: Some(service.id.clone()),
            path: ATTRIBUTE.to_owned(),
            account: declared.deployment.account.clone(),
            region: declared.deployment.region.clone(),
            reason: Reason::KnownAfterApply { expression: Some(format!("{}.name", service.id)) },
        })
        .collect();
    snapshot.gaps.extend(gaps);
}

/// Whether the name of a resource is known: then it is a spelling too, which a
/// tag or an address in its place is not.
fn is_named(snapshot: &Snapshot, resource: &dyn Resource) -> bool {
    let name = resource.name().filter(|name| *name != resource.id());
    let spellings = snapshot.aliases.get(resource.collection());
    name.and_then(|name| spellings?.get(name)).is_some_and(|id| id == resource.id())
}

/// The service to whose name the source refers, in the same module.
fn referred_to(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    let module = declared.address.split(declared.instance.kind).next().unwrap_or_default();
    let references = declared.expressions.get("resource_id")?.get("references")?.as_array()?;
    references.iter().filter_map(Json::as_str).find_map(|reference| {
        let resource = reference.starts_with("aws_ecs_service.").then_some(reference)?;
        let address = resource.strip_suffix(".name").unwrap_or(resource);
        link::lookup::<EcsService>(snapshot, &format!("{module}{address}"))
    })
}
