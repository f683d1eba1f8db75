//! Instances, launch templates and volumes.
//!
//! Source: the Amazon EC2 API reference.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types;

use super::ec2_network::identity;
use super::scope::Scope;
use crate::model::{
    BlockDeviceMapping, Instance, LaunchTemplate, MetadataOptions, Reason, Region, ResourceRef,
    SecretValue, Volume,
};
use crate::source::left_out;
use crate::source::operation::ec2_instance::{
    DESCRIBE_INSTANCES, DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, DESCRIBE_VOLUMES,
    GET_EBS_ENCRYPTION_BY_DEFAULT,
};

pub(super) async fn read(scope: &Scope, client: &Client, region: &str) {
    futures::join!(
        instances_and_volumes(scope, client),
        launch_templates(scope, client),
        ebs_encryption(scope, client, region),
    );
}

async fn instances_and_volumes(scope: &Scope, client: &Client) {
    let (instances, volumes) = futures::join!(
        async {
            let pages = client.describe_instances().into_paginator().send();
            scope.pages(&DESCRIBE_INSTANCES, None, pages).await
        },
        async {
            let pages = client.describe_volumes().into_paginator().send();
            scope.pages(&DESCRIBE_VOLUMES, None, pages).await
        },
    );
    for found in volumes.into_iter().flat_map(|page| page.volumes.unwrap_or_default()) {
        let Some(id) = found.volume_id else { continue };
        let mut volume = Volume::new(identity(scope, "volume", &id, found.tags));
        volume.encrypted = Some(found.encrypted.unwrap_or(false));
        volume.kms_key_id = found.kms_key_id;
        volume.size = found.size.map(i64::from);
        volume.availability_zone = found.availability_zone;
        volume.instance_ids = found
            .attachments
            .unwrap_or_default()
            .into_iter()
            .filter_map(|attachment| attachment.instance_id)
            .collect();
        scope.insert(volume, &DESCRIBE_VOLUMES);
    }
    let reservations = instances.into_iter().flat_map(|page| page.reservations.unwrap_or_default());
    for found in reservations.flat_map(|reservation| reservation.instances.unwrap_or_default()) {
        instance(scope, found);
    }
}

fn instance(scope: &Scope, found: types::Instance) {
    let Some(id) = found.instance_id else { return };
    let state = found.state.and_then(|state| state.name).map(|name| name.as_str().to_owned());
    if state.as_deref() == Some("terminated") {
        return;
    }
    let mut instance = Instance::new(identity(scope, "instance", &id, found.tags));
    instance.state = state;
    instance.image_id = found.image_id;
    instance.instance_type = found.instance_type.map(|kind| kind.as_str().to_owned());
    instance.vpc_id = found.vpc_id;
    instance.subnet_id = found.subnet_id;
    instance.availability_zone = found.placement.and_then(|placement| placement.availability_zone);
    instance.security_group_ids = found
        .security_groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.group_id)
        .collect();
    instance.public_ip_address = found.public_ip_address;
    instance.associate_public_ip_address = Some(instance.public_ip_address.is_some());
    instance.private_ip_address = found.private_ip_address;
    instance.ipv6_addresses = found
        .network_interfaces
        .unwrap_or_default()
        .into_iter()
        .flat_map(|interface| interface.ipv6_addresses.unwrap_or_default())
        .filter_map(|address| address.ipv6_address)
        .collect();
    instance.iam_instance_profile = found.iam_instance_profile.and_then(|profile| profile.arn);
    instance.launch_template_id = instance.tags.get("aws:ec2launchtemplate:id").cloned();
    instance.metadata_options = found
        .metadata_options
        .map(|options| MetadataOptions {
            http_tokens: options.http_tokens.map(|tokens| tokens.as_str().to_owned()),
            http_endpoint: options.http_endpoint.map(|endpoint| endpoint.as_str().to_owned()),
            http_put_response_hop_limit: options.http_put_response_hop_limit.map(i64::from),
        })
        // AWS's defaults, where an old instance says nothing.
        .unwrap_or_else(|| MetadataOptions {
            http_tokens: Some("optional".to_owned()),
            http_endpoint: Some("enabled".to_owned()),
            http_put_response_hop_limit: Some(1),
        });
    for mapping in found.block_device_mappings.unwrap_or_default() {
        let volume_id = mapping.ebs.and_then(|ebs| ebs.volume_id);
        let known = volume_id
            .as_ref()
            .and_then(|id| {
                let snapshot = scope.snapshot();
                let volume = snapshot.model.volumes.get(id)?;
                Some((volume.encrypted, volume.kms_key_id.clone()))
            })
            .unwrap_or_default();
        instance.block_device_mappings.push(BlockDeviceMapping {
            device_name: mapping.device_name,
            volume_id,
            encrypted: known.0,
            kms_key_id: known.1,
        });
    }
    let reference = scope.insert(instance, &DESCRIBE_INSTANCES);
    // It takes a call for each instance, and no verdict rests on it.
    let source = "a scan of an account".to_owned();
    scope.gap(&reference, "/user_data", Reason::NotInSource { source });
}

