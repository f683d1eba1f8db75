package audit.kms_policy_test

import data.audit.kms_policy

profile := {"trusted_accounts": ["222222222222"]}

grant(principal) := {
	"statement": {"collection": "kms_keys", "id": "data", "path": "/policy/statements/1"},
	"principal": principal,
	"actions": ["kms:Decrypt"],
}

model(manager, public_grants, foreign_grants) := {"kms_keys": {"data": {
	"key_manager": manager,
	"access": {
		"public": count(public_grants) > 0,
		"public_grants": public_grants,
		"foreign_grants": foreign_grants,
	},
}}}

test_own_account_passes if {
	count(kms_policy.deny) == 0 with input as model("CUSTOMER", [], []) with data.profile as profile
}

test_everyone_fails if {
	some finding in kms_policy.deny with input as model("CUSTOMER", [grant("*")], []) with data.profile as profile
	finding.subject == ["kms_keys", "data"]
	finding.evidence == [
		["kms_keys", "data", "/policy/statements/1"],
		["kms_keys", "data", "/access/public"],
		["kms_keys", "data", "/key_manager"],
	]
}

test_unknown_account_fails if {
	principal := "arn:aws:iam::333333333333:root"
	some finding in kms_policy.deny with input as model("CUSTOMER", [], [grant(principal)]) with data.profile as profile
	finding.message == "its policy lets the foreign arn:aws:iam::333333333333:root use kms:Decrypt"
}

test_trusted_account_passes if {
	principal := "arn:aws:iam::222222222222:role/backup"
	count(kms_policy.deny) == 0 with input as model("CUSTOMER", [], [grant(principal)]) with data.profile as profile
}

test_keys_of_aws_are_not_judged if {
	count(kms_policy.applicable) == 0 with input as model("AWS", [grant("*")], [])
	count(kms_policy.deny) == 0 with input as model("AWS", [grant("*")], []) with data.profile as profile
}

test_unknown_manager_is_judged if {
	count(kms_policy.applicable) == 1 with input as model(null, [], [])
}

test_unknown_access_is_no_finding if {
	unknown := {"kms_keys": {"data": {"key_manager": "CUSTOMER", "access": null}}}
	count(kms_policy.deny) == 0 with input as unknown with data.profile as profile
}
