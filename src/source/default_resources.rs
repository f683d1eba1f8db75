//! What AWS makes by itself, and templates do not declare: with every VPC the
//! main route table, the default network ACL and the default security group,
//! with every EKS cluster its security group.
//!
//! Source: the Amazon VPC and EKS user guides.

use std::collections::BTreeMap;

use crate::model::{
    EksCluster, Identity, Model, NetworkAcl, NetworkAclEntry, Origin, ResourceOrigin, ResourceRef,
    Route, RouteTable, SecurityGroup, SecurityGroupRule, Snapshot, Vpc,
};

/// The key of a VPC's default security group.
pub fn security_group_id(vpc: &str) -> String {
    format!("{vpc}/default-security-group")
}

/// The key of a VPC's default network ACL.
pub fn network_acl_id(vpc: &str) -> String {
    format!("{vpc}/default-network-acl")
}

/// The key of a VPC's main route table.
pub fn route_table_id(vpc: &str) -> String {
    format!("{vpc}/main-route-table")
}

/// The key of the security group that EKS makes for a cluster.
pub fn cluster_security_group_id(cluster: &str) -> String {
    format!("{cluster}/cluster-security-group")
}

/// Adds the security group that EKS makes for a cluster: its members reach each
/// other, and go everywhere. What refers to an attribute of the cluster where a
/// security group belongs means this one.
///
/// Source: Amazon EKS user guide, "View Amazon EKS security group requirements
/// for clusters".
pub fn declare_cluster_group(cluster: &mut EksCluster, origin: &Origin, snapshot: &mut Snapshot) {
    let mut group = SecurityGroup::new(Identity {
        id: cluster_security_group_id(&cluster.id),
        name: Some(format!(
            "{} (cluster security group)",
            cluster.name.as_deref().unwrap_or(&cluster.id)
        )),
        account: cluster.account.clone(),
        region: cluster.region.clone(),
        ..Identity::default()
    });
    group.is_default = Some(false);
    group.ingress = vec![SecurityGroupRule {
        protocol: Some("-1".to_owned()),
        referenced_group_id: Some(group.id.clone()),
        ..SecurityGroupRule::default()
    }];
    group.egress = vec![egress_to_everywhere()];
    cluster.security_group_ids.push(group.id.clone());
    cluster.cluster_security_group_id = Some(group.id.clone());
    let reference = snapshot.model.insert(group);
    snapshot.alias(&reference, cluster.id.clone());
    place(snapshot, &reference, origin);
}

/// Adds the default resources of a VPC; they stand where the VPC does.
pub fn declare(vpc: &Vpc, origin: &Origin, snapshot: &mut Snapshot) {
    let (group, acl, table) = (security_group(vpc), network_acl(vpc), route_table(vpc));
    for reference in
        [snapshot.model.insert(group), snapshot.model.insert(acl), snapshot.model.insert(table)]
    {
        place(snapshot, &reference, origin);
    }
}

fn identity(vpc: &Vpc, id: String, name: &str) -> Identity {
    Identity {
        id,
        name: Some(format!("{} ({name})", vpc.name.as_deref().unwrap_or(&vpc.id))),
        account: vpc.account.clone(),
        region: vpc.region.clone(),
        ..Identity::default()
    }
}

/// A VPC's default security group.
pub fn security_group(vpc: &Vpc) -> SecurityGroup {
    let id = security_group_id(&vpc.id);
    let mut group = SecurityGroup::new(identity(vpc, id, "default security group"));
    group.vpc_id = Some(vpc.id.clone());
    group.is_default = Some(true);
    group.description = Some("default VPC security group".to_owned());
    group.ingress = vec![SecurityGroupRule {
        protocol: Some("-1".to_owned()),
        referenced_group_id: Some(group.id.clone()),
        ..SecurityGroupRule::default()
    }];
    group.egress = vec![egress_to_everywhere()];
    group
}

/// A VPC's default network ACL.
pub fn network_acl(vpc: &Vpc) -> NetworkAcl {
    let mut acl = NetworkAcl::new(identity(vpc, network_acl_id(&vpc.id), "default network ACL"));
    acl.vpc_id = Some(vpc.id.clone());
    acl.is_default = Some(true);
    acl.entries = default_entries();
    acl
}

/// A VPC's main route table.
pub fn route_table(vpc: &Vpc) -> RouteTable {
    let mut table = RouteTable::new(identity(vpc, route_table_id(&vpc.id), "main route table"));
    table.vpc_id = Some(vpc.id.clone());
    table.main = Some(true);
    table.routes = routes_within(vpc);
    table
}

