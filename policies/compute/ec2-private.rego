# METADATA
# title: EC2 instances are private
# description: >-
#   Only load balancers, NAT gateways and bastion hosts belong at the edge. An
#   instance with a public address, or in a subnet that routes to an internet
#   gateway, is one security-group mistake away from the internet. Bastions are
#   told by the profile's tag; what an instance leaves open, its launch template decides;
#   a template is judged by what it says of its subnet and address itself.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html
# custom:
#   id: ec2-private
#   severity: high
#   subject: [instances, launch_templates]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - instances.associate_public_ip_address
#     - instances.subnet_id
#     - instances.public_ip_address
#     - launch_templates.associate_public_ip_address
#     - launch_templates.subnet_id
#     - subnets.public
#     - network_interfaces.instance_id
#     - network_interfaces.public_ip_addresses
#     - network_interfaces.subnet_id
#     - elastic_ips.instance_id
#     - elastic_ips.network_interface_id
#   architecture: ["2A"]
#   remediation:
#     summary: Start the instance in a private subnet without a public address and release its elastic IP; reach it through the load balancer, a bastion or Session Manager.
#     cloudformation: |
#       NetworkInterfaces:
#         - DeviceIndex: "0"
#           AssociatePublicIpAddress: false
#           SubnetId: !Ref PrivateSubnetA
#     terraform: |
#       associate_public_ip_address = false
#       subnet_id                   = aws_subnet.private_a.id
#     cli: |
#       aws ec2 disassociate-address --association-id ID
#   frameworks:
#     aws-fsbp: ["EC2.9", "EC2.25"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.ec2_private

import data.audit.lib.ec2
import data.audit.lib.paths

subjects contains ["instances", id, instance] if some id, instance in ec2.instances

subjects contains ["launch_templates", id, template] if some id, template in input.launch_templates

judged contains [collection, id, resource] if {
	some [collection, id, resource] in subjects
	not ec2.is_bastion(resource)
}

# Interfaces by the instance they are attached to.
interfaces[instance_id] contains id if {
	some id, interface in input.network_interfaces
	instance_id := interface.instance_id
	instance_id != null
}

# Elastic IPs by the instance that they lead to, with the evidence.
addresses[instance_id] contains [id, evidence] if {
	some id, address in input.elastic_ips
	instance_id := address.instance_id
	instance_id != null
	evidence := [["elastic_ips", id, "/instance_id"]]
}

addresses[instance_id] contains [id, evidence] if {
	some id, address in input.elastic_ips
	instance_id := input.network_interfaces[address.network_interface_id].instance_id
	instance_id != null
	evidence := [
		["elastic_ips", id, "/network_interface_id"],
		["network_interfaces", address.network_interface_id, "/instance_id"],
	]
}

deny contains finding if {
	some [collection, id, resource] in judged
	resource.associate_public_ip_address == true
	finding := {
		"subject": [collection, id],
		"message": sprintf("it gets a public address%s", [known_address(resource)]),
		"evidence": [[collection, id, "/associate_public_ip_address"], [collection, id, ec2.bastion_pointer]],
		"flows": paths.from_internet(collection, id),
	}
}

deny contains finding if {
	some [collection, id, resource] in judged
	input.subnets[resource.subnet_id].public == true
	finding := {
		"subject": [collection, id],
		"message": sprintf("it is in the public subnet %s, expected a private one", [resource.subnet_id]),
		"evidence": [
			["subnets", resource.subnet_id, "/public"],
			[collection, id, "/subnet_id"],
			[collection, id, ec2.bastion_pointer],
		],
		"flows": paths.from_internet(collection, id),
	}
}

deny contains finding if {
	some ["instances", id, _] in judged
	some [address_id, evidence] in addresses[id]
	finding := {
		"subject": ["instances", id],
		"message": sprintf("the elastic IP %s leads to it", [address_id]),
		"evidence": array.concat(evidence, [["instances", id, ec2.bastion_pointer]]),
		"flows": paths.from_internet("instances", id),
	}
}

deny contains finding if {
	some ["instances", id, _] in judged
	some interface_id in interfaces[id]
	interface := input.network_interfaces[interface_id]
	count(interface.public_ip_addresses) > 0
	finding := {
		"subject": ["instances", id],
		"message": sprintf("its interface %s has the public address %s", [interface_id, interface.public_ip_addresses[0]]),
		"evidence": [
			["network_interfaces", interface_id, "/public_ip_addresses/0"],
			["network_interfaces", interface_id, "/instance_id"],
			["instances", id, ec2.bastion_pointer],
		],
		"flows": paths.from_internet("instances", id),
	}
}

