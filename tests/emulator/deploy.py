"""Deploys a CloudFormation template into the emulator.

What moto deploys faithfully goes through its CloudFormation; it drops
properties of the other types, so those are created through their own API from
the template's properties. A property that is not understood is an error: no
fact of the template may get lost on the way.

Usage: deploy.py ENDPOINT REGION TEMPLATE
"""

import io
import json
import sys
import zipfile

import boto3
from botocore.exceptions import ClientError

from template import Template

ACCOUNT = "123456789012"

# Types whose every property moto's CloudFormation keeps.
FAITHFUL = {
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::RouteTable",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCGatewayAttachment",
}

# Types that the model does not hold, and nothing of it rests on.
SKIPPED = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Logs::ResourcePolicy",
    "AWS::RDS::OptionGroup",
}


class Properties(dict):
    """Properties that are taken one by one; `done` refuses leftovers."""

    def take(self, *names):
        return [self.pop(name, None) for name in names]

    def renamed(self, **names):
        """The named properties, as the API calls them, without absent ones."""
        taken = {new: self.pop(old, None) for old, new in names.items()}
        return {name: value for name, value in taken.items() if value is not None}


class Deployment:
    def __init__(self, endpoint, region, text):
        self.endpoint, self.region = endpoint, region
        self.template = Template(text, ACCOUNT, region)

    def client(self, service):
        return boto3.client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def run(self):
        self.prepare()
        self.stack()
        for name in self.template.order():
            kind = self.template.resources[name]["Type"]
            if kind in FAITHFUL:
                continue
            properties = Properties(self.template.properties(name)) if kind not in SKIPPED else None
            handler = HANDLERS.get(kind)
            if kind in SKIPPED:
                self.template.deployed[name] = {"Ref": name}
                continue
            if handler is None:
                raise NotImplementedError(f"{name}: {kind}")
            attributes = handler(self, properties)
            if properties:
                raise NotImplementedError(f"{name} ({kind}): {sorted(properties)}")
            self.template.deployed[name] = attributes

    def prepare(self):
        """Makes a fresh account fit: no default VPC, a password policy."""
        ec2 = self.client("ec2")
        for vpc in ec2.describe_vpcs()["Vpcs"]:
            mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
            for subnet in ec2.describe_subnets(Filters=mine)["Subnets"]:
                ec2.delete_subnet(SubnetId=subnet["SubnetId"])
            attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
            for found in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
                gateway = found["InternetGatewayId"]
                ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc["VpcId"])
                ec2.delete_internet_gateway(InternetGatewayId=gateway)
            ec2.delete_vpc(VpcId=vpc["VpcId"])
        # What the reference architecture asks of an account beside the stack.
        self.client("iam").update_account_password_policy(
            MinimumPasswordLength=16,
            PasswordReusePrevention=24,
            RequireSymbols=True,
            RequireNumbers=True,
            RequireUppercaseCharacters=True,
            RequireLowercaseCharacters=True,
        )

    def stack(self):
        """Deploys what moto's CloudFormation keeps whole."""
        document = dict(self.template.document)
        document["Resources"] = {
            name: {key: value for key, value in body.items() if key in ("Type", "Properties", "DependsOn")}
            for name, body in self.template.resources.items()
            if body["Type"] in FAITHFUL
        }
        document.pop("Outputs", None)
        client = self.client("cloudformation")
        client.create_stack(StackName="orders", TemplateBody=json.dumps(document))
        ec2 = self.client("ec2")
        for found in client.describe_stack_resources(StackName="orders")["StackResources"]:
            self.template.deployed[found["LogicalResourceId"]] = {"Ref": found["PhysicalResourceId"]}
        for name, attributes in self.template.deployed.items():
            kind = self.template.resources[name]["Type"]
            if kind == "AWS::EC2::EIP":
                address = ec2.describe_addresses(PublicIps=[attributes["Ref"]])["Addresses"][0]
                attributes["AllocationId"] = address["AllocationId"]
            if kind == "AWS::EC2::VPC":
                attributes["DefaultSecurityGroup"] = ec2.describe_security_groups(
                    Filters=[
                        {"Name": "vpc-id", "Values": [attributes["Ref"]]},
                        {"Name": "group-name", "Values": ["default"]},
                    ]
                )["SecurityGroups"][0]["GroupId"]


def tags(properties):
    return properties.pop("Tags", [])


def key(run, properties):
    kms = run.client("kms")
    description, policy, rotation = properties.take("Description", "KeyPolicy", "EnableKeyRotation")
    made = kms.create_key(Description=description, Policy=json.dumps(policy))["KeyMetadata"]
    if rotation:
        kms.enable_key_rotation(KeyId=made["KeyId"])
    return {"Ref": made["KeyId"], "Arn": made["Arn"]}


