//! Instances, launch templates and volumes.
//!
//! Source: the AWS CLI command reference, `aws ec2`.

use super::item::Item;
use super::scope::Scope;
use crate::model::{
    BlockDeviceMapping, Instance, LaunchTemplate, MetadataOptions, Reason, Region, ResourceRef,
    Volume,
};
use crate::source::left_out;
use crate::source::node::Node;
use crate::source::operation::ec2_instance::{
    DESCRIBE_INSTANCES, DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, DESCRIBE_VOLUMES,
    GET_EBS_ENCRYPTION_BY_DEFAULT,
};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&DESCRIBE_VOLUMES) {
        volume(scope, &item);
    }
    for item in scope.items(&DESCRIBE_INSTANCES) {
        // Instances stand in reservations; Batfish also has them alone.
        match item.get("Instances") {
            Some(instances) => instances.items().iter().for_each(|item| instance(scope, item)),
            None => instance(scope, &item),
        }
    }
    for item in scope.items(&DESCRIBE_LAUNCH_TEMPLATE_VERSIONS) {
        launch_template(scope, &item);
    }
    let key = scope.region_key();
    for answer in scope.take(&GET_EBS_ENCRYPTION_BY_DEFAULT) {
        let mut draft = scope.draft(ResourceRef::new("regions", &key), &answer.node);
        let flag = draft.bool("/ebs_encryption_by_default", Some(&answer.node), None);
        scope.update::<Region>(&key, |region| region.ebs_encryption_by_default = flag);
    }
}

fn volume(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_VOLUMES, node, "VolumeId") else { return };
    let mut volume = Volume::new(scope.ec2("volume", &id, node));
    let mut item = scope.read(&volume, node);
    volume.encrypted = item.flag("/encrypted", "Encrypted");
    volume.kms_key_id = item.string("/kms_key_id", "KmsKeyId");
    volume.size = item.integer("/size", "Size");
    volume.availability_zone = item.string("/availability_zone", "AvailabilityZone");
    volume.instance_ids = item.each("/instance_ids", "Attachments", "InstanceId");
    scope.keep(volume);
}

fn instance(scope: &mut Scope<'_>, node: &Node) {
    let Some(id) = scope.key(&DESCRIBE_INSTANCES, node, "InstanceId") else { return };
    let mut instance = Instance::new(scope.ec2("instance", &id, node));
    let state = node.get("State").and_then(|state| state.get("Name"));
    if state.and_then(Node::text).as_deref() == Some("terminated") {
        return;
    }
    let mut item = scope.read(&instance, node);
    instance.state = item.draft.string("/state", state, None);
    instance.image_id = item.string("/image_id", "ImageId");
    instance.instance_type = item.string("/instance_type", "InstanceType");
    instance.vpc_id = item.string("/vpc_id", "VpcId");
    instance.subnet_id = item.string("/subnet_id", "SubnetId");
    let zone = item.get("Placement").and_then(|placement| placement.get("AvailabilityZone"));
    instance.availability_zone = item.draft.string("/availability_zone", zone, None);
    instance.security_group_ids =
        item.full_each("/security_group_ids", "SecurityGroups", "GroupId");
    instance.public_ip_address = item.string("/public_ip_address", "PublicIpAddress");
    instance.associate_public_ip_address = Some(instance.public_ip_address.is_some());
    instance.private_ip_address = item.string("/private_ip_address", "PrivateIpAddress");
    for interface in item.list("/ipv6_addresses", "NetworkInterfaces") {
        let addresses = interface.get("Ipv6Addresses").map(Node::items).unwrap_or_default();
        let found = addresses.iter().filter_map(|one| one.get("Ipv6Address").and_then(Node::text));
        instance.ipv6_addresses.extend(found);
    }
    let profile = item.get("IamInstanceProfile").and_then(|profile| profile.get("Arn"));
    instance.iam_instance_profile = item.draft.string("/iam_instance_profile", profile, None);
    instance.launch_template_id = instance.tags.get("aws:ec2launchtemplate:id").cloned();
    // AWS's defaults, where an old instance says nothing.
    instance.metadata_options = match item.get("MetadataOptions") {
        Some(options) => metadata(&mut item, options, (None, None, None)),
        None => metadata(&mut item, &Node::new(crate::source::node::Value::Absent), DEFAULTS),
    };
    let mut mappings = Vec::new();
    for found in item.list("/block_device_mappings", "BlockDeviceMappings") {
        let text = |node: Option<&Node>| node.and_then(Node::text);
        mappings.push(BlockDeviceMapping {
            device_name: text(found.get("DeviceName")),
            volume_id: text(found.get("Ebs").and_then(|ebs| ebs.get("VolumeId"))),
            ..BlockDeviceMapping::default()
        });
    }
    // It takes a call for each instance, and no verdict rests on it.
    let source = "saved AWS CLI output".to_owned();
    item.draft.gap("/user_data", Reason::NotInSource { source });
    for mapping in &mut mappings {
        let volume = mapping.volume_id.as_ref().and_then(|id| scope.kept::<Volume>(id));
        if let Some(volume) = volume {
            mapping.encrypted = volume.encrypted;
            mapping.kms_key_id.clone_from(&volume.kms_key_id);
        }
    }
    instance.block_device_mappings = mappings;
    scope.keep(instance);
}

