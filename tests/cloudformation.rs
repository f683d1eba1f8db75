//! What a template says, as the model has it: every function, condition and
//! parameter form by a small template and the attribute that comes of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod facts;

use std::path::{Path, PathBuf};

use audit::diagnostic::{Diagnostic, Level};
use audit::source::load::load;
use audit::source::{Loaded, TemplateOptions, TextFile, cloudformation};
use rstest::rstest;
use serde_json::{Value, json};

use facts::fact;

/// Reads a template that is not on disk.
fn read(text: &str, options: &TemplateOptions) -> Loaded {
    let file = TextFile { name: "t.yaml".into(), path: "t.yaml".into(), text: text.to_owned() };
    cloudformation::read(&[file], options)
}

fn given(parameters: &[(&str, &str)]) -> TemplateOptions {
    let parameters = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    TemplateOptions { parameters, ..TemplateOptions::default() }
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level != Level::Note)
        .map(|diagnostic| {
            let place =
                diagnostic.span.as_ref().map(|s| format!("{}:{}: ", s.start_line, s.start_column));
            format!("{}{}", place.unwrap_or_default(), diagnostic.message)
        })
        .collect()
}

/// The sections that expressions under test may use.
const SECTIONS: &str = "
Transform: AWS::LanguageExtensions
Parameters:
  Given: {Type: String, Default: given}
  Empty: {Type: String, Default: ''}
  Open: {Type: String}
  Choice: {Type: String, AllowedValues: [small, large]}
  Hidden: {Type: String, NoEcho: true, Default: s3cret-of-old}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  NoNames: {Type: CommaDelimitedList, Default: ''}
  Numbers: {Type: 'List<Number>', Default: '80,443'}
Mappings:
  Map: {first: {second: found, list: [x, y]}}
Conditions:
  Yes: !Equals [a, a]
  No: !Not [!Condition Yes]
  Unclear: !Equals [!Ref Open, a]
  ByName: {'Fn::Equals': [{Ref: Given}, given]}
  IsEmpty: !Equals [!Ref Empty, '']
  Both: !And [!Condition Yes, !Condition Unclear]
  Neither: !And [!Condition No, !Condition Unclear]
  Either: !Or [!Condition Yes, !Condition Unclear]
  Never: !Equals [!Ref Choice, medium]
  Maybe: !Equals [!Ref Choice, small]
  HasHidden: !Not [!Equals [!Ref Hidden, '']]
  ListIsEmpty: !Equals [!Join ['', !Ref NoNames], '']
  FirstIsEmpty: !Equals [!Select [0, !Ref NoNames], '']
  HasVpc: !Not [!Equals [!Ref Vpc, '']]
  SameList: !Equals [!Ref Names, [a, b, c]]
  InChina: !Equals [!Ref 'AWS::Region', cn-north-1]
  Round: !Not [!Condition Round]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql}}
  Declared: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, Port: '5555'}}
  Member: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora, DBClusterIdentifier: c}}
  Stack: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://bucket/x.yaml'}}
  Custom: {Type: 'Custom::Thing'}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: ";

