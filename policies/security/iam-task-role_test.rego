package audit.iam_task_role_test

import data.audit.iam_task_role

tasks := {"kind": "Service", "value": "ecs-tasks.amazonaws.com"}

role(principals, excessive) := {
	"assume_role_policy": {"statements": [{"effect": "Allow", "principals": principals, "not_principals": []}]},
	"effective": {"excessive": excessive},
}

good := role([tasks], [])

model(task, task_role, roles) := {
	"ecs_services": {"s": {"deployment_controller": "ECS", "task_definition": "d"}},
	"ecs_task_definitions": {"d": {"execution_role": "execution", "task_role": task_role}},
	"iam_roles": object.union({"execution": good, "task": task}, roles),
}

messages(task, task_role) := found if {
	found := {finding.message | some finding in iam_task_role.deny} with input as model(task, task_role, {})
}

test_two_roles_pass if count(messages(good, "task")) == 0

test_no_task_role_passes if count(messages(good, null)) == 0

test_one_role_for_both_fails if {
	messages(good, "execution") == {"execution is its task role and its execution role, expected two roles"}
}

test_another_service_fails if {
	other := {"kind": "Service", "value": "ec2.amazonaws.com"}
	messages(role([tasks, other], []), "task") == {
		"its task role task trusts ec2.amazonaws.com, expected ecs-tasks.amazonaws.com alone",
	}
	messages(role([other], []), "task") == {
		"its task role task does not trust ecs-tasks.amazonaws.com",
		"its task role task trusts ec2.amazonaws.com, expected ecs-tasks.amazonaws.com alone",
	}
}

test_everyone_but_a_few_fails if {
	open := {
		"assume_role_policy": {"statements": [
			{"effect": "Allow", "principals": [tasks], "not_principals": []},
			{"effect": "Allow", "principals": [], "not_principals": [{"kind": "AWS", "value": "a"}]},
		]},
		"effective": {"excessive": []},
	}
	messages(open, "task") == {
		"its task role task trusts everyone but a few, expected ecs-tasks.amazonaws.com alone",
	}
}

test_a_deny_is_no_trust if {
	denied := {
		"assume_role_policy": {"statements": [
			{"effect": "Allow", "principals": [tasks], "not_principals": []},
			{"effect": "Deny", "principals": [{"kind": "*", "value": "*"}], "not_principals": []},
		]},
		"effective": {"excessive": []},
	}
	count(messages(denied, "task")) == 0
}

test_rights_that_no_task_needs_fail if {
	excessive := [{
		"action": "iam:PutRolePolicy",
		"resource": "*",
		"statements": [{"collection": "iam_roles", "id": "task", "path": "/inline_policies/0/document/statements/0"}],
	}]
	some finding in iam_task_role.deny with input as model(role([tasks], excessive), "task", {})
	finding.message == "its task role task allows iam:PutRolePolicy on *, which no task needs"
	finding.evidence[0] == ["iam_roles", "task", "/inline_policies/0/document/statements/0"]
}

test_unknown_is_no_finding if {
	unknown := {"assume_role_policy": null, "effective": null}
	count(messages(unknown, "task")) == 0
}
