//! VPCs, subnets, routes, gateways.

use super::Declared;
use crate::model::{
    EgressOnlyInternetGateway, ElasticIp, FlowLog, Instance, InternetGateway, Model, NatGateway,
    NetworkAcl, NetworkInterface, ResourceRef, Route, RouteTable, SecurityGroup, Snapshot, Subnet,
    Vpc, VpcPeeringConnection, gap, link,
};
use crate::source::default_resources;
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};

pub(super) fn vpc(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpcs");
    let mut vpc = Vpc::new(declared.identity(&mut draft, ""));
    vpc.cidr_blocks = draft.strings("/cidr_blocks", declared.chosen("cidr_block"));
    vpc.ipv6_cidr_blocks = draft.strings("/ipv6_cidr_blocks", ipv6_blocks(declared));
    vpc.is_default = Some(false);
    vpc.enable_dns_support =
        draft.bool("/enable_dns_support", declared.get("enable_dns_support"), Some(true));
    vpc.enable_dns_hostnames =
        draft.bool("/enable_dns_hostnames", declared.get("enable_dns_hostnames"), Some(false));
    default_resources::declare(&vpc, &declared.origin, snapshot);
    alias_own(declared, &vpc.id, snapshot);
    snapshot.model.insert(vpc);
}

/// The default resources of a VPC that the model makes with it.
pub(super) fn come_with(vpc: &str) -> [(&'static str, String); 3] {
    [
        ("security_groups", default_resources::security_group_id(vpc)),
        ("network_acls", default_resources::network_acl_id(vpc)),
        ("route_tables", default_resources::route_table_id(vpc)),
    ]
}

/// Lets them be called by the ids that the VPC tells of them.
pub(super) fn alias_own(declared: &Declared<'_>, vpc: &str, snapshot: &mut Snapshot) {
    let attributes = ["default_security_group_id", "default_network_acl_id", "main_route_table_id"];
    for (attribute, (collection, id)) in attributes.into_iter().zip(come_with(vpc)) {
        if let Some(text) = declared.get(attribute).and_then(Node::text) {
            snapshot.alias(&ResourceRef::new(collection, id), text);
        }
    }
}

/// AWS assigns a block only where it is asked to.
fn ipv6_blocks<'d>(declared: &'d Declared<'_>) -> Option<&'d Node> {
    let assigned = declared.get("assign_generated_ipv6_cidr_block");
    let asked = assigned.is_some_and(|node| node.bool() != Some(false))
        || declared.get("ipv6_ipam_pool_id").is_some();
    if asked { declared.chosen("ipv6_cidr_block") } else { declared.get("ipv6_cidr_block") }
}

pub(super) fn cidr_block_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<Vpc>(snapshot, "vpc_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpcs", &id));
    let blocks = draft.strings("/cidr_blocks", declared.get("cidr_block"));
    if let Some(vpc) = snapshot.model.vpcs.get_mut(&id) {
        vpc.cidr_blocks.extend(blocks);
    }
}

pub(super) fn ipv6_cidr_block_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<Vpc>(snapshot, "vpc_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("vpcs", &id));
    let blocks = draft.strings("/ipv6_cidr_blocks", declared.chosen("ipv6_cidr_block"));
    if let Some(vpc) = snapshot.model.vpcs.get_mut(&id) {
        vpc.ipv6_cidr_blocks.extend(blocks);
    }
}

pub(super) fn subnet(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "subnets");
    let mut subnet = Subnet::new(declared.identity(&mut draft, ""));
    subnet.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    let zone = ["availability_zone", "availability_zone_id"]
        .into_iter()
        .find_map(|name| declared.get(name))
        .or_else(|| declared.chosen("availability_zone"));
    subnet.availability_zone = draft.string("/availability_zone", zone, None);
    subnet.cidr_block = draft.string("/cidr_block", declared.get("cidr_block"), None);
    subnet.ipv6_cidr_blocks = draft.strings("/ipv6_cidr_blocks", declared.get("ipv6_cidr_block"));
    subnet.map_public_ip_on_launch = draft.bool(
        "/map_public_ip_on_launch",
        declared.get("map_public_ip_on_launch"),
        Some(false),
    );
    subnet.assign_ipv6_address_on_creation = draft.bool(
        "/assign_ipv6_address_on_creation",
        declared.get("assign_ipv6_address_on_creation"),
        Some(false),
    );
    snapshot.model.insert(subnet);
}

pub(super) fn route_table(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "route_tables");
    let mut table = RouteTable::new(declared.identity(&mut draft, ""));
    table.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    table.main = Some(false);
    for node in draft.items("/routes", declared.get("route")) {
        let path = format!("/routes/{}", table.routes.len());
        table.routes.push(read_route(&mut draft, &path, node, "cidr_block", "ipv6_cidr_block"));
    }
    snapshot.model.insert(table);
}

