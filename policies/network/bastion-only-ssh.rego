# METADATA
# title: Private instances take SSH from a bastion only
# description: >-
#   One way in for administrators means one place to log and to close. An
#   instance that takes SSH from its whole network lets whoever is on one host
#   go on to the next. Every way to port 22 is followed, through routes, network
#   ACLs and security groups.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-rules-reference.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: bastion-only-ssh
#   severity: high
#   subject: [instances]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - instances.reachability.from_internet
#     - instances.reachability.unexpected_paths
#     - instances.subnet_id
#     - instances.tags
#     - subnets.public
#   architecture: ["4"]
#   remediation:
#     summary: Admit port 22 from the bastion's security group alone, or close it and use Session Manager.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 22, ToPort: 22, SourceSecurityGroupId: !Ref BastionSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "ssh" {
#         security_group_id            = aws_security_group.instance.id
#         referenced_security_group_id = aws_security_group.bastion.id
#         ip_protocol                  = "tcp"
#         from_port                    = 22
#         to_port                      = 22
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
#   frameworks:
#     nist-800-53-r5: ["AC-4", "AC-17", "AC-17(3)", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.bastion_only_ssh

import data.audit.lib.ec2
import data.audit.lib.paths

subjects := {id: instance |
	some id, instance in ec2.instances
	not ec2.is_bastion(instance)
	not in_public_subnet(instance)
}

in_public_subnet(instance) if input.subnets[instance.subnet_id].public == true

# Paths to port 22 that do not start at a bastion, with the fact that tells of
# them.
strays contains [id, path, "/reachability/unexpected_paths"] if {
	some id, _ in subjects
	some path in paths.found("instances", id).unexpected_paths
	is_ssh(path)
}

strays contains [id, path, "/reachability/from_internet"] if {
	some id, _ in subjects
	some path in paths.found("instances", id).internet_paths
	is_ssh(path)
}

is_ssh(path) if {
	path.protocol == "tcp"
	path.from_port <= 22
	path.to_port >= 22
}

deny contains finding if {
	some [id, path, fact] in strays
	finding := {
		"subject": ["instances", id],
		"message": sprintf("%s reaches it by SSH, expected a bastion alone", [paths.start_text(path)]),
		"evidence": array.concat(
			paths.cut(path),
			array.concat(
				[["instances", id, fact], ["instances", id, ec2.bastion_pointer]],
				[["subnets", subnet, "/public"] |
					subnet := input.instances[id].subnet_id
					input.subnets[subnet]
				],
			),
		),
		"flows": [paths.flow(path, id)],
	}
}

applicable contains ["instances", id] if some id, _ in subjects

depends contains {"subject": ["instances", id], "on": ["subnets", instance.subnet_id]} if {
	some id, instance in subjects
	instance.subnet_id != null
}
