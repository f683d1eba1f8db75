# METADATA
# title: ECS deployments are safe to fail
# description: >-
#   A release that does not start must not take the service down. Blue/green,
#   canary and linear deployments move traffic only once the new tasks are
#   healthy; a rolling one needs a circuit breaker that rolls back, and keeps
#   all tasks until their replacements run. A DAEMON service cannot keep more
#   than its tasks, so its healthy percentage is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
# custom:
#   id: ecs-safe-deployment
#   severity: high
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.deployment_controller
#     - ecs_services.scheduling_strategy
#     - ecs_services.deployment_configuration.strategy
#     - ecs_services.deployment_configuration.circuit_breaker_enable
#     - ecs_services.deployment_configuration.circuit_breaker_rollback
#     - ecs_services.deployment_configuration.minimum_healthy_percent
#   architecture: ["5"]
#   remediation:
#     summary: Turn the deployment circuit breaker on with rollback and keep the minimum healthy percentage at 100, or deploy blue/green.
#     cloudformation: |
#       DeploymentConfiguration:
#         DeploymentCircuitBreaker:
#           Enable: true
#           Rollback: true
#         MinimumHealthyPercent: 100
#         MaximumPercent: 200
#     terraform: |
#       deployment_circuit_breaker {
#         enable   = true
#         rollback = true
#       }
#       deployment_minimum_healthy_percent = 100
#       deployment_maximum_percent         = 200
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service NAME --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true},minimumHealthyPercent=100,maximumPercent=200'
#   frameworks:
#     nist-800-53-r5: ["CM-3", "CP-10"]
#     soc2: ["A1.2", "CC8.1"]
#     well-architected: ["OPS06-BP03", "OPS06-BP04", "REL08-BP05"]
package audit.ecs_safe_deployment

import data.audit.lib.text

minimum_healthy_percent := data.profile.minimum_healthy_percent

gradual := {"BLUE_GREEN", "CANARY", "LINEAR"}

# Services that ECS itself updates task by task.
rolling := {id: service |
	some id, service in input.ecs_services
	not service.deployment_controller in {"CODE_DEPLOY", "EXTERNAL"}
	not service.deployment_configuration.strategy in gradual
}

deny contains finding if {
	some id, service in input.ecs_services
	service.deployment_controller == "EXTERNAL"
	finding := {
		"subject": ["ecs_services", id],
		"message": "an external controller deploys it, so nothing shows that a failed deployment is rolled back",
		"evidence": [["ecs_services", id, "/deployment_controller"]],
	}
}

deny contains finding if {
	some id, service in rolling
	service.deployment_configuration.circuit_breaker_enable != true
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf(
			"it deploys rolling without a circuit breaker (enable is %s, expected true)",
			[text.shown(service.deployment_configuration.circuit_breaker_enable)],
		),
		"evidence": evidence(id, ["/deployment_configuration/circuit_breaker_enable"]),
	}
}

deny contains finding if {
	some id, service in rolling
	service.deployment_configuration.circuit_breaker_enable == true
	service.deployment_configuration.circuit_breaker_rollback != true
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf(
			"its circuit breaker does not roll back (rollback is %s, expected true)",
			[text.shown(service.deployment_configuration.circuit_breaker_rollback)],
		),
		"evidence": evidence(id, [
			"/deployment_configuration/circuit_breaker_rollback",
			"/deployment_configuration/circuit_breaker_enable",
		]),
	}
}

deny contains finding if {
	some id, service in rolling
	service.scheduling_strategy != "DAEMON"
	percent := service.deployment_configuration.minimum_healthy_percent
	is_number(percent)
	percent < minimum_healthy_percent
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf(
			"a deployment may stop tasks down to %d %% of the desired count, expected at least %d %%",
			[percent, minimum_healthy_percent],
		),
		"evidence": evidence(id, [
			"/deployment_configuration/minimum_healthy_percent",
			"/scheduling_strategy",
		]),
	}
}

evidence(id, pointers) := [["ecs_services", id, pointer] |
	some pointer in array.concat(pointers, ["/deployment_configuration/strategy", "/deployment_controller"])
]