async fn launch_templates(scope: &Scope, client: &Client) {
    let operation = &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS;
    // Without a name it tells the default versions of all templates.
    let pages =
        client.describe_launch_template_versions().versions("$Default").into_paginator().send();
    let pages = scope.pages(operation, None, pages).await;
    for found in
        pages.into_iter().flat_map(|page| page.launch_template_versions.unwrap_or_default())
    {
        let Some(id) = found.launch_template_id else { continue };
        let mut template = LaunchTemplate::new(identity(scope, "launch-template", &id, None));
        template.name = found.launch_template_name.or(template.name);
        let open = match found.launch_template_data {
            Some(data) => fill(scope, &mut template, data),
            None => Vec::new(),
        };
        let reference = scope.insert(template, operation);
        for path in open {
            scope.gap(&reference, &path, left_out::as_the_snapshot("Encrypted"));
        }
    }
}

/// Fills in what a version says; gives what of it a snapshot decides.
fn fill(
    scope: &Scope,
    template: &mut LaunchTemplate,
    data: types::ResponseLaunchTemplateData,
) -> Vec<String> {
    let mut interfaces = data.network_interfaces.unwrap_or_default();
    let first =
        interfaces.iter().position(|interface| interface.device_index == Some(0)).unwrap_or(0);
    let interface = (first < interfaces.len()).then(|| interfaces.swap_remove(first));
    template.image_id = data.image_id;
    template.instance_type = data.instance_type.map(|kind| kind.as_str().to_owned());
    template.security_group_ids = data.security_group_ids.unwrap_or_default();
    if let Some(interface) = interface {
        template.subnet_id = interface.subnet_id;
        template.associate_public_ip_address = interface.associate_public_ip_address;
        template.security_group_ids.extend(interface.groups.unwrap_or_default());
    }
    template.iam_instance_profile =
        data.iam_instance_profile.and_then(|profile| profile.arn.or(profile.name));
    let options = data.metadata_options;
    let text = |value: Option<&str>, default: &str| Some(value.unwrap_or(default).to_owned());
    template.metadata_options = MetadataOptions {
        http_tokens: text(
            options.as_ref().and_then(|o| o.http_tokens.as_ref()).map(|v| v.as_str()),
            "optional",
        ),
        http_endpoint: text(
            options.as_ref().and_then(|o| o.http_endpoint.as_ref()).map(|v| v.as_str()),
            "enabled",
        ),
        http_put_response_hop_limit: Some(
            options.and_then(|o| o.http_put_response_hop_limit).map_or(1, i64::from),
        ),
    };
    let mut open = Vec::new();
    for mapping in data.block_device_mappings.unwrap_or_default() {
        let Some(ebs) = mapping.ebs else { continue };
        if ebs.encrypted.is_none() && ebs.snapshot_id.is_some() {
            let index = template.block_device_mappings.len();
            open.push(format!("/block_device_mappings/{index}/encrypted"));
        }
        template.block_device_mappings.push(BlockDeviceMapping {
            device_name: mapping.device_name,
            volume_id: None,
            // What it does not say, the region's default decides.
            encrypted: ebs.encrypted,
            kms_key_id: ebs.kms_key_id,
        });
    }
    template.user_data =
        data.user_data.map(|text| SecretValue::of_literal("user data", &text, scope.secret_key()));
    open
}

async fn ebs_encryption(scope: &Scope, client: &Client, region: &str) {
    let call = client.get_ebs_encryption_by_default().send();
    if let Some(answer) = scope.call(&GET_EBS_ENCRYPTION_BY_DEFAULT, Some(region), call).await {
        scope.update::<Region>(region, |region| {
            region.ebs_encryption_by_default = answer.ebs_encryption_by_default;
        });
        let reference = ResourceRef::new("regions", region);
        scope.read_by(&reference, "/ebs_encryption_by_default", &GET_EBS_ENCRYPTION_BY_DEFAULT);
    }
}
