package audit.ecs_fargate_platform_test

import data.audit.ecs_fargate_platform

model(version, launch_type, providers) := {"ecs_services": {"orders": {
	"platform_version": version,
	"launch_type": launch_type,
	"capacity_provider_strategy": [{"capacity_provider": provider} | some provider in providers],
}}}

test_latest_passes if {
	count(ecs_fargate_platform.deny) == 0 with input as model("LATEST", "FARGATE", [])
	count(ecs_fargate_platform.deny) == 0 with input as model("1.4.0", null, ["FARGATE_SPOT"])
}

test_old_version_fails if {
	some finding in ecs_fargate_platform.deny with input as model("1.3.0", "FARGATE", [])
	finding.evidence[0] == ["ecs_services", "orders", "/platform_version"]
	contains(finding.message, "1.3.0")
}

test_old_version_by_strategy_fails if {
	count(ecs_fargate_platform.deny) == 1 with input as model("1.3.0", null, ["FARGATE_SPOT"])
}

test_instances_are_not_judged if {
	count(ecs_fargate_platform.applicable) == 0 with input as model(null, "EC2", [])
	count(ecs_fargate_platform.applicable) == 0 with input as model(null, null, ["my-asg"])
}

test_unknown_launch_type_is_judged if {
	count(ecs_fargate_platform.applicable) == 1 with input as model("LATEST", null, [])
}

test_unknown_version_is_no_finding if {
	count(ecs_fargate_platform.deny) == 0 with input as model(null, "FARGATE", [])
}

windows(version) := object.union(model(version, "FARGATE", []), {
	"ecs_services": {"orders": {"task_definition": "task"}},
	"ecs_task_definitions": {"task": {"operating_system_family": "WINDOWS_SERVER_2022_CORE"}},
})

test_windows_has_a_version_of_its_own if {
	count(ecs_fargate_platform.deny) == 0 with input as windows("1.0.0")
	count(ecs_fargate_platform.deny) == 0 with input as windows("LATEST")
	some finding in ecs_fargate_platform.deny with input as windows("1.4.0")
	finding.message == "it runs on Fargate platform version 1.4.0, expected LATEST or 1.0.0"
	["ecs_task_definitions", "task", "/operating_system_family"] in finding.evidence
	count(ecs_fargate_platform.deny) == 1 with input as model("1.0.0", "FARGATE", [])
}

test_no_operating_system_is_linux if {
	tasks := {"ecs_task_definitions": {"task": {"operating_system_family": null}}}
	some finding in ecs_fargate_platform.deny with input as object.union(windows("1.0.0"), tasks)
	finding.message == "it runs on Fargate platform version 1.0.0, expected LATEST or 1.4.0"
}
