# Where the workloads lie.
package audit.lib.placement

import data.audit.lib.data_placement
import data.audit.lib.ec2

# Workloads by subnet: [collection, id, subnet, evidence].
in_subnet contains ["instances", id, instance.subnet_id, [["instances", id, "/subnet_id"]]] if {
	some id, instance in ec2.instances
	is_string(instance.subnet_id)
}

in_subnet contains ["ecs_services", id, subnet_id, [["ecs_services", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, service in input.ecs_services
	some index, subnet_id in service.subnet_ids
}

in_subnet contains ["load_balancers", id, subnet_id, [["load_balancers", id, sprintf("/subnet_ids/%d", [index])]]] if {
	some id, balancer in input.load_balancers
	some index, subnet_id in balancer.subnet_ids
}

in_subnet contains item if some item in data_placement.in_subnet
