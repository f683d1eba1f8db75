//! The network: VPCs, subnets, routes, gateways, network ACLs, security groups.
//!
//! Source: the Amazon VPC user guide and the EC2 API reference.

use super::facts::{OpenPorts, ResourceRef};
use super::identity::PolicyDocument;
use super::resource::{resource, value};

resource! {
    /// A virtual private cloud.
    Vpc: "AWS::EC2::VPC" in vpcs {
        /// IPv4 ranges, the primary first.
        cidr_blocks: Vec<String>,
        /// IPv6 ranges.
        ipv6_cidr_blocks: Vec<String>,
        /// Whether AWS made it as the region's default VPC.
        is_default: Option<bool>,
        /// Whether the Amazon DNS server answers inside the VPC.
        enable_dns_support: Option<bool>,
        /// Whether instances with public addresses get public DNS names.
        enable_dns_hostnames: Option<bool>,
    }
}

resource! {
    /// A subnet of a VPC.
    Subnet: "AWS::EC2::Subnet" in subnets {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// The Availability Zone's name. A template that picks one by index
        /// (`Fn::GetAZs`) has `<region>[index]`, so that two picks compare.
        availability_zone: Option<String>,
        /// The IPv4 range.
        cidr_block: Option<String>,
        /// The IPv6 ranges.
        ipv6_cidr_blocks: Vec<String>,
        /// Whether new interfaces get a public IPv4 address by default.
        map_public_ip_on_launch: Option<bool>,
        /// Whether new interfaces get an IPv6 address by default.
        assign_ipv6_address_on_creation: Option<bool>,
        /// Free IPv4 addresses (live only).
        available_ip_address_count: Option<i64>,
        /// Derived: the route table in force (explicit association, else the
        /// VPC's main table): key in `route_tables`.
        route_table_id: Option<String>,
        /// Derived: the network ACL in force: key in `network_acls`.
        network_acl_id: Option<String>,
        /// Derived: whether the route table in force has an active route to an
        /// internet gateway, for IPv4 or IPv6.
        public: Option<bool>,
    }
}

value! {
    /// One route of a route table.
    Route {
        /// IPv4 destination.
        destination_cidr_block: Option<String>,
        /// IPv6 destination.
        destination_ipv6_cidr_block: Option<String>,
        /// Destination prefix list: key in `prefix_lists`, or AWS's id.
        destination_prefix_list_id: Option<String>,
        /// The kind of target: `local`, `internet_gateway`, `nat_gateway`,
        /// `egress_only_internet_gateway`, `virtual_private_gateway`,
        /// `transit_gateway`, `vpc_peering_connection`, `vpc_endpoint`,
        /// `network_interface`, `instance`, `carrier_gateway`,
        /// `local_gateway`, `core_network`.
        target_type: Option<String>,
        /// The target: key in the collection of its kind.
        target_id: Option<String>,
        /// `active` or `blackhole`. Templates declare active routes.
        state: Option<String>,
        /// Whether a virtual private gateway propagated it.
        propagated: Option<bool>,
    }
}

resource! {
    /// A route table with its associations. A VPC's main table is there for
    /// templates too, which do not declare it.
    RouteTable: "AWS::EC2::RouteTable" in route_tables {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// Whether it is the VPC's main table.
        main: Option<bool>,
        /// Explicitly associated subnets: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Internet or virtual private gateways with this as their edge table.
        gateway_ids: Vec<String>,
        /// Routes, the local ones included.
        routes: Vec<Route>,
    }
}

resource! {
    /// An internet gateway.
    InternetGateway: "AWS::EC2::InternetGateway" in internet_gateways {
        /// The VPC it is attached to: key in `vpcs`; null when detached.
        vpc_id: Option<String>,
    }
}

resource! {
    /// An egress-only internet gateway (IPv6).
    EgressOnlyInternetGateway: "AWS::EC2::EgressOnlyInternetGateway" in egress_only_internet_gateways {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
    }
}

resource! {
    /// A NAT gateway.
    NatGateway: "AWS::EC2::NatGateway" in nat_gateways {
        /// The subnet it sits in: key in `subnets`.
        subnet_id: Option<String>,
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// `public` or `private`.
        connectivity_type: Option<String>,
        /// `available`, `pending`, `failed`, `deleting` or `deleted`.
        state: Option<String>,
        /// Elastic IPs: keys in `elastic_ips`.
        allocation_ids: Vec<String>,
    }
}