type MetadataDefaults = (Option<&'static str>, Option<&'static str>, Option<i64>);

/// AWS's defaults for the instance metadata service.
///
/// Source: the EC2 API reference, `InstanceMetadataOptionsRequest`.
const DEFAULTS: MetadataDefaults = (Some("optional"), Some("enabled"), Some(1));

fn metadata(
    item: &mut Item<'_, '_>,
    options: &Node,
    (tokens, endpoint, limit): MetadataDefaults,
) -> MetadataOptions {
    let draft = &mut item.draft;
    let mut text = |field: &str, key: &str, default: Option<&str>| {
        draft.string(&format!("/metadata_options/{field}"), options.get(key), default)
    };
    let http_tokens = text("http_tokens", "HttpTokens", tokens);
    let http_endpoint = text("http_endpoint", "HttpEndpoint", endpoint);
    let path = "/metadata_options/http_put_response_hop_limit";
    let limit = draft.integer(path, options.get("HttpPutResponseHopLimit"), limit);
    MetadataOptions { http_tokens, http_endpoint, http_put_response_hop_limit: limit }
}

fn launch_template(scope: &mut Scope<'_>, node: &Node) {
    let operation = &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS;
    let Some(id) = scope.key(operation, node, "LaunchTemplateId") else { return };
    // A scan asks for the default versions alone.
    if node.get("DefaultVersion").and_then(Node::bool) == Some(false) {
        return;
    }
    let mut template = LaunchTemplate::new(scope.ec2("launch-template", &id, node));
    let mut item = scope.read(&template, node);
    template.name = item.string("/name", "LaunchTemplateName").or(template.name);
    if let Some(data) = item.get("LaunchTemplateData") {
        fill(&mut Item::new(item.draft, data), &mut template);
    }
    scope.keep(template);
}

fn fill(item: &mut Item<'_, '_>, template: &mut LaunchTemplate) {
    let interfaces = item.list("/subnet_id", "NetworkInterfaces");
    let is_first = |one: &&Node| one.get("DeviceIndex").and_then(Node::integer) == Some(0);
    let interface = interfaces.iter().find(is_first).or(interfaces.first());
    template.image_id = item.string("/image_id", "ImageId");
    template.instance_type = item.string("/instance_type", "InstanceType");
    template.security_group_ids = item.strings("/security_group_ids", "SecurityGroupIds");
    if let Some(interface) = interface {
        let draft = &mut item.draft;
        template.subnet_id = draft.string("/subnet_id", interface.get("SubnetId"), None);
        let path = "/associate_public_ip_address";
        template.associate_public_ip_address =
            draft.bool(path, interface.get("AssociatePublicIpAddress"), None);
        template
            .security_group_ids
            .extend(draft.strings("/security_group_ids", interface.get("Groups")));
    }
    let profile = item.get("IamInstanceProfile");
    let profile = profile.and_then(|profile| profile.get("Arn").or_else(|| profile.get("Name")));
    template.iam_instance_profile = item.draft.string("/iam_instance_profile", profile, None);
    let nothing = Node::new(crate::source::node::Value::Absent);
    let options = item.get("MetadataOptions").unwrap_or(&nothing);
    template.metadata_options = metadata(item, options, DEFAULTS);
    for found in item.list("/block_device_mappings", "BlockDeviceMappings") {
        let Some(ebs) = found.get("Ebs") else { continue };
        let path =
            format!("/block_device_mappings/{}/encrypted", template.block_device_mappings.len());
        if ebs.get("Encrypted").is_none() && ebs.get("SnapshotId").is_some() {
            item.draft.gap(&path, left_out::as_the_snapshot("Encrypted"));
        }
        template.block_device_mappings.push(BlockDeviceMapping {
            device_name: found.get("DeviceName").and_then(Node::text),
            volume_id: None,
            // What it does not say, the region's default decides.
            encrypted: item.draft.bool(&path, ebs.get("Encrypted"), None),
            kms_key_id: ebs.get("KmsKeyId").and_then(Node::text),
        });
    }
    let user_data = item.get("UserData");
    template.user_data = item.draft.secret("/user_data", "user data", user_data);
}
