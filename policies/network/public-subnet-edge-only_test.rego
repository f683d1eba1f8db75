package audit.public_subnet_edge_only_test

import data.audit.public_subnet_edge_only

model(public, tags) := {
	"subnets": {"s": {"public": public}},
	"instances": {"i": {"state": "running", "subnet_id": "s", "tags": tags}},
	"load_balancers": {"alb": {"subnet_ids": ["s"]}},
}

findings(public, tags) := found if {
	found := public_subnet_edge_only.deny with input as model(public, tags)
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
}

test_an_instance_fails if {
	some finding in findings(true, {})
	finding.message == "instances/i lies in it, expected load balancers, NAT gateways and bastions only"
	finding.evidence[0] == ["subnets", "s", "/public"]
	["instances", "i", "/tags/Role"] in finding.evidence
}

test_a_bastion_and_a_balancer_pass if count(findings(true, {"Role": "bastion"})) == 0

test_private_subnets_are_not_judged if {
	count(findings(false, {})) == 0
	count(public_subnet_edge_only.applicable) == 0 with input as model(false, {})
}

test_an_unknown_tier_is_in_the_evidence if {
	some finding in findings(null, {})
	finding.evidence[0] == ["subnets", "s", "/public"]
}

test_data_fails if {
	data_model := {
		"subnets": {"s": {"public": true}},
		"rds_instances": {"db": {"db_subnet_group": "g"}},
		"rds_subnet_groups": {"g": {"subnet_ids": ["s"]}},
	}
	some finding in public_subnet_edge_only.deny with input as data_model
	["rds_subnet_groups", "g", "/subnet_ids/0"] in finding.evidence
}

test_a_further_interface_of_an_instance_lies_there_too if {
	two := {
		"subnets": {"s": {"public": true}},
		"instances": {"i": {"state": "running", "subnet_id": "private", "tags": {}}},
		"network_interfaces": {"second": {"instance_id": "i", "subnet_id": "s"}},
	}
	some finding in public_subnet_edge_only.deny with input as two
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
	finding.subject == ["subnets", "s"]
	["network_interfaces", "second", "/subnet_id"] in finding.evidence
}

test_functions_and_nodes_fail if {
	every collection in ["lambda_functions", "eks_node_groups", "eks_fargate_profiles"] {
		computing := {"subnets": {"s": {"public": true}}, collection: {"c": {"subnet_ids": ["s"]}}}
		some finding in public_subnet_edge_only.deny with input as computing
		[collection, "c", "/subnet_ids/0"] in finding.evidence
	}
}
