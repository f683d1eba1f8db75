# What several controls need to know of IAM roles.
package audit.lib.roles

# Roles that are not a service's own: nobody can use or change a service-linked
# role but its service.
usable := {id: role |
	some id, role in input.iam_roles
	not role.path in service_linked
}

service_linked contains path if {
	some path in {role.path | some role in input.iam_roles}
	path != null
	startswith(path, "/aws-service-role/")
}
