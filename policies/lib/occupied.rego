# VPCs and subnets with a workload.
package audit.lib.occupied

import data.audit.lib.computing
import data.audit.lib.data_placement
import data.audit.lib.ec2

vpcs contains vpc_id if {
	some subnet_id in subnets
	vpc_id := input.subnets[subnet_id].vpc_id
	input.vpcs[vpc_id]
}

# A workload in a subnet that was not given may be in any VPC.
vpcs contains vpc_id if {
	lies_elsewhere
	some vpc_id, _ in input.vpcs
}

lies_elsewhere if {
	some subnet_id in subnets
	not input.subnets[subnet_id]
}

lies_elsewhere if {
	some [groups, group_id] in data_placement.used_groups
	not input[groups][group_id]
}

# Subnets with a workload.
subnets := inner | {subnet_id |
	some balancer in input.load_balancers
	some subnet_id in balancer.subnet_ids
}

# Subnets with a workload that is no load balancer.
inner := data_placement.subnets | of_instances | {subnet_id |
	some collection in computing.collections
	some resource in input[collection]
	some subnet_id in resource.subnet_ids
}

of_instances := {subnet_id | some found in ec2.interfaces; some [_, subnet_id] in found} | {instance.subnet_id |
	some instance in ec2.instances
	instance.subnet_id != null
}