deny contains finding if {
	some ["instances", id, instance] in judged
	some interface_id in interfaces[id]
	interface := input.network_interfaces[interface_id]
	interface.subnet_id != instance.subnet_id
	input.subnets[interface.subnet_id].public == true
	finding := {
		"subject": ["instances", id],
		"message": sprintf("its interface %s is in the public subnet %s", [interface_id, interface.subnet_id]),
		"evidence": [
			["subnets", interface.subnet_id, "/public"],
			["network_interfaces", interface_id, "/subnet_id"],
			["network_interfaces", interface_id, "/instance_id"],
			["instances", id, ec2.bastion_pointer],
		],
		"flows": paths.from_internet("instances", id),
	}
}

# What an instance leaves to its launch template.
deny contains finding if {
	some ["instances", id, instance] in judged
	instance.associate_public_ip_address == null
	input.launch_templates[instance.launch_template_id].associate_public_ip_address == true
	finding := {
		"subject": ["instances", id],
		"message": sprintf("it gets a public address by its launch template %s", [instance.launch_template_id]),
		"evidence": array.concat(
			[
				["launch_templates", instance.launch_template_id, "/associate_public_ip_address"],
				["instances", id, "/associate_public_ip_address"],
			],
			template_evidence(id),
		),
		"flows": paths.from_internet("instances", id),
	}
}

deny contains finding if {
	some ["instances", id, instance] in judged
	instance.subnet_id == null
	subnet_id := input.launch_templates[instance.launch_template_id].subnet_id
	input.subnets[subnet_id].public == true
	finding := {
		"subject": ["instances", id],
		"message": sprintf("its launch template puts it in the public subnet %s, expected a private one", [subnet_id]),
		"evidence": array.concat(
			[
				["subnets", subnet_id, "/public"],
				["launch_templates", instance.launch_template_id, "/subnet_id"],
				["instances", id, "/subnet_id"],
			],
			template_evidence(id),
		),
		"flows": paths.from_internet("instances", id),
	}
}

# A launch template that is not known may decide either way.
deny contains finding if {
	some ["instances", id, instance] in judged
	instance.launch_template_id != null
	not input.launch_templates[instance.launch_template_id]
	open := [pointer |
		some pointer in ["subnet_id", "associate_public_ip_address"]
		instance[pointer] == null
	]
	count(open) > 0
	finding := {
		"subject": ["instances", id],
		"message": sprintf("it leaves %s to the launch template %s, which is not known", [
			concat(" and ", open),
			instance.launch_template_id,
		]),
		"evidence": array.concat(
			template_evidence(id),
			[["instances", id, sprintf("/%s", [pointer])] | some pointer in open],
		),
	}
}

# An instance that names no subnet starts in the default VPC, whose subnets are
# public.
deny contains finding if {
	some ["instances", id, instance] in judged
	instance.subnet_id == null
	templates := [["launch_templates", instance.launch_template_id, "/subnet_id"] |
		input.launch_templates[instance.launch_template_id]
	]
	names_no_subnet(instance)
	not interfaces[id]
	finding := {
		"subject": ["instances", id],
		"message": "it names no subnet, so it starts in a public subnet of the default VPC",
		"evidence": array.concat(array.concat([["instances", id, "/subnet_id"]], template_evidence(id)), templates),
	}
}

names_no_subnet(instance) if instance.launch_template_id == null
names_no_subnet(instance) if input.launch_templates[instance.launch_template_id].subnet_id == null

template_evidence(id) := [["instances", id, "/launch_template_id"], ["instances", id, ec2.bastion_pointer]]

known_address(resource) := sprintf(" (%s)", [resource.public_ip_address]) if resource.public_ip_address != null

known_address(resource) := "" if not is_string(object.get(resource, "public_ip_address", null))

applicable contains [collection, id] if some [collection, id, _] in judged

depends contains {"subject": [collection, id], "on": ["subnets", resource.subnet_id]} if {
	some [collection, id, resource] in judged
	resource.subnet_id != null
}

depends contains {"subject": ["instances", id], "on": ["subnets", subnet_id]} if {
	some ["instances", id, _] in judged
	some interface_id in interfaces[id]
	subnet_id := input.network_interfaces[interface_id].subnet_id
	subnet_id != null
}

depends contains {"subject": ["instances", id], "on": ["subnets", subnet_id]} if {
	some ["instances", id, instance] in judged
	subnet_id := input.launch_templates[instance.launch_template_id].subnet_id
	subnet_id != null
}

depends contains {"subject": ["instances", id], "on": ["launch_templates", instance.launch_template_id]} if {
	some ["instances", id, instance] in judged
	instance.launch_template_id != null
}
