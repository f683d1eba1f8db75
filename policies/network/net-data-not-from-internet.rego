# METADATA
# title: Nothing on the internet reaches a data store
# description: >-
#   Databases, caches and search domains hold what an attacker is after. Routes,
#   gateways, public addresses, network ACLs, security groups, peerings and load
#   balancers are taken together: any one of them may look harmless while they
#   form a path. A failure shows the path hop by hop.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
#   - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VPCs.html
#   - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
# custom:
#   id: net-data-not-from-internet
#   severity: critical
#   subject: [rds_instances, rds_clusters, elasticache_replication_groups, elasticache_clusters, opensearch_domains]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_instances.reachability.from_internet
#     - rds_clusters.reachability.from_internet
#     - elasticache_replication_groups.reachability.from_internet
#     - elasticache_clusters.reachability.from_internet
#     - opensearch_domains.reachability.from_internet
#   architecture: ["2C"]
#   remediation:
#     summary: Cut the path that is shown, best at several hops; admit the service's security group alone, turn public access off, and keep the store in subnets without a route to an internet gateway.
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
#       aws rds modify-db-instance --db-instance-identifier NAME --no-publicly-accessible
#   frameworks:
#     aws-fsbp: ["Opensearch.2", "RDS.2", "RDS.46"]
#     cis-aws-foundations-3.0: ["2.3.3"]
#     cis-aws-foundations-5.0: ["2.2.3"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7", "SC-7(11)", "SC-7(21)"]
#     pci-dss-4.0: ["1.3.1", "1.4.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01", "SEC05-BP02"]
package audit.net_data_not_from_internet

import data.audit.lib.paths

subjects contains [fact.collection, fact.id] if {
	some fact in input.analysis.reachability
	fact.role == "data"
}

deny contains finding if {
	some [collection, id] in subjects
	some path in paths.found(collection, id).internet_paths
	finding := {
		"subject": [collection, id],
		"message": sprintf("the internet reaches it by %s", [paths.ports_text(path)]),
		"evidence": array.concat(paths.cut(path), [[collection, id, "/reachability/from_internet"]]),
		"flows": [paths.flow(path, id)],
	}
}

applicable contains [collection, id] if some [collection, id] in subjects
