# METADATA
# title: RDS databases survive the loss of a zone
# description: >-
#   A database in one Availability Zone is down as long as that zone is, and a
#   failed host costs a restore. A Multi-AZ standby, or an Aurora cluster with
#   instances in two zones, takes over within a minute or two. Read replicas are
#   exempt, and a cluster's members are judged together as that cluster.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
# custom:
#   id: rds-multi-az
#   severity: high
#   subject: [rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.multi_az
#     - rds_instances.availability_zone
#     - rds_clusters.members
#     - rds_clusters.multi_az
#   architecture: ["1"]
#   remediation:
#     summary: Turn Multi-AZ on, or add an Aurora replica in another zone.
#     cloudformation: |
#       MultiAZ: true
#     terraform: |
#       multi_az = true
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --multi-az --apply-immediately
#   frameworks:
#     aws-fsbp: ["RDS.5", "RDS.15"]
#     cis-aws-foundations-5.0: ["2.2.4"]
#     nist-800-53-r5: ["CP-6(2)", "CP-10", "SC-5(2)", "SC-36", "SI-13(5)"]
#     soc2: ["A1.2"]
#     well-architected: ["REL10-BP01"]
package audit.rds_multi_az

import data.audit.lib.rds
import data.audit.lib.text

primaries contains [collection, id, database] if {
	some [collection, id, database] in rds.standalone
	not is_string(database.replicate_source)
}

deny contains finding if {
	some ["rds_instances", id, instance] in primaries
	instance.multi_az != true
	finding := {
		"subject": ["rds_instances", id],
		"message": sprintf("it is in one Availability Zone (multi_az is %s, expected true)", [text.shown(instance.multi_az)]),
		"evidence": [
			["rds_instances", id, "/multi_az"],
			["rds_instances", id, "/db_cluster"],
			["rds_instances", id, "/replicate_source"],
		],
	}
}

# Clusters that are Multi-AZ by what their instances are: those of Aurora, and
# live those of DocumentDB and Neptune. A Multi-AZ DB cluster says that it is one.
clusters_by_members := {id: cluster |
	some ["rds_clusters", id, cluster] in primaries
	cluster.multi_az != true
}

deny contains finding if {
	some id, cluster in clusters_by_members
	count(cluster.members) < 2
	finding := {
		"subject": ["rds_clusters", id],
		"message": sprintf("it has %d instances, expected at least 2 in different Availability Zones", [count(cluster.members)]),
		"evidence": cluster_evidence(id),
	}
}

# AWS spreads instances that name no zone, so only a zone that all of them name
# is a finding.
deny contains finding if {
	some id, cluster in clusters_by_members
	count(cluster.members) > 1
	zones := {zone |
		some member in cluster.members
		zone := object.get(input.rds_instances, [member, "availability_zone"], null)
	}
	count(zones) == 1
	some zone in zones
	zone != null
	finding := {
		"subject": ["rds_clusters", id],
		"message": sprintf("all its %d instances are in %s, expected at least 2 Availability Zones", [count(cluster.members), zone]),
		"evidence": array.concat(
			[["rds_instances", member, "/availability_zone"] | some member in cluster.members],
			cluster_evidence(id),
		),
	}
}

cluster_evidence(id) := [["rds_clusters", id, path] |
	some path in ["/members", "/multi_az", "/replicate_source"]
]

applicable contains [collection, id] if some [collection, id, _] in primaries

depends contains {"subject": ["rds_clusters", id], "on": ["rds_instances", member]} if {
	some ["rds_clusters", id, cluster] in primaries
	some member in cluster.members
}
