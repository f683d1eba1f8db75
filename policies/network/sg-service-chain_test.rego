package audit.sg_service_chain_test

import data.audit.sg_service_chain

empty_rule := {
	"protocol": "tcp",
	"from_port": 3000,
	"to_port": 3000,
	"cidr_ipv4": null,
	"cidr_ipv6": null,
	"prefix_list_id": null,
	"referenced_group_id": "alb-sg",
}

group(used_by, ingress) := {"is_default": false, "used_by": used_by, "ingress": ingress}

model(changes, balancer_type) := {
	"security_groups": {
		"service-sg": group([{"collection": "ecs_services", "id": "s"}], [object.union(empty_rule, changes)]),
		"alb-sg": group([{"collection": "load_balancers", "id": "alb"}], []),
		"other-sg": group([{"collection": "instances", "id": "i"}], []),
	},
	"load_balancers": {"alb": {"load_balancer_type": balancer_type}},
	"instances": {"i": {"tags": {}}},
}

findings(changes) := found if {
	found := sg_service_chain.deny with input as model(changes, "application")
		with data.profile.application_port as 3000
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
}

test_the_chain_passes if count(findings({})) == 0

test_another_port_fails if {
	some finding in findings({"to_port": 3001})
	finding.message == "it admits tcp 3000-3001 from alb-sg, expected tcp 3000 alone"
	["security_groups", "service-sg", "/ingress/0/to_port"] in finding.evidence
}

test_another_group_fails if {
	some finding in findings({"referenced_group_id": "other-sg"})
	finding.message == "it admits tcp 3000-3000 from other-sg, expected the load balancer's security group"
	["security_groups", "other-sg", "/used_by"] in finding.evidence
}

test_a_foreign_group_is_said_to_be if {
	some finding in findings({"referenced_group_id": "sg-far"})
	contains(finding.message, "not seen")
}

test_addresses_fail if count(findings({"referenced_group_id": null, "cidr_ipv4": "10.0.0.0/8"})) == 1

test_all_traffic_fails if count(findings({"protocol": "-1", "from_port": null, "to_port": null})) == 1

test_unknown_peer_is_in_the_evidence if {
	some finding in findings({"referenced_group_id": null})
	["security_groups", "service-sg", "/ingress/0/referenced_group_id"] in finding.evidence
}

test_unknown_kind_of_balancer_is_in_the_evidence if {
	some finding in sg_service_chain.deny with input as model({}, null)
		with data.profile.application_port as 3000
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
	["load_balancers", "alb", "/load_balancer_type"] in finding.evidence
}

test_a_group_that_is_shared_with_a_load_balancer_fails if {
	shared := {"alb-sg": {"used_by": [
		{"collection": "load_balancers", "id": "alb"},
		{"collection": "ecs_services", "id": "s"},
	]}}
	some finding in sg_service_chain.deny with input as object.union(model({}, "application"), {"security_groups": shared})
		with data.profile.application_port as 3000
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
	finding.subject == ["security_groups", "alb-sg"]
	finding.evidence == [["security_groups", "alb-sg", "/used_by"]]
}

test_only_groups_of_services_are_judged if {
	applicable := sg_service_chain.applicable with input as model({}, "application")
	applicable == {["security_groups", "service-sg"]}
}
