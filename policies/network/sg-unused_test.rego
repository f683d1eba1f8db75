package audit.sg_unused_test

import data.audit.sg_unused

model(is_default, used_by) := {"security_groups": {"sg": {
	"is_default": is_default,
	"used_by": used_by,
	"referenced_by": [],
}}}

test_a_group_of_something_outside_of_the_model_passes if {
	some_model := {"security_groups": {"sg": {
		"is_default": false,
		"used_by": [],
		"referenced_by": ["aws_efs_mount_target.data"],
	}}}
	count(sg_unused.deny) == 0 with input as some_model
}

test_a_used_group_passes if {
	count(sg_unused.deny) == 0 with input as model(false, [{"collection": "instances", "id": "i"}])
}

test_an_unused_group_fails if {
	some finding in sg_unused.deny with input as model(false, [])
	finding.message == "nothing carries it"
	finding.evidence[0] == ["security_groups", "sg", "/used_by"]
}

test_default_groups_are_not_judged if {
	count(sg_unused.applicable) == 0 with input as model(true, [])
	count(sg_unused.deny) == 0 with input as model(true, [])
}

test_a_group_that_may_be_default_rests_on_it if {
	some finding in sg_unused.deny with input as model(null, [])
	["security_groups", "sg", "/is_default"] in finding.evidence
}
