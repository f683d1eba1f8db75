//! Lists of which some items are known and others not: what the known ones
//! prove stays proven, what rests on there being no others does not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use audit::analysis;
use audit::model::link;
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::policy::verdict::Status;
use audit::source::{TemplateOptions, TextFile, cloudformation};
use rstest::rstest;

/// The verdict of a control on a resource of a template.
fn verdict(resources: &str, control: &str, logical: &str) -> Status {
    let text = format!(
        "Parameters: {{Open: {{Type: String}}}}\nConditions: {{Unclear: !Equals [!Ref Open, a]}}\nResources:\n  {resources}\n"
    );
    let file = TextFile { name: "t.yaml".into(), path: "t.yaml".into(), text };
    let mut snapshot = cloudformation::read(&[file], &TemplateOptions::default()).snapshot;
    link::link(&mut snapshot);
    analysis::derive(&mut snapshot);
    let settings = Settings { only: BTreeSet::from([control.to_owned()]), ..Settings::default() };
    let results = evaluate(&snapshot, &Bundle::embedded(), &settings);
    assert_eq!(results.errors, []);
    let id = format!("t/{logical}");
    let found = results.verdicts.iter().find(|verdict| verdict.subject.id == id);
    found.map(|verdict| verdict.status).unwrap()
}

const OPEN: &str = "IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0";
const CLOSED: &str = "IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8";

#[rstest]
#[case::known_beside_an_undecided_rule(
    OPEN,
    CLOSED,
    "Condition: Unclear, Properties: {GroupId: !Ref G",
    Status::Fail
)]
#[case::undecided_rule(
    CLOSED,
    OPEN,
    "Condition: Unclear, Properties: {GroupId: !Ref G",
    Status::Unknown
)]
#[case::known_beside_a_rule_of_any_group(
    OPEN,
    CLOSED,
    "Properties: {GroupId: !If [Unclear, !Ref G, !Ref H]",
    Status::Fail
)]
#[case::rule_of_any_group(
    CLOSED,
    OPEN,
    "Properties: {GroupId: !If [Unclear, !Ref G, !Ref H]",
    Status::Unknown
)]
fn what_a_rule_lets_in_no_other_takes_back(
    #[case] known: &str,
    #[case] other: &str,
    #[case] how: &str,
    #[case] expected: Status,
) {
    let resources = format!(
        "G: {{Type: AWS::EC2::SecurityGroup, Properties: {{SecurityGroupIngress: [{{{known}}}]}}}}
  H: {{Type: AWS::EC2::SecurityGroup}}
  R: {{Type: AWS::EC2::SecurityGroupIngress, {how}, {other}}}}}"
    );
    assert_eq!(verdict(&resources, "sg-no-open-admin", "G"), expected);
}

/// A rule in the list that an undecided function makes.
#[rstest]
#[case(OPEN, CLOSED, Status::Fail)]
#[case(CLOSED, OPEN, Status::Unknown)]
fn a_rule_in_the_list_that_is_not_known(
    #[case] known: &str,
    #[case] other: &str,
    #[case] expected: Status,
) {
    let resources = format!(
        "G: {{Type: AWS::EC2::SecurityGroup, Properties: {{SecurityGroupIngress: [{{{known}}}, !If [Unclear, {{{other}}}, !Ref 'AWS::NoValue']]}}}}"
    );
    assert_eq!(verdict(&resources, "sg-no-open-admin", "G"), expected);
}

/// A public subnet among those of a service, and one that is not known.
#[rstest]
#[case::public("!Ref Public, !Ref Open", Status::Fail)]
#[case::private("!Ref Private, !Ref Open", Status::Unknown)]
fn a_known_subnet_among_others(#[case] subnets: &str, #[case] expected: Status) {
    let resources = format!(
        "Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}}}
  Table: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Route: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  Private: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  Routed: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref Table, SubnetId: !Ref Public}}}}
  Service: {{Type: AWS::ECS::Service, Properties: {{LaunchType: FARGATE, NetworkConfiguration: {{AwsvpcConfiguration: {{AssignPublicIp: DISABLED, Subnets: [{subnets}]}}}}}}}}"
    );
    assert_eq!(verdict(&resources, "ecs-private", "Service"), expected);
}

/// What is missing may be the item that is not known.
#[rstest]
#[case::missing("[upgrade]", Status::Fail)]
#[case::perhaps("[upgrade, !Ref Open]", Status::Unknown)]
fn a_finding_on_what_a_list_lacks_stays_open(#[case] logs: &str, #[case] expected: Status) {
    let resources = format!(
        "Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, EnableCloudwatchLogsExports: {logs}}}}}"
    );
    assert_eq!(verdict(&resources, "rds-log-exports", "Db"), expected);
}

/// A workload in a subnet that was not given may be in any VPC.
#[rstest]
#[case("vpc-tiers")]
#[case("vpc-endpoints")]
fn a_vpc_whose_subnets_are_elsewhere_does_not_pass(#[case] control: &str) {
    let resources = "Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: subnet-0abc}}";
    assert_eq!(verdict(resources, control, "Vpc"), Status::Unknown);
}
