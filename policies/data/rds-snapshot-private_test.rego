package audit.rds_snapshot_private_test

import data.audit.rds_snapshot_private

model(accounts) := {"rds_snapshots": {"daily": {"restore_accounts": accounts}}}

test_unshared_snapshot_passes if {
	count(rds_snapshot_private.deny) == 0 with input as model([])
}

test_snapshot_for_named_accounts_passes if {
	count(rds_snapshot_private.deny) == 0 with input as model(["111111111111"])
}

test_public_snapshot_fails if {
	some finding in rds_snapshot_private.deny with input as model(["111111111111", "all"])
	finding.subject == ["rds_snapshots", "daily"]
	finding.evidence == [["rds_snapshots", "daily", "/restore_accounts/1"]]
}
