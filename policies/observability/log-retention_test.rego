package audit.log_retention_test

import data.audit.log_retention

profile := {"log_retention_days": 30}

model(days, class) := {"log_groups": {"app": {"retention_in_days": days, "log_group_class": class}}}

test_thirty_days_pass if {
	count(log_retention.deny) == 0 with input as model(30, "STANDARD") with data.profile as profile
}

test_fewer_days_fail if {
	some finding in log_retention.deny with input as model(14, "STANDARD") with data.profile as profile
	finding.message == "its events are kept for 14 days, expected at least 30"
	finding.evidence[0] == ["log_groups", "app", "/retention_in_days"]
}

test_no_retention_fails if {
	some finding in log_retention.deny with input as model(null, "STANDARD") with data.profile as profile
	["log_groups", "app", "/retention_in_days"] in finding.evidence
}

test_profile_decides if {
	count(log_retention.deny) == 1 with input as model(365, "STANDARD") with data.profile as {"log_retention_days": 400}
}

test_delivery_groups_are_not_judged if {
	count(log_retention.applicable) == 0 with input as model(null, "DELIVERY")
	count(log_retention.deny) == 0 with input as model(null, "DELIVERY") with data.profile as profile
}

test_unknown_class_is_judged if {
	count(log_retention.applicable) == 1 with input as model(30, null)
}
