//! `AWS::EC2`: network ACLs, security groups, prefix lists.

use super::{Declared, target_of};
use crate::model::{
    NetworkAcl, NetworkAclEntry, PrefixList, ResourceRef, SecurityGroup, SecurityGroupRule,
    Snapshot,
};
use crate::source::default_resources;
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};

pub(super) fn network_acl(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "network_acls");
    let mut acl = NetworkAcl::new(declared.identity(&mut draft, ""));
    acl.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    acl.is_default = Some(false);
    acl.entries = default_resources::final_entries();
    snapshot.model.insert(acl);
}

pub(super) fn network_acl_entry(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("NetworkAclId") else { return };
    let index = snapshot.model.network_acls.get(&id).map_or(0, |acl| acl.entries.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_acls", &id));
    let at = |field: &str| format!("/entries/{index}/{field}");
    draft.place(&format!("/entries/{index}"), Some(&declared.origin));
    let protocol = draft.string(&at("protocol"), declared.get("Protocol"), None);
    // ICMP has a type and a code in the place of ports; other protocols may be
    // written with them, to no effect.
    let [from, to] = match protocol.as_deref() {
        Some("1" | "58") => [["Icmp", "Type"], ["Icmp", "Code"]],
        _ => [["PortRange", "From"], ["PortRange", "To"]],
    };
    let entry = NetworkAclEntry {
        rule_number: draft.integer(&at("rule_number"), declared.get("RuleNumber"), None),
        egress: draft.bool(&at("egress"), declared.get("Egress"), Some(false)),
        // Some write it in capitals.
        rule_action: draft
            .string(&at("rule_action"), declared.get("RuleAction"), None)
            .map(|action| action.to_ascii_lowercase()),
        cidr_block: draft.string(&at("cidr_block"), declared.get("CidrBlock"), None),
        ipv6_cidr_block: draft.string(&at("ipv6_cidr_block"), declared.get("Ipv6CidrBlock"), None),
        from_port: draft.integer(&at("from_port"), declared.at(&from), None),
        to_port: draft.integer(&at("to_port"), declared.at(&to), None),
        protocol,
    };
    if let Some(acl) = snapshot.model.network_acls.get_mut(&id) {
        acl.entries.push(entry);
    }
}

pub(super) fn subnet_network_acl_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(acl), Some(subnet)) = (declared.target("NetworkAclId"), declared.target("SubnetId"))
    else {
        return;
    };
    if let Some(acl) = snapshot.model.network_acls.get_mut(&acl) {
        acl.subnet_ids.push(subnet);
    }
}

pub(super) fn security_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "security_groups");
    let mut group = SecurityGroup::new(declared.identity(&mut draft, "GroupName"));
    group.vpc_id = draft.string("/vpc_id", declared.get("VpcId"), None);
    group.description = draft.string("/description", declared.get("GroupDescription"), None);
    group.is_default = Some(false);
    for (index, node) in
        draft.items("/ingress", declared.get("SecurityGroupIngress")).iter().enumerate()
    {
        group.ingress.push(rule(&mut draft, &format!("/ingress/{index}"), node, "Source"));
    }
    for (index, node) in
        draft.items("/egress", declared.get("SecurityGroupEgress")).iter().enumerate()
    {
        group.egress.push(rule(&mut draft, &format!("/egress/{index}"), node, "Destination"));
    }
    // An empty list is none to CloudFormation: EC2 keeps its default rule.
    let says_nothing = |node: &Node| node.unknown().is_none() && node.items().is_empty();
    if declared.get("SecurityGroupEgress").is_none_or(says_nothing) {
        group.egress.push(default_resources::egress_to_everywhere());
    }
    snapshot.model.insert(group);
}

