# METADATA
# title: Log groups keep their events long enough
# description: >-
#   Logs that are deleted too early are missing when an incident is noticed weeks
#   later; logs that never expire cost more each month and keep personal data
#   without end. AWS fixes the retention of DELIVERY log groups, so they are not
#   judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention
# custom:
#   id: log-retention
#   severity: medium
#   subject: [log_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - log_groups.retention_in_days
#     - log_groups.log_group_class
#   architecture: ["3"]
#   remediation:
#     summary: Set the retention to at least the days that the profile asks for.
#     cloudformation: |
#       RetentionInDays: 30
#     terraform: |
#       retention_in_days = 30
#     cli: |
#       aws logs put-retention-policy --log-group-name NAME --retention-in-days 30
#   frameworks:
#     nist-800-53-r5: ["AU-6(3)", "AU-6(4)", "AU-10", "AU-11", "CA-7", "SI-12"]
#     pci-dss-4.0: ["10.5.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP01"]
package audit.log_retention

log_retention_days := data.profile.log_retention_days

judged := {id: group |
	some id, group in input.log_groups
	group.log_group_class != "DELIVERY"
}

deny contains finding if {
	some id, group in judged
	group.retention_in_days == null
	finding := {
		"subject": ["log_groups", id],
		"message": sprintf("its events never expire, expected a retention of at least %d days", [log_retention_days]),
		"evidence": [["log_groups", id, "/retention_in_days"], ["log_groups", id, "/log_group_class"]],
	}
}

deny contains finding if {
	some id, group in judged
	is_number(group.retention_in_days)
	group.retention_in_days < log_retention_days
	finding := {
		"subject": ["log_groups", id],
		"message": sprintf(
			"its events are kept for %d days, expected at least %d",
			[group.retention_in_days, log_retention_days],
		),
		"evidence": [["log_groups", id, "/retention_in_days"], ["log_groups", id, "/log_group_class"]],
	}
}

applicable contains ["log_groups", id] if some id, _ in judged
