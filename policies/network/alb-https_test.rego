package audit.alb_https_test

import data.audit.alb_https

model(listener, action_type) := {
	"load_balancers": {"alb": {"load_balancer_type": "application"}},
	"listeners": {"l": object.union(
		{
			"load_balancer": "alb",
			"port": 443,
			"protocol": "HTTPS",
			"ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"certificates": ["arn:aws:acm:eu-west-1:111122223333:certificate/a"],
			"default_actions": [{"action_type": action_type}],
		},
		listener,
	)},
	"listener_rules": {},
}

messages(listener, action_type) := found if {
	found := {finding.message | some finding in alb_https.deny} with input as model(listener, action_type)
		with data.profile.tls_policies as ["ELBSecurityPolicy-TLS13-1-2-*"]
}

test_https_passes if count(messages({}, "forward")) == 0

test_http_fails if {
	messages({"protocol": "HTTP", "port": 80}, "forward") == {"its listener l forwards HTTP on port 80, expected HTTPS"}
}

test_a_redirect_passes if count(messages({"protocol": "HTTP", "port": 80}, "redirect")) == 0

test_what_checks_who_asks_is_not_told_again if {
	actions := [{"action_type": "authenticate-oidc"}, {"action_type": "forward"}]
	found := alb_https.deny with input as model({"protocol": "HTTP", "default_actions": actions}, "forward")
		with data.profile.tls_policies as []
	count(found) == 1
}

test_an_old_policy_fails if {
	messages({"ssl_policy": "ELBSecurityPolicy-2016-08"}, "forward") == {concat("", [
		"the TLS policy of its listener l is ELBSecurityPolicy-2016-08, ",
		"expected one of ELBSecurityPolicy-TLS13-1-2-*",
	])}
}

test_certificates if {
	count(messages({"certificates": []}, "forward")) == 1
	count(messages({"certificates": ["arn:aws:iam::111122223333:server-certificate/a"]}, "forward")) == 1
}

test_a_rule_that_forwards_fails if {
	rule := {"listener_rules": {"r": {"listener": "l", "actions": [{"action_type": "forward"}]}}}
	changed := object.union(model({"protocol": "HTTP", "port": 80}, "redirect"), rule)
	some finding in alb_https.deny with input as changed with data.profile.tls_policies as []
	["listener_rules", "r", "/actions/0/action_type"] in finding.evidence
}

test_unknown_is_in_the_evidence if {
	some finding in alb_https.deny with input as model({"ssl_policy": null}, "forward")
		with data.profile.tls_policies as ["x"]
	["listeners", "l", "/ssl_policy"] in finding.evidence
	some other in alb_https.deny with input as model({"protocol": null}, "forward")
		with data.profile.tls_policies as ["x"]
	["listeners", "l", "/protocol"] in other.evidence
}

test_current_policies_pass if {
	policies := [
		"ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
		"ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
		"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
	]
	every policy in policies {
		count(messages({"ssl_policy": policy}, "forward")) == 0
	}
	every policy in ["ELBSecurityPolicy-TLS13-1-1-2021-06", "ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", "ELBSecurityPolicy-TLS-1-1-2017-01"] {
		count(messages({"ssl_policy": policy}, "forward")) == 1
	}
}

test_network_and_gateway_load_balancers_are_not_judged if {
	every kind in ["network", "gateway"] {
		changed := object.union(
			model({"protocol": "TCP", "port": 80}, "forward"),
			{"load_balancers": {"alb": {"load_balancer_type": kind}}},
		)
		count(alb_https.deny) == 0 with input as changed with data.profile.tls_policies as []
		count(alb_https.applicable) == 0 with input as changed with data.profile.tls_policies as []
	}
}
