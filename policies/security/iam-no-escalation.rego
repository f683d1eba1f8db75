# METADATA
# title: Nobody can gain administrator rights
# description: >-
#   Some permissions are worth administrator rights without looking it: to write
#   one's own policies, to make keys of another user, to pass a role to a
#   service that runs one's code. More than a hundred published methods are held
#   against effective permissions (groups, boundaries, explicit denies and,
#   where known, the organization's policies taken together) and against the
#   roles, instances and tasks that are there, over several principals. Who is
#   an administrator already is judged by iam-no-admin. A way that depends on
#   what is not known, such as MFA, is unknown.
# related_resources:
#   - https://pathfinding.cloud/
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
# custom:
#   id: iam-no-escalation
#   severity: critical
#   subject: [iam_roles, iam_users]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_roles.path
#     - iam_roles.effective.escalations
#     - iam_users.effective.escalations
#   architecture: ["4"]
#   remediation:
#     summary: Take the permission at the named statement away, or limit it to the resources that are needed; put a permissions boundary on roles that others write.
#     cloudformation: |
#       - Effect: Allow
#         Action: iam:PassRole
#         Resource: !GetAtt TaskRole.Arn
#         Condition:
#           StringEquals: {iam:PassedToService: ecs-tasks.amazonaws.com}
#     terraform: |
#       statement {
#         actions   = ["iam:PassRole"]
#         resources = [aws_iam_role.task.arn]
#         condition {
#           test     = "StringEquals"
#           variable = "iam:PassedToService"
#           values   = ["ecs-tasks.amazonaws.com"]
#         }
#       }
#     cli: |
#       aws iam put-role-permissions-boundary --role-name ROLE --permissions-boundary ARN
#   frameworks:
#     nist-800-53-r5: ["AC-2", "AC-3", "AC-6", "AC-6(10)"]
#     pci-dss-4.0: ["7.2.1", "7.2.2"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.iam_no_escalation

import data.audit.lib.roles

principals contains ["iam_roles", id, role] if {
	some id, role in roles.usable
}

principals contains ["iam_users", id, user] if some id, user in input.iam_users

deciding := {"iam_roles": ["/path"], "iam_users": []}

deny contains finding if {
	some [collection, id, principal] in principals
	some index, way in principal.effective.escalations
	finding := {
		"subject": [collection, id],
		"message": sprintf("it gains administrator rights%s: %s", [hedge(way), concat("; then ", told(way))]),
		"evidence": array.concat(
			places(way),
			array.concat(
				[[collection, id, sprintf("/effective/escalations/%d", [index])]],
				[[collection, id, path] | some path in deciding[collection]],
			),
		),
		"flows": [{"label": sprintf("%s to administrator rights", [id]), "hops": hops(way)}],
	}
}

hedge(way) := "" if way.conditional == false

hedge(way) := ", on a condition" if way.conditional == true

told(way) := [sprintf("%s %s (%s)", [step.from.id, step.description, concat(", ", actions(step))]) | some step in way.steps]

actions(step) := [permission.action | some permission in step.permissions]

# The statements that the way rests on, in its order.
places(way) := [[at.collection, at.id, at.path] |
	some step in way.steps
	some permission in step.permissions
	some at in permission.statements
]

hops(way) := [hop |
	some step in way.steps
	some permission in step.permissions
	hop := {
		"resource": place(permission, step).resource,
		"path": place(permission, step).path,
		"description": sprintf("%s %s: %s on %s", [step.from.id, step.description, permission.action, permission.resource]),
	}
]

# Where a permission is granted; the principal itself where no statement tells.
place(permission, _) := {"resource": {"collection": at.collection, "id": at.id}, "path": at.path} if {
	at := permission.statements[0]
}

place(permission, step) := {"resource": step.from, "path": "/effective/escalations"} if {
	count(permission.statements) == 0
}

applicable contains [collection, id] if some [collection, id, _] in principals

depends contains {"subject": [collection, id], "on": [collection, id]} if some [collection, id, _] in principals
