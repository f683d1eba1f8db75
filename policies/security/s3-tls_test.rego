package audit.s3_tls_test

import data.audit.s3_tls

policy := {"statements": [{"effect": "Deny"}]}

model(document, access) := {"s3_buckets": {"logs": {"policy": document, "access": access}}}

test_policy_that_denies_plain_http_passes if {
	count(s3_tls.deny) == 0 with input as model(policy, {"denies_insecure_transport": true})
}

test_policy_that_does_not_fails if {
	some finding in s3_tls.deny with input as model(policy, {"denies_insecure_transport": false})
	finding.subject == ["s3_buckets", "logs"]
	finding.evidence == [["s3_buckets", "logs", "/access/denies_insecure_transport"]]
}

test_no_policy_rests_on_the_policy if {
	some finding in s3_tls.deny with input as model(null, null)
	finding.evidence[0] == ["s3_buckets", "logs", "/policy"]
}

test_unknown_effect_rests_on_it if {
	some finding in s3_tls.deny with input as model(policy, {"denies_insecure_transport": null})
	finding.evidence == [["s3_buckets", "logs", "/access/denies_insecure_transport"]]
	some other in s3_tls.deny with input as model(policy, null)
	other.evidence == [["s3_buckets", "logs", "/access/denies_insecure_transport"]]
}
