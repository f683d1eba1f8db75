package audit.rds_maintenance_test

import data.audit.rds_maintenance

profile := {"maintenance_hours": [0, 6]}

model(changes) := {"rds_clusters": {}, "rds_instances": {"db": object.union(
	{
		"preferred_maintenance_window": "sun:03:00-sun:04:00",
		"preferred_backup_window": "01:00-02:00",
		"auto_minor_version_upgrade": true,
	},
	changes,
)}}

window(text) := model({"preferred_maintenance_window": text})

test_planned_maintenance_passes if {
	count(rds_maintenance.deny) == 0 with input as model({}) with data.profile as profile
}

test_no_window_fails if {
	some finding in rds_maintenance.deny with input as window(null) with data.profile as profile
	finding.evidence == [["rds_instances", "db", "/preferred_maintenance_window"]]
}

test_window_by_day_fails if {
	some finding in rds_maintenance.deny with input as window("Mon:12:00-Mon:13:00") with data.profile as profile
	finding.message == "its maintenance window Mon:12:00-Mon:13:00 lies outside the allowed hours, 0:00 to 6:00 UTC"
}

test_a_window_that_cannot_be_read_hides_no_other if {
	every text in ["aaa", "zzz"] {
		other := object.union(model({}).rds_instances.db, {"preferred_maintenance_window": text})
		two := object.union(window("mon:12:00-mon:13:00"), {"rds_instances": {"other": other}})
		some finding in rds_maintenance.deny with input as two with data.profile as profile
		finding.subject == ["rds_instances", "db"]
	}
}

test_window_that_ends_by_day_fails if {
	some finding in rds_maintenance.deny with input as window("sun:05:30-sun:06:30") with data.profile as profile
	contains(finding.message, "lies outside the allowed hours")
}

test_hours_may_pass_midnight if {
	count(rds_maintenance.deny) == 0 with input as window("sun:23:00-mon:00:00")
		with data.profile as {"maintenance_hours": [22, 4]}
}

test_overlap_fails if {
	some finding in rds_maintenance.deny with input as model({"preferred_backup_window": "03:30-04:30"})
		with data.profile as profile
	finding.evidence[1] == ["rds_instances", "db", "/preferred_backup_window"]
}

test_no_backup_window_is_no_overlap if {
	count(rds_maintenance.deny) == 0 with input as model({"preferred_backup_window": null})
		with data.profile as profile
}

test_malformed_window_fails if {
	some finding in rds_maintenance.deny with input as window("sunday night") with data.profile as profile
	contains(finding.message, "is not of the form")
}

test_minor_upgrades_off_fail if {
	some finding in rds_maintenance.deny with input as model({"auto_minor_version_upgrade": false})
		with data.profile as profile
	finding.evidence == [["rds_instances", "db", "/auto_minor_version_upgrade"]]
}

test_unknown_minor_upgrades_are_no_finding if {
	count(rds_maintenance.deny) == 0 with input as model({"auto_minor_version_upgrade": null})
		with data.profile as profile
}

test_cluster_is_judged if {
	cluster := {"rds_instances": {}, "rds_clusters": {"aurora": {
		"preferred_maintenance_window": null,
		"preferred_backup_window": null,
		"auto_minor_version_upgrade": null,
	}}}
	some finding in rds_maintenance.deny with input as cluster with data.profile as profile
	finding.subject == ["rds_clusters", "aurora"]
}
