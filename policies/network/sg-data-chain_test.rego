package audit.sg_data_chain_test

import data.audit.sg_data_chain

base := {
	"protocol": "tcp",
	"from_port": 5432,
	"to_port": 5432,
	"cidr_ipv4": null,
	"cidr_ipv6": null,
	"prefix_list_id": null,
	"referenced_group_id": "service-sg",
}

group(collection, ingress) := {
	"is_default": false,
	"used_by": [{"collection": collection, "id": "x"}],
	"ingress": ingress,
}

model(changes, port, tags) := {
	"security_groups": {
		"db-sg": group("rds_instances", [object.union(base, changes)]),
		"service-sg": group("ecs_services", []),
		"instance-sg": group("instances", []),
	},
	"rds_instances": {"x": {"port": port}},
	"instances": {"x": {"tags": tags}},
	"load_balancers": {},
}

findings(changes, port, tags) := found if {
	found := sg_data_chain.deny with input as model(changes, port, tags)
		with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
}

test_the_chain_passes if count(findings({}, 5432, {})) == 0

test_the_bastion_passes if {
	count(findings({"referenced_group_id": "instance-sg"}, 5432, {"Role": "bastion"})) == 0
}

test_another_instance_fails if {
	some finding in findings({"referenced_group_id": "instance-sg"}, 5432, {})
	contains(finding.message, "from instance-sg, expected the security group of a service or a bastion")
	["instances", "x", "/tags"] in finding.evidence
}

test_another_port_fails if {
	some finding in findings({"from_port": 22, "to_port": 22}, 5432, {})
	finding.message == "it admits tcp 22-22 from service-sg, expected tcp 5432 alone"
}

test_all_traffic_and_ranges_fail if {
	count(findings({"protocol": "-1", "from_port": null, "to_port": null}, 5432, {})) == 1
	count(findings({"from_port": 0, "to_port": 65535}, 5432, {})) == 1
}

test_addresses_fail if {
	count(findings({"referenced_group_id": null, "cidr_ipv4": "10.0.0.0/16"}, 5432, {})) == 1
}

test_an_unknown_port_is_in_the_evidence if {
	some finding in findings({}, null, {})
	["rds_instances", "x", "/port"] in finding.evidence
}

test_a_search_domain_listens_on_443 if {
	search := {"security_groups": {"db-sg": group("opensearch_domains", [object.union(base, {"from_port": 443, "to_port": 443})])}}
	changed := object.union(model({}, 5432, {}), search)
	count(sg_data_chain.deny) == 0 with input as changed with data.profile.bastion_tag as {"key": "Role", "value": "bastion"}
}

test_only_groups_of_data_are_judged if {
	applicable := sg_data_chain.applicable with input as model({}, 5432, {})
	applicable == {["security_groups", "db-sg"]}
}
