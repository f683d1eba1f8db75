# METADATA
# title: Task roles read only their own secrets
# description: >-
#   A role that may read every secret gives a break-in to one service the
#   passwords of all others. The execution and task roles of a task definition
#   may read the secrets that it names, and no more, by the effect of all their
#   policies together.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
# custom:
#   id: secrets-scoped
#   severity: high
#   subject: [iam_roles]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - iam_roles.effective.readable_secrets
#     - iam_roles.trust.services
#     - ecs_task_definitions.execution_role
#     - ecs_task_definitions.task_role
#     - ecs_task_definitions.containers.secrets.value_from
#     - ecs_services.task_definition
#   architecture: ["2D", "4"]
#   remediation:
#     summary: Name the secrets' ARNs in the statement that allows secretsmanager:GetSecretValue.
#     cloudformation: |
#       - Effect: Allow
#         Action: secretsmanager:GetSecretValue
#         Resource: !Ref DatabaseSecret
#     terraform: |
#       statement {
#         actions   = ["secretsmanager:GetSecretValue"]
#         resources = [aws_secretsmanager_secret.database.arn]
#       }
#     cli: |
#       aws iam put-role-policy --role-name ROLE --policy-name read-secrets --policy-document file://policy.json
#   frameworks:
#     nist-800-53-r5: ["AC-3", "AC-6"]
#     pci-dss-4.0: ["7.2.1", "7.2.5"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP02"]
package audit.secrets_scoped

import data.audit.lib.ecs

ecs_tasks := "ecs-tasks.amazonaws.com"

role_attributes := ["execution_role", "task_role"]

# Task definitions by role, with the attribute that names the role.
definitions[role] contains [id, attribute] if {
	some id, definition in input.ecs_task_definitions
	some attribute in role_attributes
	role := definition[attribute]
	role != null
}

# Spellings of the secrets that a task definition names. A reference may end in
# a JSON key, version stage and version id; a policy may stand `?` for the six
# characters that Secrets Manager adds to a name.
named[id] contains spelling if {
	some id, definition in input.ecs_task_definitions
	some container in definition.containers
	some secret in container.secrets
	secret.value_from != null
	some spelling in spellings(secret.value_from)
}

spellings(reference) := {reference} if not startswith(reference, "arn:")

spellings(reference) := {arn, concat("", [arn, "-??????"]), concat("", [stem, "??????"])} if {
	startswith(reference, "arn:")
	arn := concat(":", array.slice(split(reference, ":"), 0, 7))
	stem := substring(arn, 0, count(arn) - 6)
}

# A reference may leave the six characters out; the secret's ARN has them.
named[id] contains arn if {
	some id, definition in input.ecs_task_definitions
	some container in definition.containers
	some secret in container.secrets
	secret.value_from != null
	startswith(secret.value_from, "arn:")
	partial := concat(":", array.slice(split(secret.value_from, ":"), 0, 7))
	some arn in arns_by_partial[partial]
}

arns_by_partial[partial] contains secret.arn if {
	some secret in input.secrets
	secret.arn != null
	regex.match(`-[A-Za-z0-9]{6}$`, secret.arn)
	partial := substring(secret.arn, 0, count(secret.arn) - 7)
}

# Secrets of the model whose ARN is not known, by the name in the reference.
named[id] contains key if {
	some id, definition in input.ecs_task_definitions
	some container in definition.containers
	some secret in container.secrets
	secret.value_from != null
	startswith(secret.value_from, "arn:")
	name := split(secret.value_from, ":")[6]
	some spelling in {name, substring(name, 0, count(name) - 7)}
	some key in keys_by_name[spelling]
}

keys_by_name[secret.name] contains key if {
	some key, secret in input.secrets
	secret.name != null
	secret.arn == null
}

named_for[role] contains spelling if {
	some role, uses in definitions
	some [id, _] in uses
	some spelling in named[id]
}

deny contains finding if {
	some role, uses in definitions
	some index, grant in input.iam_roles[role].effective.readable_secrets
	names := {spelling | some spelling in named_for[role]}
	not grant.resource in names
	finding := {
		"subject": ["iam_roles", role],
		"message": sprintf(
			"it may read the secret %s (%s), which none of its task definitions names: %s",
			[grant.resource, grant.action, concat(", ", sort({definition | some [definition, _] in uses}))],
		),
		"evidence": array.concat(
			array.concat(
				[[statement.collection, statement.id, statement.path] | some statement in grant.statements],
				[["iam_roles", role, sprintf("/effective/readable_secrets/%d", [index])]],
			),
			array.concat(use_evidence(uses), array.concat(other_namers(grant.resource), unseen(grant.resource, role))),
		),
	}
}

