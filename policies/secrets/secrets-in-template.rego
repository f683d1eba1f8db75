# METADATA
# title: Templates hold no literal credentials
# description: >-
#   A password, token or key that is written into a template, or is the default
#   of a parameter for one, stands in version control, in every copy of the
#   template and in the stack's history for good. The value itself is never read
#   into a report.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html#creds
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
# custom:
#   id: secrets-in-template
#   severity: critical
#   subject: [templates]
#   sources: [cloudformation, terraform]
#   requires:
#     - templates.credentials.value.literal
#   architecture: ["2D"]
#   remediation:
#     summary: Let RDS manage the password, or refer to Secrets Manager; then rotate the value, which counts as known.
#     cloudformation: |
#       ManageMasterUserPassword: true
#     terraform: |
#       manage_master_user_password = true
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier NAME --manage-master-user-password
#   frameworks:
#     nist-800-53-r5: ["IA-5(7)"]
#     pci-dss-4.0: ["8.6.2"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC02-BP03"]
package audit.secrets_in_template

# An empty value is no credential.
literal[id] contains index if {
	some id, template in input.templates
	some index, credential in template.credentials
	credential.value.literal == true
	credential.value.length != 0
}

# The places of one credential: the default of a parameter or variable first,
# which the properties that take it repeat, then those in the order of the file.
places[credential] contains [rank, index] if {
	some id, indexes in literal
	some index in indexes
	credential := [id, value_of(id, index)]
	rank := rank_of(input.templates[id].credentials[index])
}

# What tells a credential from others: its digest, where all of it is known.
value_of(id, index) := digest if {
	value := input.templates[id].credentials[index].value
	is_number(value.length)
	digest := value.digest
	digest != null
} else := index

rank_of(credential) := 0 if credential.property in {"Default", "default"}

rank_of(credential) := 1 if not credential.property in {"Default", "default"}

deny contains finding if {
	some [id, _], found in places
	credentials := [input.templates[id].credentials[index] | some [_, index] in sort(found)]
	others := [sprintf("%s of %s", [credential.property, credential.resource]) |
		some at, credential in credentials
		at > 0
	]
	finding := {
		"subject": ["templates", id],
		"message": sprintf(
			"%s of %s is a literal value, expected a reference to a secret%s",
			[credentials[0].property, credentials[0].resource, repeated(others)],
		),
		"evidence": [["templates", id, sprintf("/credentials/%d/value/literal", [index])] | some [_, index] in sort(found)],
	}
}

repeated(others) := "" if count(others) == 0

repeated(others) := sprintf("; so is %s", [concat(", ", others)]) if count(others) > 0
