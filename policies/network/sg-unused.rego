# METADATA
# title: Security groups are in use
# description: >-
#   A group that nothing carries is attached by mistake one day, with rules that
#   nobody has looked at since. VPCs' default groups cannot be deleted and are
#   not judged.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
# custom:
#   id: sg-unused
#   severity: low
#   subject: [security_groups]
#   sources: [live, terraform]
#   requires:
#     - security_groups.is_default
#     - security_groups.used_by
#     - security_groups.referenced_by
#   architecture: ["+"]
#   remediation:
#     summary: Delete the group, or attach it to what it was made for.
#     terraform: |
#       vpc_security_group_ids = [aws_security_group.app.id]
#     cli: |
#       aws ec2 delete-security-group --group-id GROUP
#   frameworks:
#     nist-800-53-r5: ["CM-8(1)"]
#     pci-dss-4.0: ["1.2.7"]
package audit.sg_unused

subjects := {id: group |
	some id, group in input.security_groups
	group.is_default != true
}

deny contains finding if {
	some id, group in subjects
	count(group.used_by) == 0
	count(group.referenced_by) == 0
	finding := {
		"subject": ["security_groups", id],
		"message": "nothing carries it",
		"evidence": [["security_groups", id, pointer] |
			some pointer in ["/used_by", "/referenced_by", "/is_default"]
		],
	}
}

applicable contains ["security_groups", id] if some id, _ in subjects
