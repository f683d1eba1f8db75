package audit.alb_hardened_test

import data.audit.alb_hardened

model(changes) := {"load_balancers": {"alb": object.union(
	{
		"load_balancer_type": "application",
		"drop_invalid_header_fields_enabled": true,
		"deletion_protection_enabled": true,
	},
	changes,
)}}

findings(changes) := found if {
	found := alb_hardened.deny with input as model(changes)
}

test_hardened_passes if count(findings({})) == 0

test_each_setting_fails if {
	some finding in findings({"deletion_protection_enabled": false})
	finding.message == "it can be deleted (deletion_protection_enabled is false, expected true)"
	count(findings({"deletion_protection_enabled": false, "drop_invalid_header_fields_enabled": false})) == 2
}

test_unknown_is_no_finding if count(findings({"deletion_protection_enabled": null})) == 0
