//! S3 buckets and KMS keys.
//!
//! Source: the Amazon S3 and AWS KMS API references.

use super::facts::ResourceAccess;
use super::identity::PolicyDocument;
use super::resource::{resource, value};

value! {
    /// One grant of a bucket's access control list.
    AclGrant {
        /// The grantee: a canonical user id, `AllUsers`, `AuthenticatedUsers`
        /// or `LogDelivery`.
        grantee: Option<String>,
        /// `FULL_CONTROL`, `READ`, `WRITE`, `READ_ACP` or `WRITE_ACP`.
        permission: Option<String>,
    }
}

resource! {
    /// An S3 bucket.
    S3Bucket: "AWS::S3::Bucket" in s3_buckets {
        /// Whether public ACLs are refused.
        block_public_acls: Option<bool>,
        /// Whether public ACLs count for nothing.
        ignore_public_acls: Option<bool>,
        /// Whether public policies are refused.
        block_public_policy: Option<bool>,
        /// Whether a public policy lets only this account in.
        restrict_public_buckets: Option<bool>,
        /// Grants of the access control list; a canned ACL is spelled out.
        acl_grants: Vec<AclGrant>,
        /// `BucketOwnerEnforced` (ACLs are off), `BucketOwnerPreferred` or
        /// `ObjectWriter`.
        object_ownership: Option<String>,
        /// The bucket policy; null with no gap when there is none.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in, before the blocks above.
        access: Option<ResourceAccess>,
        /// Default encryption: `AES256`, `aws:kms` or `aws:kms:dsse`. S3 sets
        /// `AES256` on every bucket that says nothing.
        sse_algorithm: Option<String>,
        /// The KMS key of the default encryption.
        kms_key_id: Option<String>,
        /// `Enabled`, `Suspended`, or null when never set.
        versioning: Option<String>,
        /// The bucket its server access logs go to; null with no gap when off.
        logging_target_bucket: Option<String>,
    }
}

resource! {
    /// A KMS key.
    KmsKey: "AWS::KMS::Key" in kms_keys {
        /// `CUSTOMER` or `AWS`.
        key_manager: Option<String>,
        /// `Enabled`, `Disabled`, `PendingDeletion`, …
        key_state: Option<String>,
        /// `SYMMETRIC_DEFAULT`, `RSA_2048`, …
        key_spec: Option<String>,
        /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
        key_usage: Option<String>,
        /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
        origin: Option<String>,
        /// Whether it rotates every year or sooner.
        rotation_enabled: Option<bool>,
        /// Days between rotations.
        rotation_period_in_days: Option<i64>,
        /// Aliases, such as `alias/data`.
        aliases: Vec<String>,
        /// The key policy.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in.
        access: Option<ResourceAccess>,
    }
}
