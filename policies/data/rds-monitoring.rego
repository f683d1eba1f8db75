# METADATA
# title: RDS instances are monitored in depth
# description: >-
#   CloudWatch's basic metrics show that a database is slow, not why. Enhanced
#   monitoring shows the operating system's processes, and Performance Insights
#   the queries and waits behind the load. One of them has to be on, for the
#   instance or for the cluster that it is a member of.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html
# custom:
#   id: rds-monitoring
#   severity: medium
#   subject: [rds_instances]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.monitoring_interval
#     - rds_instances.performance_insights_enabled
#     - rds_clusters.monitoring_interval
#     - rds_clusters.performance_insights_enabled
#   architecture: ["3"]
#   remediation:
#     summary: Turn Performance Insights or enhanced monitoring on.
#     cloudformation: |
#       EnablePerformanceInsights: true
#       MonitoringInterval: 60
#       MonitoringRoleArn: !GetAtt MonitoringRole.Arn
#     terraform: |
#       performance_insights_enabled = true
#       monitoring_interval          = 60
#       monitoring_role_arn          = aws_iam_role.monitoring.arn
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --enable-performance-insights
#   frameworks:
#     aws-fsbp: ["RDS.6"]
#     nist-800-53-r5: ["CA-7", "SI-2"]
#     soc2: ["CC7.2"]
#     well-architected: ["PERF05-BP02", "REL06-BP01"]
package audit.rds_monitoring

import data.audit.lib.text

deny contains finding if {
	some id, instance in input.rds_instances
	not is_monitored(instance)
	not is_monitored_by_cluster(instance)
	finding := {
		"subject": ["rds_instances", id],
		"message": sprintf(
			"neither enhanced monitoring (interval %s) nor Performance Insights (%s) is on",
			[text.shown(instance.monitoring_interval), text.shown(instance.performance_insights_enabled)],
		),
		"evidence": array.concat(
			[
				["rds_instances", id, "/monitoring_interval"],
				["rds_instances", id, "/performance_insights_enabled"],
				["rds_instances", id, "/db_cluster"],
			],
			[["rds_clusters", instance.db_cluster, pointer] |
				input.rds_clusters[instance.db_cluster]
				some pointer in ["/monitoring_interval", "/performance_insights_enabled"]
			],
		),
	}
}

# Null for one that is no member: no cluster matters to it.
depends contains {"subject": ["rds_instances", id], "on": ["rds_clusters", instance.db_cluster]} if {
	some id, instance in input.rds_instances
}

is_monitored(instance) if instance.performance_insights_enabled == true

is_monitored(instance) if {
	is_number(instance.monitoring_interval)
	instance.monitoring_interval > 0
}

is_monitored_by_cluster(instance) if is_monitored(input.rds_clusters[instance.db_cluster])
