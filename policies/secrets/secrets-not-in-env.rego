# METADATA
# title: No credential stands in an environment variable
# description: >-
#   Whoever may describe the task definition, read the template or list the
#   container's processes reads its environment, and so do crash reports and
#   logs. Credentials belong into Secrets Manager or Parameter Store, from which
#   ECS injects them. The value itself is never read into a report.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-secrets-management.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
# custom:
#   id: secrets-not-in-env
#   severity: critical
#   subject: [ecs_task_definitions]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.containers.environment.name
#     - ecs_task_definitions.containers.environment.value.literal
#     - ecs_task_definitions.containers.environment.value.looks_like_credential
#   architecture: ["2D"]
#   remediation:
#     summary: Move the value into Secrets Manager, rotate it, and inject it through the container's secrets.
#     cloudformation: |
#       Secrets:
#         - Name: DB_PASSWORD
#           ValueFrom: !Sub "${DatabaseSecret}:password::"
#     terraform: |
#       secrets = [{
#         name      = "DB_PASSWORD"
#         valueFrom = "${aws_secretsmanager_secret.database.arn}:password::"
#       }]
#     cli: |
#       aws secretsmanager create-secret --name NAME --secret-string file://value.json
#   frameworks:
#     aws-fsbp: ["ECS.8"]
#     nist-800-53-r5: ["IA-5(7)", "SC-28"]
#     pci-dss-4.0: ["8.6.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP03"]
package audit.secrets_not_in_env

import data.audit.lib.ecs
import data.audit.lib.text

deny contains finding if {
	some [id, index, container] in ecs.containers
	some variable_index, variable in container.environment
	variable.value.looks_like_credential == true
	variable.value.literal != false
	pointer := sprintf("/containers/%d/environment/%d", [index, variable_index])
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": sprintf(
			"variable %s of container %s holds a credential in plain text: %s",
			[text.shown(variable.name), text.shown(container.name), text.shown(variable.value.why)],
		),
		"evidence": [
			["ecs_task_definitions", id, concat("", [pointer, "/value/looks_like_credential"])],
			["ecs_task_definitions", id, concat("", [pointer, "/value/literal"])],
			["ecs_task_definitions", id, concat("", [pointer, "/name"])],
		],
	}
}