/// An expression as a description: text, or why it is not known.
#[rstest]
#[case::reference("!Ref Given", "given")]
#[case::long_form("{Ref: Given}", "given")]
#[case::resource("!Ref Vpc", "t/Vpc")]
#[case::open_parameter(
    "!Ref Open",
    "unknown: parameter Open has no value; give one with --parameter Open=VALUE"
)]
#[case::stored(
    "!Ref Stored",
    "unknown: parameter Stored cannot be evaluated before deployment: its value is in Parameter Store"
)]
#[case::hidden("!Ref Hidden", "unknown: its value is secret, and is not read")]
#[case::account("!Sub '${AWS::AccountId}'", "${AWS::AccountId}")]
#[case::partition("!Ref AWS::Partition", "aws")]
#[case::suffix("!Ref AWS::URLSuffix", "amazonaws.com")]
#[case::stack_name("!Ref AWS::StackName", "t")]
#[case::stack_id(
    "!Ref AWS::StackId",
    "unknown: AWS::StackId cannot be evaluated before deployment: it is known only after deployment"
)]
#[case::attribute("!GetAtt Db.Endpoint.Address", "t/Db")]
#[case::attribute_list("{'Fn::GetAtt': [Db, Endpoint.Address]}", "t/Db")]
#[case::attribute_json("{'Fn::GetAtt': Db.Endpoint.Address}", "t/Db")]
#[case::port_of_engine("!GetAtt Db.Endpoint.Port", "3306")]
#[case::port_declared("{'Fn::GetAtt': [Declared, Endpoint.Port]}", "5555")]
#[case::port_of_cluster("!GetAtt Member.Endpoint.Port", "t/Member")]
#[case::range_of_vpc("!GetAtt Vpc.CidrBlock", "10.0.0.0/16")]
#[case::nested_output(
    "!GetAtt Stack.Outputs.X",
    "unknown: Stack.Outputs.X cannot be evaluated before deployment: the nested stack was not read"
)]
#[case::custom(
    "!GetAtt Custom.Value",
    "unknown: Custom.Value cannot be evaluated before deployment: the custom resource's own code yields it"
)]
#[case::sub("!Sub 'a-${Given}-${Empty}z'", "a-given-z")]
#[case::sub_map("!Sub ['${X}/${Given}', {X: !Ref Given}]", "given/given")]
#[case::sub_shadow("!Sub ['${Given}', {Given: other}]", "other")]
#[case::sub_kept("!Sub 'a${!aws:username}b'", "a${aws:username}b")]
#[case::sub_attribute("!Sub '${Db.Endpoint.Address}'", "t/Db")]
#[case::sub_open(
    "!Sub 'x${Open}'",
    "unknown: parameter Open has no value; give one with --parameter Open=VALUE"
)]
#[case::join("!Join ['-', [a, !Ref Given, !Ref 'AWS::NoValue', c]]", "a-given-c")]
#[case::join_of_list("!Join [':', !Ref Names]", "a:b:c")]
#[case::select("!Select [1, !Ref Names]", "b")]
#[case::select_text_index("!Select ['2', [x, y, z]]", "z")]
#[case::select_outside(
    "!Select [3, [x, y, z]]",
    "unknown: malformed: Fn::Select picks an item that is not there"
)]
#[case::split("!Select [1, !Split ['/', 'a/b/c']]", "b")]
#[case::split_of_joined("!Select [1, !Split [',', !Join [',', [a, !Ref Vpc, c]]]]", "t/Vpc")]
#[case::split_inside_reference(
    "!Select [0, !Split [':', !Sub '${Vpc}:x']]",
    "unknown: Fn::Split cannot be evaluated before deployment: it rests on values that are known only after deployment"
)]
#[case::map("!FindInMap [Map, first, second]", "found")]
#[case::map_by_expression("!FindInMap [Map, !Sub first, !Select [0, [second]]]", "found")]
#[case::map_list("!Select [1, !FindInMap [Map, first, list]]", "y")]
#[case::map_default("!FindInMap [Map, none, second, {DefaultValue: !Ref Given}]", "given")]
#[case::map_missing(
    "!FindInMap [Map, first, none]",
    "unknown: malformed: Fn::FindInMap names keys that the map does not have"
)]
#[case::map_by_region(
    "!FindInMap [Map, !Ref 'AWS::Region', x]",
    "unknown: Fn::FindInMap cannot be evaluated before deployment: it rests on values that are known only after deployment"
)]
#[case::then("!If [Yes, a, b]", "a")]
#[case::otherwise("!If [No, a, b]", "b")]
#[case::undecided(
    "!If [Unclear, a, b]",
    "unknown: Fn::If Unclear cannot be evaluated before deployment: its condition cannot be decided"
)]
#[case::undecided_alike("!If [Unclear, a, a]", "a")]
#[case::nothing("!If [Yes, !Ref 'AWS::NoValue', b]", json!(null))]
#[case::by_name("!If [ByName, a, b]", "a")]
#[case::empty("!If [IsEmpty, a, b]", "a")]
#[case::both(
    "!If [Both, a, b]",
    "unknown: Fn::If Both cannot be evaluated before deployment: its condition cannot be decided"
)]
#[case::neither("!If [Neither, a, b]", "b")]
#[case::either("!If [Either, a, b]", "a")]
#[case::not_allowed("!If [Never, a, b]", "b")]
#[case::allowed(
    "!If [Maybe, a, b]",
    "unknown: Fn::If Maybe cannot be evaluated before deployment: its condition cannot be decided"
)]
#[case::hidden_is_compared("!If [HasHidden, a, b]", "a")]
#[case::empty_list("!If [ListIsEmpty, a, b]", "a")]
#[case::empty_first("!If [FirstIsEmpty, a, b]", "a")]
#[case::reference_is_not_empty("!If [HasVpc, a, b]", "a")]
#[case::lists_compared("!If [SameList, a, b]", "a")]
#[case::open_region(
    "!If [InChina, a, b]",
    "unknown: Fn::If InChina cannot be evaluated before deployment: its condition cannot be decided"
)]
#[case::rests_on_itself(
    "!If [Round, a, b]",
    "unknown: Fn::If Round cannot be evaluated before deployment: its condition cannot be decided"
)]
#[case::nested_functions(
    "!Join ['', [!If [Yes, !Sub '${Given}', x], !Select [0, !GetAZs '']]]",
    "given${AWS::Region}[0]"
)]
#[case::length("!Sub ['${N}', {N: !Length [a, b, c]}]", "3")]
#[case::length_of_parameter("!Sub ['${N}', {N: {'Fn::Length': !Ref Names}}]", "3")]
#[case::encoded("!Base64 x", "x")]
#[case::zone("!Select [1, !GetAZs eu-west-1]", "eu-west-1[1]")]
#[case::import(
    "!ImportValue other",
    "unknown: import other is exported by no stack that was given; scan that stack's template too"
)]
#[case::included(
    "{'Fn::Transform': {Name: AWS::Include}}",
    "unknown: Fn::Transform cannot be evaluated before deployment: it rests on values that are known only after deployment"
)]
#[case::looked_up(
    "'{{resolve:ssm:/a/b:1}}'",
    "unknown: {{resolve:ssm:/a/b:1}} cannot be evaluated before deployment: its value is in Parameter Store"
)]
#[case::looked_up_inside(
    "'x-{{resolve:ssm:/a/b}}-y'",
    "unknown: {{resolve:ssm:/a/b}} cannot be evaluated before deployment: its value is in Parameter Store"
)]
#[case::secret_inside(
    "'x:{{resolve:secretsmanager:a:SecretString:b}}@y'",
    "unknown: its value is secret, and is not read"
)]
#[case::secret_joined(
    "!Sub '{{resolve:secretsmanager:${Vpc}:SecretString:b}}'",
    "unknown: its value is secret, and is not read"
)]
#[case::number("443", "443")]
#[case::account_number("'012345678901'", "012345678901")]
#[case::plain_account_number("012345678901", "012345678901")]
#[case::date("2012-10-17", "2012-10-17")]
#[case::decimal("8.0", "8.0")]
#[case::unicode("'é😀'", "é😀")]
#[case::folded("!Sub >-\n        a\n        ${Given}", "a given")]
fn an_expression_reads_as(#[case] expression: &str, #[case] expected: impl Into<Value>) {
    let loaded = read(&format!("{SECTIONS}{expression}\n"), &TemplateOptions::default());
    let unexpected: Vec<String> = errors(&loaded.diagnostics)
        .into_iter()
        .filter(|message| !message.contains("is not on disk") && !message.contains("circle: Round"))
        .collect();
    assert_eq!(unexpected, Vec::<String>::new());
    assert_eq!(
        fact(&loaded.snapshot, "security_groups", "t/Group", "/description"),
        expected.into()
    );
}

