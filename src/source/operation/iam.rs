//! The calls for IAM.

use super::operations;

operations! {
    GET_ACCOUNT_AUTHORIZATION_DETAILS = "iam:GetAccountAuthorizationDetails"
        fills ["iam_users", "iam_groups", "iam_roles", "iam_policies", "iam_instance_profiles"];
    GET_ACCOUNT_SUMMARY = "iam:GetAccountSummary"
        fills [
            "accounts/summary",
            "accounts/root_mfa_enabled",
            "accounts/root_access_keys_present",
        ];
    GET_ACCOUNT_PASSWORD_POLICY = "iam:GetAccountPasswordPolicy" fills ["accounts/password_policy"];
    LIST_ACCOUNT_ALIASES = "iam:ListAccountAliases" fills ["accounts/alias"];
    GENERATE_CREDENTIAL_REPORT = "iam:GenerateCredentialReport"
        fills [
            "iam_access_keys",
            "iam_users/password_enabled",
            "iam_users/mfa_active",
            "accounts/root_last_used",
        ];
    GET_CREDENTIAL_REPORT = "iam:GetCredentialReport"
        fills [
            "iam_access_keys",
            "iam_users/password_enabled",
            "iam_users/mfa_active",
            "accounts/root_last_used",
        ];
}
