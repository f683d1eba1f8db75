package audit.iam_least_privilege_test

import data.audit.iam_least_privilege

grant(kind, path) := {
	"kind": kind,
	"statement": {"collection": "iam_policies", "id": "p", "path": path},
	"actions": ["s3:Put*"],
	"examples": ["s3:PutBucketPolicy (Permissions management)"],
}

grants(kind) := {"admin": false, "broad": [grant(kind, "/document/statements/0")]}

narrow := {"admin": false, "broad": []}

findings(managed, facts) := found if {
	found := iam_least_privilege.deny with input as {"iam_policies": {"p": {"aws_managed": managed, "grants": facts}}}
}

test_narrow_passes if count(findings(false, narrow)) == 0

test_a_whole_service_fails if {
	some finding in findings(false, grants("service-wildcard"))
	finding.message == "it grants every action of a service: s3:Put*; among them s3:PutBucketPolicy (Permissions management)"
	finding.evidence == [
		["iam_policies", "p", "/document/statements/0"],
		["iam_policies", "p", "/grants/broad/0"],
		["iam_policies", "p", "/aws_managed"],
	]
}

test_a_write_on_everything_fails if {
	some finding in findings(false, grants("unscoped-write"))
	startswith(finding.message, "it grants changes to every resource, which could be named: s3:Put*")
}

test_aws_managed_policies_are_not_judged if count(findings(true, grants("service-wildcard"))) == 0

test_many_actions_are_cut_short if {
	many := {"admin": false, "broad": [{
		"kind": "unscoped-write",
		"statement": {"collection": "iam_policies", "id": "p", "path": "/document/statements/0"},
		"actions": ["a:A", "b:B", "c:C", "d:D", "e:E"],
		"examples": [],
	}]}
	some finding in findings(false, many)
	finding.message == "it grants changes to every resource, which could be named: a:A, b:B, c:C and 2 more"
}

test_inline_policies_are_judged_by_their_holder if {
	some finding in iam_least_privilege.deny with input as {"iam_roles": {
		"r": {"inline_policies": [{"grants": narrow}, {"grants": grants("service-wildcard")}]},
		"bare": {"inline_policies": []},
	}}
	finding.subject == ["iam_roles", "r"]
	finding.evidence[1] == ["iam_roles", "r", "/inline_policies/1/grants/broad/0"]
}

test_holders_without_inline_policies_are_not_judged if {
	count(iam_least_privilege.applicable) == 0 with input as {"iam_roles": {"bare": {"inline_policies": []}}}
}

test_unknown_is_no_finding if count(findings(null, null)) == 0
