//! The calls for Secrets Manager.

use super::operations;

operations! {
    LIST_SECRETS = "secretsmanager:ListSecrets" fills ["secrets"];
    GET_RESOURCE_POLICY = "secretsmanager:GetResourcePolicy" fills ["secrets/policy"];
}
