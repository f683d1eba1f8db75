package audit.cloudtrail_encrypted_test

import data.audit.cloudtrail_encrypted

findings(value) := found if {
	found := cloudtrail_encrypted.deny with input as {"cloudtrail_trails": {"t": {"kms_key_id": value}}}
}

test_set_passes if count(findings("key")) == 0

test_not_set_fails if {
	some finding in findings(null)
	finding.subject == ["cloudtrail_trails", "t"]
	finding.evidence == [["cloudtrail_trails", "t", "/kms_key_id"]]
}

test_null_rests_on_the_attribute if count(findings(null)) == 1
