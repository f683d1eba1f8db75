package audit.cloudtrail_bucket_test

import data.audit.cloudtrail_bucket

bucket := {
	"account": "a",
	"block_public_acls": true,
	"ignore_public_acls": true,
	"block_public_policy": true,
	"restrict_public_buckets": true,
	"logging_target_bucket": "logs",
	"access": {"others_may_write": false, "write_grants": []},
}

model(changes, for_account) := {
	"accounts": {"a": {
		"account": "a",
		"summary": {"Users": 1},
		"s3_block_public_acls": for_account,
		"s3_ignore_public_acls": for_account,
		"s3_block_public_policy": for_account,
		"s3_restrict_public_buckets": for_account,
	}},
	"s3_buckets": {"b": object.union(bucket, changes)},
	"cloudtrail_trails": {"t": {"s3_bucket": "b"}},
}

messages(changes, for_account) := found if {
	found := {finding.message | some finding in cloudtrail_bucket.deny} with input as model(changes, for_account)
}

test_a_closed_bucket_passes if count(messages({}, false)) == 0

test_a_block_for_the_account_is_enough if count(messages({"block_public_acls": false}, true)) == 0

test_an_open_bucket_fails if {
	messages({"block_public_acls": false}, false) == {
		"its bucket b does not block public access (block_public_acls is not true, nor is the account's)",
	}
}

test_no_access_log_fails if messages({"logging_target_bucket": null}, true) == {"its bucket b does not log its access"}

test_other_writers_fail if {
	grant := {"principal": "*", "statement": {"collection": "s3_buckets", "id": "b", "path": "/policy/statements/0"}}
	messages({"access": {"others_may_write": true, "write_grants": [grant]}}, true) == {
		"the policy of its bucket b lets others than CloudTrail write: *",
	}
}

test_unknown_is_in_the_evidence if {
	some finding in cloudtrail_bucket.deny with input as model({"block_public_acls": null}, null)
	["s3_buckets", "b", "/block_public_acls"] in finding.evidence
	["accounts", "a", "/s3_block_public_acls"] in finding.evidence
}

test_another_accounts_block_does_not_count if {
	changed := object.union(model({"block_public_acls": false}, true), {"accounts": {
		"a": {"s3_block_public_acls": false},
		"b": {"account": "b", "s3_block_public_acls": true},
	}})
	some finding in cloudtrail_bucket.deny with input as changed
	not ["accounts", "b", "/s3_block_public_acls"] in finding.evidence
	other := object.union(model({"block_public_acls": false}, true), {"accounts": {"b": {
		"account": "b",
		"s3_block_public_acls": false,
	}}})
	count(cloudtrail_bucket.deny) == 0 with input as other
}

test_an_account_that_was_not_seen_is_no_evidence if {
	changed := object.remove(model({"block_public_acls": false}, false), ["accounts"])
	some finding in cloudtrail_bucket.deny with input as object.union(changed, {"accounts": {"account": {"summary": {}}}})
	finding.evidence == [["s3_buckets", "b", "/block_public_acls"], ["cloudtrail_trails", "t", "/s3_bucket"]]
}
