# The data resources in each subnet.
package audit.lib.data_in_subnets

import data.audit.lib.data_placement

# Data resources by subnet: [collection, id].
by_subnet[subnet_id] contains ["opensearch_domains", id] if {
	some id, domain in input.opensearch_domains
	some subnet_id in domain.subnet_ids
}

by_subnet[subnet_id] contains [collection, id] if {
	some [collection, id, groups, group_id] in data_placement.grouped
	some subnet_id in input[groups][group_id].subnet_ids
}
