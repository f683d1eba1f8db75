# METADATA
# title: Bastions take SSH from named addresses only
# description: >-
#   A bastion is the one host that administrators reach from outside, so it is
#   the one that everybody tries. It belongs into a public subnet and takes SSH
#   from the profile's `admin_cidrs`; where the profile names none, from the
#   ranges that its rules name, as long as one organisation could hold them.
#   Routes, network ACLs and security groups are taken together.
# related_resources:
#   - https://docs.aws.amazon.com/prescriptive-guidance/latest/patterns/access-a-bastion-host-by-using-session-manager-and-amazon-ec2-instance-connect.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-rules-reference.html
# custom:
#   id: bastion-restricted
#   severity: high
#   subject: [instances]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - instances.reachability.unexpected_paths
#     - instances.subnet_id
#     - instances.tags
#     - subnets.public
#   architecture: ["4"]
#   remediation:
#     summary: Admit port 22 from the administrators' address ranges alone, and name them in the profile as admin_cidrs.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 198.51.100.0/24}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "ssh" {
#         security_group_id = aws_security_group.bastion.id
#         cidr_ipv4         = "198.51.100.0/24"
#         ip_protocol       = "tcp"
#         from_port         = 22
#         to_port           = 22
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id ID --protocol tcp --port 22 --cidr 0.0.0.0/0
#       aws ec2 authorize-security-group-ingress --group-id ID --protocol tcp --port 22 --cidr 198.51.100.0/24
#   frameworks:
#     aws-fsbp: ["EC2.19"]
#     cis-aws-foundations-3.0: ["5.2", "5.3"]
#     cis-aws-foundations-5.0: ["5.3", "5.4"]
#     nist-800-53-r5: ["AC-4", "AC-17", "AC-17(3)", "CA-9(1)", "CM-2", "CM-7", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.2"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.bastion_restricted

import data.audit.lib.ec2
import data.audit.lib.paths

bastions := {id: instance |
	some id, instance in ec2.instances
	ec2.is_bastion(instance)
}

deny contains finding if {
	some id, instance in bastions
	input.subnets[instance.subnet_id].public == false
	finding := {
		"subject": ["instances", id],
		"message": sprintf("it is in the private subnet %s, expected a public one", [instance.subnet_id]),
		"evidence": [
			["instances", id, "/subnet_id"],
			["subnets", instance.subnet_id, "/public"],
			["instances", id, ec2.bastion_pointer],
		],
	}
}

deny contains finding if {
	some id, _ in bastions
	some path in paths.found("instances", id).unexpected_paths
	[path.protocol, path.from_port, path.to_port] == ["tcp", 22, 22]
	finding := {
		"subject": ["instances", id],
		"message": sprintf("%s reaches it by SSH, expected named addresses alone", [paths.start_text(path)]),
		"evidence": array.concat(
			paths.cut(path),
			[["instances", id, "/reachability/unexpected_paths"], ["instances", id, ec2.bastion_pointer]],
		),
		"flows": [paths.flow(path, id)],
	}
}

applicable contains ["instances", id] if some id, _ in bastions

depends contains {"subject": ["instances", id], "on": ["subnets", instance.subnet_id]} if {
	some id, instance in bastions
	instance.subnet_id != null
}
