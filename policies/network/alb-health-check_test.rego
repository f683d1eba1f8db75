package audit.alb_health_check_test

import data.audit.alb_health_check

model(changes) := {"target_groups": {"tg": object.union(
	{
		"target_type": "ip",
		"protocol": "HTTP",
		"health_check_enabled": true,
		"health_check_path": "/health",
		"matcher": "200-299",
	},
	changes,
)}}

messages(changes) := found if {
	found := {finding.message | some finding in alb_health_check.deny} with input as model(changes)
}

test_a_health_check_passes if {
	count(messages({})) == 0
	count(messages({"matcher": "200,302"})) == 0
}

test_off_fails if {
	messages({"health_check_enabled": false}) == {"its health check is off (health_check_enabled is false, expected true)"}
}

test_no_path_or_matcher_fails if {
	messages({"health_check_path": null}) == {"its health check's health_check_path is not set, expected a path"}
	count(messages({"matcher": null})) == 1
}

test_errors_as_success_fail if {
	messages({"matcher": "200-499"}) == {"its health check takes 200-499 for healthy, expected codes below 400 only"}
}

test_others_are_not_judged if {
	count(messages({"target_type": "lambda", "health_check_enabled": false})) == 0
	count(messages({"protocol": "TCP", "matcher": null})) == 0
}

test_unknown_is_no_finding if count(messages({"health_check_enabled": null})) == 0
