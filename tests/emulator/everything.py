"""Puts into the emulator what the reference stack has none of, so that a scan
makes every call that it knows.

Usage: everything.py ENDPOINT REGION
"""

import io
import json
import sys
import zipfile

import boto3

ACCOUNT = "123456789012"
ENDPOINT, REGION = sys.argv[1:]


def client(service):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=ENDPOINT,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


ec2, elb, rds, iam = client("ec2"), client("elbv2"), client("rds"), client("iam")
secrets = client("secretsmanager")


def network():
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    zones = [f"{REGION}a", f"{REGION}b"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=zone)["Subnet"]
        for number, zone in enumerate(zones)
    ]
    subnets = [subnet["SubnetId"] for subnet in subnets]
    ec2.create_egress_only_internet_gateway(VpcId=vpc)
    other = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)
    ec2.accept_vpc_peering_connection(
        VpcPeeringConnectionId=peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    )
    ec2.create_managed_prefix_list(
        PrefixListName="offices",
        MaxEntries=2,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "192.0.2.0/24"}],
    )
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    attachment = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway, VpcId=vpc, SubnetIds=subnets
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    table = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway)
    table = table["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    ec2.create_transit_gateway_route(
        DestinationCidrBlock="10.8.0.0/16",
        TransitGatewayRouteTableId=table,
        TransitGatewayAttachmentId=attachment,
    )
    return vpc, subnets


def compute(vpc, subnets):
    group = ec2.create_security_group(GroupName="worker", Description="worker", VpcId=vpc)["GroupId"]
    ec2.create_launch_template(
        LaunchTemplateName="worker", LaunchTemplateData={"InstanceType": "t3.micro"}
    )
    ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        SubnetId=subnets[0],
        SecurityGroupIds=[group],
    )
    return group


def containers(vpc, subnets, group):
    own = ec2.create_security_group(GroupName="eks", Description="eks", VpcId=vpc)["GroupId"]
    eks = client("eks")
    eks.create_cluster(
        name="orders",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/orders-task",
        resourcesVpcConfig={
            "subnetIds": subnets,
            "securityGroupIds": [group, own],
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["0.0.0.0/0"],
        },
    )
    eks.create_nodegroup(
        clusterName="orders",
        nodegroupName="workers",
        subnets=subnets,
        nodeRole=f"arn:aws:iam::{ACCOUNT}:role/orders-task",
    )
    eks.create_fargate_profile(
        clusterName="orders",
        fargateProfileName="jobs",
        podExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/orders-task",
        subnets=subnets,
        selectors=[{"namespace": "jobs"}],
    )


def functions(subnets, group):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    lambdas = client("lambda")
    lambdas.create_function(
        FunctionName="sync",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/orders-task",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group]},
        Environment={"Variables": {"API_TOKEN": "emulated-token"}},
        Tags={"team": "orders"},
    )
    lambdas.create_function_url_config(FunctionName="sync", AuthType="NONE")
    lambdas.add_permission(
        FunctionName="sync",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:orders",
    )


def balancing(vpc, subnets):
    balancer = elb.create_load_balancer(
        Name="inner", Type="network", Scheme="internal", Subnets=subnets
    )["LoadBalancers"][0]["LoadBalancerArn"]
    target = elb.create_target_group(
        Name="inner", VpcId=vpc, TargetType="ip", Protocol="TCP", Port=9000
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=target, Targets=[{"Id": "10.9.0.20", "Port": 9000}])
    elb.create_listener(
        LoadBalancerArn=balancer,
        Port=9000,
        Protocol="TCP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
    )


def data(subnets, group):
    rds.create_db_subnet_group(
        DBSubnetGroupName="reports", DBSubnetGroupDescription="reports", SubnetIds=subnets
    )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="reports",
        DBParameterGroupFamily="aurora-mysql8.0",
        Description="reports",
    )
    rds.create_db_cluster(
        DBClusterIdentifier="reports",
        Engine="aurora-mysql",
        MasterUsername="admin_user",
        MasterUserPassword="emulated-password",
        DBSubnetGroupName="reports",
        DBClusterParameterGroupName="reports",
        VpcSecurityGroupIds=[group],
    )
    rds.create_db_instance(
        DBInstanceIdentifier="reports-1",
        DBClusterIdentifier="reports",
        Engine="aurora-mysql",
        DBInstanceClass="db.r6g.large",
    )
    rds.create_db_snapshot(DBSnapshotIdentifier="orders-manual", DBInstanceIdentifier="orders")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="orders-manual", AttributeName="restore", ValuesToAdd=["all"]
    )
    rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier="reports-manual", DBClusterIdentifier="reports"
    )
    cache = client("elasticache")
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="lone", CacheSubnetGroupDescription="lone", SubnetIds=subnets
    )
    cache.create_cache_cluster(
        CacheClusterId="lone",
        Engine="memcached",
        CacheNodeType="cache.t4g.small",
        NumCacheNodes=1,
        CacheSubnetGroupName="lone",
        SecurityGroupIds=[group],
    )


def identity():
    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    policy = iam.create_policy(PolicyName="everything", PolicyDocument=json.dumps(allow))["Policy"]
    iam.create_group(GroupName="operators")
    iam.attach_group_policy(GroupName="operators", PolicyArn=policy["Arn"])
    iam.create_user(UserName="ada")
    iam.create_login_profile(UserName="ada", Password="emulated-Password-1")
    iam.add_user_to_group(UserName="ada", GroupName="operators")
    iam.put_user_policy(
        UserName="ada", PolicyName="read", PolicyDocument=json.dumps(allow).replace('"*"', '"s3:*"', 1)
    )
    iam.create_access_key(UserName="ada")
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="orders-task")
    iam.create_account_alias(AccountAlias="orders-account")
    open_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
    secrets.put_resource_policy(
        SecretId="orders/api-key", ResourcePolicy=json.dumps(open_policy)
    )


def storage():
    s3 = client("s3")
    s3.create_bucket(Bucket="open-data", CreateBucketConfiguration={"LocationConstraint": REGION})
    everyone = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::open-data/*",
            }
        ],
    }
    s3.put_bucket_policy(Bucket="open-data", Policy=json.dumps(everyone))


def messaging():
    sqs, sns = client("sqs"), client("sns")
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    let_in = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
            }
        ],
    }
    sqs.create_queue(QueueName="orders-dead", Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    redrive = {"deadLetterTargetArn": f"{queue}-dead", "maxReceiveCount": "3"}
    sqs.create_queue(
        QueueName="orders",
        Attributes={"Policy": json.dumps(let_in), "RedrivePolicy": json.dumps(redrive)},
        tags={"team": "orders"},
    )
    sns.create_topic(Name="orders", Tags=[{"Key": "team", "Value": "orders"}])


vpc, subnets = network()
group = compute(vpc, subnets)
containers(vpc, subnets, group)
functions(subnets, group)
balancing(vpc, subnets)
data(subnets, group)
identity()
storage()
messaging()
# It takes a while on a real account; here the second question finds it ready.
while iam.generate_credential_report()["State"] != "COMPLETE":
    pass