/// A whole template, and one attribute that comes of it.
#[rstest]
#[case::booleans_of_yaml_1_1("V: {Type: AWS::EC2::VPC, Properties: {EnableDnsSupport: no, EnableDnsHostnames: 'True'}}", "vpcs", "V", "/enable_dns_support", json!(false))]
#[case::booleans_as_text("V: {Type: AWS::EC2::VPC, Properties: {EnableDnsHostnames: 'true'}}", "vpcs", "V", "/enable_dns_hostnames", json!(true))]
#[case::numbers_as_text("G: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: [{IpProtocol: tcp, FromPort: '22', ToPort: 22, CidrIp: 0.0.0.0/0}]}}", "security_groups", "G", "/ingress/0/from_port", json!(22))]
#[case::nothing_in_a_list("I: {Type: AWS::EC2::Instance, Properties: {SecurityGroupIds: [sg-1, !Ref 'AWS::NoValue', sg-2]}}", "instances", "I", "/security_group_ids", json!(["sg-1", "sg-2"]))]
#[case::undecided_in_a_list("I: {Type: AWS::EC2::Instance, Properties: {SecurityGroupIds: [sg-1, !If [Unclear, sg-2, !Ref 'AWS::NoValue']]}}", "instances", "I", "/security_group_ids", json!("unknown: Fn::If Unclear cannot be evaluated before deployment: its condition cannot be decided"))]
#[case::undecided_block("B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: !If [Unclear, {ServerSideEncryptionConfiguration: []}, !Ref 'AWS::NoValue']}}", "s3_buckets", "B", "/sse_algorithm", json!("unknown: Fn::If Unclear cannot be evaluated before deployment: its condition cannot be decided"))]
#[case::undecided_rule("G: {Type: AWS::EC2::SecurityGroup}\n  R: {Type: AWS::EC2::SecurityGroupIngress, Condition: Unclear, Properties: {GroupId: !Ref G, IpProtocol: '-1', CidrIp: 0.0.0.0/0}}", "security_groups", "G", "/ingress", json!("unknown: condition Unclear cannot be evaluated before deployment: it rests on values that are not known before deployment"))]
#[case::undecided_target("G: {Type: AWS::EC2::SecurityGroup}\n  H: {Type: AWS::EC2::SecurityGroup}\n  R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !If [Unclear, !Ref G, !Ref H], IpProtocol: '-1', CidrIp: 0.0.0.0/0}}", "security_groups", "G", "/ingress", json!("unknown: Fn::If Unclear cannot be evaluated before deployment: its condition cannot be decided"))]
#[case::target_elsewhere("G: {Type: AWS::EC2::SecurityGroup}\n  R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Open, IpProtocol: '-1', CidrIp: 0.0.0.0/0}}", "security_groups", "G", "/ingress", json!([]))]
#[case::not_there("G: {Type: AWS::EC2::SecurityGroup}\n  R: {Type: AWS::EC2::SecurityGroupIngress, Condition: No, Properties: {GroupId: !Ref G, IpProtocol: '-1', CidrIp: 0.0.0.0/0}}", "security_groups", "G", "/ingress", json!([]))]
#[case::undecided_resource("G: {Type: AWS::EC2::SecurityGroup, Condition: Unclear}", "security_groups", "G", "/ingress", json!("unknown: condition Unclear cannot be evaluated before deployment: it rests on values that are not known before deployment"))]
#[case::policy_before_role("P: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref R], PolicyDocument: {Statement: []}}}\n  R: {Type: AWS::IAM::Role}", "iam_roles", "R", "/attached_policies", json!(["t/P"]))]
#[case::table_before_vpc("T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}\n  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}", "route_tables", "T", "/routes/0/destination_cidr_block", json!("10.0.0.0/16"))]
#[case::aliases("A: {Type: AWS::EC2::VPC, Properties: &same {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}\n  B: {Type: AWS::EC2::VPC, Properties: {<<: *same, CidrBlock: 10.1.0.0/16}}", "vpcs", "B", "/cidr_blocks", json!(["10.1.0.0/16"]))]
#[case::ranges("S: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: !Select [2, !Cidr [10.0.0.0/16, 4, 8]]}}", "subnets", "S", "/cidr_block", json!("10.0.2.0/24"))]
#[case::ranges_of_vpc("V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n  S: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: !Select [1, !Cidr [!GetAtt V.CidrBlock, 4, '6']]}}", "subnets", "S", "/cidr_block", json!("10.0.0.64/26"))]
#[case::macro_inside("G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, 'Fn::Transform': {Name: AWS::Include}}}", "security_groups", "G", "/ingress", json!("unknown: Fn::Transform cannot be evaluated before deployment: it rests on values that are known only after deployment"))]
#[case::loop_of_resources("Fn::ForEach::Zones: [Zone, [a, b], {'S${Zone}': {Type: AWS::EC2::Subnet, Properties: {AvailabilityZone: !Ref Zone, CidrBlock: !Sub '${Zone}'}}}]", "subnets", "Sb", "/availability_zone", json!("b"))]
#[case::loop_with_other_characters("Fn::ForEach::Names: [Name, [a-1, b.2], {'B&{Name}': {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}}]", "s3_buckets", "Bb2", "/name", json!("b.2"))]
#[case::loop_over_parameter("Fn::ForEach::Names: [Name, !Ref Names, {'G${Name}': {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: '${Name}'}}}]", "security_groups", "Gc", "/description", json!("c"))]
#[case::loop_in_loop("Fn::ForEach::A: [A, [x, y], {'Fn::ForEach::B': [B, ['1', '2'], {'G${A}${B}': {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Sub '${A}/${B}'}}}]}]", "security_groups", "Gy2", "/description", json!("y/2"))]
#[case::loop_of_properties("I: {Type: AWS::EC2::VPC, Properties: {'Fn::ForEach::P': [P, [Support, Hostnames], {'EnableDns${P}': true}]}}", "vpcs", "I", "/enable_dns_hostnames", json!(true))]
#[case::loop_not_written_out("G: {Type: AWS::EC2::SecurityGroup}\n  Fn::ForEach::N: [N, [!Ref Open], {'R${N}': {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref G}}}]\n  H: {Type: AWS::EC2::SecurityGroup}", "security_groups", "H", "/egress/0/protocol", json!("-1"))]
#[case::egress_of_its_own("G: {Type: AWS::EC2::SecurityGroup}\n  E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref G, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}}", "security_groups", "G", "/egress/0/cidr_ipv4", json!("10.0.0.0/8"))]
#[case::egress_of_its_own_alone("G: {Type: AWS::EC2::SecurityGroup}\n  E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref G, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}}", "security_groups", "G", "/egress/1", json!("nothing"))]
#[case::undecided_egress_of_its_own("G: {Type: AWS::EC2::SecurityGroup}\n  E: {Type: AWS::EC2::SecurityGroupEgress, Condition: Unclear, Properties: {GroupId: !Ref G, IpProtocol: '-1', CidrIp: 10.0.0.0/8}}", "security_groups", "G", "/egress/0/cidr_ipv4", json!("unknown: condition Unclear cannot be evaluated before deployment: it rests on values that are not known before deployment"))]
#[case::egress_beside_a_written_one("G: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 0.0.0.0/0}]}}\n  E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref G, IpProtocol: '-1', CidrIp: 10.0.0.0/8}}", "security_groups", "G", "/egress/1/cidr_ipv4", json!("10.0.0.0/8"))]
#[case::egress_of_the_default_group("V: {Type: AWS::EC2::VPC}\n  E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt V.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}}", "security_groups", "V/default-security-group", "/egress/0/cidr_ipv4", json!("10.0.0.0/8"))]
#[case::variable_of_a_hidden_parameter("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: !Ref Hidden}}}}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!(true))]
#[case::variable_of_a_secret("T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, Environment: [{Name: DB_PASSWORD, Value: '{{resolve:secretsmanager:db:SecretString:p}}'}]}]}}", "ecs_task_definitions", "T", "/containers/0/environment/0/value/looks_like_credential", json!(true))]
#[case::variable_of_an_access_key("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {AWS_SECRET_ACCESS_KEY: !GetAtt K.SecretAccessKey}}}}\n  K: {Type: AWS::IAM::AccessKey}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!(true))]
#[case::variable_of_part_of_a_secret("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_USER: '{{resolve:secretsmanager:db:SecretString:user}}'}}}}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!("unknown: its value is secret, and is not read"))]
#[case::variable_that_leads_to_a_secret("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_SECRET: !Ref S}}}}\n  S: {Type: AWS::SecretsManager::Secret}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!(false))]
#[case::variable_around_a_parameter("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {URL: !Sub 'postgres://app:${Open}@db/orders'}}}}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!("unknown: parameter Open has no value; give one with --parameter Open=VALUE"))]
#[case::variable_of_a_password_and_a_reference("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: !Sub 'hunter2-${Q}'}}}}\n  Q: {Type: AWS::SQS::Queue}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!(true))]
#[case::variable_that_begins_with_a_reference("F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: !Sub '${S}:password::'}}}}\n  S: {Type: AWS::SecretsManager::Secret}", "lambda_functions", "F", "/environment/0/value/looks_like_credential", json!(false))]
#[case::instances_of_an_auto_scaling_group("G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}\n  A: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {TargetGroupARNs: [!Ref G]}}", "target_groups", "G", "/targets/-", json!("unknown: which instances the Auto Scaling group A registers cannot be evaluated before deployment: it launches them"))]
#[case::instances_of_a_traffic_source("G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}\n  A: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {TrafficSources: [{Identifier: !Ref G, Type: elbv2}]}}", "target_groups", "G", "/targets/-", json!("unknown: which instances the Auto Scaling group A registers cannot be evaluated before deployment: it launches them"))]
#[case::variables_in_a_file("T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, EnvironmentFiles: [{Type: s3, Value: 'arn:aws:s3:::b/x.env'}]}]}}", "ecs_task_definitions", "T", "/containers/0/environment/-", json!("unknown: a task definition that names environment files does not carry this fact"))]
#[case::container_instances_of_a_service("G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}\n  S: {Type: AWS::ECS::Service, Properties: {LoadBalancers: [{TargetGroupArn: !Ref G}]}}", "target_groups", "G", "/targets/-", json!("unknown: which container instances S registers cannot be evaluated before deployment: those that run its tasks"))]
#[case::tasks_of_a_service("G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}\n  S: {Type: AWS::ECS::Service, Properties: {NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}, LoadBalancers: [{TargetGroupArn: !Ref G}]}}", "target_groups", "G", "/targets/-", json!("nothing"))]
#[case::route_table_elsewhere("S: {Type: AWS::EC2::Subnet}\n  A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: rtb-1}}", "subnets", "S", "/route_table_association", json!("unknown: rtb-1 is not declared in what was given"))]
#[case::network_acl_elsewhere("S: {Type: AWS::EC2::Subnet}\n  A: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref S, NetworkAclId: !Ref Open}}", "subnets", "S", "/network_acl_association", json!("unknown: parameter Open has no value; give one with --parameter Open=VALUE"))]
#[case::default_network_acl("V: {Type: AWS::EC2::VPC}\n  S: {Type: AWS::EC2::Subnet}\n  A: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref S, NetworkAclId: !GetAtt V.DefaultNetworkAcl}}", "subnets", "S", "/network_acl_association", json!("nothing"))]
#[case::address_elsewhere("I: {Type: AWS::EC2::Instance}\n  A: {Type: AWS::EC2::EIPAssociation, Properties: {InstanceId: !Ref I, AllocationId: eipalloc-1}}", "instances", "I", "/public_ip_address", json!("unknown: eipalloc-1 is not declared in what was given"))]
#[case::interface_of_an_instance("I: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [{DeviceIndex: '0', NetworkInterfaceId: !Ref N}]}}\n  N: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: subnet-1, GroupSet: [sg-1]}}", "instances", "I", "/security_group_ids", json!(["sg-1"]))]
#[case::interface_elsewhere("I: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [{DeviceIndex: '0', NetworkInterfaceId: eni-1}]}}", "instances", "I", "/security_group_ids", json!("unknown: the interface of I is not declared in what was given"))]
#[case::valkey_at_rest("G: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {Engine: valkey}}", "elasticache_replication_groups", "G", "/at_rest_encryption_enabled", json!(true))]
#[case::valkey_in_transit("G: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {Engine: valkey}}", "elasticache_replication_groups", "G", "/transit_encryption_enabled", json!("unknown: TransitEncryptionEnabled cannot be evaluated before deployment: AWS decides it for Valkey; say TransitEncryptionEnabled"))]
fn a_resource_reads_as(
    #[case] resources: &str,
    #[case] collection: &str,
    #[case] id: &str,
    #[case] path: &str,
    #[case] expected: Value,
) {
    let text = format!(
        "Parameters:\n  Open: {{Type: String}}\n  Hidden: {{Type: String, NoEcho: true}}\n  Names: {{Type: CommaDelimitedList, Default: 'a,b,c'}}\nConditions:\n  Unclear: !Equals [!Ref Open, a]\n  No: !Equals [a, b]\nResources:\n  {resources}\n"
    );
    let loaded = read(&text, &TemplateOptions::default());
    let lost: Vec<&Diagnostic> =
        loaded.diagnostics.iter().filter(|one| one.level == Level::Error).collect();
    assert_eq!(lost, Vec::<&Diagnostic>::new());
    assert_eq!(fact(&loaded.snapshot, collection, &format!("t/{id}"), path), expected);
}

