# Subnets and VPCs with a workload, each with one of them.
package audit.lib.workloads

import data.audit.lib.data_placement
import data.audit.lib.placement

workload_of[subnet_id] := first if {
	some subnet_id, found in workloads_of
	first := min(found)
}

workloads_of[subnet_id] contains [collection, id, evidence] if {
	some [collection, id, subnet_id, evidence] in placement.in_subnet
}

# VPCs with a workload: the subnet of one, and what shows it.
vpc_workload[vpc_id] := first if {
	some vpc_id, found in vpc_workloads
	first := min(found)
}

vpc_workloads[vpc_id] contains [collection, id, array.concat(evidence, [["subnets", subnet_id, "/vpc_id"]])] if {
	some subnet_id, [collection, id, evidence] in workload_of
	vpc_id := input.subnets[subnet_id].vpc_id
	is_string(vpc_id)
}

# What shows that a VPC has a workload; where none is known to be in it, that
# one is in a subnet that was not given, which may be of any VPC.
shown_in(vpc_id) := evidence if {
	[_, _, evidence] := vpc_workload[vpc_id]
} else := elsewhere if input.vpcs[vpc_id]

elsewhere := min(unseen)

unseen contains evidence if {
	some [_, _, subnet_id, evidence] in placement.in_subnet
	not input.subnets[subnet_id]
}

unseen contains [[collection, id, pointer]] if {
	some [collection, id, groups, group_id, pointer] in data_placement.grouped
	not input[groups][group_id]
}
