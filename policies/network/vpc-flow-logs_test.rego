package audit.vpc_flow_logs_test

import data.audit.vpc_flow_logs

log(changes) := object.union(
	{"resource_id": "vpc", "traffic_type": "ALL", "status": "ACTIVE", "deliver_logs_status": null},
	changes,
)

model(logs) := {"vpcs": {"vpc": {}}, "flow_logs": logs}

findings(logs, traffic) := found if {
	found := vpc_flow_logs.deny with input as model(logs) with data.profile.flow_log_traffic as traffic
}

test_all_traffic_passes if count(findings({"log": log({})}, "ALL")) == 0

test_one_good_log_is_enough if {
	count(findings({"log": log({"traffic_type": "ACCEPT"}), "other": log({})}, "ALL")) == 0
}

test_no_log_fails if {
	some finding in findings({}, "ALL")
	finding.message == "it has no flow log"
	finding.evidence == [["flow_logs"]]
}

test_a_log_of_something_else_does_not_count if {
	count(findings({"log": log({"resource_id": "subnet"})}, "ALL")) == 1
}

test_refused_traffic_is_enough_where_the_profile_says_so if {
	count(findings({"log": log({"traffic_type": "REJECT"})}, "REJECT")) == 0
	some finding in findings({"log": log({"traffic_type": "REJECT"})}, "ALL")
	finding.message == "its flow log log captures REJECT traffic, expected ALL"
}

test_a_log_that_does_not_deliver_fails if {
	some finding in findings({"log": log({"deliver_logs_status": "FAILED"})}, "ALL")
	contains(finding.message, "fails to deliver")
}

test_unknown_traffic_is_in_the_evidence if {
	some finding in findings({"log": log({"traffic_type": null})}, "ALL")
	["flow_logs", "log", "/traffic_type"] in finding.evidence
}
