package audit.ecs_multi_az_test

import data.audit.ecs_multi_az

service := {
	"deployment_controller": "ECS",
	"scheduling_strategy": "REPLICA",
	"desired_count": 2,
	"scaling_min_capacity": null,
	"subnet_ids": ["a", "b"],
}

model(changes, zone) := {
	"ecs_services": {"orders": object.union(service, changes)},
	"subnets": {"a": {"availability_zone": "eu-west-1a"}, "b": {"availability_zone": zone}},
}

test_two_zones_and_two_tasks_pass if {
	count(ecs_multi_az.deny) == 0 with input as model({}, "eu-west-1b")
}

test_one_zone_fails if {
	some finding in ecs_multi_az.deny with input as model({}, "eu-west-1a")
	finding.message == "its subnets lie in eu-west-1a alone, expected at least 2 Availability Zones"
	finding.evidence[0] == ["ecs_services", "orders", "/subnet_ids"]
}

test_one_task_fails if {
	some finding in ecs_multi_az.deny with input as model({"desired_count": 1}, "eu-west-1b")
	finding.message == "its desired count is 1, expected at least 2"
}

test_the_least_that_scaling_leaves_counts if {
	count(ecs_multi_az.deny) == 0 with input as model({"desired_count": 1, "scaling_min_capacity": 2}, "eu-west-1b")
	some finding in ecs_multi_az.deny with input as model({"desired_count": 4, "scaling_min_capacity": 1}, "eu-west-1b")
	finding.message == "it may be scaled down to 1, expected at least 2"
	finding.evidence[0] == ["ecs_services", "orders", "/scaling_min_capacity"]
}

test_daemon_needs_no_count if {
	changes := {"desired_count": 0, "scheduling_strategy": "DAEMON"}
	count(ecs_multi_az.deny) == 0 with input as model(changes, "eu-west-1b")
}

test_unknown_count_is_no_finding if {
	count(ecs_multi_az.deny) == 0 with input as model({"desired_count": null}, "eu-west-1b")
}

test_unknown_zone_rests_on_the_zone if {
	some finding in ecs_multi_az.deny with input as model({}, null)
	["subnets", "b", "/availability_zone"] in finding.evidence
}

test_no_subnets_fail if {
	some finding in ecs_multi_az.deny with input as model({"subnet_ids": []}, "eu-west-1b")
	finding.evidence[0] == ["ecs_services", "orders", "/subnet_ids"]
}

test_task_sets_are_not_judged if {
	count(ecs_multi_az.applicable) == 0 with input as model({"deployment_controller": "EXTERNAL"}, "eu-west-1b")
}

test_tasks_outside_of_aws_are_not_judged if {
	external := model({"launch_type": "EXTERNAL", "subnet_ids": []}, "eu-west-1b")
	count(ecs_multi_az.applicable) == 0 with input as external
	count(ecs_multi_az.deny) == 0 with input as external
}