resource! {
    /// A VPC endpoint of any kind.
    VpcEndpoint: "AWS::EC2::VPCEndpoint" in vpc_endpoints {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// The full service name, such as `com.amazonaws.eu-west-1.s3`. Where
        /// the region is not known it is written `com.amazonaws.*.s3`.
        service_name: Option<String>,
        /// `Interface`, `Gateway`, `GatewayLoadBalancer`, `Resource` or
        /// `ServiceNetwork`.
        vpc_endpoint_type: Option<String>,
        /// Whether the service's own name resolves to the endpoint.
        private_dns_enabled: Option<bool>,
        /// Subnets of an interface endpoint.
        subnet_ids: Vec<String>,
        /// Security groups of an interface endpoint.
        security_group_ids: Vec<String>,
        /// Route tables of a gateway endpoint.
        route_table_ids: Vec<String>,
        /// The endpoint policy; null means AWS's default of full access.
        policy: Option<PolicyDocument>,
        /// `available` when in use (case-folded to lower case).
        state: Option<String>,
    }
}

resource! {
    /// A VPC peering connection.
    VpcPeeringConnection: "AWS::EC2::VPCPeeringConnection" in vpc_peering_connections {
        /// The requester's VPC: key in `vpcs`, or a foreign VPC's id.
        requester_vpc_id: Option<String>,
        /// The requester's account.
        requester_account: Option<String>,
        /// The requester's region.
        requester_region: Option<String>,
        /// The accepter's VPC.
        accepter_vpc_id: Option<String>,
        /// The accepter's account.
        accepter_account: Option<String>,
        /// The accepter's region.
        accepter_region: Option<String>,
        /// IPv4 ranges of the requester, where told.
        requester_cidr_blocks: Vec<String>,
        /// IPv4 ranges of the accepter, where told.
        accepter_cidr_blocks: Vec<String>,
        /// `active` when in use.
        status: Option<String>,
    }
}

resource! {
    /// A transit gateway.
    TransitGateway: "AWS::EC2::TransitGateway" in transit_gateways {
        /// Whether security groups may refer to groups across attachments.
        security_group_referencing_support: Option<bool>,
        /// Whether new attachments associate with the default route table.
        default_route_table_association: Option<bool>,
        /// Whether new attachments propagate to the default route table.
        default_route_table_propagation: Option<bool>,
        /// The default association route table.
        association_default_route_table_id: Option<String>,
        /// The default propagation route table.
        propagation_default_route_table_id: Option<String>,
    }
}

resource! {
    /// An attachment to a transit gateway.
    TransitGatewayAttachment: "AWS::EC2::TransitGatewayAttachment" in transit_gateway_attachments {
        /// Key in `transit_gateways`.
        transit_gateway_id: Option<String>,
        /// `vpc`, `vpn`, `direct-connect-gateway`, `peering` or `connect`.
        resource_type: Option<String>,
        /// The VPC, for a VPC attachment: key in `vpcs`.
        vpc_id: Option<String>,
        /// Subnets of a VPC attachment, one for each enabled zone.
        subnet_ids: Vec<String>,
        /// The transit-gateway route table it is associated with.
        route_table_id: Option<String>,
        /// Whether security-group references work over this attachment.
        security_group_referencing_support: Option<bool>,
        /// `available` when in use.
        state: Option<String>,
    }
}

value! {
    /// One route of a transit-gateway route table.
    TransitGatewayRoute {
        /// Destination range, IPv4 or IPv6.
        destination_cidr_block: Option<String>,
        /// Target attachments: keys in `transit_gateway_attachments`.
        attachment_ids: Vec<String>,
        /// `active` or `blackhole`.
        state: Option<String>,
        /// `static` or `propagated`.
        route_type: Option<String>,
    }
}

resource! {
    /// A transit-gateway route table.
    TransitGatewayRouteTable: "AWS::EC2::TransitGatewayRouteTable" in transit_gateway_route_tables {
        /// Key in `transit_gateways`.
        transit_gateway_id: Option<String>,
        /// Attachments whose traffic uses this table.
        association_attachment_ids: Vec<String>,
        /// Attachments that propagate their routes into it.
        propagation_attachment_ids: Vec<String>,
        /// The routes.
        routes: Vec<TransitGatewayRoute>,
    }
}

value! {
    /// One entry of a network ACL.
    NetworkAclEntry {
        /// Its place in the order, 1 to 32766; 32767 is AWS's final `*` deny.
        rule_number: Option<i64>,
        /// Whether it judges traffic that leaves the subnet.
        egress: Option<bool>,
        /// IP protocol number as text, `-1` for all.
        protocol: Option<String>,
        /// `allow` or `deny`.
        rule_action: Option<String>,
        /// IPv4 range.
        cidr_block: Option<String>,
        /// IPv6 range.
        ipv6_cidr_block: Option<String>,
        /// First port, for TCP and UDP; the type, for ICMP.
        from_port: Option<i64>,
        /// Last port, for TCP and UDP; the code, for ICMP.
        to_port: Option<i64>,
    }
}

resource! {
    /// A network ACL. A VPC's default one is there for templates too, which do
    /// not declare it.
    NetworkAcl: "AWS::EC2::NetworkAcl" in network_acls {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// Whether it is the VPC's default ACL.
        is_default: Option<bool>,
        /// Explicitly associated subnets.
        subnet_ids: Vec<String>,
        /// Entries of both directions, in rule order.
        entries: Vec<NetworkAclEntry>,
        /// Derived: what it lets in from everywhere (all IPv4 or all IPv6
        /// addresses, also when several ranges together make them up).
        open_ingress: Vec<OpenPorts>,
    }
}

