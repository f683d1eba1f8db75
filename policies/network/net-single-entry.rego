# METADATA
# title: Load balancers and the bastion are all that the internet reaches
# description: >-
#   A system with one entry can be watched, logged and defended there. Whatever
#   else takes connections from the internet (an instance, a task, a network
#   load balancer that hands them on, a search domain outside a VPC, a function
#   URL that asks nobody to sign in) is a second entry. Internet-facing
#   application load balancers may take them, bastions SSH and EKS clusters their
#   API calls from named addresses.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
# custom:
#   id: net-single-entry
#   severity: high
#   subject: [regions]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - load_balancers.reachability.from_internet
#     - instances.reachability.from_internet
#     - ecs_services.reachability.from_internet
#     - rds_instances.reachability.from_internet
#     - rds_clusters.reachability.from_internet
#     - elasticache_replication_groups.reachability.from_internet
#     - elasticache_clusters.reachability.from_internet
#     - opensearch_domains.reachability.from_internet
#     - network_interfaces.reachability.from_internet
#     - eks_clusters.reachability.from_internet
#     - eks_clusters.reachability.unexpected_paths
#     - eks_node_groups.reachability.from_internet
#     - eks_fargate_profiles.reachability.from_internet
#     - lambda_functions.reachability.from_internet
#     - instances.reachability.unexpected_paths
#     - instances.tags
#     - load_balancers.load_balancer_type
#   architecture: ["2B"]
#   remediation:
#     summary: Take the public address away from what is shown, move it into a private subnet, and let the application load balancer stand in front of it; open a cluster's endpoint to named addresses alone, and let callers of a function URL sign in.
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
#       aws ec2 modify-vpc-block-public-access-options --internet-gateway-block-mode block-ingress
#   frameworks:
#     aws-fsbp: ["EC2.9", "ECS.2", "Opensearch.2", "RDS.2"]
#     cis-aws-foundations-3.0: ["2.3.3"]
#     cis-aws-foundations-5.0: ["2.2.3"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7", "SC-7(3)", "SC-7(21)"]
#     pci-dss-4.0: ["1.3.1", "1.4.1", "1.4.2", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01", "SEC05-BP02"]
package audit.net_single_entry

import data.audit.lib.ec2
import data.audit.lib.paths

# What may have a path from the internet, by its account and region.
candidates[place] contains key if {
	some key, fact in input.analysis.reachability
	not is_entry(fact)
	resource := input[fact.collection][fact.id]
	place := [resource.account, resource.region]
}

is_entry(fact) if {
	fact.collection == "load_balancers"
	input.load_balancers[fact.id].load_balancer_type == "application"
}

# The regions that an account and region may be.
regions_of[place] contains region_id if {
	some place, _ in candidates
	some region_id, region in input.regions
	same(region.account, place[0])
	same(region.region, place[1])
}

# What is not known on either side may be the same.
same(one, other) if one == other

same(one, _) if one == null

same(one, other) if {
	one != null
	other == null
}

# What administrators use from named addresses.
administered := {"bastion", "cluster"}

# Paths that should not be, with the facts that tell of them.
strays(fact) := [fact.internet_paths, "/reachability/from_internet"] if not fact.role in administered

strays(fact) := [found, "/reachability/unexpected_paths"] if {
	fact.role in administered
	found := [path | some path in fact.unexpected_paths; path.from_label == "internet"]
}

# Those with any path.
reached contains key if {
	some key, fact in input.analysis.reachability
	fact.internet_paths != []
}

reached contains key if {
	some key, fact in input.analysis.reachability
	fact.unexpected_paths != []
}

deny contains finding if {
	some place, keys in candidates
	some key in keys & reached
	fact := input.analysis.reachability[key]
	[found, pointer] := strays(fact)
	found != []
	collection := fact.collection
	id := fact.id
	some region_id in regions_of[place]
	finding := {
		"subject": ["regions", region_id],
		"message": sprintf(
			"the internet reaches %s/%s by %s, expected application load balancers and the bastion's SSH alone",
			[collection, id, paths.ports_text(found[0])],
		),
		"evidence": array.concat(
			array.concat(paths.cut(found[0]), [[collection, id, pointer]]),
			array.concat(
				[["load_balancers", id, "/load_balancer_type"] | collection == "load_balancers"],
				array.concat(
					[["instances", id, ec2.bastion_pointer] | collection == "instances"],
					# A load balancer's own, where that one was not listed.
					[["load_balancers"] |
						collection == "network_interfaces"
						startswith(input.network_interfaces[id].description, "ELB ")
					],
				),
			),
		),
		"flows": [paths.flow(path, id) | some path in found],
	}
}

# An application load balancer matters in nothing but its kind.
depends contains {"subject": ["regions", region_id], "on": ["load_balancers", null]} if some region_id, _ in input.regions

depends contains {"subject": ["regions", region_id], "on": [fact.collection, fact.id]} if {
	some place, keys in candidates
	some key in keys
	fact := input.analysis.reachability[key]
	some region_id in regions_of[place]
}
