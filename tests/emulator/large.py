"""Fills the emulator with a large account: 1,000 security groups and 100 of
each other kind that lists tell in full; with `all`, also 100 of each kind that
needs a call for each one.

Usage: large.py ENDPOINT REGION [all]
"""

import json
import sys

import boto3

ENDPOINT, REGION, *KINDS = sys.argv[1:]
GROUPS, OTHERS = 1000, 100


def client(service):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=ENDPOINT,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


ec2, iam, rds, logs = client("ec2"), client("iam"), client("rds"), client("logs")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = [
    ec2.create_subnet(
        VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{'abc'[number % 3]}"
    )["Subnet"]["SubnetId"]
    for number in range(OTHERS)
]
groups = []
for number in range(GROUPS):
    group = ec2.create_security_group(GroupName=f"g{number}", Description="g", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": f"10.0.{number % 256}.0/24"}],
            }
        ],
    )
    groups.append(group)
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
rds.create_db_subnet_group(
    DBSubnetGroupName="data", DBSubnetGroupDescription="data", SubnetIds=subnets[:3]
)
for number in range(OTHERS):
    ec2.create_route_table(VpcId=vpc)
    ec2.create_network_acl(VpcId=vpc)
    ec2.create_network_interface(SubnetId=subnets[number], Groups=[groups[number]])
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=True)
    ec2.allocate_address(Domain="vpc")
    iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=trust)
    iam.create_user(UserName=f"user-{number}")
    logs.create_log_group(logGroupName=f"/ecs/{number}")
    rds.create_db_instance(
        DBInstanceIdentifier=f"db-{number}",
        Engine="mysql",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="admin_user",
        MasterUserPassword="emulated-password",
        DBSubnetGroupName="data",
        VpcSecurityGroupIds=[groups[number]],
    )


def fill_with_calls_for_each():
    """Buckets, keys, secrets, queues, topics, balancers, services and trails."""
    s3, kms, secrets = client("s3"), client("kms"), client("secretsmanager")
    elb, ecs, trails = client("elbv2"), client("ecs"), client("cloudtrail")
    sqs, sns = client("sqs"), client("sns")
    cluster = ecs.create_cluster(clusterName="orders")["cluster"]["clusterName"]
    for number in range(OTHERS):
        bucket = f"large-account-{number}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        kms.create_key(Description="key")
        secrets.create_secret(Name=f"orders/{number}", SecretString="emulated-secret")
        sqs.create_queue(QueueName=f"orders-{number}")
        sns.create_topic(Name=f"orders-{number}")
        trails.create_trail(Name=f"trail-{number}", S3BucketName=bucket)
        balancer = elb.create_load_balancer(
            Name=f"alb-{number}", Subnets=subnets[:2], SecurityGroups=[groups[number]]
        )["LoadBalancers"][0]["LoadBalancerArn"]
        target = elb.create_target_group(
            Name=f"group-{number}", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
        )
        task = ecs.register_task_definition(
            family=f"task-{number}",
            containerDefinitions=[{"name": "app", "image": "orders:1", "memory": 512}],
        )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster=cluster, serviceName=f"service-{number}", taskDefinition=task, desiredCount=1
        )


if KINDS == ["all"]:
    fill_with_calls_for_each()
# It takes a while on a real account; here the second question finds it ready.
while iam.generate_credential_report()["State"] != "COMPLETE":
    pass
