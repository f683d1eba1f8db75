# METADATA
# title: ECS tasks have network interfaces of their own
# description: >-
#   With network mode awsvpc each task has its own elastic network interface and
#   security groups, so that traffic can be limited to one service. In bridge or
#   host mode all tasks of an instance share its addresses and its security
#   groups. Services with the EXTERNAL deployment controller have no task
#   definition of their own, and tasks outside of AWS (launch type EXTERNAL) no
#   network interface; neither are judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
# custom:
#   id: ecs-awsvpc
#   severity: medium
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.deployment_controller
#     - ecs_services.launch_type
#     - ecs_services.task_definition
#     - ecs_task_definitions.network_mode
#   architecture: ["1A"]
#   remediation:
#     summary: Set the task definition's network mode to awsvpc and give the service a network configuration with subnets and security groups.
#     cloudformation: |
#       NetworkMode: awsvpc
#     terraform: |
#       network_mode = "awsvpc"
#     cli: |
#       aws ecs register-task-definition --family NAME --network-mode awsvpc --container-definitions file://containers.json
#   frameworks:
#     nist-800-53-r5: ["AC-2(1)", "AC-3", "AC-4", "AC-5", "AC-6", "SC-7"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.ecs_awsvpc

import data.audit.lib.ecs
import data.audit.lib.text

deny contains finding if {
	some id, service in ecs.services
	definition := input.ecs_task_definitions[service.task_definition]
	definition.network_mode != "awsvpc"
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf(
			"its task definition %s has network mode %s, expected awsvpc",
			[service.task_definition, text.shown(definition.network_mode)],
		),
		"evidence": [
			["ecs_task_definitions", service.task_definition, "/network_mode"],
			["ecs_services", id, "/task_definition"],
			["ecs_services", id, "/deployment_controller"],
			["ecs_services", id, "/launch_type"],
		],
	}
}

applicable contains ["ecs_services", id] if some id, _ in ecs.services

depends contains {"subject": ["ecs_services", id], "on": ["ecs_task_definitions", service.task_definition]} if {
	some id, service in ecs.services
	service.task_definition != null
}
