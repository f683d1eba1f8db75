# METADATA
# title: RDS logs are exported to CloudWatch
# description: >-
#   Logs that stay on the database host are gone after a few days, and with the
#   host. Exported to CloudWatch they last, can be searched, and can raise
#   alarms. Wanted are the error, slow-query and audit logs as far as the engine
#   has them: error, slowquery and audit of MySQL and MariaDB, postgresql of
#   PostgreSQL (which holds all three), error of SQL Server, alert and audit of
#   Oracle, diag.log of Db2, audit and profiler of DocumentDB, audit and slowquery
#   of Neptune. RDS Custom exports no logs and is not judged; nor is any other
#   engine. A cluster exports its members' logs.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
# custom:
#   id: rds-log-exports
#   severity: medium
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.enabled_cloudwatch_logs_exports
#     - rds_instances.engine
#     - rds_clusters.enabled_cloudwatch_logs_exports
#     - rds_clusters.engine
#   architecture: ["4"]
#   remediation:
#     summary: Export the engine's error, slow-query and audit logs; MySQL and MariaDB need the audit plugin in an option group first.
#     cloudformation: |
#       EnableCloudwatchLogsExports: [audit, error, slowquery]
#     terraform: |
#       enabled_cloudwatch_logs_exports = ["audit", "error", "slowquery"]
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration '{"EnableLogTypes":["audit","error","slowquery"]}'
#   frameworks:
#     aws-fsbp: ["RDS.9", "RDS.34", "RDS.36", "RDS.37", "RDS.40", "RDS.42", "RDS.45"]
#     nist-800-53-r5: ["AC-2(4)", "AC-4(26)", "AC-6(9)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)",
#       "AU-10", "AU-12", "CA-7", "SC-7(9)", "SC-7(10)", "SI-3(8)", "SI-4(20)", "SI-7(8)"]
#     pci-dss-4.0: ["10.2.1", "10.4.2"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP01"]
package audit.rds_log_exports

import data.audit.lib.engines
import data.audit.lib.rds

used_engines contains database.engine if {
	some [_, _, database] in rds.standalone
	database.engine != null
}

wanted := {engine: logs |
	some engine in used_engines
	logs := engines.logs(engine)
}

deny contains finding if {
	some [collection, id, database] in rds.standalone
	exported := {log | some log in database.enabled_cloudwatch_logs_exports}
	missing := wanted[database.engine] - exported
	count(missing) > 0
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"it does not export the logs %s (engine %s; exported: %s)",
			[concat(", ", sort(missing)), database.engine, listed(exported)],
		),
		"evidence": array.concat(
			[[collection, id, "/enabled_cloudwatch_logs_exports"], [collection, id, "/engine"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

listed(logs) := "none" if count(logs) == 0

listed(logs) := concat(", ", sort(logs)) if count(logs) > 0

applicable contains [collection, id] if {
	some [collection, id, database] in rds.standalone
	may_be_judged(database.engine)
}

may_be_judged(engine) if engine == null
may_be_judged(engine) if wanted[engine]
