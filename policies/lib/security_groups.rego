# What several controls need to know of security groups and their rules.
package audit.lib.security_groups

admin_ports := data.profile.admin_ports

anywhere := {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}

# Protocols that have ports; RDP also speaks UDP. Network ACLs have numbers.
port_protocols := {"tcp", "udp", "-1", "6", "17"}

# The admin ports among ports that are open.
open_admin_ports(open) := {port |
	open.protocol in port_protocols
	some port in admin_ports
	open.from_port <= port
	port <= open.to_port
}

# Open ports in words.
open_text(open) := sprintf("all traffic from %s", [anywhere[open.family]]) if open.protocol == "-1"

open_text(open) := sprintf("%s, %s from %s", [open.protocol, open.icmp, anywhere[open.family]]) if names_types(open)

open_text(open) := sprintf("%s %d-%d from %s", [open.protocol, open.from_port, open.to_port, anywhere[open.family]]) if {
	open.protocol != "-1"
	not names_types(open)
	open.from_port != open.to_port
}

open_text(open) := sprintf("%s %d from %s", [open.protocol, open.from_port, anywhere[open.family]]) if {
	open.protocol != "-1"
	not names_types(open)
	open.from_port == open.to_port
}

# Whether open ports are types of ICMP in words.
names_types(open) if open.icmp != null

# Whether a rule is for TCP and one port alone.
is_tcp_port(rule, port) if {
	rule.protocol in {"tcp", "6"}
	rule.from_port == port
	rule.to_port == port
}

# What a rule is for, in words.
ports_text(rule) := "all traffic" if rule.protocol == "-1"

ports_text(rule) := sprintf("%v type %v code %v", [rule.protocol, rule.from_port, rule.to_port]) if rule.protocol in icmp

ports_text(rule) := sprintf("%v %v-%v", [rule.protocol, rule.from_port, rule.to_port]) if not rule.protocol in (icmp | {"-1"})

# ICMP has a type and a code in the place of ports, -1 for all.
icmp := {"icmp", "1", "icmpv6", "58"}

peer_attributes := ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_group_id"]

# The attributes that name a rule's peer; all of them where none is known.
peers(rule) := names if {
	names := [name | some name in peer_attributes; rule[name] != null]
	count(names) > 0
}

peers(rule) := peer_attributes if {
	every name in peer_attributes {
		not is_string(rule[name])
	}
}

# A rule's peer in words.
peer_text(rule) := peer if {
	peer := rule[peers(rule)[0]]
	peer != null
} else := "a peer that is not known"

# JSON pointers of a rule's ports, and of its peer.
ports_evidence(id, rules, index) := [["security_groups", id, sprintf("/%s/%d/%s", [rules, index, name])] |
	some name in ["from_port", "to_port", "protocol"]
]

peer_evidence(id, rules, index, rule) := [["security_groups", id, sprintf("/%s/%d/%s", [rules, index, name])] |
	some name in peers(rule)
]
