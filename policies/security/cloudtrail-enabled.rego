# METADATA
# title: A multi-region trail records management events
# description: >-
#   Without a trail nobody can tell who changed what. An attacker works in a
#   region that is not watched, so one trail has to record all regions, reads
#   and writes, of every service, and be on. The trail of an organization does
#   for its accounts. Templates show part of an account, which may have a good
#   trail elsewhere: they can prove this control, and leave it unknown
#   otherwise, but not refute it.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/multi-region-cloudtrail-enabled.html
# custom:
#   id: cloudtrail-enabled
#   severity: critical
#   subject: [accounts]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - cloudtrail_trails.is_multi_region_trail
#     - cloudtrail_trails.is_logging
#     - cloudtrail_trails.is_organization_trail
#     - cloudtrail_trails.event_selectors.include_management_events
#     - cloudtrail_trails.event_selectors.read_write_type
#     - cloudtrail_trails.event_selectors.exclude_management_event_sources
#   architecture: ["4"]
#   remediation:
#     summary: Make a trail for all regions that records all management events, and start its logging.
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         IsLogging: true
#         IsMultiRegionTrail: true
#         S3BucketName: !Ref TrailBucket
#     terraform: |
#       resource "aws_cloudtrail" "this" {
#         name                  = "account"
#         is_multi_region_trail = true
#         s3_bucket_name        = aws_s3_bucket.trail.id
#       }
#     cli: |
#       aws cloudtrail update-trail --name NAME --is-multi-region-trail && aws cloudtrail start-logging --name NAME
#   frameworks:
#     aws-fsbp: ["CloudTrail.1"]
#     cis-aws-foundations-3.0: ["3.1"]
#     cis-aws-foundations-5.0: ["3.1"]
#     nist-800-53-r5: ["AC-2(4)", "AC-4(26)", "AC-6(9)", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)",
#       "AU-10", "AU-12", "AU-14(1)", "CA-7", "SA-8(22)", "SC-7(9)", "SI-3(8)", "SI-4(20)",
#       "SI-7(8)"]
#     pci-dss-4.0: ["10.2.1"]
#     soc2: ["CC7.2"]
#     well-architected: ["SEC04-BP01"]
package audit.cloudtrail_enabled

records(trail, types) if {
	some selector in trail.event_selectors
	selector.include_management_events == true
	selector.read_write_type in types
	selector.exclude_management_event_sources == []
}

# One selector may record the reads and another the writes.
records_all(trail) if {
	records(trail, {"All", "ReadOnly"})
	records(trail, {"All", "WriteOnly"})
}

works(trail) if {
	trail.is_multi_region_trail == true
	trail.is_logging == true
	records_all(trail)
}

# Trails by account: its own, and those of its organization.
trails_of := {id: found |
	some id, account in input.accounts
	found := {trail_id |
		some trail_id, trail in input.cloudtrail_trails
		may_record(trail, account)
	}
}

may_record(trail, account) if same(trail.account, account.account)

may_record(trail, _) if trail.is_organization_trail == true

same(one, other) if one == other

same(one, _) if one == null

same(_, other) if other == null

good[id] contains trail_id if {
	some id, ids in trails_of
	some trail_id in ids
	works(input.cloudtrail_trails[trail_id])
}

problem(trail) := "records one region only" if {
	trail.is_multi_region_trail != true
} else := "is not logging" if {
	trail.is_logging != true
} else := sprintf("leaves out the events of %s", [concat(", ", left_out(trail))]) if {
	count(left_out(trail)) > 0
} else := "does not record all management events"

left_out(trail) := {source |
	some selector in trail.event_selectors
	some source in selector.exclude_management_event_sources
}

text(ids) := "it has no trail" if count(ids) == 0

text(ids) := sprintf("no trail records management events of all regions: %s", [concat("; ", problems)]) if {
	count(ids) > 0
	problems := [sprintf("%s %s", [id, problem(input.cloudtrail_trails[id])]) | some id in ids]
}

pointers := ["/is_multi_region_trail", "/is_logging", "/event_selectors", "/is_organization_trail"]

deny contains finding if {
	some id, ids in trails_of
	not good[id]
	trails := [["cloudtrail_trails", trail, pointer] |
		some trail in ids
		some pointer in pointers
	]
	finding := {
		"subject": ["accounts", id],
		"message": text(ids),
		"evidence": array.concat(trails, [["cloudtrail_trails"]]),
	}
}

# One good trail is enough, whatever the others are.
depends contains {"subject": ["accounts", id], "on": ["cloudtrail_trails", trail]} if {
	some id, ids in good
	some trail in ids
}
