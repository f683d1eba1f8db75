# METADATA
# title: Trails are encrypted with a KMS key
# description: >-
#   With a KMS key of its own, reading the record takes a right to the key
#   besides one to the bucket, and each use of the key is itself recorded.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
# custom:
#   id: cloudtrail-encrypted
#   severity: medium
#   subject: [cloudtrail_trails]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - cloudtrail_trails.kms_key_id
#   architecture: ["4"]
#   remediation:
#     summary: Give the trail a KMS key whose policy lets CloudTrail encrypt.
#     cloudformation: |
#       KMSKeyId: !GetAtt TrailKey.Arn
#     terraform: |
#       kms_key_id = aws_kms_key.trail.arn
#     cli: |
#       aws cloudtrail update-trail --name NAME --kms-key-id KEY
#   frameworks:
#     aws-fsbp: ["CloudTrail.2"]
#     cis-aws-foundations-3.0: ["3.5"]
#     cis-aws-foundations-5.0: ["3.5"]
#     nist-800-53-r5: ["AU-9", "CA-9(1)", "CM-3(6)", "SC-7(10)", "SC-13", "SC-28", "SI-7(6)"]
#     pci-dss-4.0: ["10.3.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.cloudtrail_encrypted

deny contains finding if {
	some id, trail in input.cloudtrail_trails
	trail.kms_key_id == null
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": "its files are not encrypted with a KMS key (kms_key_id is not set)",
		"evidence": [["cloudtrail_trails", id, "/kms_key_id"]],
	}
}
