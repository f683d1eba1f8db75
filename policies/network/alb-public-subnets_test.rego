package audit.alb_public_subnets_test

import data.audit.alb_public_subnets

model(balancer, subnet) := {
	"load_balancers": {"alb": object.union(
		{"load_balancer_type": "application", "scheme": "internet-facing", "subnet_ids": ["a", "b"]},
		balancer,
	)},
	"subnets": {
		"a": {"public": true, "availability_zone": "1"},
		"b": object.union({"public": true, "availability_zone": "2"}, subnet),
	},
}

findings(balancer, subnet) := found if {
	found := alb_public_subnets.deny with input as model(balancer, subnet)
}

test_two_public_zones_pass if count(findings({}, {})) == 0

test_a_private_subnet_fails if {
	some finding in findings({}, {"public": false})
	finding.message == "its subnet b is private, expected public subnets"
	["subnets", "b", "/public"] in finding.evidence
}

test_one_zone_fails if {
	some finding in findings({}, {"availability_zone": "1"})
	finding.message == "its subnets are in 1 Availability Zones, expected at least 2"
}

test_an_unknown_zone_is_in_the_evidence if {
	some finding in findings({}, {"availability_zone": null})
	["subnets", "b", "/availability_zone"] in finding.evidence
}

test_an_unknown_tier_is_no_finding if count(findings({}, {"public": null})) == 0

test_internal_balancers_are_not_judged if {
	count(findings({"scheme": "internal"}, {"public": false})) == 0
	count(alb_public_subnets.applicable) == 0 with input as model({"scheme": "internal"}, {})
	count(alb_public_subnets.applicable) == 1 with input as model({"scheme": null}, {})
}
