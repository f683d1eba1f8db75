package audit.ec2_private_test

import data.audit.ec2_private

profile := {"bastion_tag": {"key": "Role", "value": "bastion"}}

instance := {
	"state": "running",
	"associate_public_ip_address": false,
	"public_ip_address": null,
	"subnet_id": "private",
	"launch_template_id": null,
	"tags": {},
}

model(changes, extra) := object.union(
	{
		"instances": {"web": object.union(instance, changes)},
		"launch_templates": {},
		"subnets": {"private": {"public": false}, "public": {"public": true}, "unknown": {"public": null}},
		"network_interfaces": {},
		"elastic_ips": {},
	},
	extra,
)

test_private_instance_passes if {
	count(ec2_private.deny) == 0 with input as model({}, {}) with data.profile as profile
}

test_public_address_fails if {
	changes := {"associate_public_ip_address": true, "public_ip_address": "198.51.100.7"}
	some finding in ec2_private.deny with input as model(changes, {}) with data.profile as profile
	finding.message == "it gets a public address (198.51.100.7)"
	finding.evidence[0] == ["instances", "web", "/associate_public_ip_address"]
}

test_public_subnet_fails if {
	some finding in ec2_private.deny with input as model({"subnet_id": "public"}, {}) with data.profile as profile
	finding.evidence[0] == ["subnets", "public", "/public"]
}

test_unknown_facts_are_no_finding if {
	changes := {"associate_public_ip_address": null, "subnet_id": "unknown"}
	count(ec2_private.deny) == 0 with input as model(changes, {}) with data.profile as profile
}

test_no_subnet_rests_on_the_subnet if {
	some finding in ec2_private.deny with input as model({"subnet_id": null}, {}) with data.profile as profile
	finding.evidence[0] == ["instances", "web", "/subnet_id"]
}

of_template(own, template) := object.union(
	model(object.union({"launch_template_id": "template"}, own), {}),
	{"launch_templates": {"template": object.union({"tags": {}}, template)}},
)

test_launch_template_decides_what_the_instance_leaves_open if {
	own := {"subnet_id": null, "associate_public_ip_address": null}
	private := {"subnet_id": "private", "associate_public_ip_address": false}
	count(ec2_private.deny) == 0 with input as of_template(own, private) with data.profile as profile
	public_subnet := {"subnet_id": "public", "associate_public_ip_address": false}
	subjects := {finding.subject | some finding in ec2_private.deny} with input as of_template(own, public_subnet)
		with data.profile as profile
	subjects == {["instances", "web"], ["launch_templates", "template"]}
	public_address := {"subnet_id": "private", "associate_public_ip_address": true}
	addressed := {finding.subject | some finding in ec2_private.deny} with input as of_template(own, public_address)
		with data.profile as profile
	addressed == {["instances", "web"], ["launch_templates", "template"]}
}

test_the_instance_goes_before_its_launch_template if {
	template := {"subnet_id": "public", "associate_public_ip_address": true}
	subjects := {finding.subject | some finding in ec2_private.deny} with input as of_template({}, template)
		with data.profile as profile
	subjects == {["launch_templates", "template"]}
}

test_no_subnet_anywhere_starts_in_the_default_vpc if {
	own := {"subnet_id": null}
	template := {"subnet_id": null, "associate_public_ip_address": null}
	some finding in ec2_private.deny with input as of_template(own, template) with data.profile as profile
	finding.message == "it names no subnet, so it starts in a public subnet of the default VPC"
	["launch_templates", "template", "/subnet_id"] in finding.evidence
}

test_what_a_missing_launch_template_decides_rests_on_it if {
	changes := {"subnet_id": null, "launch_template_id": "template"}
	some finding in ec2_private.deny with input as model(changes, {}) with data.profile as profile
	finding.evidence[0] == ["instances", "web", "/launch_template_id"]
	count(ec2_private.deny) == 0 with input as model({"launch_template_id": "template"}, {})
		with data.profile as profile
}

test_elastic_ip_fails if {
	extra := {"elastic_ips": {"eip": {"instance_id": "web", "network_interface_id": null}}}
	some finding in ec2_private.deny with input as model({}, extra) with data.profile as profile
	finding.message == "the elastic IP eip leads to it"
}

test_elastic_ip_of_a_second_interface_fails if {
	extra := {
		"elastic_ips": {"eip": {"instance_id": null, "network_interface_id": "eni"}},
		"network_interfaces": {"eni": {"instance_id": "web", "subnet_id": "private", "public_ip_addresses": []}},
	}
	some finding in ec2_private.deny with input as model({}, extra) with data.profile as profile
	finding.evidence[0] == ["elastic_ips", "eip", "/network_interface_id"]
}

test_second_interface_in_a_public_subnet_fails if {
	interface := {"instance_id": "web", "subnet_id": "public", "public_ip_addresses": ["198.51.100.7"]}
	extra := {"network_interfaces": {"eni": interface}}
	count(ec2_private.deny) == 2 with input as model({}, extra) with data.profile as profile
}

test_bastion_is_not_judged if {
	changes := {"associate_public_ip_address": true, "tags": {"Role": "bastion"}}
	count(ec2_private.deny) == 0 with input as model(changes, {}) with data.profile as profile
	count(ec2_private.applicable) == 0 with input as model(changes, {}) with data.profile as profile
}

test_unknown_tag_rests_on_the_tag if {
	changes := {"associate_public_ip_address": true}
	some finding in ec2_private.deny with input as model(changes, {}) with data.profile as profile
	["instances", "web", "/tags/Role"] in finding.evidence
}

test_terminated_instance_is_not_judged if {
	count(ec2_private.applicable) == 0 with input as model({"state": "terminated"}, {}) with data.profile as profile
}

test_launch_template_that_says_nothing_passes if {
	template := {"subnet_id": null, "associate_public_ip_address": null, "tags": {}}
	count(ec2_private.deny) == 0 with input as model({}, {"launch_templates": {"lt": template}})
		with data.profile as profile
}

test_launch_template_with_public_address_fails if {
	template := {"subnet_id": "public", "associate_public_ip_address": true, "tags": {}}
	subjects := [finding.subject | some finding in ec2_private.deny] with input as model({}, {"launch_templates": {"lt": template}})
		with data.profile as profile
	subjects == [["launch_templates", "lt"], ["launch_templates", "lt"]]
}

test_flows_come_from_the_analysis if {
	path := {"from_label": "internet", "protocol": "tcp", "from_port": 22, "to_port": 22, "hops": [{"resource": null, "path": null, "description": "internet"}]}
	extra := {"analysis": {"reachability": {"instances/web": {"internet_paths": [path]}}}}
	some finding in ec2_private.deny with input as model({"associate_public_ip_address": true}, extra)
		with data.profile as profile
	finding.flows == [{"label": "internet to web, tcp 22", "hops": path.hops}]
}
