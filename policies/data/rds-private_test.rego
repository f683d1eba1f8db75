package audit.rds_private_test

import data.audit.rds_private

model(publicly_accessible, public_subnet) := {
	"rds_instances": {"db": {"publicly_accessible": publicly_accessible, "db_subnet_group": "group"}},
	"rds_clusters": {},
	"rds_subnet_groups": {"group": {"subnet_ids": ["a", "b"]}},
	"subnets": {"a": {"public": false}, "b": {"public": public_subnet}},
}

test_private_database_passes if {
	count(rds_private.deny) == 0 with input as model(false, false)
}

test_public_address_fails if {
	some finding in rds_private.deny with input as model(true, false)
	finding.subject == ["rds_instances", "db"]
}

test_public_subnet_fails if {
	some finding in rds_private.deny with input as model(false, true)
	finding.evidence[0] == ["subnets", "b", "/public"]
}

test_unknown_address_is_no_finding if {
	count(rds_private.deny) == 0 with input as model(null, false)
}
