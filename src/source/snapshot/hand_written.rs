//! Snapshots that a person or another program wrote: what they leave out takes
//! the default that AWS documents, and where there is none it is not known.
//!
//! - A list that is left out is empty, but for `egress` of a security group:
//!   EC2 lets everything out of one that nobody restricted.
//! - A VPC whose main route table, default network ACL or default security
//!   group is not there has those that AWS makes with it.
//! - A route table without local routes has those of its VPC, and the kind of a
//!   route's target is told by its id.
//! - Any other attribute that is left out is a gap. `null` says that it is
//!   absent.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::gap::covers;
use crate::model::{
    Gap, Identity, Model, Reason, ResourceRef, Route, SecurityGroup, Snapshot, Vpc, link,
};
use crate::source::{default_resources, draft::escape, engine};

/// What every resource has, and no verdict rests on being left out.
const IDENTITY: &[&str] = &["id", "arn", "name", "type", "account", "region", "tags"];

/// What is absent where it is left out: collection and attribute.
const ABSENT: &[(&str, &str)] = &[("ecs_services", "/scaling_min_capacity")];

/// Whether nobody but a person or another program wrote it: what this program
/// saves tells where it comes from.
pub fn is_one(snapshot: &Snapshot) -> bool {
    snapshot.coverage.is_empty() && snapshot.origins.is_empty()
}

/// Fills in defaults and records the rest as gaps; `text` is what was written.
pub fn complete(snapshot: &mut Snapshot, text: &str) {
    let Ok(Written { model: written }) = serde_json::from_str(text) else { return };
    let gaps = Gaps::of(snapshot);
    // References may be names: what is missing shows once they are keys. Which
    // of them mean nothing is noted when the whole model is linked.
    let known = snapshot.gaps.clone();
    link::link(snapshot);
    snapshot.gaps = known;
    vpcs(&mut snapshot.model, &gaps);
    let mut unclear = routes(&mut snapshot.model);
    security_groups(&mut snapshot.model, &written, &gaps);
    unclear.extend(associations(&mut snapshot.model, &gaps));
    entries(&mut snapshot.model);
    machines(&mut snapshot.model, &written, &gaps);
    balancers(&mut snapshot.model, &gaps);
    service_entries(&mut snapshot.model);
    stores(&mut snapshot.model);
    gateways(&mut snapshot.model);
    default_resources_of_vpcs(&mut snapshot.model, &gaps);
    default_resources::add_local_routes(snapshot);
    unclear.extend(left_out(&snapshot.model, &written, &gaps));
    snapshot.gaps.extend(unclear);
}

/// The model as it is written.
#[derive(Deserialize)]
struct Written {
    model: Value,
}

/// The paths of the gaps that were written down, by collection and key.
struct Gaps {
    paths: HashMap<(String, Option<String>), Vec<String>>,
}

impl Gaps {
    fn of(snapshot: &Snapshot) -> Self {
        let mut paths: HashMap<(String, Option<String>), Vec<String>> = HashMap::new();
        for gap in &snapshot.gaps {
            let key = (gap.collection.clone(), gap.id.clone());
            paths.entry(key).or_default().push(gap.path.clone());
        }
        Self { paths }
    }

    fn at(&self, collection: &str, id: Option<&str>) -> impl Iterator<Item = &String> {
        let key = (collection.to_owned(), id.map(str::to_owned));
        self.paths.get(&key).into_iter().flatten()
    }

    /// Whether one covers an attribute of a resource.
    fn has(&self, collection: &str, id: &str, path: &str) -> bool {
        self.at(collection, Some(id))
            .chain(self.at(collection, None))
            .any(|at| !at.is_empty() && covers(at, path))
    }

    /// Whether members of a collection may be missing.
    fn lacks(&self, collection: &str) -> bool {
        self.at(collection, None).any(String::is_empty)
    }
}

fn gap(collection: &str, id: &str, path: &str, reason: Reason) -> Gap {
    Gap {
        collection: collection.to_owned(),
        id: Some(id.to_owned()),
        path: path.to_owned(),
        account: None,
        region: None,
        reason,
    }
}

/// Puts `default` where nothing is said and no gap says why.
fn or_default<T>(value: &mut Option<T>, known: bool, default: impl FnOnce() -> Option<T>) {
    if value.is_none() && known {
        *value = default();
    }
}

