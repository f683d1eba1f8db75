package audit.log_encrypted_test

import data.audit.log_encrypted

required := {"log_encryption_required": true}

model(key) := {"log_groups": {"app": {"kms_key_id": key}}}

test_key_passes if {
	count(log_encrypted.deny) == 0 with input as model("key") with data.profile as required
	log_encrypted.applicable == {["log_groups", "app"]} with input as model("key") with data.profile as required
}

test_no_key_rests_on_the_key if {
	some finding in log_encrypted.deny with input as model(null) with data.profile as required
	finding.evidence == [["log_groups", "app", "/kms_key_id"]]
}

test_not_judged_unless_the_profile_asks if {
	profile := {"log_encryption_required": false}
	count(log_encrypted.deny) == 0 with input as model(null) with data.profile as profile
	count(log_encrypted.applicable) == 0 with input as model(null) with data.profile as profile
}
