//! `audit path`, run as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use serde_json::json;

fn audit(arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_path_tells_packet_hops_cut_and_reply() {
    let (code, text) = audit(&["path", "internet", "orders/Database", "stack-reference/broken"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("reachable: internet → orders/Database\n"), "{text}");
    assert!(text.contains("  packet  1.0.0.0:32768 -> 10.0.0.0/24:3306/tcp\n"), "{text}");
    let cut = text.lines().find(|line| line.ends_with("<- cut here")).unwrap();
    assert!(cut.contains("ingress tcp 3306 from 0.0.0.0/0"), "{cut}");
    assert!(cut.contains("stack-reference/broken/orders.yaml:602"), "{cut}");
    assert!(text.contains("\nreply  orders/RoutedNetworkAcl"), "{text}");
}

#[test]
fn a_no_tells_what_stops_it() {
    let target = "stack-reference/cloudformation";
    let (code, text) = audit(&["path", "10.0.0.5", "orders/Database", target]);
    assert_eq!(code, 0);
    assert!(text.starts_with("unreachable: 10.0.0.5 → orders/Database\n"), "{text}");
    assert!(text.contains("DatabaseSecurityGroup does not admit it from"), "{text}");
}

/// A rule in a plan for a group that only the account's snapshot has.
#[test]
fn a_plan_is_laid_over_a_snapshot_of_the_account() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("account.json");
    let plan = directory.path().join("plan.json");
    let (snapshot, plan) = (snapshot.to_str().unwrap(), plan.to_str().unwrap());
    audit(&["snapshot", "stack-reference/cloudformation", "--output", snapshot]);
    let kind = "aws_vpc_security_group_ingress_rule";
    let values = json!({
        "security_group_id": "orders/DatabaseSecurityGroup",
        "ip_protocol": "tcp",
        "from_port": 3306,
        "to_port": 3306,
        "cidr_ipv4": "10.0.10.0/24",
    });
    let rule = json!({
        "address": format!("{kind}.wide"),
        "mode": "managed",
        "type": kind,
        "name": "wide",
        "values": values,
    });
    let text = json!({
        "format_version": "1.2",
        "planned_values": { "root_module": { "resources": [rule] } },
    });
    std::fs::write(plan, text.to_string()).unwrap();
    let ask = |targets: &[&str]| {
        let question = ["path", "10.0.10.77", "orders/Database", "--port", "3306"];
        audit(&[&question[..], targets].concat()).1
    };
    let alone = ask(&[snapshot]);
    // The service's task may have the address: nothing else there gets in.
    assert!(alone.starts_with("unknown"), "{alone}");
    assert!(alone.contains("is in 10.0.10.77/32"), "{alone}");
    let over = ask(&[plan, snapshot]);
    assert!(over.starts_with("reachable"), "{over}");
    assert!(over.contains("ingress tcp 3306 from 10.0.10.0/24"), "{over}");
}

/// Rules, routes, ACL entries and associations in a template, for what only the
/// account's snapshot has.
#[test]
fn a_template_is_laid_over_a_snapshot_of_the_account() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("account.json");
    let template = directory.path().join("change.yaml");
    let model = json!({
        "subnets": {
            "subnet-a": { "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24" },
            "subnet-b": { "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24" },
        },
        "internet_gateways": { "igw-1": { "vpc_id": "vpc-1" } },
        "route_tables": {
            "rtb-main": { "vpc_id": "vpc-1", "main": true },
            "rtb-1": { "vpc_id": "vpc-1", "main": false },
        },
        "network_acls": { "acl-1": { "vpc_id": "vpc-1", "is_default": true, "entries": [
            { "rule_number": 100, "egress": true, "protocol": "-1", "rule_action": "allow",
              "cidr_block": "0.0.0.0/0" },
        ] } },
        "security_groups": { "sg-1": { "vpc_id": "vpc-1" } },
        "instances": { "i-1": {
            "subnet_id": "subnet-a",
            "private_ip_address": "10.0.0.10",
            "public_ip_address": "198.51.100.60",
            "security_group_ids": ["sg-1"],
        } },
    });
    let account = json!({ "schema_version": 1, "model": model }).to_string();
    std::fs::write(&snapshot, account).unwrap();
    let parts = [
        "Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: sg-1, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}",
        "Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: rtb-1, DestinationCidrBlock: 0.0.0.0/0, GatewayId: igw-1}",
        "Entry:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      {NetworkAclId: acl-1, RuleNumber: 5, Protocol: 6, RuleAction: allow, CidrBlock: 0.0.0.0/0,
       PortRange: {From: 22, To: 22}}",
        "Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: rtb-1, SubnetId: subnet-a}",
    ];
    let (snapshot, template) = (snapshot.to_str().unwrap(), template.to_str().unwrap());
    let over = |parts: &[&str]| {
        let resources: String = parts.iter().map(|part| format!("  {part}\n")).collect();
        std::fs::write(template, format!("Resources:\n{resources}")).unwrap();
        audit(&["path", "internet", "i-1", "--port", "22", template, snapshot]).1
    };
    let whole = over(&parts);
    assert!(whole.starts_with("reachable"), "{whole}");
    for rule in ["sg-1", "rtb-1", "acl-1"] {
        let hop = whole.lines().find(|line| line.contains(rule)).unwrap();
        assert!(hop.contains("change.yaml:"), "{hop}");
    }
    for without in 0..parts.len() {
        let mut rest = parts.to_vec();
        rest.remove(without);
        let answer = over(&rest);
        assert!(answer.starts_with("unreachable"), "{} {answer}", parts[without]);
    }
}

/// A template says nothing of its VPC's default network ACL, which AWS opens to
/// IPv6 once the VPC has it.
#[test]
fn the_default_acl_of_a_vpc_with_ipv6_lets_ipv6_in() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("six.yaml");
    let text = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Six:
    Type: AWS::EC2::VPCCidrBlock
    Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.0.0/24
      Ipv6CidrBlock: 2600:1f00::/64
      AssignIpv6AddressOnCreation: true
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route:
    Type: AWS::EC2::Route
    Properties:
      {RouteTableId: !Ref Table, DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Igw}
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: !Ref Table, SubnetId: !Ref Subnet}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIpv6: '::/0'}
  Web:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref Group]}
";
    std::fs::write(&template, text).unwrap();
    let (_, answer) = audit(&["path", "internet", "six/Web", template.to_str().unwrap()]);
    assert!(answer.starts_with("reachable"), "{answer}");
    assert!(answer.contains("allows everything from ::/0"), "{answer}");
}
