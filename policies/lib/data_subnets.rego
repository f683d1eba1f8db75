# Subnets with a data resource, each with one of them.
package audit.lib.data_subnets

import data.audit.lib.data_placement

first[subnet_id] := one if {
	some subnet_id, found in holders
	one := min(found)
}

holders[subnet_id] contains [collection, id, evidence] if {
	some [collection, id, subnet_id, evidence] in data_placement.in_subnet
}
