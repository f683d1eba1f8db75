# METADATA
# title: RDS storage is encrypted
# description: >-
#   Encryption protects a database's files, its backups and its snapshots against
#   whoever gets hold of a copy. It can only be chosen when the database is made.
#   A cluster's members share its storage; a replica that does not say is
#   encrypted as its source is.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
# custom:
#   id: rds-encrypted
#   severity: high
#   subject: [rds_instances, rds_clusters, rds_snapshots]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.storage_encrypted
#     - rds_clusters.storage_encrypted
#     - rds_snapshots.encrypted
#   architecture: ["4"]
#   remediation:
#     summary: Create the database with encrypted storage; move an existing one by copying its snapshot with encryption and restoring that.
#     cloudformation: |
#       StorageEncrypted: true
#     terraform: |
#       storage_encrypted = true
#     cli: |
#       aws rds copy-db-snapshot --source-db-snapshot-identifier OLD --target-db-snapshot-identifier NEW --kms-key-id KEY
#   frameworks:
#     aws-fsbp: ["RDS.3", "RDS.4", "RDS.27"]
#     cis-aws-foundations-3.0: ["2.3.1"]
#     cis-aws-foundations-5.0: ["2.2.1"]
#     nist-800-53-r5: ["CA-9(1)", "CM-3(6)", "SC-7(10)", "SC-13", "SC-28", "SI-7(6)"]
#     pci-dss-4.0: ["3.5.1"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.rds_encrypted

import data.audit.lib.rds
import data.audit.lib.text

deny contains finding if {
	some [collection, id, database] in rds.standalone
	database.storage_encrypted != true
	not inherits_encryption(database)
	finding := {
		"subject": [collection, id],
		"message": sprintf("its storage is not encrypted (storage_encrypted is %s, expected true)", [text.shown(database.storage_encrypted)]),
		"evidence": array.concat(
			[[collection, id, "/storage_encrypted"]],
			array.concat(rds.standalone_evidence(collection, id), source_evidence(database)),
		),
	}
}

inherits_encryption(database) if {
	database.storage_encrypted == null
	input.rds_instances[database.replicate_source].storage_encrypted == true
}

inherits_encryption(database) if {
	database.storage_encrypted == null
	input.rds_clusters[database.replicate_source].storage_encrypted == true
}

source_evidence(database) := [[collection, database.replicate_source, "/storage_encrypted"] |
	database.storage_encrypted == null
	is_string(object.get(database, "replicate_source", null))
	some collection in ["rds_instances", "rds_clusters"]
	object.get(input, [collection, database.replicate_source], null) != null
]

deny contains finding if {
	some id, snapshot in input.rds_snapshots
	snapshot.encrypted != true
	finding := {
		"subject": ["rds_snapshots", id],
		"message": sprintf("it is not encrypted (encrypted is %s, expected true)", [text.shown(snapshot.encrypted)]),
		"evidence": [["rds_snapshots", id, "/encrypted"]],
	}
}

applicable contains [collection, id] if some [collection, id, _] in rds.standalone

applicable contains ["rds_snapshots", id] if some id, _ in input.rds_snapshots

# A member's cluster is a subject of its own.
depends contains {"subject": [collection, id], "on": ["rds_instances", database.replicate_source]} if {
	some [collection, id, database] in rds.standalone
	input.rds_instances[database.replicate_source]
}

depends contains {"subject": [collection, id], "on": ["rds_clusters", database.replicate_source]} if {
	some [collection, id, database] in rds.standalone
	input.rds_clusters[database.replicate_source]
}
