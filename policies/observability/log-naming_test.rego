package audit.log_naming_test

import data.audit.log_naming

profile := {"log_group_pattern": `^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.#-]+)+$`}

model(name) := {"log_groups": {"app": {"log_group_name": name}}}

test_conventional_names_pass if {
	every name in ["/ecs/orders", "/aws/rds/instance/orders/error"] {
		count(log_naming.deny) == 0 with input as model(name) with data.profile as profile
	}
}

test_other_names_fail if {
	every name in ["orders", "/orders", "/ecs/", "ecs/orders"] {
		count(log_naming.deny) == 1 with input as model(name) with data.profile as profile
	}
}

test_message_names_both if {
	some finding in log_naming.deny with input as model("orders") with data.profile as {"log_group_pattern": "^/x$"}
	finding.message == "its name orders does not match the profile's pattern ^/x$"
	finding.evidence == [["log_groups", "app", "/log_group_name"]]
}

test_unknown_name_rests_on_the_name if {
	some finding in log_naming.deny with input as model(null) with data.profile as profile
	finding.evidence == [["log_groups", "app", "/log_group_name"]]
}
