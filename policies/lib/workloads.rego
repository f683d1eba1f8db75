# The workloads of VPCs.
package audit.lib.workloads

import data.audit.lib.placement

# What shows that a VPC has a workload: the first of them, and its subnet.
evidence(vpc_id) := array.concat(placement.evidence(collection, id, subnet_id), [["subnets", subnet_id, "/vpc_id"]]) if {
	[collection, id, subnet_id] := min(in_vpc[vpc_id])
}

in_vpc[vpc_id] contains [collection, id, subnet_id] if {
	some subnet_id, items in placement.in_subnet
	vpc_id := input.subnets[subnet_id].vpc_id
	[collection, id] := min(items)
}
