//! How long the facts about the network take, and how much memory, on made-up
//! accounts of growing size. The largest has 10,000 network presences, 5,000
//! security groups, 500 subnets and 50 VPCs. Figures are printed, not asserted.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::time::Instant;

use audit::analysis;
use audit::model::*;

/// A small generator of numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

const SUBNETS: usize = 10;
const GROUPS: usize = 100;
const INSTANCES: usize = 120;
const INTERFACES: usize = 40;
const SERVICES: usize = 10;
const DATABASES: usize = 20;
const CACHES: usize = 8;
const BALANCERS: usize = 2;

fn identity(id: String) -> Identity {
    Identity {
        id,
        account: Some("111111111111".to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Identity::default()
    }
}

fn rule(protocol: &str, ports: (i64, i64)) -> SecurityGroupRule {
    SecurityGroupRule {
        protocol: Some(protocol.to_owned()),
        from_port: Some(ports.0),
        to_port: Some(ports.1),
        ..SecurityGroupRule::default()
    }
}

fn route(destination: &str, kind: &str, target: &str) -> Route {
    Route {
        destination_cidr_block: Some(destination.to_owned()),
        target_type: Some(kind.to_owned()),
        target_id: Some(target.to_owned()),
        state: Some("active".to_owned()),
        ..Route::default()
    }
}

/// An account with `vpcs` VPCs; neighbours are peered, all hang on one transit
/// gateway. Groups are shared as in real accounts: a few by many, most by few.
fn account(vpcs: usize) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut numbers = Numbers(7);
    let model = &mut snapshot.model;
    let mut hub = TransitGateway::new(identity("tgw".to_owned()));
    hub.default_route_table_association = Some(false);
    model.insert(hub);
    let mut hub_table = TransitGatewayRouteTable::new(identity("tgw-rtb".to_owned()));
    for vpc in 0..vpcs {
        let attachment = format!("att-{vpc}");
        hub_table.routes.push(TransitGatewayRoute {
            destination_cidr_block: Some(format!("10.{vpc}.0.0/16")),
            attachment_ids: vec![attachment.clone()],
            state: Some("active".to_owned()),
            route_type: Some("static".to_owned()),
        });
        let mut found = TransitGatewayAttachment::new(identity(attachment));
        found.transit_gateway_id = Some("tgw".to_owned());
        found.vpc_id = Some(format!("vpc-{vpc}"));
        found.subnet_ids = vec![format!("subnet-{vpc}-0"), format!("subnet-{vpc}-1")];
        found.route_table_id = Some("tgw-rtb".to_owned());
        found.state = Some("available".to_owned());
        model.insert(found);
        one_vpc(model, &mut numbers, vpc);
    }
    model.insert(hub_table);
    snapshot
}

fn one_vpc(model: &mut Model, numbers: &mut Numbers, vpc: usize) {
    let vpc_id = format!("vpc-{vpc}");
    let mut found = Vpc::new(identity(vpc_id.clone()));
    found.cidr_blocks = vec![format!("10.{vpc}.0.0/16")];
    model.insert(found);
    let mut gateway = InternetGateway::new(identity(format!("igw-{vpc}")));
    gateway.vpc_id = Some(vpc_id.clone());
    model.insert(gateway);
    if vpc % 2 == 1 {
        let mut peering = VpcPeeringConnection::new(identity(format!("pcx-{vpc}")));
        peering.requester_vpc_id = Some(format!("vpc-{}", vpc - 1));
        peering.accepter_vpc_id = Some(vpc_id.clone());
        peering.status = Some("active".to_owned());
        model.insert(peering);
    }
    let (pair, other) = if vpc % 2 == 1 { (vpc, vpc - 1) } else { (vpc + 1, vpc + 1) };
    for public in [true, false] {
        let name = if public { "public" } else { "private" };
        let mut table = RouteTable::new(identity(format!("rtb-{vpc}-{name}")));
        table.vpc_id = Some(vpc_id.clone());
        table.main = Some(!public);
        table.routes = vec![
            route(&format!("10.{vpc}.0.0/16"), "local", "local"),
            route(&format!("10.{other}.0.0/16"), "vpc_peering_connection", &format!("pcx-{pair}")),
            route("10.0.0.0/8", "transit_gateway", "tgw"),
        ];
        if public {
            table.routes.push(route("0.0.0.0/0", "internet_gateway", &format!("igw-{vpc}")));
            table.subnet_ids = (0..2).map(|at| format!("subnet-{vpc}-{at}")).collect();
        }
        model.insert(table);
    }
    for at in 0..SUBNETS {
        let mut subnet = Subnet::new(identity(format!("subnet-{vpc}-{at}")));
        subnet.vpc_id = Some(vpc_id.clone());
        subnet.cidr_block = Some(format!("10.{vpc}.{at}.0/24"));
        subnet.availability_zone =
            Some(format!("eu-west-1{}", if at % 2 == 0 { 'a' } else { 'b' }));
        model.insert(subnet);
        acl(model, numbers, vpc, at);
    }
    groups(model, numbers, vpc);
    members(model, numbers, vpc);
}

