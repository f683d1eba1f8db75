# METADATA
# title: Load balancers redirect port 80 to HTTPS
# description: >-
#   A listener on port 80 is there for clients that do not say HTTPS; all that
#   it may do is send them to port 443. A load balancer without a listener on 80
#   passes.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html
# custom:
#   id: alb-redirect
#   severity: medium
#   subject: [load_balancers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - listeners.load_balancer
#     - listeners.port
#     - listeners.default_actions
#     - listener_rules.listener
#     - listener_rules.actions
#     - load_balancers.load_balancer_type
#   architecture: ["2C"]
#   remediation:
#     summary: Give the listener on port 80 a single redirect action, to HTTPS on port 443.
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::Listener
#       Properties:
#         Protocol: HTTP
#         Port: 80
#         DefaultActions:
#           - Type: redirect
#             RedirectConfig: {Protocol: HTTPS, Port: "443", StatusCode: HTTP_301}
#     terraform: |
#       default_action {
#         type = "redirect"
#         redirect {
#           protocol    = "HTTPS"
#           port        = "443"
#           status_code = "HTTP_301"
#         }
#       }
#     cli: |
#       aws elbv2 modify-listener --listener-arn ARN --default-actions 'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'
#   frameworks:
#     aws-fsbp: ["ELB.1"]
#     nist-800-53-r5: ["AC-4", "AC-17(2)", "IA-5(1)", "SC-7(4)", "SC-8", "SC-12(3)", "SC-13",
#       "SC-23", "SI-7(6)"]
#     pci-dss-4.0: ["4.2.1"]
#     soc2: ["CC6.7"]
#     well-architected: ["SEC09-BP02"]
package audit.alb_redirect

import data.audit.lib.balancers
import data.audit.lib.listener_actions
import data.audit.lib.listeners
import data.audit.lib.text

# Actions on port 80: [load balancer, listener, collection, holder, pointer, action].
plain contains [balancer_id, id, collection, holder, pointer, action] if {
	some [id, collection, holder, pointer, action] in listener_actions.declared
	listener := input.listeners[id]
	listener.port == 80
	balancer_id := listener.load_balancer
	balancers.application[balancer_id]
}

evidence(balancer_id, id, collection, holder, pointer) := [
	[collection, holder, pointer],
	["listeners", id, "/port"],
	["listeners", id, "/load_balancer"],
	["load_balancers", balancer_id, "/load_balancer_type"],
]

deny contains finding if {
	some [balancer_id, id, collection, holder, pointer, action] in plain
	action.action_type != "redirect"
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf(
			"its listener %s on port 80 has the action %s, expected a redirect to HTTPS 443",
			[id, text.shown(action.action_type)],
		),
		"evidence": evidence(balancer_id, id, collection, holder, sprintf("%s/action_type", [pointer])),
	}
}

deny contains finding if {
	some [balancer_id, id, collection, holder, pointer, action] in plain
	action.action_type == "redirect"
	some name, expected in {"redirect_protocol": "HTTPS", "redirect_port": "443"}
	action[name] != expected
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf(
			"its listener %s on port 80 redirects with %s %s, expected %s",
			[id, name, text.shown(action[name]), expected],
		),
		"evidence": evidence(balancer_id, id, collection, holder, sprintf("%s/%s", [pointer, name])),
	}
}

applicable contains ["load_balancers", id] if some id, _ in balancers.application

depends contains {"subject": ["load_balancers", balancer_id], "on": [collection, id]} if {
	some [balancer_id, collection, id] in listeners.parts
}
