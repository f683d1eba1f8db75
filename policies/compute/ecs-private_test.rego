package audit.ecs_private_test

import data.audit.ecs_private

service := {
	"assign_public_ip": false,
	"deployment_controller": "ECS",
	"subnet_ids": ["a", "b"],
	"task_definition": "task",
}

model(changes, public, mode) := {
	"ecs_services": {"orders": object.union(service, changes)},
	"subnets": {"a": {"public": false}, "b": {"public": public}},
	"ecs_task_definitions": {"task": {"network_mode": mode}},
}

test_private_service_passes if {
	count(ecs_private.deny) == 0 with input as model({}, false, "awsvpc")
}

test_public_address_fails if {
	some finding in ecs_private.deny with input as model({"assign_public_ip": true}, false, "awsvpc")
	finding.evidence[0] == ["ecs_services", "orders", "/assign_public_ip"]
}

test_public_subnet_fails if {
	some finding in ecs_private.deny with input as model({}, true, "awsvpc")
	finding.message == "its tasks run in the public subnet b, expected private subnets only"
	finding.evidence[0] == ["subnets", "b", "/public"]
	finding.evidence[1] == ["ecs_services", "orders", "/subnet_ids/1"]
}

test_unknown_facts_are_no_finding if {
	count(ecs_private.deny) == 0 with input as model({"assign_public_ip": null}, null, "awsvpc")
}

test_no_subnets_rest_on_the_subnets if {
	some finding in ecs_private.deny with input as model({"subnet_ids": []}, false, "awsvpc")
	["ecs_services", "orders", "/subnet_ids"] in finding.evidence
}

test_shared_interfaces_are_not_judged if {
	count(ecs_private.applicable) == 0 with input as model({"subnet_ids": []}, false, "bridge")
}

test_unknown_mode_is_judged if {
	count(ecs_private.applicable) == 1 with input as model({"subnet_ids": []}, false, null)
}

test_depends_on_its_own_subnets if {
	on := {item.on | some item in ecs_private.depends} with input as model({}, false, "awsvpc")
	on == {["subnets", "a"], ["subnets", "b"], ["ecs_task_definitions", "task"]}
}

test_tasks_outside_of_aws_are_not_judged if {
	external := model({"launch_type": "EXTERNAL", "subnet_ids": []}, false, null)
	count(ecs_private.applicable) == 0 with input as external
	count(ecs_private.deny) == 0 with input as external
}
