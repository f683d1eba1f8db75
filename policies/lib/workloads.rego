# The workloads of VPCs.
package audit.lib.workloads

import data.audit.lib.data_placement
import data.audit.lib.placement

# What shows that a VPC has a workload: the first of them, and its subnet; where
# none is known to be in it, one whose subnet was not given.
evidence(vpc_id) := array.concat(placement.evidence(collection, id, subnet_id), [["subnets", subnet_id, "/vpc_id"]]) if {
	[collection, id, subnet_id] := min(in_vpc[vpc_id])
} else := min(elsewhere)

in_vpc[vpc_id] contains [collection, id, subnet_id] if {
	some subnet_id, items in placement.in_subnet
	vpc_id := input.subnets[subnet_id].vpc_id
	[collection, id] := min(items)
}

elsewhere contains shown if {
	some subnet_id, items in placement.in_subnet
	not input.subnets[subnet_id]
	some [collection, id] in items
	shown := placement.evidence(collection, id, subnet_id)
}

elsewhere contains [[collection, id, sprintf("/%s", [attribute])]] if {
	some [collection, id, groups, group_id] in data_placement.grouped
	not input[groups][group_id]
	[_, attribute] := data_placement.subnet_groups[collection]
}
