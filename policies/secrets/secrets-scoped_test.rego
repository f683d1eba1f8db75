package audit.secrets_scoped_test

import data.audit.secrets_scoped

arn := "arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders/db-AbCdEf"

statement := {"collection": "iam_roles", "id": "execution", "path": "/inline_policies/0/document/statements/0"}

model(readable, value_from) := {
	"iam_roles": {"execution": {
		"account": "111111111111",
		"trust": {"services": ["ecs-tasks.amazonaws.com"]},
		"effective": {"readable_secrets": [{
			"action": "secretsmanager:GetSecretValue",
			"resource": readable,
			"statements": [statement],
		}]},
	}},
	"ecs_task_definitions": {"task": {
		"account": "111111111111",
		"execution_role": "execution",
		"task_role": null,
		"containers": [{"secrets": [{"value_from": value_from}]}],
	}},
}

test_named_secret_passes if {
	count(secrets_scoped.deny) == 0 with input as model(arn, arn)
	count(secrets_scoped.deny) == 0 with input as model("stack/DatabaseSecret", "stack/DatabaseSecret")
}

test_reference_to_a_key_of_the_secret_passes if {
	count(secrets_scoped.deny) == 0 with input as model(arn, sprintf("%s:password::", [arn]))
}

test_placeholder_for_the_suffix_passes if {
	stem := "arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders/db"
	count(secrets_scoped.deny) == 0 with input as model(sprintf("%s-??????", [stem]), arn)
	count(secrets_scoped.deny) == 0 with input as model(sprintf("%s-??????", [stem]), stem)
}

test_a_reference_without_the_suffix_is_the_secret_that_has_it if {
	stem := "arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders/db"
	every reference in [stem, sprintf("%s:password::", [stem])] {
		seen := object.union(model(arn, reference), {"secrets": {arn: {"arn": arn, "name": "orders/db"}}})
		count(secrets_scoped.deny) == 0 with input as seen
		other := sprintf("%s-other-AbCdEf", [stem])
		count(secrets_scoped.deny) == 1 with input as object.union(model(other, reference), {"secrets": {other: {"arn": other, "name": "orders/db-other"}}})
	}
}

test_a_reference_without_the_suffix_rests_on_the_secrets_that_are_known if {
	stem := "arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders/db"
	some finding in secrets_scoped.deny with input as model(arn, stem)
	["secrets"] in finding.evidence
}

test_other_secret_fails if {
	some finding in secrets_scoped.deny with input as model("other", arn)
	finding.subject == ["iam_roles", "execution"]
	finding.evidence == [
		["iam_roles", "execution", "/inline_policies/0/document/statements/0"],
		["iam_roles", "execution", "/effective/readable_secrets/0"],
		["ecs_task_definitions", "task", "/execution_role"],
		["ecs_task_definitions", "task", "/containers/0/secrets"],
	]
}

test_every_secret_fails if {
	some finding in secrets_scoped.deny with input as model("*", arn)
	contains(finding.message, "it may read the secret *")
}

test_unknown_reference_rests_on_the_secrets if {
	some finding in secrets_scoped.deny with input as model(arn, null)
	["ecs_task_definitions", "task", "/containers/0/secrets"] in finding.evidence
}

test_another_definition_with_an_unknown_role_may_name_it if {
	others := {"ecs_task_definitions": {"other": {
		"account": "111111111111",
		"execution_role": null,
		"task_role": null,
		"containers": [{"secrets": [{"value_from": "other"}]}],
	}}}
	some finding in secrets_scoped.deny with input as object.union(model("other", arn), others)
	["ecs_task_definitions", "other", "/execution_role"] in finding.evidence
}

test_unknown_containers_rest_on_them if {
	unknown := {"ecs_task_definitions": {"task": {"containers": []}}}
	some finding in secrets_scoped.deny with input as object.union(model(arn, arn), unknown)
	["ecs_task_definitions", "task", "/containers"] in finding.evidence
}

test_unknown_permissions_are_no_finding if {
	unknown := json.patch(model(arn, arn), [{"op": "replace", "path": "/iam_roles/execution/effective", "value": null}])
	count(secrets_scoped.deny) == 0 with input as unknown
	count(secrets_scoped.applicable) == 1 with input as unknown
}

test_roles_of_other_services_are_not_judged if {
	others := object.union(model(arn, arn), {"iam_roles": {"lambda": {
		"account": "111111111111",
		"trust": {"services": ["lambda.amazonaws.com"]},
		"effective": {"readable_secrets": []},
	}}})
	secrets_scoped.applicable == {["iam_roles", "execution"]} with input as others
}

test_task_roles_are_judged_where_no_task_definition_is_known if {
	none := json.patch(model(arn, arn), [{"op": "remove", "path": "/ecs_task_definitions/task"}])
	secrets_scoped.applicable == {["iam_roles", "execution"]} with input as none
	count(secrets_scoped.deny) == 0 with input as none
}

test_secret_is_known_by_the_name_in_the_reference if {
	secrets := {"secrets": {"address": {"name": "orders/db", "arn": null}}}
	count(secrets_scoped.deny) == 0 with input as object.union(model("address", arn), secrets)
	other := {"secrets": {"address": {"name": "orders/other", "arn": null}}}
	count(secrets_scoped.deny) == 1 with input as object.union(model("address", arn), other)
}

test_secrets_that_could_not_be_listed_matter if {
	some finding in secrets_scoped.deny with input as model("ref:secrets/stack/Other", arn)
	["secrets"] in finding.evidence
}

test_a_role_that_a_task_may_have_is_judged if {
	roles := {"iam_roles": {"other": {"account": "111111111111", "trust": {"services": ["ecs-tasks.amazonaws.com"]}}}}
	["iam_roles", "other"] in secrets_scoped.applicable with input as object.union(model(arn, arn), roles)
	on := {item.on | some item in secrets_scoped.depends; item.subject == ["iam_roles", "other"]} with input as object.union(model(arn, arn), roles)
	on == {["ecs_task_definitions", "task"], ["ecs_services", null]}
}

test_a_service_of_which_it_is_not_known_what_it_runs_may_have_the_role if {
	none := json.patch(model(arn, arn), [{"op": "remove", "path": "/ecs_task_definitions/task"}])
	open := object.union(none, {"ecs_services": {"s": {
		"account": "111111111111",
		"deployment_controller": "ECS",
		"launch_type": "FARGATE",
		"task_definition": null,
	}}})
	on := {item.on | some item in secrets_scoped.depends; item.subject == ["iam_roles", "execution"]} with input as open
	on == {["ecs_services", "s"], ["ecs_services", null]}
}

test_a_task_definition_that_was_not_seen_may_have_the_role if {
	outside := {
		"iam_roles": model(arn, arn).iam_roles,
		"ecs_services": {"s": {"account": "111111111111", "task_definition": "outside"}},
	}
	some finding in secrets_scoped.deny with input as outside
	["ecs_services", "s", "/task_definition"] in finding.evidence
	secrets_scoped.applicable == {["iam_roles", "execution"]} with input as outside
}
