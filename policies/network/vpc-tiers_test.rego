package audit.vpc_tiers_test

import data.audit.vpc_tiers

subnet(zone, public) := {"vpc_id": "vpc", "availability_zone": zone, "public": public}

model(changes) := {
	"vpcs": {"vpc": {"is_default": false}, "empty": {"is_default": false}},
	"subnets": object.union(
		{
			"p1": subnet("a", true),
			"p2": subnet("b", true),
			"s1": subnet("a", false),
			"s2": subnet("b", false),
		},
		changes,
	),
	"ecs_services": {"s": {"subnet_ids": ["s1", "s2"]}},
}

test_two_tiers_in_two_zones_pass if {
	count(vpc_tiers.deny) == 0 with input as model({})
}

test_one_zone_fails if {
	some finding in vpc_tiers.deny with input as model({"s2": subnet("a", false)})
	finding.message == "it has private subnets in 1 Availability Zones, expected at least 2"
	["subnets", "s1", "/public"] in finding.evidence
}

test_no_public_subnets_fail if {
	some finding in vpc_tiers.deny with input as model({"p1": subnet("a", false), "p2": subnet("b", false)})
	finding.message == "it has public subnets in 0 Availability Zones, expected at least 2"
}

test_an_unknown_tier_is_in_the_evidence if {
	some finding in vpc_tiers.deny with input as model({"p2": subnet("b", null)})
	["subnets", "p2", "/public"] in finding.evidence
}

test_vpcs_without_workloads_are_not_judged if {
	idle := object.union(model({}), {"ecs_services": {"s": {"subnet_ids": []}}})
	count(vpc_tiers.deny) == 0 with input as idle
	count(vpc_tiers.applicable) == 0 with input as idle
	vpc_tiers.applicable == {["vpcs", "vpc"]} with input as model({})
}

test_a_workload_in_a_subnet_that_is_not_given_may_be_in_any_vpc if {
	elsewhere := object.union(model({}), {"ecs_services": {"s": {"subnet_ids": ["outside"]}}})
	vpc_tiers.applicable == {["vpcs", "empty"], ["vpcs", "vpc"]} with input as elsewhere
	found := {finding.subject[1] | some finding in vpc_tiers.deny} with input as elsewhere
	found == {"empty"}
	some finding in vpc_tiers.deny with input as elsewhere
	["ecs_services", "s", "/subnet_ids/0"] in finding.evidence
}

test_a_vpc_whose_subnets_are_not_given_is_judged_by_what_is_seen if {
	alone := {
		"vpcs": {"vpc": {"is_default": false}},
		"subnets": {},
		"instances": {"host": {"subnet_id": "outside", "tags": {}, "state": "running"}},
	}
	some finding in vpc_tiers.deny with input as alone
	["instances", "host", "/subnet_id"] in finding.evidence
}
