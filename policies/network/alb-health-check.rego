# METADATA
# title: Target groups check the health of their targets
# description: >-
#   Without a health check that asks the application itself, and takes only
#   success for an answer, the load balancer goes on sending requests to targets
#   that cannot serve them. Judged are HTTP and HTTPS target groups, other than
#   those of functions.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
# custom:
#   id: alb-health-check
#   severity: medium
#   subject: [target_groups]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - target_groups.target_type
#     - target_groups.protocol
#     - target_groups.health_check_enabled
#     - target_groups.health_check_path
#     - target_groups.matcher
#   architecture: ["1A", "2B"]
#   remediation:
#     summary: Turn the health check on, with a path that the application answers and 200-399 at most as the matcher.
#     cloudformation: |
#       HealthCheckEnabled: true
#       HealthCheckPath: /health
#       Matcher: {HttpCode: "200"}
#     terraform: |
#       health_check {
#         path    = "/health"
#         matcher = "200"
#       }
#     cli: |
#       aws elbv2 modify-target-group --target-group-arn ARN --health-check-enabled --health-check-path /health --matcher HttpCode=200
#   frameworks:
#     nist-800-53-r5: ["CA-7", "CP-2(2)"]
#     soc2: ["A1.2"]
#     well-architected: ["REL11-BP01"]
package audit.alb_health_check

import data.audit.lib.text

subjects := {id: group |
	some id, group in input.target_groups
	group.target_type != "lambda"
	group.protocol in {"HTTP", "HTTPS", null}
}

own(id) := [["target_groups", id, "/protocol"], ["target_groups", id, "/target_type"]]

deny contains finding if {
	some id, group in subjects
	group.health_check_enabled == false
	finding := {
		"subject": ["target_groups", id],
		"message": "its health check is off (health_check_enabled is false, expected true)",
		"evidence": array.concat([["target_groups", id, "/health_check_enabled"]], own(id)),
	}
}

deny contains finding if {
	some id, group in subjects
	some name, expected in {"health_check_path": "a path", "matcher": "success codes"}
	not has_text(group[name])
	finding := {
		"subject": ["target_groups", id],
		"message": sprintf("its health check's %s is %s, expected %s", [name, text.shown(group[name]), expected]),
		"evidence": array.concat([["target_groups", id, sprintf("/%s", [name])]], own(id)),
	}
}

has_text(value) if {
	value != null
	value != ""
}

# Codes of 400 and more are errors; those of gRPC are below 100.
deny contains finding if {
	some id, group in subjects
	group.matcher != null
	codes := {to_number(code) |
		some part in split(group.matcher, ",")
		some text_code in split(part, "-")
		code := trim_space(text_code)
		regex.match(`^[0-9]+$`, code)
	}
	max(codes) >= 400
	finding := {
		"subject": ["target_groups", id],
		"message": sprintf("its health check takes %s for healthy, expected codes below 400 only", [group.matcher]),
		"evidence": array.concat([["target_groups", id, "/matcher"]], own(id)),
	}
}

applicable contains ["target_groups", id] if some id, _ in subjects
