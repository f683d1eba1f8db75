package audit.secrets_policy_test

import data.audit.secrets_policy

profile := {"trusted_accounts": ["222222222222"]}

grant(principal) := {
	"statement": {"collection": "secrets", "id": "db", "path": "/policy/statements/0"},
	"kind": "principal",
	"principal": principal,
	"actions": ["secretsmanager:GetSecretValue"],
	"restricted": false,
}

model(access) := {"secrets": {"db": {"access": access}}}

test_no_policy_passes if {
	count(secrets_policy.deny) == 0 with input as model(null) with data.profile as profile
}

test_own_account_passes if {
	access := {"public": false, "public_grants": [], "foreign_grants": []}
	count(secrets_policy.deny) == 0 with input as model(access) with data.profile as profile
}

test_everyone_fails if {
	access := {"public": true, "public_grants": [grant("*")], "foreign_grants": []}
	some finding in secrets_policy.deny with input as model(access) with data.profile as profile
	finding.subject == ["secrets", "db"]
	finding.message == "its policy lets everyone (*) use secretsmanager:GetSecretValue"
	finding.evidence == [["secrets", "db", "/policy/statements/0"], ["secrets", "db", "/access/public"]]
}

test_foreign_account_fails if {
	every principal in ["333333333333", "arn:aws:iam::333333333333:role/reader"] {
		access := {"public": false, "public_grants": [], "foreign_grants": [grant(principal)]}
		count(secrets_policy.deny) == 1 with input as model(access) with data.profile as profile
	}
}

test_trusted_account_passes if {
	every principal in ["222222222222", "arn:aws:iam::222222222222:root"] {
		access := {"public": false, "public_grants": [], "foreign_grants": [grant(principal)]}
		count(secrets_policy.deny) == 0 with input as model(access) with data.profile as profile
	}
}

test_unknown_access_is_no_finding if {
	access := {"public": null, "public_grants": [], "foreign_grants": []}
	count(secrets_policy.deny) == 0 with input as model(access) with data.profile as profile
}

test_everyone_without_a_statement_fails if {
	access := {"public": true, "public_grants": [], "foreign_grants": []}
	some finding in secrets_policy.deny with input as model(access) with data.profile as profile
	finding.evidence == [["secrets", "db", "/access/public"]]
}
