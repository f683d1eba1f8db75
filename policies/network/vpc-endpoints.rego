# METADATA
# title: VPCs with workloads reach AWS through endpoints
# description: >-
#   Through endpoints, secrets, images and logs travel inside AWS's network: no
#   NAT gateway is on the way that can fail, be paid for or be used to carry
#   data out. Judged are VPCs with workloads.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html
#   - https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
# custom:
#   id: vpc-endpoints
#   severity: medium
#   subject: [vpcs]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - vpc_endpoints.vpc_id
#     - vpc_endpoints.service_name
#     - vpc_endpoints.vpc_endpoint_type
#     - vpc_endpoints.private_dns_enabled
#     - vpc_endpoints.state
#     - vpc_endpoints.route_table_ids
#     - vpc_endpoints.subnet_ids
#     - subnets.vpc_id
#   architecture: ["2A"]
#   remediation:
#     summary: Add the interface endpoints that are missing, with private DNS, and the gateway endpoint to the private route tables.
#     cloudformation: |
#       Type: AWS::EC2::VPCEndpoint
#       Properties:
#         VpcId: !Ref Vpc
#         ServiceName: !Sub com.amazonaws.${AWS::Region}.secretsmanager
#         VpcEndpointType: Interface
#         PrivateDnsEnabled: true
#         SubnetIds: [!Ref SubnetA, !Ref SubnetB]
#     terraform: |
#       resource "aws_vpc_endpoint" "secrets" {
#         vpc_id              = aws_vpc.this.id
#         service_name        = "com.amazonaws.${var.region}.secretsmanager"
#         vpc_endpoint_type   = "Interface"
#         private_dns_enabled = true
#         subnet_ids          = aws_subnet.private[*].id
#       }
#     cli: |
#       aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Interface --service-name com.amazonaws.REGION.secretsmanager --subnet-ids SUBNETS --private-dns-enabled
#   frameworks:
#     aws-fsbp: ["EC2.55", "EC2.56"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.3.2", "1.4.1"]
#     soc2: ["CC6.6", "CC6.7"]
#     well-architected: ["SEC05-BP02"]
package audit.vpc_endpoints

import data.audit.lib.occupied
import data.audit.lib.workloads

# The endpoints that a VPC needs: [kind, service].
needed contains ["Interface", name] if some name in data.profile.required_interface_endpoints

needed contains ["Gateway", name] if some name in data.profile.required_gateway_endpoints

# The services in full names: `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`.
services := {name: service(name) |
	some name in {endpoint.service_name | some endpoint in input.vpc_endpoints}
	name != null
}

service(name) := concat(".", array.slice(split(name, "."), 3, 9)) if not startswith(name, "cn.")

service(name) := concat(".", array.slice(split(name, "."), 4, 9)) if startswith(name, "cn.")

endpoints_of[vpc_id] contains id if {
	some id, endpoint in input.vpc_endpoints
	vpc_id := endpoint.vpc_id
}

# The endpoints that a VPC has, and those that work.
present[vpc_id] contains [kind, name] if {
	some endpoint in input.vpc_endpoints
	vpc_id := endpoint.vpc_id
	kind := endpoint.vpc_endpoint_type
	name := services[endpoint.service_name]
}

working[vpc_id] contains [kind, name] if {
	some id, endpoint in input.vpc_endpoints
	not id in unusable
	vpc_id := endpoint.vpc_id
	kind := endpoint.vpc_endpoint_type
	name := services[endpoint.service_name]
}

unusable contains id if {
	some id, endpoint in input.vpc_endpoints
	endpoint.vpc_endpoint_type == "Interface"
	endpoint.private_dns_enabled == false
}

unusable contains id if {
	some id, endpoint in input.vpc_endpoints
	endpoint.vpc_endpoint_type == "Interface"
	endpoint.subnet_ids == []
}

unusable contains id if {
	some id, endpoint in input.vpc_endpoints
	endpoint.vpc_endpoint_type == "Gateway"
	endpoint.route_table_ids == []
}

unusable contains id if {
	some id, endpoint in input.vpc_endpoints
	endpoint.state in states_down
}

states_down contains state if {
	some state in {endpoint.state | some endpoint in input.vpc_endpoints}
	state != null
	not lower(state) in {"available", "pending"}
}

problem(endpoint) := "is without private DNS (private_dns_enabled is false)" if {
	endpoint.vpc_endpoint_type == "Interface"
	endpoint.private_dns_enabled == false
} else := "is in no subnet" if {
	endpoint.vpc_endpoint_type == "Interface"
	endpoint.subnet_ids == []
} else := "is in no route table" if {
	endpoint.vpc_endpoint_type == "Gateway"
	endpoint.route_table_ids == []
} else := sprintf("is not available (state is %s)", [endpoint.state])

deny contains finding if {
	some vpc_id in occupied.vpcs
	some [kind, name] in needed - {pair | some pair in present[vpc_id]}
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": sprintf("it has no %s endpoint for %s", [lower(kind), name]),
		"evidence": array.concat([["vpc_endpoints"]], workloads.evidence(vpc_id)),
	}
}

deny contains finding if {
	some vpc_id in occupied.vpcs
	some [kind, name] in (needed & present[vpc_id]) - {pair | some pair in working[vpc_id]}
	ids := {id |
		some id in endpoints_of[vpc_id]
		input.vpc_endpoints[id].vpc_endpoint_type == kind
		services[input.vpc_endpoints[id].service_name] == name
	}
	first := min(ids)
	own := [["vpc_endpoints", id, pointer] |
		some id in ids
		some pointer in ["/private_dns_enabled", "/state", "/route_table_ids", "/subnet_ids", "/vpc_id"]
	]
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": sprintf("its endpoint %s for %s %s", [first, name, problem(input.vpc_endpoints[first])]),
		"evidence": array.concat(own, workloads.evidence(vpc_id)),
	}
}

subnets_of[vpc_id] contains id if {
	some id, subnet in input.subnets
	vpc_id := subnet.vpc_id
}

applicable contains ["vpcs", id] if some id in occupied.vpcs

# Subnets may be of any VPC where theirs is not known.
applicable contains ["vpcs", id] if {
	some subnet in input.subnets
	subnet.vpc_id == null
	some id, _ in input.vpcs
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["vpc_endpoints", id]} if {
	some vpc_id, ids in endpoints_of
	some id in ids
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["subnets", id]} if {
	some vpc_id, ids in subnets_of
	some id in ids
}
