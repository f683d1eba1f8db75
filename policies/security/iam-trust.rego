# METADATA
# title: Roles trust nobody at large
# description: >-
#   A role that everyone may assume is a public account. A third party that
#   takes roles in many accounts can be tricked into using yours unless an
#   external id ties the role to you, or it is a member of an organization that
#   the policy names; and an OIDC provider speaks for all its users unless a
#   subject is named, up to its owner's whole name. Accounts that the profile
#   trusts are exempt; so are service-linked roles.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
# custom:
#   id: iam-trust
#   severity: critical
#   subject: [iam_roles]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_roles.path
#     - iam_roles.trust
#   architecture: ["4"]
#   remediation:
#     summary: Name the principals; require sts:ExternalId of third parties and a subject of OIDC providers.
#     cloudformation: |
#       AssumeRolePolicyDocument:
#         Version: "2012-10-17"
#         Statement:
#           - Effect: Allow
#             Principal: {Federated: !Ref GitHubProvider}
#             Action: sts:AssumeRoleWithWebIdentity
#             Condition:
#               StringEquals:
#                 token.actions.githubusercontent.com:aud: sts.amazonaws.com
#                 token.actions.githubusercontent.com:sub: repo:OWNER/REPOSITORY:ref:refs/heads/main
#     terraform: |
#       statement {
#         actions = ["sts:AssumeRole"]
#         principals {
#           type        = "AWS"
#           identifiers = ["arn:aws:iam::ACCOUNT:root"]
#         }
#         condition {
#           test     = "StringEquals"
#           variable = "sts:ExternalId"
#           values   = [var.external_id]
#         }
#       }
#     cli: |
#       aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json
#   frameworks:
#     nist-800-53-r5: ["AC-3", "AC-6"]
#     pci-dss-4.0: ["7.2.1", "7.2.2"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP07", "SEC03-BP09"]
package audit.iam_trust

import data.audit.lib.grants
import data.audit.lib.roles

kinds := {
	"everyone": "everyone (%s) may assume it",
	"foreign_without_external_id": "the foreign %s may assume it without an external id",
	"oidc_without_subject": "every subject of the OIDC provider %s may assume it",
}

deny contains finding if {
	some id, role in roles.usable
	some kind, message in kinds
	some index, grant in role.trust[kind]
	not is_trusted(kind, grant)
	finding := {
		"subject": ["iam_roles", id],
		"message": sprintf(message, [grant.principal]),
		"evidence": [
			[grant.statement.collection, grant.statement.id, grant.statement.path],
			["iam_roles", id, sprintf("/trust/%s/%d", [kind, index])],
			["iam_roles", id, "/path"],
		],
	}
}

is_trusted("foreign_without_external_id", grant) if grants.account_of(grant.principal) in grants.trusted

applicable contains ["iam_roles", id] if some id, _ in roles.usable
