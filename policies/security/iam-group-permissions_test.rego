package audit.iam_group_permissions_test

import data.audit.iam_group_permissions

findings(attached, inline) := found if {
	found := iam_group_permissions.deny with input as {"iam_users": {"u": {
		"attached_policies": attached,
		"inline_policies": inline,
	}}}
}

test_none_passes if count(findings([], [])) == 0

test_attached_fails if {
	some finding in findings(["p"], [])
	finding.message == "it has attached policies of its own: p; expected them on its groups"
	finding.evidence == [["iam_users", "u", "/attached_policies/0"]]
}

test_inline_fails if count(findings([], [{"name": "p"}])) == 1
