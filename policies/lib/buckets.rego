# What several controls need to know of buckets' public-access blocks.
package audit.lib.buckets

# The bucket's settings and the account's of the same effect.
blocks := {
	"block_public_acls": "s3_block_public_acls",
	"ignore_public_acls": "s3_ignore_public_acls",
	"block_public_policy": "s3_block_public_policy",
	"restrict_public_buckets": "s3_restrict_public_buckets",
}

# The settings that neither a bucket nor its account has.
unblocked[id] contains setting if {
	some id, bucket in input.s3_buckets
	some setting, of_account in blocks
	not bucket[setting] == true
	not input.accounts[bucket.account][of_account] == true
}

# Accounts that were looked at. IAM's summary tells one from the account that a
# template stands for, of which nothing is known.
seen_accounts contains id if {
	some id, account in input.accounts
	count(account.summary) > 0
}

seen_accounts contains id if {
	some id, account in input.accounts
	some setting in blocks
	is_boolean(account[setting])
}

# The bucket's setting, and the account's where it may matter.
block_evidence(id, bucket, setting) := array.concat(
	[["s3_buckets", id, sprintf("/%s", [setting])]],
	[["accounts", bucket.account, sprintf("/%s", [blocks[setting]])] | bucket.account in seen_accounts],
)
