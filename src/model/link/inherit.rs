//! What a resource leaves to another: an instance to its launch template and to
//! its subnet, a read replica to its source.
//!
//! Source: EC2 user guide, "Launch an instance using a launch template" and
//! "Amazon EC2 instance IP addressing"; RDS API reference,
//! `CreateDBInstanceReadReplica`.

use std::collections::BTreeSet;

use crate::model::{Gap, Model, RdsInstance, Reason, Resource, ResourceRef, Snapshot};

const SUBNET: &str = "/subnet_id";
const GROUPS: &str = "/security_group_ids";
const ADDRESS: &str = "/associate_public_ip_address";

/// Fills in what a resource does not say and another decides for it, with the
/// place where that one says it.
pub fn inherit(snapshot: &mut Snapshot) {
    launch_templates(snapshot);
    instances(snapshot);
    replicas(snapshot);
}

/// Whether nothing is said of an attribute, so that it is not merely unknown.
fn is_left_out(snapshot: &Snapshot, resource: &ResourceRef, path: &str) -> bool {
    let mut gaps = snapshot.gaps_of(&resource.collection, Some(&resource.id));
    !gaps.any(|gap| gap.touches(path))
}

/// Notes that the attribute stands where another resource says it.
fn place(snapshot: &mut Snapshot, resource: &ResourceRef, path: &str, of: (&ResourceRef, &str)) {
    let (giver, given) = of;
    let Some(origin) = snapshot.origins.resolve(giver, given).cloned() else { return };
    if let Some(own) = snapshot.origins.get_mut(resource) {
        own.attributes.entry(path.to_owned()).or_insert(origin);
    }
}

/// A subnet decides whether what is launched in it gets a public address; where
/// it is not known of the subnet, it is not known of what is in it.
fn by_subnet(
    snapshot: &mut Snapshot,
    resource: &ResourceRef,
    subnet: Option<&str>,
) -> Option<bool> {
    const PATH: &str = "/map_public_ip_on_launch";
    let subnet = snapshot.model.subnets.get(subnet?)?;
    let (giver, mapped) = (subnet.reference(), subnet.map_public_ip_on_launch);
    place(snapshot, resource, ADDRESS, (&giver, PATH));
    if mapped.is_none() {
        let open =
            snapshot.gaps_of(&giver.collection, Some(&giver.id)).find(|gap| gap.touches(PATH));
        let open = open.map(|gap| Gap {
            collection: resource.collection.clone(),
            id: Some(resource.id.clone()),
            path: ADDRESS.to_owned(),
            ..gap.clone()
        });
        snapshot.gaps.extend(open);
    }
    mapped
}

fn launch_templates(snapshot: &mut Snapshot) {
    let ids: Vec<String> = snapshot.model.launch_templates.keys().cloned().collect();
    for id in ids {
        let resource = ResourceRef::new("launch_templates", &id);
        let Some(template) = snapshot.model.launch_templates.get(&id) else { continue };
        if template.associate_public_ip_address.is_some()
            || template.subnet_id.is_none()
            || !is_left_out(snapshot, &resource, ADDRESS)
        {
            continue;
        }
        let subnet = template.subnet_id.clone();
        let address = by_subnet(snapshot, &resource, subnet.as_deref());
        if let Some(template) = snapshot.model.launch_templates.get_mut(&id) {
            template.associate_public_ip_address = address;
        }
    }
}

fn instances(snapshot: &mut Snapshot) {
    let open: Vec<String> = snapshot
        .model
        .instances
        .values()
        .filter(|one| one.subnet_id.is_none() || one.associate_public_ip_address.is_none())
        .map(|one| one.id.clone())
        .collect();
    let interfaces = snapshot.model.network_interfaces.values();
    let attached: BTreeSet<(String, String)> = interfaces
        .filter_map(|one| Some((one.instance_id.clone()?, one.subnet_id.clone()?)))
        .collect();
    for id in open {
        let resource = ResourceRef::new("instances", &id);
        let Some(instance) = snapshot.model.instances.get(&id) else { continue };
        let mut subnet = instance.subnet_id.clone();
        let mut groups = instance.security_group_ids.clone();
        let mut address = instance.associate_public_ip_address;
        let names_template = instance.launch_template_id.is_some();
        let has_address = instance.private_ip_address.is_some()
            || instance.public_ip_address.is_some()
            || !instance.ipv6_addresses.is_empty();
        let template = instance.launch_template_id.as_ref();
        let template = template.and_then(|id| snapshot.model.launch_templates.get(id)).cloned();
        if let Some(template) = &template {
            let giver = template.reference();
            if subnet.is_none() && is_left_out(snapshot, &resource, SUBNET) {
                subnet.clone_from(&template.subnet_id);
                place(snapshot, &resource, SUBNET, (&giver, SUBNET));
            }
            if groups.is_empty() && is_left_out(snapshot, &resource, GROUPS) {
                groups.clone_from(&template.security_group_ids);
                place(snapshot, &resource, GROUPS, (&giver, GROUPS));
            }
            if address.is_none() && is_left_out(snapshot, &resource, ADDRESS) {
                address = template.associate_public_ip_address;
                place(snapshot, &resource, ADDRESS, (&giver, ADDRESS));
            }
        }
        // A launch template that is not known may decide it; what is running has
        // the addresses that it has.
        let is_running = has_address
            || subnet.as_ref().is_some_and(|at| attached.contains(&(id.clone(), at.clone())));
        if address.is_none()
            && !is_running
            && names_template == template.is_some()
            && is_left_out(snapshot, &resource, ADDRESS)
        {
            address = by_subnet(snapshot, &resource, subnet.as_deref());
        }
        if let Some(instance) = snapshot.model.instances.get_mut(&id) {
            instance.subnet_id = subnet;
            instance.security_group_ids = groups;
            instance.associate_public_ip_address = address;
        }
    }
}

