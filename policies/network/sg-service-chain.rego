# METADATA
# title: Application services take traffic from the load balancer alone
# description: >-
#   Tasks that admit anything but the application port from the load balancer
#   can be reached past its TLS, its logs and its firewall. Judged are the
#   groups that ECS services carry; one that a load balancer carries too fails,
#   as it admits to the tasks whatever it admits to that.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
# custom:
#   id: sg-service-chain
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
#     - load_balancers.load_balancer_type
#   architecture: ["2C"]
#   remediation:
#     summary: Admit the application port from the load balancer's security group and nothing else.
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
#       aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.sg_service_chain

import data.audit.lib.carriers
import data.audit.lib.security_groups

application_port := data.profile.application_port

# Groups of services.
judged := {id: input.security_groups[id] |
	some id in carriers.by_collection.ecs_services
	not id in carriers.of_balancers
}

# Groups that they share with load balancers, with one of these.
shared := {id: first |
	some id in carriers.by_collection.ecs_services
	id in carriers.of_balancers
	first := min({user.id | some user in input.security_groups[id].used_by; user.collection == "load_balancers"})
}

# And those without a carrier, which may be one that is not known.
unused contains id if {
	some id, group in input.security_groups
	group.used_by == []
	not group.is_default
}

subjects := (unused | object.keys(judged)) | object.keys(shared)

deny contains finding if {
	some id, balancer_id in shared
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"the load balancer %s carries it too, so the tasks admit what that does; expected a group of the service's own",
			[balancer_id],
		),
		"evidence": [["security_groups", id, "/used_by"]],
	}
}

deny contains finding if {
	some id, group in judged
	some index, rule in group.ingress
	not is_expected(rule)
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s from %s, expected tcp %d alone",
			[security_groups.ports_text(rule), security_groups.peer_text(rule), application_port],
		),
		"evidence": array.concat(security_groups.ports_evidence(id, "ingress", index), [["security_groups", id, "/used_by"]]),
	}
}

is_expected(rule) if {
	rule.protocol in {"tcp", "6"}
	rule.from_port == application_port
	rule.to_port == application_port
}

deny contains finding if {
	some id, group in judged
	some index, rule in group.ingress
	not rule.referenced_group_id in carriers.of_albs
	peer := array.concat(
		security_groups.peer_evidence(id, "ingress", index, rule),
		carriers.users_evidence(rule.referenced_group_id),
	)
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s from %s%s, expected the load balancer's security group",
			[security_groups.ports_text(rule), security_groups.peer_text(rule), foreign(rule)],
		),
		"evidence": array.concat(peer, [["security_groups", id, "/used_by"]]),
	}
}

foreign(rule) := " (a group that was not seen)" if {
	rule.referenced_group_id != null
	not input.security_groups[rule.referenced_group_id]
} else := ""

applicable contains ["security_groups", id] if some id in subjects

depends contains {"subject": ["security_groups", id], "on": ["load_balancers", user.id]} if {
	some id, group in judged
	some rule in group.ingress
	some user in input.security_groups[rule.referenced_group_id].used_by
	user.collection == "load_balancers"
}

depends contains {"subject": ["security_groups", id], "on": ["security_groups", id]} if some id in subjects
