# METADATA
# title: Security groups admit no admin port from anywhere
# description: >-
#   SSH and RDP that anyone can reach are found by scanners within minutes and
#   tried with leaked passwords and fresh exploits. Judged is what the rules
#   admit together: a rule for all ports, two halves of the address space and
#   IPv6 alone count as well.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: sg-no-open-admin
#   severity: critical
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.open_ingress
#   architecture: ["2C", "4"]
#   remediation:
#     summary: Take the rule out; use Session Manager, or admit the administrators' ranges at a bastion only.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 22, ToPort: 22, SourceSecurityGroupId: !Ref BastionSecurityGroup}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "ssh" {
#         security_group_id            = aws_security_group.app.id
#         referenced_security_group_id = aws_security_group.bastion.id
#         ip_protocol                  = "tcp"
#         from_port                    = 22
#         to_port                      = 22
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#   frameworks:
#     aws-fsbp: ["EC2.19"]
#     cis-aws-foundations-3.0: ["5.2", "5.3"]
#     cis-aws-foundations-5.0: ["5.3", "5.4"]
#     nist-800-53-r5: ["AC-4", "CA-9(1)", "CM-2", "CM-7", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.2"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.sg_no_open_admin

import data.audit.lib.security_groups

deny contains finding if {
	some id, group in input.security_groups
	some index, open in group.open_ingress
	ports := security_groups.open_admin_ports(open)
	ports != set()
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"it admits %s, which takes in the admin port %d (expected from nowhere at large)",
			[security_groups.open_text(open), min(ports)],
		),
		"evidence": evidence(id, index, open),
	}
}

# The rules that open it; what derives from them where they are not named.
evidence(id, _, open) := [["security_groups", id, sprintf("/ingress/%d", [rule])] | some rule in open.rules] if {
	count(open.rules) > 0
}

evidence(id, index, open) := [["security_groups", id, sprintf("/open_ingress/%d", [index])]] if count(open.rules) == 0
