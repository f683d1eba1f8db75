# METADATA
# title: RDS databases are protected against deletion
# description: >-
#   One wrong command, or a stack that replaces the resource, deletes a database
#   with its automated backups. With deletion protection somebody has to turn it
#   off first. A cluster protects its members.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html#USER_DeleteInstance.DeletionProtection
# custom:
#   id: rds-deletion-protection
#   severity: medium
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.deletion_protection
#     - rds_clusters.deletion_protection
#   architecture: ["+"]
#   remediation:
#     summary: Turn deletion protection on.
#     cloudformation: |
#       DeletionProtection: true
#     terraform: |
#       deletion_protection = true
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --deletion-protection
#   frameworks:
#     aws-fsbp: ["RDS.7", "RDS.8"]
#     nist-800-53-r5: ["CM-3", "SC-5(2)", "SI-13(5)"]
#     soc2: ["C1.1"]
#     well-architected: ["REL09-BP03"]
package audit.rds_deletion_protection

import data.audit.lib.rds
import data.audit.lib.text

deny contains finding if {
	some [collection, id, database] in rds.standalone
	database.deletion_protection != true
	finding := {
		"subject": [collection, id],
		"message": sprintf("deletion protection is off (deletion_protection is %s, expected true)", [text.shown(database.deletion_protection)]),
		"evidence": array.concat(
			[[collection, id, "/deletion_protection"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

applicable contains [collection, id] if some [collection, id, _] in rds.standalone
