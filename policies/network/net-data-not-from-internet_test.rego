package audit.net_data_not_from_internet_test

import data.audit.net_data_not_from_internet

rule := {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null}

reached := {
	"from": null,
	"from_label": "internet",
	"protocol": "tcp",
	"from_port": 3306,
	"to_port": 3306,
	"hops": [
		{"resource": null, "path": null, "description": "the internet"},
		{"resource": {"collection": "security_groups", "id": "sg"}, "path": "/ingress/0", "description": "ingress"},
		{"resource": {"collection": "rds_instances", "id": "db"}, "path": "/port", "description": "db takes tcp 3306"},
	],
}

model(role, internet_paths) := {
	"security_groups": {"sg": {"ingress": [rule]}},
	"analysis": {"reachability": {"rds_instances/db": {
		"collection": "rds_instances",
		"id": "db",
		"role": role,
		"internet_paths": internet_paths,
	}}},
}

test_no_path_passes if {
	count(net_data_not_from_internet.deny) == 0 with input as model("data", [])
	net_data_not_from_internet.applicable == {["rds_instances", "db"]} with input as model("data", [])
}

test_a_path_fails_and_is_shown if {
	hops := reached.hops
	some finding in net_data_not_from_internet.deny with input as model("data", [reached])
	finding.message == "the internet reaches it by tcp 3306"
	finding.evidence == [
		["security_groups", "sg", "/ingress/0/cidr_ipv4"],
		["rds_instances", "db", "/reachability/from_internet"],
	]
	finding.flows == [{"label": "internet to db, tcp 3306", "hops": hops}]
}

test_only_data_is_judged if {
	count(net_data_not_from_internet.applicable) == 0 with input as model("service", [reached])
	count(net_data_not_from_internet.deny) == 0 with input as model("service", [reached])
}