/// A rule; `peer` begins the names of its peer properties.
fn rule(draft: &mut Draft<'_>, path: &str, node: &Node, peer: &str) -> SecurityGroupRule {
    let at = |field: &str| format!("{path}/{field}");
    let named = |name: &str| node.get(&format!("{peer}{name}"));
    draft.place(path, node.origin.as_ref());
    let group = named("SecurityGroupId").or_else(|| named("SecurityGroupName"));
    let mut rule = SecurityGroupRule {
        rule_id: None,
        protocol: draft.string(&at("protocol"), node.get("IpProtocol"), None).map(protocol),
        from_port: draft.integer(&at("from_port"), node.get("FromPort"), None),
        to_port: draft.integer(&at("to_port"), node.get("ToPort"), None),
        cidr_ipv4: draft.string(&at("cidr_ipv4"), node.get("CidrIp"), None),
        cidr_ipv6: draft.string(&at("cidr_ipv6"), node.get("CidrIpv6"), None),
        prefix_list_id: draft.string(&at("prefix_list_id"), named("PrefixListId"), None),
        referenced_group_id: group_id(draft, &at("referenced_group_id"), group),
        description: draft.string(&at("description"), node.get("Description"), None),
    };
    if rule.protocol.as_deref() == Some("-1") {
        (rule.from_port, rule.to_port) = (None, None);
    }
    rule
}

/// A group by reference; a VPC's `DefaultSecurityGroup` is its default group.
fn group_id(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Option<String> {
    match node.map(|node| &node.value) {
        Some(Value::Reference(reference)) if reference.attribute == "DefaultSecurityGroup" => {
            draft.place(path, node.and_then(|node| node.origin.as_ref()));
            Some(default_resources::security_group_id(&reference.id))
        }
        _ => draft.string(path, node, None),
    }
}

/// Protocols by name where they have one.
pub(super) fn protocol(text: String) -> String {
    match text.to_ascii_lowercase().as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn security_group_ingress(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    add_rule(declared, snapshot, "ingress", "Source");
}

pub(super) fn security_group_egress(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    add_rule(declared, snapshot, "egress", "Destination");
}

fn add_rule(declared: &Declared<'_>, snapshot: &mut Snapshot, direction: &str, peer: &str) {
    let named = declared.get("GroupId").or_else(|| declared.get("GroupName"));
    let Some(id) = named.and_then(target_group) else { return };
    let reference = ResourceRef::new("security_groups", &id);
    let places = snapshot.origins.get(&reference);
    let is_written = places.is_some_and(|origin| origin.attributes.contains_key("/egress/0"));
    let Some(group) = snapshot.model.security_groups.get_mut(&id) else { return };
    if direction == "egress"
        && !is_written
        && group.egress == [default_resources::egress_to_everywhere()]
    {
        // Source: EC2 in the CloudFormation template reference, "When you create
        // a security group, if you do not add egress rules, we add egress rules
        // that allow all …. Otherwise, we do not add them", and of
        // `AWS::EC2::SecurityGroupEgress`, "the default rule is removed from the
        // security group".
        group.egress.clear();
    }
    let count = if direction == "ingress" { group.ingress.len() } else { group.egress.len() };
    let mut draft = declared.draft_of(snapshot, reference);
    let path = format!("/{direction}/{count}");
    let mut rule = rule(&mut draft, &path, &declared.properties, peer);
    draft.place(&path, Some(&declared.origin));
    rule.rule_id = Some(declared.id.clone());
    if let Some(group) = snapshot.model.security_groups.get_mut(&id) {
        if direction == "ingress" {
            group.ingress.push(rule);
        } else {
            group.egress.push(rule);
        }
    }
}

fn target_group(node: &Node) -> Option<String> {
    match &node.value {
        Value::Reference(reference) if reference.attribute == "DefaultSecurityGroup" => {
            Some(default_resources::security_group_id(&reference.id))
        }
        Value::Reference(reference) if reference.attribute == "ClusterSecurityGroupId" => {
            Some(default_resources::cluster_security_group_id(&reference.id))
        }
        _ => target_of(node),
    }
}

/// The CDK's custom resource that empties a VPC's default group.
pub(super) fn restrict_default_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.get("DefaultSecurityGroupId").and_then(target_group) else { return };
    if let Some(group) = snapshot.model.security_groups.get_mut(&id) {
        group.ingress.clear();
        group.egress.clear();
    }
}

pub(super) fn prefix_list(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "prefix_lists");
    let mut list = PrefixList::new(declared.identity(&mut draft, "PrefixListName"));
    list.address_family = draft.string("/address_family", declared.get("AddressFamily"), None);
    for entry in draft.items("/cidrs", declared.get("Entries")) {
        list.cidrs.extend(draft.strings("/cidrs", entry.get("Cidr")));
    }
    list.owner_id = declared.root.options.account.clone();
    snapshot.model.insert(list);
}
