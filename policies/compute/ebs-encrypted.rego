# METADATA
# title: EBS volumes are encrypted
# description: >-
#   An unencrypted volume, and every snapshot of it, can be read by whoever gets
#   hold of a copy. Encryption costs nothing and cannot be added later without
#   copying the volume. Where a declaration does not say, the region's default
#   encryption decides.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
#   - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
# custom:
#   id: ebs-encrypted
#   severity: high
#   subject: [volumes, instances.block_device_mappings, launch_templates.block_device_mappings]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - volumes.encrypted
#     - instances.block_device_mappings.encrypted
#     - instances.block_device_mappings.volume_id
#     - launch_templates.block_device_mappings.encrypted
#   architecture: ["1B"]
#   remediation:
#     summary: Encrypt the volume; copy an existing one through an encrypted snapshot. Turn default encryption on for the region.
#     cloudformation: |
#       Encrypted: true
#     terraform: |
#       encrypted = true
#     cli: |
#       aws ec2 enable-ebs-encryption-by-default
#   frameworks:
#     aws-fsbp: ["EC2.3", "EC2.7", "EC2.181"]
#     cis-aws-foundations-3.0: ["2.2.1"]
#     cis-aws-foundations-5.0: ["5.1.1"]
#     nist-800-53-r5: ["CA-9(1)", "CM-3(6)", "SC-7(10)", "SC-13", "SC-28", "SI-7(6)"]
#     pci-dss-4.0: ["3.5.1"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC08-BP02"]
package audit.ebs_encrypted

import data.audit.lib.ec2

# [subject, JSON pointer before the attribute, what holds it, the volume or
# mapping]. A mapping whose volume is known is judged as that volume.
places contains [["volumes", id], "", volume, volume] if some id, volume in input.volumes

places contains [["instances", id, pointer], pointer, instance, mapping] if {
	some id, instance in ec2.instances
	some index, mapping in instance.block_device_mappings
	not is_string(mapping.volume_id)
	pointer := sprintf("/block_device_mappings/%d", [index])
}

places contains [["launch_templates", id, pointer], pointer, template, mapping] if {
	some id, template in input.launch_templates
	some index, mapping in template.block_device_mappings
	pointer := sprintf("/block_device_mappings/%d", [index])
}

# Regions by account and name.
region_ids[place] contains id if {
	some id, region in input.regions
	place := [region.account, region.region]
}

deny contains finding if {
	some [subject, pointer, _, disk] in places
	disk.encrypted == false
	finding := {
		"subject": subject,
		"message": "it is not encrypted (encrypted is false, expected true)",
		"evidence": [[subject[0], subject[1], concat("", [pointer, "/encrypted"])]],
	}
}

deny contains finding if {
	some [subject, pointer, holder, disk] in places
	disk.encrypted == null
	regions := region_of(holder)
	not encrypts_by_default(regions)
	finding := {
		"subject": subject,
		"message": "it does not say that it is encrypted, and the region does not encrypt by default",
		"evidence": array.concat(
			[[subject[0], subject[1], concat("", [pointer, "/encrypted"])]],
			[["regions", id, "/ebs_encryption_by_default"] | some id in regions],
		),
	}
}

# The region of a resource; empty where it is not in the model.
region_of(holder) := {id | some id in region_ids[[holder.account, holder.region]]}

encrypts_by_default(regions) if {
	some id in regions
	input.regions[id].ebs_encryption_by_default == true
}

applicable contains subject if some [subject, _, _, _] in places

# A list that is not known stands for mappings that may be there.
applicable contains ["instances", id, "/block_device_mappings"] if some id, _ in ec2.instances

applicable contains ["launch_templates", id, "/block_device_mappings"] if some id, _ in input.launch_templates
