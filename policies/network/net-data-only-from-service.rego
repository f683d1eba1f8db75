# METADATA
# title: Only the application service and the bastion reach a data store
# description: >-
#   Whoever takes over some other host in the network must not find the data
#   open before him. Every way to the store's port is followed, from things,
#   from any address that a rule admits, from peered and connected networks; a
#   failure shows each start that is not the service or the bastion, with its
#   path.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
# custom:
#   id: net-data-only-from-service
#   severity: high
#   subject: [rds_instances, rds_clusters, elasticache_replication_groups, elasticache_clusters, opensearch_domains]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.reachability.from_internet
#     - rds_instances.reachability.unexpected_paths
#     - rds_clusters.reachability.from_internet
#     - rds_clusters.reachability.unexpected_paths
#     - elasticache_replication_groups.reachability.from_internet
#     - elasticache_replication_groups.reachability.unexpected_paths
#     - elasticache_clusters.reachability.from_internet
#     - elasticache_clusters.reachability.unexpected_paths
#     - opensearch_domains.reachability.from_internet
#     - opensearch_domains.reachability.unexpected_paths
#   architecture: ["2C"]
#   remediation:
#     summary: Admit the store's port from the service's security group (and the bastion's) instead of from addresses or shared groups.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 3306, ToPort: 3306, SourceSecurityGroupId: !Ref ServiceSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "database" {
#         security_group_id            = aws_security_group.database.id
#         referenced_security_group_id = aws_security_group.service.id
#         ip_protocol                  = "tcp"
#         from_port                    = 3306
#         to_port                      = 3306
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7", "SC-7(21)"]
#     pci-dss-4.0: ["1.3.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01", "SEC05-BP02"]
package audit.net_data_only_from_service

import data.audit.lib.paths

subjects contains [fact.collection, fact.id] if {
	some fact in input.analysis.reachability
	fact.role == "data"
}

# Paths that do not start where they may, with the fact that tells of them.
strays contains [collection, id, path, "/reachability/unexpected_paths"] if {
	some [collection, id] in subjects
	some path in paths.found(collection, id).unexpected_paths
}

strays contains [collection, id, path, "/reachability/from_internet"] if {
	some [collection, id] in subjects
	some path in paths.found(collection, id).internet_paths
}

deny contains finding if {
	some [collection, id, path, fact] in strays
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"%s reaches it by %s, expected the application service and the bastion alone",
			[paths.start_text(path), paths.ports_text(path)],
		),
		"evidence": array.concat(paths.cut(path), [[collection, id, fact]]),
		"flows": [paths.flow(path, id)],
	}
}

applicable contains [collection, id] if some [collection, id] in subjects
