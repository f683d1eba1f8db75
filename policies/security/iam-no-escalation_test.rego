package audit.iam_no_escalation_test

import data.audit.iam_no_escalation

way(conditional) := {
	"conditional": conditional,
	"steps": [
		{
			"method": "sts-assume-role",
			"from": {"collection": "iam_users", "id": "u"},
			"to": {"collection": "iam_roles", "id": "r"},
			"description": "assumes r",
			"permissions": [{
				"action": "sts:AssumeRole",
				"resource": "r",
				"statements": [{"collection": "iam_policies", "id": "p", "path": "/document/statements/0"}],
			}],
		},
		{
			"method": "iam-put-role-policy",
			"from": {"collection": "iam_roles", "id": "r"},
			"to": null,
			"description": "writes an inline policy of its own",
			"permissions": [{"action": "iam:PutRolePolicy", "resource": "r", "statements": []}],
		},
	],
}

model(ways) := {
	"iam_users": {"u": {"effective": {"escalations": ways}}},
	"iam_roles": {"r": {"path": "/", "effective": {"escalations": []}}},
}

findings(ways) := found if found := iam_no_escalation.deny with input as model(ways)

test_no_way_passes if count(findings([])) == 0

test_a_way_fails_and_is_told if {
	some finding in findings([way(false)])
	finding.subject == ["iam_users", "u"]
	finding.message == concat("", [
		"it gains administrator rights: u assumes r (sts:AssumeRole); ",
		"then r writes an inline policy of its own (iam:PutRolePolicy)",
	])
	finding.evidence == [["iam_policies", "p", "/document/statements/0"], ["iam_users", "u", "/effective/escalations/0"]]
}

test_each_permission_is_a_hop if {
	some finding in findings([way(false)])
	[hop | some hop in finding.flows[0].hops] == [
		{
			"resource": {"collection": "iam_policies", "id": "p"},
			"path": "/document/statements/0",
			"description": "u assumes r: sts:AssumeRole on r",
		},
		{
			"resource": {"collection": "iam_roles", "id": "r"},
			"path": "/effective/escalations",
			"description": "r writes an inline policy of its own: iam:PutRolePolicy on r",
		},
	]
}

test_a_condition_is_told if {
	some finding in findings([way(true)])
	startswith(finding.message, "it gains administrator rights, on a condition: ")
}

test_service_linked_roles_are_exempt if {
	found := iam_no_escalation.deny with input as {"iam_roles": {"r": {
		"path": "/aws-service-role/ecs.amazonaws.com/",
		"effective": {"escalations": [way(false)]},
	}}}
	count(found) == 0
}

test_unknown_is_no_finding if {
	found := iam_no_escalation.deny with input as {"iam_users": {"u": {"effective": null}}}
	count(found) == 0
}