/// What a replica may have from its source.
const OF_SOURCE: [&str; 4] =
    ["/engine", "/engine_version", "/db_subnet_group", "/parameter_groups"];

/// Of these, what a replica in another region has from its source too.
const IN_ANY_REGION: usize = 2;

/// What a source gives, in the order of [`OF_SOURCE`]. A cluster's parameter
/// group is none of an instance.
fn given(model: &Model, source: &str) -> Option<(ResourceRef, Option<String>, [Vec<String>; 4])> {
    let list = |one: &Option<String>| one.iter().cloned().collect::<Vec<_>>();
    if let Some(one) = model.rds_instances.get(source) {
        let values = [
            list(&one.engine),
            list(&one.engine_version),
            list(&one.db_subnet_group),
            one.parameter_groups.clone(),
        ];
        return Some((one.reference(), one.region.clone(), values));
    }
    let one = model.rds_clusters.get(source)?;
    let values =
        [list(&one.engine), list(&one.engine_version), list(&one.db_subnet_group), Vec::new()];
    Some((one.reference(), one.region.clone(), values))
}

/// A replica has what it does not say from its source; where that is not known,
/// that is not known either.
fn replicas(snapshot: &mut Snapshot) {
    let all = snapshot.model.rds_instances.values();
    let replicas: Vec<RdsInstance> =
        all.filter(|one| one.replicate_source.is_some()).cloned().collect();
    for mut replica in replicas {
        let Some(source) = replica.replicate_source.clone() else { continue };
        let resource = replica.reference();
        let unknown = Reason::UnresolvedReference { target: source.clone() };
        let gap = |path: &str, reason: Reason| Gap {
            collection: resource.collection.clone(),
            id: Some(resource.id.clone()),
            path: path.to_owned(),
            account: replica.account.clone(),
            region: replica.region.clone(),
            reason,
        };
        for path in OF_SOURCE {
            snapshot.gaps.remove(&gap(path, unknown.clone()));
        }
        let found = given(&snapshot.model, &source);
        let of_arn = source.split(':').nth(3).map(str::to_owned);
        let region = found.as_ref().map_or(of_arn, |(_, region, _)| region.clone());
        let same = region.is_none() || replica.region.is_none() || region == replica.region;
        let count = if same { OF_SOURCE.len() } else { IN_ANY_REGION };
        let own = [
            replica.engine.is_some(),
            replica.engine_version.is_some(),
            replica.db_subnet_group.is_some(),
            !replica.parameter_groups.is_empty(),
        ];
        let mut taken: [Vec<String>; 4] = Default::default();
        for (index, path) in OF_SOURCE.into_iter().enumerate().take(count) {
            let is_said = own.get(index).copied().unwrap_or(true);
            if is_said || !is_left_out(snapshot, &resource, path) {
                continue;
            }
            let Some((giver, _, values)) = &found else {
                snapshot.gaps.insert(gap(path, unknown.clone()));
                continue;
            };
            let open = snapshot
                .gaps_of(&giver.collection, Some(&giver.id))
                .find(|gap| gap.touches(path))
                .map(|gap| gap.reason.clone());
            if let Some(reason) = open {
                snapshot.gaps.insert(gap(path, reason));
            }
            place(snapshot, &resource, path, (giver, path));
            if let (Some(taken), Some(values)) = (taken.get_mut(index), values.get(index)) {
                taken.clone_from(values);
            }
        }
        let [engine, version, subnets, parameters] = taken;
        replica.engine = replica.engine.or(engine.into_iter().next());
        replica.engine_version = replica.engine_version.or(version.into_iter().next());
        replica.db_subnet_group = replica.db_subnet_group.or(subnets.into_iter().next());
        if replica.parameter_groups.is_empty() {
            replica.parameter_groups = parameters;
        }
        snapshot.model.insert(replica);
    }
}