def alias(run, properties):
    name, target = properties.take("AliasName", "TargetKeyId")
    run.client("kms").create_alias(AliasName=name, TargetKeyId=target)
    return {"Ref": name}


def subnet(run, properties):
    ec2 = run.client("ec2")
    public = properties.pop("MapPublicIpOnLaunch")
    given = properties.renamed(
        VpcId="VpcId", AvailabilityZone="AvailabilityZone", CidrBlock="CidrBlock"
    )
    made = ec2.create_subnet(**given)["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": public})
    ec2.create_tags(Resources=[made], Tags=tags(properties))
    return {"Ref": made}


def network_acl(run, properties):
    ec2 = run.client("ec2")
    (vpc,) = properties.take("VpcId")
    made = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    ec2.create_tags(Resources=[made], Tags=tags(properties))
    return {"Ref": made}


def network_acl_entry(run, properties):
    given = {"Egress": False, **properties.renamed(
        NetworkAclId="NetworkAclId", RuleNumber="RuleNumber", Protocol="Protocol",
        RuleAction="RuleAction", CidrBlock="CidrBlock", PortRange="PortRange", Egress="Egress",
    )}
    given["Protocol"] = str(given["Protocol"])
    run.client("ec2").create_network_acl_entry(**given)
    return {"Ref": f"{given['NetworkAclId']}-{given['RuleNumber']}"}


def network_acl_association(run, properties):
    ec2 = run.client("ec2")
    subnet, acl = properties.take("SubnetId", "NetworkAclId")
    found = ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"]
    association = next(a for n in found for a in n["Associations"] if a["SubnetId"] == subnet)
    ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
    )
    return {"Ref": subnet}


def permission(rule):
    """A rule of a template, as the API takes it."""
    rule = dict(rule)
    description = rule.pop("Description", "")
    peers = {
        "CidrIp": ("IpRanges", "CidrIp"),
        "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
        "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    }
    found = {name: rule.pop(name) for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    ((peer, value),) = rule.items()
    field, inner = peers[peer]
    found[field] = [{inner: value, "Description": description}]
    return found


def security_group(run, properties):
    ec2 = run.client("ec2")
    description, vpc, ingress, egress = properties.take(
        "GroupDescription", "VpcId", "SecurityGroupIngress", "SecurityGroupEgress"
    )
    name = f"{description.lower().replace(' ', '-')}-group"
    group = ec2.create_security_group(GroupName=name, Description=description, VpcId=vpc)["GroupId"]
    if ingress:
        rules = [permission(rule) for rule in ingress]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    if egress:
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
        rules = [permission(rule) for rule in egress]
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=rules)
    return {"Ref": group, "GroupId": group}


def security_group_ingress(run, properties):
    (group,) = properties.take("GroupId")
    rule = permission(properties)
    properties.clear()
    run.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"Ref": group}


def route(run, properties):
    given = properties.renamed(
        RouteTableId="RouteTableId", DestinationCidrBlock="DestinationCidrBlock",
        GatewayId="GatewayId", NatGatewayId="NatGatewayId",
    )
    run.client("ec2").create_route(**given)
    return {"Ref": f"{given['RouteTableId']}|{given['DestinationCidrBlock']}"}


def route_table_association(run, properties):
    subnet, table = properties.take("SubnetId", "RouteTableId")
    made = run.client("ec2").associate_route_table(SubnetId=subnet, RouteTableId=table)
    return {"Ref": made["AssociationId"]}


def nat_gateway(run, properties):
    given = properties.renamed(SubnetId="SubnetId", AllocationId="AllocationId")
    made = run.client("ec2").create_nat_gateway(**given)["NatGateway"]
    return {"Ref": made["NatGatewayId"]}


def vpc_endpoint(run, properties):
    given = properties.renamed(
        VpcId="VpcId", VpcEndpointType="VpcEndpointType", ServiceName="ServiceName",
        RouteTableIds="RouteTableIds", SubnetIds="SubnetIds", SecurityGroupIds="SecurityGroupIds",
        PrivateDnsEnabled="PrivateDnsEnabled",
    )
    ec2 = run.client("ec2")
    made = ec2.create_vpc_endpoint(**given)["VpcEndpoint"]
    # moto gives its interfaces the default security group.
    for interface in made.get("NetworkInterfaceIds", []):
        ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface, Groups=given["SecurityGroupIds"]
        )
    return {"Ref": made["VpcEndpointId"]}


