//! VPCs, subnets and route tables.
//!
//! Source: the AWS CLI command reference, `aws ec2`.

use std::collections::BTreeSet;

use super::item::Item;
use super::scope::Scope;
use crate::model::{Route, RouteTable, Subnet, Vpc};
use crate::source::node::Node;
use crate::source::operation::ec2_network::{
    DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_VPC_ATTRIBUTE, DESCRIBE_VPCS,
};
use crate::source::route_target;

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_VPCS) {
        vpc(scope, &item);
    }
    attributes(scope);
    for item in scope.items(&DESCRIBE_SUBNETS) {
        subnet(scope, &item);
    }
    for item in scope.items(&DESCRIBE_ROUTE_TABLES) {
        route_table(scope, &item);
    }
}

fn vpc(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_VPCS, node, "VpcId") else { return };
    let mut vpc = Vpc::new(scope.ec2("vpc", &id, node));
    let mut item = scope.read(&vpc, node);
    vpc.cidr_blocks.extend(item.string("/cidr_blocks/0", "CidrBlock"));
    let others = item.list("/cidr_blocks", "CidrBlockAssociationSet");
    for block in associated(others, "CidrBlockState", "CidrBlock") {
        if !vpc.cidr_blocks.contains(&block) {
            vpc.cidr_blocks.push(block);
        }
    }
    let ipv6 = item.list("/ipv6_cidr_blocks", "Ipv6CidrBlockAssociationSet");
    vpc.ipv6_cidr_blocks = associated(ipv6, "Ipv6CidrBlockState", "Ipv6CidrBlock");
    vpc.is_default = item.flag_or("/is_default", "IsDefault", false);
    scope.keep(vpc);
}

/// The ranges that are in use, or will be.
fn associated(items: &[Node], state: &str, block: &str) -> Vec<String> {
    let is_there = |item: &&Node| {
        let state = item.get(state).and_then(|state| state.get("State")).and_then(Node::text);
        state.is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
    };
    let blocks = items.iter().filter(is_there);
    blocks.filter_map(|item| item.get(block).and_then(Node::text)).collect()
}

fn attributes(scope: &mut Scope<'_>) {
    let vpcs = scope.keys::<Vpc>();
    let mut told = [BTreeSet::new(), BTreeSet::new()];
    for (vpc, answer) in scope.of_things(&DESCRIBE_VPC_ATTRIBUTE, "VpcId", &vpcs) {
        let flag = |key: &str| answer.get(key).and_then(|flag| flag.get("Value")?.bool());
        let (support, hostnames) = (flag("EnableDnsSupport"), flag("EnableDnsHostnames"));
        scope.update::<Vpc>(&vpc, |vpc| {
            vpc.enable_dns_support = support.or(vpc.enable_dns_support);
            vpc.enable_dns_hostnames = hostnames.or(vpc.enable_dns_hostnames);
        });
        for (told, flag) in told.iter_mut().zip([support, hostnames]) {
            if flag.is_some() {
                told.insert(vpc.clone());
            }
        }
    }
    let paths = ["/enable_dns_support", "/enable_dns_hostnames"];
    for (told, path) in told.iter().zip(paths) {
        scope.leave_path_open(&DESCRIBE_VPC_ATTRIBUTE, ("vpcs", path), &vpcs, told);
    }
}

fn subnet(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_SUBNETS, node, "SubnetId") else { return };
    let mut subnet = Subnet::new(scope.ec2("subnet", &id, node));
    let mut item = scope.read(&subnet, node);
    subnet.arn = item.string("/arn", "SubnetArn").or(subnet.arn);
    subnet.vpc_id = item.string("/vpc_id", "VpcId");
    subnet.availability_zone = item.string("/availability_zone", "AvailabilityZone");
    subnet.cidr_block = item.string("/cidr_block", "CidrBlock");
    subnet.ipv6_cidr_blocks =
        item.each("/ipv6_cidr_blocks", "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock");
    subnet.map_public_ip_on_launch = item.flag("/map_public_ip_on_launch", "MapPublicIpOnLaunch");
    subnet.assign_ipv6_address_on_creation =
        item.flag_or("/assign_ipv6_address_on_creation", "AssignIpv6AddressOnCreation", false);
    subnet.available_ip_address_count =
        item.integer("/available_ip_address_count", "AvailableIpAddressCount");
    scope.keep(subnet);
}

fn route_table(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_ROUTE_TABLES, node, "RouteTableId") else { return };
    let mut table = RouteTable::new(scope.ec2("route-table", &id, node));
    let mut item = scope.read(&table, node);
    table.vpc_id = item.string("/vpc_id", "VpcId");
    table.main = Some(false);
    for association in item.full_list("/subnet_ids", "Associations") {
        let text = |key: &str| association.get(key).and_then(Node::text);
        if association.get("Main").and_then(Node::bool) == Some(true) {
            table.main = Some(true);
        }
        table.subnet_ids.extend(text("SubnetId"));
        table.gateway_ids.extend(text("GatewayId"));
    }
    for found in item.full_list("/routes", "Routes") {
        let path = format!("/routes/{}", table.routes.len());
        table.routes.push(route(&mut item, &path, found));
    }
    scope.keep(table);
}

fn route(item: &mut Item<'_, '_>, path: &str, found: &Node) -> Route {
    let draft = &mut item.draft;
    let mut text =
        |field: &str, key: &str| draft.string(&format!("{path}/{field}"), found.get(key), None);
    let destination_cidr_block = text("destination_cidr_block", "DestinationCidrBlock");
    let destination_ipv6_cidr_block =
        text("destination_ipv6_cidr_block", "DestinationIpv6CidrBlock");
    let destination_prefix_list_id = text("destination_prefix_list_id", "DestinationPrefixListId");
    let state = text("state", "State").or_else(|| Some("active".to_owned()));
    let origin = text("propagated", "Origin");
    let member = |key: &str| found.get(key).and_then(Node::text).filter(|id| !id.is_empty());
    let (target_type, target_id) = route_target::of(member);
    if target_type.is_none() {
        let detail = "the route has no target that is known".to_owned();
        item.draft.gap(path, crate::model::Reason::Malformed { detail });
    }
    Route {
        destination_cidr_block,
        destination_ipv6_cidr_block,
        destination_prefix_list_id,
        target_type: target_type.map(str::to_owned),
        target_id,
        state,
        propagated: Some(origin.as_deref() == Some("EnableVgwRoutePropagation")),
    }
}
