# METADATA
# title: KMS keys rotate
# description: >-
#   Rotation limits what one piece of key material protects, and what its loss
#   would open. KMS can rotate symmetric keys of its own origin by itself, so
#   only those are judged: customer-managed, for encryption, and enabled.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
# custom:
#   id: kms-rotation
#   severity: medium
#   subject: [kms_keys]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - kms_keys.key_manager
#     - kms_keys.key_state
#     - kms_keys.key_spec
#     - kms_keys.key_usage
#     - kms_keys.origin
#     - kms_keys.rotation_enabled
#   architecture: ["4"]
#   remediation:
#     summary: Turn automatic rotation on.
#     cloudformation: |
#       EnableKeyRotation: true
#     terraform: |
#       enable_key_rotation = true
#     cli: |
#       aws kms enable-key-rotation --key-id ID
#   frameworks:
#     cis-aws-foundations-3.0: ["3.6"]
#     cis-aws-foundations-5.0: ["3.6"]
#     nist-800-53-r5: ["SC-12", "SC-28(3)"]
#     pci-dss-4.0: ["3.7.4"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP01"]
package audit.kms_rotation

import data.audit.lib.text

# What a key must be for KMS to rotate it, attribute by attribute.
rotatable := {
	"key_manager": "CUSTOMER",
	"key_state": "Enabled",
	"key_spec": "SYMMETRIC_DEFAULT",
	"key_usage": "ENCRYPT_DECRYPT",
	"origin": "AWS_KMS",
}

# Keys that are known to be something else.
others contains id if {
	some id, key in input.kms_keys
	some attribute, value in rotatable
	key[attribute] != null
	key[attribute] != value
}

deny contains finding if {
	some id, key in input.kms_keys
	not id in others
	key.rotation_enabled != true
	finding := {
		"subject": ["kms_keys", id],
		"message": sprintf("automatic rotation is off (rotation_enabled is %s, expected true)", [text.shown(key.rotation_enabled)]),
		"evidence": array.concat(
			[["kms_keys", id, "/rotation_enabled"]],
			[["kms_keys", id, sprintf("/%s", [attribute])] | some attribute, _ in rotatable],
		),
	}
}

applicable contains ["kms_keys", id] if {
	some id, _ in input.kms_keys
	not id in others
}
