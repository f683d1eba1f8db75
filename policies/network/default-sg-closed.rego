# METADATA
# title: Default security groups have no rules and no users
# description: >-
#   Whatever is launched without a security group gets its VPC's default one,
#   whose rules let all its members talk to each other and to everyone. Without
#   rules such a mistake shows at once and opens nothing.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
# custom:
#   id: default-sg-closed
#   severity: medium
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.is_default
#     - security_groups.ingress
#     - security_groups.egress
#     - security_groups.used_by
#   architecture: ["+"]
#   remediation:
#     summary: Take all rules out of the default group and give each resource a group of its own.
#     cloudformation: |
#       # CloudFormation cannot change it: use the CDK's restrictDefaultSecurityGroup,
#       # or the command line.
#     terraform: |
#       resource "aws_default_security_group" "this" {
#         vpc_id = aws_vpc.this.id
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#   frameworks:
#     aws-fsbp: ["EC2.2"]
#     cis-aws-foundations-3.0: ["5.4"]
#     cis-aws-foundations-5.0: ["5.5"]
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.default_sg_closed

subjects := {id: group |
	some id, group in input.security_groups
	group.is_default != false
}

kinds := {"ingress": "incoming", "egress": "outgoing"}

deny contains finding if {
	some id, group in subjects
	some attribute, direction in kinds
	count(group[attribute]) > 0
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf("it has %d rules for %s traffic, expected none", [count(group[attribute]), direction]),
		"evidence": [
			["security_groups", id, sprintf("/%s/0", [attribute])],
			["security_groups", id, "/is_default"],
		],
	}
}

deny contains finding if {
	some id, group in subjects
	count(group.used_by) > 0
	user := group.used_by[0]
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf(
			"%d resources carry it (%s/%s first), expected none",
			[count(group.used_by), user.collection, user.id],
		),
		"evidence": [
			["security_groups", id, "/used_by/0"],
			["security_groups", id, "/is_default"],
		],
	}
}

applicable contains ["security_groups", id] if some id, _ in subjects
