# What listeners do with requests.
package audit.lib.listener_actions

# Every action: [listener, collection, id, pointer, action].
declared contains [id, "listeners", id, sprintf("/default_actions/%d", [index]), action] if {
	some id, listener in input.listeners
	some index, action in listener.default_actions
}

declared contains [rule.listener, "listener_rules", id, sprintf("/actions/%d", [index]), action] if {
	some id, rule in input.listener_rules
	rule.listener != null
	some index, action in rule.actions
}
