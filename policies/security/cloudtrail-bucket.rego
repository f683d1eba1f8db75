# METADATA
# title: The bucket of a trail is closed, and logs its access
# description: >-
#   Whoever can write to the bucket of a trail can forge or delete the record of
#   what they did; whoever can read it knows the account. Public access must be
#   blocked on the bucket or for the account, access logged, and nobody but
#   CloudTrail let in to write. A template that does not name its account is
#   judged by what it declares.
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
#     cli: |
#       aws s3api put-public-access-block --bucket NAME --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#       aws s3api put-bucket-logging --bucket NAME --bucket-logging-status file://logging.json
#   frameworks:
#     cis-aws-foundations-3.0: ["3.4"]
#     cis-aws-foundations-5.0: ["3.4"]
#     nist-800-53-r5: ["AC-3", "AU-9"]
#     pci-dss-4.0: ["1.4.4", "10.2.1", "10.3.2"]
#     soc2: ["CC6.1", "CC7.2"]
#     well-architected: ["SEC04-BP01", "SEC08-BP04"]
package audit.cloudtrail_bucket

import data.audit.lib.buckets

of_trails contains [id, bucket_id, bucket] if {
	some id, trail in input.cloudtrail_trails
	bucket_id := trail.s3_bucket
	bucket := input.s3_buckets[bucket_id]
}

deny contains finding if {
	some [id, bucket_id, bucket] in of_trails
	some name in buckets.unblocked[bucket_id]
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": sprintf("its bucket %s does not block public access (%s is not true, nor is the account's)", [bucket_id, name]),
		"evidence": array.concat(
			buckets.block_evidence(bucket_id, bucket, name),
			[["cloudtrail_trails", id, "/s3_bucket"]],
		),
	}
}

deny contains finding if {
	some [id, bucket_id, bucket] in of_trails
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
	some [id, bucket_id, bucket] in of_trails
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

depends contains {"subject": ["cloudtrail_trails", id], "on": ["s3_buckets", bucket_id]} if some [id, bucket_id, _] in of_trails
