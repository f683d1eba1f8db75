//! EC2 instances, launch templates and volumes.
//!
//! Source: the EC2 API reference.

use super::resource::{resource, value};
use super::secret::SecretValue;

value! {
    /// How the instance metadata service may be used.
    MetadataOptions {
        /// `required` for IMDSv2 only, `optional` for both versions.
        http_tokens: Option<String>,
        /// `enabled` or `disabled`.
        http_endpoint: Option<String>,
        /// How many hops a metadata answer may travel, 1 to 64.
        http_put_response_hop_limit: Option<i64>,
    }
}

value! {
    /// A volume that is attached at launch.
    BlockDeviceMapping {
        /// The device's name, such as `/dev/xvda`.
        device_name: Option<String>,
        /// The volume, on a running instance: key in `volumes`.
        volume_id: Option<String>,
        /// Whether the volume is encrypted; null where the region's default decides.
        encrypted: Option<bool>,
        /// The KMS key, if one is named.
        kms_key_id: Option<String>,
    }
}

resource! {
    /// An EC2 instance.
    Instance: "AWS::EC2::Instance" in instances {
        /// The machine image.
        image_id: Option<String>,
        /// The instance type, such as `t4g.small`.
        instance_type: Option<String>,
        /// `running`, `stopped`, …; templates declare running ones.
        state: Option<String>,
        /// The VPC: key in `vpcs`.
        vpc_id: Option<String>,
        /// The subnet: key in `subnets`.
        subnet_id: Option<String>,
        /// The Availability Zone.
        availability_zone: Option<String>,
        /// Security groups: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// Whether it has or will have a public IPv4 address, with the subnet's
        /// default taken into account where the instance does not say.
        associate_public_ip_address: Option<bool>,
        /// The public address, once there.
        public_ip_address: Option<String>,
        /// The private address, once there.
        private_ip_address: Option<String>,
        /// IPv6 addresses.
        ipv6_addresses: Vec<String>,
        /// The instance profile: key in `iam_instance_profiles`.
        iam_instance_profile: Option<String>,
        /// The launch template it was made from: key in `launch_templates`.
        launch_template_id: Option<String>,
        /// Use of the metadata service.
        metadata_options: MetadataOptions,
        /// Volumes attached at launch.
        block_device_mappings: Vec<BlockDeviceMapping>,
        /// What is known of its user data.
        user_data: Option<SecretValue>,
    }
}

resource! {
    /// A launch template, its default version.
    LaunchTemplate: "AWS::EC2::LaunchTemplate" in launch_templates {
        /// The machine image.
        image_id: Option<String>,
        /// The instance type.
        instance_type: Option<String>,
        /// The subnet its interface is put in, if it says.
        subnet_id: Option<String>,
        /// Security groups.
        security_group_ids: Vec<String>,
        /// Whether it asks for a public IPv4 address; null where it leaves that
        /// to the subnet.
        associate_public_ip_address: Option<bool>,
        /// The instance profile.
        iam_instance_profile: Option<String>,
        /// Use of the metadata service.
        metadata_options: MetadataOptions,
        /// Volumes attached at launch.
        block_device_mappings: Vec<BlockDeviceMapping>,
        /// What is known of its user data.
        user_data: Option<SecretValue>,
    }
}

resource! {
    /// An EBS volume.
    Volume: "AWS::EC2::Volume" in volumes {
        /// Whether it is encrypted; null where the region's default decides.
        encrypted: Option<bool>,
        /// The KMS key.
        kms_key_id: Option<String>,
        /// Size in GiB.
        size: Option<i64>,
        /// The Availability Zone.
        availability_zone: Option<String>,
        /// Instances it is attached to: keys in `instances`.
        instance_ids: Vec<String>,
    }
}
