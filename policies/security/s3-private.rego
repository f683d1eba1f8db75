# METADATA
# title: S3 buckets block public access
# description: >-
#   Public buckets are behind most leaks of cloud data. The four public-access
#   blocks, on the bucket or on the whole account, keep a mistake in a policy or
#   an ACL from opening it. A template that does not name its account is judged
#   by what it declares; what the account blocks is looked at where it is known
#   or could have been.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
# custom:
#   id: s3-private
#   severity: critical
#   subject: [s3_buckets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - s3_buckets.block_public_acls
#     - s3_buckets.ignore_public_acls
#     - s3_buckets.block_public_policy
#     - s3_buckets.restrict_public_buckets
#   architecture: ["+"]
#   remediation:
#     summary: Turn all four public-access blocks on, and serve public content through a distribution in front of the bucket.
#     cloudformation: |
#       PublicAccessBlockConfiguration:
#         BlockPublicAcls: true
#         BlockPublicPolicy: true
#         IgnorePublicAcls: true
#         RestrictPublicBuckets: true
#     terraform: |
#       resource "aws_s3_bucket_public_access_block" "main" {
#         bucket                  = aws_s3_bucket.main.id
#         block_public_acls       = true
#         block_public_policy     = true
#         ignore_public_acls      = true
#         restrict_public_buckets = true
#       }
#     cli: |
#       aws s3api put-public-access-block --bucket NAME --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#   frameworks:
#     aws-fsbp: ["S3.1", "S3.2", "S3.3", "S3.8"]
#     cis-aws-foundations-3.0: ["2.1.4"]
#     cis-aws-foundations-5.0: ["2.1.4"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC03-BP07"]
package audit.s3_private

import data.audit.lib.buckets

deny contains finding if {
	some id, open in buckets.unblocked
	bucket := input.s3_buckets[id]
	finding := {
		"subject": ["s3_buckets", id],
		"message": sprintf("neither the bucket nor its account sets %s", [concat(", ", open)]),
		"evidence": [item | some setting in open; some item in buckets.block_evidence(id, bucket, setting)],
	}
}

deny contains finding if {
	some id, open in buckets.unblocked
	"restrict_public_buckets" in open
	bucket := input.s3_buckets[id]
	bucket.access.public == true
	some grant in bucket.access.public_grants
	finding := {
		"subject": ["s3_buckets", id],
		"message": sprintf(
			"its policy lets everyone (%s) use %s, and public policies are not restricted",
			[grant.principal, concat(", ", grant.actions)],
		),
		"evidence": array.concat(
			[
				[grant.statement.collection, grant.statement.id, grant.statement.path],
				["s3_buckets", id, "/access/public"],
			],
			buckets.block_evidence(id, bucket, "restrict_public_buckets"),
		),
	}
}

deny contains finding if {
	some id, open in buckets.unblocked
	"ignore_public_acls" in open
	bucket := input.s3_buckets[id]
	bucket.object_ownership != "BucketOwnerEnforced"
	some index, grant in bucket.acl_grants
	grant.grantee in {"AllUsers", "AuthenticatedUsers"}
	finding := {
		"subject": ["s3_buckets", id],
		"message": sprintf("its ACL grants %s to %s, and public ACLs are not ignored", [grant.permission, grant.grantee]),
		"evidence": array.concat(
			[
				["s3_buckets", id, sprintf("/acl_grants/%d", [index])],
				["s3_buckets", id, "/object_ownership"],
			],
			buckets.block_evidence(id, bucket, "ignore_public_acls"),
		),
	}
}
