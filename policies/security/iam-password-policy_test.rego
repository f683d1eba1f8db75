package audit.iam_password_policy_test

import data.audit.iam_password_policy

messages(policy) := found if {
	found := {finding.message | some finding in iam_password_policy.deny} with input as {"accounts": {"a": {"password_policy": policy}}}
		with data.profile.password_minimum_length as 14
		with data.profile.password_reuse_prevention as 4
}

test_a_strict_policy_passes if {
	count(messages({"minimum_password_length": 14, "password_reuse_prevention": 24})) == 0
}

test_none_fails if messages(null) == {"it has no password policy"}

test_short_fails if {
	messages({"minimum_password_length": 8, "password_reuse_prevention": 24}) == {
		"it allows passwords of 8 characters, expected at least 14",
	}
}

test_reuse_fails if {
	messages({"minimum_password_length": 14, "password_reuse_prevention": 3}) == {concat("", [
		"it remembers 3 passwords that must not be used again (password_reuse_prevention), ",
		"expected at least 4",
	])}
	count(messages({"minimum_password_length": 14, "password_reuse_prevention": 0})) == 1
	count(messages({"minimum_password_length": 14, "password_reuse_prevention": null})) == 1
}

test_an_unknown_length_is_no_finding if {
	count(messages({"minimum_password_length": null, "password_reuse_prevention": 24})) == 0
}
