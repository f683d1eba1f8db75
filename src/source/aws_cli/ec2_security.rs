//! Network ACLs, security groups, prefix lists, interfaces, addresses and flow
//! logs.
//!
//! Source: the AWS CLI command reference, `aws ec2`.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::response::{DESCRIBE_PREFIX_LISTS, DESCRIBE_SECURITY_GROUP_RULES};
use super::scope::Scope;
use crate::model::{
    ElasticIp, FlowLog, NetworkAcl, NetworkAclEntry, NetworkInterface, PrefixList, SecurityGroup,
    SecurityGroupRule,
};
use crate::source::node::Node;
use crate::source::operation::ec2_security::{
    DESCRIBE_ADDRESSES, DESCRIBE_FLOW_LOGS, DESCRIBE_MANAGED_PREFIX_LISTS, DESCRIBE_NETWORK_ACLS,
    DESCRIBE_NETWORK_INTERFACES, DESCRIBE_SECURITY_GROUPS, GET_MANAGED_PREFIX_LIST_ENTRIES,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_NETWORK_ACLS) {
        network_acl(scope, &item);
    }
    security_groups(scope);
    prefix_lists(scope);
    for item in scope.items(&DESCRIBE_NETWORK_INTERFACES) {
        network_interface(scope, &item);
    }
    for item in scope.items(&DESCRIBE_ADDRESSES) {
        address(scope, &item);
    }
    for item in scope.items(&DESCRIBE_FLOW_LOGS) {
        flow_log(scope, &item);
    }
}

fn network_acl(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_NETWORK_ACLS, node, "NetworkAclId") else { return };
    let mut acl = NetworkAcl::new(scope.ec2("network-acl", &id, node));
    let mut item = scope.read(&acl, node);
    acl.vpc_id = item.string("/vpc_id", "VpcId");
    acl.is_default = item.flag("/is_default", "IsDefault");
    acl.subnet_ids = item.full_each("/subnet_ids", "Associations", "SubnetId");
    // In rule order, so that the place of each is known where it ends up.
    let mut entries: Vec<&Node> = item.full_list("/entries", "Entries").iter().collect();
    entries.sort_by_key(|entry| {
        let number = entry.get("RuleNumber").and_then(Node::integer);
        (Some(entry.get("Egress").and_then(Node::bool).unwrap_or(false)), number)
    });
    for (index, found) in entries.into_iter().enumerate() {
        acl.entries.push(entry(&mut item, &format!("/entries/{index}"), found));
    }
    scope.keep(acl);
}

fn entry(item: &mut Item<'_, '_>, path: &str, found: &Node) -> NetworkAclEntry {
    let draft = &mut item.draft;
    draft.place(path, found.origin.as_ref());
    let at = |field: &str| format!("{path}/{field}");
    let protocol = draft.string(&at("protocol"), found.get("Protocol"), None);
    // Ports count for TCP (6) and UDP (17) only; for ICMP (1) and ICMPv6 (58)
    // type and code stand in their place.
    let range = match protocol.as_deref() {
        Some("6" | "17") => found.get("PortRange").map(|range| (range, "From", "To")),
        Some("1" | "58") => found.get("IcmpTypeCode").map(|range| (range, "Type", "Code")),
        _ => None,
    };
    let (from_port, to_port) = match range {
        Some((range, from, to)) => (
            draft.integer(&at("from_port"), range.get(from), None),
            draft.integer(&at("to_port"), range.get(to), None),
        ),
        None => (None, None),
    };
    NetworkAclEntry {
        rule_number: draft.integer(&at("rule_number"), found.get("RuleNumber"), None),
        egress: draft.bool(&at("egress"), found.get("Egress"), Some(false)),
        protocol,
        rule_action: draft.string(&at("rule_action"), found.get("RuleAction"), None),
        cidr_block: draft.string(&at("cidr_block"), found.get("CidrBlock"), None),
        ipv6_cidr_block: draft.string(&at("ipv6_cidr_block"), found.get("Ipv6CidrBlock"), None),
        from_port,
        to_port,
    }
}

