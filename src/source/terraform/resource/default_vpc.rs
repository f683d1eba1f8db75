//! The default VPC of a region and its subnets. Terraform does not make them: it
//! takes over what the account has, and changes of it only what it sets.
//!
//! Source: the AWS provider's documentation of `aws_default_vpc` and
//! `aws_default_subnet`; Amazon VPC user guide, "Default VPCs".

use super::{Declared, ec2_network};
use crate::model::{Collected, Gap, Reason, ResourceRef, Snapshot, Subnet, Vpc};
use crate::source::default_resources;
use crate::source::node::Node;

/// The primary range of every default VPC.
const RANGE: &str = "172.31.0.0/16";

/// Takes them over, VPCs before what is in them.
pub(in super::super) fn adopt(all: &[Declared<'_>], snapshot: &mut Snapshot) {
    for kind in ["aws_default_vpc", "aws_default_subnet"] {
        for one in all.iter().filter(|one| one.instance.kind == kind) {
            super::read(one, super::Phase::Adopting, snapshot);
        }
    }
}

/// The only resource that may be the one that is taken over.
fn only<T: Collected>(
    declared: &Declared<'_>,
    snapshot: &Snapshot,
    fits: impl Fn(&T) -> bool,
) -> Option<String> {
    let all = T::of(&snapshot.model);
    if all.contains_key(&declared.id) {
        return Some(declared.id.clone());
    }
    let place = &declared.deployment;
    let same = |one: Option<&str>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let mut fitting = all.values().filter(|one| {
        same(one.account(), &place.account) && same(one.region(), &place.region) && fits(one)
    });
    let found = fitting.next()?;
    fitting.next().is_none().then(|| found.id().to_owned())
}

fn default_vpc(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    only::<Vpc>(declared, snapshot, |vpc| vpc.is_default == Some(true))
}

pub(super) fn vpc(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = default_vpc(declared, snapshot) else { return new_vpc(declared, snapshot) };
    let resource = ResourceRef::new("vpcs", &id);
    snapshot.alias(&resource, declared.address.clone());
    for (collection, own) in ec2_network::come_with(&declared.address) {
        if let Some(known) = ec2_network::of_account(&id, collection, &own, &snapshot.model) {
            snapshot.alias(&ResourceRef::new(collection, known), own);
        }
    }
    let Some(mut vpc) = snapshot.model.vpcs.get(&id).cloned() else { return };
    let mut draft = declared.draft_of(snapshot, resource);
    let mut set = |name: &str, known| draft.bool(&format!("/{name}"), declared.get(name), known);
    vpc.enable_dns_support = set("enable_dns_support", vpc.enable_dns_support);
    vpc.enable_dns_hostnames = set("enable_dns_hostnames", vpc.enable_dns_hostnames);
    snapshot.model.insert(vpc);
}

/// One whose account is not known: what it holds is open.
fn new_vpc(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpcs");
    let mut vpc = Vpc::new(declared.identity(&mut draft, ""));
    vpc.is_default = Some(true);
    vpc.cidr_blocks = draft.strings("/cidr_blocks", declared.chosen("cidr_block"));
    if vpc.cidr_blocks.is_empty() {
        vpc.cidr_blocks.push(RANGE.to_owned());
    }
    vpc.ipv6_cidr_blocks = draft.strings("/ipv6_cidr_blocks", declared.chosen("ipv6_cidr_block"));
    let mut set = |name: &str| draft.bool(&format!("/{name}"), declared.chosen(name), Some(true));
    vpc.enable_dns_support = set("enable_dns_support");
    vpc.enable_dns_hostnames = set("enable_dns_hostnames");
    default_resources::declare(&vpc, &declared.origin, snapshot);
    ec2_network::alias_own(declared, &vpc.id, snapshot);
    let paths = [
        ("security_groups", &["/ingress", "/egress"][..]),
        ("network_acls", &["/entries", "/subnet_ids"]),
        ("route_tables", &["/routes", "/subnet_ids"]),
    ];
    for (collection, id) in ec2_network::come_with(&vpc.id) {
        let open = paths.iter().filter(|(of, _)| *of == collection).flat_map(|(_, paths)| *paths);
        let gaps = open.map(|path| Gap {
            collection: collection.to_owned(),
            id: Some(id.clone()),
            path: (*path).to_owned(),
            account: declared.deployment.account.clone(),
            region: declared.deployment.region.clone(),
            reason: of_the_account(),
        });
        snapshot.gaps.extend(gaps);
    }
    snapshot.model.insert(vpc);
}

fn of_the_account() -> Reason {
    Reason::KnownAfterApply { expression: Some("what the account's default VPC has".to_owned()) }
}

pub(super) fn subnet(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let vpc = default_vpc_of(declared, snapshot);
    let zone = declared.get("availability_zone").and_then(Node::text);
    let found = only::<Subnet>(declared, snapshot, |subnet| {
        vpc.is_some() && subnet.vpc_id == vpc && zone.is_some() && subnet.availability_zone == zone
    });
    let (mut subnet, known) = match found.and_then(|id| snapshot.model.subnets.get(&id).cloned()) {
        Some(subnet) => (subnet, true),
        None => {
            let mut draft = declared.draft(snapshot, "subnets");
            (Subnet::new(declared.identity(&mut draft, "")), false)
        }
    };
    let resource = ResourceRef::new("subnets", &subnet.id);
    snapshot.alias(&resource, declared.address.clone());
    let mut draft = declared.draft_of(snapshot, resource);
    // What the plan does not set stays as the account has it.
    let value = |name: &str| if known { declared.get(name) } else { declared.chosen(name) };
    let mut set = |name: &str, now: Option<bool>| {
        draft.bool(&format!("/{name}"), value(name), if known { now } else { Some(false) })
    };
    subnet.map_public_ip_on_launch = set("map_public_ip_on_launch", subnet.map_public_ip_on_launch);
    subnet.assign_ipv6_address_on_creation =
        set("assign_ipv6_address_on_creation", subnet.assign_ipv6_address_on_creation);
    if !known {
        let zone = declared.get("availability_zone").or_else(|| value("availability_zone"));
        subnet.availability_zone = draft.string("/availability_zone", zone, None);
        subnet.cidr_block = draft.string("/cidr_block", value("cidr_block"), None);
        subnet.ipv6_cidr_blocks = draft.strings("/ipv6_cidr_blocks", value("ipv6_cidr_block"));
        if vpc.is_none() {
            draft.gap("/vpc_id", of_the_account());
        }
        subnet.vpc_id = vpc;
    }
    snapshot.model.insert(subnet);
}

/// The VPC of a default subnet: as the plan has it, else the default one.
fn default_vpc_of(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    let known = declared.get("vpc_id").and_then(Node::text);
    known.or_else(|| default_vpc(declared, snapshot))
}
