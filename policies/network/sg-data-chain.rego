# METADATA
# title: Data resources take traffic from the services alone
# description: >-
#   A database whose group admits a range of addresses, or more than its own
#   port, is open to whatever comes to lie in that range. Only groups of ECS
#   services and of the bastion are expected. Judged are the groups that RDS,
#   ElastiCache and OpenSearch resources carry.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: sg-data-chain
#   severity: high
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.ingress.protocol
#     - security_groups.ingress.from_port
#     - security_groups.ingress.to_port
#     - security_groups.ingress.cidr_ipv4
#     - security_groups.ingress.cidr_ipv6
#     - security_groups.ingress.prefix_list_id
#     - security_groups.ingress.referenced_group_id
#     - security_groups.used_by
#     - rds_instances.port
#     - rds_clusters.port
#     - elasticache_replication_groups.port
#     - elasticache_clusters.port
#     - instances.tags
#   architecture: ["2C"]
#   remediation:
#     summary: Admit the data port from the service's security group (and the bastion's) and nothing else.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ServiceSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "database" {
#         security_group_id            = aws_security_group.database.id
#         referenced_security_group_id = aws_security_group.service.id
#         ip_protocol                  = "tcp"
#         from_port                    = 5432
#         to_port                      = 5432
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.sg_data_chain

import data.audit.lib.carriers
import data.audit.lib.security_groups

ported := {"rds_instances", "rds_clusters", "elasticache_replication_groups", "elasticache_clusters"}

# What data resources that carry each group listen on, and what shows it.
ports[id] contains [port, evidence] if {
	some collection in ported
	some id in carriers.by_collection[collection]
	some user in input.security_groups[id].used_by
	user.collection == collection
	port := input[user.collection][user.id].port
	evidence := [user.collection, user.id, "/port"]
}

ports[id] contains [443, ["opensearch_domains", user.id, ""]] if {
	some id in carriers.by_collection.opensearch_domains
	some user in input.security_groups[id].used_by
	user.collection == "opensearch_domains"
}

expected := {id: {port | some [port, _] in found; is_number(port)} | some id, found in ports}

unused contains id if {
	some id, group in input.security_groups
	group.used_by == []
	not group.is_default
}

fits(rule, allowed) if {
	rule.protocol in {"tcp", "6"}
	rule.from_port == rule.to_port
	rule.from_port in allowed
}

foreseen := {id | some id in carriers.by_collection.ecs_services} | carriers.of_bastions

deny contains finding if {
	some id, allowed in expected
	some index, rule in input.security_groups[id].ingress
	not fits(rule, allowed)
	shown := [evidence | some [_, evidence] in ports[id]; evidence[2] != ""]
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s from %s, expected tcp %s alone",
			[
				security_groups.ports_text(rule),
				security_groups.peer_text(rule),
				concat(", ", {sprintf("%d", [port]) | some port in allowed}),
			],
		),
		"evidence": array.concat(
			security_groups.ports_evidence(id, "ingress", index),
			array.concat(shown, [["security_groups", id, "/used_by"]]),
		),
	}
}

deny contains finding if {
	some id, _ in ports
	some index, rule in input.security_groups[id].ingress
	not rule.referenced_group_id in foreseen
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s from %s%s, expected the security group of a service or a bastion",
			[security_groups.ports_text(rule), security_groups.peer_text(rule), foreign(rule)],
		),
		"evidence": array.concat(
			array.concat(
				security_groups.peer_evidence(id, "ingress", index, rule),
				carriers.users_evidence(rule.referenced_group_id),
			),
			[["security_groups", id, "/used_by"]],
		),
	}
}

foreign(rule) := " (a group that was not seen)" if {
	rule.referenced_group_id != null
	not input.security_groups[rule.referenced_group_id]
} else := ""

# A group without a carrier may belong to a data resource that is not known.
applicable contains ["security_groups", id] if some id, _ in ports

applicable contains ["security_groups", id] if some id in unused

depends contains {"subject": ["security_groups", id], "on": [user.collection, user.id]} if {
	some id, _ in ports
	some user in input.security_groups[id].used_by
	user.collection in ported
}

depends contains {"subject": ["security_groups", id], "on": ["instances", user.id]} if {
	some id, _ in ports
	some rule in input.security_groups[id].ingress
	some user in input.security_groups[rule.referenced_group_id].used_by
	user.collection == "instances"
}

depends contains {"subject": ["security_groups", id], "on": ["security_groups", rule.referenced_group_id]} if {
	some id, _ in ports
	some rule in input.security_groups[id].ingress
	rule.referenced_group_id != null
}