fn security_groups(scope: &mut Scope<'_>) {
    let mut rules: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for rule in scope.items(&DESCRIBE_SECURITY_GROUP_RULES) {
        if let Some(group) = scope.key(&DESCRIBE_SECURITY_GROUP_RULES, &rule, "GroupId") {
            rules.entry(group).or_default().push(rule);
        }
    }
    let are_all_rules = scope.has(&DESCRIBE_SECURITY_GROUP_RULES);
    for node in scope.items(&DESCRIBE_SECURITY_GROUPS) {
        let Some(id) = scope.key(&DESCRIBE_SECURITY_GROUPS, &node, "GroupId") else { continue };
        let mut group = SecurityGroup::new(scope.ec2("security-group", &id, &node));
        let mut item = scope.read(&group, &node);
        group.arn = item.string("/arn", "SecurityGroupArn").or(group.arn);
        let name = item.string("/name", "GroupName");
        group.is_default = Some(name.as_deref() == Some("default"));
        group.name = name.or(group.name);
        group.vpc_id = item.string("/vpc_id", "VpcId");
        group.description = item.draft.string("/description", node.get("Description"), None);
        // Told with the group, or by themselves.
        if item.get("IpPermissions").is_some() || !are_all_rules {
            group.ingress = permissions(&mut item, "/ingress", "IpPermissions");
            group.egress = permissions(&mut item, "/egress", "IpPermissionsEgress");
        } else {
            own_rules(&mut item, &mut group, rules.remove(&id).unwrap_or_default());
        }
        rules.remove(&id);
        scope.keep(group);
    }
    // Groups that only their rules tell of.
    for (id, rules) in rules {
        let Some(first) = rules.first() else { continue };
        let mut group = SecurityGroup::new(scope.identity(id.clone()));
        group.name = Some(id);
        let first = first.clone();
        let mut item = scope.read(&group, &first);
        own_rules(&mut item, &mut group, rules);
        for path in ["/vpc_id", "/is_default", "/description"] {
            let reason = super::absent(&DESCRIBE_SECURITY_GROUPS);
            item.draft.gap(path, reason);
        }
        scope.keep(group);
    }
}

/// The rules that a group's permissions make, one for each peer.
fn permissions(item: &mut Item<'_, '_>, path: &str, key: &str) -> Vec<SecurityGroupRule> {
    const PEERS: [(&str, &str, &str); 4] = [
        ("IpRanges", "CidrIp", "cidr_ipv4"),
        ("Ipv6Ranges", "CidrIpv6", "cidr_ipv6"),
        ("PrefixListIds", "PrefixListId", "prefix_list_id"),
        ("UserIdGroupPairs", "GroupId", "referenced_group_id"),
    ];
    let mut found = Vec::new();
    for permission in item.full_list(path, key) {
        for (list, member, field) in PEERS {
            for peer in permission.get(list).map(Node::items).unwrap_or_default() {
                let at = format!("{path}/{}", found.len());
                item.draft.place(&at, peer.origin.as_ref());
                let value = item.draft.string(&format!("{at}/{field}"), peer.get(member), None);
                let mut rule = rule(item, &at, permission, "IpProtocol");
                rule.description =
                    item.draft.string(&format!("{at}/description"), peer.get("Description"), None);
                match field {
                    "cidr_ipv4" => rule.cidr_ipv4 = value,
                    "cidr_ipv6" => rule.cidr_ipv6 = value,
                    "prefix_list_id" => rule.prefix_list_id = value,
                    _ => rule.referenced_group_id = value,
                }
                found.push(rule);
            }
        }
    }
    found
}

