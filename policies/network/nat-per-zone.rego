# METADATA
# title: Private subnets leave through a NAT gateway in their own zone
# description: >-
#   A NAT gateway lives in one zone. Subnets that leave through another zone's
#   lose their way out when that zone fails, and pay for the traffic between
#   zones. Judged are private subnets; one without a default route passes.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
# custom:
#   id: nat-per-zone
#   severity: medium
#   subject: [subnets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - subnets.public
#     - subnets.route_table_id
#     - subnets.availability_zone
#     - route_tables.routes
#     - nat_gateways.subnet_id
#     - nat_gateways.state
#     - nat_gateways.connectivity_type
#   architecture: ["2A"]
#   remediation:
#     summary: Make a NAT gateway in a public subnet of each zone and give each private subnet a route table that leads to its own.
#     cloudformation: |
#       Type: AWS::EC2::Route
#       Properties:
#         RouteTableId: !Ref PrivateRouteTableA
#         DestinationCidrBlock: 0.0.0.0/0
#         NatGatewayId: !Ref NatGatewayA
#     terraform: |
#       resource "aws_route" "private" {
#         count                  = 2
#         route_table_id         = aws_route_table.private[count.index].id
#         destination_cidr_block = "0.0.0.0/0"
#         nat_gateway_id         = aws_nat_gateway.this[count.index].id
#       }
#     cli: |
#       aws ec2 replace-route --route-table-id TABLE --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT
#   frameworks:
#     nist-800-53-r5: ["CP-10", "SC-36"]
#     soc2: ["A1.2"]
#     well-architected: ["REL10-BP01"]
package audit.nat_per_zone

import data.audit.lib.text

subjects := {id: subnet |
	some id, subnet in input.subnets
	subnet.public != true
}

# Halves of the address space are a default route as well.
everywhere := {"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"}

# The IPv4 default route of each subnet: [subnet, table, index, route].
defaults contains [id, table_id, index, route] if {
	some id, subnet in subjects
	table_id := subnet.route_table_id
	some index, route in input.route_tables[table_id].routes
	route.destination_cidr_block in everywhere
}

via_nat contains [id, table_id, index, nat_id] if {
	some [id, table_id, index, route] in defaults
	route.target_type == "nat_gateway"
	nat_id := route.target_id
	input.nat_gateways[nat_id]
}

route_evidence(id, table_id, index, name) := [
	["route_tables", table_id, sprintf("/routes/%d/%s", [index, name])],
	["subnets", id, "/route_table_id"],
	["subnets", id, "/public"],
]

deny contains finding if {
	some [id, table_id, index, route] in defaults
	route.target_type != "nat_gateway"
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its default route leads to a %v, expected a NAT gateway", [route.target_type]),
		"evidence": route_evidence(id, table_id, index, "target_type"),
	}
}

deny contains finding if {
	some [id, table_id, index, route] in defaults
	route.target_type == "nat_gateway"
	route.state == "blackhole"
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its default route leads to NAT gateway %v, which is gone (state is blackhole)", [route.target_id]),
		"evidence": route_evidence(id, table_id, index, "state"),
	}
}

deny contains finding if {
	some [id, table_id, index, nat_id] in via_nat
	nat_subnet := input.nat_gateways[nat_id].subnet_id
	nat_subnet != null
	zone := input.subnets[nat_subnet].availability_zone
	zone != input.subnets[id].availability_zone
	finding := {
		"subject": ["subnets", id],
		"message": sprintf(
			"its default route leads to NAT gateway %s in zone %s, expected one in its own zone %s",
			[nat_id, text.shown(zone), text.shown(input.subnets[id].availability_zone)],
		),
		"evidence": array.concat(
			route_evidence(id, table_id, index, "target_id"),
			[
				["nat_gateways", nat_id, "/subnet_id"],
				["subnets", nat_subnet, "/availability_zone"],
				["subnets", id, "/availability_zone"],
			],
		),
	}
}

deny contains finding if {
	some [id, table_id, index, nat_id] in via_nat
	nat_subnet := input.nat_gateways[nat_id].subnet_id
	input.subnets[nat_subnet].public == false
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its NAT gateway %s is in %s, which is not a public subnet", [nat_id, nat_subnet]),
		"evidence": array.concat(
			[["subnets", nat_subnet, "/public"], ["nat_gateways", nat_id, "/subnet_id"]],
			route_evidence(id, table_id, index, "target_id"),
		),
	}
}

deny contains finding if {
	some [id, table_id, index, nat_id] in via_nat
	state := input.nat_gateways[nat_id].state
	state in {"failed", "deleting", "deleted"}
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its NAT gateway %s is %s, expected available", [nat_id, state]),
		"evidence": array.concat(
			[["nat_gateways", nat_id, "/state"]],
			route_evidence(id, table_id, index, "target_id"),
		),
	}
}

deny contains finding if {
	some [id, table_id, index, nat_id] in via_nat
	input.nat_gateways[nat_id].connectivity_type == "private"
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its NAT gateway %s is private (connectivity_type is private, expected public)", [nat_id]),
		"evidence": array.concat(
			[["nat_gateways", nat_id, "/connectivity_type"]],
			route_evidence(id, table_id, index, "target_id"),
		),
	}
}

# Where the gateway is not known, neither is its zone.
deny contains finding if {
	some [id, table_id, index, route] in defaults
	route.target_type == "nat_gateway"
	route.state != "blackhole"
	not input.nat_gateways[route.target_id]
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("nothing shows where its NAT gateway %s is", [text.shown(route.target_id)]),
		"evidence": route_evidence(id, table_id, index, "target_id"),
	}
}

applicable contains ["subnets", id] if some id, _ in subjects

depends contains {"subject": ["subnets", id], "on": ["route_tables", subnet.route_table_id]} if {
	some id, subnet in subjects
	subnet.route_table_id != null
}

depends contains {"subject": ["subnets", id], "on": ["nat_gateways", nat_id]} if some [id, _, _, nat_id] in via_nat

depends contains {"subject": ["subnets", id], "on": ["subnets", nat_subnet]} if {
	some [id, _, _, nat_id] in via_nat
	nat_subnet := input.nat_gateways[nat_id].subnet_id
	nat_subnet != null
}
