# METADATA
# title: Access keys are young, and in use
# description: >-
#   A key stays valid wherever it was copied to: the older it is, the more
#   places. One that nobody uses is missed by nobody when it is stolen. Judged
#   are active keys. The profile sets the days: the CIS benchmark asks for 45 of
#   disuse at most.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
# custom:
#   id: iam-key-age
#   severity: medium
#   subject: [iam_access_keys]
#   sources: [live]
#   requires:
#     - iam_access_keys.active
#     - iam_access_keys.last_rotated
#     - iam_access_keys.last_used
#   architecture: ["4"]
#   remediation:
#     summary: Use roles in place of keys; rotate those that stay, and delete those that nobody uses.
#     cli: |
#       aws iam update-access-key --access-key-id KEY --status Inactive --user-name USER
#   frameworks:
#     aws-fsbp: ["IAM.3", "IAM.8"]
#     cis-aws-foundations-3.0: ["1.12", "1.14"]
#     cis-aws-foundations-5.0: ["1.11", "1.13"]
#     nist-800-53-r5: ["AC-2", "AC-3", "AC-6"]
#     pci-dss-4.0: ["8.2.6", "8.3.9", "8.6.3"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP05"]
package audit.iam_key_age

import data.audit.lib.times

access_key_max_age_days := data.profile.access_key_max_age_days

access_key_unused_days := data.profile.access_key_unused_days

subjects := {id: key |
	some id, key in input.iam_access_keys
	key.active != false
}

deny contains finding if {
	some id, key in subjects
	days := times.days_since(key.last_rotated)
	days > access_key_max_age_days
	finding := {
		"subject": ["iam_access_keys", id],
		"message": sprintf("it is %d days old, expected at most %d", [days, access_key_max_age_days]),
		"evidence": [["iam_access_keys", id, "/last_rotated"], ["iam_access_keys", id, "/active"]],
	}
}

deny contains finding if {
	some id, key in subjects
	days := times.days_since(key.last_used)
	days > access_key_unused_days
	finding := {
		"subject": ["iam_access_keys", id],
		"message": sprintf("it was last used %d days ago, expected at most %d", [days, access_key_unused_days]),
		"evidence": [["iam_access_keys", id, "/last_used"], ["iam_access_keys", id, "/active"]],
	}
}

# Never used: its age counts.
deny contains finding if {
	some id, key in subjects
	key.last_used == null
	days := times.days_since(key.last_rotated)
	days > access_key_unused_days
	finding := {
		"subject": ["iam_access_keys", id],
		"message": sprintf("it was never used in %d days, expected use within %d", [days, access_key_unused_days]),
		"evidence": [
			["iam_access_keys", id, "/last_used"],
			["iam_access_keys", id, "/last_rotated"],
			["iam_access_keys", id, "/active"],
		],
	}
}

applicable contains ["iam_access_keys", id] if some id, _ in subjects
