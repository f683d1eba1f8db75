# What carries security groups.
package audit.lib.carriers

import data.audit.lib.ec2

# Groups by the collections of what carries them.
by_collection[user.collection] contains id if {
	some id, group in input.security_groups
	some user in group.used_by
}

# Groups that load balancers carry, application load balancers, and bastions.
of_balancers := {id | some id in by_collection.load_balancers}

of_albs contains id if {
	some id in by_collection.load_balancers
	some user in input.security_groups[id].used_by
	user.collection == "load_balancers"
	input.load_balancers[user.id].load_balancer_type == "application"
}

of_bastions contains id if {
	some id in by_collection.instances
	some user in input.security_groups[id].used_by
	user.collection == "instances"
	ec2.is_bastion(input.instances[user.id])
}

# What shows which load balancers and bastions a group belongs to.
users_evidence(id) := array.concat(
	[["security_groups", id, "/used_by"] | input.security_groups[id]],
	array.concat(balancers_evidence(id), instances_evidence(id)),
)

balancers_evidence(id) := [["load_balancers", user.id, "/load_balancer_type"] |
	some user in input.security_groups[id].used_by
	user.collection == "load_balancers"
	input.load_balancers[user.id]
]

instances_evidence(id) := [["instances", user.id, "/tags"] |
	some user in input.security_groups[id].used_by
	user.collection == "instances"
	input.instances[user.id]
]
