package audit.default_sg_closed_test

import data.audit.default_sg_closed

model(changes) := {"security_groups": {"sg": object.union(
	{"is_default": true, "ingress": [], "egress": [], "used_by": []},
	changes,
)}}

test_an_empty_default_group_passes if {
	count(default_sg_closed.deny) == 0 with input as model({})
}

test_rules_fail if {
	some finding in default_sg_closed.deny with input as model({"egress": [{"protocol": "-1"}]})
	finding.message == "it has 1 rules for outgoing traffic, expected none"
	finding.evidence[0] == ["security_groups", "sg", "/egress/0"]
	count(default_sg_closed.deny) == 2 with input as model({"ingress": [{}], "egress": [{}]})
}

test_users_fail if {
	some finding in default_sg_closed.deny with input as model({"used_by": [{"collection": "instances", "id": "i"}]})
	finding.message == "1 resources carry it (instances/i first), expected none"
}

test_other_groups_are_not_judged if {
	count(default_sg_closed.deny) == 0 with input as model({"is_default": false, "ingress": [{}]})
	count(default_sg_closed.applicable) == 0 with input as model({"is_default": false})
}

test_a_group_that_may_be_default_rests_on_it if {
	some finding in default_sg_closed.deny with input as model({"is_default": null, "ingress": [{}]})
	["security_groups", "sg", "/is_default"] in finding.evidence
	count(default_sg_closed.applicable) == 1 with input as model({"is_default": null})
}