/// A stack with a role and a security group that it exports.
const BASE: &str = "Resources:
  G: {Type: AWS::EC2::SecurityGroup}
  R: {Type: AWS::IAM::Role, Properties: {RoleName: shared}}
Outputs: {G: {Value: !GetAtt G.GroupId, Export: {Name: EXPORT}}}
";

/// A stack that adds to another's.
const ADDING: &str = "Resources:
  I: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !ImportValue base, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}}
  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [shared], PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}}}
";

fn stacks(texts: &[(&str, &str)]) -> Loaded {
    let file = |(name, text): &(&str, &str)| TextFile {
        name: format!("{name}.yaml").into(),
        path: format!("{name}.yaml").into(),
        text: (*text).to_owned(),
    };
    let files: Vec<TextFile> = texts.iter().map(file).collect();
    cloudformation::read(&files, &TemplateOptions::default())
}

#[test]
fn what_one_stack_adds_to_another_is_read_in_any_order() {
    let base = BASE.replace("EXPORT", "base");
    for order in [[("a", ADDING), ("b", &base)], [("b", &base), ("a", ADDING)]] {
        let loaded = stacks(&order);
        assert_eq!(errors(&loaded.diagnostics), Vec::<String>::new());
        let port = fact(&loaded.snapshot, "security_groups", "b/G", "/ingress/0/from_port");
        assert_eq!(port, json!(22));
        let name = fact(&loaded.snapshot, "iam_roles", "b/R", "/inline_policies/0/name");
        assert_eq!(name, json!("p"));
    }
}

/// A stack that is read in two turns tells everything once.
#[test]
fn several_stacks_tell_their_faults_once() {
    let faulty = "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vcp}}\n";
    let loaded = stacks(&[("a", faulty), ("b", "Resources:\n  V: {Type: AWS::EC2::VPC}\n")]);
    assert_eq!(errors(&loaded.diagnostics), ["2:51: the template does not declare Vcp"]);
}

#[test]
fn what_is_added_to_a_name_that_two_stacks_have_is_open_in_both() {
    let (base, other) = (BASE.replace("EXPORT", "base"), BASE.replace("EXPORT", "other"));
    let loaded = stacks(&[("b", &base), ("c", &other), ("z", ADDING)]);
    for role in ["b/R", "c/R"] {
        assert_eq!(
            fact(&loaded.snapshot, "iam_roles", role, "/inline_policies"),
            json!(
                "unknown: shared is declared more than once, by b/R and c/R; scan what is deployed apart by itself"
            )
        );
    }
}

