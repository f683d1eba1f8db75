# METADATA
# title: Nobody has every action on every resource
# description: >-
#   With administrator rights, one leaked key or one hole in one program is the
#   loss of the account. Judged is the effect: wildcards, NotAction, several
#   statements and what is denied taken together. Rights that hang on a condition
#   are unknown. AWS's own policies are judged through who carries them;
#   service-linked roles are exempt.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
# custom:
#   id: iam-no-admin
#   severity: critical
#   subject: [iam_policies, iam_roles, iam_users, iam_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_policies.aws_managed
#     - iam_policies.grants.admin
#     - iam_roles.path
#     - iam_roles.effective.admin
#     - iam_users.effective.admin
#     - iam_groups.effective.admin
#   architecture: ["4"]
#   remediation:
#     summary: Name the actions and resources that are needed; keep administrator rights to a role that is assumed with MFA when it is needed.
#     cloudformation: |
#       PolicyDocument:
#         Version: "2012-10-17"
#         Statement:
#           - Effect: Allow
#             Action: [secretsmanager:GetSecretValue]
#             Resource: [!Ref DatabaseSecret]
#     terraform: |
#       data "aws_iam_policy_document" "task" {
#         statement {
#           actions   = ["secretsmanager:GetSecretValue"]
#           resources = [aws_secretsmanager_secret.database.arn]
#         }
#       }
#     cli: |
#       aws iam create-policy-version --policy-arn ARN --policy-document file://policy.json --set-as-default
#   frameworks:
#     aws-fsbp: ["IAM.1"]
#     cis-aws-foundations-3.0: ["1.16"]
#     cis-aws-foundations-5.0: ["1.15"]
#     nist-800-53-r5: ["AC-2", "AC-3", "AC-5", "AC-6"]
#     pci-dss-4.0: ["7.2.1", "7.2.2"]
#     soc2: ["CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.iam_no_admin

import data.audit.lib.roles

subjects contains ["iam_policies", id, policy.grants, "grants"] if {
	some id, policy in input.iam_policies
	policy.aws_managed != true
}

subjects contains ["iam_roles", id, role.effective, "effective"] if {
	some id, role in roles.usable
}

subjects contains ["iam_users", id, user.effective, "effective"] if some id, user in input.iam_users

subjects contains ["iam_groups", id, group.effective, "effective"] if some id, group in input.iam_groups

deciding := {"iam_policies": "/aws_managed", "iam_roles": "/path"}

deny contains finding if {
	some [collection, id, facts, name] in subjects
	facts.admin == true
	statements := [[at.collection, at.id, at.path] | some at in facts.admin_statements]
	own := [[collection, id, deciding[collection]] | deciding[collection]]
	finding := {
		"subject": [collection, id],
		"message": "it allows every action on every resource",
		"evidence": array.concat(statements, array.concat([[collection, id, sprintf("/%s/admin", [name])]], own)),
	}
}

applicable contains [collection, id] if some [collection, id, _, _] in subjects

depends contains {"subject": [collection, id], "on": [collection, id]} if some [collection, id, _, _] in subjects
