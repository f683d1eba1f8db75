# What several controls need to know of containers.
package audit.lib.containers

# Containers of all task definitions: [task definition, index, container].
declared contains [id, index, container] if {
	some id, definition in input.ecs_task_definitions
	some index, container in definition.containers
}
