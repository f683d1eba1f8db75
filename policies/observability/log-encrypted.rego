# METADATA
# title: Log groups are encrypted with a KMS key
# description: >-
#   CloudWatch encrypts every log group with a key of its own. A KMS key of the
#   account adds a second lock: who may read the logs must also be allowed to use
#   the key, and each use is recorded. Judged only where the profile sets
#   log_encryption_required.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
# custom:
#   id: log-encrypted
#   severity: low
#   subject: [log_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - log_groups.kms_key_id
#   architecture: ["4"]
#   remediation:
#     summary: Associate a KMS key whose policy lets CloudWatch Logs use it.
#     cloudformation: |
#       KmsKeyId: !GetAtt LogKey.Arn
#     terraform: |
#       kms_key_id = aws_kms_key.logs.arn
#     cli: |
#       aws logs associate-kms-key --log-group-name NAME --kms-key-id ARN
#   frameworks:
#     nist-800-53-r5: ["AU-9", "SC-13", "SC-28"]
#     pci-dss-4.0: ["10.3.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.log_encrypted

log_encryption_required := data.profile.log_encryption_required

deny contains finding if {
	log_encryption_required == true
	some id, group in input.log_groups
	group.kms_key_id == null
	finding := {
		"subject": ["log_groups", id],
		"message": "it has no KMS key, expected one",
		"evidence": [["log_groups", id, "/kms_key_id"]],
	}
}

applicable contains ["log_groups", id] if {
	log_encryption_required == true
	some id, _ in input.log_groups
}
