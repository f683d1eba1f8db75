# METADATA
# title: EC2 instances require IMDSv2
# description: >-
#   With IMDSv1 any request that an application can be tricked into sending reads
#   the instance's credentials. IMDSv2 wants a session token first, and a hop
#   limit of at most two keeps the answer from travelling beyond a container on
#   the instance. What an instance does not set, its launch template decides.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-transition-to-version-2.html
# custom:
#   id: ec2-imdsv2
#   severity: high
#   subject: [instances, launch_templates]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - instances.metadata_options.http_tokens
#     - instances.metadata_options.http_endpoint
#     - instances.metadata_options.http_put_response_hop_limit
#     - launch_templates.metadata_options.http_tokens
#     - launch_templates.metadata_options.http_endpoint
#     - launch_templates.metadata_options.http_put_response_hop_limit
#   architecture: ["+"]
#   remediation:
#     summary: Require session tokens and set the hop limit to 1, or to 2 where containers in bridge mode need the metadata.
#     cloudformation: |
#       MetadataOptions:
#         HttpTokens: required
#         HttpPutResponseHopLimit: 1
#     terraform: |
#       metadata_options {
#         http_tokens                 = "required"
#         http_put_response_hop_limit = 1
#       }
#     cli: |
#       aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required --http-put-response-hop-limit 1
#   frameworks:
#     aws-fsbp: ["EC2.8", "EC2.170"]
#     cis-aws-foundations-3.0: ["5.6"]
#     cis-aws-foundations-5.0: ["5.7"]
#     nist-800-53-r5: ["AC-3", "AC-6"]
#     pci-dss-4.0: ["2.2.6"]
#     soc2: ["CC6.1"]
#     well-architected: ["SEC06-BP01"]
package audit.ec2_imdsv2

import data.audit.lib.ec2
import data.audit.lib.text

maximum_hops := 2

# [collection, id, options in force, the same options' evidence by attribute].
subjects contains ["instances", id, options, evidence] if {
	some id, instance in ec2.instances
	template := input.launch_templates[instance.launch_template_id]
	options := {name: option |
		some name in option_names
		option := first_set(instance.metadata_options[name], template.metadata_options[name])
	}
	evidence := {name: places |
		some name in option_names
		places := [
			["instances", id, sprintf("/metadata_options/%s", [name])],
			["launch_templates", instance.launch_template_id, sprintf("/metadata_options/%s", [name])],
		]
	}
}

subjects contains ["instances", id, instance.metadata_options, evidence] if {
	some id, instance in ec2.instances
	not input.launch_templates[instance.launch_template_id]
	evidence := {name: array.concat(places, [["instances", id, "/launch_template_id"]]) |
		some name, places in own_evidence("instances", id)
	}
}

subjects contains ["launch_templates", id, template.metadata_options, own_evidence("launch_templates", id)] if {
	some id, template in input.launch_templates
}

option_names := ["http_tokens", "http_endpoint", "http_put_response_hop_limit"]

own_evidence(collection, id) := {name: [[collection, id, sprintf("/metadata_options/%s", [name])]] |
	some name in option_names
}

first_set(own, _) := own if own != null

first_set(own, inherited) := inherited if own == null

deny contains finding if {
	some [collection, id, options, evidence] in subjects
	options.http_endpoint != "disabled"
	options.http_tokens != "required"
	finding := {
		"subject": [collection, id],
		"message": sprintf("it answers IMDSv1 (http_tokens is %s, expected required)", [text.shown(options.http_tokens)]),
		"evidence": array.concat(evidence.http_tokens, evidence.http_endpoint),
	}
}

deny contains finding if {
	some [collection, id, options, evidence] in subjects
	options.http_endpoint != "disabled"
	is_number(options.http_put_response_hop_limit)
	options.http_put_response_hop_limit > maximum_hops
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"metadata answers may travel %d hops, expected at most %d",
			[options.http_put_response_hop_limit, maximum_hops],
		),
		"evidence": array.concat(evidence.http_put_response_hop_limit, evidence.http_endpoint),
	}
}

# A launch template that is not known may let the answers travel further.
deny contains finding if {
	some id, instance in ec2.instances
	instance.launch_template_id != null
	not input.launch_templates[instance.launch_template_id]
	instance.metadata_options.http_endpoint != "disabled"
	instance.metadata_options.http_put_response_hop_limit == null
	finding := {
		"subject": ["instances", id],
		"message": sprintf("it leaves the hop limit to the launch template %s, which is not known", [instance.launch_template_id]),
		"evidence": [
			["instances", id, "/launch_template_id"],
			["instances", id, "/metadata_options/http_put_response_hop_limit"],
			["instances", id, "/metadata_options/http_endpoint"],
		],
	}
}

applicable contains [collection, id] if some [collection, id, _, _] in subjects

depends contains {"subject": ["instances", id], "on": ["launch_templates", instance.launch_template_id]} if {
	some id, instance in ec2.instances
	instance.launch_template_id != null
}
