package audit.iam_no_admin_test

import data.audit.iam_no_admin

facts(admin) := {
	"admin": admin,
	"admin_statements": [{"collection": "iam_policies", "id": "p", "path": "/document/statements/0"}],
}

model(admin, path) := {
	"iam_policies": {
		"p": {"aws_managed": false, "grants": facts(admin)},
		"aws": {"aws_managed": true, "grants": facts(true)},
	},
	"iam_roles": {"r": {"path": path, "effective": facts(admin)}},
	"iam_users": {"u": {"effective": null}},
}

subjects(admin, path) := found if {
	found := {finding.subject | some finding in iam_no_admin.deny} with input as model(admin, path)
}

test_narrow_passes if count(subjects(false, "/")) == 0

test_admin_fails if subjects(true, "/") == {["iam_policies", "p"], ["iam_roles", "r"]}

test_service_linked_roles_are_exempt if {
	subjects(true, "/aws-service-role/ecs.amazonaws.com/") == {["iam_policies", "p"]}
}

test_the_statement_is_in_the_evidence if {
	some finding in iam_no_admin.deny with input as model(true, "/")
	finding.evidence[0] == ["iam_policies", "p", "/document/statements/0"]
}

test_unknown_is_no_finding if {
	count(subjects(null, "/")) == 0
	["iam_users", "u"] in iam_no_admin.applicable with input as model(null, "/")
}
