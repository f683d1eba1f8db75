# METADATA
# title: Groups of load balancers let out to their targets only
# description: >-
#   A load balancer that can open connections to anything carries an attacker's
#   request to anything. Its group needs to let out only to the groups of its
#   targets, on their ports and on those of their health checks. Judged are the
#   groups that application load balancers carry.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
# custom:
#   id: alb-sg-egress
#   severity: medium
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.egress.protocol
#     - security_groups.egress.from_port
#     - security_groups.egress.to_port
#     - security_groups.egress.cidr_ipv4
#     - security_groups.egress.cidr_ipv6
#     - security_groups.egress.prefix_list_id
#     - security_groups.egress.referenced_group_id
#     - security_groups.used_by
#     - load_balancers.load_balancer_type
#     - listeners.load_balancer
#     - listeners.default_actions
#     - listener_rules.listener
#     - listener_rules.actions
#     - target_groups.port
#     - target_groups.health_check_port
#     - target_groups.targets
#     - ecs_services.load_balancers
#     - ecs_services.security_group_ids
#     - instances.security_group_ids
#     - network_interfaces.private_ip_addresses
#     - network_interfaces.security_group_ids
#   architecture: ["2B"]
#   remediation:
#     summary: Replace the outgoing rules by one for each target's security group and port.
#     cloudformation: |
#       SecurityGroupEgress:
#         - {IpProtocol: tcp, FromPort: 3000, ToPort: 3000, DestinationSecurityGroupId: !Ref ServiceSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_egress_rule" "service" {
#         security_group_id            = aws_security_group.load_balancer.id
#         referenced_security_group_id = aws_security_group.service.id
#         ip_protocol                  = "tcp"
#         from_port                    = 3000
#         to_port                      = 3000
#       }
#     cli: |
#       aws ec2 revoke-security-group-egress --group-id GROUP --security-group-rule-ids RULE
#       aws ec2 authorize-security-group-egress --group-id GROUP --ip-permissions 'IpProtocol=tcp,FromPort=3000,ToPort=3000,UserIdGroupPairs=[{GroupId=SERVICE_GROUP}]'
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.2"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.alb_sg_egress

import data.audit.lib.balancers
import data.audit.lib.carriers
import data.audit.lib.listener_actions
import data.audit.lib.security_groups

# Load balancers by target group that they forward to.
forwards[target_group] contains balancer_id if {
	some [id, _, _, _, action] in listener_actions.declared
	balancer_id := input.listeners[id].load_balancer
	balancers.application[balancer_id]
	some forward in action.forward
	target_group := forward.target_group
	target_group != null
}

# Target groups by load balancer that forwards to them.
forwarded_by[balancer_id] contains target_group if {
	some target_group, balancer_ids in forwards
	some balancer_id in balancer_ids
}

# The port that a target group's health check has of its own.
check_port := {target_group: number |
	some target_group, group in input.target_groups
	port := group.health_check_port
	port != null
	regex.match(`^[0-9]+$`, port)
	number := to_number(port)
}

# Groups and ports of the targets: [load balancer, group, port].
targets contains [balancer_id, group_id, entry.container_port] if {
	some service in input.ecs_services
	some entry in service.load_balancers
	some balancer_id in forwards[entry.target_group]
	some group_id in service.security_group_ids
}

targets contains [balancer_id, group_id, port] if {
	some service in input.ecs_services
	some entry in service.load_balancers
	port := check_port[entry.target_group]
	some balancer_id in forwards[entry.target_group]
	some group_id in service.security_group_ids
}

targets contains [balancer_id, group_id, port] if {
	some [target_group_id, port, group_id] in registered
	some balancer_id in forwards[target_group_id]
}

# Targets that are registered by themselves: [target group, port, security group].
registered contains [target_group_id, port, group_id] if {
	some target_group_id, target_group in input.target_groups
	some target in target_group.targets
	some group_id in groups_of[target.target_id]
	some port in [target.port, target_group.port]
}

registered contains [target_group_id, port, group_id] if {
	some target_group_id, port in check_port
	some target in input.target_groups[target_group_id].targets
	some group_id in groups_of[target.target_id]
}

# Security groups by instance, and by the address of an interface.
groups_of[id] contains group_id if {
	some id, instance in input.instances
	some group_id in instance.security_group_ids
}

groups_of[address] contains group_id if {
	some interface in input.network_interfaces
	some address in interface.private_ip_addresses
	some group_id in interface.security_group_ids
}

carried[id] contains user.id if {
	some id in carriers.by_collection.load_balancers
	some user in input.security_groups[id].used_by
	user.collection == "load_balancers"
	balancers.application[user.id]
}

allowed(id, rule) if {
	some balancer_id in carried[id]
	rule.protocol in {"tcp", "6"}
	rule.from_port == rule.to_port
	[balancer_id, rule.referenced_group_id, rule.from_port] in targets
}

# Rules that lead nowhere, by which groups are kept from the default rule: to
# the sender itself, and what the CDK writes.
allowed(_, rule) if rule.cidr_ipv4 in {"127.0.0.1/32", "255.255.255.255/32"}

# What else would allow a rule to a group.
absence(rule, balancer_ids) := array.concat(
	[[collection] |
		some collection in ["ecs_services", "target_groups", "listeners", "listener_rules", "instances", "network_interfaces"]
	],
	[["target_groups", target_group, "/health_check_port"] |
		some balancer_id in balancer_ids
		some target_group in forwarded_by[balancer_id]
		input.target_groups[target_group]
	],
) if {
	rule.referenced_group_id != null
}

absence(rule, _) := [] if not is_string(rule.referenced_group_id)

deny contains finding if {
	some id, balancer_ids in carried
	some index, rule in input.security_groups[id].egress
	not allowed(id, rule)
	rule_evidence := array.concat(
		security_groups.peer_evidence(id, "egress", index, rule),
		security_groups.ports_evidence(id, "egress", index),
	)
	users := array.concat(
		[["security_groups", id, "/used_by"]],
		[["load_balancers", balancer_id, "/load_balancer_type"] | some balancer_id in balancer_ids],
	)
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it lets out %s to %s, expected its targets' security groups on their ports only",
			[security_groups.ports_text(rule), security_groups.peer_text(rule)],
		),
		"evidence": array.concat(rule_evidence, array.concat(users, absence(rule, balancer_ids))),
	}
}

applicable contains ["security_groups", id] if some id, _ in carried

# A group without a carrier may belong to a load balancer that is not known.
applicable contains ["security_groups", id] if {
	some id, group in input.security_groups
	group.used_by == []
	not group.is_default
}

depends contains {"subject": ["security_groups", id], "on": ["load_balancers", balancer_id]} if {
	some id, balancer_ids in carried
	some balancer_id in balancer_ids
}

depends contains {"subject": ["security_groups", id], "on": ["target_groups", target_group]} if {
	some id, balancer_ids in carried
	some balancer_id in balancer_ids
	some target_group in forwarded_by[balancer_id]
	input.target_groups[target_group]
}
