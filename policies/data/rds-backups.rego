# METADATA
# title: RDS databases keep automated backups
# description: >-
#   Automated backups let a database be restored to any second within their
#   retention. Without them, or with too few days, a mistake or an attack that is
#   noticed late cannot be undone. A cluster's members are backed up with it; a
#   read replica can be made again from its source, whose backups are judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
# custom:
#   id: rds-backups
#   severity: high
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.backup_retention_period
#     - rds_clusters.backup_retention_period
#   architecture: ["1"]
#   remediation:
#     summary: Keep automated backups for as many days as the profile asks for.
#     cloudformation: |
#       BackupRetentionPeriod: 7
#     terraform: |
#       backup_retention_period = 7
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --backup-retention-period 7
#   frameworks:
#     aws-fsbp: ["RDS.11", "RDS.50"]
#     nist-800-53-r5: ["CP-6", "CP-9", "CP-10", "SC-5(2)", "SI-12", "SI-13(5)"]
#     soc2: ["A1.2"]
#     well-architected: ["REL09-BP03"]
package audit.rds_backups

import data.audit.lib.rds

backup_retention_days := data.profile.backup_retention_days

sources contains [collection, id, database] if {
	some [collection, id, database] in rds.standalone
	not is_string(database.replicate_source)
}

deny contains finding if {
	some [collection, id, database] in sources
	is_number(database.backup_retention_period)
	database.backup_retention_period < backup_retention_days
	finding := {
		"subject": [collection, id],
		"message": message(database.backup_retention_period),
		"evidence": array.concat(
			[[collection, id, "/backup_retention_period"], [collection, id, "/replicate_source"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

message(days) := sprintf("automated backups are off, expected at least %d days", [backup_retention_days]) if days == 0

message(days) := sprintf(
	"automated backups are kept for %d days, expected at least %d",
	[days, backup_retention_days],
) if {
	days != 0
}

applicable contains [collection, id] if some [collection, id, _] in sources
