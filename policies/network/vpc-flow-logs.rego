# METADATA
# title: VPCs record their traffic in flow logs
# description: >-
#   Without flow logs nobody can tell afterwards who reached what. A log of
#   accepted traffic alone misses the scans and the refused attempts; one that
#   fails to deliver records nothing.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
# custom:
#   id: vpc-flow-logs
#   severity: high
#   subject: [vpcs]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - flow_logs.resource_id
#     - flow_logs.traffic_type
#     - flow_logs.status
#     - flow_logs.deliver_logs_status
#   architecture: ["4"]
#   remediation:
#     summary: Add a flow log for the VPC that captures ALL traffic, with a role that may write to its destination.
#     cloudformation: |
#       Type: AWS::EC2::FlowLog
#       Properties:
#         ResourceId: !Ref Vpc
#         ResourceType: VPC
#         TrafficType: ALL
#         LogGroupName: !Ref FlowLogGroup
#         DeliverLogsPermissionArn: !GetAtt FlowLogRole.Arn
#     terraform: |
#       resource "aws_flow_log" "vpc" {
#         vpc_id          = aws_vpc.this.id
#         traffic_type    = "ALL"
#         log_destination = aws_cloudwatch_log_group.flow.arn
#         iam_role_arn    = aws_iam_role.flow.arn
#       }
#     cli: |
#       aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC --traffic-type ALL --log-group-name GROUP --deliver-logs-permission-arn ROLE
#   frameworks:
#     aws-fsbp: ["EC2.6"]
#     cis-aws-foundations-3.0: ["3.7"]
#     cis-aws-foundations-5.0: ["3.7"]
#     nist-800-53-r5: ["AC-4(26)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)", "AU-12", "CA-7", "SI-7(8)"]
#     pci-dss-4.0: ["10.2.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP01"]
package audit.vpc_flow_logs

flow_log_traffic := data.profile.flow_log_traffic

wanted := {"ALL", flow_log_traffic}

logs[vpc_id] contains id if {
	some id, log in input.flow_logs
	vpc_id := log.resource_id
	input.vpcs[vpc_id]
}

# Logs with which a VPC is well.
good[vpc_id] contains id if {
	some vpc_id, ids in logs
	some id in ids
	log := input.flow_logs[id]
	log.traffic_type in wanted
	log.status == "ACTIVE"
	log.deliver_logs_status != "FAILED"
}

problem(log) := sprintf("captures %v traffic, expected %s", [log.traffic_type, flow_log_traffic]) if {
	not log.traffic_type in wanted
} else := "fails to deliver (deliver_logs_status is FAILED)" if {
	log.deliver_logs_status == "FAILED"
} else := sprintf("is not active (status is %v)", [log.status])

deny contains finding if {
	some vpc_id, _ in input.vpcs
	not logs[vpc_id]
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": "it has no flow log",
		"evidence": [["flow_logs"]],
	}
}

deny contains finding if {
	some vpc_id, ids in logs
	not good[vpc_id]
	some first in [min(ids)]
	own := [["flow_logs", id, pointer] |
		some id in ids
		some pointer in ["/traffic_type", "/status", "/deliver_logs_status"]
	]
	finding := {
		"subject": ["vpcs", vpc_id],
		"message": sprintf("its flow log %s %s", [first, problem(input.flow_logs[first])]),
		"evidence": array.concat(own, [["flow_logs"]]),
	}
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["flow_logs", id]} if {
	some vpc_id, ids in good
	some id in ids
}

depends contains {"subject": ["vpcs", vpc_id], "on": ["flow_logs", id]} if {
	some vpc_id, ids in logs
	not good[vpc_id]
	some id in ids
}
