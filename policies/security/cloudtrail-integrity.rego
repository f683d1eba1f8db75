# METADATA
# title: Trails prove their files whole
# description: >-
#   Digests show whether a log file was changed or deleted after it was
#   delivered; without them a record that was tampered with looks like any
#   other.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
# custom:
#   id: cloudtrail-integrity
#   severity: medium
#   subject: [cloudtrail_trails]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - cloudtrail_trails.log_file_validation_enabled
#   architecture: ["4"]
#   remediation:
#     summary: Turn log file validation on.
#     cloudformation: |
#       EnableLogFileValidation: true
#     terraform: |
#       enable_log_file_validation = true
#     cli: |
#       aws cloudtrail update-trail --name NAME --enable-log-file-validation
#   frameworks:
#     aws-fsbp: ["CloudTrail.4"]
#     cis-aws-foundations-3.0: ["3.2"]
#     cis-aws-foundations-5.0: ["3.2"]
#     nist-800-53-r5: ["AU-9", "SI-4", "SI-7"]
#     pci-dss-4.0: ["10.3.2", "10.3.4"]
#     soc2: ["CC7.3"]
#     well-architected: ["SEC04-BP01"]
package audit.cloudtrail_integrity

deny contains finding if {
	some id, trail in input.cloudtrail_trails
	trail.log_file_validation_enabled == false
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": "its files are not validated (log_file_validation_enabled is false, expected true)",
		"evidence": [["cloudtrail_trails", id, "/log_file_validation_enabled"]],
	}
}
