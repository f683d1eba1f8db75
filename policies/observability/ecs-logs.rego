# METADATA
# title: Containers send their logs away
# description: >-
#   What a container writes is lost with its task unless a log driver carries it
#   away. The architecture wants CloudWatch (awslogs), or FireLens (awsfirelens)
#   with a router container in the same task.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
# custom:
#   id: ecs-logs
#   severity: high
#   subject: [ecs_task_definitions.containers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.containers.log_driver
#     - ecs_task_definitions.containers.firelens_type
#   architecture: ["3"]
#   remediation:
#     summary: Give the container the awslogs driver with a log group, or awsfirelens and a router.
#     cloudformation: |
#       LogConfiguration:
#         LogDriver: awslogs
#         Options:
#           awslogs-group: !Ref LogGroup
#           awslogs-region: !Ref AWS::Region
#           awslogs-stream-prefix: app
#     terraform: |
#       logConfiguration = {
#         logDriver = "awslogs"
#         options = {
#           awslogs-group         = aws_cloudwatch_log_group.app.name
#           awslogs-region        = var.region
#           awslogs-stream-prefix = "app"
#         }
#       }
#     cli: |
#       aws ecs register-task-definition --cli-input-json file://task-definition.json
#   frameworks:
#     aws-fsbp: ["ECS.9"]
#     nist-800-53-r5: ["AC-4(26)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)", "AU-10", "AU-12", "CA-7",
#       "SC-7(9)", "SI-7(8)"]
#     pci-dss-4.0: ["10.2.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["OPS04-BP02", "SEC04-BP01"]
package audit.ecs_logs

import data.audit.lib.containers
import data.audit.lib.text

drivers := {"awslogs", "awsfirelens"}

# The router does not route what it writes itself.
routers[id] contains index if {
	some [id, index, container] in containers.declared
	container.firelens_type != null
}

has_router(id, index) if {
	some router in routers[id]
	router != index
}

deny contains finding if {
	some [id, index, container] in containers.declared
	not container.log_driver in drivers
	pointer := sprintf("/containers/%d", [index])
	finding := {
		"subject": ["ecs_task_definitions", id, pointer],
		"message": sprintf(
			"the log driver of container %s is %s, expected awslogs or awsfirelens",
			[text.shown(container.name), text.shown(container.log_driver)],
		),
		"evidence": [["ecs_task_definitions", id, concat("", [pointer, "/log_driver"])]],
	}
}

deny contains finding if {
	some [id, index, container] in containers.declared
	container.log_driver == "awsfirelens"
	not has_router(id, index)
	pointer := sprintf("/containers/%d", [index])
	others := [["ecs_task_definitions", id, sprintf("/containers/%d/firelens_type", [other])] |
		some other, _ in input.ecs_task_definitions[id].containers
	]
	finding := {
		"subject": ["ecs_task_definitions", id, pointer],
		"message": sprintf("container %s logs to FireLens, but no other container of the task is its router", [text.shown(container.name)]),
		"evidence": array.concat([["ecs_task_definitions", id, concat("", [pointer, "/log_driver"])]], others),
	}
}
