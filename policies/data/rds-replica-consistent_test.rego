package audit.rds_replica_consistent_test

import data.audit.rds_replica_consistent

primary := {
	"db_cluster": null,
	"replicate_source": null,
	"storage_encrypted": true,
	"publicly_accessible": false,
}

model(replica, source) := {
	"rds_instances": {
		"replica": object.union(object.union(primary, {"replicate_source": "primary"}), replica),
		"primary": object.union(primary, source),
	},
	"rds_clusters": {},
}

test_consistent_replica_passes if {
	count(rds_replica_consistent.deny) == 0 with input as model({}, {})
	rds_replica_consistent.applicable == {["rds_instances", "replica"], ["rds_instances", "primary"]} with input as model({}, {})
}

test_unencrypted_replica_fails if {
	some finding in rds_replica_consistent.deny with input as model({"storage_encrypted": false}, {})
	finding.message == "it is not encrypted, but its source primary is"
	finding.evidence == [
		["rds_instances", "replica", "/storage_encrypted"],
		["rds_instances", "replica", "/replicate_source"],
		["rds_instances", "primary", "/storage_encrypted"],
	]
}

test_public_replica_fails if {
	some finding in rds_replica_consistent.deny with input as model({"publicly_accessible": true}, {})
	finding.evidence[0] == ["rds_instances", "replica", "/publicly_accessible"]
}

test_replica_like_its_source_passes if {
	same := {"storage_encrypted": false, "publicly_accessible": true}
	count(rds_replica_consistent.deny) == 0 with input as model(same, same)
}

test_unknown_source_rests_on_the_source if {
	some finding in rds_replica_consistent.deny with input as model({"storage_encrypted": false}, {"storage_encrypted": null})
	["rds_instances", "primary", "/storage_encrypted"] in finding.evidence
}

test_source_outside_the_model_rests_on_the_reference if {
	changes := {"storage_encrypted": false, "replicate_source": "arn:aws:rds:us-east-1:111111111111:db:far"}
	some finding in rds_replica_consistent.deny with input as model(changes, {})
	["rds_instances", "replica", "/replicate_source"] in finding.evidence
}

test_unknown_replica_is_no_finding if {
	unknown := {"storage_encrypted": null, "publicly_accessible": null}
	count(rds_replica_consistent.deny) == 0 with input as model(unknown, {})
}

test_replica_of_a_cluster if {
	clusters := {"rds_clusters": {"aurora": primary}}
	changes := {"replicate_source": "aurora", "publicly_accessible": true}
	some finding in rds_replica_consistent.deny with input as object.union(model(changes, {}), clusters)
	["rds_clusters", "aurora", "/publicly_accessible"] in finding.evidence
}
