# METADATA
# title: Groups of internet-facing load balancers admit 443 and 80 only
# description: >-
#   The load balancer's group is the one that is open to the world, so it must
#   open nothing more than the two ports that its listeners have. Judged are the
#   groups that internet-facing application load balancers carry.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
# custom:
#   id: alb-sg-ingress
#   severity: high
#   subject: [security_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - security_groups.ingress.protocol
#     - security_groups.ingress.from_port
#     - security_groups.ingress.to_port
#     - security_groups.used_by
#     - load_balancers.load_balancer_type
#     - load_balancers.scheme
#   architecture: ["2C"]
#   remediation:
#     summary: Take out every rule for other ports than TCP 443 and 80.
#     cloudformation: |
#       SecurityGroupIngress:
#         - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
#         - {IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}
#     terraform: |
#       resource "aws_vpc_security_group_ingress_rule" "https" {
#         security_group_id = aws_security_group.load_balancer.id
#         cidr_ipv4         = "0.0.0.0/0"
#         ip_protocol       = "tcp"
#         from_port         = 443
#         to_port           = 443
#       }
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#   frameworks:
#     aws-fsbp: ["EC2.18"]
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1"]
#     soc2: ["CC6.1", "CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.alb_sg_ingress

import data.audit.lib.balancers
import data.audit.lib.carriers
import data.audit.lib.security_groups

# Groups of internet-facing load balancers, with one of these.
judged := {id: first |
	some id in carriers.by_collection.load_balancers
	found := {user.id |
		some user in input.security_groups[id].used_by
		user.collection == "load_balancers"
		balancers.facing[user.id]
	}
	first := min(found)
}

is_web(rule) if {
	rule.protocol in {"tcp", "6"}
	rule.from_port == rule.to_port
	rule.from_port in {80, 443}
}

deny contains finding if {
	some id, balancer_id in judged
	some index, rule in input.security_groups[id].ingress
	not is_web(rule)
	finding := {
		"subject": ["security_groups", id],
		"message": sprintf("it admits %s to the load balancer %s, expected tcp 443 and 80 only", [security_groups.ports_text(rule), balancer_id]),
		"evidence": array.concat(
			security_groups.ports_evidence(id, "ingress", index),
			array.concat([["security_groups", id, "/used_by"]], balancers.facing_evidence(balancer_id)),
		),
	}
}

applicable contains ["security_groups", id] if some id, _ in judged

# A group without a carrier may belong to a load balancer that is not known.
applicable contains ["security_groups", id] if {
	some id, group in input.security_groups
	group.used_by == []
	not group.is_default
}

depends contains {"subject": ["security_groups", id], "on": ["load_balancers", balancer_id]} if some id, balancer_id in judged
