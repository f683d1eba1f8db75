# METADATA
# title: Public subnets hold load balancers, NAT gateways and bastions only
# description: >-
#   What lies in a public subnet needs only a public address and an open group
#   to be on the internet. Services, instances and data belong into private
#   subnets.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html
# custom:
#   id: public-subnet-edge-only
#   severity: high
#   subject: [subnets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - subnets.public
#     - instances.subnet_id
#     - instances.tags
#     - ecs_services.subnet_ids
#     - lambda_functions.subnet_ids
#     - eks_node_groups.subnet_ids
#     - eks_fargate_profiles.subnet_ids
#     - rds_instances.db_subnet_group
#     - rds_clusters.db_subnet_group
#     - rds_subnet_groups.subnet_ids
#     - elasticache_replication_groups.cache_subnet_group
#     - elasticache_clusters.cache_subnet_group
#     - elasticache_subnet_groups.subnet_ids
#     - opensearch_domains.subnet_ids
#   architecture: ["2A"]
#   remediation:
#     summary: Move the resource into a private subnet; tag an instance that is a bastion as one.
#     cloudformation: |
#       NetworkConfiguration:
#         AwsvpcConfiguration:
#           AssignPublicIp: DISABLED
#           Subnets: [!Ref ServiceSubnetA, !Ref ServiceSubnetB]
#     terraform: |
#       network_configuration {
#         assign_public_ip = false
#         subnets          = aws_subnet.service[*].id
#       }
#     cli: |
#       aws ec2 create-tags --resources INSTANCE --tags Key=Role,Value=bastion
#   frameworks:
#     aws-fsbp: ["EC2.9", "RDS.46"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.4.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.public_subnet_edge_only

import data.audit.lib.computing
import data.audit.lib.ec2
import data.audit.lib.occupied
import data.audit.lib.placement

subjects contains id if {
	some id, subnet in input.subnets
	subnet.public != false
}

deny contains finding if {
	some subnet_id in subjects & occupied.inner
	some [collection, id] in placement.in_subnet[subnet_id]
	collection != "load_balancers"
	not is_bastion(collection, id)
	finding := {
		"subject": ["subnets", subnet_id],
		"message": sprintf("%s/%s lies in it, expected load balancers, NAT gateways and bastions only", [collection, id]),
		"evidence": array.concat(
			[["subnets", subnet_id, "/public"]],
			array.concat(
				placement.evidence(collection, id, subnet_id),
				[["instances", id, ec2.bastion_pointer] | collection == "instances"],
			),
		),
	}
}

is_bastion("instances", id) if ec2.is_bastion(input.instances[id])

applicable contains ["subnets", id] if some id in subjects

# Resources whose subnets are not known may lie in any.
depends contains {"subject": ["subnets", subnet_id], "on": [collection, id]} if {
	some subnet_id in subjects
	some [collection, id] in placement.in_subnet[subnet_id]
}

depends contains {"subject": ["subnets", subnet_id], "on": [collection, id]} if {
	some collection in computing.collections
	some id, resource in input[collection]
	count(resource.subnet_ids) == 0
	some subnet_id in subjects
}

depends contains {"subject": ["subnets", subnet_id], "on": [collection, id]} if {
	some collection, resources in {
		"instances": {id |
			some id, instance in ec2.instances
			instance.subnet_id == null
		},
		"rds_instances": {id |
			some id, database in input.rds_instances
			database.db_subnet_group == null
		},
		"rds_clusters": {id |
			some id, database in input.rds_clusters
			database.db_subnet_group == null
		},
	}
	some id in resources
	some subnet_id in subjects
}

depends contains {"subject": ["subnets", subnet_id], "on": [collection, id]} if {
	some collection, resources in {
		"elasticache_replication_groups": {id |
			some id, cache in input.elasticache_replication_groups
			cache.cache_subnet_group == null
		},
		"elasticache_clusters": {id |
			some id, cache in input.elasticache_clusters
			cache.cache_subnet_group == null
		},
		"opensearch_domains": {id |
			some id, domain in input.opensearch_domains
			count(domain.subnet_ids) == 0
		},
	}
	some id in resources
	some subnet_id in subjects
}
