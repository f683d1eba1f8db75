package audit.nacl_data_tier_test

import data.audit.nacl_data_tier

model(changes) := object.union(
	{
		"subnets": {
			"data": {"public": false, "network_acl_id": "acl"},
			"service": {"public": false, "network_acl_id": "default"},
		},
		"network_acls": {
			"acl": {"is_default": false, "open_ingress": []},
			"default": {"is_default": true, "open_ingress": []},
		},
		"rds_instances": {"db": {"db_subnet_group": "g"}},
		"rds_subnet_groups": {"g": {"subnet_ids": ["data"]}},
	},
	changes,
)

messages(changes) := found if {
	found := {finding.message | some finding in nacl_data_tier.deny} with input as model(changes)
}

test_an_acl_of_its_own_passes if count(messages({})) == 0

test_the_default_acl_fails if {
	messages({"subnets": {"data": {"network_acl_id": "default"}}}) == {
		"the default network ACL default is in force in it, expected one of its own",
	}
}

test_a_shared_acl_fails if {
	messages({"subnets": {"service": {"network_acl_id": "acl"}}}) == {
		"its network ACL acl is shared with service, which holds no data",
	}
}

test_an_open_acl_fails if {
	open := {"family": "IPv4", "protocol": "-1", "from_port": 0, "to_port": 65535, "rules": [0]}
	messages({"network_acls": {"acl": {"open_ingress": [open]}}}) == {"its network ACL acl admits all traffic from 0.0.0.0/0"}
}

test_unknown_is_no_finding if count(messages({"subnets": {"data": {"network_acl_id": null}}})) == 0

test_only_private_subnets_with_data_are_judged if {
	nacl_data_tier.applicable == {["subnets", "data"]} with input as model({})
	count(nacl_data_tier.applicable) == 0 with input as model({"subnets": {"data": {"public": true}}})
}

test_all_ports_of_a_protocol_fail if {
	open := {"family": "IPv6", "protocol": "tcp", "from_port": 0, "to_port": 65535, "rules": [0]}
	messages({"network_acls": {"acl": {"open_ingress": [open]}}}) == {"its network ACL acl admits tcp 0-65535 from ::/0"}
}

test_answers_from_everywhere_pass if {
	answers := {"family": "IPv4", "protocol": "tcp", "from_port": 1024, "to_port": 65535, "rules": [0]}
	ping := {"family": "IPv4", "protocol": "icmp", "from_port": 0, "to_port": 65535, "icmp": "all types", "rules": [1]}
	count(messages({"network_acls": {"acl": {"open_ingress": [answers, ping]}}})) == 0
}