# Services that run a task definition that was not seen, which may have any role
# that ECS tasks may assume.
blind_services[account] contains id if {
	some id, service in input.ecs_services
	account := service.account
	service.task_definition != null
	not input.ecs_task_definitions[service.task_definition]
}

may_be_of[role] contains service if {
	some role, found in input.iam_roles
	ecs_tasks in found.trust.services
	not definitions[role]
	some service in blind_services[found.account]
}

deny contains finding if {
	some role, services in may_be_of
	some index, grant in input.iam_roles[role].effective.readable_secrets
	finding := {
		"subject": ["iam_roles", role],
		"message": sprintf("it may read the secret %s (%s), which no known task definition names", [grant.resource, grant.action]),
		"evidence": array.concat(
			[["iam_roles", role, sprintf("/effective/readable_secrets/%d", [index])]],
			[["ecs_services", service, "/task_definition"] | some service in sort(services)],
		),
	}
}

applicable contains ["iam_roles", role] if some role, _ in may_be_of

# Services of which it is not known what they run: a role that no task definition
# names may be of it.
open_services[account] contains id if {
	some id, service in ecs.services
	service.task_definition == null
	account := service.account
}

open_roles contains [role, service] if {
	some role, found in input.iam_roles
	ecs_tasks in found.trust.services
	not definitions[role]
	found.effective.readable_secrets != []
	some service in open_services[found.account]
}

applicable contains ["iam_roles", role] if some [role, _] in open_roles

depends contains {"subject": ["iam_roles", role], "on": ["ecs_services", service]} if some [role, service] in open_roles

# No other service matters.
depends contains {"subject": ["iam_roles", role], "on": ["ecs_services", null]} if some role, _ in input.iam_roles

# The task definitions' roles and the lists of secrets that they name.
use_evidence(uses) := array.concat(
	array.concat(
		[["ecs_task_definitions", id, sprintf("/%s", [attribute])] | some [id, attribute] in uses],
		[["ecs_task_definitions", id, "/containers"] |
			some [id, _] in uses
			count(input.ecs_task_definitions[id].containers) == 0
		],
	),
	[place |
		some place in {["ecs_task_definitions", id, sprintf("/containers/%d/secrets", [index])] |
			some [id, _] in uses
			some index, _ in input.ecs_task_definitions[id].containers
		}
	],
)

# Task definitions that name a secret and may have a role that is not known.
namers[spelling] contains [id, attribute] if {
	some id, found in named
	some attribute in role_attributes
	input.ecs_task_definitions[id][attribute] == null
	some spelling in found
}

other_namers(spelling) := [["ecs_task_definitions", id, sprintf("/%s", [attribute])] |
	some [id, attribute] in namers[spelling]
]

# A reference to a secret that is not in the model may be to one that a task
# definition names by another spelling.
unseen(resource, role) := [["secrets"] | may_be_named(resource, role)]

may_be_named(resource, _) if startswith(resource, "ref:")

may_be_named(resource, role) if {
	regex.match(`-[A-Za-z0-9]{6}$`, resource)
	substring(resource, 0, count(resource) - 7) in named_for[role]
}

applicable contains ["iam_roles", role] if {
	some role, _ in definitions
	input.iam_roles[role]
}

# Where no task definition is known, every role that ECS tasks may assume.
accounts_with_definitions contains definition.account if some definition in input.ecs_task_definitions

applicable contains ["iam_roles", id] if {
	some id, role in input.iam_roles
	not role.account in accounts_with_definitions
	ecs_tasks in role.trust.services
}

# A task definition whose role is not known may have any that ECS tasks may
# assume.
open_definitions[account] contains id if {
	some id, definition in input.ecs_task_definitions
	some attribute in role_attributes
	definition[attribute] == null
	account := definition.account
}

applicable contains ["iam_roles", id] if {
	some id, role in input.iam_roles
	open_definitions[role.account]
	ecs_tasks in role.trust.services
}

depends contains {"subject": ["iam_roles", id], "on": ["ecs_task_definitions", definition]} if {
	some id, role in input.iam_roles
	ecs_tasks in role.trust.services
	some definition in open_definitions[role.account]
}

depends contains {"subject": ["iam_roles", role], "on": ["ecs_task_definitions", id]} if {
	some role, uses in definitions
	some [id, _] in uses
}
