# METADATA
# title: RDS snapshots are not public
# description: >-
#   A snapshot that is shared with all accounts can be restored by anyone with an
#   AWS account, with every row in it. Templates do not carry who may restore a
#   snapshot, so only live accounts are judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
# custom:
#   id: rds-snapshot-private
#   severity: critical
#   subject: [rds_snapshots]
#   sources: [live]
#   requires:
#     - rds_snapshots.restore_accounts
#   architecture: ["+"]
#   remediation:
#     summary: Remove the value all from the snapshot's restore attribute; share it with named accounts only.
#     cli: |
#       aws rds modify-db-snapshot-attribute --db-snapshot-identifier NAME --attribute-name restore --values-to-remove all
#   frameworks:
#     aws-fsbp: ["RDS.1"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.4.4"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC03-BP07", "SEC08-BP04"]
package audit.rds_snapshot_private

deny contains finding if {
	some id, snapshot in input.rds_snapshots
	some index, account in snapshot.restore_accounts
	account == "all"
	finding := {
		"subject": ["rds_snapshots", id],
		"message": "every AWS account may restore it (its restore attribute holds all)",
		"evidence": [["rds_snapshots", id, sprintf("/restore_accounts/%d", [index])]],
	}
}
