# Network paths that the analysis found, as flows and evidence of a finding.
package audit.lib.paths

import data.audit.lib.security_groups

# What the analysis found of a resource; undefined for one that is not there.
found(collection, id) := input.analysis.reachability[sprintf("%s/%s", [collection, id])]

# Every direct path from the internet to a resource; none where there is none.
from_internet(collection, id) := [flow(path, id) |
	some path in found(collection, id).internet_paths
]

# A path as a flow to the resource `id`.
flow(path, id) := {
	"label": sprintf("%s to %s, %s", [path.from_label, id, ports_text(path)]),
	"hops": path.hops,
}

# Where a path starts, in words.
start_text(path) := "the internet" if path.from_label == "internet"

start_text(path) := path.from_label if path.from_label != "internet"

# The ports of a path in words.
ports_text(path) := path.protocol if {
	startswith(path.protocol, "icmp")
	not security_groups.names_types(path)
}

ports_text(path) := sprintf("%s, %s", [path.protocol, path.icmp]) if {
	startswith(path.protocol, "icmp")
	security_groups.names_types(path)
}

ports_text(path) := sprintf("%s, all ports", [path.protocol]) if {
	not startswith(path.protocol, "icmp")
	path.from_port == 0
	path.to_port == 65535
}

ports_text(path) := sprintf("%s %d", [path.protocol, path.from_port]) if {
	not startswith(path.protocol, "icmp")
	path.from_port == path.to_port
}

ports_text(path) := sprintf("%s %d-%d", [path.protocol, path.from_port, path.to_port]) if {
	not startswith(path.protocol, "icmp")
	path.from_port < path.to_port
	[path.from_port, path.to_port] != [0, 65535]
}

# What cuts a path when it is changed: the peer of the security-group rule that
# admits it at its end, or else the last rule or attribute on it.
cut(path) := security_groups.peer_evidence(hop.resource.id, "ingress", index, rule) if {
	hop := last_admission(path)
	index := to_number(split(hop.path, "/")[2])
	rule := input.security_groups[hop.resource.id].ingress[index]
} else := [[hop.resource.collection, hop.resource.id, hop.path]] if {
	placed := [hop | some hop in path.hops; hop.resource != null; hop.path != null]
	hop := placed[count(placed) - 1]
} else := []

last_admission(path) := admissions[count(admissions) - 1] if {
	admissions := [hop |
		some hop in path.hops
		hop.resource.collection == "security_groups"
		startswith(hop.path, "/ingress/")
	]
}