/// VPCs that are named only as the place of something.
fn vpcs(model: &mut Model, gaps: &Gaps) {
    if gaps.lacks("vpcs") {
        return;
    }
    let named = model
        .subnets
        .values()
        .map(|found| &found.vpc_id)
        .chain(model.security_groups.values().map(|found| &found.vpc_id))
        .chain(model.route_tables.values().map(|found| &found.vpc_id))
        .flatten()
        .cloned()
        .collect::<BTreeSet<String>>();
    for id in named {
        if !model.vpcs.contains_key(&id) {
            model.insert(Vpc::new(Identity { id, ..Identity::default() }));
        }
    }
}

/// The kinds of targets by how AWS begins their ids.
const TARGETS: &[(&str, &str)] = &[
    ("igw-", "internet_gateway"),
    ("eigw-", "egress_only_internet_gateway"),
    ("nat-", "nat_gateway"),
    ("vgw-", "virtual_private_gateway"),
    ("tgw-", "transit_gateway"),
    ("pcx-", "vpc_peering_connection"),
    ("vpce-", "vpc_endpoint"),
    ("eni-", "network_interface"),
    ("i-", "instance"),
    ("cagw-", "carrier_gateway"),
    ("lgw-", "local_gateway"),
];

fn routes(model: &mut Model) -> Vec<Gap> {
    let members: BTreeMap<String, &'static str> = [
        ("internet_gateway", model.ids("internet_gateways")),
        ("egress_only_internet_gateway", model.ids("egress_only_internet_gateways")),
        ("nat_gateway", model.ids("nat_gateways")),
        ("transit_gateway", model.ids("transit_gateways")),
        ("vpc_peering_connection", model.ids("vpc_peering_connections")),
        ("vpc_endpoint", model.ids("vpc_endpoints")),
        ("network_interface", model.ids("network_interfaces")),
        ("instance", model.ids("instances")),
    ]
    .into_iter()
    .flat_map(|(kind, ids)| ids.into_iter().map(move |id| (id.to_owned(), kind)))
    .collect();
    let kind = |route: &Route| {
        let id = route.target_id.as_deref()?;
        let by_id =
            || TARGETS.iter().find(|(start, _)| id.starts_with(start)).map(|(_, kind)| *kind);
        (id == "local").then_some("local").or_else(|| members.get(id).copied()).or_else(by_id)
    };
    let mut unclear = Vec::new();
    for table in model.route_tables.values_mut() {
        for (at, route) in table.routes.iter_mut().enumerate() {
            or_default(&mut route.state, true, || Some("active".to_owned()));
            or_default(&mut route.propagated, true, || Some(false));
            let found = kind(route);
            or_default(&mut route.target_type, true, || found.map(str::to_owned));
            if route.target_type.is_none() {
                let detail = match &route.target_id {
                    Some(id) => format!("what kind of target {id} is: give target_type"),
                    None => "neither target_id nor target_type is given".to_owned(),
                };
                let path = format!("/routes/{at}/target_type");
                unclear.push(gap("route_tables", &table.id, &path, Reason::Malformed { detail }));
            }
        }
    }
    for table in model.transit_gateway_route_tables.values_mut() {
        for route in &mut table.routes {
            or_default(&mut route.state, true, || Some("active".to_owned()));
            or_default(&mut route.route_type, true, || Some("static".to_owned()));
        }
    }
    unclear
}

fn security_groups(model: &mut Model, written: &Value, gaps: &Gaps) {
    for group in model.security_groups.values_mut() {
        let egress = written
            .get("security_groups")
            .and_then(|groups| groups.get(&group.id))
            .and_then(|group| group.get("egress"));
        if egress.is_none() && !gaps.has("security_groups", &group.id, "/egress") {
            group.egress = vec![
                default_resources::egress_to_everywhere(),
                default_resources::egress_to_everywhere_v6(),
            ];
        }
        let known = !gaps.has("security_groups", &group.id, "/is_default");
        let is_default = is_default_group(group);
        or_default(&mut group.is_default, known, || Some(is_default));
    }
}

/// EC2 keeps the name for the group that it makes with a VPC.
fn is_default_group(group: &SecurityGroup) -> bool {
    group.name.as_deref() == Some("default")
}

