# METADATA
# title: Subnets with data have a network ACL of their own
# description: >-
#   A network ACL that admits only the data ports holds when a security group of
#   a database is opened by mistake. The VPC's default ACL admits everything,
#   and one that other subnets share fits them rather than the data. From
#   everywhere, answers to connections of the subnet's own (ports from 1024 on)
#   are all that one that narrows lets in.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
# custom:
#   id: nacl-data-tier
#   severity: low
#   subject: [subnets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - subnets.public
#     - subnets.network_acl_id
#     - network_acls.is_default
#     - network_acls.open_ingress
#     - rds_instances.db_subnet_group
#     - rds_clusters.db_subnet_group
#     - rds_subnet_groups.subnet_ids
#     - elasticache_replication_groups.cache_subnet_group
#     - elasticache_clusters.cache_subnet_group
#     - elasticache_subnet_groups.subnet_ids
#     - opensearch_domains.subnet_ids
#   architecture: ["2C"]
#   remediation:
#     summary: Give the data subnets a network ACL of their own that admits the data ports from the service subnets.
#     cloudformation: |
#       Type: AWS::EC2::SubnetNetworkAclAssociation
#       Properties:
#         SubnetId: !Ref DataSubnetA
#         NetworkAclId: !Ref DataNetworkAcl
#     terraform: |
#       resource "aws_network_acl" "data" {
#         vpc_id     = aws_vpc.this.id
#         subnet_ids = aws_subnet.data[*].id
#       }
#     cli: |
#       aws ec2 replace-network-acl-association --association-id ASSOCIATION --network-acl-id ACL
#   frameworks:
#     nist-800-53-r5: ["AC-4", "SC-7"]
#     pci-dss-4.0: ["1.3.1", "1.4.4"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP02"]
package audit.nacl_data_tier

import data.audit.lib.data_in_subnets
import data.audit.lib.data_placement
import data.audit.lib.security_groups

subjects := {id: subnet |
	some id in data_placement.subnets
	subnet := input.subnets[id]
	subnet.public != true
}

subnets_with[acl_id] contains id if {
	some id, subnet in input.subnets
	acl_id := subnet.network_acl_id
	acl_id != null
}

# Of the subnets that share an ACL, the first that holds no data.
others := {acl_id: first |
	some acl_id, ids in subnets_with
	found := {id | some id in ids; not id in data_placement.subnets}
	first := min(found)
}

# What makes a subnet one with data.
holds(id) := array.concat(
	[["subnets", id, "/network_acl_id"], ["subnets", id, "/public"]],
	data_placement.evidence(collection, resource, id),
) if {
	[collection, resource] := min(data_in_subnets.by_subnet[id])
}

deny contains finding if {
	some id, subnet in subjects
	input.network_acls[subnet.network_acl_id].is_default == true
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("the default network ACL %s is in force in it, expected one of its own", [subnet.network_acl_id]),
		"evidence": array.concat([["network_acls", subnet.network_acl_id, "/is_default"]], holds(id)),
	}
}

deny contains finding if {
	some id, subnet in subjects
	acl := input.network_acls[subnet.network_acl_id]
	acl.is_default != true
	other := others[subnet.network_acl_id]
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its network ACL %s is shared with %s, which holds no data", [subnet.network_acl_id, other]),
		"evidence": array.concat(
			holds(id),
			array.concat(
				[["subnets", other, "/network_acl_id"]],
				[["rds_subnet_groups"], ["elasticache_subnet_groups"], ["opensearch_domains"]],
			),
		),
	}
}

deny contains finding if {
	some id, subnet in subjects
	acl := input.network_acls[subnet.network_acl_id]
	acl.is_default != true
	some open in acl.open_ingress
	is_wide(open)
	finding := {
		"subject": ["subnets", id],
		"message": sprintf("its network ACL %s admits %s", [subnet.network_acl_id, security_groups.open_text(open)]),
		"evidence": array.concat(
			[["network_acls", subnet.network_acl_id, sprintf("/entries/%d", [entry])] | some entry in open.rules],
			holds(id),
		),
	}
}

is_wide(open) if {
	open.protocol in security_groups.port_protocols
	open.from_port < 1024
}

applicable contains ["subnets", id] if some id, _ in subjects

depends contains {"subject": ["subnets", id], "on": ["network_acls", subnet.network_acl_id]} if {
	some id, subnet in subjects
	subnet.network_acl_id != null
}

depends contains {"subject": ["subnets", id], "on": [collection, resource]} if {
	some id, resources in data_in_subnets.by_subnet
	some [collection, resource] in resources
}

depends contains {"subject": ["subnets", id], "on": [groups, group_id]} if {
	some [_, _, groups, group_id] in data_placement.grouped
	some id in input[groups][group_id].subnet_ids
}