pub(super) fn route(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<RouteTable>(snapshot, "route_table_id") else { return };
    let count = snapshot.model.route_tables.get(&id).map_or(0, |table| table.routes.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("route_tables", &id));
    let path = format!("/routes/{count}");
    let route = read_route(
        &mut draft,
        &path,
        &declared.values,
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
    );
    draft.place(&path, Some(&declared.origin));
    if let Some(table) = snapshot.model.route_tables.get_mut(&id) {
        table.routes.push(route);
    }
}

fn read_route(draft: &mut Draft<'_>, path: &str, node: &Node, v4: &str, v6: &str) -> Route {
    const TARGETS: &[(&str, &str)] = &[
        ("gateway_id", "internet_gateway"),
        ("nat_gateway_id", "nat_gateway"),
        ("egress_only_gateway_id", "egress_only_internet_gateway"),
        ("transit_gateway_id", "transit_gateway"),
        ("vpc_peering_connection_id", "vpc_peering_connection"),
        ("vpc_endpoint_id", "vpc_endpoint"),
        ("network_interface_id", "network_interface"),
        ("instance_id", "instance"),
        ("carrier_gateway_id", "carrier_gateway"),
        ("local_gateway_id", "local_gateway"),
        ("core_network_arn", "core_network"),
    ];
    let at = |field: &str| format!("{path}/{field}");
    let get = |name: &str| super::present(node.get(name));
    draft.place(path, node.origin.as_ref());
    let mut route = Route {
        destination_cidr_block: draft.cidr(&at("destination_cidr_block"), get(v4)),
        destination_ipv6_cidr_block: draft.cidr(&at("destination_ipv6_cidr_block"), get(v6)),
        destination_prefix_list_id: draft.string(
            &at("destination_prefix_list_id"),
            get("destination_prefix_list_id"),
            None,
        ),
        state: Some("active".to_owned()),
        propagated: Some(false),
        ..Route::default()
    };
    // An attribute whose reference is known tells more than one that is not.
    let set = TARGETS
        .iter()
        .find(|(name, _)| get(name).is_some_and(|target| target.unknown().is_none()))
        .or_else(|| TARGETS.iter().find(|(name, _)| get(name).is_some()));
    if let Some((name, kind)) = set {
        let target = get(name);
        let text = target.and_then(Node::text);
        let virtual_private = matches!(target.map(|node| &node.value),
            Some(Value::Reference(r)) if r.resource_type == "aws_vpn_gateway");
        let kind = match text.as_deref() {
            Some("local") => "local",
            Some(text) if text.starts_with("vgw-") => "virtual_private_gateway",
            _ if virtual_private => "virtual_private_gateway",
            _ => kind,
        };
        route.target_type = Some(kind.to_owned());
        if let Some(reason) = target.and_then(Node::unknown) {
            // Another kind of target may be meant where this one is not.
            draft.gap(&at("target_type"), reason.clone());
        }
        route.target_id = draft.string(&at("target_id"), target, None);
    }
    route
}

pub(super) fn route_table_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let subnet = declared.target::<Subnet>(snapshot, "subnet_id");
    let Some(table) = declared.target::<RouteTable>(snapshot, "route_table_id") else {
        let subnet = subnet.map(|id| ResourceRef::new("subnets", id));
        declared.leave_open(snapshot, "route_table_id", subnet, gap::ROUTE_TABLE_ASSOCIATION);
        return;
    };
    let gateway = declared.target::<InternetGateway>(snapshot, "gateway_id");
    if let Some(table) = snapshot.model.route_tables.get_mut(&table) {
        table.subnet_ids.extend(subnet);
        table.gateway_ids.extend(gateway);
    }
}

pub(super) fn main_route_table_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(table), Some(vpc)) = (
        declared.target::<RouteTable>(snapshot, "route_table_id"),
        declared.target::<Vpc>(snapshot, "vpc_id"),
    ) else {
        return;
    };
    let former = default_resources::route_table_id(&vpc);
    for (id, main) in [(former, false), (table, true)] {
        if let Some(table) = snapshot.model.route_tables.get_mut(&id) {
            table.main = Some(main);
        }
    }
}

