# METADATA
# title: Load balancers forward HTTPS only, with a current TLS policy
# description: >-
#   Requests over plain HTTP can be read and changed on their way, passwords and
#   sessions among them. An old TLS policy takes versions and ciphers that are
#   broken. Judged is each listener that does more than redirect or give a fixed
#   response.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
# custom:
#   id: alb-https
#   severity: critical
#   subject: [load_balancers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - listeners.load_balancer
#     - listeners.protocol
#     - listeners.default_actions
#     - listener_rules.listener
#     - listener_rules.actions
#     - load_balancers.load_balancer_type
#     - listeners.ssl_policy
#     - listeners.certificates
#   architecture: ["2B"]
#   remediation:
#     summary: Forward from an HTTPS listener with an ACM certificate and a TLS 1.2 or 1.3 policy; redirect from HTTP.
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::Listener
#       Properties:
#         Protocol: HTTPS
#         Port: 443
#         SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
#         Certificates: [{CertificateArn: !Ref Certificate}]
#     terraform: |
#       protocol        = "HTTPS"
#       port            = 443
#       ssl_policy      = "ELBSecurityPolicy-TLS13-1-2-2021-06"
#       certificate_arn = aws_acm_certificate.this.arn
#     cli: |
#       aws elbv2 modify-listener --listener-arn ARN --protocol HTTPS --port 443 --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06 --certificates CertificateArn=ARN
#   frameworks:
#     aws-fsbp: ["ELB.17", "ELB.18"]
#     nist-800-53-r5: ["AC-4", "AC-17(2)", "IA-5(1)", "SC-7(4)", "SC-8", "SC-12(3)", "SC-13",
#       "SC-23", "SI-7(6)"]
#     pci-dss-4.0: ["4.2.1"]
#     soc2: ["CC6.1", "CC6.7"]
#     well-architected: ["SEC09-BP02"]
package audit.alb_https

import data.audit.lib.balancers
import data.audit.lib.listener_actions
import data.audit.lib.listeners
import data.audit.lib.text

tls_policies := data.profile.tls_policies

# Actions that pass no request on; after those that check who asks, another does.
harmless := {"redirect", "fixed-response", "authenticate-cognito", "authenticate-oidc", "jwt-validation"}

# Listeners that pass requests on: [load balancer, listener, what shows it].
forwarding contains [balancer_id, id, evidence] if {
	some [id, collection, holder, pointer, action] in listener_actions.declared
	not action.action_type in harmless
	balancer_id := input.listeners[id].load_balancer
	balancers.application[balancer_id]
	evidence := [
		[collection, holder, sprintf("%s/action_type", [pointer])],
		["listeners", id, "/load_balancer"],
		["load_balancers", balancer_id, "/load_balancer_type"],
	]
}

deny contains finding if {
	some [balancer_id, id, evidence] in forwarding
	listener := input.listeners[id]
	listener.protocol != "HTTPS"
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf("its listener %s forwards %s on port %v, expected HTTPS", [id, text.shown(listener.protocol), listener.port]),
		"evidence": array.concat([["listeners", id, "/protocol"]], evidence),
	}
}

deny contains finding if {
	some [balancer_id, id, evidence] in forwarding
	listener := input.listeners[id]
	listener.protocol == "HTTPS"
	not is_current(listener.ssl_policy)
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf(
			"the TLS policy of its listener %s is %s, expected one of %s",
			[id, text.shown(listener.ssl_policy), concat(", ", tls_policies)],
		),
		"evidence": array.concat([["listeners", id, "/ssl_policy"], ["listeners", id, "/protocol"]], evidence),
	}
}

deny contains finding if {
	some [balancer_id, id, evidence] in forwarding
	listener := input.listeners[id]
	listener.protocol == "HTTPS"
	count(listener.certificates) == 0
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf("its listener %s has no certificate, expected one of ACM", [id]),
		"evidence": array.concat([["listeners", id, "/certificates"], ["listeners", id, "/protocol"]], evidence),
	}
}

deny contains finding if {
	some [balancer_id, id, evidence] in forwarding
	input.listeners[id].protocol == "HTTPS"
	some index, certificate in input.listeners[id].certificates
	contains(certificate, ":server-certificate/")
	finding := {
		"subject": ["load_balancers", balancer_id],
		"message": sprintf("the certificate %s of its listener %s is IAM's, which nobody renews; expected one of ACM", [certificate, id]),
		"evidence": array.concat([["listeners", id, sprintf("/certificates/%d", [index])], ["listeners", id, "/protocol"]], evidence),
	}
}

is_current(policy) if {
	policy != null
	some pattern in tls_policies
	pattern == policy
}

is_current(policy) if {
	policy != null
	some pattern in tls_policies
	endswith(pattern, "*")
	startswith(policy, trim_suffix(pattern, "*"))
}

applicable contains ["load_balancers", id] if some id, _ in balancers.application

depends contains {"subject": ["load_balancers", balancer_id], "on": [collection, id]} if {
	some [balancer_id, collection, id] in listeners.parts
}
