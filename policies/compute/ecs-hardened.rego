# METADATA
# title: ECS tasks run without rights over their host
# description: >-
#   A privileged container, or one that shares the host's process or IPC
#   namespace, can take over the host and every other task on it. A container
#   that runs as root on a writable file system lets an intruder install tools
#   and change the application. Windows containers have no read-only root file
#   system: they need a user such as ContainerUser.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
# custom:
#   id: ecs-hardened
#   severity: medium
#   subject: [ecs_task_definitions]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.pid_mode
#     - ecs_task_definitions.ipc_mode
#     - ecs_task_definitions.containers.privileged
#     - ecs_task_definitions.containers.user
#     - ecs_task_definitions.containers.readonly_root_filesystem
#   architecture: ["+"]
#   remediation:
#     summary: Drop privileged mode and host namespaces; make the root file system read-only, or run as a user that is not root.
#     cloudformation: |
#       ContainerDefinitions:
#         - Name: app
#           Privileged: false
#           ReadonlyRootFilesystem: true
#           User: "1000"
#     terraform: |
#       container_definitions = jsonencode([{
#         name                   = "app"
#         privileged             = false
#         readonlyRootFilesystem = true
#         user                   = "1000"
#       }])
#   frameworks:
#     aws-fsbp: ["ECS.3", "ECS.4", "ECS.5", "ECS.20", "ECS.21"]
#     nist-800-53-r5: ["AC-2(1)", "AC-3", "AC-5", "AC-6", "CA-9(1)", "CM-2"]
#     pci-dss-4.0: ["7.2.1", "7.2.2", "7.2.5"]
#     soc2: ["CC6.1", "CC6.8"]
#     well-architected: ["SEC06-BP02"]
package audit.ecs_hardened

import data.audit.lib.containers
import data.audit.lib.text

# Root on Linux, and the administrator of Windows containers.
root_users := {"root", "containeradministrator"}

deny contains finding if {
	some [id, index, container] in containers.declared
	container.privileged == true
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": sprintf("container %s is privileged", [text.shown(container.name)]),
		"evidence": [["ecs_task_definitions", id, sprintf("/containers/%d/privileged", [index])]],
	}
}

deny contains finding if {
	some id, definition in input.ecs_task_definitions
	definition.pid_mode == "host"
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": "it shares the host's process namespace (pidMode is host)",
		"evidence": [["ecs_task_definitions", id, "/pid_mode"]],
	}
}

deny contains finding if {
	some id, definition in input.ecs_task_definitions
	definition.ipc_mode == "host"
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": "it shares the host's IPC namespace (ipcMode is host)",
		"evidence": [["ecs_task_definitions", id, "/ipc_mode"]],
	}
}

deny contains finding if {
	some [id, index, container] in containers.declared
	may_be_root(container.user)
	container.readonly_root_filesystem != true
	finding := {
		"subject": ["ecs_task_definitions", id],
		"message": sprintf(
			"container %s may run as root (user is %s) on a writable root file system",
			[text.shown(container.name), text.shown(container.user)],
		),
		"evidence": [
			["ecs_task_definitions", id, sprintf("/containers/%d/readonly_root_filesystem", [index])],
			["ecs_task_definitions", id, sprintf("/containers/%d/user", [index])],
		],
	}
}

# Without a user the image decides, and most images say root.
may_be_root(user) if user == null

may_be_root(user) if {
	user != null
	name := lower(split(user, ":")[0])
	is_root(name)
}

is_root(name) if name in root_users

# No name at all, and zero in any number of digits.
is_root(name) if trim_left(name, "0") == ""
