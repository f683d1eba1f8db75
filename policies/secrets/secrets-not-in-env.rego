# METADATA
# title: No credential stands in an environment variable
# description: >-
#   Whoever may describe the task definition or the function, read the template
#   or list the container's processes reads its environment, and so do crash
#   reports and logs. Credentials belong into Secrets Manager or Parameter Store,
#   from which ECS injects them and a function reads them when it starts. A
#   NoEcho parameter or a dynamic reference of CloudFormation hides the value in
#   the template alone: it is put into the environment when the stack is deployed.
#   The value itself is never read into a report.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-secrets-management.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
#   - https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
# custom:
#   id: secrets-not-in-env
#   severity: critical
#   subject: [ecs_task_definitions, lambda_functions]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.containers.environment.name
#     - ecs_task_definitions.containers.environment.value.looks_like_credential
#     - lambda_functions.environment.name
#     - lambda_functions.environment.value.looks_like_credential
#   architecture: ["2D"]
#   remediation:
#     summary: Move the value into Secrets Manager, rotate it, and inject it through the container's secrets; a function reads it by its ARN when it starts.
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
#     nist-800-53-r5: ["CA-9(1)", "CM-2", "IA-5(7)"]
#     pci-dss-4.0: ["8.6.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP03"]
package audit.secrets_not_in_env

import data.audit.lib.containers
import data.audit.lib.text

# Variables that hold one: [collection, id, pointer, variable, what it is of].
exposed contains ["ecs_task_definitions", id, pointer, variable, holder] if {
	some [id, index, container] in containers.declared
	some variable_index, variable in container.environment
	is_exposed(variable)
	pointer := sprintf("/containers/%d/environment/%d", [index, variable_index])
	holder := sprintf("container %s", [text.shown(container.name)])
}

exposed contains ["lambda_functions", id, pointer, variable, "the function"] if {
	some id, function in input.lambda_functions
	some index, variable in function.environment
	is_exposed(variable)
	pointer := sprintf("/environment/%d", [index])
}

is_exposed(variable) if variable.value.looks_like_credential == true

deny contains finding if {
	some [collection, id, pointer, variable, holder] in exposed
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"variable %s of %s holds a credential in plain text: %s",
			[text.shown(variable.name), holder, text.shown(variable.value.why)],
		),
		"evidence": [
			[collection, id, concat("", [pointer, "/value/looks_like_credential"])],
			[collection, id, concat("", [pointer, "/name"])],
		],
	}
}
