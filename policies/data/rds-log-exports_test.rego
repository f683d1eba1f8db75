package audit.rds_log_exports_test

import data.audit.rds_log_exports

model(engine, logs) := {
	"rds_instances": {"db": {"engine": engine, "enabled_cloudwatch_logs_exports": logs, "db_cluster": null}},
	"rds_clusters": {},
}

test_all_logs_pass if {
	count(rds_log_exports.deny) == 0 with input as model("mysql", ["audit", "error", "general", "slowquery"])
	count(rds_log_exports.deny) == 0 with input as model("postgres", ["postgresql"])
	count(rds_log_exports.deny) == 0 with input as model("sqlserver-ex", ["error"])
	count(rds_log_exports.deny) == 0 with input as model("oracle-ee", ["alert", "audit"])
}

test_missing_logs_fail if {
	some finding in rds_log_exports.deny with input as model("mariadb", ["error"])
	finding.message == "it does not export the logs audit, slowquery (engine mariadb; exported: error)"
	finding.evidence[0] == ["rds_instances", "db", "/enabled_cloudwatch_logs_exports"]
}

test_no_logs_fail if {
	some finding in rds_log_exports.deny with input as model("aurora-postgresql", [])
	contains(finding.message, "exported: none")
}

test_an_engine_outside_of_the_table_hides_no_other if {
	every other in ["aaa", "zzz"] {
		two := object.union(model("mysql", []), {"rds_instances": {"other": {
			"engine": other,
			"enabled_cloudwatch_logs_exports": [],
			"db_cluster": null,
		}}})
		count(rds_log_exports.deny) == 1 with input as two
		rds_log_exports.applicable == {["rds_instances", "db"]} with input as two
	}
}

test_unknown_engine_is_no_finding if {
	count(rds_log_exports.deny) == 0 with input as model(null, [])
	count(rds_log_exports.applicable) == 1 with input as model(null, [])
}

test_member_is_judged_with_its_cluster if {
	member := {
		"rds_instances": {"one": {"engine": "aurora-mysql", "enabled_cloudwatch_logs_exports": [], "db_cluster": "aurora"}},
		"rds_clusters": {"aurora": {"engine": "aurora-mysql", "enabled_cloudwatch_logs_exports": ["audit"]}},
	}
	rds_log_exports.applicable == {["rds_clusters", "aurora"]} with input as member
	some finding in rds_log_exports.deny with input as member
	finding.subject == ["rds_clusters", "aurora"]
}

test_engines_without_exports_are_not_judged if {
	count(rds_log_exports.applicable) == 0 with input as model("custom-sqlserver-ee", [])
	count(rds_log_exports.deny) == 0 with input as model("custom-sqlserver-ee", [])
}

test_engine_names_have_no_case if {
	count(rds_log_exports.deny) == 1 with input as model("MySQL", [])
}
