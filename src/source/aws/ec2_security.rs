//! Network ACLs, security groups, prefix lists, interfaces, addresses and flow
//! logs.
//!
//! Source: the Amazon EC2 API reference.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types;

use super::ec2_network::identity;
use super::scope::{Scope, each};
use crate::model::{
    ElasticIp, FlowLog, NetworkAcl, NetworkAclEntry, NetworkInterface, PrefixList, SecurityGroup,
    SecurityGroupRule, mask,
};
use crate::source::operation::ec2_security::{
    DESCRIBE_ADDRESSES, DESCRIBE_FLOW_LOGS, DESCRIBE_MANAGED_PREFIX_LISTS, DESCRIBE_NETWORK_ACLS,
    DESCRIBE_NETWORK_INTERFACES, DESCRIBE_SECURITY_GROUPS, GET_MANAGED_PREFIX_LIST_ENTRIES,
};

pub(super) async fn read(scope: &Scope, client: &Client) {
    futures::join!(
        network_acls(scope, client),
        security_groups(scope, client),
        prefix_lists(scope, client),
        network_interfaces(scope, client),
        addresses(scope, client),
        flow_logs(scope, client),
    );
}

async fn network_acls(scope: &Scope, client: &Client) {
    let pages = client.describe_network_acls().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_NETWORK_ACLS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.network_acls.unwrap_or_default()) {
        let Some(id) = found.network_acl_id else { continue };
        let mut acl = NetworkAcl::new(identity(scope, "network-acl", &id, found.tags));
        acl.vpc_id = found.vpc_id;
        acl.is_default = Some(found.is_default.unwrap_or(false));
        acl.subnet_ids = found
            .associations
            .unwrap_or_default()
            .into_iter()
            .filter_map(|association| association.subnet_id)
            .collect();
        acl.entries = found.entries.unwrap_or_default().into_iter().map(entry).collect();
        acl.entries.sort_by_key(|entry| (entry.egress, entry.rule_number));
        scope.insert(acl, &DESCRIBE_NETWORK_ACLS);
    }
}

fn entry(found: types::NetworkAclEntry) -> NetworkAclEntry {
    // Ports count for TCP (6) and UDP (17) only.
    let ports = found.port_range.filter(|_| matches!(found.protocol.as_deref(), Some("6" | "17")));
    // For ICMP (1) and ICMPv6 (58) type and code stand in their place.
    let icmp =
        found.icmp_type_code.filter(|_| matches!(found.protocol.as_deref(), Some("1" | "58")));
    let (from_port, to_port) = match icmp {
        Some(icmp) => (icmp.r#type, icmp.code),
        None => ports.map_or((None, None), |ports| (ports.from, ports.to)),
    };
    NetworkAclEntry {
        rule_number: found.rule_number.map(i64::from),
        egress: Some(found.egress.unwrap_or(false)),
        protocol: found.protocol,
        rule_action: found.rule_action.map(|action| action.as_str().to_owned()),
        cidr_block: found.cidr_block,
        ipv6_cidr_block: found.ipv6_cidr_block,
        from_port: from_port.map(i64::from),
        to_port: to_port.map(i64::from),
    }
}

async fn security_groups(scope: &Scope, client: &Client) {
    let pages = client.describe_security_groups().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_SECURITY_GROUPS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.security_groups.unwrap_or_default()) {
        let Some(id) = found.group_id else { continue };
        let mut group = SecurityGroup::new(identity(scope, "security-group", &id, found.tags));
        group.arn = found.security_group_arn.or(group.arn);
        group.is_default = Some(found.group_name.as_deref() == Some("default"));
        group.name = found.group_name.or(group.name);
        group.vpc_id = found.vpc_id;
        group.description = found.description.map(mask::owned);
        group.ingress = found.ip_permissions.unwrap_or_default().iter().flat_map(rules).collect();
        group.egress =
            found.ip_permissions_egress.unwrap_or_default().iter().flat_map(rules).collect();
        scope.insert(group, &DESCRIBE_SECURITY_GROUPS);
    }
}

/// The rules of one permission, one for each peer.
fn rules(permission: &types::IpPermission) -> Vec<SecurityGroupRule> {
    let all = permission.ip_protocol.as_deref() == Some("-1");
    let rule = |description: Option<&String>| SecurityGroupRule {
        protocol: permission.ip_protocol.clone(),
        from_port: permission.from_port.map(i64::from).filter(|_| !all),
        to_port: permission.to_port.map(i64::from).filter(|_| !all),
        description: description.cloned().map(mask::owned),
        ..SecurityGroupRule::default()
    };
    let mut found = Vec::new();
    for range in permission.ip_ranges.iter().flatten() {
        let mut rule = rule(range.description.as_ref());
        rule.cidr_ipv4.clone_from(&range.cidr_ip);
        found.push(rule);
    }
    for range in permission.ipv6_ranges.iter().flatten() {
        let mut rule = rule(range.description.as_ref());
        rule.cidr_ipv6.clone_from(&range.cidr_ipv6);
        found.push(rule);
    }
    for list in permission.prefix_list_ids.iter().flatten() {
        let mut rule = rule(list.description.as_ref());
        rule.prefix_list_id.clone_from(&list.prefix_list_id);
        found.push(rule);
    }
    for pair in permission.user_id_group_pairs.iter().flatten() {
        let mut rule = rule(pair.description.as_ref());
        rule.referenced_group_id.clone_from(&pair.group_id);
        found.push(rule);
    }
    found
}