def flow_log(run, properties):
    kind, resource = properties.take("ResourceType", "ResourceId")
    given = properties.renamed(
        TrafficType="TrafficType", LogDestinationType="LogDestinationType",
        LogGroupName="LogGroupName", DeliverLogsPermissionArn="DeliverLogsPermissionArn",
    )
    made = run.client("ec2").create_flow_logs(ResourceType=kind, ResourceIds=[resource], **given)
    return {"Ref": made["FlowLogIds"][0]}


def default_group(run, properties):
    """What the template's function does to the default security group."""
    ec2 = run.client("ec2")
    _, group = properties.take("ServiceToken", "DefaultSecurityGroupId")
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if found["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
    if found["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])
    return {"Ref": group}


def function(run, properties):
    name, code, _ = properties.take("FunctionName", "Code", "LoggingConfig")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code["ZipFile"])
    same = ("Description", "Handler", "Runtime", "Role", "Timeout", "Environment", "VpcConfig")
    made = run.client("lambda").create_function(
        FunctionName=name or "orders-function",
        Code={"ZipFile": archive.getvalue()},
        **properties.renamed(**{name: name for name in same}),
    )
    return {"Ref": made["FunctionName"], "Arn": made["FunctionArn"]}


def role(run, properties):
    iam = run.client("iam")
    name, trust, policies, managed = properties.take(
        "RoleName", "AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns"
    )
    run.roles = getattr(run, "roles", 0) + 1
    name = name or f"orders-role-{run.roles}"
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    for policy in policies or []:
        iam.put_role_policy(
            RoleName=name,
            PolicyName=policy["PolicyName"],
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
    for arn in managed or []:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return {"Ref": name, "Arn": made["Arn"]}


def log_group(run, properties):
    logs = run.client("logs")
    name, days, kms_key = properties.take("LogGroupName", "RetentionInDays", "KmsKeyId")
    logs.create_log_group(logGroupName=name, **({"kmsKeyId": kms_key} if kms_key else {}))
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return {"Ref": name, "Arn": f"arn:aws:logs:{run.region}:{ACCOUNT}:log-group:{name}:*"}


def bucket(run, properties):
    s3 = run.client("s3")
    name, encryption, block, versioning, logging, lifecycle = properties.take(
        "BucketName", "BucketEncryption", "PublicAccessBlockConfiguration",
        "VersioningConfiguration", "LoggingConfiguration", "LifecycleConfiguration",
    )
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": run.region})
    rules = [
        {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
    # S3 gives every new bucket this setting.
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    if logging:
        target = {"TargetBucket": logging["DestinationBucketName"], "TargetPrefix": logging["LogFilePrefix"]}
        enable_logging(s3, name, target)
    return {"Ref": name, "Arn": f"arn:aws:s3:::{name}"}


def enable_logging(s3, name, target):
    """Turns server access logs on. moto asks for the grants that delivery
    needed before 2023, and stumbles over a policy that names everyone."""
    destination = target["TargetBucket"]
    acl = s3.get_bucket_acl(Bucket=destination)
    try:
        policy = s3.get_bucket_policy(Bucket=destination)["Policy"]
    except ClientError:
        policy = None
    grants = [
        {
            "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"},
            "Permission": permission,
        }
        for permission in ("READ_ACP", "WRITE")
    ]
    s3.delete_bucket_policy(Bucket=destination)
    s3.put_bucket_acl(
        Bucket=destination,
        AccessControlPolicy={"Owner": acl["Owner"], "Grants": [*acl["Grants"], *grants]},
    )
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": target})
    s3.put_bucket_acl(
        Bucket=destination, AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]}
    )
    if policy:
        s3.put_bucket_policy(Bucket=destination, Policy=policy)


def bucket_policy(run, properties):
    name, policy = properties.take("Bucket", "PolicyDocument")
    run.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return {"Ref": name}


def certificate(run, properties):
    domain, method, _ = properties.take("DomainName", "ValidationMethod", "DomainValidationOptions")
    made = run.client("acm").request_certificate(DomainName=domain, ValidationMethod=method)
    return {"Ref": made["CertificateArn"]}


def load_balancer(run, properties):
    elb = run.client("elbv2")
    (attributes,) = properties.take("LoadBalancerAttributes")
    given = properties.renamed(
        Name="Name", Type="Type", Scheme="Scheme", Subnets="Subnets", SecurityGroups="SecurityGroups"
    )
    made = elb.create_load_balancer(**given)["LoadBalancers"][0]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=made["LoadBalancerArn"], Attributes=attributes
    )
    return {"Ref": made["LoadBalancerArn"], "DNSName": made["DNSName"]}


