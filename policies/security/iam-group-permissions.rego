# METADATA
# title: Users get their permissions through groups
# description: >-
#   Policies on single users are forgotten when a person changes their work.
#   Groups show in one place who may do what.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
# custom:
#   id: iam-group-permissions
#   severity: low
#   subject: [iam_users]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_users.attached_policies
#     - iam_users.inline_policies
#   architecture: ["4"]
#   remediation:
#     summary: Attach the policies to a group and put the user into it.
#     cloudformation: |
#       Type: AWS::IAM::User
#       Properties:
#         Groups: [!Ref Developers]
#     terraform: |
#       resource "aws_iam_user_group_membership" "this" {
#         user   = aws_iam_user.this.name
#         groups = [aws_iam_group.developers.name]
#       }
#     cli: |
#       aws iam add-user-to-group --user-name USER --group-name GROUP
#       aws iam detach-user-policy --user-name USER --policy-arn ARN
#   frameworks:
#     aws-fsbp: ["IAM.2"]
#     cis-aws-foundations-3.0: ["1.15"]
#     cis-aws-foundations-5.0: ["1.14"]
#     nist-800-53-r5: ["AC-2", "AC-3", "AC-6"]
#     pci-dss-4.0: ["7.2.1"]
#     soc2: ["CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.iam_group_permissions

import data.audit.lib.text

# What a user has of its own: the attribute, its kind, and the names.
own(user) := [
	["attached_policies", "attached", user.attached_policies],
	["inline_policies", "inline", [text.shown(policy.name) | some policy in user.inline_policies]],
]

deny contains finding if {
	some id, user in input.iam_users
	some [name, kind, policies] in own(user)
	count(policies) > 0
	finding := {
		"subject": ["iam_users", id],
		"message": sprintf("it has %s policies of its own: %s; expected them on its groups", [kind, concat(", ", policies)]),
		"evidence": [["iam_users", id, sprintf("/%s/0", [name])]],
	}
}
