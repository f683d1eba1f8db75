package audit.s3_encrypted_test

import data.audit.s3_encrypted

model(algorithm) := {"s3_buckets": {"logs": {"sse_algorithm": algorithm}}}

test_encryption_passes if {
	every algorithm in ["AES256", "aws:kms", "aws:kms:dsse"] {
		count(s3_encrypted.deny) == 0 with input as model(algorithm)
	}
}

test_no_encryption_fails if {
	some finding in s3_encrypted.deny with input as model("NONE")
	finding.subject == ["s3_buckets", "logs"]
	finding.message == "its default encryption is NONE, expected AES256, aws:kms or aws:kms:dsse"
}

test_unknown_rests_on_the_attribute if {
	some finding in s3_encrypted.deny with input as model(null)
	finding.evidence == [["s3_buckets", "logs", "/sse_algorithm"]]
}
