//! `AWS::EC2`: instances, launch templates, volumes.

use super::{Declared, target_of};
use crate::model::{
    BlockDeviceMapping, Identity, Instance, LaunchTemplate, MetadataOptions, NetworkInterface,
    Reason, ResourceRef, Snapshot, Volume, link,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::{left_out, own_interface};

pub(super) fn instance(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let interface = first_interface(declared.get("NetworkInterfaces"));
    let mut draft = declared.draft(snapshot, "instances");
    let mut instance = Instance::new(declared.identity(&mut draft, ""));
    instance.image_id = draft.string("/image_id", declared.get("ImageId"), None);
    instance.instance_type = draft.string("/instance_type", declared.get("InstanceType"), None);
    instance.state = Some("running".to_owned());
    instance.availability_zone =
        draft.string("/availability_zone", declared.get("AvailabilityZone"), None);
    let in_interface = |name: &str| interface.and_then(|interface| interface.get(name));
    let subnet = declared.get("SubnetId").or_else(|| in_interface("SubnetId"));
    instance.subnet_id = draft.string("/subnet_id", subnet, None);
    let groups = declared.get("SecurityGroupIds").or_else(|| in_interface("GroupSet"));
    instance.security_group_ids =
        draft.strings("/security_group_ids", groups.or_else(|| declared.get("SecurityGroups")));
    instance.associate_public_ip_address =
        draft.bool("/associate_public_ip_address", in_interface("AssociatePublicIpAddress"), None);
    instance.iam_instance_profile =
        draft.string("/iam_instance_profile", declared.get("IamInstanceProfile"), None);
    let template = declared.get("LaunchTemplate");
    instance.launch_template_id = draft.string(
        "/launch_template_id",
        template.and_then(|t| t.get("LaunchTemplateId").or_else(|| t.get("LaunchTemplateName"))),
        None,
    );
    // What an instance does not say, its launch template may.
    let alone = template.is_none();
    instance.metadata_options =
        metadata_options(&mut draft, declared.get("MetadataOptions"), alone);
    instance.block_device_mappings = block_devices(&mut draft, declared.get("BlockDeviceMappings"));
    instance.user_data = draft.secret("/user_data", "user data", declared.get("UserData"));
    snapshot.model.insert(instance);
}

/// The interfaces of an instance beside its first, which is the instance itself
/// to the model.
pub(super) fn take_interfaces(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let interfaces = declared.get("NetworkInterfaces");
    let first = first_interface(interfaces);
    for (index, interface) in interfaces.map(Node::items).unwrap_or_default().iter().enumerate() {
        let is_first = first.is_some_and(|first| std::ptr::eq(first, interface));
        let Some(named) = interface.get("NetworkInterfaceId") else {
            if !is_first {
                further_interface(declared, index, interface, snapshot);
            }
            continue;
        };
        let found = target_of(named)
            .and_then(|name| link::lookup::<NetworkInterface>(snapshot, &name))
            .ok_or_else(|| {
                let target = format!("the interface of {}", declared.logical);
                named.unknown().cloned().unwrap_or(Reason::UnresolvedReference { target })
            });
        if is_first {
            own_interface::take(&declared.id, found.clone(), snapshot);
        }
        own_interface::attach(&declared.id, found, snapshot);
    }
}

/// An interface that is made with the instance.
fn further_interface(declared: &Declared<'_>, index: usize, node: &Node, snapshot: &mut Snapshot) {
    let id = format!("{}/interface-{index}", declared.id);
    let options = &declared.root.options;
    let mut interface = NetworkInterface::new(Identity {
        name: Some(format!("{} (interface {index})", declared.logical)),
        account: options.account.clone(),
        region: options.region.clone(),
        id: id.clone(),
        ..Identity::default()
    });
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_interfaces", id));
    interface.subnet_id = draft.string("/subnet_id", node.get("SubnetId"), None);
    interface.security_group_ids = draft.strings("/security_group_ids", node.get("GroupSet"));
    interface.interface_type = Some("interface".to_owned());
    interface.source_dest_check = Some(true);
    interface.requester_managed = Some(false);
    interface.instance_id = Some(declared.id.clone());
    snapshot.model.insert(interface);
}

/// An interface that is attached to an instance beside its own.
pub(super) fn interface_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("NetworkInterfaceId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_interfaces", &id));
    let instance = draft.string("/instance_id", declared.get("InstanceId"), None);
    if let Some(interface) = snapshot.model.network_interfaces.get_mut(&id) {
        interface.instance_id = instance;
    }
}