fn acl(model: &mut Model, numbers: &mut Numbers, vpc: usize, subnet: usize) {
    let mut acl = NetworkAcl::new(identity(format!("acl-{vpc}-{subnet}")));
    acl.vpc_id = Some(format!("vpc-{vpc}"));
    acl.subnet_ids = vec![format!("subnet-{vpc}-{subnet}")];
    let mut entry = |number: i64, egress: bool, action: &str, protocol: &str, cidr: String| {
        acl.entries.push(NetworkAclEntry {
            rule_number: Some(number),
            egress: Some(egress),
            protocol: Some(protocol.to_owned()),
            rule_action: Some(action.to_owned()),
            cidr_block: Some(cidr),
            from_port: (protocol == "6").then_some(0),
            to_port: (protocol == "6").then_some(65535),
            ..NetworkAclEntry::default()
        });
    };
    for egress in [false, true] {
        for number in 0..3 {
            let range = format!("10.{}.{}.0/24", numbers.below(50), numbers.below(250));
            entry(number + 1, egress, "deny", "6", range);
        }
        entry(100, egress, "allow", "-1", "0.0.0.0/0".to_owned());
        entry(32767, egress, "deny", "-1", "0.0.0.0/0".to_owned());
    }
    model.insert(acl);
}

fn groups(model: &mut Model, numbers: &mut Numbers, vpc: usize) {
    const PORTS: &[(i64, i64)] = &[
        (22, 22),
        (80, 80),
        (443, 443),
        (3000, 3000),
        (3306, 3306),
        (5432, 5432),
        (6379, 6379),
        (8080, 8090),
    ];
    for at in 0..GROUPS {
        let mut group = SecurityGroup::new(identity(format!("sg-{vpc}-{at}")));
        group.vpc_id = Some(format!("vpc-{vpc}"));
        for _ in 0..10 {
            let mut one = rule("tcp", PORTS[numbers.below(PORTS.len())]);
            match numbers.below(20) {
                0 => one.cidr_ipv4 = Some("0.0.0.0/0".to_owned()),
                1 => one.cidr_ipv4 = Some(format!("10.{vpc}.0.0/16")),
                2..=4 => one.cidr_ipv4 = Some(format!("10.{vpc}.{}.0/24", numbers.below(SUBNETS))),
                5 => one.cidr_ipv4 = Some(format!("203.0.{}.0/24", numbers.below(250))),
                6 => one.cidr_ipv4 = Some("10.0.0.0/8".to_owned()),
                _ => one.referenced_group_id = Some(format!("sg-{vpc}-{}", numbers.below(GROUPS))),
            }
            group.ingress.push(one);
        }
        let mut out = rule("-1", (0, 0));
        (out.from_port, out.to_port) = (None, None);
        out.cidr_ipv4 = Some("0.0.0.0/0".to_owned());
        group.egress.push(out);
        model.insert(group);
    }
}

