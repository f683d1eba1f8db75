# Points in time of the model, against the time of collection.
package audit.lib.times

ns_per_day := 86400000000000

# Whole days from a point in time, RFC 3339, to the collection.
days_since(text) := floor((time.parse_rfc3339_ns(input.collected_at) - time.parse_rfc3339_ns(text)) / ns_per_day) if {
	text != null
	contains(text, "T")
	contains(input.collected_at, "T")
}
