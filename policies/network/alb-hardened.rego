# METADATA
# title: Load balancers drop invalid headers and refuse deletion
# description: >-
#   Headers that are not valid are how request smuggling begins: load balancer
#   and application read them differently. Deletion protection keeps the one
#   entry from being deleted by mistake.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
# custom:
#   id: alb-hardened
#   severity: low
#   subject: [load_balancers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - load_balancers.load_balancer_type
#     - load_balancers.drop_invalid_header_fields_enabled
#     - load_balancers.deletion_protection_enabled
#   architecture: ["+"]
#   remediation:
#     summary: Turn on dropping of invalid header fields and deletion protection.
#     cloudformation: |
#       LoadBalancerAttributes:
#         - {Key: routing.http.drop_invalid_header_fields.enabled, Value: "true"}
#         - {Key: deletion_protection.enabled, Value: "true"}
#     terraform: |
#       drop_invalid_header_fields = true
#       enable_deletion_protection = true
#     cli: |
#       aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=routing.http.drop_invalid_header_fields.enabled,Value=true Key=deletion_protection.enabled,Value=true
#   frameworks:
#     aws-fsbp: ["ELB.4", "ELB.6"]
#     nist-800-53-r5: ["CA-9(1)", "CM-2", "CM-3", "SC-5(2)", "SC-7(4)", "SC-8(2)"]
#     pci-dss-4.0: ["6.2.4"]
#     soc2: ["CC6.6"]
package audit.alb_hardened

import data.audit.lib.balancers

settings := {
	"drop_invalid_header_fields_enabled": "it passes invalid header fields on",
	"deletion_protection_enabled": "it can be deleted",
}

deny contains finding if {
	some id, balancer in balancers.application
	some name, consequence in settings
	balancer[name] == false
	finding := {
		"subject": ["load_balancers", id],
		"message": sprintf("%s (%s is false, expected true)", [consequence, name]),
		"evidence": array.concat([["load_balancers", id, sprintf("/%s", [name])]], balancers.type_evidence(id)),
	}
}

applicable contains ["load_balancers", id] if some id, _ in balancers.application
