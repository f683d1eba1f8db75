package audit.alb_sg_egress_test

import data.audit.alb_sg_egress

model(rule) := {
	"security_groups": {"sg": {
		"is_default": false,
		"used_by": [{"collection": "load_balancers", "id": "alb"}],
		"egress": [object.union(
			{
				"protocol": "tcp",
				"from_port": 3000,
				"to_port": 3000,
				"cidr_ipv4": null,
				"cidr_ipv6": null,
				"prefix_list_id": null,
				"referenced_group_id": "service-sg",
			},
			rule,
		)],
	}},
	"load_balancers": {"alb": {"load_balancer_type": "application"}},
	"listeners": {"l": {
		"load_balancer": "alb",
		"default_actions": [{"action_type": "forward", "forward": [{"target_group": "tg"}]}],
	}},
	"target_groups": {"tg": {"port": 80, "health_check_port": "9000", "targets": [{"target_id": "i", "port": 8080}]}},
	"instances": {"i": {"security_group_ids": ["instance-sg"]}},
	"ecs_services": {"s": {
		"load_balancers": [{"target_group": "tg", "container_port": 3000}],
		"security_group_ids": ["service-sg"],
	}},
}

findings(rule) := found if {
	found := alb_sg_egress.deny with input as model(rule)
}

test_the_targets_pass if {
	count(findings({})) == 0
	count(findings({"referenced_group_id": "instance-sg", "from_port": 8080, "to_port": 8080})) == 0
}

test_the_port_of_the_health_check_passes if {
	count(findings({"from_port": 9000, "to_port": 9000})) == 0
	count(findings({"referenced_group_id": "instance-sg", "from_port": 9000, "to_port": 9000})) == 0
	count(findings({"from_port": 9001, "to_port": 9001})) == 1
}

test_a_check_on_the_traffic_port_adds_none if {
	patch := [{"op": "replace", "path": "/target_groups/tg/health_check_port", "value": "traffic-port"}]
	count(alb_sg_egress.deny) == 0 with input as json.patch(model({}), patch)
	count(alb_sg_egress.deny) == 1 with input as json.patch(model({"from_port": 9000, "to_port": 9000}), patch)
}

test_everywhere_fails if {
	everywhere := {
		"protocol": "-1",
		"from_port": null,
		"to_port": null,
		"cidr_ipv4": "0.0.0.0/0",
		"referenced_group_id": null,
	}
	some finding in findings(everywhere)
	finding.message == "it lets out all traffic to 0.0.0.0/0, expected its targets' security groups on their ports only"
	finding.evidence[0] == ["security_groups", "sg", "/egress/0/cidr_ipv4"]
}

test_another_port_or_group_fails if {
	count(findings({"to_port": 3001})) == 1
	some finding in findings({"referenced_group_id": "other"})
	["ecs_services"] in finding.evidence
}

test_nothing_goes_out_passes if {
	count(findings({"protocol": "-1", "cidr_ipv4": "127.0.0.1/32", "referenced_group_id": null})) == 0
}

test_an_unknown_peer_is_in_the_evidence if {
	some finding in findings({"referenced_group_id": null})
	["security_groups", "sg", "/egress/0/referenced_group_id"] in finding.evidence
}

test_what_the_cdk_writes_for_nothing_passes if {
	nowhere := {
		"protocol": "icmp",
		"from_port": 252,
		"to_port": 86,
		"cidr_ipv4": "255.255.255.255/32",
		"referenced_group_id": null,
	}
	count(findings(nowhere)) == 0
}

test_an_address_as_target_passes if {
	changed := object.union(model({"referenced_group_id": "eni-sg", "from_port": 8443, "to_port": 8443}), {
		"target_groups": {"tg": {"targets": [{"target_id": "10.0.0.7", "port": 8443}]}},
		"network_interfaces": {"eni": {"private_ip_addresses": ["10.0.0.7"], "security_group_ids": ["eni-sg"]}},
	})
	count(alb_sg_egress.deny) == 0 with input as changed
}
