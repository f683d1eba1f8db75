# METADATA
# title: S3 buckets refuse plain HTTP
# description: >-
#   S3 answers plain HTTP as well as HTTPS. A policy that denies requests without
#   TLS, for every principal and every object, keeps data and credentials from
#   crossing the network in the open.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS
# custom:
#   id: s3-tls
#   severity: medium
#   subject: [s3_buckets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - s3_buckets.access.denies_insecure_transport
#   architecture: ["+"]
#   remediation:
#     summary: Deny s3:* to everyone where aws:SecureTransport is false, on the bucket and its objects.
#     cloudformation: |
#       - Effect: Deny
#         Principal: "*"
#         Action: s3:*
#         Resource: [!GetAtt Bucket.Arn, !Sub "${Bucket.Arn}/*"]
#         Condition:
#           Bool:
#             aws:SecureTransport: "false"
#     terraform: |
#       statement {
#         effect    = "Deny"
#         actions   = ["s3:*"]
#         resources = [aws_s3_bucket.main.arn, "${aws_s3_bucket.main.arn}/*"]
#         principals {
#           type        = "*"
#           identifiers = ["*"]
#         }
#         condition {
#           test     = "Bool"
#           variable = "aws:SecureTransport"
#           values   = ["false"]
#         }
#       }
#     cli: |
#       aws s3api put-bucket-policy --bucket NAME --policy file://policy.json
#   frameworks:
#     aws-fsbp: ["S3.5"]
#     cis-aws-foundations-3.0: ["2.1.1"]
#     cis-aws-foundations-5.0: ["2.1.1"]
#     nist-800-53-r5: ["AC-4", "AC-17(2)", "IA-5(1)", "SC-7(4)", "SC-8", "SC-12(3)", "SC-13",
#       "SC-23", "SI-7(6)"]
#     pci-dss-4.0: ["4.2.1"]
#     soc2: ["CC6.7"]
#     well-architected: ["SEC09-BP02"]
package audit.s3_tls

deny contains finding if {
	some id, bucket in input.s3_buckets
	bucket.policy == null
	not denies_plain(bucket)
	finding := {
		"subject": ["s3_buckets", id],
		"message": "it has no policy, so it answers plain HTTP",
		"evidence": [["s3_buckets", id, "/policy"], ["s3_buckets", id, "/access/denies_insecure_transport"]],
	}
}

deny contains finding if {
	some id, bucket in input.s3_buckets
	bucket.policy != null
	not denies_plain(bucket)
	finding := {
		"subject": ["s3_buckets", id],
		"message": "its policy does not deny requests without TLS to every principal on every object",
		"evidence": [["s3_buckets", id, "/access/denies_insecure_transport"]],
	}
}

denies_plain(bucket) if bucket.access.denies_insecure_transport == true
