//! The references of the network and of load balancing.

use std::collections::BTreeSet;

use super::linker::{Linker, each};
use super::{GROUPS, SUBNETS, VPCS};
use crate::model::{
    ApiGatewayV2VpcLink, ApiGatewayVpcLink, CloudFrontVpcOrigin, EgressOnlyInternetGateway,
    ElasticIp, FlowLog, InternetGateway, Listener, ListenerAction, ListenerRule, LoadBalancer,
    Model, NatGateway, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet,
    TargetGroup, TransitGateway, TransitGatewayAttachment, TransitGatewayRouteTable, VpcEndpoint,
    VpcPeeringConnection,
};

/// Of VPCs, subnets, tables, groups and interfaces; `declared` are the security
/// groups that templates and plans declare.
pub fn network(linker: &mut Linker<'_>, model: &mut Model, declared: &BTreeSet<String>) {
    each(linker, model, |subnet: &mut Subnet, at| at.one("/vpc_id", VPCS, &mut subnet.vpc_id));
    each(linker, model, |table: &mut RouteTable, at| {
        at.one("/vpc_id", VPCS, &mut table.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut table.subnet_ids);
        at.spellings.all(&["internet_gateways"], &mut table.gateway_ids);
        for (index, route) in table.routes.iter_mut().enumerate() {
            at.spellings.one(&["prefix_lists"], &mut route.destination_prefix_list_id);
            if route.target_type.as_deref() == Some("nat_gateway") {
                let path = format!("/routes/{index}/target_id");
                at.one(&path, &["nat_gateways"], &mut route.target_id);
            }
            at.spellings.one(
                match route.target_type.as_deref() {
                    Some("internet_gateway") => &["internet_gateways"],
                    Some("egress_only_internet_gateway") => &["egress_only_internet_gateways"],
                    Some("transit_gateway") => &["transit_gateways"],
                    Some("vpc_peering_connection") => &["vpc_peering_connections"],
                    Some("vpc_endpoint") => &["vpc_endpoints"],
                    Some("network_interface") => &["network_interfaces"],
                    Some("instance") => &["instances"],
                    _ => &[],
                },
                &mut route.target_id,
            );
        }
    });
    each(linker, model, |acl: &mut NetworkAcl, at| {
        at.one("/vpc_id", VPCS, &mut acl.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut acl.subnet_ids);
    });
    each(linker, model, |group: &mut SecurityGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        // Whose a group is that an account does not have is known: somebody
        // else's. What a template does not declare may be anybody's.
        let may_be_anybodys = declared.contains(&group.id);
        for (list, rules) in [("ingress", &mut group.ingress), ("egress", &mut group.egress)] {
            for (index, rule) in rules.iter_mut().enumerate() {
                let path = format!("/{list}/{index}/referenced_group_id");
                match may_be_anybodys {
                    true => at.one(&path, GROUPS, &mut rule.referenced_group_id),
                    false => at.spellings.one(GROUPS, &mut rule.referenced_group_id),
                }
                at.spellings.one(&["prefix_lists"], &mut rule.prefix_list_id);
            }
        }
    });
    each(linker, model, |interface: &mut NetworkInterface, at| {
        at.one("/vpc_id", VPCS, &mut interface.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut interface.subnet_id);
        at.one("/instance_id", &["instances"], &mut interface.instance_id);
        at.all("/security_group_ids", GROUPS, &mut interface.security_group_ids);
    });
    each(linker, model, |address: &mut ElasticIp, at| {
        at.one("/instance_id", &["instances"], &mut address.instance_id);
        at.one("/network_interface_id", &["network_interfaces"], &mut address.network_interface_id);
    });
    each(linker, model, |log: &mut FlowLog, at| {
        at.one("/resource_id", &["vpcs", "subnets", "network_interfaces"], &mut log.resource_id);
        at.spellings.one(&["log_groups", "s3_buckets"], &mut log.log_destination);
    });
}

