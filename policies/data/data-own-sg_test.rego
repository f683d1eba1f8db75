package audit.data_own_sg_test

import data.audit.data_own_sg

user(collection, id) := {"collection": collection, "id": id}

model(groups, used_by) := {
	"rds_instances": {"db": {"security_group_ids": groups, "db_cluster": null}},
	"rds_clusters": {},
	"elasticache_replication_groups": {},
	"elasticache_clusters": {},
	"opensearch_domains": {},
	"security_groups": {
		"data": {"is_default": false, "used_by": array.concat([user("rds_instances", "db")], used_by)},
		"default": {"is_default": true, "used_by": []},
	},
	"network_interfaces": {
		"managed": {"interface_type": "interface", "requester_managed": true},
		"function": {"interface_type": "lambda", "requester_managed": true},
		"own": {"interface_type": "interface", "requester_managed": false},
	},
}

test_own_group_passes if {
	count(data_own_sg.deny) == 0 with input as model(["data"], [])
}

test_group_of_other_databases_passes if {
	count(data_own_sg.deny) == 0 with input as model(["data"], [user("rds_clusters", "aurora")])
}

test_services_own_interfaces_do_not_count if {
	count(data_own_sg.deny) == 0 with input as model(["data"], [user("network_interfaces", "managed")])
}

test_group_of_tasks_fails if {
	used_by := [user("ecs_services", "orders"), user("ecs_services", "users")]
	findings := data_own_sg.deny with input as model(["data"], used_by)
	count(findings) == 1
	some finding in findings
	finding.message == "its security group data is shared with ecs_services/orders"
	finding.evidence == [
		["security_groups", "data", "/used_by/1"],
		["rds_instances", "db", "/security_group_ids/0"],
	]
}

test_group_of_another_kind_of_data_fails if {
	count(data_own_sg.deny) == 1 with input as model(["data"], [user("opensearch_domains", "search")])
}

test_group_of_a_function_fails if {
	some finding in data_own_sg.deny with input as model(["data"], [user("network_interfaces", "function")])
	finding.message == "its security group data is shared with network_interfaces/function"
	count(data_own_sg.deny) == 1 with input as model(["data"], [user("network_interfaces", "own")])
}

test_interface_of_unknown_kind_rests_on_it if {
	unknown := {"network_interfaces": {"own": {"interface_type": null, "requester_managed": null}}}
	used_by := [user("network_interfaces", "own")]
	some finding in data_own_sg.deny with input as object.union(model(["data"], used_by), unknown)
	["network_interfaces", "own", "/requester_managed"] in finding.evidence
}

test_default_group_fails if {
	some finding in data_own_sg.deny with input as model(["data", "default"], [])
	finding.evidence[0] == ["security_groups", "default", "/is_default"]
	finding.evidence[1] == ["rds_instances", "db", "/security_group_ids/1"]
}

test_no_group_rests_on_the_list if {
	some finding in data_own_sg.deny with input as model([], [])
	finding.evidence[0] == ["rds_instances", "db", "/security_group_ids"]
}

test_member_is_judged_with_its_cluster if {
	member := {"rds_instances": {"db": {"security_group_ids": [], "db_cluster": "aurora"}}}
	count(data_own_sg.applicable) == 0 with input as object.union(model([], []), member)
}

test_domain_outside_a_vpc_is_not_judged if {
	domain := {"opensearch_domains": {"search": {"in_vpc": false, "security_group_ids": []}}}
	not ["opensearch_domains", "search"] in data_own_sg.applicable with input as object.union(model([], []), domain)
	unknown := {"opensearch_domains": {"search": {"in_vpc": null, "security_group_ids": []}}}
	["opensearch_domains", "search"] in data_own_sg.applicable with input as object.union(model([], []), unknown)
}
