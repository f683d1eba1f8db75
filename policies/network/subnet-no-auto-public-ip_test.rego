package audit.subnet_no_auto_public_ip_test

import data.audit.subnet_no_auto_public_ip

findings(value) := found if {
	found := subnet_no_auto_public_ip.deny with input as {"subnets": {"s": {"map_public_ip_on_launch": value}}}
}

test_off_passes if count(findings(false)) == 0

test_on_fails if {
	some finding in findings(true)
	finding.subject == ["subnets", "s"]
	finding.evidence == [["subnets", "s", "/map_public_ip_on_launch"]]
}

test_unknown_is_no_finding if count(findings(null)) == 0
