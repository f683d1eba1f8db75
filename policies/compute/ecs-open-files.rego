# METADATA
# title: Application containers set a limit of open files
# description: >-
#   Every connection takes a file descriptor. With the platform's default limit a
#   busy service runs out of them and refuses connections although CPU and memory
#   are free. The application container is the one that listens on the
#   application port; where none does, one of the essential containers has to set
#   the limit. Windows containers have no ulimits and are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_limits
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
# custom:
#   id: ecs-open-files
#   severity: low
#   subject: [ecs_task_definitions]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.containers.essential
#     - ecs_task_definitions.containers.firelens_type
#     - ecs_task_definitions.containers.port_mappings.container_port
#     - ecs_task_definitions.containers.ulimits.name
#   architecture: ["3"]
#   remediation:
#     summary: Set a nofile ulimit on the application container.
#     cloudformation: |
#       Ulimits:
#         - Name: nofile
#           SoftLimit: 65536
#           HardLimit: 65536
#     terraform: |
#       ulimits = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
#   frameworks:
#     soc2: ["A1.1"]
package audit.ecs_open_files

import data.audit.lib.containers
import data.audit.lib.ecs
import data.audit.lib.text

application_port := data.profile.application_port

definitions := {id: definition |
	some id, definition in input.ecs_task_definitions
	not ecs.is_windows(definition)
}

# Containers that listen on the application port: [task definition, index,
# index of the mapping].
application_containers contains [id, index, mapping_index] if {
	some [id, index, container] in containers.declared
	definitions[id]
	some mapping_index, mapping in container.port_mappings
	mapping.container_port == application_port
}

with_application_port contains id if some [id, _, _] in application_containers

sets_limit(container) if {
	some limit in container.ulimits
	limit.name == "nofile"
}

deny contains finding if {
	some [id, index, mapping_index] in application_containers
	container := input.ecs_task_definitions[id].containers[index]
	not sets_limit(container)
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": sprintf(
			"container %s listens on the application port %d and sets no nofile ulimit",
			[text.shown(container.name), application_port],
		),
		"evidence": [
			["ecs_task_definitions", id, sprintf("/containers/%d/ulimits", [index])],
			["ecs_task_definitions", id, sprintf("/containers/%d/port_mappings/%d/container_port", [index, mapping_index])],
			["ecs_task_definitions", id, "/operating_system_family"],
		],
	}
}

deny contains finding if {
	some id, definition in definitions
	count(definition.containers) > 0
	not id in with_application_port
	not any_sets_limit(definition)
	paths := [sprintf("/containers/%d/%s", [index, attribute]) |
		some index, _ in definition.containers
		some attribute in ["ulimits", "essential", "firelens_type", "port_mappings"]
	]
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": "none of its essential containers sets a nofile ulimit",
		"evidence": [["ecs_task_definitions", id, path] | some path in array.concat(paths, ["/operating_system_family"])],
	}
}

any_sets_limit(definition) if {
	some container in definition.containers
	container.essential != false
	container.firelens_type == null
	sets_limit(container)
}

applicable contains ["ecs_task_definitions", id] if some id, _ in definitions