/// Terraform's way to manage a VPC's own main table.
pub(super) fn default_route_table(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = default_of(declared, snapshot, "default_route_table_id", "route_tables") else {
        return;
    };
    super::settle(snapshot, &ResourceRef::new("route_tables", &id), &["/routes"]);
    let Some(table) = snapshot.model.route_tables.get(&id) else { return };
    let mut routes: Vec<Route> = table
        .routes
        .iter()
        .filter(|r| r.target_type.as_deref() == Some("local"))
        .cloned()
        .collect();
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("route_tables", &id));
    for node in draft.items("/routes", declared.get("route")) {
        let path = format!("/routes/{}", routes.len());
        routes.push(read_route(&mut draft, &path, node, "cidr_block", "ipv6_cidr_block"));
    }
    let resource = ResourceRef::new("route_tables", &id);
    snapshot.alias(&resource, declared.address.clone());
    if let Some(table) = snapshot.model.route_tables.get_mut(&id) {
        table.routes = routes;
    }
}

/// The default resource that an attribute names, through its VPC.
pub(super) fn default_of(
    declared: &Declared<'_>,
    snapshot: &Snapshot,
    attribute: &str,
    collection: &str,
) -> Option<String> {
    let node = declared.get(attribute).or_else(|| declared.get("vpc_id"))?;
    let known = |text: String| match collection {
        "route_tables" => link::lookup::<RouteTable>(snapshot, &text),
        "network_acls" => link::lookup::<NetworkAcl>(snapshot, &text),
        _ => link::lookup::<SecurityGroup>(snapshot, &text),
    };
    if let Some(known) = node.text().and_then(known) {
        return Some(known);
    }
    if let Value::Reference(reference) = &node.value
        && ["default_route_table_id", "main_route_table_id", "default_network_acl_id"]
            .contains(&reference.attribute.as_str())
    {
        return known(reference.id.clone()).or_else(|| Some(reference.id.clone()));
    }
    let vpc = super::target_of::<Vpc>(snapshot, node)?;
    let made = match collection {
        "route_tables" => default_resources::route_table_id(&vpc),
        "network_acls" => default_resources::network_acl_id(&vpc),
        _ => default_resources::security_group_id(&vpc),
    };
    Some(of_account(&vpc, collection, &made, &snapshot.model).unwrap_or(made))
}

/// The default resource of a VPC that the account has already, unless there is
/// the one that is `made` with a VPC of the plan.
pub(super) fn of_account(vpc: &str, collection: &str, made: &str, model: &Model) -> Option<String> {
    let is_of = |of: &Option<String>| of.as_deref() == Some(vpc);
    let (is_made, found) = match collection {
        "route_tables" => {
            let main = |table: &&RouteTable| table.main == Some(true) && is_of(&table.vpc_id);
            let tables = &model.route_tables;
            (tables.contains_key(made), tables.values().find(main).map(|one| one.id.clone()))
        }
        "network_acls" => {
            let own = |acl: &&NetworkAcl| acl.is_default == Some(true) && is_of(&acl.vpc_id);
            let acls = &model.network_acls;
            (acls.contains_key(made), acls.values().find(own).map(|one| one.id.clone()))
        }
        _ => {
            let own =
                |group: &&SecurityGroup| group.is_default == Some(true) && is_of(&group.vpc_id);
            let groups = &model.security_groups;
            (groups.contains_key(made), groups.values().find(own).map(|one| one.id.clone()))
        }
    };
    found.filter(|_| !is_made)
}

pub(super) fn internet_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "internet_gateways");
    let mut gateway = InternetGateway::new(declared.identity(&mut draft, ""));
    gateway.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    snapshot.model.insert(gateway);
}

pub(super) fn internet_gateway_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<InternetGateway>(snapshot, "internet_gateway_id") else {
        return;
    };
    let vpc = declared.target::<Vpc>(snapshot, "vpc_id");
    if let Some(gateway) = snapshot.model.internet_gateways.get_mut(&id) {
        gateway.vpc_id = vpc;
    }
}

pub(super) fn egress_only_internet_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "egress_only_internet_gateways");
    let mut gateway = EgressOnlyInternetGateway::new(declared.identity(&mut draft, ""));
    gateway.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    snapshot.model.insert(gateway);
}

pub(super) fn nat_gateway(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "nat_gateways");
    let mut gateway = NatGateway::new(declared.identity(&mut draft, ""));
    gateway.subnet_id = draft.string("/subnet_id", declared.get("subnet_id"), None);
    gateway.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    gateway.connectivity_type =
        draft.string("/connectivity_type", declared.get("connectivity_type"), Some("public"));
    gateway.state = Some("available".to_owned());
    gateway.allocation_ids = draft.strings("/allocation_ids", declared.get("allocation_id"));
    snapshot.model.insert(gateway);
}

pub(super) fn elastic_ip(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "elastic_ips");
    let mut address = ElasticIp::new(declared.identity(&mut draft, ""));
    address.public_ip = draft.string("/public_ip", declared.get("public_ip"), None);
    address.instance_id = draft.string("/instance_id", declared.get("instance"), None);
    address.network_interface_id =
        draft.string("/network_interface_id", declared.get("network_interface"), None);
    snapshot.model.insert(address);
}