def listener(run, properties):
    given = properties.renamed(
        LoadBalancerArn="LoadBalancerArn", Port="Port", Protocol="Protocol", SslPolicy="SslPolicy",
        Certificates="Certificates", DefaultActions="DefaultActions",
    )
    made = run.client("elbv2").create_listener(**given)["Listeners"][0]
    return {"Ref": made["ListenerArn"]}


def target_group(run, properties):
    given = properties.renamed(
        Name="Name", VpcId="VpcId", TargetType="TargetType", Protocol="Protocol", Port="Port",
        HealthCheckEnabled="HealthCheckEnabled", HealthCheckProtocol="HealthCheckProtocol",
        HealthCheckPath="HealthCheckPath", HealthCheckIntervalSeconds="HealthCheckIntervalSeconds",
        Matcher="Matcher",
    )
    made = run.client("elbv2").create_target_group(**given)["TargetGroups"][0]
    return {"Ref": made["TargetGroupArn"]}


def repository(run, properties):
    """Repositories are not in the model; policies name their ARN."""
    name = properties["RepositoryName"]
    properties.clear()
    return {"Ref": name, "Arn": f"arn:aws:ecr:{run.region}:{ACCOUNT}:repository/{name}"}


def secret(run, properties):
    name, description, kms_key, _ = properties.take(
        "Name", "Description", "KmsKeyId", "GenerateSecretString"
    )
    made = run.client("secretsmanager").create_secret(
        Name=name, Description=description, KmsKeyId=kms_key, SecretString="emulated"
    )
    return {"Ref": made["ARN"]}


def cluster(run, properties):
    name, settings = properties.take("ClusterName", "ClusterSettings")
    made = run.client("ecs").create_cluster(
        clusterName=name,
        settings=[{"name": s["Name"], "value": s["Value"]} for s in settings],
    )["cluster"]
    return {"Ref": name, "Arn": made["clusterArn"]}


def lower(value):
    """Property names as ECS spells them."""
    if isinstance(value, list):
        return [lower(item) for item in value]
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: lower(item) for name, item in value.items()}
    return value


def task_definition(run, properties):
    given = lower(dict(properties))
    properties.clear()
    made = run.client("ecs").register_task_definition(**given)["taskDefinition"]
    return {"Ref": made["taskDefinitionArn"]}


def service(run, properties):
    given = lower(dict(properties))
    properties.clear()
    made = run.client("ecs").create_service(**given)["service"]
    return {"Ref": made["serviceArn"], "Name": made["serviceName"]}


def db_subnet_group(run, properties):
    given = properties.renamed(
        DBSubnetGroupName="DBSubnetGroupName",
        DBSubnetGroupDescription="DBSubnetGroupDescription",
        SubnetIds="SubnetIds",
    )
    run.client("rds").create_db_subnet_group(**given)
    return {"Ref": given["DBSubnetGroupName"]}


def db_parameter_group(run, properties):
    rds = run.client("rds")
    family, description, parameters = properties.take("Family", "Description", "Parameters")
    name = "orders-parameters"
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=family, Description=description
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName=name,
        Parameters=[
            {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "immediate"}
            for key, value in parameters.items()
        ],
    )
    return {"Ref": name}


def db_instance(run, properties):
    groups, secret_key, _, kms_key = properties.take(
        "VPCSecurityGroups", "MasterUserSecret", "OptionGroupName", "PerformanceInsightsKMSKeyId"
    )
    names = {
        "EnableCloudwatchLogsExports": "EnableCloudwatchLogsExports",
        "EnablePerformanceInsights": "EnablePerformanceInsights",
        "EnableIAMDatabaseAuthentication": "EnableIAMDatabaseAuthentication",
    }
    same = (
        "DBInstanceIdentifier DBName Engine EngineVersion DBInstanceClass AllocatedStorage "
        "StorageType StorageEncrypted KmsKeyId MasterUsername ManageMasterUserPassword MultiAZ "
        "PubliclyAccessible DBSubnetGroupName DBParameterGroupName BackupRetentionPeriod "
        "PreferredBackupWindow PreferredMaintenanceWindow AutoMinorVersionUpgrade "
        "DeletionProtection CopyTagsToSnapshot MonitoringInterval MonitoringRoleArn"
    ).split()
    given = properties.renamed(**names, **{name: name for name in same})
    given["AllocatedStorage"] = int(given["AllocatedStorage"])
    made = run.client("rds").create_db_instance(
        **given,
        VpcSecurityGroupIds=groups,
        MasterUserSecretKmsKeyId=secret_key["KmsKeyId"],
        PerformanceInsightsKMSKeyId=kms_key,
    )["DBInstance"]
    return {"Ref": made["DBInstanceIdentifier"], "Endpoint.Address": "orders.rds.example.com"}


