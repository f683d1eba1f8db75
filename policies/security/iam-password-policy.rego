# METADATA
# title: The password policy asks for long passwords and no reuse
# description: >-
#   Short passwords are guessed, and one that may be used again comes back after
#   each forced change. The profile sets how many must be remembered: the CIS
#   benchmark asks for 24, PCI DSS for 4.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   id: iam-password-policy
#   severity: medium
#   subject: [accounts]
#   sources: [live, terraform]
#   requires:
#     - accounts.password_policy
#   architecture: ["4"]
#   remediation:
#     summary: Set a password policy with the minimum length and reuse prevention.
#     terraform: |
#       resource "aws_iam_account_password_policy" "this" {
#         minimum_password_length   = 14
#         password_reuse_prevention = 24
#       }
#     cli: |
#       aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24
#   frameworks:
#     aws-fsbp: ["IAM.7"]
#     cis-aws-foundations-3.0: ["1.8", "1.9"]
#     cis-aws-foundations-5.0: ["1.7", "1.8"]
#     nist-800-53-r5: ["AC-2(1)", "AC-2(3)", "AC-3(15)", "IA-5"]
#     pci-dss-4.0: ["8.3.6", "8.3.7"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP01"]
package audit.iam_password_policy

password_minimum_length := data.profile.password_minimum_length

password_reuse_prevention := data.profile.password_reuse_prevention

deny contains finding if {
	some id, account in input.accounts
	account.password_policy == null
	finding := {
		"subject": ["accounts", id],
		"message": "it has no password policy",
		"evidence": [["accounts", id, "/password_policy"]],
	}
}

deny contains finding if {
	some id, account in input.accounts
	length := account.password_policy.minimum_password_length
	is_number(length)
	length < password_minimum_length
	finding := {
		"subject": ["accounts", id],
		"message": sprintf("it allows passwords of %d characters, expected at least %d", [length, password_minimum_length]),
		"evidence": [["accounts", id, "/password_policy/minimum_password_length"]],
	}
}

deny contains finding if {
	some id, account in input.accounts
	is_object(account.password_policy)
	reuse := account.password_policy.password_reuse_prevention
	not remembers(reuse)
	finding := {
		"subject": ["accounts", id],
		"message": sprintf(
			"it remembers %v passwords that must not be used again (password_reuse_prevention), expected at least %d",
			[number(reuse), password_reuse_prevention],
		),
		"evidence": [["accounts", id, "/password_policy/password_reuse_prevention"]],
	}
}

remembers(reuse) if {
	is_number(reuse)
	reuse >= password_reuse_prevention
}

number(reuse) := 0 if not is_number(reuse)

number(reuse) := reuse if is_number(reuse)
