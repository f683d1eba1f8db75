package audit.rds_encrypted_test

import data.audit.rds_encrypted

database := {"db_cluster": null, "replicate_source": null, "storage_encrypted": true}

model(changes) := {
	"rds_instances": {"db": object.union(database, changes), "primary": database},
	"rds_clusters": {},
	"rds_snapshots": {},
}

test_encrypted_instance_passes if {
	count(rds_encrypted.deny) == 0 with input as model({})
}

test_unencrypted_instance_fails if {
	some finding in rds_encrypted.deny with input as model({"storage_encrypted": false})
	finding.message == "its storage is not encrypted (storage_encrypted is false, expected true)"
	finding.evidence[0] == ["rds_instances", "db", "/storage_encrypted"]
}

test_unknown_rests_on_the_attribute if {
	some finding in rds_encrypted.deny with input as model({"storage_encrypted": null})
	finding.evidence[0] == ["rds_instances", "db", "/storage_encrypted"]
}

test_replica_is_encrypted_as_its_source_is if {
	changes := {"storage_encrypted": null, "replicate_source": "primary"}
	count(rds_encrypted.deny) == 0 with input as model(changes)
}

test_replica_of_an_unencrypted_source_fails if {
	changes := {"storage_encrypted": null, "replicate_source": "primary"}
	unencrypted := {"rds_instances": {"primary": {"storage_encrypted": false}}}
	findings := rds_encrypted.deny with input as object.union(model(changes), unencrypted)
	some finding in findings
	finding.subject == ["rds_instances", "db"]
	["rds_instances", "primary", "/storage_encrypted"] in finding.evidence
}

test_member_is_judged_with_its_cluster if {
	member := model({"db_cluster": "aurora", "storage_encrypted": false})
	count(rds_encrypted.deny) == 0 with input as member
	not ["rds_instances", "db"] in rds_encrypted.applicable with input as member
}

test_unencrypted_cluster_fails if {
	cluster := {"rds_clusters": {"aurora": {"storage_encrypted": false, "replicate_source": null}}}
	some finding in rds_encrypted.deny with input as object.union(model({}), cluster)
	finding.subject == ["rds_clusters", "aurora"]
}

test_unencrypted_snapshot_fails if {
	snapshot := {"rds_snapshots": {"daily": {"encrypted": false}}}
	some finding in rds_encrypted.deny with input as object.union(model({}), snapshot)
	finding.evidence == [["rds_snapshots", "daily", "/encrypted"]]
}
