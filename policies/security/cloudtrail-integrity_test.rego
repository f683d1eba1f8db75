package audit.cloudtrail_integrity_test

import data.audit.cloudtrail_integrity

findings(value) := found if {
	found := cloudtrail_integrity.deny with input as {"cloudtrail_trails": {"t": {"log_file_validation_enabled": value}}}
}

test_set_passes if count(findings(true)) == 0

test_not_set_fails if {
	some finding in findings(false)
	finding.subject == ["cloudtrail_trails", "t"]
	finding.evidence == [["cloudtrail_trails", "t", "/log_file_validation_enabled"]]
}

test_null_rests_on_the_attribute if count(findings(null)) == 0
