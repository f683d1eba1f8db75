package audit.secrets_not_in_env_test

import data.audit.secrets_not_in_env

model(name, literal, looks, why) := {"ecs_task_definitions": {"task": {"containers": [{
	"name": "app",
	"environment": [
		{"name": "PORT", "value": {"literal": true, "looks_like_credential": false, "why": null}},
		{"name": name, "value": {"literal": literal, "looks_like_credential": looks, "why": why}},
	],
}]}}}

test_plain_settings_pass if {
	count(secrets_not_in_env.deny) == 0 with input as model("STAGE", true, false, null)
}

test_credential_fails if {
	some finding in secrets_not_in_env.deny with input as model("DB_PASSWORD", true, true, "the name contains PASSWORD")
	finding.message == "variable DB_PASSWORD of container app holds a credential in plain text: the name contains PASSWORD"
	finding.evidence[0] == ["ecs_task_definitions", "task", "/containers/0/environment/1/value/looks_like_credential"]
}

test_reference_passes if {
	count(secrets_not_in_env.deny) == 0 with input as model("DB_PASSWORD", false, false, null)
}

test_unknown_value_is_no_finding if {
	count(secrets_not_in_env.deny) == 0 with input as model("DB_PASSWORD", null, null, null)
}

test_each_variable_is_a_finding if {
	both := {"ecs_task_definitions": {"task": {"containers": [{"name": "app", "environment": [
		{"name": "A", "value": {"literal": true, "looks_like_credential": true, "why": "x"}},
		{"name": "B", "value": {"literal": true, "looks_like_credential": true, "why": "y"}},
	]}]}}}
	count(secrets_not_in_env.deny) == 2 with input as both
}

function(name, literal, looks) := {"lambda_functions": {"sync": {"environment": [
	{"name": "STAGE", "value": {"literal": true, "looks_like_credential": false, "why": null}},
	{"name": name, "value": {"literal": literal, "looks_like_credential": looks, "why": "the name contains TOKEN"}},
]}}}

test_credential_of_a_function_fails if {
	some finding in secrets_not_in_env.deny with input as function("API_TOKEN", true, true)
	finding.subject == ["lambda_functions", "sync"]
	finding.message == "variable API_TOKEN of the function holds a credential in plain text: the name contains TOKEN"
	finding.evidence[0] == ["lambda_functions", "sync", "/environment/1/value/looks_like_credential"]
}

test_reference_of_a_function_passes if {
	count(secrets_not_in_env.deny) == 0 with input as function("API_TOKEN", false, false)
}

test_a_secret_that_is_filled_in_at_deployment_fails if {
	count(secrets_not_in_env.deny) == 1 with input as function("API_TOKEN", false, true)
}
