package audit.s3_private_test

import data.audit.s3_private

set_to(value) := {
	"block_public_acls": value,
	"ignore_public_acls": value,
	"block_public_policy": value,
	"restrict_public_buckets": value,
}

account(value, summary) := {
	"summary": summary,
	"s3_block_public_acls": value,
	"s3_ignore_public_acls": value,
	"s3_block_public_policy": value,
	"s3_restrict_public_buckets": value,
}

bucket := {
	"account": "111111111111",
	"acl_grants": [],
	"object_ownership": "BucketOwnerEnforced",
	"access": null,
}

model(changes, owner) := {
	"s3_buckets": {"logs": object.union(object.union(bucket, set_to(true)), changes)},
	"accounts": {"111111111111": owner},
}

live(value) := account(value, {"Users": 3})

test_blocked_bucket_passes if {
	count(s3_private.deny) == 0 with input as model({}, live(false))
}

test_blocked_account_passes if {
	count(s3_private.deny) == 0 with input as model(set_to(false), live(true))
}

test_one_missing_block_fails if {
	some finding in s3_private.deny with input as model({"block_public_policy": false}, live(false))
	finding.message == "neither the bucket nor its account sets block_public_policy"
	finding.evidence == [
		["s3_buckets", "logs", "/block_public_policy"],
		["accounts", "111111111111", "/s3_block_public_policy"],
	]
}

test_unknown_account_rests_on_the_account if {
	some finding in s3_private.deny with input as model(set_to(false), live(null))
	["accounts", "111111111111", "/s3_block_public_acls"] in finding.evidence
}

test_unknown_block_rests_on_it if {
	some finding in s3_private.deny with input as model({"ignore_public_acls": null}, live(false))
	["s3_buckets", "logs", "/ignore_public_acls"] in finding.evidence
}

test_templates_are_judged_by_what_they_declare if {
	some finding in s3_private.deny with input as model(set_to(false), account(null, {}))
	every item in finding.evidence {
		item[0] == "s3_buckets"
	}
}

test_public_policy_is_named if {
	grant := {
		"statement": {"collection": "s3_buckets", "id": "logs", "path": "/policy/statements/0"},
		"principal": "*",
		"actions": ["s3:GetObject"],
	}
	changes := object.union(set_to(false), {"access": {"public": true, "public_grants": [grant]}})
	messages := {finding.message | some finding in s3_private.deny} with input as model(changes, live(false))
	"its policy lets everyone (*) use s3:GetObject, and public policies are not restricted" in messages
}

test_public_acl_is_named if {
	changes := object.union(set_to(false), {
		"object_ownership": "ObjectWriter",
		"acl_grants": [{"grantee": "AllUsers", "permission": "READ"}],
	})
	messages := {finding.message | some finding in s3_private.deny} with input as model(changes, live(false))
	"its ACL grants READ to AllUsers, and public ACLs are not ignored" in messages
}

test_acl_counts_for_nothing_under_owner_enforced if {
	changes := object.union(set_to(false), {"acl_grants": [{"grantee": "AllUsers", "permission": "READ"}]})
	count(s3_private.deny) == 1 with input as model(changes, live(false))
}
