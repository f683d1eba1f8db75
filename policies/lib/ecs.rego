# What several controls need to know of ECS services and task definitions.
package audit.lib.ecs

fargate_providers := {"FARGATE", "FARGATE_SPOT"}

# Whether a service runs on Fargate, or may do so as far as is known. A strategy
# cannot mix Fargate with other capacity providers, so one of them decides.
may_run_on_fargate(service) if service.launch_type == "FARGATE"

may_run_on_fargate(service) if {
	service.launch_type == null
	not on_instances(service)
}

on_instances(service) if {
	some item in service.capacity_provider_strategy
	item.capacity_provider != null
	not item.capacity_provider in fargate_providers
}

# Services whose tasks ECS itself describes, in the VPC. With the EXTERNAL
# controller the tasks are described by task sets instead, which are not in the
# model; with the EXTERNAL launch type they run on machines outside of AWS.
services := {id: service |
	some id, service in input.ecs_services
	service.deployment_controller != "EXTERNAL"
	not service.launch_type == "EXTERNAL"
}

# Whether a task definition is for Windows containers.
is_windows(definition) if {
	definition.operating_system_family != null
	startswith(definition.operating_system_family, "WINDOWS")
}
