# Where the workloads lie.
package audit.lib.placement

import data.audit.lib.computing
import data.audit.lib.data_in_subnets
import data.audit.lib.data_placement
import data.audit.lib.ec2

# Workloads by subnet: [collection, id].
in_subnet[subnet_id] contains ["instances", id] if {
	some id, instance in ec2.instances
	subnet_id := instance.subnet_id
	subnet_id != null
}

in_subnet[subnet_id] contains ["instances", id] if {
	some id, found in ec2.interfaces
	some [_, subnet_id] in found
}

in_subnet[subnet_id] contains [collection, id] if {
	some collection in computing.collections
	some id, resource in input[collection]
	some subnet_id in resource.subnet_ids
}

in_subnet[subnet_id] contains ["load_balancers", id] if {
	some id, balancer in input.load_balancers
	some subnet_id in balancer.subnet_ids
}

in_subnet[subnet_id] contains item if {
	some subnet_id, items in data_in_subnets.by_subnet
	some item in items
}

# Interfaces by instance and subnet.
further := {[instance_id, subnet_id]: ids |
	some instance_id, found in ec2.interfaces
	some [_, subnet_id] in found
	ids := [id | some [id, at] in found; at == subnet_id]
}

# What shows that a workload lies in a subnet.
evidence(collection, id, subnet_id) := array.concat(
	[["instances", id, "/subnet_id"]],
	[["network_interfaces", interface_id, pointer] |
		some interface_id in further[[id, subnet_id]]
		some pointer in ["/subnet_id", "/instance_id"]
	],
) if {
	collection == "instances"
}

evidence(collection, id, subnet_id) := data_placement.positions(collection, id, subnet_id) if {
	collection in of_lists
}

evidence(collection, id, subnet_id) := data_placement.evidence(collection, id, subnet_id) if {
	not collection in (of_lists | {"instances"})
}

of_lists := computing.collections | {"load_balancers"}
