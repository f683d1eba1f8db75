package audit.rds_monitoring_test

import data.audit.rds_monitoring

model(interval, insights) := {"rds_instances": {"db": {
	"monitoring_interval": interval,
	"performance_insights_enabled": insights,
	"db_cluster": null,
}}}

test_either_passes if {
	count(rds_monitoring.deny) == 0 with input as model(60, false)
	count(rds_monitoring.deny) == 0 with input as model(0, true)
}

test_neither_fails if {
	some finding in rds_monitoring.deny with input as model(0, false)
	finding.message == "neither enhanced monitoring (interval 0) nor Performance Insights (false) is on"
	finding.evidence[0] == ["rds_instances", "db", "/monitoring_interval"]
}

test_unknown_rests_on_both if {
	some finding in rds_monitoring.deny with input as model(null, false)
	["rds_instances", "db", "/monitoring_interval"] in finding.evidence
	["rds_instances", "db", "/performance_insights_enabled"] in finding.evidence
}

of_cluster(interval, insights) := {
	"rds_instances": {"db": {
		"monitoring_interval": 0,
		"performance_insights_enabled": false,
		"db_cluster": "aurora",
	}},
	"rds_clusters": {"aurora": {
		"monitoring_interval": interval,
		"performance_insights_enabled": insights,
	}},
}

test_a_member_is_monitored_with_its_cluster if {
	count(rds_monitoring.deny) == 0 with input as of_cluster(60, false)
	count(rds_monitoring.deny) == 0 with input as of_cluster(0, true)
	some finding in rds_monitoring.deny with input as of_cluster(0, false)
	["rds_clusters", "aurora", "/performance_insights_enabled"] in finding.evidence
}

test_unknown_interval_does_not_matter_beside_insights if {
	count(rds_monitoring.deny) == 0 with input as model(null, true)
}
