# What several controls need to know of application load balancers.
package audit.lib.balancers

# Load balancers that are application load balancers, or may be.
application[id] := balancer if {
	some id, balancer in input.load_balancers
	not balancer.load_balancer_type in {"network", "gateway"}
}

# Of these, those that face the internet, or may do so.
facing[id] := balancer if {
	some id, balancer in application
	balancer.scheme != "internal"
}

type_evidence(id) := [["load_balancers", id, "/load_balancer_type"]]

facing_evidence(id) := [["load_balancers", id, "/load_balancer_type"], ["load_balancers", id, "/scheme"]]

# Listeners by load balancer, and rules by listener.
listeners[balancer_id] contains id if {
	some id, listener in input.listeners
	balancer_id := listener.load_balancer
}

rules[listener_id] contains id if {
	some id, rule in input.listener_rules
	listener_id := rule.listener
}

# Every action of a listener: [listener, collection, id, pointer, action].
actions contains [id, "listeners", id, sprintf("/default_actions/%d", [index]), action] if {
	some id, listener in input.listeners
	some index, action in listener.default_actions
}

actions contains [rule.listener, "listener_rules", id, sprintf("/actions/%d", [index]), action] if {
	some id, rule in input.listener_rules
	is_string(rule.listener)
	some index, action in rule.actions
}

# Listeners and rules that a load balancer's verdict rests on; those that may
# belong to any among them.
parts contains [balancer_id, "listeners", id] if {
	some balancer_id, ids in listeners
	some id in ids
}

parts contains [balancer_id, "listener_rules", id] if {
	some balancer_id, ids in listeners
	some listener_id in ids
	some id in rules[listener_id]
}

parts contains [balancer_id, "listeners", id] if {
	some id, listener in input.listeners
	listener.load_balancer == null
	some balancer_id, _ in application
}

parts contains [balancer_id, "listener_rules", id] if {
	some id, rule in input.listener_rules
	rule.listener == null
	some balancer_id, _ in application
}
