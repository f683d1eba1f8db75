# METADATA
# title: Container images are pinned to a version
# description: >-
#   An image without a tag, or with latest, is whatever was pushed last: two
#   tasks of one service may run different code, and a rollback brings back the
#   broken image. A version tag or a digest says what runs.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
# custom:
#   id: ecs-image-pinned
#   severity: high
#   subject: [ecs_task_definitions.containers]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - ecs_task_definitions.containers.image
#   architecture: ["5"]
#   remediation:
#     summary: Name the image with a version tag or, better, its digest.
#     cloudformation: |
#       Image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4.2
#     terraform: |
#       image = "${aws_ecr_repository.orders.repository_url}:1.4.2"
#   frameworks:
#     nist-800-53-r5: ["CM-2", "SI-7"]
#     soc2: ["CC8.1"]
#     well-architected: ["REL08-BP04", "SEC06-BP04"]
package audit.ecs_image_pinned

import data.audit.lib.containers
import data.audit.lib.text

deny contains finding if {
	some [id, index, container] in containers.declared
	container.image != null
	problem := unpinned(container.image)
	pointer := sprintf("/containers/%d", [index])
	finding := {
		"subject": ["ecs_task_definitions", id, pointer],
		"message": sprintf(
			"the image %s of container %s has %s, expected a version tag or a digest",
			[container.image, text.shown(container.name), problem],
		),
		"evidence": [["ecs_task_definitions", id, concat("", [pointer, "/image"])]],
	}
}

deny contains finding if {
	some [id, index, container] in containers.declared
	container.image == null
	pointer := sprintf("/containers/%d", [index])
	finding := {
		"subject": ["ecs_task_definitions", id, pointer],
		"message": sprintf("container %s names no image, expected one with a version tag or a digest", [text.shown(container.name)]),
		"evidence": [["ecs_task_definitions", id, concat("", [pointer, "/image"])]],
	}
}

# A registry's port stands before the last slash, a tag after it. The colons of
# a pseudo parameter, as in `${AWS::Region}`, are none of a tag.
last_part(image) := parts[count(parts) - 1] if parts := split(replace(image, "${AWS::", "${AWS."), "/")

unpinned(image) := "no tag" if {
	not has_digest(image)
	tag_of(last_part(image)) == ""
}

unpinned(image) := "the tag latest" if {
	not has_digest(image)
	tag_of(last_part(image)) == "latest"
}

has_digest(image) if regex.match(`@[a-z0-9]+:[0-9a-fA-F]+$`, image)

tag_of(part) := "" if not contains(part, ":")

tag_of(part) := split(part, ":")[1] if contains(part, ":")
