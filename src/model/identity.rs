//! IAM: users, groups, roles, policies, and the policy language.
//!
//! Source: the IAM user guide, "IAM JSON policy elements reference".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{EffectivePermissions, PolicyGrants, ResourceAccess, TrustFacts};
use super::resource::{resource, value};

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Effect {
    /// The statement allows.
    Allow,
    /// The statement denies; the safe reading of an effect that is not known
    /// is neither, so a statement with an unknown effect has a gap.
    #[default]
    Deny,
}

value! {
    /// One principal that a statement names.
    Principal {
        /// `AWS`, `Service`, `Federated` or `CanonicalUser`; `*` for everyone.
        kind: String,
        /// ARN, account, service name, `*`, or a reference (key in `iam_roles`
        /// or `iam_users`).
        value: String,
    }
}

value! {
    /// One test of a condition block: an operator on a key.
    Condition {
        /// The operator, such as `StringEquals` or `ForAllValues:StringLike`.
        operator: String,
        /// The condition key, such as `aws:SourceAccount`.
        key: String,
        /// The values; any may match.
        values: Vec<String>,
    }
}

value! {
    /// One statement of a policy. Lists hold one item where the policy had a
    /// single string.
    Statement {
        /// Its id.
        sid: Option<String>,
        /// Allow or deny.
        effect: Effect,
        /// `Principal`: whom it is about; empty in identity policies.
        principals: Vec<Principal>,
        /// `NotPrincipal`.
        not_principals: Vec<Principal>,
        /// `Action`.
        actions: Vec<String>,
        /// `NotAction`.
        not_actions: Vec<String>,
        /// `Resource`. A reference to a resource of the model that has no ARN
        /// yet is `ref:<collection>/<id>` followed by what is appended to it.
        resources: Vec<String>,
        /// `NotResource`.
        not_resources: Vec<String>,
        /// Conditions; all must hold.
        conditions: Vec<Condition>,
    }
}

value! {
    /// A policy document.
    PolicyDocument {
        /// `2012-10-17` or `2008-10-17` (the default).
        version: Option<String>,
        /// Its statements in order.
        statements: Vec<Statement>,
    }
}

value! {
    /// A policy written inside a user, group or role.
    InlinePolicy {
        /// Its name.
        name: Option<String>,
        /// What it says.
        document: PolicyDocument,
        /// Derived: what it grants.
        grants: Option<PolicyGrants>,
    }
}

resource! {
    /// An IAM user.
    IamUser: "AWS::IAM::User" in iam_users {
        /// The path, `/` by default.
        path: Option<String>,
        /// Groups: keys in `iam_groups`.
        groups: Vec<String>,
        /// Attached managed policies: keys in `iam_policies`, or ARNs.
        attached_policies: Vec<String>,
        /// Inline policies.
        inline_policies: Vec<InlinePolicy>,
        /// The permissions boundary: key in `iam_policies`, or ARN.
        permissions_boundary: Option<String>,
        /// Whether it can sign in to the console.
        password_enabled: Option<bool>,
        /// Whether an MFA device is on (live only).
        mfa_active: Option<bool>,
        /// Derived: what it may effectively do.
        effective: Option<EffectivePermissions>,
    }
}

resource! {
    /// An IAM group.
    IamGroup: "AWS::IAM::Group" in iam_groups {
        /// The path.
        path: Option<String>,
        /// Attached managed policies.
        attached_policies: Vec<String>,
        /// Inline policies.
        inline_policies: Vec<InlinePolicy>,
        /// Derived: what its policies together grant.
        effective: Option<EffectivePermissions>,
    }
}

resource! {
    /// An IAM role.
    IamRole: "AWS::IAM::Role" in iam_roles {
        /// The path; service-linked roles are under `/aws-service-role/`.
        path: Option<String>,
        /// Who may assume it.
        assume_role_policy: Option<PolicyDocument>,
        /// Attached managed policies: keys in `iam_policies`, or ARNs.
        attached_policies: Vec<String>,
        /// Inline policies.
        inline_policies: Vec<InlinePolicy>,
        /// The permissions boundary.
        permissions_boundary: Option<String>,
        /// Derived: what it may effectively do.
        effective: Option<EffectivePermissions>,
        /// Derived: what its trust policy amounts to.
        trust: Option<TrustFacts>,
    }
}

