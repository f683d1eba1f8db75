package audit.ebs_encrypted_test

import data.audit.ebs_encrypted

model(encrypted, by_default) := {
	"volumes": {"vol": {"encrypted": encrypted, "account": "111111111111", "region": "eu-west-1"}},
	"instances": {},
	"launch_templates": {},
	"regions": {"r": {"account": "111111111111", "region": "eu-west-1", "ebs_encryption_by_default": by_default}},
}

mappings(volume_id, encrypted) := object.union(model(true, false), {"instances": {"web": {
	"state": "running",
	"account": "111111111111",
	"region": "eu-west-1",
	"block_device_mappings": [{"volume_id": "vol", "encrypted": null}, {"volume_id": volume_id, "encrypted": encrypted}],
}}})

test_encrypted_volume_passes if {
	count(ebs_encrypted.deny) == 0 with input as model(true, false)
}

test_unencrypted_volume_fails if {
	some finding in ebs_encrypted.deny with input as model(false, true)
	finding.subject == ["volumes", "vol"]
	finding.evidence == [["volumes", "vol", "/encrypted"]]
}

test_default_encryption_decides if {
	count(ebs_encrypted.deny) == 0 with input as model(null, true)
	count(ebs_encrypted.deny) == 1 with input as model(null, false)
}

test_unknown_default_rests_on_the_region if {
	some finding in ebs_encrypted.deny with input as model(null, null)
	["volumes", "vol", "/encrypted"] in finding.evidence
	["regions", "r", "/ebs_encryption_by_default"] in finding.evidence
}

test_region_outside_the_model if {
	some finding in ebs_encrypted.deny with input as object.union(
		model(null, null),
		{"volumes": {"vol": {"region": "eu-west-2"}}},
	)
	finding.evidence == [["volumes", "vol", "/encrypted"]]
}

test_unencrypted_mapping_fails if {
	some finding in ebs_encrypted.deny with input as mappings(null, false)
	finding.subject == ["instances", "web", "/block_device_mappings/1"]
	finding.evidence == [["instances", "web", "/block_device_mappings/1/encrypted"]]
}

test_mapping_of_a_known_volume_is_not_judged if {
	applicable := ebs_encrypted.applicable with input as mappings("vol", false)
	applicable == {["volumes", "vol"], ["instances", "web", "/block_device_mappings"]}
}

test_launch_template_mapping_fails if {
	templates := {"launch_templates": {"lt": {"block_device_mappings": [{"encrypted": false}]}}}
	some finding in ebs_encrypted.deny with input as object.union(model(true, false), templates)
	finding.subject == ["launch_templates", "lt", "/block_device_mappings/0"]
}
