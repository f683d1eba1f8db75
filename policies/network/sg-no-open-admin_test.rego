package audit.sg_no_open_admin_test

import data.audit.sg_no_open_admin

open(changes) := object.union(
	{"family": "IPv4", "protocol": "tcp", "from_port": 22, "to_port": 22, "rules": [0]},
	changes,
)

model(opens) := {"security_groups": {"sg": {"open_ingress": opens}}}

messages(opens) := found if {
	found := {finding.message | some finding in sg_no_open_admin.deny} with input as model(opens)
		with data.profile.admin_ports as [22, 3389]
}

test_open_ssh_fails if {
	some finding in sg_no_open_admin.deny with input as model([open({})]) with data.profile.admin_ports as [22, 3389]
	finding.subject == ["security_groups", "sg"]
	finding.message == "it admits tcp 22 from 0.0.0.0/0, which takes in the admin port 22 (expected from nowhere at large)"
	finding.evidence == [["security_groups", "sg", "/ingress/0"]]
}

test_nothing_open_passes if {
	count(messages([])) == 0
	count(messages([open({"from_port": 443, "to_port": 443})])) == 0
}

test_ranges_and_all_traffic_take_the_port_in if {
	count(messages([open({"from_port": 3000, "to_port": 4000})])) == 1
	count(messages([open({"protocol": "-1", "from_port": 0, "to_port": 65535})])) == 1
}

test_ipv6_alone_fails if {
	some message in messages([open({"family": "IPv6"})])
	startswith(message, "it admits tcp 22 from ::/0")
}

test_icmp_has_no_ports if {
	count(messages([open({"protocol": "icmp", "from_port": 0, "to_port": 65535, "icmp": "all types"})])) == 0
	count(messages([open({"protocol": "icmp", "from_port": 22, "to_port": 22, "icmp": "type 22"})])) == 0
}

test_two_halves_rest_on_both_rules if {
	some finding in sg_no_open_admin.deny with input as model([open({"rules": [1, 2]})])
		with data.profile.admin_ports as [22]
	["security_groups", "sg", "/ingress/1"] in finding.evidence
	["security_groups", "sg", "/ingress/2"] in finding.evidence
}