value! {
    /// One rule of a security group: one protocol and port range, one peer. A
    /// rule that AWS or a template writes with several peers is several here.
    SecurityGroupRule {
        /// AWS's rule id (`sgr-…`), the logical id or the address.
        rule_id: Option<String>,
        /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, else the number.
        protocol: Option<String>,
        /// First port; ICMP type. Null when the protocol is `-1`.
        from_port: Option<i64>,
        /// Last port; ICMP code. Null when the protocol is `-1`.
        to_port: Option<i64>,
        /// Peer: an IPv4 range.
        cidr_ipv4: Option<String>,
        /// Peer: an IPv6 range.
        cidr_ipv6: Option<String>,
        /// Peer: a prefix list, key in `prefix_lists` or AWS's id.
        prefix_list_id: Option<String>,
        /// Peer: a security group, key in `security_groups` or a foreign id.
        referenced_group_id: Option<String>,
        /// What the rule says it is for.
        description: Option<String>,
    }
}

resource! {
    /// A security group, its rules normalised however they were written. A
    /// VPC's default group is there for templates too, which do not declare it.
    SecurityGroup: "AWS::EC2::SecurityGroup" in security_groups {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// What the group says it is for.
        description: Option<String>,
        /// Whether it is the VPC's default group.
        is_default: Option<bool>,
        /// Rules for traffic that comes in.
        ingress: Vec<SecurityGroupRule>,
        /// Rules for traffic that goes out, AWS's default allow-all included
        /// where nothing replaced it.
        egress: Vec<SecurityGroupRule>,
        /// Resources of types that have no collection and that refer to the
        /// group, by address, sorted. Only plans and states tell them: in an
        /// account the interfaces of such resources carry the group.
        referenced_by: Vec<String>,
        /// Derived: the resources that carry the group, sorted.
        used_by: Vec<ResourceRef>,
        /// Derived: what it admits from everywhere (all IPv4 or all IPv6
        /// addresses, also when several ranges together make them up).
        open_ingress: Vec<OpenPorts>,
    }
}

resource! {
    /// A managed prefix list, the customer's or AWS's.
    PrefixList: "AWS::EC2::PrefixList" in prefix_lists {
        /// `IPv4` or `IPv6`.
        address_family: Option<String>,
        /// The ranges in it.
        cidrs: Vec<String>,
        /// The owner's account, or `AWS`.
        owner_id: Option<String>,
    }
}

resource! {
    /// A network interface, of an instance, a task or a managed service.
    NetworkInterface: "AWS::EC2::NetworkInterface" in network_interfaces {
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// The subnet: key in `subnets`.
        subnet_id: Option<String>,
        /// The Availability Zone.
        availability_zone: Option<String>,
        /// Security groups: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// Private IPv4 addresses, the primary first.
        private_ip_addresses: Vec<String>,
        /// IPv6 addresses.
        ipv6_addresses: Vec<String>,
        /// Public IPv4 addresses, of any of the private ones.
        public_ip_addresses: Vec<String>,
        /// AWS's interface type, such as `interface`, `nat_gateway`, `lambda`.
        interface_type: Option<String>,
        /// `in-use`, `available`, …
        status: Option<String>,
        /// The instance it is attached to: key in `instances`.
        instance_id: Option<String>,
        /// AWS's description, which names the service that owns it.
        description: Option<String>,
        /// Whether a service made it.
        requester_managed: Option<bool>,
        /// Whether the interface drops traffic not meant for it (middleboxes
        /// turn this off).
        source_dest_check: Option<bool>,
    }
}

resource! {
    /// An elastic IP address.
    ElasticIp: "AWS::EC2::EIP" in elastic_ips {
        /// The address, once allocated.
        public_ip: Option<String>,
        /// The instance: key in `instances`.
        instance_id: Option<String>,
        /// The interface: key in `network_interfaces`.
        network_interface_id: Option<String>,
        /// The private address it is mapped to.
        private_ip_address: Option<String>,
    }
}

resource! {
    /// A VPC flow log.
    FlowLog: "AWS::EC2::FlowLog" in flow_logs {
        /// What it watches: key in `vpcs`, `subnets` or `network_interfaces`.
        resource_id: Option<String>,
        /// `ALL`, `ACCEPT` or `REJECT`.
        traffic_type: Option<String>,
        /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
        log_destination_type: Option<String>,
        /// ARN of the bucket, log group or stream, or a reference to it.
        log_destination: Option<String>,
        /// The log group's name.
        log_group_name: Option<String>,
        /// `ACTIVE` when on. Templates declare active ones.
        status: Option<String>,
        /// `SUCCESS` or `FAILED` (live only; null in a template, with no gap).
        deliver_logs_status: Option<String>,
    }
}
