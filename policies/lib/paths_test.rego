package audit.lib.paths_test

import data.audit.lib.paths

path(protocol, first, last) := {"protocol": protocol, "from_port": first, "to_port": last}

test_ports_in_words if {
	paths.ports_text(path("tcp", 22, 22)) == "tcp 22"
	paths.ports_text(path("udp", 1, 9)) == "udp 1-9"
	paths.ports_text(path("tcp", 0, 65535)) == "tcp, all ports"
	paths.ports_text(path("icmp", 0, 65535)) == "icmp"
	echo := object.union(path("icmp", 8, 8), {"icmp": "type 8"})
	paths.ports_text(echo) == "icmp, type 8"
}

rule := {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null}

hops := [
	{"resource": null, "path": null, "description": "the internet"},
	{"resource": {"collection": "security_groups", "id": "sg"}, "path": "/ingress/1", "description": "in"},
	{"resource": {"collection": "rds_instances", "id": "db"}, "path": "/port", "description": "db"},
]

test_the_rule_that_admits_is_the_cut if {
	cut := paths.cut({"hops": hops}) with input.security_groups as {"sg": {"ingress": [{}, rule]}}
	cut == [["security_groups", "sg", "/ingress/1/cidr_ipv4"]]
}

test_without_a_rule_the_last_attribute_is_the_cut if {
	paths.cut({"hops": [hops[0], hops[2]]}) == [["rds_instances", "db", "/port"]]
}

test_a_path_without_places_has_no_cut if {
	paths.cut({"hops": [hops[0]]}) == []
}
