package audit.ec2_imdsv2_test

import data.audit.ec2_imdsv2

options(tokens, endpoint, hops) := {
	"http_tokens": tokens,
	"http_endpoint": endpoint,
	"http_put_response_hop_limit": hops,
}

model(metadata_options, template, templates) := {
	"instances": {"web": {
		"state": "running",
		"launch_template_id": template,
		"metadata_options": metadata_options,
	}},
	"launch_templates": {id: {"metadata_options": option} | some id, option in templates},
}

test_required_tokens_pass if {
	count(ec2_imdsv2.deny) == 0 with input as model(options("required", "enabled", 2), null, {})
}

test_optional_tokens_fail if {
	some finding in ec2_imdsv2.deny with input as model(options("optional", "enabled", 1), null, {})
	finding.message == "it answers IMDSv1 (http_tokens is optional, expected required)"
	finding.evidence[0] == ["instances", "web", "/metadata_options/http_tokens"]
}

test_three_hops_fail if {
	some finding in ec2_imdsv2.deny with input as model(options("required", "enabled", 3), null, {})
	finding.message == "metadata answers may travel 3 hops, expected at most 2"
}

test_disabled_endpoint_passes if {
	count(ec2_imdsv2.deny) == 0 with input as model(options("optional", "disabled", 64), null, {})
}

test_unknown_tokens_rest_on_the_tokens if {
	some finding in ec2_imdsv2.deny with input as model(options(null, "enabled", null), null, {})
	["instances", "web", "/metadata_options/http_tokens"] in finding.evidence
}

test_launch_template_decides_what_the_instance_leaves_open if {
	count(ec2_imdsv2.deny) == 0 with input as model(
		options(null, null, null), "template",
		{"template": options("required", "enabled", 1)},
	)
}

test_launch_template_fails_with_its_instance if {
	subjects := {finding.subject | some finding in ec2_imdsv2.deny} with input as model(
		options(null, null, null), "template",
		{"template": options("optional", "enabled", 1)},
	)
	subjects == {["instances", "web"], ["launch_templates", "template"]}
}

test_the_instance_goes_before_its_launch_template if {
	subjects := {finding.subject | some finding in ec2_imdsv2.deny} with input as model(
		options("required", "enabled", 1), "template",
		{"template": options("optional", "enabled", 1)},
	)
	subjects == {["launch_templates", "template"]}
}

test_terminated_instance_is_not_judged if {
	gone := {"instances": {"web": {"state": "terminated", "metadata_options": options("optional", null, 1)}}}
	count(ec2_imdsv2.applicable) == 0 with input as gone
}

test_what_a_missing_launch_template_decides_rests_on_it if {
	some finding in ec2_imdsv2.deny with input as model(options(null, null, null), "template", {})
	["instances", "web", "/launch_template_id"] in finding.evidence
	count(ec2_imdsv2.deny) == 0 with input as model(options("required", null, 1), "template", {})
}

test_hops_that_a_missing_launch_template_decides_rest_on_it if {
	some finding in ec2_imdsv2.deny with input as model(options("required", "enabled", null), "template", {})
	["instances", "web", "/launch_template_id"] in finding.evidence
}
