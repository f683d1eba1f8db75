# METADATA
# title: Internet-facing load balancers are in public subnets of two zones
# description: >-
#   An internet-facing load balancer whose subnets have no route to an internet
#   gateway answers nobody, or only some clients; one in a single zone is gone
#   with it.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
# custom:
#   id: alb-public-subnets
#   severity: medium
#   subject: [load_balancers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - load_balancers.load_balancer_type
#     - load_balancers.scheme
#     - load_balancers.subnet_ids
#     - subnets.public
#     - subnets.availability_zone
#   architecture: ["2B"]
#   remediation:
#     summary: Put the load balancer into public subnets of at least two Availability Zones.
#     cloudformation: |
#       Subnets: [!Ref PublicSubnetA, !Ref PublicSubnetB]
#     terraform: |
#       subnets = aws_subnet.public[*].id
#     cli: |
#       aws elbv2 set-subnets --load-balancer-arn ARN --subnets SUBNET_A SUBNET_B
#   frameworks:
#     aws-fsbp: ["ELB.13"]
#     nist-800-53-r5: ["CP-6(2)", "CP-10", "SC-5(2)", "SC-7", "SC-36", "SI-13(5)"]
#     soc2: ["A1.2"]
#     well-architected: ["REL10-BP01"]
package audit.alb_public_subnets

import data.audit.lib.balancers

deny contains finding if {
	some id, balancer in balancers.facing
	some index, subnet_id in balancer.subnet_ids
	input.subnets[subnet_id].public == false
	finding := {
		"subject": ["load_balancers", id],
		"message": sprintf("its subnet %s is private, expected public subnets", [subnet_id]),
		"evidence": array.concat(
			[["load_balancers", id, sprintf("/subnet_ids/%d", [index])], ["subnets", subnet_id, "/public"]],
			balancers.facing_evidence(id),
		),
	}
}

zones[id] := {zone |
	some subnet_id in balancer.subnet_ids
	zone := input.subnets[subnet_id].availability_zone
	zone != null
} if {
	some id, balancer in balancers.facing
}

deny contains finding if {
	some id, balancer in balancers.facing
	count(zones[id]) < 2
	seen := [["subnets", subnet_id, "/availability_zone"] |
		some subnet_id in balancer.subnet_ids
		input.subnets[subnet_id]
	]
	finding := {
		"subject": ["load_balancers", id],
		"message": sprintf("its subnets are in %d Availability Zones, expected at least 2", [count(zones[id])]),
		"evidence": array.concat([["load_balancers", id, "/subnet_ids"]], array.concat(seen, balancers.facing_evidence(id))),
	}
}

applicable contains ["load_balancers", id] if some id, _ in balancers.facing

depends contains {"subject": ["load_balancers", id], "on": ["subnets", subnet_id]} if {
	some id, balancer in balancers.facing
	some subnet_id in balancer.subnet_ids
}
