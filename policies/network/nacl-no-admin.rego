# METADATA
# title: Network ACLs admit no admin port from anywhere
# description: >-
#   A network ACL is the second wall: it holds when a security group is opened
#   by mistake. It keeps nobody out while it admits SSH and RDP from everywhere,
#   as a VPC's default ACL does. Judged are ACLs that are in force in a subnet.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
# custom:
#   id: nacl-no-admin
#   severity: medium
#   subject: [network_acls]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - network_acls.open_ingress
#     - network_acls.vpc_id
#     - subnets.network_acl_id
#     - subnets.vpc_id
#   architecture: ["2C"]
#   remediation:
#     summary: Deny the admin ports from 0.0.0.0/0 and ::/0 ahead of the rules that allow, or allow only what the subnet serves.
#     cloudformation: |
#       Type: AWS::EC2::NetworkAclEntry
#       Properties:
#         NetworkAclId: !Ref NetworkAcl
#         RuleNumber: 100
#         Protocol: 6
#         RuleAction: allow
#         CidrBlock: 0.0.0.0/0
#         PortRange: {From: 443, To: 443}
#     terraform: |
#       resource "aws_network_acl_rule" "https" {
#         network_acl_id = aws_network_acl.public.id
#         rule_number    = 100
#         protocol       = "tcp"
#         rule_action    = "allow"
#         cidr_block     = "0.0.0.0/0"
#         from_port      = 443
#         to_port        = 443
#       }
#     cli: |
#       aws ec2 replace-network-acl-entry --network-acl-id ACL --ingress --rule-number 100 --protocol 6 --port-range From=443,To=443 --cidr-block 0.0.0.0/0 --rule-action allow
#   frameworks:
#     aws-fsbp: ["EC2.21"]
#     cis-aws-foundations-3.0: ["5.1"]
#     cis-aws-foundations-5.0: ["5.2"]
#     nist-800-53-r5: ["AC-4(21)", "CA-9(1)", "CM-2", "CM-7", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.nacl_no_admin

import data.audit.lib.security_groups

# The subnets in which each ACL is in force.
in_force[acl_id] contains subnet_id if {
	some subnet_id, subnet in input.subnets
	acl_id := subnet.network_acl_id
	acl_id != null
}

# Subnets whose ACL is not known, by VPC.
open_subnets[vpc_id] contains subnet_id if {
	some subnet_id, subnet in input.subnets
	subnet.network_acl_id == null
	vpc_id := subnet.vpc_id
}

# One of the subnets that each ACL is in force in, or may be.
subnet_of := object.union(
	{acl_id: min(found) | some acl_id, found in in_force},
	{acl_id: min(open_subnets[acl.vpc_id]) |
		some acl_id, acl in input.network_acls
		not in_force[acl_id]
	},
)

deny contains finding if {
	some acl_id, subnet_id in subnet_of
	some index, open in input.network_acls[acl_id].open_ingress
	ports := security_groups.open_admin_ports(open)
	ports != set()
	finding := {
		"subject": ["network_acls", acl_id],
		"message": sprintf(
			"it admits %s, which takes in the admin port %d, and is in force in %s",
			[security_groups.open_text(open), min(ports), subnet_id],
		),
		"evidence": array.concat(entries(acl_id, index, open), [["subnets", subnet_id, "/network_acl_id"]]),
	}
}

entries(acl_id, _, open) := [["network_acls", acl_id, sprintf("/entries/%d", [entry])] | some entry in open.rules] if {
	count(open.rules) > 0
}

entries(acl_id, index, open) := [["network_acls", acl_id, sprintf("/open_ingress/%d", [index])]] if {
	count(open.rules) == 0
}

applicable contains ["network_acls", acl_id] if {
	some acl_id, _ in subnet_of
	input.network_acls[acl_id]
}

depends contains {"subject": ["network_acls", acl_id], "on": ["subnets", subnet_id]} if some acl_id, subnet_id in subnet_of
