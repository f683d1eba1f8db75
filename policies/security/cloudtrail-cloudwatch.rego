# METADATA
# title: Trails deliver to CloudWatch Logs
# description: >-
#   Files in a bucket are read after the fact. In a log group, metric filters
#   and alarms see an event within minutes.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
# custom:
#   id: cloudtrail-cloudwatch
#   severity: low
#   subject: [cloudtrail_trails]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - cloudtrail_trails.cloud_watch_logs_log_group
#   architecture: ["4"]
#   remediation:
#     summary: Give the trail a log group and a role that may write to it.
#     cloudformation: |
#       CloudWatchLogsLogGroupArn: !GetAtt TrailLogGroup.Arn
#       CloudWatchLogsRoleArn: !GetAtt TrailRole.Arn
#     terraform: |
#       cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
#       cloud_watch_logs_role_arn  = aws_iam_role.trail.arn
#     cli: |
#       aws cloudtrail update-trail --name NAME --cloud-watch-logs-log-group-arn ARN --cloud-watch-logs-role-arn ROLE
#   frameworks:
#     aws-fsbp: ["CloudTrail.5"]
#     nist-800-53-r5: ["AC-2(4)", "AC-4(26)", "AC-6(9)", "AU-2", "AU-3", "AU-6(1)", "AU-6(3)",
#       "AU-6(4)", "AU-6(5)", "AU-7(1)", "AU-10", "AU-12", "CA-7", "SC-7(9)", "SI-3(8)", "SI-4(5)",
#       "SI-4(20)", "SI-7(8)", "SI-20"]
#     pci-dss-4.0: ["10.2.1", "10.4.1.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP02"]
package audit.cloudtrail_cloudwatch

deny contains finding if {
	some id, trail in input.cloudtrail_trails
	trail.cloud_watch_logs_log_group == null
	finding := {
		"subject": ["cloudtrail_trails", id],
		"message": "it delivers to no log group (cloud_watch_logs_log_group is not set)",
		"evidence": [["cloudtrail_trails", id, "/cloud_watch_logs_log_group"]],
	}
}
