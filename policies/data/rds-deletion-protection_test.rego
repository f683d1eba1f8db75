package audit.rds_deletion_protection_test

import data.audit.rds_deletion_protection

model(protected, cluster) := {
	"rds_instances": {"db": {"deletion_protection": protected, "db_cluster": cluster}},
	"rds_clusters": {"aurora": {"deletion_protection": true}},
}

test_protected_passes if {
	count(rds_deletion_protection.deny) == 0 with input as model(true, null)
}

test_unprotected_fails if {
	some finding in rds_deletion_protection.deny with input as model(false, null)
	finding.subject == ["rds_instances", "db"]
	finding.evidence[0] == ["rds_instances", "db", "/deletion_protection"]
}

test_unknown_rests_on_the_attribute if {
	some finding in rds_deletion_protection.deny with input as model(null, null)
	["rds_instances", "db", "/deletion_protection"] in finding.evidence
}

test_member_is_judged_with_its_cluster if {
	count(rds_deletion_protection.deny) == 0 with input as model(false, "aurora")
	rds_deletion_protection.applicable == {["rds_clusters", "aurora"]} with input as model(false, "aurora")
}

test_unknown_membership_is_judged if {
	["rds_instances", "db"] in rds_deletion_protection.applicable with input as model(true, null)
	some finding in rds_deletion_protection.deny with input as model(false, null)
	["rds_instances", "db", "/db_cluster"] in finding.evidence
}

test_unprotected_cluster_fails if {
	cluster := {"rds_clusters": {"aurora": {"deletion_protection": false}}, "rds_instances": {}}
	some finding in rds_deletion_protection.deny with input as cluster
	finding.evidence == [["rds_clusters", "aurora", "/deletion_protection"]]
}