fn members(model: &mut Model, numbers: &mut Numbers, vpc: usize) {
    let pick = |numbers: &mut Numbers, count: usize| -> Vec<String> {
        // Low numbers come often: few groups are shared by many.
        (0..count)
            .map(|_| format!("sg-{vpc}-{}", numbers.below(GROUPS).min(numbers.below(GROUPS))))
            .collect()
    };
    let address = |subnet: usize, at: usize| format!("10.{vpc}.{subnet}.{}", 4 + at % 250);
    for at in 0..INSTANCES {
        let subnet = numbers.below(SUBNETS);
        let mut instance = Instance::new(identity(format!("i-{vpc}-{at}")));
        instance.state = Some("running".to_owned());
        instance.subnet_id = Some(format!("subnet-{vpc}-{subnet}"));
        instance.private_ip_address = Some(address(subnet, at));
        instance.associate_public_ip_address = Some(subnet < 2);
        instance.security_group_ids = pick(numbers, 2);
        model.insert(instance);
    }
    for at in 0..INTERFACES {
        let subnet = numbers.below(SUBNETS);
        let mut interface = NetworkInterface::new(identity(format!("eni-{vpc}-{at}")));
        interface.subnet_id = Some(format!("subnet-{vpc}-{subnet}"));
        interface.private_ip_addresses = vec![address(subnet, INSTANCES + at)];
        interface.security_group_ids = pick(numbers, 1);
        interface.status = Some("in-use".to_owned());
        model.insert(interface);
    }
    let spread = |first: usize| -> Vec<String> {
        (0..2).map(|at| format!("subnet-{vpc}-{}", (first + at) % SUBNETS)).collect()
    };
    for at in 0..BALANCERS {
        let mut balancer = LoadBalancer::new(identity(format!("alb-{vpc}-{at}")));
        balancer.load_balancer_type = Some("application".to_owned());
        balancer.scheme = Some("internet-facing".to_owned());
        balancer.subnet_ids = spread(0);
        balancer.security_group_ids = pick(numbers, 1);
        model.insert(balancer);
        let mut group = TargetGroup::new(identity(format!("tg-{vpc}-{at}")));
        group.port = Some(3000);
        model.insert(group);
        let mut listener = Listener::new(identity(format!("listener-{vpc}-{at}")));
        listener.load_balancer = Some(format!("alb-{vpc}-{at}"));
        listener.port = Some(443);
        listener.protocol = Some("HTTPS".to_owned());
        listener.default_actions = vec![ListenerAction {
            action_type: Some("forward".to_owned()),
            forward: vec![ForwardTarget {
                target_group: Some(format!("tg-{vpc}-{at}")),
                weight: None,
            }],
            ..ListenerAction::default()
        }];
        model.insert(listener);
    }
    for at in 0..SERVICES {
        let mut service = EcsService::new(identity(format!("svc-{vpc}-{at}")));
        service.subnet_ids = spread(2 + at % 4);
        service.security_group_ids = pick(numbers, 1);
        service.assign_public_ip = Some(false);
        service.load_balancers = vec![EcsLoadBalancer {
            target_group: Some(format!("tg-{vpc}-{}", at % BALANCERS)),
            container_name: None,
            container_port: Some(3000),
        }];
        model.insert(service);
    }
    let mut group = RdsSubnetGroup::new(identity(format!("db-subnets-{vpc}")));
    group.subnet_ids = spread(6);
    model.insert(group);
    for at in 0..DATABASES {
        let mut database = RdsInstance::new(identity(format!("db-{vpc}-{at}")));
        database.port = Some(5432);
        database.publicly_accessible = Some(false);
        database.db_subnet_group = Some(format!("db-subnets-{vpc}"));
        database.security_group_ids = pick(numbers, 1);
        model.insert(database);
    }
    let mut group = ElastiCacheSubnetGroup::new(identity(format!("cache-subnets-{vpc}")));
    group.subnet_ids = spread(8);
    model.insert(group);
    for at in 0..CACHES {
        let mut cache = ElastiCacheReplicationGroup::new(identity(format!("cache-{vpc}-{at}")));
        cache.port = Some(6379);
        cache.cache_subnet_group = Some(format!("cache-subnets-{vpc}"));
        cache.security_group_ids = pick(numbers, 1);
        model.insert(cache);
    }
}

/// The most memory the process has held, in MB, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(|| "?".to_owned(), |kilobytes| format!("{} MB", kilobytes / 1024))
}

/// Hundredths of a second of processor time used so far, of all threads, where
/// the system tells.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The fields after the name, which is in parentheses: utime and stime are
    // the 12th and 13th of them (proc(5)).
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

fn main() {
    println!(
        "  vpcs   subnets   groups   presences   facts       time  processor     growth   peak memory"
    );
    let mut before: Option<(usize, f64)> = None;
    for vpcs in [3, 6, 12, 25, 50] {
        let mut snapshot = account(vpcs);
        let used = processor();
        let start = Instant::now();
        analysis::network::derive(&mut snapshot, &analysis::network::Options::default());
        let time = start.elapsed();
        let used = (processor() - used) * 10;
        // Times the time for times the resources, since the row before.
        let growth = before.map_or_else(String::new, |(less, sooner)| {
            let number = |count: usize| f64::from(u32::try_from(count).unwrap());
            let resources = number(vpcs) / number(less);
            format!("{:.1}x / {resources:.1}x", time.as_secs_f64() / sooner)
        });
        before = Some((vpcs, time.as_secs_f64()));
        let model = &snapshot.model;
        println!(
            "{vpcs:>6} {:>9} {:>8} {:>11} {:>7} {:>7} ms {used:>7} ms {growth:>10} {:>13}",
            model.subnets.len(),
            model.security_groups.len(),
            vpcs * (INSTANCES + INTERFACES + SERVICES + DATABASES + CACHES + BALANCERS),
            model.analysis.reachability.len(),
            time.as_millis(),
            peak(),
        );
    }
}