/// What is wrong with a template is told with its place.
#[rstest]
#[case::no_type("Resources:\n  A: {Properties: {}}\n", "2:3: the resource A has no Type")]
#[case::empty_type("Resources:\n  A: {Type: }\n", "2:3: the resource A has no Type")]
#[case::empty_type_as_text("Resources:\n  A: {Type: ' '}\n", "2:3: the resource A has no Type")]
#[case::text_as_resource("Resources:\n  A: AWS::EC2::VPC\n", "2:3: the resource A has no Type")]
#[case::list_of_resources(
    "Resources:\n  - Type: AWS::EC2::VPC\n",
    "2:3: Resources is no map of resources by name"
)]
#[case::no_resources("Resources:\n", "1:10: Resources is no map of resources by name")]
#[case::undeclared_name(
    "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vcp}}\n",
    "2:51: the template does not declare Vcp"
)]
#[case::undeclared_attribute(
    "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !GetAtt [Vcp, Id]}}\n",
    "2:51: the template does not declare Vcp"
)]
#[case::undeclared_in_text(
    "Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Sub '${Vcp}'}}\n",
    "2:51: the template does not declare Vcp"
)]
#[case::undeclared_condition(
    "Resources:\n  A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !If [Prd, a, b]}}\n",
    "2:57: the template does not declare condition Prd"
)]
#[case::undeclared_condition_of_resource(
    "Resources:\n  A: {Type: AWS::EC2::VPC, Condition: Prd}\n",
    "2:39: the template does not declare condition Prd"
)]
#[case::not_allowed(
    "Parameters:\n  P: {Type: String, Default: c, AllowedValues: [a, b]}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"c\" of parameter P is none of its AllowedValues"
)]
#[case::not_allowed_and_hidden(
    "Parameters:\n  P: {Type: String, NoEcho: true, Default: hunter2, AllowedValues: [b]}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value of parameter P is none of its AllowedValues"
)]
#[case::no_number(
    "Parameters:\n  P: {Type: Number, Default: many}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"many\" of parameter P is no number"
)]
#[case::too_many(
    "Parameters:\n  P: {Type: Number, Default: 36, MinValue: 1, MaxValue: 35}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"36\" of parameter P is more than its MaxValue"
)]
#[case::too_few(
    "Parameters:\n  P: {Type: Number, Default: 0, MinValue: 1}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"0\" of parameter P is less than its MinValue"
)]
#[case::another_pattern(
    "Parameters:\n  P: {Type: String, Default: ab1, AllowedPattern: '[a-z]+|x'}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"ab1\" of parameter P does not match its AllowedPattern"
)]
#[case::another_pattern_in_a_list(
    "Parameters:\n  P: {Type: CommaDelimitedList, Default: 'a,B', AllowedPattern: '[a-z]+'}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value \"B\" of parameter P does not match its AllowedPattern"
)]
#[case::too_short_and_hidden(
    "Parameters:\n  P: {Type: String, NoEcho: true, Default: hunter2, MinLength: 8}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the value of parameter P is shorter than its MinLength"
)]
#[case::misspelt_property(
    "Resources:\n  A:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      StorageEncripted: true\n",
    "5:25: StorageEncripted of A is not read: AWS::RDS::DBInstance seems to have no such property"
)]
#[case::misspelt_property_of_a_rule(
    "Resources:\n  A:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: [{IpProtocol: tcp, CidrIpp: 0.0.0.0/0}]\n",
    "5:57: CidrIpp of A is not read: AWS::EC2::SecurityGroup seems to have no such property"
)]
#[case::circle_of_conditions(
    "Conditions:\n  A: !Not [!Condition B]\n  B: {'Fn::And': [{Condition: A}, !Equals [a, a]]}\nResources:\n  V: {Type: AWS::EC2::VPC, Condition: A}\n",
    "2:6: conditions rest on each other in a circle: A → B → A"
)]
#[case::parameter_without_a_type(
    "Parameters:\n  P: {Default: a}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "2:6: the parameter P has no Type"
)]
#[case::macro_(
    "Transform: [AWS::LanguageExtensions, Mine]\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "1:38: the macro Mine is not run; what it changes is not seen"
)]
#[case::module(
    "Resources:\n  A: {Type: My::Own::Vpc::MODULE}\n",
    "2:3: the module A is not expanded; its resources are not judged"
)]
#[case::macro_of_resources(
    "Resources:\n  Fn::Transform: {Name: AWS::Include}\n  A: {Type: AWS::EC2::VPC}\n",
    "2:3: what the macro adds to the resources is not seen"
)]
#[case::names_of_a_macro(
    "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function}\n  A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref FRole}}\n",
    "3:3: what SAM makes of F is not judged"
)]
#[case::include(
    "Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "1:12: the macro AWS::Include is not run; what it adds is not seen"
)]
#[case::circle_by_order(
    "Resources:\n  A: {Type: AWS::EC2::VPC, DependsOn: B}\n  B: {Type: AWS::EC2::VPC, DependsOn: [A]}\n",
    "2:3: resources refer to each other in a circle: A → B → A"
)]
#[case::waiver_beside_a_rule(
    "Resources:\n  A: {Type: AWS::EC2::SecurityGroupIngress, Metadata: {audit: {waivers: [{control: x, reason: y}]}}}\n",
    "2:74: the waiver stands beside A, which no control judges"
)]
#[case::loop_not_written_out(
    "Parameters: {P: {Type: CommaDelimitedList}}\nResources:\n  Fn::ForEach::L: [X, !Ref P, {'A${X}': {Type: AWS::EC2::VPC}}]\n",
    "3:3: Fn::ForEach::L is not written out, and its resources are not judged: parameter P has no value; give one with --parameter P=VALUE"
)]
fn what_is_wrong_is_told(#[case] text: &str, #[case] expected: &str) {
    let loaded = read(text, &TemplateOptions::default());
    assert_eq!(errors(&loaded.diagnostics), [expected]);
    let without_help: Vec<&Diagnostic> =
        loaded.diagnostics.iter().filter(|one| one.help.is_none()).collect();
    assert_eq!(without_help, Vec::<&Diagnostic>::new());
}

/// No false alarm.
#[rstest]
#[case::branch_not_taken(
    "Conditions: {C: !Equals [a, a]}\nResources:\n  A: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !If [C, x, !Ref B]}}\n  B: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Ref A}}\n"
)]
#[case::kept_names(
    "Resources:\n  A: {Type: AWS::EC2::VPC, DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Metadata: {x: y}, CreationPolicy: {}, UpdatePolicy: {}}\n"
)]
#[case::rules(
    "Rules: {R: {Assertions: [{Assert: !Equals [a, a]}]}}\nResources:\n  A: {Type: AWS::EC2::VPC}\n"
)]
#[case::unknown_type(
    "Resources:\n  A: {Type: 'Own::Type::Of::Mine'}\n  B: {Type: AWS::CloudFormation::CustomResource}\n"
)]
fn nothing_is_told(#[case] text: &str) {
    assert_eq!(errors(&read(text, &TemplateOptions::default()).diagnostics), Vec::<String>::new());
}

#[test]
fn an_acls_action_may_be_in_capitals() {
    let text = "Resources:
  A: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: vpc-1}}
  E: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref A, RuleNumber: 1, Protocol: -1, RuleAction: ALLOW, CidrBlock: 0.0.0.0/0}}
";
    let snapshot = read(text, &TemplateOptions::default()).snapshot;
    let entries = &snapshot.model.network_acls.get("t/A").unwrap().entries;
    let own = entries.iter().find(|entry| entry.rule_number == Some(1));
    assert_eq!(own.and_then(|entry| entry.rule_action.as_deref()), Some("allow"), "{entries:?}");
}

