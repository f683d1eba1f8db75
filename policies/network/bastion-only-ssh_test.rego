package audit.bastion_only_ssh_test

import data.audit.bastion_only_ssh

profile := {"bastion_tag": {"key": "Role", "value": "bastion"}}

rule := {"cidr_ipv4": "10.0.0.0/16", "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null}

path(label, first, last) := {
	"from": null,
	"from_label": label,
	"protocol": "tcp",
	"from_port": first,
	"to_port": last,
	"hops": [{"resource": {"collection": "security_groups", "id": "sg"}, "path": "/ingress/0", "description": "in"}],
}

model(changes, unexpected, internet) := {
	"instances": {"host": object.union({"state": "running", "subnet_id": "private", "tags": {}}, changes)},
	"subnets": {"public": {"public": true}, "private": {"public": false}, "unknown": {"public": null}},
	"security_groups": {"sg": {"ingress": [rule]}},
	"analysis": {"reachability": {"instances/host": {"unexpected_paths": unexpected, "internet_paths": internet}}},
}

findings(changes, unexpected, internet) := found if {
	found := bastion_only_ssh.deny with input as model(changes, unexpected, internet) with data.profile as profile
}

test_no_stray_path_passes if count(findings({}, [], [])) == 0

test_a_stray_path_fails_and_is_shown if {
	some finding in findings({}, [path("worker", 22, 22)], [])
	finding.message == "worker reaches it by SSH, expected a bastion alone"
	finding.evidence == [
		["security_groups", "sg", "/ingress/0/cidr_ipv4"],
		["instances", "host", "/reachability/unexpected_paths"],
		["instances", "host", "/tags/Role"],
		["subnets", "private", "/public"],
	]
}

test_the_internet_fails if {
	some finding in findings({}, [], [path("internet", 0, 65535)])
	finding.message == "the internet reaches it by SSH, expected a bastion alone"
}

test_other_ports_pass if count(findings({}, [], [path("internet", 443, 443)])) == 0

test_a_bastion_is_not_judged if {
	changes := {"tags": {"Role": "bastion"}}
	count(findings(changes, [path("worker", 22, 22)], [])) == 0
}

test_a_public_instance_is_not_judged if {
	applicable := bastion_only_ssh.applicable with input as model({"subnet_id": "public"}, [], [])
		with data.profile as profile
	applicable == set()
}

test_an_unknown_tier_is_judged if {
	count(findings({"subnet_id": "unknown"}, [path("worker", 22, 22)], [])) == 1
}
