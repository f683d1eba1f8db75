package audit.ecs_behind_alb_test

import data.audit.ecs_behind_alb

model(ties, protocol, health_check) := {
	"ecs_services": {"orders": {
		"deployment_controller": "ECS",
		"load_balancers": [{"target_group": tie} | some tie in ties],
		"task_definition": "task",
	}},
	"ecs_task_definitions": {"task": {"containers": [{"port_mappings": [{"container_port": 3000, "protocol": "tcp"}]}]}},
	"target_groups": {"group": {"protocol": protocol, "health_check_enabled": health_check}},
}

worker(mappings) := json.patch(
	model([], "HTTP", true),
	[{"op": "replace", "path": "/ecs_task_definitions/task/containers/0/port_mappings", "value": mappings}],
)

test_registered_service_passes if {
	count(ecs_behind_alb.deny) == 0 with input as model(["group"], "HTTP", true)
}

test_unregistered_service_fails if {
	some finding in ecs_behind_alb.deny with input as model([], "HTTP", true)
	finding.evidence[0] == ["ecs_services", "orders", "/load_balancers"]
	["ecs_task_definitions", "task", "/containers/0/port_mappings/0"] in finding.evidence
}

test_service_outside_of_aws_is_not_judged if {
	external := object.union(model([], "HTTP", true), {"ecs_services": {"orders": {"launch_type": "EXTERNAL"}}})
	count(ecs_behind_alb.applicable) == 0 with input as external
	count(ecs_behind_alb.deny) == 0 with input as external
}

test_one_of_several_target_groups_is_enough if {
	both := object.union(
		model(["inner", "group"], "HTTP", true),
		{"target_groups": {"inner": {"protocol": "TCP", "health_check_enabled": true}}},
	)
	count(ecs_behind_alb.deny) == 0 with input as both
}

test_network_load_balancer_fails if {
	some finding in ecs_behind_alb.deny with input as model(["group"], "TCP", true)
	contains(finding.message, "protocols seen: TCP")
}

test_health_check_off_fails if {
	some finding in ecs_behind_alb.deny with input as model(["group"], "HTTPS", false)
	finding.evidence[0] == ["target_groups", "group", "/health_check_enabled"]
}

test_unknown_health_check_is_no_finding if {
	count(ecs_behind_alb.deny) == 0 with input as model(["group"], "HTTP", null)
}

test_unknown_protocol_rests_on_it if {
	some finding in ecs_behind_alb.deny with input as model(["group"], null, true)
	["target_groups", "group", "/protocol"] in finding.evidence
}

test_foreign_target_group_rests_on_the_reference if {
	some finding in ecs_behind_alb.deny with input as model(["elsewhere"], "HTTP", true)
	["ecs_services", "orders", "/load_balancers"] in finding.evidence
}

test_worker_is_not_judged if {
	count(ecs_behind_alb.applicable) == 0 with input as worker([])
	count(ecs_behind_alb.applicable) == 0 with input as worker([{"container_port": 2000, "protocol": "udp"}])
}

test_unknown_containers_are_judged_and_rest_on_them if {
	unknown := {"ecs_task_definitions": {"task": {"containers": []}}}
	some finding in ecs_behind_alb.deny with input as object.union(model([], "HTTP", true), unknown)
	["ecs_task_definitions", "task", "/containers"] in finding.evidence
}

test_unknown_task_definition_is_judged if {
	count(ecs_behind_alb.applicable) == 1 with input as object.union(
		model([], "HTTP", true),
		{"ecs_services": {"orders": {"task_definition": null}}},
	)
}
