package audit.bastion_restricted_test

import data.audit.bastion_restricted

profile := {"bastion_tag": {"key": "Role", "value": "bastion"}}

rule := {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null}

ssh := {
	"from": null,
	"from_label": "internet",
	"protocol": "tcp",
	"from_port": 22,
	"to_port": 22,
	"hops": [{"resource": {"collection": "security_groups", "id": "sg"}, "path": "/ingress/0", "description": "in"}],
}

model(tags, subnet, paths) := {
	"instances": {"host": {"state": "running", "subnet_id": subnet, "tags": tags}},
	"subnets": {"public": {"public": true}, "private": {"public": false}, "unknown": {"public": null}},
	"security_groups": {"sg": {"ingress": [rule]}},
	"analysis": {"reachability": {"instances/host": {"unexpected_paths": paths}}},
}

findings(tags, subnet, paths) := found if {
	found := bastion_restricted.deny with input as model(tags, subnet, paths) with data.profile as profile
}

test_named_addresses_pass if count(findings({"Role": "bastion"}, "public", [])) == 0

test_anyone_fails if {
	some finding in findings({"Role": "bastion"}, "public", [ssh])
	finding.message == "the internet reaches it by SSH, expected named addresses alone"
	finding.evidence[0] == ["security_groups", "sg", "/ingress/0/cidr_ipv4"]
	finding.flows[0].hops == ssh.hops
}

test_other_ports_are_for_another_control if {
	count(findings({"Role": "bastion"}, "public", [object.union(ssh, {"from_port": 443, "to_port": 443})])) == 0
}

test_a_private_subnet_fails if {
	some finding in findings({"Role": "bastion"}, "private", [])
	finding.evidence[0] == ["instances", "host", "/subnet_id"]
}

test_an_unknown_tier_is_no_finding if count(findings({"Role": "bastion"}, "unknown", [])) == 0

test_only_bastions_are_judged if {
	count(findings({"Role": "worker"}, "private", [ssh])) == 0
	applicable := bastion_restricted.applicable with input as model({}, "public", []) with data.profile as profile
	applicable == set()
}
