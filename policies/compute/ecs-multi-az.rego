# METADATA
# title: ECS services span Availability Zones
# description: >-
#   A service whose tasks all run in one Availability Zone, or that runs a single
#   task, goes down with that zone or that task. The architecture wants at least
#   two tasks over at least two zones. A DAEMON service runs one task on each
#   instance, so only its zones are judged; a service with the EXTERNAL
#   deployment controller describes its tasks elsewhere, one with the EXTERNAL
#   launch type runs them outside of AWS; neither is judged. Where a template
#   scales the service, the least that it may be scaled to counts; in an account
#   the desired count is what scaling made it.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
# custom:
#   id: ecs-multi-az
#   severity: high
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.deployment_controller
#     - ecs_services.launch_type
#     - ecs_services.scheduling_strategy
#     - ecs_services.desired_count
#     - ecs_services.scaling_min_capacity
#     - ecs_services.subnet_ids
#     - subnets.availability_zone
#   architecture: ["1A"]
#   remediation:
#     summary: Give the service private subnets of at least two Availability Zones and run at least two tasks.
#     cloudformation: |
#       DesiredCount: 2
#       NetworkConfiguration:
#         AwsvpcConfiguration:
#           Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]
#     terraform: |
#       desired_count = 2
#       network_configuration {
#         subnets = [aws_subnet.private_a.id, aws_subnet.private_b.id]
#       }
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service NAME --desired-count 2
#   frameworks:
#     nist-800-53-r5: ["CP-2(2)", "CP-6(2)", "CP-10", "SC-5(2)", "SC-36", "SI-13(5)"]
#     soc2: ["A1.2"]
#     well-architected: ["REL10-BP01"]
package audit.ecs_multi_az

import data.audit.lib.ecs

deny contains finding if {
	some id, service in ecs.services
	zones := {zone |
		some subnet_id in service.subnet_ids
		zone := input.subnets[subnet_id].availability_zone
		zone != null
	}
	count(zones) < 2
	service_evidence := [["ecs_services", id, pointer] |
		some pointer in ["/subnet_ids", "/deployment_controller", "/launch_type"]
	]
	places := [["subnets", subnet_id, "/availability_zone"] |
		some subnet_id in service.subnet_ids
		input.subnets[subnet_id]
	]
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("%s, expected at least 2 Availability Zones", [described(service, zones)]),
		"evidence": array.concat(service_evidence, places),
	}
}

deny contains finding if {
	some id, service in ecs.services
	service.scheduling_strategy != "DAEMON"
	[pointer, words] := least[id]
	count_of[id] < 2
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("%s %d, expected at least 2", [words, count_of[id]]),
		"evidence": [["ecs_services", id, of] |
			some of in [
				pointer,
				"/scaling_min_capacity",
				"/scheduling_strategy",
				"/deployment_controller",
				"/launch_type",
			]
		],
	}
}

# What decides how few tasks there may be.
least[id] := ["/scaling_min_capacity", "it may be scaled down to"] if {
	some id, service in ecs.services
	is_number(service.scaling_min_capacity)
}

least[id] := ["/desired_count", "its desired count is"] if {
	some id, service in ecs.services
	not is_number(service.scaling_min_capacity)
}

count_of := {id: number |
	some id, [pointer, _] in least
	number := input.ecs_services[id][trim_left(pointer, "/")]
	is_number(number)
}

described(service, _) := "it names no subnets, so nothing shows in which zones its tasks run" if count(service.subnet_ids) == 0

described(service, zones) := "its subnets lie in no zone that is known" if {
	count(service.subnet_ids) > 0
	count(zones) == 0
}

described(service, zones) := sprintf("its subnets lie in %s alone", [concat(", ", zones)]) if {
	count(service.subnet_ids) > 0
	count(zones) > 0
}

applicable contains ["ecs_services", id] if some id, _ in ecs.services

depends contains {"subject": ["ecs_services", id], "on": ["subnets", subnet_id]} if {
	some id, service in ecs.services
	some subnet_id in service.subnet_ids
}
