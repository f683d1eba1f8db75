# What several controls need to know of RDS instances and clusters.
package audit.lib.rds

# Every instance and cluster: [collection, id, database].
databases contains ["rds_instances", id, instance] if some id, instance in input.rds_instances

databases contains ["rds_clusters", id, cluster] if some id, cluster in input.rds_clusters

# Those that decide for themselves: clusters, and instances outside of one. A
# cluster's members inherit its storage, backups, network and protection.
standalone contains [collection, id, database] if {
	some [collection, id, database] in databases
	not is_string(object.get(database, "db_cluster", null))
}

# The evidence that a database is no member of a cluster.
standalone_evidence("rds_instances", id) := [["rds_instances", id, "/db_cluster"]]

standalone_evidence("rds_clusters", _) := []
