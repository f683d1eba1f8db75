package audit.ecs_image_pinned_test

import data.audit.ecs_image_pinned

model(image) := {"ecs_task_definitions": {"task": {"containers": [
	{"name": "proxy", "image": "envoy:1.31"},
	{"name": "app", "image": image},
]}}}

test_pinned_images_pass if {
	every image in [
		"orders:1.4.2",
		"registry.example:5000/orders:1.4.2",
		"111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:0123456789abcdef",
		"orders:latest@sha256:0123456789abcdef",
		"${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/assets-${AWS::AccountId}-${AWS::Region}:1f3a",
	] {
		count(ecs_image_pinned.deny) == 0 with input as model(image)
	}
}

test_latest_fails if {
	some finding in ecs_image_pinned.deny with input as model("orders:latest")
	finding.subject == ["ecs_task_definitions", "task", "/containers/1"]
	finding.message == "the image orders:latest of container app has the tag latest, expected a version tag or a digest"
	finding.evidence == [["ecs_task_definitions", "task", "/containers/1/image"]]
}

test_no_tag_fails if {
	every image in ["orders@latest", "orders@", "orders", "registry.example:5000/orders", "orders:", "assets-${AWS::Region}"] {
		count(ecs_image_pinned.deny) == 1 with input as model(image)
	}
}

test_no_image_rests_on_the_image if {
	some finding in ecs_image_pinned.deny with input as model(null)
	finding.message == "container app names no image, expected one with a version tag or a digest"
	finding.evidence == [["ecs_task_definitions", "task", "/containers/1/image"]]
}