/// Of gateways, endpoints and connections.
pub fn gateways(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |gateway: &mut InternetGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id)
    });
    each(linker, model, |gateway: &mut EgressOnlyInternetGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id);
    });
    each(linker, model, |gateway: &mut NatGateway, at| {
        at.one("/vpc_id", VPCS, &mut gateway.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut gateway.subnet_id);
        at.all("/allocation_ids", &["elastic_ips"], &mut gateway.allocation_ids);
    });
    each(linker, model, |endpoint: &mut VpcEndpoint, at| {
        at.one("/vpc_id", VPCS, &mut endpoint.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut endpoint.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut endpoint.security_group_ids);
        at.all("/route_table_ids", &["route_tables"], &mut endpoint.route_table_ids);
    });
    each(linker, model, |peering: &mut VpcPeeringConnection, at| {
        at.spellings.one(VPCS, &mut peering.requester_vpc_id);
        at.spellings.one(VPCS, &mut peering.accepter_vpc_id);
    });
    each(linker, model, |gateway: &mut TransitGateway, at| {
        let tables = &["transit_gateway_route_tables"];
        at.one(
            "/association_default_route_table_id",
            tables,
            &mut gateway.association_default_route_table_id,
        );
        at.one(
            "/propagation_default_route_table_id",
            tables,
            &mut gateway.propagation_default_route_table_id,
        );
    });
    each(linker, model, |attachment: &mut TransitGatewayAttachment, at| {
        at.one("/transit_gateway_id", &["transit_gateways"], &mut attachment.transit_gateway_id);
        at.one("/vpc_id", VPCS, &mut attachment.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut attachment.subnet_ids);
        at.one(
            "/route_table_id",
            &["transit_gateway_route_tables"],
            &mut attachment.route_table_id,
        );
    });
    each(linker, model, |table: &mut TransitGatewayRouteTable, at| {
        let attachments = &["transit_gateway_attachments"];
        at.one("/transit_gateway_id", &["transit_gateways"], &mut table.transit_gateway_id);
        at.all("/association_attachment_ids", attachments, &mut table.association_attachment_ids);
        at.all("/propagation_attachment_ids", attachments, &mut table.propagation_attachment_ids);
        for route in &mut table.routes {
            at.spellings.all(attachments, &mut route.attachment_ids);
        }
    });
}

/// Of load balancers.
pub fn load_balancing(linker: &mut Linker<'_>, model: &mut Model) {
    let spellings = linker.spellings;
    let link_actions = |actions: &mut Vec<ListenerAction>| {
        for target in actions.iter_mut().flat_map(|action| &mut action.forward) {
            spellings.one(&["target_groups"], &mut target.target_group);
        }
    };
    each(linker, model, |balancer: &mut LoadBalancer, at| {
        at.one("/vpc_id", VPCS, &mut balancer.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut balancer.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut balancer.security_group_ids);
        at.spellings.one(&["s3_buckets"], &mut balancer.access_logs_bucket);
    });
    each(linker, model, |listener: &mut Listener, at| {
        at.one("/load_balancer", &["load_balancers"], &mut listener.load_balancer);
        link_actions(&mut listener.default_actions);
    });
    each(linker, model, |rule: &mut ListenerRule, at| {
        at.spellings.one(&["listeners"], &mut rule.listener);
        link_actions(&mut rule.actions);
    });
    each(linker, model, |group: &mut TargetGroup, at| {
        at.one("/vpc_id", VPCS, &mut group.vpc_id);
        at.all("/load_balancers", &["load_balancers"], &mut group.load_balancers);
        for target in &mut group.targets {
            at.spellings.one(&["instances", "load_balancers"], &mut target.target_id);
        }
    });
}

/// Of what services reach in a VPC. What an integration names may be a service
/// of Cloud Map, which the model does not have.
pub fn service_entries(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |origin: &mut CloudFrontVpcOrigin, at| {
        at.one("/endpoint", &["load_balancers", "instances"], &mut origin.endpoint);
    });
    each(linker, model, |link: &mut ApiGatewayVpcLink, at| {
        at.all("/load_balancers", &["load_balancers"], &mut link.load_balancers);
    });
    each(linker, model, |link: &mut ApiGatewayV2VpcLink, at| {
        at.one("/vpc_id", VPCS, &mut link.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut link.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut link.security_group_ids);
        at.spellings.all(&["listeners", "load_balancers"], &mut link.integrations);
    });
}
