# METADATA
# title: RDS engines are in standard support
# description: >-
#   After the end of standard support a major version gets no more fixes, or only
#   with Extended Support, which costs more each year until AWS upgrades the
#   database by force. The dates are the vendors', in a table of the bundle, read
#   in November 2026; a version that it does not know yet fails, because nothing
#   shows that it is supported. Engines without published dates (Db2, RDS Custom,
#   DocumentDB, Neptune) are not judged. A cluster's members run its version.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-versions.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MariaDB.Concepts.VersionMgmt.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraMySQLReleaseNotes/AuroraMySQL.release-calendars.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Concepts.General.VersionSupport.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Oracle.Concepts.database-versions.html
# custom:
#   id: rds-engine-supported
#   severity: medium
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.engine
#     - rds_instances.engine_version
#     - rds_clusters.engine
#     - rds_clusters.engine_version
#   architecture: ["5"]
#   remediation:
#     summary: Upgrade to a major version in standard support; try it on a snapshot or a blue/green deployment first.
#     cloudformation: |
#       Engine: mysql
#       EngineVersion: "8.4"
#     terraform: |
#       engine         = "mysql"
#       engine_version = "8.4"
#     cli: |
#       aws rds create-blue-green-deployment --blue-green-deployment-name NAME --source ARN --target-engine-version 8.4.6
#   frameworks:
#     nist-800-53-r5: ["CA-9(1)", "CM-2", "SA-22", "SI-2"]
#     pci-dss-4.0: ["6.3.3", "12.3.4"]
#     soc2: ["CC7.1"]
#     well-architected: ["SEC06-BP01"]
package audit.rds_engine_supported

import data.audit.lib.engines
import data.audit.lib.rds

today := substring(input.collected_at, 0, 10)

versions contains [database.engine, database.engine_version] if {
	some [_, _, database] in rds.standalone
	database.engine != null
	database.engine_version != null
}

# The last day of standard support of those that the table knows.
last_days := {version: engines.standard_support_ends(version[0], version[1]) | some version in versions}

deny contains finding if {
	some [collection, id, database] in judged
	last_day := last_days[[database.engine, database.engine_version]]
	today > last_day
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"standard support of %s %s ended on %s",
			[database.engine, database.engine_version, last_day],
		),
		"evidence": array.concat(
			[[collection, id, "/engine_version"], [collection, id, "/engine"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

# A version that the table does not know.
deny contains finding if {
	some [collection, id, database] in judged
	database.engine != null
	database.engine_version != null
	not last_days[[database.engine, database.engine_version]]
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"nothing shows that %s %s is in standard support: the table of %s does not know it",
			[database.engine, database.engine_version, engines.read],
		),
		"evidence": array.concat(
			[[collection, id, "/engine_version"], [collection, id, "/engine"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

judged contains [collection, id, database] if {
	some [collection, id, database] in rds.standalone
	database.engine in may_be_judged
}

may_be_judged contains engine if {
	some engine in {database.engine | some [_, _, database] in rds.standalone}
	engine == null
}

may_be_judged contains engine if {
	some engine in {database.engine | some [_, _, database] in rds.standalone}
	engines.is_known(engine)
}

applicable contains [collection, id] if some [collection, id, _] in judged
