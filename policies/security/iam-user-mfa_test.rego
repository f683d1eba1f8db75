package audit.iam_user_mfa_test

import data.audit.iam_user_mfa

findings(password, mfa) := found if {
	found := iam_user_mfa.deny with input as {"iam_users": {"u": {"password_enabled": password, "mfa_active": mfa}}}
}

test_mfa_passes if count(findings(true, true)) == 0

test_no_mfa_fails if {
	some finding in findings(true, false)
	finding.evidence == [["iam_users", "u", "/mfa_active"], ["iam_users", "u", "/password_enabled"]]
}

test_without_a_password_not_judged if count(findings(false, false)) == 0

test_unknown_is_no_finding if count(findings(true, null)) == 0