resource! {
    /// A managed policy, the customer's or one of AWS's that is in use.
    IamPolicy: "AWS::IAM::ManagedPolicy" in iam_policies {
        /// The path.
        path: Option<String>,
        /// Whether AWS wrote it.
        aws_managed: Option<bool>,
        /// The default version's document.
        document: Option<PolicyDocument>,
        /// How many users, groups and roles carry it.
        attachment_count: Option<i64>,
        /// Derived: what it grants.
        grants: Option<PolicyGrants>,
    }
}

resource! {
    /// An instance profile.
    IamInstanceProfile: "AWS::IAM::InstanceProfile" in iam_instance_profiles {
        /// Roles: keys in `iam_roles`.
        roles: Vec<String>,
    }
}

resource! {
    /// An access key of a user; its id is cut to the last four characters.
    IamAccessKey: "AWS::IAM::AccessKey" in iam_access_keys {
        /// The user: key in `iam_users`.
        user: Option<String>,
        /// Whether it can be used.
        active: Option<bool>,
        /// When it was made or last rotated, RFC 3339.
        last_rotated: Option<String>,
        /// When it was last used, RFC 3339; null when never.
        last_used: Option<String>,
    }
}

value! {
    /// The account's password policy. Absent settings have AWS's defaults.
    PasswordPolicy {
        /// Shortest password allowed.
        minimum_password_length: Option<i64>,
        /// How many former passwords are refused; 0 is none.
        password_reuse_prevention: Option<i64>,
        /// Days until a password expires; 0 is never.
        max_password_age: Option<i64>,
        /// Whether a symbol is needed.
        require_symbols: Option<bool>,
        /// Whether a digit is needed.
        require_numbers: Option<bool>,
        /// Whether a capital is needed.
        require_uppercase_characters: Option<bool>,
        /// Whether a small letter is needed.
        require_lowercase_characters: Option<bool>,
    }
}

resource! {
    /// An account, with what IAM reports of it as a whole. Templates have one
    /// for the account they are deployed to.
    Account: "AWS::Account" in accounts {
        /// The account alias.
        alias: Option<String>,
        /// IAM's account summary: counts by name, such as `AccountMFAEnabled`.
        summary: BTreeMap<String, i64>,
        /// Whether root has MFA.
        root_mfa_enabled: Option<bool>,
        /// Whether root has access keys.
        root_access_keys_present: Option<bool>,
        /// When root's password or keys were last used, RFC 3339; null when
        /// never.
        root_last_used: Option<String>,
        /// The password policy; null with no gap when none is set.
        password_policy: Option<PasswordPolicy>,
        /// Whether S3 blocks public ACLs account-wide.
        s3_block_public_acls: Option<bool>,
        /// Whether S3 ignores public ACLs account-wide.
        s3_ignore_public_acls: Option<bool>,
        /// Whether S3 blocks public policies account-wide.
        s3_block_public_policy: Option<bool>,
        /// Whether S3 restricts public buckets account-wide.
        s3_restrict_public_buckets: Option<bool>,
        /// The organisation, where known.
        organization_id: Option<String>,
        /// The organization's management account, where known.
        management_account_id: Option<String>,
        /// Service control policies by level, the root's first; null where the
        /// organisation was not read.
        service_control_policies: Option<Vec<Vec<PolicyDocument>>>,
        /// Resource control policies by level; null where not read.
        resource_control_policies: Option<Vec<Vec<PolicyDocument>>>,
    }
}

resource! {
    /// A region of an account that the run looked at.
    Region: "AWS::Region" in regions {
        /// VPC Block Public Access: `off`, `block-bidirectional` or
        /// `block-ingress`.
        vpc_block_public_access_mode: Option<String>,
        /// VPCs and subnets excluded from it, with `allow-bidirectional` or
        /// `allow-egress`.
        vpc_block_public_access_exclusions: BTreeMap<String, String>,
        /// Whether new EBS volumes are encrypted by default.
        ebs_encryption_by_default: Option<bool>,
    }
}

resource! {
    /// A Secrets Manager secret; its value is never read.
    Secret: "AWS::SecretsManager::Secret" in secrets {
        /// The KMS key; null is AWS's own.
        kms_key_id: Option<String>,
        /// Whether rotation is on.
        rotation_enabled: Option<bool>,
        /// Days between rotations.
        rotation_days: Option<i64>,
        /// When it was last rotated, RFC 3339.
        last_rotated: Option<String>,
        /// The resource policy; null with no gap when there is none.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in.
        access: Option<ResourceAccess>,
    }
}
