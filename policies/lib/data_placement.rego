# Where the data resources lie.
package audit.lib.data_placement

# The subnet groups of each kind of data resource, and its attribute that names
# one.
subnet_groups := {
	"rds_instances": ["rds_subnet_groups", "db_subnet_group"],
	"rds_clusters": ["rds_subnet_groups", "db_subnet_group"],
	"elasticache_replication_groups": ["elasticache_subnet_groups", "cache_subnet_group"],
	"elasticache_clusters": ["elasticache_subnet_groups", "cache_subnet_group"],
}

# Data resources with their subnet group: [collection, id, groups, group].
grouped contains [collection, id, groups, group_id] if {
	some collection, [groups, attribute] in subnet_groups
	some id, resource in input[collection]
	group_id := resource[attribute]
	group_id != null
}

# Subnets with a data resource.
subnets contains subnet_id if {
	some domain in input.opensearch_domains
	some subnet_id in domain.subnet_ids
}

subnets contains subnet_id if {
	some [groups, group_id] in used_groups
	some subnet_id in input[groups][group_id].subnet_ids
}

used_groups contains [groups, group_id] if some [_, _, groups, group_id] in grouped

# What shows that a data resource lies in a subnet.
evidence(collection, id, subnet_id) := positions(collection, id, subnet_id) if collection == "opensearch_domains"

evidence(collection, id, subnet_id) := array.concat(
	[[collection, id, sprintf("/%s", [attribute])]],
	positions(groups, input[collection][id][attribute], subnet_id),
) if {
	[groups, attribute] := subnet_groups[collection]
}

# Where a resource names a subnet in its list of subnets.
positions(collection, id, subnet_id) := [[collection, id, sprintf("/subnet_ids/%d", [index])] |
	some index, one in input[collection][id].subnet_ids
	one == subnet_id
]
