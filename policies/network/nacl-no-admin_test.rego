package audit.nacl_no_admin_test

import data.audit.nacl_no_admin

open(protocol, from, to) := {"family": "IPv4", "protocol": protocol, "from_port": from, "to_port": to, "rules": [2]}

model(opens, in_force) := {
	"network_acls": {"acl": {"vpc_id": "vpc", "open_ingress": opens}, "idle": {"vpc_id": "other", "open_ingress": opens}},
	"subnets": {"subnet": {"vpc_id": "vpc", "network_acl_id": in_force}},
}

findings(opens, in_force) := found if {
	found := nacl_no_admin.deny with input as model(opens, in_force)
		with data.profile.admin_ports as [22, 3389]
}

test_narrow_acl_passes if {
	count(findings([], "acl")) == 0
	count(findings([open("6", 443, 443)], "acl")) == 0
}

test_ssh_fails if {
	some finding in findings([open("6", 22, 22)], "acl")
	finding.subject == ["network_acls", "acl"]
	finding.message == "it admits 6 22 from 0.0.0.0/0, which takes in the admin port 22, and is in force in subnet"
	finding.evidence == [["network_acls", "acl", "/entries/2"], ["subnets", "subnet", "/network_acl_id"]]
}

test_all_traffic_fails if count(findings([open("-1", 0, 65535)], "acl")) == 1

test_an_acl_without_subnets_is_not_judged if {
	nacl_no_admin.applicable == {["network_acls", "acl"]} with input as model([], "acl")
}

test_an_unknown_association_is_in_the_evidence if {
	some finding in findings([open("-1", 0, 65535)], null)
	["subnets", "subnet", "/network_acl_id"] in finding.evidence
}