/// What a service may be scaled down to, by how the target spells the service.
#[rstest]
#[case::by_reference("!Sub 'service/${Cluster}/${Web.Name}'", "ecs", json!(2))]
#[case::joined("!Join ['/', [service, !Ref Cluster, !GetAtt Web.Name]]", "ecs", json!(2))]
#[case::by_name("service/main/web", "ecs", json!(2))]
#[case::half_by_name("!Sub 'service/${Cluster}/web'", "ecs", json!(2))]
#[case::another_cluster("service/other/web", "ecs", json!(null))]
#[case::another_service("table/web", "dynamodb", json!(null))]
#[case::unclear("!Ref Open", "dynamodb", json!(null))]
#[case::open(
    "!Join ['/', [service, main, !If [C, web, other]]]",
    "ecs",
    json!("unknown: Fn::If C cannot be evaluated before deployment: its condition cannot be decided")
)]
fn the_least_that_a_service_may_be_scaled_to_is_read(
    #[case] resource_id: &str,
    #[case] namespace: &str,
    #[case] expected: Value,
) {
    let text = format!(
        "Parameters: {{Open: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref Open, a]}}
Resources:
  Cluster: {{Type: AWS::ECS::Cluster, Properties: {{ClusterName: main}}}}
  Web: {{Type: AWS::ECS::Service, Properties: {{Cluster: !Ref Cluster, ServiceName: web}}}}
  Other: {{Type: AWS::ECS::Service, Properties: {{ServiceName: web}}}}
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {{ServiceNamespace: {namespace}, MinCapacity: '2', MaxCapacity: 4, ResourceId: {resource_id}}}
"
    );
    let snapshot = read(&text, &TemplateOptions::default()).snapshot;
    assert_eq!(fact(&snapshot, "ecs_services", "t/Web", "/scaling_min_capacity"), expected);
}

/// A loop that is not written out leaves open what it would have added to.
#[test]
fn what_a_loop_would_add_to_is_open() {
    let text = "Parameters: {P: {Type: CommaDelimitedList}}\nConditions: {C: !Equals [!Ref 'AWS::Region', x]}\nResources:\n  G: {Type: AWS::EC2::SecurityGroup}\n  Fn::ForEach::L: [X, !Split [',', !If [C, a, b]], {'R${X}': {Type: AWS::EC2::SecurityGroupIngress}, 'T${X}': {Type: AWS::EC2::Subnet}}]\n";
    let loaded = read(text, &TemplateOptions::default());
    let open = fact(&loaded.snapshot, "security_groups", "t/G", "/ingress");
    assert!(open.as_str().is_some_and(|why| why.starts_with("unknown: Fn::If C")), "{open}");
    let gaps = &loaded.snapshot.gaps;
    assert!(gaps.iter().any(|gap| gap.collection == "subnets" && gap.id.is_none()), "{gaps:?}");
}

/// Loops end, whatever they multiply to.
#[test]
fn loops_are_bounded() {
    let mut body = "{'A${L0}': {Type: AWS::EC2::VPC}}".to_owned();
    for level in 0..8 {
        let items = vec!["a"; 50].join(", ");
        body = format!("{{'Fn::ForEach::L{level}': [L{level}, [{items}], {body}]}}");
    }
    let loaded = read(&format!("Resources: {body}\n"), &TemplateOptions::default());
    let told = errors(&loaded.diagnostics);
    assert!(told.iter().any(|message| message.contains("may turn 100000 times")), "{told:?}");
}

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    directory
}

fn load_all(directory: &Path, names: &[&str], options: &TemplateOptions) -> Loaded {
    let paths: Vec<PathBuf> = names.iter().map(|name| directory.join(name)).collect();
    load(&paths, options).loaded
}

const CHILD: &str = "
Parameters:
  VpcId: {Type: String, Default: vpc-default}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Secret: {Type: String, NoEcho: true}
Conditions:
  HasVpc: !Not [!Equals [!Ref VpcId, '']]
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Condition: HasVpc
    Properties: {VpcId: !Ref VpcId, GroupDescription: x}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: !Ref Subnets}
Outputs:
  Group: {Value: !Ref Group, Export: {Name: 'child-group'}}
";
const PARENT: &str = "
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested/child.yaml
      Parameters: {VpcId: !Ref Vpc, Subnets: !Join [',', [!Ref A, !Ref B]], Secret: x}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !GetAtt Inner.Outputs.Group, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8}
";
const IMPORTER: &str = "
Resources:
  Host: {Type: AWS::EC2::Instance, Properties: {SecurityGroupIds: [!ImportValue child-group]}}
";

/// A nested stack has what its parent passes, its outputs reach the parent, its
/// exports other stacks; on its own it is not a stack of the run.
#[test]
fn nested_stacks_are_read_where_they_are_nested() {
    let directory = directory(&[
        ("parent.yaml", PARENT),
        ("nested/child.yaml", CHILD),
        ("importer.yaml", IMPORTER),
    ]);
    let loaded = load_all(directory.path(), &["."], &TemplateOptions::default());
    assert_eq!(errors(&loaded.diagnostics), Vec::<String>::new());
    let of = |collection: &str, id: &str, path: &str| fact(&loaded.snapshot, collection, id, path);
    assert_eq!(of("security_groups", "parent/Inner/Group", "/vpc_id"), "parent/Vpc");
    assert_eq!(of("security_groups", "parent/Inner/Group", "/ingress/0/from_port"), 80);
    assert_eq!(
        of("load_balancers", "parent/Inner/Balancer", "/subnet_ids"),
        json!(["parent/A", "parent/B"])
    );
    assert_eq!(
        of("instances", "importer/Host", "/security_group_ids"),
        json!(["parent/Inner/Group"])
    );
    assert!(!loaded.snapshot.model.security_groups.contains_key("child/Group"));
}

/// A nested stack that may not be there.
#[test]
fn a_nested_stack_that_may_not_be_there_is_open() {
    let parent = PARENT.replace("  Inner:\n", "  Inner:\n    Condition: C\n");
    let parent = format!(
        "Parameters: {{P: {{Type: String}}}}\nConditions: {{C: !Equals [!Ref P, a]}}\n{parent}"
    );
    let directory = directory(&[("parent.yaml", &parent), ("nested/child.yaml", CHILD)]);
    let loaded = load_all(directory.path(), &["parent.yaml"], &TemplateOptions::default());
    let group = fact(&loaded.snapshot, "security_groups", "parent/Inner/Group", "/vpc_id");
    assert!(group.as_str().is_some_and(|why| why.contains("nested stack Inner")), "{group}");
}

/// Each form of parameter file, and flags over it.
#[rstest]
#[case::list(r#"[{"ParameterKey": "Open", "ParameterValue": "x"}]"#, "x")]
#[case::pairs(r#"["Open=a=b"]"#, "a=b")]
#[case::pipeline(r#"{"Parameters": {"Open": "x"}, "Tags": {"a": "b"}}"#, "x")]
#[case::plain(r#"{"Open": 7}"#, "7")]
fn parameter_files_are_read(#[case] text: &str, #[case] expected: &str) {
    let directory = directory(&[("p.json", text)]);
    let template = "Parameters: {Open: {Type: String, Default: d}}\nResources:\n  G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Ref Open}}\n";
    let mut options = TemplateOptions {
        parameter_files: vec![directory.path().join("p.json")],
        ..TemplateOptions::default()
    };
    let value = |options: &TemplateOptions| {
        let loaded = read(template, options);
        assert_eq!(errors(&loaded.diagnostics), Vec::<String>::new());
        fact(&loaded.snapshot, "security_groups", "t/G", "/description")
    };
    assert_eq!(value(&options), expected);
    options.parameters.insert("Open".to_owned(), "flag".to_owned());
    assert_eq!(value(&options), "flag");
}

