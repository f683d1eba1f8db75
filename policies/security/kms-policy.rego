# METADATA
# title: KMS keys are open to known accounts only
# description: >-
#   A key policy decides by itself who may use a key; naming everyone or a foreign
#   account lets them decrypt whatever the key protects. Accounts that the
#   profile trusts are allowed; keys that AWS manages are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
# custom:
#   id: kms-policy
#   severity: critical
#   subject: [kms_keys]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - kms_keys.key_manager
#     - kms_keys.access.public
#     - kms_keys.access.foreign_grants
#   architecture: ["4"]
#   remediation:
#     summary: Name principals of the account instead of everyone, or bind the statement with kms:CallerAccount; list accounts that are meant in the profile's trusted_accounts.
#     cloudformation: |
#       - Effect: Allow
#         Principal:
#           AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root
#         Action: kms:*
#         Resource: "*"
#     terraform: |
#       statement {
#         actions   = ["kms:*"]
#         resources = ["*"]
#         principals {
#           type        = "AWS"
#           identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
#         }
#       }
#     cli: |
#       aws kms put-key-policy --key-id ID --policy file://policy.json
#   frameworks:
#     aws-fsbp: ["KMS.5"]
#     nist-800-53-r5: ["AC-3", "AC-6", "SC-12"]
#     pci-dss-4.0: ["3.6.1", "7.2.1"]
#     soc2: ["CC6.1", "CC6.3"]
#     well-architected: ["SEC03-BP07", "SEC08-BP01"]
package audit.kms_policy

import data.audit.lib.grants

own_keys := {id: key |
	some id, key in input.kms_keys
	key.key_manager != "AWS"
}

found contains [id, finding] if {
	some id, key in own_keys
	some finding in grants.public("kms_keys", id, key.access)
}

found contains [id, finding] if {
	some id, key in own_keys
	some finding in grants.foreign("kms_keys", id, key.access)
}

deny contains finding if {
	some [id, grant] in found
	finding := {
		"subject": ["kms_keys", id],
		"message": grant.message,
		"evidence": array.concat(grant.evidence, [["kms_keys", id, "/key_manager"]]),
	}
}

applicable contains ["kms_keys", id] if some id, _ in own_keys
