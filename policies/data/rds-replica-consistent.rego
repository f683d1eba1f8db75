# METADATA
# title: Read replicas are as protected as their source
# description: >-
#   A replica holds the same data as its source. One that is unencrypted or has a
#   public address, while its source is encrypted and private, gives the data
#   away by the back door.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html
# custom:
#   id: rds-replica-consistent
#   severity: medium
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.storage_encrypted
#     - rds_instances.publicly_accessible
#     - rds_clusters.storage_encrypted
#     - rds_clusters.publicly_accessible
#     - rds_instances.replicate_source
#     - rds_clusters.replicate_source
#   architecture: ["1"]
#   remediation:
#     summary: Create the replica anew, encrypted (with a key of its own region) and without a public address.
#     cloudformation: |
#       SourceDBInstanceIdentifier: !Ref Database
#       PubliclyAccessible: false
#     terraform: |
#       replicate_source_db = aws_db_instance.main.identifier
#       publicly_accessible = false
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier REPLICA --no-publicly-accessible
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7", "SC-28"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.rds_replica_consistent

import data.audit.lib.rds

# [collection, id, database, the source's collection or null where it is not in
# the model]
replicas contains [collection, id, database, source_collection] if {
	some [collection, id, database] in rds.standalone
	database.replicate_source != null
	source_collection := collection_of(database.replicate_source)
}

collection_of(key) := "rds_instances" if input.rds_instances[key]

collection_of(key) := "rds_clusters" if {
	not input.rds_instances[key]
	input.rds_clusters[key]
}

collection_of(key) := null if {
	not input.rds_instances[key]
	not input.rds_clusters[key]
}

# A source that is not known to be unencrypted may be encrypted.
deny contains finding if {
	some [collection, id, replica, source_collection] in replicas
	replica.storage_encrypted == false
	not source_is(source_collection, replica.replicate_source, "storage_encrypted", false)
	finding := {
		"subject": [collection, id],
		"message": sprintf("it is not encrypted, but its source %s is", [replica.replicate_source]),
		"evidence": evidence(collection, id, replica, source_collection, "storage_encrypted"),
	}
}

deny contains finding if {
	some [collection, id, replica, source_collection] in replicas
	replica.publicly_accessible == true
	not source_is(source_collection, replica.replicate_source, "publicly_accessible", true)
	finding := {
		"subject": [collection, id],
		"message": sprintf("it has a public address, but its source %s has none", [replica.replicate_source]),
		"evidence": evidence(collection, id, replica, source_collection, "publicly_accessible"),
	}
}

source_is("rds_instances", id, attribute, value) if input.rds_instances[id][attribute] == value

source_is("rds_clusters", id, attribute, value) if input.rds_clusters[id][attribute] == value

evidence(collection, id, replica, source_collection, attribute) := array.concat(
	[[collection, id, sprintf("/%s", [attribute])], [collection, id, "/replicate_source"]],
	[[source_collection, replica.replicate_source, sprintf("/%s", [attribute])] | source_collection != null],
)

applicable contains [collection, id] if some [collection, id, _, _] in replicas

# Whether it is a replica may not be known.
applicable contains [collection, id] if {
	some [collection, id, database] in rds.standalone
	database.replicate_source == null
}

depends contains {"subject": [collection, id], "on": [source_collection, replica.replicate_source]} if {
	some [collection, id, replica, source_collection] in replicas
	source_collection != null
}
