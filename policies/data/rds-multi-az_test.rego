package audit.rds_multi_az_test

import data.audit.rds_multi_az

instance(changes) := {
	"rds_instances": {"db": object.union({"multi_az": true, "db_cluster": null, "replicate_source": null}, changes)},
	"rds_clusters": {},
}

cluster(changes, zones) := {
	"rds_clusters": {"aurora": object.union(
		{
			"engine": "aurora-mysql",
			"multi_az": null,
			"replicate_source": null,
			"members": [id | some id, _ in zones],
		},
		changes,
	)},
	"rds_instances": {id: {"availability_zone": zone, "db_cluster": "aurora", "replicate_source": null, "multi_az": false} |
		some id, zone in zones
	},
}

test_multi_az_passes if {
	count(rds_multi_az.deny) == 0 with input as instance({})
}

test_single_az_fails if {
	some finding in rds_multi_az.deny with input as instance({"multi_az": false})
	finding.message == "it is in one Availability Zone (multi_az is false, expected true)"
	finding.evidence[0] == ["rds_instances", "db", "/multi_az"]
}

test_unknown_rests_on_the_attribute if {
	some finding in rds_multi_az.deny with input as instance({"multi_az": null})
	["rds_instances", "db", "/multi_az"] in finding.evidence
}

test_replica_is_exempt if {
	count(rds_multi_az.applicable) == 0 with input as instance({"multi_az": false, "replicate_source": "primary"})
}

test_two_zones_pass if {
	model := cluster({}, {"one": "eu-west-1a", "two": "eu-west-1b"})
	count(rds_multi_az.deny) == 0 with input as model
	rds_multi_az.applicable == {["rds_clusters", "aurora"]} with input as model
}

test_zones_that_aws_picks_pass if {
	count(rds_multi_az.deny) == 0 with input as cluster({}, {"one": null, "two": null})
	count(rds_multi_az.deny) == 0 with input as cluster({}, {"one": "eu-west-1a", "two": null})
}

test_one_zone_fails if {
	some finding in rds_multi_az.deny with input as cluster({}, {"one": "eu-west-1a", "two": "eu-west-1a"})
	finding.message == "all its 2 instances are in eu-west-1a, expected at least 2 Availability Zones"
	finding.evidence[0] == ["rds_instances", "one", "/availability_zone"]
}

test_lone_instance_fails if {
	some finding in rds_multi_az.deny with input as cluster({}, {"one": "eu-west-1a"})
	finding.evidence[0] == ["rds_clusters", "aurora", "/members"]
}

test_multi_az_db_cluster_passes if {
	count(rds_multi_az.deny) == 0 with input as cluster({"engine": "mysql", "multi_az": true}, {})
}

test_reported_multi_az_passes if {
	count(rds_multi_az.deny) == 0 with input as cluster({"multi_az": true}, {"one": "eu-west-1a"})
}

test_depends_on_members_only if {
	on := {item.on | some item in rds_multi_az.depends} with input as cluster({}, {"one": "eu-west-1a"})
	on == {["rds_instances", "one"]}
}

test_cluster_of_another_engine_with_one_instance_fails if {
	changes := {"engine": "docdb", "multi_az": false}
	count(rds_multi_az.deny) == 1 with input as cluster(changes, {"one": "eu-west-1a"})
}