pub(super) fn eip_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let by = ["allocation_id", "public_ip"];
    let Some(id) = by.iter().find_map(|by| declared.target::<ElasticIp>(snapshot, by)) else {
        let instance = declared.target::<Instance>(snapshot, "instance_id");
        let instance = instance.map(|id| ResourceRef::new("instances", id));
        declared.leave_open(snapshot, "allocation_id", instance, "/public_ip_address");
        let interface = declared.target::<NetworkInterface>(snapshot, "network_interface_id");
        let interface = interface.map(|id| ResourceRef::new("network_interfaces", id));
        declared.leave_open(snapshot, "allocation_id", interface, "/public_ip_addresses");
        return;
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("elastic_ips", &id));
    let instance = draft.string("/instance_id", declared.get("instance_id"), None);
    let interface =
        draft.string("/network_interface_id", declared.get("network_interface_id"), None);
    if let Some(address) = snapshot.model.elastic_ips.get_mut(&id) {
        address.instance_id = instance;
        address.network_interface_id = interface;
    }
}

pub(super) fn network_interface(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "network_interfaces");
    let mut interface = NetworkInterface::new(declared.identity(&mut draft, ""));
    interface.subnet_id = draft.string("/subnet_id", declared.get("subnet_id"), None);
    interface.security_group_ids =
        draft.strings("/security_group_ids", declared.get("security_groups"));
    interface.private_ip_addresses =
        draft.strings("/private_ip_addresses", declared.get("private_ips"));
    interface.interface_type =
        draft.string("/interface_type", declared.get("interface_type"), Some("interface"));
    interface.description = draft.string("/description", declared.get("description"), None);
    interface.source_dest_check =
        draft.bool("/source_dest_check", declared.get("source_dest_check"), Some(true));
    interface.requester_managed = Some(false);
    interface.instance_id =
        draft.string("/instance_id", declared.at(&["attachment", "instance"]), None);
    snapshot.model.insert(interface);
}

/// A further security group of an interface, or of the instance whose primary
/// interface it is.
pub(super) fn interface_group_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const PATH: &str = "/security_group_ids";
    if let Some(id) = declared.target::<NetworkInterface>(snapshot, "network_interface_id") {
        let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_interfaces", &id));
        let groups = draft.strings(PATH, declared.get("security_group_id"));
        if let Some(interface) = snapshot.model.network_interfaces.get_mut(&id) {
            interface.security_group_ids.extend(groups);
        }
    } else if let Some(id) = declared.target::<Instance>(snapshot, "network_interface_id") {
        let mut draft = declared.draft_of(snapshot, ResourceRef::new("instances", &id));
        let groups = draft.strings(PATH, declared.get("security_group_id"));
        if let Some(instance) = snapshot.model.instances.get_mut(&id) {
            instance.security_group_ids.extend(groups);
        }
    } else if let Some(group) = declared.target::<SecurityGroup>(snapshot, "security_group_id")
        && let Some(group) = snapshot.model.security_groups.get_mut(&group)
    {
        // In use by what is not known.
        group.referenced_by.push(declared.address.clone());
    }
}

pub(super) fn vpc_peering_connection(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "vpc_peering_connections");
    let mut peering = VpcPeeringConnection::new(declared.identity(&mut draft, ""));
    peering.requester_vpc_id = draft.string("/requester_vpc_id", declared.get("vpc_id"), None);
    peering.accepter_vpc_id = draft.string("/accepter_vpc_id", declared.get("peer_vpc_id"), None);
    peering.accepter_account =
        draft.string("/accepter_account", declared.get("peer_owner_id"), None);
    peering.accepter_region = draft.string("/accepter_region", declared.get("peer_region"), None);
    peering.requester_account = declared.deployment.account.clone();
    peering.requester_region = declared.deployment.region.clone();
    peering.status = Some("active".to_owned());
    snapshot.model.insert(peering);
}

pub(super) fn flow_log(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "flow_logs");
    let mut log = FlowLog::new(declared.identity(&mut draft, ""));
    let resource = ["vpc_id", "subnet_id", "eni_id", "transit_gateway_id"]
        .iter()
        .find_map(|name| declared.get(name));
    log.resource_id = draft.string("/resource_id", resource, None);
    log.traffic_type = draft.string("/traffic_type", declared.get("traffic_type"), None);
    log.log_destination_type = draft.string(
        "/log_destination_type",
        declared.get("log_destination_type"),
        Some("cloud-watch-logs"),
    );
    log.log_destination = draft.string("/log_destination", declared.get("log_destination"), None);
    log.log_group_name = draft.string("/log_group_name", declared.get("log_group_name"), None);
    log.status = Some("ACTIVE".to_owned());
    snapshot.model.insert(log);
}
