# Where the workloads lie.
package audit.lib.placement

import data.audit.lib.ec2

# Workloads by subnet: [collection, id, subnet, evidence].
in_subnet contains ["instances", id, instance.subnet_id, [["instances", id, "/subnet_id"]]] if {
	some id, instance in ec2.instances
	is_string(instance.subnet_id)
}

in_subnet contains ["ecs_services", id, subnet_id, [["ecs_services", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, service in input.ecs_services
	some index, subnet_id in service.subnet_ids
}

in_subnet contains ["load_balancers", id, subnet_id, [["load_balancers", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, balancer in input.load_balancers
	some index, subnet_id in balancer.subnet_ids
}

in_subnet contains item if some item in data_in_subnet

# Data resources by subnet.
data_in_subnet contains ["opensearch_domains", id, subnet_id, [["opensearch_domains", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, domain in input.opensearch_domains
	some index, subnet_id in domain.subnet_ids
}

data_in_subnet contains [collection, id, subnet_id, evidence] if {
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

# Subnets with a workload, with a data resource; each with one of them.
workload_of[subnet_id] := first if {
	some subnet_id, found in workloads_of
	first := min(found)
}

workloads_of[subnet_id] contains [collection, id, evidence] if {
	some [collection, id, subnet_id, evidence] in in_subnet
}

data_of[subnet_id] := first if {
	some subnet_id, found in all_data_of
	first := min(found)
}

all_data_of[subnet_id] contains [collection, id, evidence] if {
	some [collection, id, subnet_id, evidence] in data_in_subnet
}

# VPCs with a workload: the subnet of one, and what shows it.
vpc_workload[vpc_id] := first if {
	some vpc_id, found in vpc_workloads
	first := min(found)
}

vpc_workloads[vpc_id] contains [collection, id, array.concat(evidence, [["subnets", subnet_id, "/vpc_id"]])] if {
	some subnet_id, [collection, id, evidence] in workload_of
	vpc_id := input.subnets[subnet_id].vpc_id
	is_string(vpc_id)
}
