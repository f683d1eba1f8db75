//! Instances, launch templates, volumes.

use super::Declared;
use crate::model::{
    BlockDeviceMapping, Instance, LaunchTemplate, MetadataOptions, NetworkInterface, Reason,
    ResourceRef, Snapshot, Volume,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::{left_out, own_interface};

pub(super) fn instance(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "instances");
    let mut instance = Instance::new(declared.identity(&mut draft, ""));
    instance.image_id = draft.string("/image_id", declared.get("ami"), None);
    instance.instance_type = draft.string("/instance_type", declared.get("instance_type"), None);
    instance.state = Some("running".to_owned());
    instance.availability_zone =
        draft.string("/availability_zone", declared.get("availability_zone"), None);
    // What the source leaves out, AWS chooses or the launch template says.
    let alone = declared.get("launch_template").is_none_or(|node| node.items().is_empty());
    let subnet = if alone { declared.chosen("subnet_id") } else { declared.get("subnet_id") };
    instance.subnet_id = draft.string("/subnet_id", subnet, None);
    let groups = declared.get("vpc_security_group_ids").or_else(|| declared.get("security_groups"));
    instance.security_group_ids = draft.strings("/security_group_ids", groups);
    instance.associate_public_ip_address = draft.bool(
        "/associate_public_ip_address",
        declared.get("associate_public_ip_address"),
        None,
    );
    instance.iam_instance_profile =
        draft.string("/iam_instance_profile", declared.get("iam_instance_profile"), None);
    let template = ["id", "name"].into_iter().find_map(|by| declared.at(&["launch_template", by]));
    instance.launch_template_id = draft.string("/launch_template_id", template, None);
    instance.metadata_options = metadata_options(&mut draft, declared, alone);
    let mut devices = Vec::new();
    for name in ["root_block_device", "ebs_block_device"] {
        for block in draft.items("/block_device_mappings", declared.get(name)) {
            devices.push(device(&mut draft, devices.len(), block, block));
        }
    }
    instance.block_device_mappings = devices;
    instance.user_data = draft.secret(
        "/user_data",
        "user data",
        declared.get("user_data").or_else(|| declared.get("user_data_base64")),
    );
    snapshot.model.insert(instance);
}

/// Interfaces of their own resources that an instance is made with: it has the
/// first one's subnet and security groups.
pub(super) fn take_interfaces(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let blocks = || {
        ["primary_network_interface", "network_interface"]
            .into_iter()
            .filter_map(|name| declared.get(name))
            .flat_map(Node::items)
    };
    let first = first_interface(blocks());
    for block in blocks() {
        let Some(named) = super::present(block.get("network_interface_id")) else { continue };
        let found = super::target_of::<NetworkInterface>(snapshot, named).ok_or_else(|| {
            let expression = Some(format!("the interface of {}", declared.address));
            named.unknown().cloned().unwrap_or(Reason::KnownAfterApply { expression })
        });
        let is_first = first.is_some_and(|first| std::ptr::eq(first, block));
        if is_first && declared.instance.created {
            own_interface::take(&declared.id, found.clone(), snapshot);
        }
        own_interface::attach(&declared.id, found, snapshot);
    }
}

/// An interface that is attached to an instance beside its own.
pub(super) fn interface_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<NetworkInterface>(snapshot, "network_interface_id") else {
        let instance = declared.target::<Instance>(snapshot, "instance_id");
        let instance = instance.map(|id| ResourceRef::new("instances", id));
        declared.leave_open(snapshot, "network_interface_id", instance, "/public_ip_address");
        return;
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_interfaces", &id));
    let instance = draft.string("/instance_id", declared.get("instance_id"), None);
    if let Some(interface) = snapshot.model.network_interfaces.get_mut(&id) {
        interface.instance_id = instance;
    }
}

/// The first interface: that with index 0, else the first that is written.
fn first_interface<'n>(blocks: impl Iterator<Item = &'n Node>) -> Option<&'n Node> {
    let blocks: Vec<&Node> = blocks.collect();
    let is_first = |block: &&&Node| block.get("device_index").and_then(Node::integer) == Some(0);
    blocks.iter().find(is_first).or_else(|| blocks.first()).copied()
}