def cache_subnet_group(run, properties):
    name, description, subnets = properties.take("CacheSubnetGroupName", "Description", "SubnetIds")
    run.client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName=name, CacheSubnetGroupDescription=description, SubnetIds=subnets
    )
    return {"Ref": name}


def replication_group(run, properties):
    (token,) = properties.take("AuthToken")
    assert token.startswith("{{resolve:secretsmanager:")
    given = dict(properties)
    properties.clear()
    client = run.client("elasticache")
    client.create_replication_group(AuthToken="emulated-token-0123456789", **given)
    # moto makes no member clusters, which carry the group's network.
    for number in range(given["NumCacheClusters"]):
        client.create_cache_cluster(
            CacheClusterId=f"{given['ReplicationGroupId']}-{number + 1:03}",
            ReplicationGroupId=given["ReplicationGroupId"],
            CacheSubnetGroupName=given["CacheSubnetGroupName"],
            SecurityGroupIds=given["SecurityGroupIds"],
            Engine=given["Engine"],
            CacheNodeType=given["CacheNodeType"],
            NumCacheNodes=1,
            PreferredMaintenanceWindow=given["PreferredMaintenanceWindow"],
        )
    return {"Ref": given["ReplicationGroupId"], "PrimaryEndPoint.Address": "cache.example.com"}


def search_domain(run, properties):
    policies = properties.pop("AccessPolicies")
    given = dict(properties)
    properties.clear()
    made = run.client("opensearch").create_domain(AccessPolicies=json.dumps(policies), **given)
    return {"Ref": given["DomainName"], "Arn": made["DomainStatus"]["ARN"], "DomainEndpoint": "search.example.com"}


def trail(run, properties):
    client = run.client("cloudtrail")
    logging, selectors = properties.take("IsLogging", "EventSelectors")
    given = properties.renamed(
        TrailName="Name", IsMultiRegionTrail="IsMultiRegionTrail",
        IncludeGlobalServiceEvents="IncludeGlobalServiceEvents",
        EnableLogFileValidation="EnableLogFileValidation", KMSKeyId="KmsKeyId",
        S3BucketName="S3BucketName", CloudWatchLogsLogGroupArn="CloudWatchLogsLogGroupArn",
        CloudWatchLogsRoleArn="CloudWatchLogsRoleArn",
    )
    made = client.create_trail(**given)
    client.put_event_selectors(TrailName=given["Name"], EventSelectors=selectors)
    if logging:
        client.start_logging(Name=given["Name"])
    return {"Ref": given["Name"], "Arn": made["TrailARN"]}


HANDLERS = {
    "AWS::CertificateManager::Certificate": certificate,
    "AWS::CloudTrail::Trail": trail,
    "AWS::EC2::FlowLog": flow_log,
    "AWS::EC2::NatGateway": nat_gateway,
    "AWS::EC2::NetworkAcl": network_acl,
    "AWS::EC2::NetworkAclEntry": network_acl_entry,
    "AWS::EC2::Route": route,
    "AWS::EC2::SecurityGroup": security_group,
    "AWS::EC2::SecurityGroupIngress": security_group_ingress,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::SubnetNetworkAclAssociation": network_acl_association,
    "AWS::EC2::SubnetRouteTableAssociation": route_table_association,
    "AWS::EC2::VPCEndpoint": vpc_endpoint,
    "AWS::ECR::Repository": repository,
    "AWS::ECS::Cluster": cluster,
    "AWS::ECS::Service": service,
    "AWS::ECS::TaskDefinition": task_definition,
    "AWS::ElastiCache::ReplicationGroup": replication_group,
    "AWS::ElastiCache::SubnetGroup": cache_subnet_group,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::IAM::Role": role,
    "AWS::KMS::Alias": alias,
    "AWS::KMS::Key": key,
    "AWS::Lambda::Function": function,
    "AWS::Logs::LogGroup": log_group,
    "AWS::OpenSearchService::Domain": search_domain,
    "AWS::RDS::DBInstance": db_instance,
    "AWS::RDS::DBParameterGroup": db_parameter_group,
    "AWS::RDS::DBSubnetGroup": db_subnet_group,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SecretsManager::Secret": secret,
    "Custom::VpcRestrictDefaultSG": default_group,
}


if __name__ == "__main__":
    endpoint, region, path = sys.argv[1:]
    with open(path) as file:
        Deployment(endpoint, region, file.read()).run()
