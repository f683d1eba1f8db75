package audit.net_data_only_from_service_test

import data.audit.net_data_only_from_service

rule := {"cidr_ipv4": "10.0.0.0/16", "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null}

path(from, label) := {
	"from": from,
	"from_label": label,
	"protocol": "tcp",
	"from_port": 3306,
	"to_port": 3306,
	"hops": [
		{"resource": from, "path": null, "description": label},
		{"resource": {"collection": "security_groups", "id": "sg"}, "path": "/ingress/0", "description": "ingress"},
	],
}

model(role, unexpected, internet) := {
	"security_groups": {"sg": {"ingress": [rule]}},
	"analysis": {"reachability": {"rds_instances/db": {
		"collection": "rds_instances",
		"id": "db",
		"role": role,
		"unexpected_paths": unexpected,
		"internet_paths": internet,
	}}},
}

test_no_stray_path_passes if {
	count(net_data_only_from_service.deny) == 0 with input as model("data", [], [])
	net_data_only_from_service.applicable == {["rds_instances", "db"]} with input as model("data", [], [])
}

test_a_stray_path_fails_and_is_shown if {
	stray := path({"collection": "instances", "id": "i"}, "worker")
	some finding in net_data_only_from_service.deny with input as model("data", [stray], [])
	finding.message == "worker reaches it by tcp 3306, expected the application service and the bastion alone"
	finding.evidence == [
		["security_groups", "sg", "/ingress/0/cidr_ipv4"],
		["rds_instances", "db", "/reachability/unexpected_paths"],
	]
	finding.flows == [{"label": "worker to db, tcp 3306", "hops": stray.hops}]
}

test_a_path_from_the_internet_fails if {
	some finding in net_data_only_from_service.deny with input as model("data", [], [path(null, "internet")])
	finding.message == "the internet reaches it by tcp 3306, expected the application service and the bastion alone"
	["rds_instances", "db", "/reachability/from_internet"] in finding.evidence
}

test_nothing_else_is_judged if {
	count(net_data_only_from_service.applicable) == 0 with input as model("service", [path(null, "internet")], [])
}
