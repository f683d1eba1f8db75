# METADATA
# title: Users with console access have MFA
# description: >-
#   A password alone is guessed, phished or found in a leak. With a second
#   factor none of these is enough.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
# custom:
#   id: iam-user-mfa
#   severity: high
#   subject: [iam_users]
#   sources: [live]
#   requires:
#     - iam_users.password_enabled
#     - iam_users.mfa_active
#   architecture: ["4"]
#   remediation:
#     summary: Have the user register an MFA device, or take the password away.
#     cli: |
#       aws iam enable-mfa-device --user-name USER --serial-number ARN --authentication-code1 CODE --authentication-code2 NEXT_CODE
#       aws iam delete-login-profile --user-name USER
#   frameworks:
#     aws-fsbp: ["IAM.5"]
#     cis-aws-foundations-3.0: ["1.10"]
#     cis-aws-foundations-5.0: ["1.9"]
#     nist-800-53-r5: ["AC-2(1)", "AC-3(15)", "IA-2(1)", "IA-2(2)", "IA-2(6)", "IA-2(8)"]
#     pci-dss-4.0: ["8.4.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP01"]
package audit.iam_user_mfa

subjects := {id: user |
	some id, user in input.iam_users
	user.password_enabled != false
}

deny contains finding if {
	some id, user in subjects
	user.mfa_active == false
	finding := {
		"subject": ["iam_users", id],
		"message": "it signs in to the console without MFA (mfa_active is false, expected true)",
		"evidence": [["iam_users", id, "/mfa_active"], ["iam_users", id, "/password_enabled"]],
	}
}

applicable contains ["iam_users", id] if some id, _ in subjects
