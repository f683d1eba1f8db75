package audit.rds_backups_test

import data.audit.rds_backups

profile := {"backup_retention_days": 7}

model(days, cluster) := {
	"rds_instances": {"db": {"backup_retention_period": days, "db_cluster": cluster, "replicate_source": null}},
	"rds_clusters": {"aurora": {"backup_retention_period": 7, "replicate_source": null}},
}

test_seven_days_pass if {
	count(rds_backups.deny) == 0 with input as model(7, null) with data.profile as profile
}

test_six_days_fail if {
	some finding in rds_backups.deny with input as model(6, null) with data.profile as profile
	finding.message == "automated backups are kept for 6 days, expected at least 7"
	finding.evidence[0] == ["rds_instances", "db", "/backup_retention_period"]
}

test_backups_off_fail if {
	some finding in rds_backups.deny with input as model(0, null) with data.profile as profile
	finding.message == "automated backups are off, expected at least 7 days"
}

test_profile_decides if {
	subjects := {finding.subject | some finding in rds_backups.deny} with input as model(35, null)
		with data.profile as {"backup_retention_days": 30}
	subjects == {["rds_clusters", "aurora"]}
}

test_unknown_is_no_finding if {
	count(rds_backups.deny) == 0 with input as model(null, null) with data.profile as profile
}

test_member_is_judged_with_its_cluster if {
	rds_backups.applicable == {["rds_clusters", "aurora"]} with input as model(0, "aurora")
	count(rds_backups.deny) == 0 with input as model(0, "aurora") with data.profile as profile
}

test_replica_is_judged_with_its_source if {
	copy := {"backup_retention_period": 0, "db_cluster": null, "replicate_source": "db"}
	replicated := object.union(model(0, null), {"rds_instances": {"copy": copy}})
	subjects := {finding.subject | some finding in rds_backups.deny} with input as replicated
		with data.profile as profile
	subjects == {["rds_instances", "db"]}
	rds_backups.applicable == {["rds_instances", "db"], ["rds_clusters", "aurora"]} with input as replicated
}
