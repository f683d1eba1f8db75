# METADATA
# title: VPCs have public and private subnets in two zones
# description: >-
#   Load balancers belong into public subnets, services and data into private
#   ones, and each tier into two zones, so that the loss of one zone takes
#   nothing down. Judged are VPCs with workloads.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-example-private-subnets-nat.html
# custom:
#   id: vpc-tiers
#   severity: high
#   subject: [vpcs]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - subnets.vpc_id
#     - subnets.public
#     - subnets.availability_zone
#   architecture: ["2A"]
#   remediation:
#     summary: Add public and private subnets in a second Availability Zone.
#     cloudformation: |
#       Type: AWS::EC2::Subnet
#       Properties:
#         VpcId: !Ref Vpc
#         AvailabilityZone: !Select [1, !GetAZs ""]
#         CidrBlock: 10.0.11.0/24
#     terraform: |
#       resource "aws_subnet" "private" {
#         count             = 2
#         vpc_id            = aws_vpc.this.id
#         availability_zone = data.aws_availability_zones.this.names[count.index]
#         cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, 10 + count.index)
#       }
#     cli: |
#       aws ec2 create-subnet --vpc-id VPC --availability-zone ZONE --cidr-block 10.0.11.0/24
#   frameworks:
#     nist-800-53-r5: ["AC-4", "CP-10", "SC-7"]
#     pci-dss-4.0: ["1.4.1", "1.4.4"]
#     soc2: ["A1.2", "CC6.6"]
#     well-architected: ["REL10-BP01", "SEC05-BP01"]
package audit.vpc_tiers

import data.audit.lib.workloads

tiers := {"public": true, "private": false}

zones[key] contains subnet.availability_zone if {
	some tier, public in tiers
	some subnet in input.subnets
	subnet.public == public
	is_string(subnet.availability_zone)
	key := [subnet.vpc_id, tier]
}

subnets_of[vpc_id] contains id if {
	some id, subnet in input.subnets
	vpc_id := subnet.vpc_id
	is_string(vpc_id)
}

deny contains finding if {
	some vpc_id, _ in input.vpcs
	workload := workloads.shown_in(vpc_id)
	some tier, _ in tiers
	found := {zone | some zone in zones[[vpc_id, tier]]}
	count(found) < 2
	own := [["subnets", id, pointer] |
		some id in subnets_of[vpc_id]
		some pointer in ["/public", "/availability_zone"]
	]
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": sprintf("it has %s subnets in %d Availability Zones, expected at least 2", [tier, count(found)]),
		"evidence": array.concat(own, array.concat(workload, [["subnets"]])),
	}
}

applicable contains ["vpcs", id] if {
	some id, _ in input.vpcs
	workloads.shown_in(id)
}

# Subnets may be of any VPC where theirs is not known.
applicable contains ["vpcs", id] if {
	some subnet in input.subnets
	subnet.vpc_id == null
	some id, _ in input.vpcs
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["subnets", id]} if {
	some vpc_id, ids in subnets_of
	some id in ids
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["subnets", id]} if {
	some id, subnet in input.subnets
	subnet.vpc_id == null
	some vpc_id, _ in input.vpcs
}
