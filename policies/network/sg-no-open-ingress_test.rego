package audit.sg_no_open_ingress_test

import data.audit.sg_no_open_ingress

open(protocol, from, to) := {"family": "IPv4", "protocol": protocol, "from_port": from, "to_port": to, "rules": [0]}

model(opens, balancer) := {
	"security_groups": {"sg": {
		"open_ingress": opens,
		"used_by": [{"collection": "load_balancers", "id": "alb"}],
	}},
	"load_balancers": {"alb": object.union(
		{"load_balancer_type": "application", "scheme": "internet-facing"},
		balancer,
	)},
}

test_https_of_the_entry_passes if {
	opens := [open("tcp", 443, 443), open("tcp", 80, 80)]
	count(sg_no_open_ingress.deny) == 0 with input as model(opens, {})
}

test_other_ports_of_the_entry_fail if {
	some finding in sg_no_open_ingress.deny with input as model([open("tcp", 8080, 8080)], {})
	startswith(finding.message, "it admits tcp 8080 from 0.0.0.0/0")
	finding.evidence == [["security_groups", "sg", "/ingress/0"]]
}

test_a_range_is_not_exempt if {
	count(sg_no_open_ingress.deny) == 1 with input as model([open("tcp", 80, 443)], {})
	count(sg_no_open_ingress.deny) == 1 with input as model([open("-1", 0, 65535)], {})
	count(sg_no_open_ingress.deny) == 1 with input as model([open("udp", 443, 443)], {})
}

test_an_internal_application_balancer_is_exempt_and_a_network_balancer_is_not if {
	count(sg_no_open_ingress.deny) == 0 with input as model([open("tcp", 443, 443)], {"scheme": "internal"})
	count(sg_no_open_ingress.deny) == 1 with input as model([open("tcp", 443, 443)], {"load_balancer_type": "network"})
}

test_an_unknown_type_is_in_the_evidence if {
	some finding in sg_no_open_ingress.deny with input as model([open("tcp", 443, 443)], {"load_balancer_type": null})
	["load_balancers", "alb", "/load_balancer_type"] in finding.evidence
	["security_groups", "sg", "/used_by"] in finding.evidence
}

test_closed_group_passes if {
	count(sg_no_open_ingress.deny) == 0 with input as model([], {"scheme": null})
}

test_a_group_that_something_else_carries_too_is_not_exempt if {
	changed := object.union(model([open("tcp", 443, 443)], {}), {"security_groups": {"sg": {"used_by": [
		{"collection": "load_balancers", "id": "alb"},
		{"collection": "instances", "id": "i"},
	]}}})
	count(sg_no_open_ingress.deny) == 1 with input as changed
}
