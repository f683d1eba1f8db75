# METADATA
# title: S3 buckets encrypt by default
# description: >-
#   Default encryption keeps every object encrypted at rest, whatever the client
#   that wrote it asked for. S3 sets AES256 on every bucket that says nothing; a
#   KMS key adds control over who may decrypt.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
# custom:
#   id: s3-encrypted
#   severity: medium
#   subject: [s3_buckets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - s3_buckets.sse_algorithm
#   architecture: ["+"]
#   remediation:
#     summary: Set the bucket's default encryption to AES256 or a KMS key.
#     cloudformation: |
#       BucketEncryption:
#         ServerSideEncryptionConfiguration:
#           - ServerSideEncryptionByDefault:
#               SSEAlgorithm: aws:kms
#     terraform: |
#       resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
#         bucket = aws_s3_bucket.main.id
#         rule {
#           apply_server_side_encryption_by_default {
#             sse_algorithm = "aws:kms"
#           }
#         }
#       }
#     cli: |
#       aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'
#   frameworks:
#     nist-800-53-r5: ["SC-13", "SC-28"]
#     pci-dss-4.0: ["3.5.1"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.s3_encrypted

import data.audit.lib.text

algorithms := {"AES256", "aws:kms", "aws:kms:dsse"}

deny contains finding if {
	some id, bucket in input.s3_buckets
	not bucket.sse_algorithm in algorithms
	finding := {
		"subject": ["s3_buckets", id],
		"message": sprintf(
			"its default encryption is %s, expected AES256, aws:kms or aws:kms:dsse",
			[text.shown(bucket.sse_algorithm)],
		),
		"evidence": [["s3_buckets", id, "/sse_algorithm"]],
	}
}
