package audit.iam_root_test

import data.audit.iam_root

messages(changes) := found if {
	account := object.union(
		{"root_mfa_enabled": true, "root_access_keys_present": false, "root_last_used": null},
		changes,
	)
	found := {finding.message | some finding in iam_root.deny} with input as {
		"collected_at": "2026-06-01T00:00:00Z",
		"accounts": {"a": account},
	}
		with data.profile.root_unused_days as 90
}

test_at_rest_passes if {
	count(messages({})) == 0
	count(messages({"root_last_used": "2026-01-01T00:00:00Z"})) == 0
}

test_no_mfa_fails if messages({"root_mfa_enabled": false}) == {"root has no MFA (root_mfa_enabled is false, expected true)"}

test_keys_fail if count(messages({"root_access_keys_present": true})) == 1

test_recent_use_fails if {
	messages({"root_last_used": "2026-05-30T00:00:00Z"}) == {"root was used 2 days ago (2026-05-30T00:00:00Z), expected 90 or more"}
}

test_unknown_is_no_finding if count(messages({"root_mfa_enabled": null, "root_access_keys_present": null})) == 0
