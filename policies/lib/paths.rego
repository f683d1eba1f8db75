# Network paths that the analysis found, as flows of a finding.
package audit.lib.paths

# Every direct path from the internet to a resource; none where there is none.
from_internet(collection, id) := [flow |
	some path in input.analysis.reachability[sprintf("%s/%s", [collection, id])].internet_paths
	flow := {
		"label": sprintf("internet to %s, %s %d-%d", [id, path.protocol, path.from_port, path.to_port]),
		"hops": path.hops,
	}
]
