package audit.rds_tls_test

import data.audit.rds_tls

model(family, parameters) := {
	"rds_parameter_groups": {
		"own": {"family": family, "parameters": parameters},
		"unused": {"family": "mysql8.0", "parameters": {}},
	},
	"rds_cluster_parameter_groups": {},
	"rds_instances": {"db": {
		"db_cluster": null,
		"engine": "mysql",
		"engine_version": "8.4.3",
		"parameter_groups": ["own"],
	}},
	"rds_clusters": {},
}

default_group(engine, version) := {
	"rds_parameter_groups": {},
	"rds_cluster_parameter_groups": {},
	"rds_instances": {"db": {
		"db_cluster": null,
		"engine": engine,
		"engine_version": version,
		"parameter_groups": [],
	}},
	"rds_clusters": {},
}

cluster(parameters) := {
	"rds_parameter_groups": {"member": {"family": "aurora-mysql8.0", "parameters": {}}},
	"rds_cluster_parameter_groups": {"own": {"family": "aurora-mysql8.0", "parameters": parameters}},
	"rds_instances": {"one": {
		"db_cluster": "aurora",
		"engine": "aurora-mysql",
		"engine_version": "8.0",
		"parameter_groups": ["member"],
	}},
	"rds_clusters": {"aurora": {
		"engine": "aurora-mysql",
		"engine_version": "8.0",
		"parameter_group": "own",
	}},
}

test_secure_transport_passes if {
	every value in ["1", "ON", "on", "true"] {
		count(rds_tls.deny) == 0 with input as model("mysql8.0", {"require_secure_transport": value})
	}
}

test_secure_transport_off_fails if {
	some finding in rds_tls.deny with input as model("mysql8.0", {"require_secure_transport": "0"})
	finding.subject == ["rds_parameter_groups", "own"]
	finding.message == "require_secure_transport is 0, expected 1; 1 databases use the group"
	finding.evidence[0] == ["rds_parameter_groups", "own", "/parameters/require_secure_transport"]
}

test_unset_parameter_has_the_engines_default if {
	count(rds_tls.deny) == 1 with input as model("mysql8.4", {})
	count(rds_tls.deny) == 0 with input as model("mysql9.7", {})
	count(rds_tls.deny) == 1 with input as model("mariadb11.4", {})
	count(rds_tls.deny) == 0 with input as model("mariadb11.8", {})
	count(rds_tls.deny) == 1 with input as model("postgres14", {})
	count(rds_tls.deny) == 0 with input as model("postgres15", {})
	count(rds_tls.deny) == 1 with input as model("postgres9.6", {})
}

test_force_ssl_off_fails if {
	some finding in rds_tls.deny with input as model("postgres16", {"rds.force_ssl": "0"})
	finding.evidence[0] == ["rds_parameter_groups", "own", "/parameters/rds.force_ssl"]
}

test_unknown_family_is_no_finding if {
	count(rds_tls.deny) == 0 with input as model(null, {})
}

test_other_engines_are_no_finding if {
	count(rds_tls.deny) == 0 with input as model("oracle-ee-19", {})
	count(rds_tls.applicable) == 0 with input as default_group("oracle-ee", "19.0.0.0")
}

test_only_groups_in_use_are_judged if {
	rds_tls.applicable == {["rds_parameter_groups", "own"]} with input as model("mysql8.0", {})
}

test_default_group_fails if {
	some finding in rds_tls.deny with input as default_group("mysql", "8.4")
	finding.subject == ["rds_instances", "db"]
	finding.evidence[0] == ["rds_instances", "db", "/parameter_groups"]
	count(rds_tls.deny) == 1 with input as default_group("postgres", "14.12")
	count(rds_tls.deny) == 1 with input as default_group("mysql", null)
	count(rds_tls.deny) == 1 with input as default_group("MySQL", "8.4")
	count(rds_tls.applicable) == 1 with input as default_group(null, null)
}

test_default_group_that_requires_tls_passes if {
	count(rds_tls.deny) == 0 with input as default_group("postgres", "16.4")
	count(rds_tls.deny) == 0 with input as default_group("mariadb", "11.8.3")
}

test_cluster_group_decides_for_a_cluster if {
	count(rds_tls.deny) == 0 with input as cluster({"require_secure_transport": "ON"})
	rds_tls.applicable == {["rds_cluster_parameter_groups", "own"]} with input as cluster({})
	some finding in rds_tls.deny with input as cluster({})
	finding.subject == ["rds_cluster_parameter_groups", "own"]
}

test_groups_of_other_engines_are_not_judged if {
	every family in ["oracle-ee-19", "sqlserver-se-15.0", "db2-se-11.5", "custom"] {
		count(rds_tls.applicable) == 0 with input as model(family, {})
	}
	["rds_parameter_groups", "own"] in rds_tls.applicable with input as model("mysql8.4", {})
	["rds_parameter_groups", "own"] in rds_tls.applicable with input as model(null, {})
}
