//! No input, however broken, makes a reader panic.

use audit::source::{
    TemplateOptions, TextFile, aws_cli, cloudformation, decode, detect, snapshot, terraform,
};
use proptest::prelude::*;

fn read_all(text: &str) {
    let file = TextFile { name: "t".into(), path: "t".into(), text: text.to_owned() };
    let options = TemplateOptions::default();
    let _ = detect::kind(text);
    let _ = cloudformation::read(std::slice::from_ref(&file), &options);
    let _ = terraform::read(&file, &options);
    let _ = snapshot::read(&file);
    let _ = aws_cli::read(std::slice::from_ref(&file), &options);
}

/// A whole document with a piece cut out and another put in.
fn damaged(document: &str, from: usize, length: usize, put: &str) -> String {
    let bytes = document.as_bytes();
    let from = from % bytes.len().max(1);
    let until = (from + length).min(bytes.len());
    let mut damaged = bytes.get(..from).unwrap_or_default().to_vec();
    damaged.extend_from_slice(put.as_bytes());
    damaged.extend_from_slice(bytes.get(until..).unwrap_or_default());
    String::from_utf8_lossy(&damaged).into_owned()
}

const TEMPLATE: &str = r#"
Parameters: {P: {Type: String, Default: x}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Condition: C
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Sub "${P}"}]
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Select [0, !Cidr [10.0.0.0/8, 2, 8]]}}
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "*"}]}}
"#;

const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0",
"planned_values": {"root_module": {"resources": [{"address": "aws_vpc.a[\"k\"]", "mode": "managed",
"type": "aws_vpc", "name": "a", "index": "k", "values": {"cidr_block": "10.0.0.0/16"}}]}},
"configuration": {"root_module": {"module_calls": {"m": {"source": "./m", "module": {}}}}}}"#;

const ANSWERS: &str = r#"{"Vpcs": [{"VpcId": "v", "CidrBlock": "10.0.0.0/8", "OwnerId": "111122223333"}],
"RouteTables": [{"RouteTableId": "r", "Routes": [{"GatewayId": "igw-1"}], "Associations": [{"Main": true}]}],
"SecurityGroups": [{"GroupId": "g", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "IpRanges": [{"CidrIp": "::/0"}]}]}],
"NetworkAcls": [{"NetworkAclId": "a", "Entries": [{"Protocol": "6", "PortRange": {"From": 1}}]}], "NextToken": "x",
"Listeners": [{"ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:1:listener/net/a/b/c", "DefaultActions": [{"Type": "forward"}]}],
"LoadBalancerTargetHealth": [{"TargetGroupArn": "t", "TargetHealthDescriptions": [{"Target": {"Id": "i"}}]}],
"Functions": [{"FunctionArn": "f", "Environment": {"Variables": {"A": "b"}}}], "TargetHealthDescriptions": [],
"RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"}]}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = decode::decode(bytes) {
            read_all(&text);
        }
    }

    #[test]
    fn arbitrary_text_is_read_or_refused(text in "\\PC{0,200}") {
        read_all(&text);
    }

    #[test]
    fn a_damaged_template_is_read_or_refused(from in 0usize..2000, length in 0usize..40, put in "[\\[\\]{}:!&*a-z\"' \n]{0,12}") {
        read_all(&damaged(TEMPLATE, from, length, &put));
    }

    #[test]
    fn damaged_answers_are_read_or_refused(from in 0usize..2000, length in 0usize..40, put in "[\\[\\]{}:,a-z0-9%\" .]{0,12}") {
        read_all(&damaged(ANSWERS, from, length, &put));
    }

    #[test]
    fn a_damaged_plan_is_read_or_refused(from in 0usize..2000, length in 0usize..40, put in "[\\[\\]{}:,a-z0-9\" .]{0,12}") {
        read_all(&damaged(PLAN, from, length, &put));
    }
}
