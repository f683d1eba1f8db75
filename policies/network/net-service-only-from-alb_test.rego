package audit.net_service_only_from_alb_test

import data.audit.net_service_only_from_alb

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
	"analysis": {"reachability": {"ecs_services/app": {
		"collection": "ecs_services",
		"id": "app",
		"role": role,
		"unexpected_paths": unexpected,
		"internet_paths": internet,
	}}},
}

test_no_stray_path_passes if {
	count(net_service_only_from_alb.deny) == 0 with input as model("service", [], [])
	net_service_only_from_alb.applicable == {["ecs_services", "app"]} with input as model("service", [], [])
}

test_a_stray_path_fails_and_is_shown if {
	stray := path({"collection": "instances", "id": "i"}, "worker")
	some finding in net_service_only_from_alb.deny with input as model("service", [stray], [])
	finding.message == "worker reaches it by tcp 3306, expected the application load balancer alone"
	finding.evidence == [
		["security_groups", "sg", "/ingress/0/cidr_ipv4"],
		["ecs_services", "app", "/reachability/unexpected_paths"],
	]
	finding.flows == [{"label": "worker to app, tcp 3306", "hops": stray.hops}]
}

test_a_path_from_the_internet_fails if {
	some finding in net_service_only_from_alb.deny with input as model("service", [], [path(null, "internet")])
	finding.message == "the internet reaches it by tcp 3306, expected the application load balancer alone"
	["ecs_services", "app", "/reachability/from_internet"] in finding.evidence
}

test_nothing_else_is_judged if {
	count(net_service_only_from_alb.applicable) == 0 with input as model("data", [path(null, "internet")], [])
}