/// Adds to the default network ACLs that were declared here what AWS adds once
/// a VPC has IPv6: an entry in each direction that allows all of it.
///
/// Source: Amazon VPC user guide, "Default network ACL".
pub fn allow_ipv6(snapshot: &mut Snapshot) {
    let gaps = &snapshot.gaps;
    let model = &mut snapshot.model;
    for vpc in model.vpcs.values() {
        let may_have = || {
            gaps.iter().any(|gap| {
                gap.collection == "vpcs"
                    && gap.id.as_deref() == Some(&vpc.id)
                    && gap.touches("/ipv6_cidr_blocks")
            })
        };
        let Some(acl) = model.network_acls.get_mut(&network_acl_id(&vpc.id)) else { continue };
        let as_declared = acl.entries == default_entries();
        if as_declared && (!vpc.ipv6_cidr_blocks.is_empty() || may_have()) {
            acl.entries.extend([false, true].into_iter().map(|egress| NetworkAclEntry {
                rule_number: Some(101),
                egress: Some(egress),
                protocol: Some("-1".to_owned()),
                rule_action: Some("allow".to_owned()),
                ipv6_cidr_block: Some("::/0".to_owned()),
                ..NetworkAclEntry::default()
            }));
        }
    }
}

fn place(snapshot: &mut Snapshot, reference: &ResourceRef, origin: &Origin) {
    snapshot.origins.insert(
        reference,
        ResourceOrigin { resource: origin.clone(), attributes: BTreeMap::new() },
    );
}

/// The rule that AWS gives a group whose egress nobody set.
pub fn egress_to_everywhere() -> SecurityGroupRule {
    SecurityGroupRule {
        protocol: Some("-1".to_owned()),
        cidr_ipv4: Some("0.0.0.0/0".to_owned()),
        ..SecurityGroupRule::default()
    }
}

/// What AWS adds to that rule where a VPC has IPv6.
pub fn egress_to_everywhere_v6() -> SecurityGroupRule {
    SecurityGroupRule {
        protocol: Some("-1".to_owned()),
        cidr_ipv6: Some("::/0".to_owned()),
        ..SecurityGroupRule::default()
    }
}

/// The entries of a default network ACL: all allowed, then the final deny.
fn default_entries() -> Vec<NetworkAclEntry> {
    let entry = |egress: bool, number: i64, action: &str| NetworkAclEntry {
        rule_number: Some(number),
        egress: Some(egress),
        protocol: Some("-1".to_owned()),
        rule_action: Some(action.to_owned()),
        cidr_block: Some("0.0.0.0/0".to_owned()),
        ..NetworkAclEntry::default()
    };
    [false, true]
        .into_iter()
        .flat_map(|egress| [entry(egress, 100, "allow"), entry(egress, FINAL_RULE, "deny")])
        .collect()
}

/// The number that AWS gives the final deny, shown as `*`.
const FINAL_RULE: i64 = 32767;

/// The entries that every network ACL has: the final deny in both directions.
pub fn final_entries() -> Vec<NetworkAclEntry> {
    default_entries().into_iter().filter(|entry| entry.rule_number == Some(FINAL_RULE)).collect()
}

/// Gives each route table the local routes of its VPC that it lacks.
pub fn add_local_routes(snapshot: &mut Snapshot) {
    let Model { vpcs, route_tables, .. } = &mut snapshot.model;
    let aliases = snapshot.aliases.get("vpcs");
    for table in route_tables.values_mut() {
        let Some(id) = &table.vpc_id else { continue };
        let named = aliases.and_then(|aliases| aliases.get(id)).unwrap_or(id);
        let Some(vpc) = vpcs.get(id).or_else(|| vpcs.get(named)) else { continue };
        for route in routes_within(vpc) {
            if !table.routes.iter().any(|known| same_destination(known, &route)) {
                table.routes.push(route);
            }
        }
    }
}

fn same_destination(one: &Route, other: &Route) -> bool {
    one.destination_cidr_block == other.destination_cidr_block
        && one.destination_ipv6_cidr_block == other.destination_ipv6_cidr_block
}

fn routes_within(vpc: &Vpc) -> Vec<Route> {
    let local = Route {
        target_type: Some("local".to_owned()),
        state: Some("active".to_owned()),
        propagated: Some(false),
        ..Route::default()
    };
    let v4 = vpc
        .cidr_blocks
        .iter()
        .map(|block| Route { destination_cidr_block: Some(block.clone()), ..local.clone() });
    let v6 = vpc
        .ipv6_cidr_blocks
        .iter()
        .map(|block| Route { destination_ipv6_cidr_block: Some(block.clone()), ..local.clone() });
    v4.chain(v6).collect()
}
