package audit.ecs_logs_test

import data.audit.ecs_logs

container(driver, router) := {"name": "app", "log_driver": driver, "firelens_type": router}

model(containers) := {"ecs_task_definitions": {"task": {"containers": containers}}}

test_awslogs_passes if {
	count(ecs_logs.deny) == 0 with input as model([container("awslogs", null)])
}

test_firelens_with_router_passes if {
	count(ecs_logs.deny) == 0 with input as model([container("awsfirelens", null), container("awslogs", "fluentbit")])
}

test_no_driver_fails if {
	some finding in ecs_logs.deny with input as model([container("awslogs", null), container(null, null)])
	finding.subject == ["ecs_task_definitions", "task", "/containers/1"]
	finding.message == "the log driver of container app is not set, expected awslogs or awsfirelens"
	finding.evidence == [["ecs_task_definitions", "task", "/containers/1/log_driver"]]
}

test_other_driver_fails if {
	some finding in ecs_logs.deny with input as model([container("json-file", null)])
	contains(finding.message, "json-file")
}

test_a_router_does_not_route_its_own_logs if {
	some finding in ecs_logs.deny with input as model([container("awsfirelens", "fluentbit")])
	finding.message == "container app logs to FireLens, but no other container of the task is its router"
}

test_firelens_without_router_fails if {
	some finding in ecs_logs.deny with input as model([container("awsfirelens", null)])
	["ecs_task_definitions", "task", "/containers/0/firelens_type"] in finding.evidence
}