/// Protocol and ports of a rule.
fn rule(item: &mut Item<'_, '_>, path: &str, found: &Node, protocol: &str) -> SecurityGroupRule {
    let draft = &mut item.draft;
    let protocol = draft.string(&format!("{path}/protocol"), found.get(protocol), None);
    let mut port = |field: &str, key: &str| {
        let ports = found.get(key).filter(|_| protocol.as_deref() != Some("-1"));
        draft.integer(&format!("{path}/{field}"), ports, None)
    };
    let (from_port, to_port) = (port("from_port", "FromPort"), port("to_port", "ToPort"));
    SecurityGroupRule { protocol, from_port, to_port, ..SecurityGroupRule::default() }
}

/// The rules that `aws ec2 describe-security-group-rules` tells of a group.
fn own_rules(item: &mut Item<'_, '_>, group: &mut SecurityGroup, rules: Vec<Node>) {
    for found in rules {
        let is_egress = found.get("IsEgress").and_then(Node::bool);
        let (path, list) = match is_egress {
            Some(true) => ("/egress", &mut group.egress),
            _ => ("/ingress", &mut group.ingress),
        };
        let at = format!("{path}/{}", list.len());
        item.draft.place(&at, found.origin.as_ref());
        let mut rule = rule(item, &at, &found, "IpProtocol");
        let mut text = |field: &str, node: Option<&Node>| {
            item.draft.string(&format!("{at}/{field}"), node, None)
        };
        rule.rule_id = text("rule_id", found.get("SecurityGroupRuleId"));
        rule.cidr_ipv4 = text("cidr_ipv4", found.get("CidrIpv4"));
        rule.cidr_ipv6 = text("cidr_ipv6", found.get("CidrIpv6"));
        rule.prefix_list_id = text("prefix_list_id", found.get("PrefixListId"));
        let peer = found.get("ReferencedGroupInfo").and_then(|peer| peer.get("GroupId"));
        rule.referenced_group_id = text("referenced_group_id", peer);
        rule.description = text("description", found.get("Description"));
        list.push(rule);
    }
}

fn prefix_lists(scope: &mut Scope<'_>) {
    let mut told = BTreeSet::new();
    for node in scope.items(&DESCRIBE_MANAGED_PREFIX_LISTS) {
        let operation = &DESCRIBE_MANAGED_PREFIX_LISTS;
        let Some(id) = scope.key(operation, &node, "PrefixListId") else { continue };
        let mut list = PrefixList::new(scope.ec2("prefix-list", &id, &node));
        let mut item = scope.read(&list, &node);
        list.arn = item.string("/arn", "PrefixListArn").or(list.arn);
        list.name = item.string("/name", "PrefixListName").or(list.name);
        list.address_family = item.string("/address_family", "AddressFamily");
        list.owner_id = item.string("/owner_id", "OwnerId");
        scope.keep(list);
    }
    // AWS's own, with their ranges.
    for node in scope.items(&DESCRIBE_PREFIX_LISTS) {
        let Some(id) = scope.key(&DESCRIBE_PREFIX_LISTS, &node, "PrefixListId") else { continue };
        let mut list = match scope.kept::<PrefixList>(&id) {
            Some(list) => list.clone(),
            None => PrefixList::new(scope.ec2("prefix-list", &id, &node)),
        };
        let mut item = scope.read(&list, &node);
        list.name = item.string("/name", "PrefixListName").or(list.name);
        list.cidrs = item.strings("/cidrs", "Cidrs");
        let family = if list.cidrs.iter().any(|cidr| cidr.contains(':')) { "IPv6" } else { "IPv4" };
        list.address_family = list.address_family.or_else(|| Some(family.to_owned()));
        told.insert(id);
        scope.keep(list);
    }
    let lists = scope.keys::<PrefixList>();
    for (id, node) in scope.of_things(&GET_MANAGED_PREFIX_LIST_ENTRIES, "PrefixListId", &lists) {
        let entries = node.get("Entries").map(Node::items).unwrap_or_default();
        let cidrs: Vec<String> =
            entries.iter().filter_map(|entry| entry.get("Cidr").and_then(Node::text)).collect();
        scope.update::<PrefixList>(&id, |list| list.cidrs = cidrs);
        told.insert(id);
    }
    scope.leave_rest_open(&GET_MANAGED_PREFIX_LIST_ENTRIES, "prefix_lists", &lists, &told);
}

