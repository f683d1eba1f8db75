# Database engines: major versions, and the last day of their standard support.
#
# Read in November 2026 from the pages named beside the engines; versions that
# AWS has retired and no longer dates have the day that the page last gave. Where
# a vendor names a month alone, its last day. SQL Server ends with Microsoft's
# extended support or with RDS's own, Oracle with Premier Support or with
# Extended Support where that is over.
package audit.lib.engines

end_of_standard_support := {
	# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
	"mysql": {
		"5.6": "2022-03-01",
		"5.7": "2024-02-29",
		"8.0": "2026-07-31",
		"8.4": "2029-07-31",
	},
	# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MariaDB.Concepts.VersionMgmt.html
	"mariadb": {
		"10.2": "2022-10-15",
		"10.3": "2023-10-23",
		"10.4": "2025-02-28",
		"10.5": "2026-08-31",
		"10.6": "2026-12-31",
		"10.11": "2028-02-29",
		"11.4": "2029-05-31",
		"11.8": "2028-06-30",
		"12.3": "2029-06-30",
	},
	# https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
	# 9.5: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.DBVersions.html
	"postgres": {
		"9.5": "2021-03-31",
		"9.6": "2022-04-30",
		"10": "2023-04-17",
		"11": "2024-02-29",
		"12": "2025-02-28",
		"13": "2026-02-28",
		"14": "2027-02-28",
		"15": "2028-02-29",
		"16": "2029-02-28",
		"17": "2030-02-28",
		"18": "2031-02-28",
	},
	# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraMySQLReleaseNotes/AuroraMySQL.release-calendars.html
	"aurora": {"5.6": "2023-02-28"},
	"aurora-mysql": {
		"5.7": "2024-10-31",
		"8.0": "2028-04-30",
		"8.4": "2032-04-30",
	},
	# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
	"aurora-postgresql": {
		"9.6": "2022-01-31",
		"10": "2023-01-31",
		"11": "2024-02-29",
		"12": "2025-02-28",
		"13": "2026-02-28",
		"14": "2027-02-28",
		"15": "2028-02-29",
		"16": "2029-02-28",
		"17": "2030-02-28",
		"18": "2031-02-28",
	},
	# 11 to 13 (2012 to 2016), and which are on RDS:
	# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Concepts.General.VersionSupport.html
	# 14 to 17 (2017 to 2025): https://learn.microsoft.com/lifecycle/products/?terms=SQL%20Server
	"sqlserver": {
		"11": "2022-06-01",
		"12": "2024-06-01",
		"13": "2026-07-14",
		"14": "2027-10-12",
		"15": "2030-01-08",
		"16": "2033-01-11",
		"17": "2036-01-06",
	},
	# Which are on RDS:
	# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Oracle.Concepts.database-versions.html
	# The dates: https://support.oracle.com/knowledge/Oracle%20Database%20Products/742060_1.html
	# 26ai continues 23ai, whose date it has.
	"oracle": {
		"11": "2020-12-31",
		"12": "2022-07-31",
		"18": "2021-06-30",
		"19": "2029-12-31",
		"21": "2027-07-31",
		"26": "2031-12-31",
	},
}

# When the table was read.
read := "November 2026"

two_part_majors := {"mysql", "mariadb", "aurora", "aurora-mysql"}

editions := {"sqlserver", "oracle", "db2"}

# The engine without its edition: `sqlserver-ex` is `sqlserver`. AWS takes the
# names in either case.
family(engine) := name if {
	some name in editions
	startswith(lower(engine), concat("", [name, "-"]))
} else := lower(engine)

# Whether the table has the engine.
is_known(engine) if {
	engine != null
	end_of_standard_support[family(engine)]
}

# The major version: `8.0` of MySQL 8.0.39, `16` of PostgreSQL 16.4, `9.6` of
# PostgreSQL 9.6.24.
major(engine, version) := concat(".", array.slice(split(version, "."), 0, 2)) if has_two_part_major(engine, version)
major(engine, version) := split(version, ".")[0] if not has_two_part_major(engine, version)

has_two_part_major(engine, _) if family(engine) in two_part_majors

has_two_part_major(engine, version) if {
	family(engine) in {"postgres", "aurora-postgresql"}
	startswith(version, "9.")
}

# The last day of standard support; undefined for versions that are not in the
# table.
standard_support_ends(engine, version) := end_of_standard_support[family(engine)][major(engine, version)]

# Logs that an engine can export and that are to be kept, by engine.
audit_logs := {
	"mysql": {"audit", "error", "slowquery"},
	"mariadb": {"audit", "error", "slowquery"},
	"aurora": {"audit", "error", "slowquery"},
	"aurora-mysql": {"audit", "error", "slowquery"},
	"postgres": {"postgresql"},
	"aurora-postgresql": {"postgresql"},
	"sqlserver": {"error"},
	"oracle": {"alert", "audit"},
	"db2": {"diag.log"},
	"docdb": {"audit", "profiler"},
	"neptune": {"audit", "slowquery"},
}

# Undefined for engines that are not in the table.
logs(engine) := audit_logs[family(engine)]
