# METADATA
# title: Load balancers write access logs
# description: >-
#   The access log is the record of every request that came in from the
#   internet: without it an attack can neither be followed nor its extent told.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
# custom:
#   id: alb-logs
#   severity: medium
#   subject: [load_balancers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - load_balancers.load_balancer_type
#     - load_balancers.access_logs_enabled
#     - load_balancers.access_logs_bucket
#   architecture: ["4"]
#   remediation:
#     summary: Turn access logs on, to a bucket that Elastic Load Balancing may write to.
#     cloudformation: |
#       LoadBalancerAttributes:
#         - {Key: access_logs.s3.enabled, Value: "true"}
#         - {Key: access_logs.s3.bucket, Value: !Ref LogBucket}
#     terraform: |
#       access_logs {
#         bucket  = aws_s3_bucket.logs.id
#         enabled = true
#       }
#     cli: |
#       aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET
#   frameworks:
#     aws-fsbp: ["ELB.5"]
#     nist-800-53-r5: ["AC-4(26)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)", "AU-10", "AU-12", "CA-7",
#       "SC-7(9)", "SI-7(8)"]
#     pci-dss-4.0: ["10.2.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP01"]
package audit.alb_logs

import data.audit.lib.balancers

deny contains finding if {
	some id, balancer in balancers.application
	balancer.access_logs_enabled == false
	finding := {
		"subject": ["load_balancers", id],
		"message": "it writes no access logs (access_logs_enabled is false, expected true)",
		"evidence": array.concat([["load_balancers", id, "/access_logs_enabled"]], balancers.type_evidence(id)),
	}
}

deny contains finding if {
	some id, balancer in balancers.application
	balancer.access_logs_enabled == true
	balancer.access_logs_bucket in {null, ""}
	finding := {
		"subject": ["load_balancers", id],
		"message": "its access logs have no bucket",
		"evidence": array.concat([["load_balancers", id, "/access_logs_bucket"]], balancers.type_evidence(id)),
	}
}

applicable contains ["load_balancers", id] if some id, _ in balancers.application
