package audit.iam_trust_test

import data.audit.iam_trust

grant(principal) := {
	"principal": principal,
	"statement": {"collection": "iam_roles", "id": "r", "path": "/assume_role_policy/statements/0"},
}

model(path, trust) := {"iam_roles": {"r": {"path": path, "trust": trust}}}

closed := {"everyone": [], "foreign_without_external_id": [], "oidc_without_subject": []}

messages(path, changes) := found if {
	found := {finding.message | some finding in iam_trust.deny} with input as model(path, object.union(closed, changes))
		with data.profile.trusted_accounts as ["111122223333"]
}

test_closed_passes if count(messages("/", {})) == 0

test_everyone_fails if messages("/", {"everyone": [grant("*")]}) == {"everyone (*) may assume it"}

test_a_third_party_fails if {
	messages("/", {"foreign_without_external_id": [grant("arn:aws:iam::444455556666:root")]}) == {
		"the foreign arn:aws:iam::444455556666:root may assume it without an external id",
	}
}

test_a_trusted_account_passes if {
	count(messages("/", {"foreign_without_external_id": [grant("arn:aws:iam::111122223333:root")]})) == 0
}

test_oidc_fails if count(messages("/", {"oidc_without_subject": [grant("example.org")]})) == 1

test_service_linked_roles_are_exempt if {
	count(messages("/aws-service-role/x/", {"everyone": [grant("*")]})) == 0
}

test_unknown_is_no_finding if {
	count(iam_trust.deny) == 0 with input as model(null, null) with data.profile.trusted_accounts as []
	count(iam_trust.applicable) == 1 with input as model(null, null)
}
