# METADATA
# title: Subnets give out no public addresses
# description: >-
#   In a subnet that gives each new interface a public address, whatever is
#   launched there is on the internet without anybody having asked for it. Load
#   balancers and NAT gateways do not need it.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html
# custom:
#   id: subnet-no-auto-public-ip
#   severity: medium
#   subject: [subnets]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - subnets.map_public_ip_on_launch
#   architecture: ["2A"]
#   remediation:
#     summary: Turn the automatic public address off; ask for an address where one is needed.
#     cloudformation: |
#       MapPublicIpOnLaunch: false
#     terraform: |
#       map_public_ip_on_launch = false
#     cli: |
#       aws ec2 modify-subnet-attribute --subnet-id SUBNET --no-map-public-ip-on-launch
#   frameworks:
#     aws-fsbp: ["EC2.15"]
#     nist-800-53-r5: ["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"]
#     pci-dss-4.0: ["1.4.4"]
#     soc2: ["CC6.6"]
#     well-architected: ["SEC05-BP01"]
package audit.subnet_no_auto_public_ip

deny contains finding if {
	some id, subnet in input.subnets
	subnet.map_public_ip_on_launch == true
	finding := {
		"subject": ["subnets", id],
		"message": "it gives new interfaces a public address (map_public_ip_on_launch is true, expected false)",
		"evidence": [["subnets", id, "/map_public_ip_on_launch"]],
	}
}
