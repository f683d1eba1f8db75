package audit.net_single_entry_test

import data.audit.net_single_entry

profile := {"bastion_tag": {"key": "Role", "value": "bastion"}}

path(first, last) := {
	"from": null,
	"from_label": "internet",
	"protocol": "tcp",
	"from_port": first,
	"to_port": last,
	"hops": [{"resource": {"collection": "instances", "id": "i"}, "path": "/subnet_id", "description": "i"}],
}

fact(collection, id, role, paths, unexpected) := {
	"collection": collection,
	"id": id,
	"role": role,
	"internet_paths": paths,
	"unexpected_paths": unexpected,
}

model(facts) := {
	"regions": {"here": {"account": null, "region": "eu-central-1"}, "there": {"account": null, "region": "us-east-1"}},
	"instances": {"i": {"account": null, "region": "eu-central-1", "tags": {}}},
	"load_balancers": {
		"alb": {"account": null, "region": "eu-central-1", "load_balancer_type": "application"},
		"nlb": {"account": null, "region": "eu-central-1", "load_balancer_type": "network"},
	},
	"eks_clusters": {"eks": {"account": null, "region": "eu-central-1"}},
	"lambda_functions": {"sync": {"account": null, "region": "eu-central-1"}},
	"security_groups": {},
	"analysis": {"reachability": {key: entry |
		some entry in facts
		key := sprintf("%s/%s", [entry.collection, entry.id])
	}},
}

findings(facts) := found if {
	found := net_single_entry.deny with input as model(facts) with data.profile as profile
}

test_an_application_load_balancer_passes if {
	count(findings([fact("load_balancers", "alb", "load_balancer", [path(443, 443)], [])])) == 0
}

test_a_network_load_balancer_fails if {
	some finding in findings([fact("load_balancers", "nlb", "load_balancer", [path(443, 443)], [])])
	finding.subject == ["regions", "here"]
	contains(finding.message, "load_balancers/nlb by tcp 443")
	["load_balancers", "nlb", "/load_balancer_type"] in finding.evidence
}

test_an_instance_fails_in_its_region_alone if {
	found := findings([fact("instances", "i", "instance", [path(80, 80), path(443, 443)], [])])
	{finding.subject | some finding in found} == {["regions", "here"]}
	some finding in found
	count(finding.flows) == 2
	finding.evidence[0] == ["instances", "i", "/subnet_id"]
}

test_what_is_not_reached_passes if count(findings([fact("instances", "i", "instance", [], [])])) == 0

test_a_bastion_may_take_what_is_foreseen if {
	count(findings([fact("instances", "i", "bastion", [path(22, 22)], [])])) == 0
}

test_a_bastion_may_take_nothing_else if {
	some finding in findings([fact("instances", "i", "bastion", [path(22, 443)], [path(22, 443)])])
	["instances", "i", "/reachability/unexpected_paths"] in finding.evidence
	["instances", "i", "/tags/Role"] in finding.evidence
}

test_a_bastions_neighbours_are_not_the_internet if {
	inside := object.union(path(22, 22), {"from_label": "worker"})
	count(findings([fact("instances", "i", "bastion", [], [inside])])) == 0
}

test_a_cluster_for_named_addresses_passes if {
	count(findings([fact("eks_clusters", "eks", "cluster", [path(443, 443)], [])])) == 0
}

test_a_cluster_for_everyone_fails if {
	some finding in findings([fact("eks_clusters", "eks", "cluster", [path(443, 443)], [path(443, 443)])])
	contains(finding.message, "eks_clusters/eks by tcp 443")
	["eks_clusters", "eks", "/reachability/unexpected_paths"] in finding.evidence
}

test_a_function_url_fails if {
	some finding in findings([fact("lambda_functions", "sync", "other", [path(443, 443)], [])])
	contains(finding.message, "lambda_functions/sync by tcp 443")
	["lambda_functions", "sync", "/reachability/from_internet"] in finding.evidence
}
