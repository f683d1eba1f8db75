# METADATA
# title: Resources lie in a VPC of their own, not in the default VPC
# description: >-
#   All subnets of a default VPC are public and give out public addresses, and
#   everything that names no network lands in it. The architecture's tiers need
#   a VPC that was made for them.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-best-practices.html
# custom:
#   id: vpc-custom
#   severity: medium
#   subject: [instances, ecs_services, lambda_functions, eks_node_groups, eks_fargate_profiles, load_balancers, rds_instances, rds_clusters, elasticache_replication_groups, elasticache_clusters, opensearch_domains]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - vpcs.is_default
#     - subnets.vpc_id
#     - instances.subnet_id
#     - instances.launch_template_id
#     - ecs_services.subnet_ids
#     - lambda_functions.subnet_ids
#     - eks_node_groups.subnet_ids
#     - eks_fargate_profiles.subnet_ids
#     - load_balancers.subnet_ids
#     - rds_instances.db_subnet_group
#     - rds_instances.db_cluster
#     - rds_instances.replicate_source
#     - rds_clusters.db_subnet_group
#     - rds_clusters.replicate_source
#     - rds_subnet_groups.subnet_ids
#     - elasticache_replication_groups.cache_subnet_group
#     - elasticache_clusters.cache_subnet_group
#     - elasticache_subnet_groups.subnet_ids
#     - opensearch_domains.subnet_ids
#   architecture: ["2A"]
#   remediation:
#     summary: Move the resource into the subnets of a VPC that was made for it.
#     cloudformation: |
#       Type: AWS::RDS::DBSubnetGroup
#       Properties:
#         DBSubnetGroupDescription: Data subnets
#         SubnetIds: [!Ref DataSubnetA, !Ref DataSubnetB]
#     terraform: |
#       resource "aws_db_subnet_group" "data" {
#         subnet_ids = aws_subnet.data[*].id
#       }
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --db-subnet-group-name GROUP
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.4.1"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.vpc_custom

import data.audit.lib.data_placement
import data.audit.lib.ec2
import data.audit.lib.placement
import data.audit.lib.rds

default_vpcs contains id if {
	some id, vpc in input.vpcs
	vpc.is_default == true
}

default_subnets contains id if {
	some id, subnet in input.subnets
	subnet.vpc_id in default_vpcs
}

in_default[resource] contains subnet_id if {
	some subnet_id in default_subnets
	some resource in placement.in_subnet[subnet_id]
}

deny contains finding if {
	some [collection, id], found in in_default
	subnet_id := min(found)
	vpc_id := input.subnets[subnet_id].vpc_id
	finding := {
		"subject": [collection, id],
		"message": sprintf("it lies in the default VPC %s, by subnet %s", [vpc_id, subnet_id]),
		"evidence": array.concat(
			placement.evidence(collection, id, subnet_id),
			[["subnets", subnet_id, "/vpc_id"], ["vpcs", vpc_id, "/is_default"]],
		),
	}
}

# What names no place lands in the default VPC: [collection, id, what it does not
# name, what shows it].
unplaced contains [collection, id, "subnet group", evidence] if {
	some [collection, id, database] in rds.standalone
	database.db_subnet_group == null
	evidence := array.concat(
		[[collection, id, "/db_subnet_group"], [collection, id, "/replicate_source"]],
		rds.standalone_evidence(collection, id),
	)
}

unplaced contains [collection, id, "subnet group", [[collection, id, "/cache_subnet_group"]]] if {
	some collection, caches in {
		"elasticache_replication_groups": input.elasticache_replication_groups,
		"elasticache_clusters": input.elasticache_clusters,
	}
	some id, cache in caches
	cache.cache_subnet_group == null
}

unplaced contains ["instances", id, "subnet", evidence] if {
	some id, instance in ec2.instances
	instance.subnet_id == null
	names_no_subnet(instance)
	not id in attached
	evidence := array.concat(
		[["instances", id, "/subnet_id"], ["instances", id, "/launch_template_id"]],
		[["launch_templates", instance.launch_template_id, "/subnet_id"] |
			input.launch_templates[instance.launch_template_id]
		],
	)
}

names_no_subnet(instance) if instance.launch_template_id == null
names_no_subnet(instance) if input.launch_templates[instance.launch_template_id].subnet_id == null

# Instances whose place is that of an interface.
attached contains instance_id if {
	some interface in input.network_interfaces
	instance_id := interface.instance_id
	instance_id != null
}

deny contains finding if {
	some [collection, id, what, evidence] in unplaced
	finding := {
		"subject": [collection, id],
		"message": sprintf("it names no %s, so it lies in the default VPC", [what]),
		"evidence": evidence,
	}
}

depends contains {"subject": [collection, id], "on": ["subnets", subnet_id]} if {
	some subnet_id, resources in placement.in_subnet
	some [collection, id] in resources
}

depends contains {"subject": [collection, id], "on": ["vpcs", vpc_id]} if {
	some subnet_id, resources in placement.in_subnet
	vpc_id := input.subnets[subnet_id].vpc_id
	vpc_id != null
	some [collection, id] in resources
}

depends contains {"subject": [collection, id], "on": [groups, group_id]} if {
	some [collection, id, groups, group_id] in data_placement.grouped
}
