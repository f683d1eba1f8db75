//! The calls for S3.

use super::operations;

operations! {
    GET_ACCOUNT_PUBLIC_ACCESS_BLOCK = "s3:GetAccountPublicAccessBlock"
        fills [
            "accounts/s3_block_public_acls",
            "accounts/s3_ignore_public_acls",
            "accounts/s3_block_public_policy",
            "accounts/s3_restrict_public_buckets",
        ];
    LIST_BUCKETS = "s3:ListBuckets" needs ["s3:ListAllMyBuckets"] fills ["s3_buckets"];
    GET_BUCKET_LOCATION = "s3:GetBucketLocation" fills ["s3_buckets"];
    GET_PUBLIC_ACCESS_BLOCK = "s3:GetPublicAccessBlock" needs ["s3:GetBucketPublicAccessBlock"]
        fills [
            "s3_buckets/block_public_acls",
            "s3_buckets/ignore_public_acls",
            "s3_buckets/block_public_policy",
            "s3_buckets/restrict_public_buckets",
        ];
    GET_BUCKET_ACL = "s3:GetBucketAcl" fills ["s3_buckets/acl_grants"];
    GET_BUCKET_OWNERSHIP_CONTROLS = "s3:GetBucketOwnershipControls"
        fills ["s3_buckets/object_ownership"];
    GET_BUCKET_POLICY = "s3:GetBucketPolicy" fills ["s3_buckets/policy"];
    GET_BUCKET_ENCRYPTION = "s3:GetBucketEncryption" needs ["s3:GetEncryptionConfiguration"]
        fills ["s3_buckets/sse_algorithm", "s3_buckets/kms_key_id"];
    GET_BUCKET_VERSIONING = "s3:GetBucketVersioning" fills ["s3_buckets/versioning"];
    GET_BUCKET_LOGGING = "s3:GetBucketLogging" fills ["s3_buckets/logging_target_bucket"];
}
