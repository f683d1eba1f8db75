package audit.vpc_custom_test

import data.audit.vpc_custom

model(is_default) := {
	"vpcs": {"vpc": {"is_default": is_default}},
	"subnets": {"a": {"vpc_id": "vpc"}, "b": {"vpc_id": "vpc"}},
	"instances": {"i": {"state": "running", "subnet_id": "a"}},
	"rds_instances": {"db": {"db_subnet_group": "group"}},
	"rds_subnet_groups": {"group": {"subnet_ids": ["a", "b"]}},
	"load_balancers": {"alb": {"subnet_ids": ["a", "b"]}},
}

test_own_vpc_passes if {
	count(vpc_custom.deny) == 0 with input as model(false)
}

test_default_vpc_fails_once_for_each_resource if {
	subjects := [finding.subject | some finding in vpc_custom.deny] with input as model(true)
	count(subjects) == 3
	["rds_instances", "db"] in subjects
}

test_the_finding_names_what_it_rests_on if {
	some finding in vpc_custom.deny with input as model(true)
	finding.subject == ["instances", "i"]
	finding.message == "it lies in the default VPC vpc, by subnet a"
	["vpcs", "vpc", "/is_default"] in finding.evidence
	["instances", "i", "/subnet_id"] in finding.evidence
}

test_unknown_is_no_finding if {
	count(vpc_custom.deny) == 0 with input as model(null)
}

test_what_names_no_place_fails if {
	subjects := {finding.subject | some finding in vpc_custom.deny} with input as {
		"instances": {
			"placed": {"state": "running", "subnet_id": null, "launch_template_id": null},
			"by_template": {"state": "running", "subnet_id": null, "launch_template_id": "t"},
			"by_another": {"state": "running", "subnet_id": null, "launch_template_id": "not known"},
			"lost": {"state": "running", "subnet_id": null, "launch_template_id": null},
		},
		"launch_templates": {"t": {"subnet_id": null}},
		"network_interfaces": {"eni": {"instance_id": "placed"}},
		"rds_instances": {
			"lost": {"db_subnet_group": null, "replicate_source": null, "db_cluster": null},
			"replica": {"db_subnet_group": null, "replicate_source": "lost", "db_cluster": null},
			"member": {"db_subnet_group": null, "replicate_source": null, "db_cluster": "c"},
		},
		"elasticache_clusters": {"lost": {"cache_subnet_group": null}},
		"elasticache_replication_groups": {"lost": {"cache_subnet_group": null}},
	}
	subjects == {
		["instances", "lost"],
		["instances", "by_template"],
		["rds_instances", "lost"],
		["rds_instances", "replica"],
		["elasticache_clusters", "lost"],
		["elasticache_replication_groups", "lost"],
	}
}
