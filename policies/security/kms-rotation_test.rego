package audit.kms_rotation_test

import data.audit.kms_rotation

model(changes) := {"kms_keys": {"data": object.union(
	{
		"key_manager": "CUSTOMER",
		"key_state": "Enabled",
		"key_spec": "SYMMETRIC_DEFAULT",
		"key_usage": "ENCRYPT_DECRYPT",
		"origin": "AWS_KMS",
		"rotation_enabled": true,
	},
	changes,
)}}

test_rotating_key_passes if {
	count(kms_rotation.deny) == 0 with input as model({})
	kms_rotation.applicable == {["kms_keys", "data"]} with input as model({})
}

test_key_without_rotation_fails if {
	some finding in kms_rotation.deny with input as model({"rotation_enabled": false})
	finding.message == "automatic rotation is off (rotation_enabled is false, expected true)"
	finding.evidence[0] == ["kms_keys", "data", "/rotation_enabled"]
}

test_other_keys_are_not_judged if {
	every changes in [
		{"key_manager": "AWS"},
		{"key_state": "PendingDeletion"},
		{"key_spec": "RSA_2048"},
		{"key_usage": "GENERATE_VERIFY_MAC"},
		{"origin": "EXTERNAL"},
	] {
		off := model(object.union({"rotation_enabled": false}, changes))
		count(kms_rotation.applicable) == 0 with input as off
		count(kms_rotation.deny) == 0 with input as off
	}
}

test_unknown_kind_is_judged_and_rests_on_it if {
	changes := {"key_manager": null, "rotation_enabled": false}
	count(kms_rotation.applicable) == 1 with input as model(changes)
	some finding in kms_rotation.deny with input as model(changes)
	["kms_keys", "data", "/key_manager"] in finding.evidence
}

test_unknown_rotation_rests_on_it if {
	some finding in kms_rotation.deny with input as model({"rotation_enabled": null})
	finding.evidence[0] == ["kms_keys", "data", "/rotation_enabled"]
}
