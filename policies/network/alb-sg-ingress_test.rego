package audit.alb_sg_ingress_test

import data.audit.alb_sg_ingress

model(rule, scheme) := {
	"security_groups": {"sg": {
		"is_default": false,
		"used_by": [{"collection": "load_balancers", "id": "alb"}],
		"ingress": [object.union({"protocol": "tcp", "from_port": 443, "to_port": 443}, rule)],
	}},
	"load_balancers": {"alb": {"load_balancer_type": "application", "scheme": scheme}},
}

findings(rule, scheme) := found if {
	found := alb_sg_ingress.deny with input as model(rule, scheme)
}

test_443_and_80_pass if {
	count(findings({}, "internet-facing")) == 0
	count(findings({"from_port": 80, "to_port": 80}, "internet-facing")) == 0
}

test_other_ports_fail if {
	some finding in findings({"to_port": 8443}, "internet-facing")
	finding.message == "it admits tcp 443-8443 to the load balancer alb, expected tcp 443 and 80 only"
	["security_groups", "sg", "/ingress/0/to_port"] in finding.evidence
	count(findings({"protocol": "-1", "from_port": null, "to_port": null}, "internet-facing")) == 1
}

test_internal_balancers_are_not_judged if {
	count(findings({"to_port": 8443}, "internal")) == 0
	count(alb_sg_ingress.applicable) == 0 with input as model({}, "internal")
}

test_unknown_is_in_the_evidence if {
	some finding in findings({"to_port": null}, null)
	["security_groups", "sg", "/ingress/0/to_port"] in finding.evidence
	["load_balancers", "alb", "/scheme"] in finding.evidence
}
