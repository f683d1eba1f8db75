# METADATA
# title: RDS databases are private
# description: >-
#   A database with a public address, or in a subnet that routes to an internet
#   gateway, is one security-group mistake away from the internet. The
#   architecture keeps databases in private subnets, without public addresses.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
# custom:
#   id: rds-private
#   severity: critical
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.publicly_accessible
#     - rds_instances.db_subnet_group
#     - rds_clusters.publicly_accessible
#     - rds_clusters.db_subnet_group
#     - rds_subnet_groups.subnet_ids
#     - subnets.public
#   architecture: ["2A", "2C"]
#   remediation:
#     summary: Turn public access off and put the subnet group into private subnets only.
#     cloudformation: |
#       PubliclyAccessible: false
#     terraform: |
#       publicly_accessible = false
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --no-publicly-accessible
#   frameworks:
#     aws-fsbp: ["RDS.2", "RDS.46"]
#     cis-aws-foundations-3.0: ["2.3.3"]
#     cis-aws-foundations-5.0: ["2.2.3"]
#     nist-800-53-r5: ["AC-3", "AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.rds_private

import data.audit.lib.rds

deny contains finding if {
	some [collection, id, database] in rds.databases
	database.publicly_accessible == true
	finding := {
		"subject": [collection, id],
		"message": "it has a public address (publicly_accessible is true, expected false)",
		"evidence": [[collection, id, "/publicly_accessible"]],
	}
}

deny contains finding if {
	some [collection, id, database] in rds.databases
	some index, subnet_id in input.rds_subnet_groups[database.db_subnet_group].subnet_ids
	input.subnets[subnet_id].public == true
	finding := {
		"subject": [collection, id],
		"message": sprintf("its subnet group %s has the public subnet %s", [database.db_subnet_group, subnet_id]),
		"evidence": [
			["subnets", subnet_id, "/public"],
			[collection, id, "/db_subnet_group"],
			["rds_subnet_groups", database.db_subnet_group, sprintf("/subnet_ids/%d", [index])],
		],
	}
}

# Without a subnet group AWS takes the default VPC, whose subnets are public. A
# replica's is its source's, unless that is in another region.
deny contains finding if {
	some [collection, id, database] in rds.standalone
	database.db_subnet_group == null
	finding := {
		"subject": [collection, id],
		"message": "it names no subnet group, so it lies in the public subnets of the default VPC",
		"evidence": array.concat(
			[[collection, id, "/db_subnet_group"], [collection, id, "/replicate_source"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

depends contains {"subject": [collection, id], "on": ["rds_subnet_groups", database.db_subnet_group]} if {
	some [collection, id, database] in rds.databases
	database.db_subnet_group != null
}

depends contains {"subject": [collection, id], "on": ["subnets", subnet_id]} if {
	some [collection, id, database] in rds.databases
	some subnet_id in input.rds_subnet_groups[database.db_subnet_group].subnet_ids
}
