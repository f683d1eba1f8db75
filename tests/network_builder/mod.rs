//! Small networks in a few words, for the tests of the network analysis.
//!
//! Every network starts with a VPC `vpc` of 10.0.0.0/16, its internet gateway
//! `igw`, a main route table `main` with the local route only, a table
//! `public` with `0.0.0.0/0` to the gateway, and the default ACL `acl`, which
//! lets everything through.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use audit::analysis;
use audit::model::*;

/// A network under construction.
pub struct Net(pub Snapshot);

fn identity(id: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        account: Some("111111111111".to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Identity::default()
    }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

/// What stands in a rule for `22`, `1-100` or, for ICMP, `8` (every code of the
/// type) or `3/4` (one code).
fn numbers(protocol: &str, text: &str) -> (i64, i64) {
    let is_icmp = protocol.starts_with("icmp");
    let (from, to) = match is_icmp {
        true => text.split_once('/').unwrap_or((text, "-1")),
        false => text.split_once('-').unwrap_or((text, text)),
    };
    (from.parse().unwrap(), to.parse().unwrap())
}

/// `tcp 5432 10.0.0.0/16`, `-1 sg-web`, `icmp 3/4 0.0.0.0/0`, `tcp 1-100 pl:list`, `udp 53 ::/0`.
pub fn rule(text: &str) -> SecurityGroupRule {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (protocol, ports, peer) = match words[..] {
        [protocol, peer] => (protocol, None, peer),
        [protocol, ports, peer] => (protocol, Some(ports), peer),
        _ => panic!("{text}"),
    };
    let mut rule = SecurityGroupRule { protocol: Some(protocol.to_owned()), ..Default::default() };
    if let Some(ports) = ports {
        let (from, to) = numbers(protocol, ports);
        (rule.from_port, rule.to_port) = (Some(from), Some(to));
    }
    if let Some(list) = peer.strip_prefix("pl:") {
        rule.prefix_list_id = Some(list.to_owned());
    } else if peer.contains(':') {
        rule.cidr_ipv6 = Some(peer.to_owned());
    } else if peer.contains('/') {
        rule.cidr_ipv4 = Some(peer.to_owned());
    } else if peer != "?" {
        rule.referenced_group_id = Some(peer.to_owned());
    }
    rule
}

/// `100 in allow tcp 22 0.0.0.0/0`, `200 out deny -1 ::/0`.
pub fn entry(text: &str) -> NetworkAclEntry {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (number, way, action, protocol, ports, peer) = match words[..] {
        [number, way, action, protocol, peer] => (number, way, action, protocol, None, peer),
        [number, way, action, protocol, ports, peer] => {
            (number, way, action, protocol, Some(ports), peer)
        }
        _ => panic!("{text}"),
    };
    let number_of = |protocol: &str| match protocol {
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "icmp" => "1".to_owned(),
        "icmpv6" => "58".to_owned(),
        other => other.to_owned(),
    };
    let mut entry = NetworkAclEntry {
        rule_number: Some(number.parse().unwrap()),
        egress: Some(way == "out"),
        protocol: Some(number_of(protocol)),
        rule_action: Some(action.to_owned()),
        ..Default::default()
    };
    if let Some(ports) = ports {
        let (from, to) = numbers(protocol, ports);
        (entry.from_port, entry.to_port) = (Some(from), Some(to));
    }
    if peer.contains(':') {
        entry.ipv6_cidr_block = Some(peer.to_owned());
    } else {
        entry.cidr_block = Some(peer.to_owned());
    }
    entry
}

/// `0.0.0.0/0 internet_gateway igw`; a fourth word is the state.
pub fn route(text: &str) -> Route {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut route = Route {
        target_type: Some(words[1].to_owned()),
        target_id: words.get(2).map(|&id| id.to_owned()),
        state: Some(words.get(3).copied().unwrap_or("active").to_owned()),
        propagated: Some(false),
        ..Default::default()
    };
    if let Some(list) = words[0].strip_prefix("pl:") {
        route.destination_prefix_list_id = Some(list.to_owned());
    } else if words[0].contains(':') {
        route.destination_ipv6_cidr_block = Some(words[0].to_owned());
    } else {
        route.destination_cidr_block = Some(words[0].to_owned());
    }
    route
}

/// A network with the VPC described above.
pub fn net() -> Net {
    Net(Snapshot::default())
        .vpc("vpc", "10.0.0.0/16")
        .gateway("igw", Some("vpc"))
        .main_table("main", "vpc", &[])
        .table("public", "vpc", &["0.0.0.0/0 internet_gateway igw"])
        .default_acl("acl", "vpc")
}

impl Net {
    fn add<T: Collected>(mut self, resource: T) -> Self {
        self.0.model.insert(resource);
        self
    }

    pub fn vpc(self, id: &str, cidr: &str) -> Self {
        let mut vpc = Vpc::new(identity(id));
        vpc.cidr_blocks = texts(&[cidr]);
        self.add(vpc)
    }

    /// Another VPC with a main table of its own and an open ACL.
    pub fn other_vpc(self, id: &str, cidr: &str, routes: &[&str]) -> Self {
        self.vpc(id, cidr)
            .main_table(&format!("{id}-main"), id, routes)
            .default_acl(&format!("{id}-acl"), id)
    }

    pub fn gateway(self, id: &str, vpc: Option<&str>) -> Self {
        let mut gateway = InternetGateway::new(identity(id));
        gateway.vpc_id = vpc.map(str::to_owned);
        self.add(gateway)
    }

    pub fn main_table(self, id: &str, vpc: &str, routes: &[&str]) -> Self {
        let mut net = self.table(id, vpc, routes);
        net.0.model.route_tables.get_mut(id).unwrap().main = Some(true);
        net
    }

    pub fn table(self, id: &str, vpc: &str, routes: &[&str]) -> Self {
        let mut table = RouteTable::new(identity(id));
        table.vpc_id = Some(vpc.to_owned());
        table.main = Some(false);
        table.routes = self
            .0
            .model
            .vpcs
            .get(vpc)
            .unwrap()
            .cidr_blocks
            .iter()
            .chain(&self.0.model.vpcs.get(vpc).unwrap().ipv6_cidr_blocks)
            .map(|cidr| route(&format!("{cidr} local local")))
            .chain(routes.iter().map(|text| route(text)))
            .collect();
        self.add(table)
    }

    pub fn associate(mut self, table: &str, subnet: &str) -> Self {
        for found in self.0.model.route_tables.values_mut() {
            found.subnet_ids.retain(|id| id != subnet);
        }
        self.0.model.route_tables.get_mut(table).unwrap().subnet_ids.push(subnet.to_owned());
        self
    }

    pub fn default_acl(self, id: &str, vpc: &str) -> Self {
        let open = [
            "100 in allow -1 0.0.0.0/0",
            "100 out allow -1 0.0.0.0/0",
            "101 in allow -1 ::/0",
            "101 out allow -1 ::/0",
        ];
        let mut net = self.acl(id, vpc, &[], &open);
        net.0.model.network_acls.get_mut(id).unwrap().is_default = Some(true);
        net
    }

    pub fn acl(self, id: &str, vpc: &str, subnets: &[&str], entries: &[&str]) -> Self {
        let mut acl = NetworkAcl::new(identity(id));
        acl.vpc_id = Some(vpc.to_owned());
        acl.is_default = Some(false);
        acl.subnet_ids = texts(subnets);
        acl.entries = entries.iter().map(|text| entry(text)).collect();
        for way in ["in", "out"] {
            for all in ["0.0.0.0/0", "::/0"] {
                acl.entries.push(entry(&format!("32767 {way} deny -1 {all}")));
            }
        }
        self.add(acl)
    }

    pub fn subnet(self, id: &str, cidr: &str) -> Self {
        self.subnet_of("vpc", id, cidr, "eu-west-1a")
    }

    pub fn public(self, id: &str, cidr: &str) -> Self {
        self.subnet(id, cidr).associate("public", id)
    }

    pub fn subnet_of(self, vpc: &str, id: &str, cidr: &str, zone: &str) -> Self {
        let mut subnet = Subnet::new(identity(id));
        subnet.vpc_id = Some(vpc.to_owned());
        subnet.cidr_block = Some(cidr.to_owned());
        subnet.availability_zone = Some(zone.to_owned());
        self.add(subnet)
    }

    pub fn v6(mut self, subnet: &str, cidr: &str) -> Self {
        self.0.model.subnets.get_mut(subnet).unwrap().ipv6_cidr_blocks.push(cidr.to_owned());
        self
    }

    /// A group with ingress rules, and egress to everywhere.
    pub fn group(self, id: &str, ingress: &[&str]) -> Self {
        self.group_with(id, ingress, &["-1 0.0.0.0/0", "-1 ::/0"])
    }

    pub fn group_with(self, id: &str, ingress: &[&str], egress: &[&str]) -> Self {
        let mut group = SecurityGroup::new(identity(id));
        group.vpc_id = Some("vpc".to_owned());
        group.is_default = Some(false);
        group.ingress = ingress.iter().map(|text| rule(text)).collect();
        group.egress = egress.iter().map(|text| rule(text)).collect();
        self.add(group)
    }

    pub fn prefix_list(self, id: &str, cidrs: &[&str]) -> Self {
        let mut list = PrefixList::new(identity(id));
        list.cidrs = texts(cidrs);
        self.add(list)
    }

    /// An instance; `address` is its private address.
    pub fn instance(self, id: &str, subnet: &str, address: &str, groups: &[&str]) -> Self {
        let mut instance = Instance::new(identity(id));
        instance.state = Some("running".to_owned());
        instance.subnet_id = Some(subnet.to_owned());
        instance.private_ip_address = Some(address.to_owned());
        instance.security_group_ids = texts(groups);
        instance.associate_public_ip_address = Some(false);
        self.add(instance)
    }

    pub fn bastion(self, id: &str, subnet: &str, address: &str, groups: &[&str]) -> Self {
        self.instance(id, subnet, address, groups).edit_instance(id, |instance| {
            instance.tags.insert("Role".to_owned(), "bastion".to_owned());
        })
    }

    /// Gives an instance a public address.
    pub fn public_ip(self, id: &str) -> Self {
        self.edit_instance(id, |instance| instance.associate_public_ip_address = Some(true))
    }

    pub fn edit_instance(mut self, id: &str, edit: impl FnOnce(&mut Instance)) -> Self {
        edit(self.0.model.instances.get_mut(id).unwrap());
        self
    }

    pub fn edit(mut self, edit: impl FnOnce(&mut Model)) -> Self {
        edit(&mut self.0.model);
        self
    }

    /// An interface, of an instance or standing alone.
    pub fn interface(self, id: &str, subnet: &str, address: &str, groups: &[&str]) -> Self {
        let mut interface = NetworkInterface::new(identity(id));
        interface.subnet_id = Some(subnet.to_owned());
        interface.private_ip_addresses = texts(&[address]);
        interface.security_group_ids = texts(groups);
        interface.status = Some("in-use".to_owned());
        interface.interface_type = Some("interface".to_owned());
        self.add(interface)
    }

    /// An RDS instance `id` on port 5432 with a subnet group `<id>-subnets`.
    pub fn rds(self, id: &str, subnets: &[&str], groups: &[&str]) -> Self {
        let mut group = RdsSubnetGroup::new(identity(&format!("{id}-subnets")));
        group.subnet_ids = texts(subnets);
        let mut instance = RdsInstance::new(identity(id));
        instance.port = Some(5432);
        instance.db_subnet_group = Some(format!("{id}-subnets"));
        instance.security_group_ids = texts(groups);
        instance.publicly_accessible = Some(false);
        instance.multi_az = Some(true);
        self.add(group).add(instance)
    }

    pub fn public_rds(self, id: &str) -> Self {
        self.edit(|model| model.rds_instances.get_mut(id).unwrap().publicly_accessible = Some(true))
    }

    pub fn service(self, id: &str, subnets: &[&str], groups: &[&str]) -> Self {
        let mut service = EcsService::new(identity(id));
        service.status = Some("ACTIVE".to_owned());
        service.subnet_ids = texts(subnets);
        service.security_group_ids = texts(groups);
        service.assign_public_ip = Some(false);
        self.add(service)
    }

    /// An EKS cluster whose own security group is `<id>-group`, reached in the
    /// VPC alone.
    pub fn cluster(self, id: &str, subnets: &[&str], groups: &[&str]) -> Self {
        let own = format!("{id}-group");
        let mut cluster = EksCluster::new(identity(id));
        cluster.subnet_ids = texts(subnets);
        cluster.security_group_ids = texts(groups);
        cluster.security_group_ids.push(own.clone());
        cluster.cluster_security_group_id = Some(own.clone());
        cluster.endpoint_private_access = Some(true);
        cluster.endpoint_public_access = Some(false);
        let itself = format!("-1 {own}");
        self.group(&own, &[itself.as_str()]).add(cluster)
    }

    /// Puts the endpoint of a cluster on the internet, for some addresses.
    pub fn public_endpoint(self, id: &str, cidrs: &[&str]) -> Self {
        self.edit(|model| {
            let cluster = model.eks_clusters.get_mut(id).unwrap();
            cluster.endpoint_public_access = Some(true);
            cluster.public_access_cidrs = texts(cidrs);
        })
    }

    /// A managed node group of a cluster.
    pub fn nodes(self, id: &str, cluster: &str, subnets: &[&str]) -> Self {
        let mut group = EksNodeGroup::new(identity(id));
        group.name = Some(id.to_owned());
        group.cluster = Some(cluster.to_owned());
        group.subnet_ids = texts(subnets);
        self.add(group)
    }

    /// A Lambda function; with no subnets it is in no VPC.
    pub fn function(self, id: &str, subnets: &[&str], groups: &[&str]) -> Self {
        let mut function = LambdaFunction::new(identity(id));
        function.in_vpc = Some(!subnets.is_empty());
        function.subnet_ids = texts(subnets);
        function.security_group_ids = texts(groups);
        function.ipv6_allowed_for_dual_stack = Some(false);
        self.add(function)
    }

    /// A URL of a function.
    pub fn url(self, function: &str, auth_type: &str) -> Self {
        self.edit(|model| {
            let url = FunctionUrl { auth_type: Some(auth_type.to_owned()), ..Default::default() };
            model.lambda_functions.get_mut(function).unwrap().urls.push(url);
        })
    }

    pub fn balancer(
        self,
        id: &str,
        kind: &str,
        scheme: &str,
        subnets: &[&str],
        groups: &[&str],
    ) -> Self {
        let mut balancer = LoadBalancer::new(identity(id));
        balancer.load_balancer_type = Some(kind.to_owned());
        balancer.scheme = Some(scheme.to_owned());
        balancer.ip_address_type = Some("ipv4".to_owned());
        balancer.subnet_ids = texts(subnets);
        balancer.security_group_ids = texts(groups);
        self.add(balancer)
    }

    /// A listener with a target group `<balancer>-<port>` of `target_type` that
    /// forwards to `target_port` of the targets.
    pub fn listener(
        self,
        balancer: &str,
        protocol: &str,
        port: i64,
        target_type: &str,
        target_port: i64,
        targets: &[&str],
    ) -> Self {
        let name = format!("{balancer}-{port}");
        let mut group = TargetGroup::new(identity(&name));
        group.vpc_id = Some("vpc".to_owned());
        group.target_type = Some(target_type.to_owned());
        group.protocol = Some(protocol.to_owned());
        group.port = Some(target_port);
        group.targets = targets
            .iter()
            .map(|&id| Target { target_id: Some(id.to_owned()), ..Default::default() })
            .collect();
        let mut listener = Listener::new(identity(&format!("{name}-listener")));
        listener.load_balancer = Some(balancer.to_owned());
        listener.port = Some(port);
        listener.protocol = Some(protocol.to_owned());
        listener.default_actions = vec![ListenerAction {
            action_type: Some("forward".to_owned()),
            forward: vec![ForwardTarget { target_group: Some(name), weight: None }],
            ..Default::default()
        }];
        self.add(group).add(listener)
    }

    /// Registers a service with a target group.
    pub fn register(self, service: &str, group: &str, port: i64) -> Self {
        self.edit(|model| {
            model.ecs_services.get_mut(service).unwrap().load_balancers.push(EcsLoadBalancer {
                target_group: Some(group.to_owned()),
                container_name: None,
                container_port: Some(port),
            });
        })
    }

    /// A CloudFront VPC origin by HTTPS, to a load balancer or an instance.
    pub fn vpc_origin(self, id: &str, endpoint: &str) -> Self {
        let mut origin = CloudFrontVpcOrigin::new(identity(id));
        origin.endpoint = Some(endpoint.to_owned());
        (origin.http_port, origin.https_port) = (Some(80), Some(443));
        origin.origin_protocol_policy = Some("https-only".to_owned());
        self.add(origin)
    }

    /// The group that CloudFront makes for VPC origins.
    pub fn cloudfront_group(self, id: &str) -> Self {
        self.group(id, &[]).edit(|model| {
            let group = model.security_groups.get_mut(id).unwrap();
            group.name = Some("CloudFront-VPCOrigins-Service-SG".to_owned());
        })
    }

    /// A VPC link of a REST API.
    pub fn rest_link(self, id: &str, balancers: &[&str]) -> Self {
        let mut link = ApiGatewayVpcLink::new(identity(id));
        link.load_balancers = texts(balancers);
        self.add(link)
    }

    /// A VPC link of HTTP APIs.
    pub fn vpc_link(self, id: &str, subnets: &[&str], groups: &[&str], to: &[&str]) -> Self {
        let mut link = ApiGatewayV2VpcLink::new(identity(id));
        link.vpc_id = Some("vpc".to_owned());
        link.subnet_ids = texts(subnets);
        link.security_group_ids = texts(groups);
        link.integrations = texts(to);
        self.add(link)
    }

    /// A Fargate profile of a cluster.
    pub fn fargate(self, id: &str, cluster: &str, subnets: &[&str]) -> Self {
        let mut profile = EksFargateProfile::new(identity(id));
        profile.cluster = Some(cluster.to_owned());
        profile.subnet_ids = texts(subnets);
        self.add(profile)
    }

    pub fn peering(self, id: &str, one: &str, other: &str, status: &str) -> Self {
        let mut peering = VpcPeeringConnection::new(identity(id));
        peering.requester_vpc_id = Some(one.to_owned());
        peering.accepter_vpc_id = Some(other.to_owned());
        peering.status = Some(status.to_owned());
        self.add(peering)
    }

    /// A transit gateway `tgw` with a route table `tgw-table`.
    pub fn transit(self, routes: &[(&str, &str)]) -> Self {
        let mut hub = TransitGateway::new(identity("tgw"));
        hub.default_route_table_association = Some(false);
        let mut table = TransitGatewayRouteTable::new(identity("tgw-table"));
        table.transit_gateway_id = Some("tgw".to_owned());
        table.routes = routes
            .iter()
            .map(|(cidr, attachment)| TransitGatewayRoute {
                destination_cidr_block: Some((*cidr).to_owned()),
                attachment_ids: if *attachment == "blackhole" {
                    Vec::new()
                } else {
                    texts(&[attachment])
                },
                state: Some(
                    if *attachment == "blackhole" { "blackhole" } else { "active" }.to_owned(),
                ),
                route_type: Some("static".to_owned()),
            })
            .collect();
        self.add(hub).add(table)
    }

    pub fn attach(self, id: &str, vpc: &str, subnets: &[&str]) -> Self {
        let mut attachment = TransitGatewayAttachment::new(identity(id));
        attachment.transit_gateway_id = Some("tgw".to_owned());
        attachment.resource_type = Some("vpc".to_owned());
        attachment.vpc_id = Some(vpc.to_owned());
        attachment.subnet_ids = texts(subnets);
        attachment.route_table_id = Some("tgw-table".to_owned());
        attachment.state = Some("available".to_owned());
        self.add(attachment)
    }

    pub fn gap(self, collection: &str, id: &str, path: &str) -> Self {
        let reason = Reason::KnownAfterApply { expression: Some("the missing fact".to_owned()) };
        self.because(collection, id, path, reason)
    }

    /// A gap with a reason of its own.
    pub fn because(mut self, collection: &str, id: &str, path: &str, reason: Reason) -> Self {
        self.0.gaps.insert(Gap {
            collection: collection.to_owned(),
            id: (!id.is_empty()).then(|| id.to_owned()),
            path: path.to_owned(),
            account: None,
            region: None,
            reason,
        });
        self
    }

    pub fn derive(mut self) -> Facts {
        analysis::derive(&mut self.0);
        Facts(self.0)
    }
}

/// What was derived of a network.
pub struct Facts(pub Snapshot);

impl Facts {
    pub fn of(&self, key: &str) -> &Reachability {
        self.0
            .model
            .analysis
            .reachability
            .get(key)
            .unwrap_or_else(|| panic!("no reachability of {key}"))
    }

    /// Whether the internet reaches it; `None` when not known.
    pub fn internet(&self, key: &str) -> Option<bool> {
        let found = self.of(key).from_internet;
        let gap = self.has_gap(key, "/reachability/from_internet");
        assert_eq!(found.is_none(), gap, "an open answer and its gap go together: {key}");
        if found == Some(true) {
            assert!(!self.of(key).internet_paths.is_empty(), "a yes has a path");
        }
        if found == Some(false) {
            assert!(!self.of(key).refuted.is_empty(), "a no has a fact that stops it: {key}");
        }
        found
    }

    pub fn has_gap(&self, key: &str, path: &str) -> bool {
        let (collection, id) = key.split_once('/').unwrap();
        self.0.gaps.iter().any(|gap| {
            gap.collection == collection && gap.id.as_deref() == Some(id) && gap.path == path
        })
    }

    /// Starts of the paths from inside, sorted: `collection/id`, or the label.
    pub fn inside(&self, key: &str) -> Vec<String> {
        starts(&self.of(key).internal_paths)
    }

    /// Starts that are not foreseen.
    pub fn unexpected(&self, key: &str) -> Vec<String> {
        starts(&self.of(key).unexpected_paths)
    }

    /// Resources of the first path from the internet, in order.
    pub fn internet_hops(&self, key: &str) -> Vec<String> {
        hops(&self.of(key).internet_paths[0])
    }

    /// TCP port ranges that the internet reaches.
    pub fn internet_ports(&self, key: &str) -> Vec<(i64, i64)> {
        let paths = &self.of(key).internet_paths;
        paths
            .iter()
            .filter(|path| path.protocol == "tcp")
            .map(|path| (path.from_port, path.to_port))
            .collect()
    }
}

fn starts(paths: &[NetworkPath]) -> Vec<String> {
    let mut found: Vec<String> = paths
        .iter()
        .map(|path| match &path.from {
            Some(from) => format!("{}/{}", from.collection, from.id),
            None => path.from_label.clone(),
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The hops of a path as `id pointer`.
pub fn hops(path: &NetworkPath) -> Vec<String> {
    path.hops
        .iter()
        .map(|hop| match (&hop.resource, &hop.path) {
            (Some(resource), Some(path)) => format!("{} {path}", resource.id),
            (Some(resource), None) => resource.id.clone(),
            _ => hop.description.clone(),
        })
        .collect()
}

/// A database behind a service behind a load balancer, as the reference
/// architecture has it.
pub fn reference() -> Net {
    net()
        .public("edge", "10.0.0.0/24")
        .subnet("app", "10.0.1.0/24")
        .subnet("data", "10.0.2.0/24")
        .group("sg-alb", &["tcp 443 0.0.0.0/0"])
        .group("sg-app", &["tcp 3000 sg-alb"])
        .group("sg-db", &["tcp 5432 sg-app"])
        .balancer("alb", "application", "internet-facing", &["edge"], &["sg-alb"])
        .listener("alb", "HTTPS", 443, "ip", 3000, &[])
        .service("svc", &["app"], &["sg-app"])
        .register("svc", "alb-443", 3000)
        .rds("db", &["data"], &["sg-db"])
}
