package audit.vpc_endpoints_test

import data.audit.vpc_endpoints

endpoint(kind, service, changes) := object.union(
	{
		"vpc_id": "vpc",
		"service_name": sprintf("com.amazonaws.eu-west-1.%s", [service]),
		"vpc_endpoint_type": kind,
		"private_dns_enabled": kind == "Interface",
		"route_table_ids": ["rtb"],
		"subnet_ids": ["s"],
		"state": "available",
	},
	changes,
)

model(endpoints) := {
	"vpcs": {"vpc": {}},
	"subnets": {"s": {"vpc_id": "vpc"}},
	"ecs_services": {"service": {"subnet_ids": ["s"]}},
	"vpc_endpoints": endpoints,
}

findings(endpoints) := found if {
	found := vpc_endpoints.deny with input as model(endpoints)
		with data.profile.required_interface_endpoints as ["ecr.api"]
		with data.profile.required_gateway_endpoints as ["s3"]
}

both := {"api": endpoint("Interface", "ecr.api", {}), "s3": endpoint("Gateway", "s3", {})}

test_all_endpoints_pass if count(findings(both)) == 0

test_a_missing_endpoint_fails if {
	messages := {finding.message | some finding in findings({"api": endpoint("Interface", "ecr.api", {})})}
	messages == {"it has no gateway endpoint for s3"}
}

test_an_interface_to_s3_is_no_gateway if {
	changed := object.union(both, {"s3": endpoint("Interface", "s3", {"vpc_endpoint_type": "Interface"})})
	count(findings(changed)) == 1
}

test_private_dns_off_fails if {
	changed := object.union(both, {"api": endpoint("Interface", "ecr.api", {"private_dns_enabled": false})})
	some finding in findings(changed)
	contains(finding.message, "without private DNS")
	["vpc_endpoints", "api", "/private_dns_enabled"] in finding.evidence
}

test_unknown_private_dns_is_no_finding if {
	changed := object.union(both, {"api": endpoint("Interface", "ecr.api", {"private_dns_enabled": null})})
	count(findings(changed)) == 0
}

test_an_interface_in_no_subnet_fails if {
	changed := object.union(both, {"api": object.union(both.api, {"subnet_ids": []})})
	some finding in findings(changed)
	contains(finding.message, "is in no subnet")
	["vpc_endpoints", "api", "/subnet_ids"] in finding.evidence
}

test_a_gateway_without_routes_fails if {
	changed := object.union(both, {"s3": object.union(endpoint("Gateway", "s3", {}), {"route_table_ids": []})})
	count(findings(changed)) == 1
}

test_a_region_that_is_not_known if {
	changed := object.union(both, {"s3": endpoint("Gateway", "s3", {"service_name": "com.amazonaws.*.s3"})})
	count(findings(changed)) == 0
}