pub(super) fn launch_template(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let data = declared.get("LaunchTemplateData");
    let get = |name: &str| data.and_then(|data| data.get(name));
    let interface = first_interface(get("NetworkInterfaces"));
    let in_interface = |name: &str| interface.and_then(|interface| interface.get(name));
    let mut draft = declared.draft(snapshot, "launch_templates");
    let mut template = LaunchTemplate::new(declared.identity(&mut draft, "LaunchTemplateName"));
    template.image_id = draft.string("/image_id", get("ImageId"), None);
    template.instance_type = draft.string("/instance_type", get("InstanceType"), None);
    template.subnet_id = draft.string("/subnet_id", in_interface("SubnetId"), None);
    template.security_group_ids = draft
        .strings("/security_group_ids", get("SecurityGroupIds").or_else(|| in_interface("Groups")));
    template.associate_public_ip_address =
        draft.bool("/associate_public_ip_address", in_interface("AssociatePublicIpAddress"), None);
    let profile = get("IamInstanceProfile");
    template.iam_instance_profile = draft.string(
        "/iam_instance_profile",
        profile.and_then(|profile| profile.get("Arn").or_else(|| profile.get("Name"))),
        None,
    );
    template.metadata_options = metadata_options(&mut draft, get("MetadataOptions"), true);
    template.block_device_mappings = block_devices(&mut draft, get("BlockDeviceMappings"));
    template.user_data = draft.secret("/user_data", "user data", get("UserData"));
    snapshot.model.insert(template);
}

fn first_interface(interfaces: Option<&Node>) -> Option<&Node> {
    let interfaces = interfaces?.items();
    interfaces
        .iter()
        .find(|interface| interface.get("DeviceIndex").and_then(Node::integer) == Some(0))
        .or_else(|| interfaces.first())
}

/// The options; AWS's defaults where nothing is said, if `defaults`.
fn metadata_options(draft: &mut Draft<'_>, node: Option<&Node>, defaults: bool) -> MetadataOptions {
    let get = |name: &str| node.and_then(|node| node.get(name));
    let path = |field: &str| format!("/metadata_options/{field}");
    MetadataOptions {
        http_tokens: draft.string(
            &path("http_tokens"),
            get("HttpTokens"),
            defaults.then_some("optional"),
        ),
        http_endpoint: draft.string(
            &path("http_endpoint"),
            get("HttpEndpoint"),
            defaults.then_some("enabled"),
        ),
        http_put_response_hop_limit: draft.integer(
            &path("http_put_response_hop_limit"),
            get("HttpPutResponseHopLimit"),
            defaults.then_some(1),
        ),
    }
}

fn block_devices(draft: &mut Draft<'_>, node: Option<&Node>) -> Vec<BlockDeviceMapping> {
    let items = draft.items("/block_device_mappings", node);
    let mut found = Vec::new();
    for item in items.iter().filter(|item| item.get("Ebs").is_some()) {
        let path = format!("/block_device_mappings/{}", found.len());
        draft.place(&path, item.origin.as_ref());
        let ebs = |name: &str| item.get("Ebs").and_then(|ebs| ebs.get(name));
        found.push(BlockDeviceMapping {
            device_name: draft.string(&format!("{path}/device_name"), item.get("DeviceName"), None),
            volume_id: None,
            encrypted: encrypted(
                draft,
                &format!("{path}/encrypted"),
                ebs("Encrypted"),
                ebs("SnapshotId"),
            ),
            kms_key_id: draft.string(&format!("{path}/kms_key_id"), ebs("KmsKeyId"), None),
        });
    }
    found
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
        draft.gap(path, left_out::as_the_snapshot("Encrypted"));
    }
    draft.bool(path, said, None)
}

pub(super) fn volume(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "volumes");
    let mut volume = Volume::new(declared.identity(&mut draft, ""));
    volume.encrypted =
        encrypted(&mut draft, "/encrypted", declared.get("Encrypted"), declared.get("SnapshotId"));
    volume.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    volume.size = draft.integer("/size", declared.get("Size"), None);
    volume.availability_zone =
        draft.string("/availability_zone", declared.get("AvailabilityZone"), None);
    snapshot.model.insert(volume);
}

pub(super) fn volume_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(volume), Some(instance)) =
        (declared.target("VolumeId"), declared.target("InstanceId"))
    else {
        return;
    };
    if let Some(volume) = snapshot.model.volumes.get_mut(&volume) {
        volume.instance_ids.push(instance);
    }
}
