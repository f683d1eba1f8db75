package audit.iam_key_age_test

import data.audit.iam_key_age

messages(changes) := found if {
	key := object.union(
		{"active": true, "last_rotated": "2026-05-01T00:00:00Z", "last_used": "2026-05-31T00:00:00Z"},
		changes,
	)
	found := {finding.message | some finding in iam_key_age.deny} with input as {
		"collected_at": "2026-06-01T00:00:00Z",
		"iam_access_keys": {"k": key},
	}
		with data.profile.access_key_max_age_days as 90
		with data.profile.access_key_unused_days as 90
}

test_a_young_key_passes if count(messages({})) == 0

test_an_old_key_fails if messages({"last_rotated": "2026-01-01T00:00:00Z"}) == {"it is 151 days old, expected at most 90"}

test_an_unused_key_fails if {
	messages({"last_used": "2026-01-01T00:00:00Z"}) == {"it was last used 151 days ago, expected at most 90"}
}

test_a_key_that_was_never_used_fails_when_it_is_old if {
	count(messages({"last_used": null})) == 0
	count(messages({"last_used": null, "last_rotated": "2026-01-01T00:00:00Z"})) == 2
}

test_inactive_keys_are_not_judged if count(messages({"active": false, "last_rotated": "2020-01-01T00:00:00Z"})) == 0

test_unknown_is_no_finding if count(messages({"last_rotated": null})) == 0
