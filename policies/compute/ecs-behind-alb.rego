# METADATA
# title: ECS services take traffic through an application load balancer
# description: >-
#   A service that listens on a port is reached through an ALB's target group,
#   whose health checks take failing tasks out of the way. Traffic beside it has
#   no TLS, no web ACL, no access log and no health check. A service whose
#   containers map no TCP port takes no traffic and is not judged, nor is one
#   that runs outside of AWS (launch type EXTERNAL).
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
# custom:
#   id: ecs-behind-alb
#   severity: medium
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.deployment_controller
#     - ecs_services.launch_type
#     - ecs_services.load_balancers.target_group
#     - ecs_services.task_definition
#     - ecs_task_definitions.containers.port_mappings.container_port
#     - ecs_task_definitions.containers.port_mappings.protocol
#     - target_groups.protocol
#     - target_groups.health_check_enabled
#   architecture: ["1A", "2B"]
#   remediation:
#     summary: Register the service with a target group of an application load balancer and keep its health check on.
#     cloudformation: |
#       LoadBalancers:
#         - ContainerName: app
#           ContainerPort: 3000
#           TargetGroupArn: !Ref TargetGroup
#     terraform: |
#       load_balancer {
#         container_name   = "app"
#         container_port   = 3000
#         target_group_arn = aws_lb_target_group.app.arn
#       }
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service NAME --load-balancers targetGroupArn=ARN,containerName=app,containerPort=3000
#   frameworks:
#     nist-800-53-r5: ["SC-7"]
#     soc2: ["CC6.6", "A1.2"]
#     well-architected: ["REL11-BP01", "SEC05-BP02"]
package audit.ecs_behind_alb

import data.audit.lib.ecs
import data.audit.lib.text

# Only application load balancers speak HTTP to their targets.
application_protocols := {"HTTP", "HTTPS"}

# Task definitions that map a TCP port, with the evidence that they do. A
# protocol that is not known counts as TCP, the default.
listening[id] contains path if {
	some id, definition in input.ecs_task_definitions
	some i, container in definition.containers
	some j, mapping in container.port_mappings
	mapping.protocol != "udp"
	path := sprintf("/containers/%d/port_mappings/%d", [i, j])
}

# Whether a service takes traffic; one whose task definition is not known may.
takes_traffic(service) if count(service.load_balancers) > 0

takes_traffic(service) if listening[service.task_definition]

takes_traffic(service) if not input.ecs_task_definitions[service.task_definition]

takes_traffic(service) if count(input.ecs_task_definitions[service.task_definition].containers) == 0

serving := {id: service |
	some id, service in ecs.services
	takes_traffic(service)
}

behind_alb(service) if {
	some tie in service.load_balancers
	input.target_groups[tie.target_group].protocol in application_protocols
}

deny contains finding if {
	some id, service in serving
	count(service.load_balancers) == 0
	ports := array.concat(
		[["ecs_task_definitions", service.task_definition, path] | some path in listening[service.task_definition]],
		[["ecs_task_definitions", service.task_definition, "/containers"] |
			count(input.ecs_task_definitions[service.task_definition].containers) == 0
		],
	)
	finding := {
		"subject": ["ecs_services", id],
		"message": "its containers listen on ports, but it is registered with no target group",
		"evidence": array.concat(
			[
				["ecs_services", id, "/load_balancers"],
				["ecs_services", id, "/task_definition"],
				["ecs_services", id, "/deployment_controller"],
				["ecs_services", id, "/launch_type"],
			],
			ports,
		),
	}
}

deny contains finding if {
	some id, service in serving
	count(service.load_balancers) > 0
	not behind_alb(service)
	protocols := [protocol |
		some tie in service.load_balancers
		protocol := text.shown(input.target_groups[tie.target_group].protocol)
	]
	groups := [["target_groups", tie.target_group, "/protocol"] |
		some tie in service.load_balancers
		input.target_groups[tie.target_group]
	]
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf(
			"it is registered with no target group of an application load balancer (protocols seen: %s; expected HTTP or HTTPS)",
			[seen(protocols)],
		),
		"evidence": array.concat(
			[
				["ecs_services", id, "/load_balancers"],
				["ecs_services", id, "/deployment_controller"],
				["ecs_services", id, "/launch_type"],
			],
			groups,
		),
	}
}

deny contains finding if {
	some id, service in serving
	some index, tie in service.load_balancers
	input.target_groups[tie.target_group].health_check_enabled == false
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("the health check of its target group %s is off", [tie.target_group]),
		"evidence": [
			["target_groups", tie.target_group, "/health_check_enabled"],
			["ecs_services", id, sprintf("/load_balancers/%d/target_group", [index])],
			["ecs_services", id, "/deployment_controller"],
			["ecs_services", id, "/launch_type"],
		],
	}
}

seen(protocols) := "none" if count(protocols) == 0

seen(protocols) := concat(", ", protocols) if count(protocols) > 0

applicable contains ["ecs_services", id] if some id, _ in serving

depends contains {"subject": ["ecs_services", id], "on": ["ecs_task_definitions", service.task_definition]} if {
	some id, service in serving
	service.task_definition != null
}

depends contains {"subject": ["ecs_services", id], "on": ["target_groups", tie.target_group]} if {
	some id, service in serving
	some tie in service.load_balancers
	tie.target_group != null
}
