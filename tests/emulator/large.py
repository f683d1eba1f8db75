"""Fills the emulator with a large account: 1,000 security groups and 100 of
each other kind that is listed without a call for each.

Usage: large.py ENDPOINT REGION
"""

import json
import sys

import boto3

ENDPOINT, REGION = sys.argv[1:]
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
# It takes a while on a real account; here the second question finds it ready.
while iam.generate_credential_report()["State"] != "COMPLETE":
    pass
