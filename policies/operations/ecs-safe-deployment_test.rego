package audit.ecs_safe_deployment_test

import data.audit.ecs_safe_deployment

profile := {"minimum_healthy_percent": 100}

configuration := {
	"strategy": "ROLLING",
	"minimum_healthy_percent": 100,
	"circuit_breaker_enable": true,
	"circuit_breaker_rollback": true,
}

model(changes, service) := {"ecs_services": {"orders": object.union(
	{
		"deployment_controller": "ECS",
		"scheduling_strategy": "REPLICA",
		"deployment_configuration": object.union(configuration, changes),
	},
	service,
)}}

test_circuit_breaker_passes if {
	count(ecs_safe_deployment.deny) == 0 with input as model({}, {}) with data.profile as profile
}

test_gradual_deployments_pass if {
	every strategy in ["BLUE_GREEN", "CANARY", "LINEAR"] {
		changes := {"strategy": strategy, "circuit_breaker_enable": false, "minimum_healthy_percent": 0}
		count(ecs_safe_deployment.deny) == 0 with input as model(changes, {}) with data.profile as profile
	}
}

test_code_deploy_passes if {
	service := {"deployment_controller": "CODE_DEPLOY"}
	count(ecs_safe_deployment.deny) == 0 with input as model({"circuit_breaker_enable": false}, service)
		with data.profile as profile
}

test_no_circuit_breaker_fails if {
	some finding in ecs_safe_deployment.deny with input as model({"circuit_breaker_enable": false}, {})
		with data.profile as profile
	finding.evidence[0] == ["ecs_services", "orders", "/deployment_configuration/circuit_breaker_enable"]
}

test_no_rollback_fails if {
	some finding in ecs_safe_deployment.deny with input as model({"circuit_breaker_rollback": false}, {})
		with data.profile as profile
	finding.message == "its circuit breaker does not roll back (rollback is false, expected true)"
}

test_low_minimum_fails if {
	some finding in ecs_safe_deployment.deny with input as model({"minimum_healthy_percent": 50}, {})
		with data.profile as profile
	finding.message == "a deployment may stop tasks down to 50 % of the desired count, expected at least 100 %"
}

test_daemon_may_have_a_low_minimum if {
	service := {"scheduling_strategy": "DAEMON"}
	count(ecs_safe_deployment.deny) == 0 with input as model({"minimum_healthy_percent": 0}, service)
		with data.profile as profile
}

test_external_controller_fails if {
	service := {"deployment_controller": "EXTERNAL"}
	some finding in ecs_safe_deployment.deny with input as model({}, service) with data.profile as profile
	finding.evidence == [["ecs_services", "orders", "/deployment_controller"]]
}

test_unknown_minimum_is_no_finding if {
	count(ecs_safe_deployment.deny) == 0 with input as model({"minimum_healthy_percent": null}, {})
		with data.profile as profile
}

test_unknown_strategy_rests_on_the_strategy if {
	changes := {"strategy": null, "circuit_breaker_enable": false}
	some finding in ecs_safe_deployment.deny with input as model(changes, {}) with data.profile as profile
	["ecs_services", "orders", "/deployment_configuration/strategy"] in finding.evidence
}
