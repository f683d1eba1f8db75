package audit.ecs_open_files_test

import data.audit.ecs_open_files

profile := {"application_port": 3000}

limits := [{"name": "core"}, {"name": "nofile"}]

container(port, ulimits) := {
	"name": "app",
	"essential": true,
	"firelens_type": null,
	"port_mappings": [{"container_port": port}],
	"ulimits": ulimits,
}

model(containers) := {"ecs_task_definitions": {"task": {"operating_system_family": null, "containers": containers}}}

test_limit_passes if {
	count(ecs_open_files.deny) == 0 with input as model([container(3000, limits)]) with data.profile as profile
}

test_no_limit_fails if {
	some finding in ecs_open_files.deny with input as model([container(9, []), container(3000, [{"name": "core"}])])
		with data.profile as profile
	finding.message == "container app listens on the application port 3000 and sets no nofile ulimit"
	finding.evidence[0] == ["ecs_task_definitions", "task", "/containers/1/ulimits"]
}

test_a_sidecars_limit_does_not_count if {
	containers := [container(3000, []), container(9, limits)]
	count(ecs_open_files.deny) == 1 with input as model(containers) with data.profile as profile
}

test_without_application_port_one_limit_is_enough if {
	containers := [container(8080, []), container(9, limits)]
	count(ecs_open_files.deny) == 0 with input as model(containers) with data.profile as profile
}

test_without_application_port_no_limit_fails if {
	some finding in ecs_open_files.deny with input as model([container(8080, [])]) with data.profile as profile
	["ecs_task_definitions", "task", "/containers/0/ulimits"] in finding.evidence
	["ecs_task_definitions", "task", "/containers/0/port_mappings"] in finding.evidence
}

test_unknown_name_rests_on_the_limits if {
	some finding in ecs_open_files.deny with input as model([container(3000, [{"name": null}])])
		with data.profile as profile
	finding.evidence[0] == ["ecs_task_definitions", "task", "/containers/0/ulimits"]
}

test_other_application_port if {
	count(ecs_open_files.deny) == 1 with input as model([container(8080, [])])
		with data.profile as {"application_port": 8080}
}

test_windows_containers_are_not_judged if {
	windows := {"ecs_task_definitions": {"task": {"operating_system_family": "WINDOWS_SERVER_2022_CORE"}}}
	every port in [3000, 8080] {
		task := object.union(model([container(port, [])]), windows)
		count(ecs_open_files.deny) == 0 with input as task with data.profile as profile
		count(ecs_open_files.applicable) == 0 with input as task with data.profile as profile
	}
	count(ecs_open_files.applicable) == 1 with input as model([container(3000, [])]) with data.profile as profile
}