async fn prefix_lists(scope: &Scope, client: &Client) {
    let pages = client.describe_managed_prefix_lists().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_MANAGED_PREFIX_LISTS, None, pages).await;
    let mut ids = BTreeSet::new();
    for found in pages.into_iter().flat_map(|page| page.prefix_lists.unwrap_or_default()) {
        let Some(id) = found.prefix_list_id else { continue };
        let mut list = PrefixList::new(identity(scope, "prefix-list", &id, found.tags));
        list.arn = found.prefix_list_arn.or(list.arn);
        list.name = found.prefix_list_name.or(list.name);
        list.address_family = found.address_family;
        list.owner_id = found.owner_id;
        scope.insert(list, &DESCRIBE_MANAGED_PREFIX_LISTS);
        ids.insert(id);
    }
    each(ids.iter().map(|id| entries(scope, client, id))).await;
}

async fn entries(scope: &Scope, client: &Client, id: &str) {
    let operation = &GET_MANAGED_PREFIX_LIST_ENTRIES;
    let pages = client.get_managed_prefix_list_entries().prefix_list_id(id);
    let pages = scope.pages(operation, Some(id), pages.into_paginator().send()).await;
    let cidrs: Vec<String> = pages
        .into_iter()
        .flat_map(|page| page.entries.unwrap_or_default())
        .filter_map(|entry| entry.cidr)
        .collect();
    scope.update::<PrefixList>(id, |list| list.cidrs = cidrs);
}

async fn network_interfaces(scope: &Scope, client: &Client) {
    let pages = client.describe_network_interfaces().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_NETWORK_INTERFACES, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.network_interfaces.unwrap_or_default()) {
        let Some(id) = found.network_interface_id else { continue };
        let identity = identity(scope, "network-interface", &id, found.tag_set);
        let mut interface = NetworkInterface::new(identity);
        interface.vpc_id = found.vpc_id;
        interface.subnet_id = found.subnet_id;
        interface.availability_zone = found.availability_zone;
        interface.security_group_ids = found
            .groups
            .unwrap_or_default()
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect();
        let mut addresses = found.private_ip_addresses.unwrap_or_default();
        addresses.sort_by_key(|address| address.primary != Some(true));
        for address in addresses {
            interface.private_ip_addresses.extend(address.private_ip_address);
            interface
                .public_ip_addresses
                .extend(address.association.and_then(|association| association.public_ip));
        }
        if let Some(address) = found.private_ip_address
            && !interface.private_ip_addresses.contains(&address)
        {
            interface.private_ip_addresses.insert(0, address);
        }
        if let Some(address) = found.association.and_then(|association| association.public_ip)
            && !interface.public_ip_addresses.contains(&address)
        {
            interface.public_ip_addresses.insert(0, address);
        }
        interface.ipv6_addresses = found
            .ipv6_addresses
            .unwrap_or_default()
            .into_iter()
            .filter_map(|address| address.ipv6_address)
            .collect();
        interface.interface_type = found.interface_type.map(|kind| kind.as_str().to_owned());
        interface.status = found.status.map(|status| status.as_str().to_owned());
        interface.instance_id = found.attachment.and_then(|attachment| attachment.instance_id);
        interface.description = found.description.map(mask::owned);
        interface.requester_managed = Some(found.requester_managed.unwrap_or(false));
        interface.source_dest_check = found.source_dest_check;
        scope.insert(interface, &DESCRIBE_NETWORK_INTERFACES);
    }
}

async fn addresses(scope: &Scope, client: &Client) {
    let call = client.describe_addresses().send();
    let answer = scope.call(&DESCRIBE_ADDRESSES, None, call).await;
    for found in answer.and_then(|answer| answer.addresses).unwrap_or_default() {
        let Some(id) = found.allocation_id.or_else(|| found.public_ip.clone()) else { continue };
        let mut address = ElasticIp::new(identity(scope, "elastic-ip", &id, found.tags));
        address.public_ip = found.public_ip;
        address.instance_id = found.instance_id.filter(|id| !id.is_empty());
        address.network_interface_id = found.network_interface_id.filter(|id| !id.is_empty());
        address.private_ip_address = found.private_ip_address;
        scope.insert(address, &DESCRIBE_ADDRESSES);
    }
}

async fn flow_logs(scope: &Scope, client: &Client) {
    let pages = client.describe_flow_logs().into_paginator().send();
    let pages = scope.pages(&DESCRIBE_FLOW_LOGS, None, pages).await;
    for found in pages.into_iter().flat_map(|page| page.flow_logs.unwrap_or_default()) {
        let Some(id) = found.flow_log_id else { continue };
        let mut log = FlowLog::new(identity(scope, "vpc-flow-log", &id, found.tags));
        log.resource_id = found.resource_id;
        log.traffic_type = found.traffic_type.map(|kind| kind.as_str().to_owned());
        log.log_destination_type = found.log_destination_type.map(|kind| kind.as_str().to_owned());
        log.log_destination = found.log_destination;
        log.log_group_name = found.log_group_name;
        log.status = found.flow_log_status;
        log.deliver_logs_status = found.deliver_logs_status;
        scope.insert(log, &DESCRIBE_FLOW_LOGS);
    }
}
