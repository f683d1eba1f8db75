# Where the data resources lie.
package audit.lib.data_placement

# Data resources by subnet.
in_subnet contains ["opensearch_domains", id, subnet_id, [["opensearch_domains", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, domain in input.opensearch_domains
	some index, subnet_id in domain.subnet_ids
}

in_subnet contains [collection, id, subnet_id, evidence] if {
	some [collection, id, groups, group_id, pointer] in grouped
	some index, subnet_id in input[groups][group_id].subnet_ids
	evidence := [
		[collection, id, pointer],
		[groups, group_id, sprintf("/subnet_ids/%d", [index])],
	]
}

# Data resources by their subnet group.
grouped contains ["rds_instances", id, "rds_subnet_groups", database.db_subnet_group, "/db_subnet_group"] if {
	some id, database in input.rds_instances
	is_string(database.db_subnet_group)
}

grouped contains ["rds_clusters", id, "rds_subnet_groups", database.db_subnet_group, "/db_subnet_group"] if {
	some id, database in input.rds_clusters
	is_string(database.db_subnet_group)
}

grouped contains [
	"elasticache_replication_groups",
	id,
	"elasticache_subnet_groups",
	cache.cache_subnet_group,
	"/cache_subnet_group",
] if {
	some id, cache in input.elasticache_replication_groups
	is_string(cache.cache_subnet_group)
}

grouped contains [
	"elasticache_clusters",
	id,
	"elasticache_subnet_groups",
	cache.cache_subnet_group,
	"/cache_subnet_group",
] if {
	some id, cache in input.elasticache_clusters
	is_string(cache.cache_subnet_group)
}
