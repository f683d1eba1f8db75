# What several controls need to know of application load balancers.
package audit.lib.balancers

# Load balancers that are application load balancers, or may be.
application := {id: balancer |
	some id, balancer in input.load_balancers
	not balancer.load_balancer_type in {"network", "gateway"}
}

# Of these, those that face the internet, or may do so.
facing := {id: balancer |
	some id, balancer in application
	balancer.scheme != "internal"
}

type_evidence(id) := [["load_balancers", id, "/load_balancer_type"]]

facing_evidence(id) := [["load_balancers", id, "/load_balancer_type"], ["load_balancers", id, "/scheme"]]
