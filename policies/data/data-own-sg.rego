# METADATA
# title: Data resources have security groups of their own
# description: >-
#   A security group that a database shares with application tasks or instances
#   opens the database to whatever they need, and each change for one is a change
#   for the other. A VPC's default group is shared by whoever names none. A
#   cluster's members have its groups; a domain outside a VPC has none and is not
#   judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
# custom:
#   id: data-own-sg
#   severity: medium
#   subject: [rds_instances, rds_clusters, elasticache_replication_groups, elasticache_clusters, opensearch_domains]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.security_group_ids
#     - rds_clusters.security_group_ids
#     - elasticache_replication_groups.security_group_ids
#     - elasticache_clusters.security_group_ids
#     - opensearch_domains.security_group_ids
#     - security_groups.is_default
#     - security_groups.used_by
#   architecture: ["2C"]
#   remediation:
#     summary: Make a security group for the data resource alone and admit its port from the service's group only.
#     cloudformation: |
#       VPCSecurityGroups: [!Ref DatabaseSecurityGroup]
#     terraform: |
#       vpc_security_group_ids = [aws_security_group.database.id]
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --vpc-security-group-ids GROUP
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.data_own_sg

# Collections that are one kind of resource to this control.
kinds := {
	"rds_instances": "rds",
	"rds_clusters": "rds",
	"elasticache_replication_groups": "elasticache",
	"elasticache_clusters": "elasticache",
	"opensearch_domains": "opensearch",
}

data_resources contains ["rds_instances", id, instance] if {
	some id, instance in input.rds_instances
	not is_string(instance.db_cluster)
}

data_resources contains ["rds_clusters", id, cluster] if some id, cluster in input.rds_clusters

data_resources contains ["elasticache_replication_groups", id, group] if {
	some id, group in input.elasticache_replication_groups
}

data_resources contains ["elasticache_clusters", id, cluster] if some id, cluster in input.elasticache_clusters

data_resources contains ["opensearch_domains", id, domain] if {
	some id, domain in input.opensearch_domains
	domain.in_vpc != false
}

# Groups of data resources that more than one thing carries.
data_groups contains group_id if {
	some [_, _, resource] in data_resources
	some group_id in resource.security_group_ids
	count(input.security_groups[group_id].used_by) > 1
}

# What carries these groups: kind, and index in `used_by`. An interface that a
# service made belongs to a resource that is listed itself, except a function's.
users[group_id] contains [kind, index] if {
	some group_id in data_groups
	some index, user in input.security_groups[group_id].used_by
	user.collection != "network_interfaces"
	kind := object.get(kinds, user.collection, user.collection)
}

users[group_id] contains ["network_interfaces", index] if {
	some group_id in data_groups
	some index, user in input.security_groups[group_id].used_by
	user.collection == "network_interfaces"
	stands_alone(input.network_interfaces[user.id])
}

user_kinds[group_id] contains kind if {
	some group_id, pairs in users
	some [kind, _] in pairs
}

first_users := {key: first |
	some group_id, found in user_kinds
	some kind in found
	key := [group_id, kind]
	first := min({index | some [other, index] in users[group_id]; other == kind})
}

stands_alone(interface) if interface.requester_managed != true

stands_alone(interface) if interface.interface_type in {"lambda", null}

deny contains finding if {
	some [collection, id, resource] in data_resources
	count(resource.security_group_ids) == 0
	finding := {
		"subject": [collection, id],
		"message": "it names no security group, so it has its VPC's default one",
		"evidence": array.concat([[collection, id, "/security_group_ids"]], deciding(collection, id)),
	}
}

deny contains finding if {
	some [collection, id, resource] in data_resources
	some index, group_id in resource.security_group_ids
	input.security_groups[group_id].is_default == true
	finding := {
		"subject": [collection, id],
		"message": sprintf("its security group %s is the VPC's default one", [group_id]),
		"evidence": [
			["security_groups", group_id, "/is_default"],
			[collection, id, sprintf("/security_group_ids/%d", [index])],
		],
	}
}

deny contains finding if {
	some [collection, id, resource] in data_resources
	some index, group_id in resource.security_group_ids
	some kind in user_kinds[group_id]
	kind != kinds[collection]
	user_index := first_users[[group_id, kind]]
	user := input.security_groups[group_id].used_by[user_index]
	finding := {
		"subject": [collection, id],
		"message": sprintf("its security group %s is shared with %s/%s", [group_id, user.collection, user.id]),
		"evidence": array.concat(
			[
				["security_groups", group_id, sprintf("/used_by/%d", [user_index])],
				[collection, id, sprintf("/security_group_ids/%d", [index])],
			],
			interface_evidence(user),
		),
	}
}

# What shows that an interface stands alone.
interface_evidence(user) := [["network_interfaces", user.id, pointer] |
	user.collection == "network_interfaces"
	some pointer in ["/requester_managed", "/interface_type"]
]

# The attributes that make a resource a subject.
deciding(collection, id) := [[collection, id, pointer] | pointer := deciding_pointers[collection]]

deciding_pointers := {"rds_instances": "/db_cluster", "opensearch_domains": "/in_vpc"}

applicable contains [collection, id] if some [collection, id, _] in data_resources

depends contains {"subject": [collection, id], "on": ["security_groups", group_id]} if {
	some [collection, id, resource] in data_resources
	some group_id in resource.security_group_ids
}
