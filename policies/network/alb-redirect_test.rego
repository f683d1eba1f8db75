package audit.alb_redirect_test

import data.audit.alb_redirect

model(listener, action) := {
	"load_balancers": {"alb": {"load_balancer_type": "application"}},
	"listeners": {"l": object.union(
		{
			"load_balancer": "alb",
			"port": 80,
			"default_actions": [object.union(
				{"action_type": "redirect", "redirect_protocol": "HTTPS", "redirect_port": "443"},
				action,
			)],
		},
		listener,
	)},
}

findings(listener, action) := found if {
	found := alb_redirect.deny with input as model(listener, action)
}

test_a_redirect_passes if count(findings({}, {})) == 0

test_a_forward_fails if {
	some finding in findings({}, {"action_type": "forward"})
	finding.message == "its listener l on port 80 has the action forward, expected a redirect to HTTPS 443"
	finding.evidence[0] == ["listeners", "l", "/default_actions/0/action_type"]
}

test_a_redirect_elsewhere_fails if {
	some finding in findings({}, {"redirect_port": "8443"})
	finding.message == "its listener l on port 80 redirects with redirect_port 8443, expected 443"
	count(findings({}, {"redirect_protocol": "HTTP"})) == 1
}

test_other_ports_pass if count(findings({"port": 443}, {"action_type": "forward"})) == 0

test_a_rule_counts if {
	rule := {"listener_rules": {"r": {"listener": "l", "actions": [{"action_type": "forward"}]}}}
	count(alb_redirect.deny) == 1 with input as object.union(model({}, {}), rule)
}

test_unknown_is_in_the_evidence if {
	some finding in findings({}, {"redirect_protocol": null})
	finding.evidence[0] == ["listeners", "l", "/default_actions/0/redirect_protocol"]
}
