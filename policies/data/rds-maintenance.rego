# METADATA
# title: RDS maintenance is planned
# description: >-
#   AWS picks a random maintenance window for a database that names none, and
#   patches it when customers are at work. The window belongs into the hours that
#   the profile allows, to its end, and must not overlap the backup window; minor versions,
#   which hold security fixes, are applied in it without being asked for.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
# custom:
#   id: rds-maintenance
#   severity: low
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.preferred_maintenance_window
#     - rds_instances.preferred_backup_window
#     - rds_instances.auto_minor_version_upgrade
#     - rds_clusters.preferred_maintenance_window
#     - rds_clusters.preferred_backup_window
#     - rds_clusters.auto_minor_version_upgrade
#   architecture: ["5"]
#   remediation:
#     summary: Choose a maintenance window at night, clear of the backup window, and let AWS apply minor versions.
#     cloudformation: |
#       PreferredMaintenanceWindow: sun:03:00-sun:04:00
#       PreferredBackupWindow: 01:00-02:00
#       AutoMinorVersionUpgrade: true
#     terraform: |
#       maintenance_window         = "sun:03:00-sun:04:00"
#       backup_window              = "01:00-02:00"
#       auto_minor_version_upgrade = true
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --preferred-maintenance-window sun:03:00-sun:04:00 --auto-minor-version-upgrade
#   frameworks:
#     aws-fsbp: ["RDS.13", "RDS.35"]
#     cis-aws-foundations-3.0: ["2.3.2"]
#     cis-aws-foundations-5.0: ["2.2.2"]
#     nist-800-53-r5: ["SI-2"]
#     pci-dss-4.0: ["6.3.3"]
#     soc2: ["CC7.1", "CC8.1"]
#     well-architected: ["OPS05-BP05", "SEC06-BP01"]
package audit.rds_maintenance

import data.audit.lib.rds
import data.audit.lib.windows

maintenance_hours := data.profile.maintenance_hours

texts contains text if {
	some [_, _, database] in rds.databases
	text := database.preferred_maintenance_window
	text != null
}

# Maintenance windows by their text.
weeks := {text: week |
	some text in texts
	week := windows.weekly(text)
}

pairs contains [text, database.preferred_backup_window] if {
	some [_, _, database] in rds.databases
	text := database.preferred_maintenance_window
	weeks[text]
	database.preferred_backup_window != null
}

overlapping contains [text, backup] if {
	some [text, backup] in pairs
	windows.overlap(weeks[text], windows.daily(backup))
}

outside_hours contains text if {
	some text, week in weeks
	not windows.lies_within(week, maintenance_hours)
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	database.preferred_maintenance_window == null
	finding := {
		"subject": [collection, id],
		"message": "no maintenance window is chosen, so AWS picks one",
		"evidence": [[collection, id, "/preferred_maintenance_window"]],
	}
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	database.preferred_maintenance_window != null
	not weeks[database.preferred_maintenance_window]
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"its maintenance window %s is not of the form ddd:hh24:mi-ddd:hh24:mi",
			[database.preferred_maintenance_window],
		),
		"evidence": [[collection, id, "/preferred_maintenance_window"]],
	}
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	database.preferred_maintenance_window in outside_hours
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"its maintenance window %s lies outside the allowed hours, %d:00 to %d:00 UTC",
			[
				database.preferred_maintenance_window,
				maintenance_hours[0],
				maintenance_hours[1],
			],
		),
		"evidence": [[collection, id, "/preferred_maintenance_window"]],
	}
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	[database.preferred_maintenance_window, database.preferred_backup_window] in overlapping
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"its maintenance window %s overlaps its backup window %s",
			[database.preferred_maintenance_window, database.preferred_backup_window],
		),
		"evidence": [
			[collection, id, "/preferred_maintenance_window"],
			[collection, id, "/preferred_backup_window"],
		],
	}
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	database.auto_minor_version_upgrade == false
	finding := {
		"subject": [collection, id],
		"message": "automatic minor version upgrades are off (auto_minor_version_upgrade is false, expected true)",
		"evidence": [[collection, id, "/auto_minor_version_upgrade"]],
	}
}
