# METADATA
# title: Log groups are named by convention
# description: >-
#   Names that follow one pattern let people find a service's logs, and let
#   permissions, subscriptions and retention be set by prefix. The pattern is the
#   profile's.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
# custom:
#   id: log-naming
#   severity: low
#   subject: [log_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - log_groups.log_group_name
#   architecture: ["3"]
#   remediation:
#     summary: Name the log group as the profile's pattern asks, such as /ecs/orders; a group cannot be renamed, so make a new one.
#     cloudformation: |
#       LogGroupName: /ecs/orders
#     terraform: |
#       name = "/ecs/orders"
#     cli: |
#       aws logs create-log-group --log-group-name /ecs/orders
package audit.log_naming

log_group_pattern := data.profile.log_group_pattern

deny contains finding if {
	some id, group in input.log_groups
	group.log_group_name != null
	not regex.match(log_group_pattern, group.log_group_name)
	finding := {
		"subject": ["log_groups", id],
		"message": sprintf(
			"its name %s does not match the profile's pattern %s",
			[group.log_group_name, log_group_pattern],
		),
		"evidence": [["log_groups", id, "/log_group_name"]],
	}
}

deny contains finding if {
	some id, group in input.log_groups
	group.log_group_name == null
	finding := {
		"subject": ["log_groups", id],
		"message": "it has no name of its own, so its name is generated",
		"evidence": [["log_groups", id, "/log_group_name"]],
	}
}
