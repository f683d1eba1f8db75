//! The calls for KMS.

use super::operations;

operations! {
    LIST_KEYS = "kms:ListKeys" fills ["kms_keys"];
    DESCRIBE_KEY = "kms:DescribeKey" fills ["kms_keys"];
    LIST_ALIASES = "kms:ListAliases" fills ["kms_keys/aliases"];
    GET_KEY_POLICY = "kms:GetKeyPolicy" fills ["kms_keys/policy"];
    GET_KEY_ROTATION_STATUS = "kms:GetKeyRotationStatus"
        fills ["kms_keys/rotation_enabled", "kms_keys/rotation_period_in_days"];
}
