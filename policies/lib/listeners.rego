# The listeners of application load balancers and their rules.
package audit.lib.listeners

import data.audit.lib.balancers

# Listeners by load balancer, and rules by listener.
of[balancer_id] contains id if {
	some id, listener in input.listeners
	balancer_id := listener.load_balancer
}

rules[listener_id] contains id if {
	some id, rule in input.listener_rules
	listener_id := rule.listener
}

# Listeners and rules that a load balancer's verdict rests on; those that may
# belong to any among them.
parts contains [balancer_id, "listeners", id] if {
	some balancer_id, ids in of
	some id in ids
}

parts contains [balancer_id, "listener_rules", id] if {
	some balancer_id, ids in of
	some listener_id in ids
	some id in rules[listener_id]
}

parts contains [balancer_id, "listeners", id] if {
	some id, listener in input.listeners
	listener.load_balancer == null
	some balancer_id, _ in balancers.application
}

parts contains [balancer_id, "listener_rules", id] if {
	some id, rule in input.listener_rules
	rule.listener == null
	some balancer_id, _ in balancers.application
}
