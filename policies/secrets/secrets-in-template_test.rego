package audit.secrets_in_template_test

import data.audit.secrets_in_template

model(literal, length) := {"templates": {"stack.yaml": {"credentials": [{
	"resource": "Database",
	"property": "MasterUserPassword",
	"value": {"literal": literal, "length": length},
}]}}}

test_reference_passes if {
	count(secrets_in_template.deny) == 0 with input as model(false, null)
}

test_template_without_credentials_passes if {
	count(secrets_in_template.deny) == 0 with input as {"templates": {"stack.yaml": {"credentials": []}}}
}

test_literal_fails if {
	some finding in secrets_in_template.deny with input as model(true, 12)
	finding.subject == ["templates", "stack.yaml"]
	finding.message == "MasterUserPassword of Database is a literal value, expected a reference to a secret"
	finding.evidence == [["templates", "stack.yaml", "/credentials/0/value/literal"]]
}

test_composed_literal_fails if {
	count(secrets_in_template.deny) == 1 with input as model(true, null)
}

test_empty_value_passes if {
	count(secrets_in_template.deny) == 0 with input as model(true, 0)
}

test_unknown_is_no_finding if {
	count(secrets_in_template.deny) == 0 with input as model(null, null)
}

credential(resource, property, digest) := {
	"resource": resource,
	"property": property,
	"value": {"literal": true, "length": 8, "digest": digest},
}

test_a_default_that_properties_take_is_one_finding if {
	found := secrets_in_template.deny with input as {"templates": {"stack.yaml": {"credentials": [
		credential("Database", "MasterUserPassword", "d1"),
		credential("Cache", "AuthToken", "d2"),
		credential("Password", "Default", "d1"),
	]}}}
	{finding.message | some finding in found} == {
		"Default of Password is a literal value, expected a reference to a secret; so is MasterUserPassword of Database",
		"AuthToken of Cache is a literal value, expected a reference to a secret",
	}
	some finding in found
	finding.evidence == [
		["templates", "stack.yaml", "/credentials/2/value/literal"],
		["templates", "stack.yaml", "/credentials/0/value/literal"],
	]
}
