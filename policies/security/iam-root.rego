# METADATA
# title: Root has MFA and no keys, and is not used
# description: >-
#   Root may do everything, and no policy of the account limits it. It is for
#   the few tasks that nothing else can do: behind MFA, without keys, and
#   otherwise at rest.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
# custom:
#   id: iam-root
#   severity: critical
#   subject: [accounts]
#   sources: [live]
#   requires:
#     - accounts.root_mfa_enabled
#     - accounts.root_access_keys_present
#     - accounts.root_last_used
#   architecture: ["4"]
#   remediation:
#     summary: Register MFA for root, delete its access keys, and use roles for daily work.
#     cli: |
#       aws iam list-virtual-mfa-devices --assignment-status Assigned
#       aws iam get-account-summary --query SummaryMap.AccountAccessKeysPresent
#   frameworks:
#     aws-fsbp: ["IAM.4"]
#     cis-aws-foundations-3.0: ["1.4", "1.5", "1.7"]
#     cis-aws-foundations-5.0: ["1.3", "1.4", "1.6"]
#     nist-800-53-r5: ["AC-2(1)", "AC-3(7)", "AC-3(15)", "AC-6", "IA-2"]
#     pci-dss-4.0: ["7.2.2", "8.4.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC01-BP02"]
package audit.iam_root

import data.audit.lib.times

root_unused_days := data.profile.root_unused_days

deny contains finding if {
	some id, account in input.accounts
	account.root_mfa_enabled == false
	finding := {
		"subject": ["accounts", id],
		"message": "root has no MFA (root_mfa_enabled is false, expected true)",
		"evidence": [["accounts", id, "/root_mfa_enabled"]],
	}
}

deny contains finding if {
	some id, account in input.accounts
	account.root_access_keys_present == true
	finding := {
		"subject": ["accounts", id],
		"message": "root has access keys (root_access_keys_present is true, expected false)",
		"evidence": [["accounts", id, "/root_access_keys_present"]],
	}
}

deny contains finding if {
	some id, account in input.accounts
	days := times.days_since(account.root_last_used)
	days < root_unused_days
	finding := {
		"subject": ["accounts", id],
		"message": sprintf("root was used %d days ago (%s), expected %d or more", [days, account.root_last_used, root_unused_days]),
		"evidence": [["accounts", id, "/root_last_used"]],
	}
}
