package audit.rds_engine_supported_test

import data.audit.rds_engine_supported

model(engine, version) := {
	"collected_at": "2026-11-23T10:00:00Z",
	"rds_instances": {"db": {"engine": engine, "engine_version": version, "db_cluster": null}},
	"rds_clusters": {},
}

supported := [
	["mysql", "8.4.6"],
	["mariadb", "10.6.28"],
	["MySQL", "8.4"],
	["postgres", "16.4"],
	["aurora-mysql", "8.0.mysql_aurora.3.10.0"],
	["aurora-mysql", "8.4.mysql_aurora.8.4.7"],
	["aurora-postgresql", "18.3"],
	["aurora-postgresql", "15.8"],
	["sqlserver-se", "15.00.4415.2.v1"],
	["sqlserver-ee", "17.00.4065.4.v1"],
	["oracle-ee", "19.0.0.0.ru-2026-01.rur-2026-01.r1"],
	["oracle-ee-cdb", "26.0.0.0.ru-2026-07.rur-2026-07.r1"],
	["mariadb", "12.3.3"],
]

unsupported := [
	["mysql", "8.0.42"],
	["mysql", "5.7"],
	["mysql", "5.5.62"],
	["mariadb", "10.5.29"],
	["postgres", "13.20"],
	["postgres", "9.6.24"],
	["aurora-mysql", "5.7.mysql_aurora.2.11.5"],
	["aurora-postgresql", "12.19"],
	["postgres", "13.23-rds.20260224"],
	["mysql", "8.0.46-rds.20260624"],
	["sqlserver-ex", "13.00.6455.2.v1"],
	["oracle-se2", "12.1.0.2.v30"],
]

test_supported_engines_pass if {
	every item in supported {
		count(rds_engine_supported.deny) == 0 with input as model(item[0], item[1])
	}
}

test_unsupported_engines_fail if {
	every item in unsupported {
		count(rds_engine_supported.deny) == 1 with input as model(item[0], item[1])
	}
}

test_message_names_the_date if {
	some finding in rds_engine_supported.deny with input as model("mysql", "8.0.42")
	finding.message == "standard support of mysql 8.0.42 ended on 2026-07-31"
	finding.evidence[0] == ["rds_instances", "db", "/engine_version"]
}

test_the_last_day_is_supported if {
	last_day := object.union(model("mysql", "8.0"), {"collected_at": "2026-07-31T23:59:59Z"})
	count(rds_engine_supported.deny) == 0 with input as last_day
}

test_unknown_version_is_no_finding if {
	count(rds_engine_supported.deny) == 0 with input as model("mysql", null)
	count(rds_engine_supported.deny) == 0 with input as model(null, "8.0")
}

test_version_that_the_table_does_not_know_fails if {
	some finding in rds_engine_supported.deny with input as model("postgres", "99.1")
	finding.message == "nothing shows that postgres 99.1 is in standard support: the table of November 2026 does not know it"
	finding.evidence[0] == ["rds_instances", "db", "/engine_version"]
}

test_engines_without_dates_are_not_judged if {
	every engine in ["db2-se", "custom-oracle-ee", "docdb", "neptune"] {
		count(rds_engine_supported.applicable) == 0 with input as model(engine, "1.0")
		count(rds_engine_supported.deny) == 0 with input as model(engine, "1.0")
	}
	count(rds_engine_supported.applicable) == 1 with input as model(null, null)
}
