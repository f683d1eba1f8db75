# METADATA
# title: Policies name the actions and resources that are needed
# description: >-
#   A policy that grants a whole service, or a change to every resource of a
#   kind, grants what nobody asked for, and whoever takes over its holder has it
#   too. Wildcards and NotAction are expanded by AWS's catalogue of actions. An
#   action that works on no single resource may stand on `*`, and so may one
#   that a condition narrows to resources (by tag, cluster or VPC). Judged are
#   the policies that customers write, managed and inline; AWS's own are not.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
# custom:
#   id: iam-least-privilege
#   severity: high
#   subject: [iam_policies, iam_roles, iam_users, iam_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_policies.aws_managed
#     - iam_policies.grants.broad
#     - iam_roles.inline_policies
#     - iam_users.inline_policies
#     - iam_groups.inline_policies
#   architecture: ["4"]
#   remediation:
#     summary: Name the actions that are used, and the ARNs of the resources they are used on.
#     cloudformation: |
#       PolicyDocument:
#         Version: "2012-10-17"
#         Statement:
#           - Effect: Allow
#             Action: [s3:GetObject, s3:PutObject]
#             Resource: !Sub ${Bucket.Arn}/uploads/*
#     terraform: |
#       data "aws_iam_policy_document" "task" {
#         statement {
#           actions   = ["s3:GetObject", "s3:PutObject"]
#           resources = ["${aws_s3_bucket.data.arn}/uploads/*"]
#         }
#       }
#     cli: |
#       aws iam create-policy-version --policy-arn ARN --policy-document file://policy.json --set-as-default
#   frameworks:
#     aws-fsbp: ["IAM.21", "KMS.1", "KMS.2"]
#     nist-800-53-r5: ["AC-2", "AC-3", "AC-5", "AC-6"]
#     pci-dss-4.0: ["7.2.1", "7.2.2"]
#     soc2: ["CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.iam_least_privilege

holders := ["iam_roles", "iam_users", "iam_groups"]

# [subject, JSON pointer of its grants, grants, further evidence].
documents contains [["iam_policies", id], "/grants", policy.grants, [["iam_policies", id, "/aws_managed"]]] if {
	some id, policy in input.iam_policies
	policy.aws_managed != true
}

documents contains [[collection, id], pointer, policy.grants, []] if {
	some collection in holders
	some id, holder in input[collection]
	some index, policy in holder.inline_policies
	pointer := sprintf("/inline_policies/%d/grants", [index])
}

deny contains finding if {
	some [subject, pointer, grants, further] in documents
	some index, grant in grants.broad
	at := grant.statement
	finding := {
		"subject": subject,
		"message": message(grant),
		"evidence": array.concat(
			[[at.collection, at.id, at.path], [subject[0], subject[1], sprintf("%s/broad/%d", [pointer, index])]],
			further,
		),
	}
}

message(grant) := sprintf("it grants every action of a service: %s%s", [listed(grant.actions), shown(grant)]) if {
	grant.kind == "service-wildcard"
}

message(grant) := sprintf("it grants changes to every resource, which could be named: %s%s", [listed(grant.actions), shown(grant)]) if {
	grant.kind == "unscoped-write"
}

# The first few.
listed(actions) := concat(", ", actions) if count(actions) < 5

listed(actions) := sprintf("%s and %d more", [concat(", ", array.slice(actions, 0, 3)), count(actions) - 3]) if {
	count(actions) > 4
}

shown(grant) := sprintf("; among them %s", [concat(", ", grant.examples)]) if count(grant.examples) > 0

shown(grant) := "" if count(grant.examples) == 0

# A holder without inline policies has nothing to be judged.
applicable contains subject if some [subject, _, _, _] in documents

depends contains {"subject": subject, "on": subject} if some [subject, _, _, _] in documents
