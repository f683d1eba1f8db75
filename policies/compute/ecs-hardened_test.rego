package audit.ecs_hardened_test

import data.audit.ecs_hardened

container := {"name": "app", "privileged": false, "user": "1000:1000", "readonly_root_filesystem": true}

model(changes, task) := {"ecs_task_definitions": {"task": object.union(
	{"pid_mode": null, "ipc_mode": null, "containers": [object.union(container, changes)]},
	task,
)}}

test_hardened_task_passes if {
	count(ecs_hardened.deny) == 0 with input as model({}, {})
}

test_either_user_or_file_system_is_enough if {
	count(ecs_hardened.deny) == 0 with input as model({"user": null}, {})
	count(ecs_hardened.deny) == 0 with input as model({"readonly_root_filesystem": false}, {})
	windows := {"user": "ContainerUser", "readonly_root_filesystem": null}
	count(ecs_hardened.deny) == 0 with input as model(windows, {})
}

test_privileged_fails if {
	some finding in ecs_hardened.deny with input as model({"privileged": true}, {})
	finding.evidence == [["ecs_task_definitions", "task", "/containers/0/privileged"]]
}

test_host_namespaces_fail if {
	count(ecs_hardened.deny) == 2 with input as model({}, {"pid_mode": "host", "ipc_mode": "host"})
	count(ecs_hardened.deny) == 0 with input as model({}, {"pid_mode": "task", "ipc_mode": "none"})
}

test_every_root_spelling_fails if {
	every user in ["root", "0", "00", "0:0", "root:root", "", ":0", "ContainerAdministrator", null] {
		changes := {"user": user, "readonly_root_filesystem": false}
		count(ecs_hardened.deny) == 1 with input as model(changes, {})
	}
}

test_unknown_user_rests_on_the_user if {
	changes := {"user": null, "readonly_root_filesystem": false}
	some finding in ecs_hardened.deny with input as model(changes, {})
	["ecs_task_definitions", "task", "/containers/0/user"] in finding.evidence
}

test_unknown_file_system_rests_on_it if {
	changes := {"user": "root", "readonly_root_filesystem": null}
	some finding in ecs_hardened.deny with input as model(changes, {})
	["ecs_task_definitions", "task", "/containers/0/readonly_root_filesystem"] in finding.evidence
}