/// Constraints that are met, or that cannot be tried, are no matter; nor are
/// properties that no control reads.
#[rstest]
#[case(
    "Parameters:\n  P: {Type: String, Default: abc, AllowedPattern: '(?!x)[a-z]+', MaxLength: 3}\n"
)]
#[case("Parameters:\n  P: {Type: Number, Default: ' 1.5', MinValue: 1, MaxValue: 2}\n")]
#[case(
    "Parameters:\n  P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b, AllowedPattern: x}\n"
)]
#[case("Parameters:\n  P: {Type: String, MinLength: 3}\n")]
fn what_is_allowed_is_not_told(#[case] parameters: &str) {
    let text = format!(
        "{parameters}Resources:\n  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, AvailabilityZoneId: euw1-az1, EnableDns64: true}}}}\n"
    );
    let loaded = read(&text, &TemplateOptions::default());
    assert_eq!(errors(&loaded.diagnostics), Vec::<String>::new());
}

#[test]
fn a_parameter_of_a_file_that_is_no_text_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p.json");
    std::fs::write(&path, r#"{"Right": {"a": 1}}"#).unwrap();
    let options = TemplateOptions { parameter_files: vec![path], ..TemplateOptions::default() };
    let loaded = read("Parameters:\n  Right: {Type: String}\nResources: {}\n", &options);
    assert_eq!(
        errors(&loaded.diagnostics),
        ["the parameters cannot be read: the value of Right is neither text nor a number"]
    );
}

#[test]
fn a_parameter_that_no_template_has_is_told() {
    let text = "Parameters: {Right: {Type: String}}\nResources:\n  A: {Type: AWS::EC2::VPC}\n";
    let loaded = read(text, &given(&[("Rihgt", "x")]));
    assert_eq!(errors(&loaded.diagnostics), ["no template declares the parameter Rihgt"]);
}

/// Several stacks of an assembly, its stage and its parameters, each once.
#[test]
fn assemblies_are_read_with_their_stages_and_parameters() {
    let template = r#"{"Parameters": {"P": {"Type": "String"}}, "Resources": {"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": {"Ref": "P"}}}}}"#;
    let stack = |file: &str, parameter: &str| {
        json!({
            "type": "aws:cloudformation:stack",
            "environment": "aws://123456789012/eu-west-1",
            "properties": {"templateFile": file, "parameters": {"P": parameter}}
        })
    };
    let manifest = json!({"version": "36.0.0", "artifacts": {
        "One": stack("One.template.json", "one"),
        "Two": stack("Two.template.json", "two"),
        "Stage": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}
    }});
    let stage =
        json!({"version": "36.0.0", "artifacts": {"Deep": stack("Deep.template.json", "deep")}});
    let directory = directory(&[
        ("out/manifest.json", &manifest.to_string()),
        ("out/One.template.json", template),
        ("out/Two.template.json", template),
        ("out/asset.1234.json", "{\"a\": 1}"),
        ("out/assembly-Stage/manifest.json", &stage.to_string()),
        ("out/assembly-Stage/Deep.template.json", template),
    ]);
    for names in [&["."][..], &["out"], &["out/manifest.json"], &["out", "out/manifest.json"]] {
        let loaded = load_all(directory.path(), names, &TemplateOptions::default());
        assert_eq!(errors(&loaded.diagnostics), Vec::<String>::new());
        let groups = &loaded.snapshot.model.security_groups;
        let found: Vec<(&str, Option<&str>, Option<&str>)> = groups
            .iter()
            .map(|(id, group)| (id.as_str(), group.description.as_deref(), group.region.as_deref()))
            .collect();
        let region = Some("eu-west-1");
        assert_eq!(
            found,
            [
                ("Deep/G", Some("deep"), region),
                ("One/G", Some("one"), region),
                ("Two/G", Some("two"), region)
            ],
            "{names:?}"
        );
    }
}

/// What a template has of credentials in the properties that take one.
#[rstest]
#[case::plain("AWS::DocDBElastic::Cluster", "{AdminUserPassword: hunter2}", "AdminUserPassword")]
#[case::nested(
    "AWS::Events::Connection",
    "{AuthParameters: {BasicAuthParameters: {Username: a, Password: hunter2}}}",
    "AuthParameters.BasicAuthParameters.Password"
)]
#[case::in_lists(
    "AWS::CodePipeline::Pipeline",
    "{Stages: [{Name: Source, Actions: [{Configuration: {Owner: a, OAuthToken: hunter2}}]}]}",
    "Stages.Actions.Configuration.OAuthToken"
)]
#[case::of_a_listener(
    "AWS::ElasticLoadBalancingV2::Listener",
    "{DefaultActions: [{Type: authenticate-oidc, AuthenticateOidcConfig: {ClientSecret: hunter2}}]}",
    "DefaultActions.AuthenticateOidcConfig.ClientSecret"
)]
#[case::of_a_cluster(
    "AWS::EMR::Cluster",
    "{KerberosAttributes: {Realm: EC2.INTERNAL, KdcAdminPassword: hunter2}}",
    "KerberosAttributes.KdcAdminPassword"
)]
#[case::in_a_list(
    "AWS::MemoryDB::User",
    "{AuthenticationMode: {Type: password, Passwords: [hunter2]}}",
    "AuthenticationMode.Passwords"
)]
fn a_literal_credential_is_seen(
    #[case] kind: &str,
    #[case] properties: &str,
    #[case] property: &str,
) {
    let credentials = |properties: &str| {
        let text = format!("Resources:\n  One: {{Type: {kind}, Properties: {properties}}}\n");
        let loaded = read(&text, &TemplateOptions::default());
        let found = loaded.snapshot.model.templates.get("t.yaml").unwrap().credentials.clone();
        found.into_iter().map(|one| (one.property, one.value.literal)).collect::<Vec<_>>()
    };
    assert_eq!(credentials(properties), [(property.to_owned(), Some(true))]);
    let resolved =
        properties.replace("hunter2", "'{{resolve:secretsmanager:db:SecretString:password}}'");
    assert_eq!(credentials(&resolved), [(property.to_owned(), Some(false))]);
}

/// A resource that a macro makes is told, and what refers to it is no mistake.
#[rstest]
#[case::long("{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://b/x.yaml}}}")]
#[case::short("!Transform {Name: AWS::Include, Parameters: {Location: s3://b/x.yaml}}")]
fn a_resource_that_a_macro_makes_is_told(#[case] declaration: &str) {
    let text = format!(
        "Resources:\n  Made: {declaration}\n  Subnet: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Made}}}}\n"
    );
    let loaded = read(&text, &TemplateOptions::default());
    assert_eq!(
        errors(&loaded.diagnostics),
        ["2:3: the macro that makes Made is not run; Made is not judged"]
    );
}

