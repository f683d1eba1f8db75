//! The calls for instances, launch templates and volumes.

use super::operations;

operations! {
    DESCRIBE_INSTANCES = "ec2:DescribeInstances" fills ["instances"];
    DESCRIBE_LAUNCH_TEMPLATE_VERSIONS = "ec2:DescribeLaunchTemplateVersions"
        fills ["launch_templates"];
    DESCRIBE_VOLUMES = "ec2:DescribeVolumes"
        fills ["volumes", "instances/block_device_mappings"];
    GET_EBS_ENCRYPTION_BY_DEFAULT = "ec2:GetEbsEncryptionByDefault"
        fills ["regions/ebs_encryption_by_default"];
}
