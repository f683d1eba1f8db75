package audit.alb_logs_test

import data.audit.alb_logs

model(changes) := {"load_balancers": {"alb": object.union(
	{"load_balancer_type": "application", "access_logs_enabled": true, "access_logs_bucket": "logs"},
	changes,
)}}

findings(changes) := found if {
	found := alb_logs.deny with input as model(changes)
}

test_logs_to_a_bucket_pass if count(findings({})) == 0

test_off_fails if {
	some finding in findings({"access_logs_enabled": false})
	finding.evidence[0] == ["load_balancers", "alb", "/access_logs_enabled"]
}

test_no_bucket_rests_on_the_bucket if {
	some finding in findings({"access_logs_bucket": null})
	finding.evidence[0] == ["load_balancers", "alb", "/access_logs_bucket"]
}

test_an_empty_name_is_no_bucket if count(findings({"access_logs_bucket": ""})) == 1

test_unknown_is_no_finding if count(findings({"access_logs_enabled": null})) == 0

test_network_balancers_are_not_judged if {
	count(findings({"load_balancer_type": "network", "access_logs_enabled": false})) == 0
}
