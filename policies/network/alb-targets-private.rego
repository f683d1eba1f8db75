# METADATA
# title: Targets of load balancers are in private subnets
# description: >-
#   Targets in a public subnet can be given a way around the load balancer, its
#   TLS and its logs. An address that no interface is known to have is in the
#   subnet whose range holds it. Functions and load balancers as targets are not
#   judged.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
# custom:
#   id: alb-targets-private
#   severity: high
#   subject: [target_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - target_groups.target_type
#     - target_groups.targets
#     - target_groups.vpc_id
#     - instances.subnet_id
#     - ecs_services.load_balancers
#     - ecs_services.subnet_ids
#     - network_interfaces.private_ip_addresses
#     - network_interfaces.subnet_id
#     - subnets.public
#     - subnets.vpc_id
#     - subnets.cidr_block
#   architecture: ["2B"]
#   remediation:
#     summary: Move the targets into private subnets.
#     cloudformation: |
#       NetworkConfiguration:
#         AwsvpcConfiguration:
#           AssignPublicIp: DISABLED
#           Subnets: [!Ref ServiceSubnetA, !Ref ServiceSubnetB]
#     terraform: |
#       network_configuration {
#         assign_public_ip = false
#         subnets          = aws_subnet.service[*].id
#       }
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service SERVICE --network-configuration 'awsvpcConfiguration={subnets=[SUBNET_A,SUBNET_B],securityGroups=[GROUP],assignPublicIp=DISABLED}'
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.4.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.alb_targets_private

subjects := {id: group |
	some id, group in input.target_groups
	not group.target_type in {"lambda", "alb"}
}

interfaces_of[address] contains id if {
	some id, interface in input.network_interfaces
	some address in interface.private_ip_addresses
}

# The interfaces of targets: each VPC may have one of an address.
interface_of := {id: found |
	some id, group in subjects
	found := {target.target_id: interface_id |
		some target in group.targets
		ids := {candidate |
			some candidate in interfaces_of[target.target_id]
			not is_elsewhere(group, input.network_interfaces[candidate].subnet_id)
		}
		interface_id := min(ids)
	}
}

# Whether a subnet is of another VPC than a target group.
is_elsewhere(group, subnet_id) if {
	group.vpc_id != null
	vpc_id := input.subnets[subnet_id].vpc_id
	vpc_id != null
	vpc_id != group.vpc_id
}

octet := `(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`

ipv4 := sprintf(`^(%s\.){3}%s$`, [octet, octet])

ipv4_range := sprintf(`^(%s\.){3}%s/(3[0-2]|[12]?[0-9])$`, [octet, octet])

# Subnets by VPC, with their ranges.
ranges[vpc_id] contains [subnet_id, subnet.cidr_block] if {
	count(bare) > 0
	some subnet_id, subnet in input.subnets
	vpc_id := subnet.vpc_id
	vpc_id != null
	subnet.cidr_block != null
	regex.match(ipv4_range, subnet.cidr_block)
}

# Addresses of targets without an interface: [target group, index, address].
bare contains [id, index, target.target_id] if {
	some id, group in subjects
	group.target_type == "ip"
	some index, target in group.targets
	target.target_id != null
	not interface_of[id][target.target_id]
	regex.match(ipv4, target.target_id)
}

# Targets and their subnets: [target group, name, subnet, evidence].
placed contains [id, name, subnet_id, evidence] if {
	some id, group in subjects
	some index, target in group.targets
	subnet_id := input.instances[target.target_id].subnet_id
	name := sprintf("instances/%s", [target.target_id])
	evidence := [
		["instances", target.target_id, "/subnet_id"],
		["target_groups", id, sprintf("/targets/%d/target_id", [index])],
	]
}

placed contains [id, name, subnet_id, evidence] if {
	some id, group in subjects
	some index, target in group.targets
	interface_id := interface_of[id][target.target_id]
	subnet_id := input.network_interfaces[interface_id].subnet_id
	name := sprintf("%s (%s)", [target.target_id, interface_id])
	evidence := [
		["network_interfaces", interface_id, "/subnet_id"],
		["target_groups", id, sprintf("/targets/%d/target_id", [index])],
	]
}

placed contains [id, target_id, subnet_id, evidence] if {
	some [id, index, target_id] in bare
	some [subnet_id, cidr_block] in ranges[subjects[id].vpc_id]
	net.cidr_contains(cidr_block, target_id)
	evidence := [
		["subnets", subnet_id, "/cidr_block"],
		["target_groups", id, sprintf("/targets/%d/target_id", [index])],
		["target_groups", id, "/vpc_id"],
	]
}

placed contains [id, name, subnet_id, evidence] if {
	some service_id, service in input.ecs_services
	some entry_index, entry in service.load_balancers
	id := entry.target_group
	subjects[id]
	some index, subnet_id in service.subnet_ids
	name := sprintf("ecs_services/%s", [service_id])
	evidence := [
		["ecs_services", service_id, sprintf("/subnet_ids/%d", [index])],
		["ecs_services", service_id, sprintf("/load_balancers/%d/target_group", [entry_index])],
	]
}

deny contains finding if {
	some [id, name, subnet_id, evidence] in placed
	input.subnets[subnet_id].public == true
	finding := {
		"subject": ["target_groups", id],
		"message": sprintf("its target %s is in the public subnet %s, expected a private one", [name, subnet_id]),
		"evidence": array.concat(
			evidence,
			[["subnets", subnet_id, "/public"], ["target_groups", id, "/target_type"]],
		),
	}
}

applicable contains ["target_groups", id] if some id, _ in subjects

depends contains {"subject": ["target_groups", id], "on": ["subnets", subnet_id]} if some [id, _, subnet_id, _] in placed

depends contains {"subject": ["target_groups", id], "on": ["instances", target.target_id]} if {
	some id, group in subjects
	some target in group.targets
	input.instances[target.target_id]
}

depends contains {"subject": ["target_groups", id], "on": ["network_interfaces", interface_id]} if {
	some id, group in subjects
	some target in group.targets
	interface_id := interface_of[id][target.target_id]
}
