package audit.cloudtrail_enabled_test

import data.audit.cloudtrail_enabled

model(changes) := {
	"accounts": {"a": {"account": "a"}},
	"cloudtrail_trails": {"t": object.union(
		{
			"account": "a",
			"is_multi_region_trail": true,
			"is_logging": true,
			"event_selectors": [selector(true, "All")],
		},
		changes,
	)},
}

messages(changes) := found if {
	found := {finding.message | some finding in cloudtrail_enabled.deny} with input as model(changes)
}

test_a_trail_for_all_regions_passes if count(messages({})) == 0

test_no_trail_fails if {
	some finding in cloudtrail_enabled.deny with input as {"accounts": {"a": {"account": "a"}}, "cloudtrail_trails": {}}
	finding.message == "it has no trail"
	finding.evidence == [["cloudtrail_trails"]]
}

test_one_region_fails if {
	messages({"is_multi_region_trail": false}) == {"no trail records management events of all regions: t records one region only"}
}

test_stopped_fails if messages({"is_logging": false}) == {"no trail records management events of all regions: t is not logging"}

test_writes_only_fails if {
	count(messages({"event_selectors": [selector(true, "WriteOnly")]})) == 1
}

test_unknown_is_in_the_evidence if {
	some finding in cloudtrail_enabled.deny with input as model({"is_logging": null})
	["cloudtrail_trails", "t", "/is_logging"] in finding.evidence
}

selector(management, types) := {
	"include_management_events": management,
	"read_write_type": types,
	"exclude_management_event_sources": [],
}

but_for(types, sources) := object.union(selector(true, types), {"exclude_management_event_sources": sources})

test_a_trail_that_leaves_services_out_fails if {
	messages({"event_selectors": [but_for("All", ["kms.amazonaws.com"])]}) == {concat(": ", [
		"no trail records management events of all regions",
		"t leaves out the events of kms.amazonaws.com",
	])}
	halves := [selector(true, "WriteOnly"), but_for("ReadOnly", ["rdsdata.amazonaws.com"])]
	count(messages({"event_selectors": halves})) == 1
	count(messages({"event_selectors": [but_for("All", ["kms.amazonaws.com"]), selector(true, "All")]})) == 0
}

test_reads_and_writes_in_two_selectors_pass if {
	count(messages({"event_selectors": [selector(true, "WriteOnly"), selector(true, "ReadOnly")]})) == 0
}

test_without_management_events_fails if {
	count(messages({"event_selectors": [selector(false, "All")]})) == 1
	count(messages({"event_selectors": [selector(true, "WriteOnly"), selector(false, "All")]})) == 1
}

test_the_trail_of_another_account_does_not_count if {
	messages({"account": "b"}) == {"it has no trail"}
	count(messages({"account": "b", "is_organization_trail": true})) == 0
	count(messages({"account": null})) == 0
}