fn network_interface(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_NETWORK_INTERFACES;
    let Some(id) = scope.key(operation, node, "NetworkInterfaceId") else { return };
    let mut interface = NetworkInterface::new(scope.ec2("network-interface", &id, node));
    let mut item = scope.read(&interface, node);
    interface.vpc_id = item.string("/vpc_id", "VpcId");
    interface.subnet_id = item.string("/subnet_id", "SubnetId");
    interface.availability_zone = item.string("/availability_zone", "AvailabilityZone");
    interface.security_group_ids = item.full_each("/security_group_ids", "Groups", "GroupId");
    let mut addresses: Vec<&Node> =
        item.full_list("/private_ip_addresses", "PrivateIpAddresses").iter().collect();
    addresses.sort_by_key(|address| address.get("Primary").and_then(Node::bool) != Some(true));
    let text = |node: Option<&Node>| node.and_then(Node::text);
    let public = |of: &Node| text(of.get("Association").and_then(|one| one.get("PublicIp")));
    for address in addresses {
        interface.private_ip_addresses.extend(text(address.get("PrivateIpAddress")));
        interface.public_ip_addresses.extend(public(address));
    }
    if let Some(address) = item.string("/private_ip_addresses", "PrivateIpAddress")
        && !interface.private_ip_addresses.contains(&address)
    {
        interface.private_ip_addresses.insert(0, address);
    }
    if let Some(address) = public(node)
        && !interface.public_ip_addresses.contains(&address)
    {
        interface.public_ip_addresses.insert(0, address);
    }
    interface.ipv6_addresses = item.each("/ipv6_addresses", "Ipv6Addresses", "Ipv6Address");
    interface.interface_type = item.string("/interface_type", "InterfaceType");
    interface.status = item.string("/status", "Status");
    let holder = item.get("Attachment").and_then(|attachment| attachment.get("InstanceId"));
    interface.instance_id = item.draft.string("/instance_id", holder, None);
    interface.description = item.draft.string("/description", node.get("Description"), None);
    interface.requester_managed = item.flag_or("/requester_managed", "RequesterManaged", false);
    interface.source_dest_check = item.flag("/source_dest_check", "SourceDestCheck");
    scope.keep(interface);
}

fn address(scope: &mut Scope<'_>, node: &Node) {
    let key = if node.get("AllocationId").is_some() { "AllocationId" } else { "PublicIp" };
    let Some(id) = scope.key(&DESCRIBE_ADDRESSES, node, key) else { return };
    let mut address = ElasticIp::new(scope.ec2("elastic-ip", &id, node));
    let mut item = scope.read(&address, node);
    address.public_ip = item.string("/public_ip", "PublicIp");
    address.instance_id = item.string("/instance_id", "InstanceId");
    address.network_interface_id = item.string("/network_interface_id", "NetworkInterfaceId");
    address.private_ip_address = item.string("/private_ip_address", "PrivateIpAddress");
    scope.keep(address);
}

fn flow_log(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_FLOW_LOGS, node, "FlowLogId") else { return };
    let mut log = FlowLog::new(scope.ec2("vpc-flow-log", &id, node));
    let mut item = scope.read(&log, node);
    log.resource_id = item.string("/resource_id", "ResourceId");
    log.traffic_type = item.string("/traffic_type", "TrafficType");
    log.log_destination_type = item.string("/log_destination_type", "LogDestinationType");
    log.log_destination = item.string("/log_destination", "LogDestination");
    log.log_group_name = item.string("/log_group_name", "LogGroupName");
    log.status = item.string("/status", "FlowLogStatus");
    log.deliver_logs_status = item.string("/deliver_logs_status", "DeliverLogsStatus");
    scope.keep(log);
}
