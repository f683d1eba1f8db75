# METADATA
# title: Only the load balancer reaches the application service
# description: >-
#   The application load balancer ends TLS, keeps the access log and carries the
#   firewall. A task that something else reaches can be talked to past all
#   three. Every way to the tasks is followed; a failure shows each start that is
#   not an application load balancer, with its path.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
# custom:
#   id: net-service-only-from-alb
#   severity: high
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.reachability.from_internet
#     - ecs_services.reachability.unexpected_paths
#   architecture: ["2C"]
#   remediation:
#     summary: Admit the application port from the load balancer's security group and nothing else; give tasks no public address.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 3000, ToPort: 3000, SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "service" {
#         security_group_id            = aws_security_group.service.id
#         referenced_security_group_id = aws_security_group.load_balancer.id
#         ip_protocol                  = "tcp"
#         from_port                    = 3000
#         to_port                      = 3000
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7", "SC-7(21)"]
#     pci-dss-4.0: ["1.3.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01", "SEC05-BP02"]
package audit.net_service_only_from_alb

import data.audit.lib.paths

subjects contains [fact.collection, fact.id] if {
	some fact in input.analysis.reachability
	fact.role == "service"
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
			"%s reaches it by %s, expected the application load balancer alone",
			[paths.start_text(path), paths.ports_text(path)],
		),
		"evidence": array.concat(paths.cut(path), [[collection, id, fact]]),
		"flows": [paths.flow(path, id)],
	}
}

applicable contains [collection, id] if some [collection, id] in subjects