fn metadata_options(
    draft: &mut Draft<'_>,
    declared: &Declared<'_>,
    defaults: bool,
) -> MetadataOptions {
    let get = |name: &str| declared.at(&["metadata_options", name]);
    let at = |field: &str| format!("/metadata_options/{field}");
    MetadataOptions {
        http_tokens: draft.string(
            &at("http_tokens"),
            get("http_tokens"),
            defaults.then_some("optional"),
        ),
        http_endpoint: draft.string(
            &at("http_endpoint"),
            get("http_endpoint"),
            defaults.then_some("enabled"),
        ),
        http_put_response_hop_limit: draft.integer(
            &at("http_put_response_hop_limit"),
            get("http_put_response_hop_limit"),
            defaults.then_some(1),
        ),
    }
}

fn device(draft: &mut Draft<'_>, index: usize, mapping: &Node, ebs: &Node) -> BlockDeviceMapping {
    let at = |field: &str| format!("/block_device_mappings/{index}/{field}");
    draft.place(&format!("/block_device_mappings/{index}"), mapping.origin.as_ref());
    let known = |name: &str| super::present(ebs.get(name));
    BlockDeviceMapping {
        device_name: draft.string(
            &at("device_name"),
            super::present(mapping.get("device_name")),
            None,
        ),
        volume_id: None,
        encrypted: encrypted(draft, &at("encrypted"), known("encrypted"), known("snapshot_id")),
        kms_key_id: draft.string(&at("kms_key_id"), known("kms_key_id"), None),
    }
}

pub(super) fn launch_template(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "launch_templates");
    let mut template = LaunchTemplate::new(declared.identity(&mut draft, "name"));
    let interfaces = declared.get("network_interfaces");
    let first = first_interface(interfaces.map(Node::items).unwrap_or_default().iter());
    let interface = |name: &str| super::present(first?.get(name));
    template.image_id = draft.string("/image_id", declared.get("image_id"), None);
    template.instance_type = draft.string("/instance_type", declared.get("instance_type"), None);
    template.subnet_id = draft.string("/subnet_id", interface("subnet_id"), None);
    template.security_group_ids = draft.strings(
        "/security_group_ids",
        declared.get("vpc_security_group_ids").or_else(|| interface("security_groups")),
    );
    template.associate_public_ip_address =
        draft.bool("/associate_public_ip_address", interface("associate_public_ip_address"), None);
    let profile = declared
        .at(&["iam_instance_profile", "arn"])
        .or_else(|| declared.at(&["iam_instance_profile", "name"]));
    template.iam_instance_profile = draft.string("/iam_instance_profile", profile, None);
    template.metadata_options = metadata_options(&mut draft, declared, true);
    let blocks = declared.get("block_device_mappings").map(Node::items).unwrap_or_default();
    for block in blocks {
        let Some(ebs) = block.get("ebs").and_then(|ebs| ebs.items().first()) else { continue };
        let index = template.block_device_mappings.len();
        template.block_device_mappings.push(device(&mut draft, index, block, ebs));
    }
    template.user_data = draft.secret("/user_data", "user data", declared.get("user_data"));
    snapshot.model.insert(template);
}

/// Whether a disk is encrypted; null where it does not say, so that the region's
/// default decides, and a gap where its snapshot does.
fn encrypted(
    draft: &mut Draft<'_>,
    path: &str,
    said: Option<&Node>,
    snapshot: Option<&Node>,
) -> Option<bool> {
    if said.is_none() && snapshot.is_some() {
        draft.gap(path, left_out::as_the_snapshot("encrypted"));
    }
    draft.bool(path, said, None)
}

pub(super) fn volume(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "volumes");
    let mut volume = Volume::new(declared.identity(&mut draft, ""));
    volume.encrypted =
        encrypted(&mut draft, "/encrypted", declared.get("encrypted"), declared.get("snapshot_id"));
    volume.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    volume.size = draft.integer("/size", declared.get("size"), None);
    volume.availability_zone =
        draft.string("/availability_zone", declared.get("availability_zone"), None);
    snapshot.model.insert(volume);
}

pub(super) fn volume_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(volume), Some(instance)) = (
        declared.target::<Volume>(snapshot, "volume_id"),
        declared.target::<Instance>(snapshot, "instance_id"),
    ) else {
        return;
    };
    if let Some(volume) = snapshot.model.volumes.get_mut(&volume) {
        volume.instance_ids.push(instance);
    }
}