/// What cannot be deployed as it is written is told, and is no fact.
#[rstest]
#[case::properties(
    "Resources:\n  A: {Type: AWS::EC2::SecurityGroup, Properties: [1]}\n",
    "2:50: the Properties of A are no map"
)]
#[case::kind(
    "Resources:\n  A: {Type: AWS.EC2.VPC}\n",
    "2:3: AWS.EC2.VPC, of the resource A, is no type"
)]
#[case::section(
    "Conditions: [1]\nResources:\n  A: {Type: AWS::EC2::VPC}\n",
    "1:13: Conditions is no map"
)]
#[case::depends(
    "Resources:\n  A: {Type: AWS::EC2::VPC, DependsOn: [B]}\n",
    "2:40: the template does not declare B"
)]
#[case::mapping(
    "Resources:\n  A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !FindInMap [M, a, b]}}\n",
    "2:64: the template does not declare mapping M"
)]
fn a_mistake_in_a_template_is_told(#[case] text: &str, #[case] expected: &str) {
    let loaded = read(text, &TemplateOptions::default());
    assert_eq!(errors(&loaded.diagnostics), [expected]);
    let ingress = fact(&loaded.snapshot, "security_groups", "t/A", "/ingress");
    assert!(ingress == "nothing" || ingress.as_str().unwrap().contains("Properties is no map"));
}

/// An empty section declares nothing.
#[test]
fn an_empty_section_is_no_mistake() {
    let text = "Parameters:\nConditions: {}\nResources:\n  A: {Type: AWS::EC2::VPC}\n";
    let loaded = read(text, &TemplateOptions::default());
    assert_eq!(errors(&loaded.diagnostics), [""; 0]);
}

#[test]
fn types_that_nothing_judges_are_named() {
    let text = "Resources:\n  A: {Type: AWS::DynamoDB::Table}\n  B: {Type: AWS::EC2::VPC}\n";
    let loaded = read(text, &TemplateOptions::default());
    let notes: Vec<&str> = loaded.diagnostics.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes, ["no control judges these types: AWS::DynamoDB::Table"]);
}

/// SAM makes a permission out of the event, which breaks the circle.
#[test]
fn sam_resources_may_refer_to_each_other() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {uri: !GetAtt Function.Arn}}}
  Function: {Type: AWS::Serverless::Function, Properties: {Events: {Get: {Properties: {RestApiId: !Ref Api}}}}}
";
    let loaded = read(text, &TemplateOptions::default());
    let told = errors(&loaded.diagnostics);
    assert!(!told.iter().any(|message| message.contains("circle")), "{told:?}");
}

/// A database whose template leaves the rest out.
fn left_out(kind: &str, properties: &str, of: &str, path: &str) -> Value {
    let text = format!(
        "Resources:\n  Source: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: mysql, EngineVersion: 8.4.3, DBSubnetGroupName: group, DBParameterGroupName: own}}}}\n  Db: {{Type: AWS::RDS::{kind}, Properties: {properties}}}\n"
    );
    let mut snapshot = read(&text, &TemplateOptions::default()).snapshot;
    audit::model::link::link(&mut snapshot);
    fact(&snapshot, of, "t/Db", path)
}

const AS_THE_SOURCE: &str = "cannot be evaluated before deployment: it is as the source's; say";

#[rstest]
#[case::replica("{SourceDBInstanceIdentifier: !Ref Source}", "/engine", json!("mysql"))]
#[case::its_group("{SourceDBInstanceIdentifier: !Ref Source}", "/parameter_groups/0", json!("unknown: own is not declared in what was given"))]
#[case::its_place("{SourceDBInstanceIdentifier: !Ref Source}", "/db_subnet_group", json!("unknown: group is not declared in what was given"))]
#[case::of_another(
    "{SourceDBInstanceIdentifier: other}",
    "/engine",
    json!("unknown: other is not declared in what was given")
)]
#[case::region(
    "{SourceDBInstanceIdentifier: 'arn:aws:rds:us-east-1:111122223333:db:other', Engine: mysql}",
    "/engine",
    json!("mysql")
)]
#[case::restored("{DBSnapshotIdentifier: s}", "/engine", json!(format!("unknown: Engine {AS_THE_SOURCE} Engine")))]
#[case::backups(
    "{DBSnapshotIdentifier: s, Engine: mysql}",
    "/backup_retention_period",
    json!(format!("unknown: BackupRetentionPeriod {AS_THE_SOURCE} BackupRetentionPeriod"))
)]
#[case::again(
    "{SourceDBInstanceIdentifier: !Ref Source, UseLatestRestorableTime: true}",
    "/replicate_source",
    json!(null)
)]
#[case::by_resource_id(
    "{SourceDbiResourceId: db-A, RestoreTime: '2026-11-01T00:00:00Z'}",
    "/storage_encrypted",
    json!(format!("unknown: StorageEncrypted {AS_THE_SOURCE} StorageEncrypted"))
)]
#[case::version(
    "{Engine: postgres}",
    "/engine_version",
    json!("unknown: EngineVersion cannot be evaluated before deployment: AWS chooses it; say EngineVersion")
)]
fn a_database_has_from_its_source_what_it_leaves_out(
    #[case] properties: &str,
    #[case] path: &str,
    #[case] expected: Value,
) {
    assert_eq!(left_out("DBInstance", properties, "rds_instances", path), expected);
}

#[rstest]
#[case::restored("{Engine: aurora-mysql, SnapshotIdentifier: s}", json!(format!("unknown: StorageEncrypted {AS_THE_SOURCE} StorageEncrypted")))]
#[case::replica("{Engine: mysql, ReplicationSourceIdentifier: s}", json!(format!("unknown: StorageEncrypted {AS_THE_SOURCE} StorageEncrypted")))]
#[case::aurora(
    "{Engine: aurora-mysql}",
    json!("unknown: StorageEncrypted cannot be evaluated before deployment: AWS encrypts Aurora clusters made since 2026-02-18; say StorageEncrypted")
)]
#[case::said("{Engine: aurora-mysql, StorageEncrypted: false}", json!(false))]
#[case::multi_az("{Engine: mysql}", json!(false))]
fn a_cluster_that_does_not_say_is_as_aws_encrypts_it(
    #[case] properties: &str,
    #[case] expected: Value,
) {
    assert_eq!(left_out("DBCluster", properties, "rds_clusters", "/storage_encrypted"), expected);
}

#[test]
fn a_rule_may_name_its_group_and_an_acl_its_ports_beside_icmp() {
    let text = "
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g}}
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupName: !Ref Group, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: vpc}}
  Entry: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 1, Protocol: 6, RuleAction: allow, CidrBlock: 0.0.0.0/0, Icmp: {Type: -1, Code: -1}, PortRange: {From: 443, To: 443}}}
";
    let snapshot = read(text, &TemplateOptions::default()).snapshot;
    assert_eq!(fact(&snapshot, "security_groups", "t/Group", "/ingress/0/from_port"), json!(22));
    assert_eq!(fact(&snapshot, "network_acls", "t/Acl", "/entries/2/from_port"), json!(443));
}

#[rstest]
#[case::default_strategy("PlatformVersion: 1.3.0", json!(null))]
#[case::nothing("DesiredCount: 2", json!("EC2"))]
#[case::said("LaunchType: EC2", json!("EC2"))]
fn a_platform_version_is_of_fargate(#[case] property: &str, #[case] expected: Value) {
    let text =
        format!("Resources:\n  Web: {{Type: AWS::ECS::Service, Properties: {{{property}}}}}\n");
    let snapshot = read(&text, &TemplateOptions::default()).snapshot;
    assert_eq!(fact(&snapshot, "ecs_services", "t/Web", "/launch_type"), expected);
}
