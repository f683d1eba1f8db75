package audit.nat_per_zone_test

import data.audit.nat_per_zone

model(changes) := object.union(
	{
		"subnets": {
			"private": {"public": false, "availability_zone": "a", "route_table_id": "rtb"},
			"edge": {"public": true, "availability_zone": "a", "route_table_id": "public"},
		},
		"route_tables": {"rtb": {"routes": [{
			"destination_cidr_block": "0.0.0.0/0",
			"target_type": "nat_gateway",
			"target_id": "nat",
			"state": "active",
		}]}},
		"nat_gateways": {"nat": {"subnet_id": "edge", "state": "available", "connectivity_type": "public"}},
	},
	changes,
)

test_own_zone_passes if {
	count(nat_per_zone.deny) == 0 with input as model({})
}

test_another_zone_fails if {
	some finding in nat_per_zone.deny with input as model({"subnets": {"edge": {"availability_zone": "b"}}})
	finding.message == "its default route leads to NAT gateway nat in zone b, expected one in its own zone a"
	["subnets", "edge", "/availability_zone"] in finding.evidence
}

test_a_gateway_in_a_private_subnet_fails if {
	some finding in nat_per_zone.deny with input as model({"subnets": {"edge": {"public": false}}})
	finding.message == "its NAT gateway nat is in edge, which is not a public subnet"
}

test_a_gateway_that_is_not_known_proves_nothing if {
	some finding in nat_per_zone.deny with input as object.union(
		object.remove(model({}), ["nat_gateways"]),
		{"nat_gateways": {}},
	)
	finding.message == "nothing shows where its NAT gateway nat is"
	["route_tables", "rtb", "/routes/0/target_id"] in finding.evidence
}

test_a_private_gateway_leads_nowhere if {
	some finding in nat_per_zone.deny with input as model({"nat_gateways": {"nat": {"connectivity_type": "private"}}})
	finding.message == "its NAT gateway nat is private (connectivity_type is private, expected public)"
}

test_another_target_fails if {
	routes := [{"destination_cidr_block": "0.0.0.0/0", "target_type": "instance", "target_id": "i"}]
	some finding in nat_per_zone.deny with input as model({"route_tables": {"rtb": {"routes": routes}}})
	finding.message == "its default route leads to a instance, expected a NAT gateway"
}

test_without_a_default_route_it_passes if {
	count(nat_per_zone.deny) == 0 with input as model({"route_tables": {"rtb": {"routes": []}}})
}

test_a_failed_gateway_fails if {
	count(nat_per_zone.deny) == 1 with input as model({"nat_gateways": {"nat": {"state": "failed"}}})
}

test_an_unknown_zone_is_in_the_evidence if {
	some finding in nat_per_zone.deny with input as model({"subnets": {"edge": {"availability_zone": null}}})
	["subnets", "edge", "/availability_zone"] in finding.evidence
}

test_public_subnets_are_not_judged if {
	nat_per_zone.applicable == {["subnets", "private"]} with input as model({})
}

test_a_route_to_a_gateway_that_is_gone_fails if {
	routes := [{
		"destination_cidr_block": "0.0.0.0/0",
		"target_type": "nat_gateway",
		"target_id": "deleted",
		"state": "blackhole",
	}]
	some finding in nat_per_zone.deny with input as model({"route_tables": {"rtb": {"routes": routes}}})
	finding.message == "its default route leads to NAT gateway deleted, which is gone (state is blackhole)"
	finding.evidence[0] == ["route_tables", "rtb", "/routes/0/state"]
}

test_halves_are_a_default_route if {
	routes := [
		{"destination_cidr_block": "0.0.0.0/1", "target_type": "nat_gateway", "target_id": "nat"},
		{"destination_cidr_block": "128.0.0.0/1", "target_type": "instance", "target_id": "i"},
	]
	some finding in nat_per_zone.deny with input as model({"route_tables": {"rtb": {"routes": routes}}})
	finding.evidence[0] == ["route_tables", "rtb", "/routes/1/target_type"]
}
