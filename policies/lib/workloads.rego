# Subnets and VPCs with a workload, each with one of them.
package audit.lib.workloads

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
