package audit.cloudtrail_cloudwatch_test

import data.audit.cloudtrail_cloudwatch

findings(value) := found if {
	found := cloudtrail_cloudwatch.deny with input as {"cloudtrail_trails": {"t": {"cloud_watch_logs_log_group": value}}}
}

test_set_passes if count(findings("group")) == 0

test_not_set_fails if {
	some finding in findings(null)
	finding.subject == ["cloudtrail_trails", "t"]
	finding.evidence == [["cloudtrail_trails", "t", "/cloud_watch_logs_log_group"]]
}

test_null_rests_on_the_attribute if count(findings(null)) == 1
