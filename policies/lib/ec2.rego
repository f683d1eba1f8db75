# What several controls need to know of EC2 instances.
package audit.lib.ec2

bastion_tag := data.profile.bastion_tag

gone := {"shutting-down", "terminated"}

# Instances that are there, or may be.
instances := {id: instance |
	some id, instance in input.instances
	not instance.state in gone
}

# Interfaces of these instances in another subnet than theirs, with that subnet,
# by instance.
interfaces[instance_id] contains [id, subnet_id] if {
	some id, interface in input.network_interfaces
	instance_id := interface.instance_id
	subnet_id := interface.subnet_id
	instance_id != null
	subnet_id != null
	instances[instance_id].subnet_id != subnet_id
}

# Whether the profile's tag marks a resource as a bastion host.
is_bastion(resource) if resource.tags[bastion_tag.key] == bastion_tag.value

# JSON pointer (RFC 6901) of the tag that decides.
bastion_pointer := sprintf("/tags/%s", [replace(replace(bastion_tag.key, "~", "~0"), "/", "~1")])
