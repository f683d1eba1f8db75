# METADATA
# title: Tasks have two roles of their own, with nothing beyond their work
# description: >-
#   ECS uses the execution role to start a task, the program in it uses the task
#   role. One role for both lets the program pull every image and read every
#   secret that the start needs; a role that others may assume too carries more
#   than one work. Both are to be trusted by ECS tasks alone, and to hold no
#   administrator rights, changes to IAM, whole services or all secrets. A
#   service whose tasks have no role has nothing to be judged of it.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
# custom:
#   id: iam-task-role
#   severity: high
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.deployment_controller
#     - ecs_services.task_definition
#     - ecs_task_definitions.execution_role
#     - ecs_task_definitions.task_role
#     - iam_roles.assume_role_policy
#     - iam_roles.effective.excessive
#   architecture: ["4"]
#   remediation:
#     summary: Give the task definition a task role and an execution role, each trusted by ecs-tasks.amazonaws.com alone and with the permissions that it uses.
#     cloudformation: |
#       AssumeRolePolicyDocument:
#         Version: "2012-10-17"
#         Statement:
#           - Effect: Allow
#             Principal: {Service: ecs-tasks.amazonaws.com}
#             Action: sts:AssumeRole
#             Condition:
#               StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}
#     terraform: |
#       statement {
#         actions = ["sts:AssumeRole"]
#         principals {
#           type        = "Service"
#           identifiers = ["ecs-tasks.amazonaws.com"]
#         }
#       }
#     cli: |
#       aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json
#   frameworks:
#     nist-800-53-r5: ["AC-3", "AC-6"]
#     pci-dss-4.0: ["7.2.1", "7.2.5"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.iam_task_role

import data.audit.lib.ecs

ecs_tasks := "ecs-tasks.amazonaws.com"

kinds := {"execution_role": "execution role", "task_role": "task role"}

# [service, task definition, attribute, role].
roles contains [id, definition, attribute, role] if {
	some id, service in ecs.services
	definition := service.task_definition
	some attribute, _ in kinds
	role := input.ecs_task_definitions[definition][attribute]
	role != null
}

# What every finding on a role rests on.
via(id, definition, attribute) := [
	["ecs_task_definitions", definition, sprintf("/%s", [attribute])],
	["ecs_services", id, "/task_definition"],
	["ecs_services", id, "/deployment_controller"],
]

deny contains finding if {
	some [id, definition, "task_role", role] in roles
	input.ecs_task_definitions[definition].execution_role == role
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("%s is its task role and its execution role, expected two roles", [role]),
		"evidence": array.concat(
			via(id, definition, "task_role"),
			[["ecs_task_definitions", definition, "/execution_role"]],
		),
	}
}

trusted_by_tasks contains role if {
	some [_, _, _, role] in roles
	some statement in input.iam_roles[role].assume_role_policy.statements
	statement.effect == "Allow"
	some principal in statement.principals
	principal.kind == "Service"
	principal.value == ecs_tasks
}

deny contains finding if {
	some [id, definition, attribute, role] in roles
	is_object(input.iam_roles[role].assume_role_policy)
	not role in trusted_by_tasks
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("its %s %s does not trust %s", [kinds[attribute], role, ecs_tasks]),
		"evidence": array.concat(
			[["iam_roles", role, "/assume_role_policy"]],
			via(id, definition, attribute),
		),
	}
}

# Who else may assume a role: [statement, who].
strangers[role] contains [index, who] if {
	some [_, _, _, role] in roles
	some index, statement in input.iam_roles[role].assume_role_policy.statements
	statement.effect == "Allow"
	some principal in statement.principals
	not is_tasks(principal)
	who := principal.value
}

strangers[role] contains [index, "everyone but a few"] if {
	some [_, _, _, role] in roles
	some index, statement in input.iam_roles[role].assume_role_policy.statements
	statement.effect == "Allow"
	count(statement.not_principals) > 0
}

is_tasks(principal) if {
	principal.kind == "Service"
	principal.value == ecs_tasks
}

deny contains finding if {
	some [id, definition, attribute, role] in roles
	some [index, who] in strangers[role]
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("its %s %s trusts %s, expected %s alone", [kinds[attribute], role, who, ecs_tasks]),
		"evidence": array.concat(
			[["iam_roles", role, sprintf("/assume_role_policy/statements/%d", [index])]],
			via(id, definition, attribute),
		),
	}
}

deny contains finding if {
	some [id, definition, attribute, role] in roles
	some index, grant in input.iam_roles[role].effective.excessive
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("its %s %s allows %s on %s, which no task needs", [kinds[attribute], role, grant.action, grant.resource]),
		"evidence": array.concat(
			[[at.collection, at.id, at.path] | some at in grant.statements],
			array.concat(
				[["iam_roles", role, sprintf("/effective/excessive/%d", [index])]],
				via(id, definition, attribute),
			),
		),
	}
}

applicable contains ["ecs_services", id] if some id, _ in ecs.services

depends contains {"subject": ["ecs_services", id], "on": ["ecs_task_definitions", service.task_definition]} if {
	some id, service in ecs.services
}

depends contains {"subject": ["ecs_services", id], "on": ["iam_roles", role]} if {
	some [id, _, _, role] in roles
}

# A task definition without roles depends on none.
depends contains {"subject": ["ecs_services", id], "on": ["iam_roles", null]} if {
	some id, _ in ecs.services
}
