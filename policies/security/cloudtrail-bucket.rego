# METADATA
# title: The bucket of a trail is closed, and logs its access
# description: >-
#   Whoever can write to the bucket of a trail can forge or delete the record of
#   what they did; whoever can read it knows the account. Public access must be
#   blocked on the bucket or for the account, access logged, and nobody but
#   CloudTrail let in to write.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# custom:
#   id: cloudtrail-bucket
#   severity: critical
#   subject: [cloudtrail_trails]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - cloudtrail_trails.s3_bucket
#     - s3_buckets.block_public_acls
#     - s3_buckets.ignore_public_acls
#     - s3_buckets.block_public_policy
#     - s3_buckets.restrict_public_buckets
#     - s3_buckets.logging_target_bucket
#     - s3_buckets.access.others_may_write
#     - accounts.s3_block_public_acls
#     - accounts.s3_ignore_public_acls
#     - accounts.s3_block_public_policy
#     - accounts.s3_restrict_public_buckets
#   architecture: ["4"]
#   remediation:
#     summary: Block public access, turn server access logging on, and let only CloudTrail write.
#     cloudformation: |
#       PublicAccessBlockConfiguration:
#         BlockPublicAcls: true
#         BlockPublicPolicy: true
#         IgnorePublicAcls: true
#         RestrictPublicBuckets: true
#       LoggingConfiguration: {DestinationBucketName: !Ref AccessLogBucket}
#     terraform: |
#       resource "aws_s3_bucket_public_access_block" "trail" {
#         bucket                  = aws_s3_bucket.trail.id
#         block_public_acls       = true
#         block_public_policy     = true
#         ignore_public_acls      = true
#         restrict_public_buckets = true
#       }
#   frameworks:
#     cis-aws-foundations-3.0: ["3.4"]
#     aws-fsbp: ["CloudTrail.6", "CloudTrail.7"]
#     nist-800-53-r5: ["AC-3", "AU-9"]
#     pci-dss-4.0: ["10.3.2", "10.3.3"]
#     soc2: ["CC6.1", "CC7.2"]
#     well-architected: ["SEC08-BP04"]
package audit.cloudtrail_bucket

blocks := ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]

buckets contains [id, bucket_id, bucket] if {
	some id, trail in input.cloudtrail_trails
	bucket_id := trail.s3_bucket
	bucket := input.s3_buckets[bucket_id]
}

blocked_for_account contains name if {
	some name in blocks
	count(input.accounts) > 0
	every account in input.accounts {
		account[sprintf("s3_%s", [name])] == true
	}
}

deny contains finding if {
	some [id, bucket_id, bucket] in buckets
	some name in blocks
	bucket[name] != true
	not name in blocked_for_account
	accounts := [["accounts", account, sprintf("/s3_%s", [name])] | some account, _ in input.accounts]
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": sprintf("its bucket %s does not block public access (%s is not true, nor is the account's)", [bucket_id, name]),
		"evidence": array.concat(
			[["s3_buckets", bucket_id, sprintf("/%s", [name])], ["cloudtrail_trails", id, "/s3_bucket"]],
			accounts,
		),
	}
}

deny contains finding if {
	some [id, bucket_id, bucket] in buckets
	bucket.logging_target_bucket == null
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": sprintf("its bucket %s does not log its access", [bucket_id]),
		"evidence": [
			["s3_buckets", bucket_id, "/logging_target_bucket"],
			["cloudtrail_trails", id, "/s3_bucket"],
		],
	}
}

deny contains finding if {
	some [id, bucket_id, bucket] in buckets
	bucket.access.others_may_write == true
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": sprintf(
			"the policy of its bucket %s lets others than CloudTrail write: %s",
			[bucket_id, concat(", ", {grant.principal | some grant in bucket.access.write_grants})],
		),
		"evidence": array.concat(
			[["s3_buckets", bucket_id, "/access/others_may_write"], ["cloudtrail_trails", id, "/s3_bucket"]],
			[[grant.statement.collection, grant.statement.id, grant.statement.path] |
				some grant in bucket.access.write_grants
			],
		),
	}
}

depends contains {"subject": ["cloudtrail_trails", id], "on": ["s3_buckets", bucket_id]} if some [id, bucket_id, _] in buckets

# The account's blocks matter where the bucket lacks one.
depends contains {"subject": ["cloudtrail_trails", id], "on": ["accounts", null]} if some [id, _, _] in buckets

depends contains {"subject": ["cloudtrail_trails", id], "on": ["accounts", account]} if {
	some [id, _, bucket] in buckets
	some name in blocks
	bucket[name] != true
	some account, _ in input.accounts
}
