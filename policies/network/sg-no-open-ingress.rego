# METADATA
# title: Security groups admit nothing from anywhere
# description: >-
#   The internet-facing load balancer is the only way in: every other group that
#   admits the whole world waits for one route or public address to become an
#   entry. Exempt are TCP 443 and 80 of groups that application load balancers
#   carry, and nothing else does.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: sg-no-open-ingress
#   severity: high
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.open_ingress
#     - security_groups.used_by
#     - load_balancers.load_balancer_type
#   architecture: ["2C"]
#   remediation:
#     summary: Admit the security group of the caller, or named ranges, in place of 0.0.0.0/0 and ::/0.
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
#     aws-fsbp: ["EC2.18", "EC2.19"]
#     nist-800-53-r5: ["AC-4", "CA-9(1)", "CM-2", "CM-7", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.2"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.sg_no_open_ingress

import data.audit.lib.security_groups

entry_groups := of_albs - shared

# Groups that application load balancers carry.
of_albs contains id if {
	some id, group in open_groups
	some user in group.used_by
	user.collection == "load_balancers"
	input.load_balancers[user.id].load_balancer_type == "application"
}

# Groups that something else than an application load balancer carries too.
shared contains id if {
	some id, group in open_groups
	some user in group.used_by
	user.collection != "load_balancers"
}

shared contains id if {
	some id, group in open_groups
	some user in group.used_by
	user.collection == "load_balancers"
	not input.load_balancers[user.id].load_balancer_type == "application"
}

open_groups := {id: group |
	some id, group in input.security_groups
	group.open_ingress != []
}

entry_ports := {80, 443}

exempt(id, open) if {
	id in entry_groups
	could_be_exempt(open)
}

deny contains finding if {
	some id, group in open_groups
	some index, open in group.open_ingress
	not exempt(id, open)
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s, expected only 443 and 80 of an application load balancer",
			[security_groups.open_text(open)],
		),
		"evidence": array.concat(rules(id, index, open), carriers(id, group, open)),
	}
}

rules(id, _, open) := [["security_groups", id, sprintf("/ingress/%d", [rule])] | some rule in open.rules] if {
	count(open.rules) > 0
}

rules(id, index, open) := [["security_groups", id, sprintf("/open_ingress/%d", [index])]] if count(open.rules) == 0

# Who carries the group decides for ports that could be exempt, and no others.
carriers(id, group, open) := array.concat(
	[["security_groups", id, "/used_by"] | could_be_exempt(open)],
	[["load_balancers", user.id, pointer] |
		could_be_exempt(open)
		some user in group.used_by
		user.collection == "load_balancers"
		input.load_balancers[user.id]
		pointer := "/load_balancer_type"
	],
)

could_be_exempt(open) if {
	open.protocol in {"tcp", "6"}
	open.from_port == open.to_port
	open.from_port in entry_ports
}

depends contains {"subject": ["security_groups", id], "on": ["load_balancers", user.id]} if {
	some id, group in open_groups
	some user in group.used_by
	user.collection == "load_balancers"
}

depends contains {"subject": ["security_groups", id], "on": ["security_groups", id]} if some id, _ in input.security_groups