/// A route table or ACL that tells its subnets is not the VPC's default one,
/// and neither is one beside another that says it is. Where neither is said,
/// it may be.
fn associations(model: &mut Model, gaps: &Gaps) -> Vec<Gap> {
    let mut unclear = Vec::new();
    macro_rules! settle {
        ($collection:ident, $flag:ident, $path:literal) => {{
            let settled: HashSet<Option<String>> = model
                .$collection
                .values()
                .filter(|found| found.$flag == Some(true))
                .map(|found| found.vpc_id.clone())
                .collect();
            for found in model.$collection.values_mut() {
                if found.$flag.is_some() || gaps.has(stringify!($collection), &found.id, $path) {
                    continue;
                }
                if !found.subnet_ids.is_empty() || settled.contains(&found.vpc_id) {
                    found.$flag = Some(false);
                } else {
                    let detail = format!(
                        "{} tells neither its subnet_ids nor whether it is {}",
                        found.id,
                        stringify!($flag)
                    );
                    let reason = Reason::Malformed { detail };
                    unclear.push(gap(stringify!($collection), &found.id, $path, reason));
                }
            }
        }};
    }
    settle!(route_tables, main, "/main");
    settle!(network_acls, is_default, "/is_default");
    unclear
}

fn entries(model: &mut Model) {
    for entry in model.network_acls.values_mut().flat_map(|acl| &mut acl.entries) {
        or_default(&mut entry.egress, true, || Some(false));
    }
}

/// Instances and services; without addresses of its own an instance gets what
/// its subnet gives.
fn machines(model: &mut Model, written: &Value, gaps: &Gaps) {
    let attached: HashSet<String> = model
        .network_interfaces
        .values()
        .filter_map(|interface| interface.instance_id.clone())
        .collect();
    let subnets = &model.subnets;
    for instance in model.instances.values_mut() {
        let says = written
            .pointer(&format!("/instances/{}", escape(&instance.id)))
            .is_some_and(|found| found.get("associate_public_ip_address").is_some());
        let known = !says && !gaps.has("instances", &instance.id, "/associate_public_ip_address");
        let has_addresses = instance.private_ip_address.is_some()
            || instance.public_ip_address.is_some()
            || !instance.ipv6_addresses.is_empty()
            || attached.contains(&instance.id);
        let by_subnet = instance
            .subnet_id
            .as_ref()
            .and_then(|id| subnets.get(id))
            .and_then(|subnet| subnet.map_public_ip_on_launch);
        let public = instance.public_ip_address.is_some();
        or_default(&mut instance.associate_public_ip_address, known, || {
            if has_addresses { Some(public) } else { Some(by_subnet.unwrap_or(false)) }
        });
    }
    for service in model.ecs_services.values_mut() {
        let known = !gaps.has("ecs_services", &service.id, "/assign_public_ip");
        or_default(&mut service.assign_public_ip, known, || Some(false));
    }
}

fn balancers(model: &mut Model, gaps: &Gaps) {
    for balancer in model.load_balancers.values_mut() {
        let text = |text: &str| Some(text.to_owned());
        or_default(&mut balancer.load_balancer_type, true, || text("application"));
        or_default(&mut balancer.scheme, true, || text("internet-facing"));
        or_default(&mut balancer.ip_address_type, true, || text("ipv4"));
        let application = balancer.load_balancer_type.as_deref() == Some("application");
        let known = !gaps.has("load_balancers", &balancer.id, "/cross_zone_enabled");
        or_default(&mut balancer.cross_zone_enabled, known, || Some(application));
    }
    for group in model.target_groups.values_mut() {
        or_default(&mut group.target_type, true, || Some("instance".to_owned()));
        or_default(&mut group.health_check_port, true, || Some("traffic-port".to_owned()));
    }
}

/// What services reach in a VPC takes CloudFront's defaults.
fn service_entries(model: &mut Model) {
    for origin in model.cloudfront_vpc_origins.values_mut() {
        or_default(&mut origin.http_port, true, || Some(80));
        or_default(&mut origin.https_port, true, || Some(443));
        let policy = || Some("match-viewer".to_owned());
        or_default(&mut origin.origin_protocol_policy, true, policy);
    }
}

fn stores(model: &mut Model) {
    for found in model.rds_instances.values_mut() {
        // A member of a cluster listens where its cluster does.
        let own = found.db_cluster.is_none();
        let port = engine::port(found.engine.as_deref());
        or_default(&mut found.port, own, || port);
    }
    for found in model.rds_clusters.values_mut() {
        let port = engine::port(found.engine.as_deref());
        or_default(&mut found.port, true, || port);
    }
    for found in model.elasticache_replication_groups.values_mut() {
        or_default(&mut found.port, true, || engine::port(Some("redis")));
    }
    for found in model.elasticache_clusters.values_mut() {
        let port = engine::port(found.engine.as_deref());
        or_default(&mut found.port, true, || port);
    }
    for found in model.opensearch_domains.values_mut() {
        let placed = !found.subnet_ids.is_empty();
        or_default(&mut found.in_vpc, placed, || Some(true));
    }
}

