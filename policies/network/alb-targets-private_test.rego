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

targets(vpc_id, target_id) := {
	"target_groups": {"tg": {"vpc_id": vpc_id, "target_type": "ip", "targets": [{"target_id": target_id}]}},
	"network_interfaces": {"eni": {"subnet_id": "other", "private_ip_addresses": ["10.0.0.5"]}},
	"ecs_services": {},
	"subnets": {
		"s": {"public": true, "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
		"private": {"public": false, "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"},
		"other": {"public": true, "vpc_id": "vpc-2", "cidr_block": "10.0.0.0/16"},
		"broken": {"public": true, "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/99"},
	},
}

subnets_of(vpc_id, target_id) := found if {
	found := {evidence[1] |
		some finding in alb_targets_private.deny
		some evidence in finding.evidence
		evidence[0] == "subnets"
	} with input as targets(vpc_id, target_id)
}

test_an_address_is_in_the_subnet_of_its_range if {
	subnets_of("vpc-1", "10.0.0.77") == {"s"}
	subnets_of("vpc-1", "10.0.1.77") == set()
	subnets_of("vpc-1", "192.168.0.1") == set()
	subnets_of("vpc-1", "999.0.0.1") == set()
	subnets_of(null, "10.0.0.77") == set()
}

test_an_interface_of_another_vpc_is_not_the_target if {
	subnets_of("vpc-1", "10.0.0.5") == {"s"}
	subnets_of("vpc-2", "10.0.0.5") == {"other"}
}

test_unknown_is_no_finding if count(messages(null)) == 0

test_functions_are_not_judged if {
	subjects := {id | some [_, id] in alb_targets_private.applicable} with input as model(true)
	subjects == {"tg", "instances"}
}
