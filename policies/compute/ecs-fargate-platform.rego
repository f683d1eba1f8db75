# METADATA
# title: Fargate services run on a current platform version
# description: >-
#   AWS patches the newest Fargate platform version; tasks on an older one keep
#   a kernel and a container runtime that get no more security fixes. Windows
#   tasks have platform versions of their own.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
# custom:
#   id: ecs-fargate-platform
#   severity: low
#   subject: [ecs_services]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_services.platform_version
#     - ecs_services.launch_type
#     - ecs_services.capacity_provider_strategy.capacity_provider
#   architecture: ["1A"]
#   remediation:
#     summary: Leave the platform version out, or set it to LATEST, and deploy the service again.
#     cloudformation: |
#       PlatformVersion: LATEST
#     terraform: |
#       platform_version = "LATEST"
#     cli: |
#       aws ecs update-service --cluster CLUSTER --service NAME --platform-version LATEST --force-new-deployment
#   frameworks:
#     aws-fsbp: ["ECS.10"]
#     nist-800-53-r5: ["SI-2"]
#     pci-dss-4.0: ["6.3.3"]
#     soc2: ["CC7.1"]
#     well-architected: ["SEC06-BP01"]
package audit.ecs_fargate_platform

import data.audit.lib.ecs

# What LATEST stands for.
linux_version := "1.4.0"

windows_version := "1.0.0"

current(_, version) if version == "LATEST"

current(service, version) if {
	not is_windows(service)
	version == linux_version
}

current(service, version) if {
	is_windows(service)
	version == windows_version
}

is_windows(service) if ecs.is_windows(input.ecs_task_definitions[service.task_definition])

expected(service) := linux_version if not is_windows(service)
expected(service) := windows_version if is_windows(service)

fargate_services := {id: service |
	some id, service in input.ecs_services
	ecs.may_run_on_fargate(service)
}

deny contains finding if {
	some id, service in fargate_services
	service.platform_version != null
	not current(service, service.platform_version)
	families := [["ecs_task_definitions", service.task_definition, "/operating_system_family"] |
		input.ecs_task_definitions[service.task_definition]
	]
	finding := {
		"subject": ["ecs_services", id],
		"message": sprintf("it runs on Fargate platform version %s, expected LATEST or %s", [service.platform_version, expected(service)]),
		"evidence": array.concat(
			[
				["ecs_services", id, "/platform_version"],
				["ecs_services", id, "/launch_type"],
				["ecs_services", id, "/capacity_provider_strategy"],
				["ecs_services", id, "/task_definition"],
			],
			families,
		),
	}
}

applicable contains ["ecs_services", id] if some id, _ in fargate_services
