# METADATA
# title: ECS tasks are private
# description: >-
#   A task with a public address, or in a subnet that routes to an internet
#   gateway, can be reached beside the load balancer, which is the only way in
#   that the architecture foresees. Tasks in bridge or host mode have no
#   interface of their own; their instances are judged instead (ec2-private).
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
# custom:
#   id: ecs-private
#   severity: critical
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.assign_public_ip
#     - ecs_services.deployment_controller
#     - ecs_services.launch_type
#     - ecs_services.subnet_ids
#     - ecs_task_definitions.network_mode
#     - subnets.public
#   architecture: ["1A", "2B"]
#   remediation:
#     summary: Put the service into private subnets and turn the assignment of public addresses off; reach AWS services through VPC endpoints or a NAT gateway.
#     cloudformation: |
#       NetworkConfiguration:
#         AwsvpcConfiguration:
#           AssignPublicIp: DISABLED
#           Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]
#     terraform: |
#       network_configuration {
#         assign_public_ip = false
#         subnets          = [aws_subnet.private_a.id, aws_subnet.private_b.id]
#       }
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service NAME --network-configuration 'awsvpcConfiguration={subnets=[SUBNET,SUBNET],securityGroups=[GROUP],assignPublicIp=DISABLED}'
#   frameworks:
#     aws-fsbp: ["ECS.2"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.1", "1.4.4"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.ecs_private

import data.audit.lib.ecs

# Without subnets of its own a service has to be known to share its instances'.
own_interfaces := {id: service |
	some id, service in ecs.services
	not shares_interfaces(service)
}

shares_interfaces(service) if {
	count(service.subnet_ids) == 0
	mode := input.ecs_task_definitions[service.task_definition].network_mode
	mode != null
	mode != "awsvpc"
}

deny contains finding if {
	some id, service in own_interfaces
	service.assign_public_ip == true
	finding := {
		"subject": ["ecs_services", id],
		"message": "its tasks get public addresses (assignPublicIp is ENABLED, expected DISABLED)",
		"evidence": [
			["ecs_services", id, "/assign_public_ip"],
			["ecs_services", id, "/deployment_controller"],
			["ecs_services", id, "/launch_type"],
		],
	}
}

deny contains finding if {
	some id, service in own_interfaces
	some index, subnet_id in service.subnet_ids
	input.subnets[subnet_id].public == true
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("its tasks run in the public subnet %s, expected private subnets only", [subnet_id]),
		"evidence": [
			["subnets", subnet_id, "/public"],
			["ecs_services", id, sprintf("/subnet_ids/%d", [index])],
			["ecs_services", id, "/deployment_controller"],
			["ecs_services", id, "/launch_type"],
		],
	}
}

deny contains finding if {
	some id, service in own_interfaces
	count(service.subnet_ids) == 0
	modes := [["ecs_task_definitions", service.task_definition, "/network_mode"] |
		input.ecs_task_definitions[service.task_definition]
	]
	finding := {
		"subject": ["ecs_services", id],
		"message": "it names no subnets, so nothing shows that its tasks are private",
		"evidence": array.concat(
			[
				["ecs_services", id, "/subnet_ids"],
				["ecs_services", id, "/task_definition"],
				["ecs_services", id, "/deployment_controller"],
				["ecs_services", id, "/launch_type"],
			],
			modes,
		),
	}
}

applicable contains ["ecs_services", id] if some id, _ in own_interfaces

depends contains {"subject": ["ecs_services", id], "on": ["subnets", subnet_id]} if {
	some id, service in ecs.services
	some subnet_id in service.subnet_ids
}

depends contains {"subject": ["ecs_services", id], "on": ["ecs_task_definitions", service.task_definition]} if {
	some id, service in ecs.services
	service.task_definition != null
}
