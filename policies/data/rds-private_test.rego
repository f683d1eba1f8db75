package audit.rds_private_test

import data.audit.rds_private

instance := {
	"publicly_accessible": false,
	"db_subnet_group": "group",
	"db_cluster": null,
	"replicate_source": null,
}

model(changes, public_subnet) := {
	"rds_instances": {"db": object.union(instance, changes)},
	"rds_clusters": {},
	"rds_subnet_groups": {"group": {"subnet_ids": ["a", "b"]}},
	"subnets": {"a": {"public": false}, "b": {"public": public_subnet}},
}

test_private_database_passes if {
	count(rds_private.deny) == 0 with input as model({}, false)
}

test_public_address_fails if {
	some finding in rds_private.deny with input as model({"publicly_accessible": true}, false)
	finding.subject == ["rds_instances", "db"]
	finding.evidence == [["rds_instances", "db", "/publicly_accessible"]]
}

test_public_subnet_fails if {
	some finding in rds_private.deny with input as model({}, true)
	finding.message == "its subnet group group has the public subnet b"
	finding.evidence == [
		["subnets", "b", "/public"],
		["rds_instances", "db", "/db_subnet_group"],
		["rds_subnet_groups", "group", "/subnet_ids/1"],
	]
}

test_unknown_facts_are_no_finding if {
	count(rds_private.deny) == 0 with input as model({"publicly_accessible": null}, null)
}

test_no_subnet_group_rests_on_the_group if {
	some finding in rds_private.deny with input as model({"db_subnet_group": null}, false)
	finding.evidence[0] == ["rds_instances", "db", "/db_subnet_group"]
}

test_members_need_no_subnet_group if {
	member := {"db_subnet_group": null, "db_cluster": "aurora"}
	count(rds_private.deny) == 0 with input as model(member, false)
}

# Its source's is in the model as its own.
test_a_replica_without_subnet_group_rests_on_its_source if {
	replica := {"db_subnet_group": null, "replicate_source": "primary"}
	some finding in rds_private.deny with input as model(replica, false)
	["rds_instances", "db", "/replicate_source"] in finding.evidence
}

test_cluster_in_a_public_subnet_fails if {
	cluster := {"rds_clusters": {"aurora": instance}, "rds_instances": {}}
	subjects := {finding.subject | some finding in rds_private.deny} with input as object.union(model({}, true), cluster)
	["rds_clusters", "aurora"] in subjects
}

test_depends_on_its_group_and_subnets if {
	on := {item.on | some item in rds_private.depends} with input as model({}, false)
	on == {["rds_subnet_groups", "group"], ["subnets", "a"], ["subnets", "b"]}
}
