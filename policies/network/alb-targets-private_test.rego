package audit.alb_targets_private_test

import data.audit.alb_targets_private

model(public) := {
	"target_groups": {
		"tg": {"target_type": "ip", "targets": [{"target_id": "10.0.0.5"}]},
		"instances": {"target_type": "instance", "targets": [{"target_id": "i"}]},
		"functions": {"target_type": "lambda", "targets": []},
	},
	"instances": {"i": {"subnet_id": "s"}},
	"network_interfaces": {"eni": {"subnet_id": "s", "private_ip_addresses": ["10.0.0.5"]}},
	"ecs_services": {"service": {"subnet_ids": ["s"], "load_balancers": [{"target_group": "tg"}]}},
	"subnets": {"s": {"public": public}},
}

messages(public) := found if {
	found := {finding.message | some finding in alb_targets_private.deny} with input as model(public)
}

test_private_targets_pass if count(messages(false)) == 0

test_public_targets_fail if {
	messages(true) == {
		"its target ecs_services/service is in the public subnet s, expected a private one",
		"its target 10.0.0.5 (eni) is in the public subnet s, expected a private one",
		"its target instances/i is in the public subnet s, expected a private one",
	}
}

test_unknown_is_no_finding if count(messages(null)) == 0

test_functions_are_not_judged if {
	subjects := {id | some [_, id] in alb_targets_private.applicable} with input as model(true)
	subjects == {"tg", "instances"}
}
