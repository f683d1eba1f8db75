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

import data.audit.lib.occupied
import data.audit.lib.workloads

tiers := {"public": true, "private": false}

# The zones of each VPC: [whether its subnet is public, zone].
zones[vpc_id] contains [subnet.public, subnet.availability_zone] if {
	some subnet in input.subnets
	subnet.availability_zone != null
	vpc_id := subnet.vpc_id
}

subnets_of[vpc_id] contains id if {
	some id, subnet in input.subnets
	vpc_id := subnet.vpc_id
	vpc_id != null
}

deny contains finding if {
	some vpc_id in occupied.vpcs
	some tier, public in tiers
	found := {zone | some [is_public, zone] in zones[vpc_id]; is_public == public}
	count(found) < 2
	own := [["subnets", id, pointer] |
		some id in subnets_of[vpc_id]
		some pointer in ["/public", "/availability_zone"]
	]
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": sprintf("it has %s subnets in %d Availability Zones, expected at least 2", [tier, count(found)]),
		"evidence": array.concat(own, array.concat(workloads.evidence(vpc_id), [["subnets"]])),
	}
}

applicable contains ["vpcs", id] if some id in occupied.vpcs

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
