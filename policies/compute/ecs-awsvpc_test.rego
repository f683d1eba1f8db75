package audit.ecs_awsvpc_test

import data.audit.ecs_awsvpc

model(mode, controller) := {
	"ecs_services": {"orders": {"task_definition": "task", "deployment_controller": controller}},
	"ecs_task_definitions": {"task": {"network_mode": mode}, "other": {"network_mode": "host"}},
}

test_awsvpc_passes if {
	count(ecs_awsvpc.deny) == 0 with input as model("awsvpc", "ECS")
}

test_bridge_fails if {
	some finding in ecs_awsvpc.deny with input as model("bridge", "ECS")
	finding.subject == ["ecs_services", "orders"]
	finding.message == "its task definition task has network mode bridge, expected awsvpc"
	finding.evidence[0] == ["ecs_task_definitions", "task", "/network_mode"]
}

test_unknown_mode_rests_on_the_mode if {
	some finding in ecs_awsvpc.deny with input as model(null, "ECS")
	["ecs_task_definitions", "task", "/network_mode"] in finding.evidence
}

test_task_sets_are_not_judged if {
	count(ecs_awsvpc.applicable) == 0 with input as model("bridge", "EXTERNAL")
	count(ecs_awsvpc.deny) == 0 with input as model("bridge", "EXTERNAL")
}

test_unknown_controller_is_judged if {
	ecs_awsvpc.applicable == {["ecs_services", "orders"]} with input as model("awsvpc", null)
}

test_depends_on_its_own_task_definition if {
	on := {item.on | some item in ecs_awsvpc.depends} with input as model("awsvpc", "ECS")
	on == {["ecs_task_definitions", "task"]}
}

test_tasks_outside_of_aws_are_not_judged if {
	external := object.union(model("bridge", "ECS"), {"ecs_services": {"orders": {"launch_type": "EXTERNAL"}}})
	count(ecs_awsvpc.applicable) == 0 with input as external
	count(ecs_awsvpc.deny) == 0 with input as external
}
