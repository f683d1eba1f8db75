# VPCs and subnets with a workload.
package audit.lib.occupied

import data.audit.lib.data_placement
import data.audit.lib.ec2

vpcs contains vpc_id if {
	some subnet_id in subnets
	vpc_id := input.subnets[subnet_id].vpc_id
	vpc_id != null
}

# Subnets with a workload.
subnets contains instance.subnet_id if some instance in ec2.instances

subnets contains subnet_id if {
	some service in input.ecs_services
	some subnet_id in service.subnet_ids
}

subnets contains subnet_id if {
	some balancer in input.load_balancers
	some subnet_id in balancer.subnet_ids
}

subnets contains subnet_id if some subnet_id in data_placement.subnets