fn gateways(model: &mut Model) {
    for found in model.nat_gateways.values_mut() {
        or_default(&mut found.connectivity_type, true, || Some("public".to_owned()));
        or_default(&mut found.state, true, || Some("available".to_owned()));
    }
    for found in model.vpc_endpoints.values_mut() {
        let kind = if found.subnet_ids.is_empty() { "Gateway" } else { "Interface" };
        or_default(&mut found.vpc_endpoint_type, true, || Some(kind.to_owned()));
        or_default(&mut found.state, true, || Some("available".to_owned()));
    }
    for found in model.vpc_peering_connections.values_mut() {
        or_default(&mut found.status, true, || Some("active".to_owned()));
    }
    for found in model.transit_gateway_attachments.values_mut() {
        or_default(&mut found.state, true, || Some("available".to_owned()));
    }
    for hub in model.transit_gateways.values_mut() {
        or_default(&mut hub.default_route_table_association, true, || Some(true));
        or_default(&mut hub.default_route_table_propagation, true, || Some(true));
        or_default(&mut hub.security_group_referencing_support, true, || Some(false));
        // A hub with one table has no other default.
        let mut tables = model
            .transit_gateway_route_tables
            .values()
            .filter(|table| table.transit_gateway_id.as_deref() == Some(&hub.id));
        let only = tables.next().filter(|_| tables.next().is_none()).map(|table| table.id.clone());
        if hub.default_route_table_association == Some(true) {
            or_default(&mut hub.association_default_route_table_id, true, || only.clone());
        }
        if hub.default_route_table_propagation == Some(true) {
            or_default(&mut hub.propagation_default_route_table_id, true, || only.clone());
        }
    }
}

/// What AWS makes with every VPC, where it may not be something that is there.
fn default_resources_of_vpcs(model: &mut Model, gaps: &Gaps) {
    let vpcs: Vec<Vpc> = model.vpcs.values().cloned().collect();
    for vpc in &vpcs {
        let of_vpc = |id: &Option<String>| id.as_deref().is_none_or(|id| id == vpc.id);
        let has_table = model
            .route_tables
            .values()
            .any(|found| of_vpc(&found.vpc_id) && found.main != Some(false));
        if !has_table && !gaps.lacks("route_tables") {
            model.insert(default_resources::route_table(vpc));
        }
        let has_acl = model
            .network_acls
            .values()
            .any(|found| of_vpc(&found.vpc_id) && found.is_default != Some(false));
        if !has_acl && !gaps.lacks("network_acls") {
            model.insert(default_resources::network_acl(vpc));
        }
        let has_group = model
            .security_groups
            .values()
            .any(|found| of_vpc(&found.vpc_id) && found.is_default != Some(false));
        if !has_group && !gaps.lacks("security_groups") {
            model.insert(default_resources::security_group(vpc));
        }
    }
}

/// A gap for each attribute that was left out and took no default.
fn left_out(model: &Model, written: &Value, gaps: &Gaps) -> Vec<Gap> {
    let mut found = Vec::new();
    for resource in model.resources() {
        let (collection, id) = (resource.collection(), resource.id());
        let Some(Value::Object(written)) =
            written.get(collection).and_then(|members| members.get(id))
        else {
            continue;
        };
        let Some(Value::Object(whole)) = value_of(model, &resource.reference()) else { continue };
        let mut paths = Vec::new();
        missing(&whole, written, "", &mut paths);
        paths.retain(|path| {
            !ABSENT.contains(&(collection, path.as_str())) && !gaps.has(collection, id, path)
        });
        found.extend(paths.into_iter().map(|path| {
            let reason = Reason::NotInSource { source: "the snapshot".to_owned() };
            gap(collection, id, &path, reason)
        }));
    }
    found
}

fn value_of(model: &Model, resource: &ResourceRef) -> Option<Value> {
    model.value(resource).and_then(Result::ok)
}

/// The paths of what `whole` has as null and `written` does not mention.
fn missing(
    whole: &Map<String, Value>,
    written: &Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    for (key, value) in whole {
        if at.is_empty() && IDENTITY.contains(&key.as_str()) {
            continue;
        }
        let path = format!("{at}/{}", escape(key));
        match (value, written.get(key)) {
            (Value::Null, None) => found.push(path),
            (Value::Object(inner), None) if !inner.is_empty() => found.push(path),
            (Value::Object(inner), Some(Value::Object(written))) => {
                missing(inner, written, &path, found);
            }
            _ => {}
        }
    }
}
