//! `AWS::S3`.

use super::Declared;
use crate::model::{AclGrant, ResourceRef, S3Bucket, Snapshot};
use crate::source::policy_document;

pub(super) fn bucket(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "s3_buckets");
    let mut bucket = S3Bucket::new(declared.identity(&mut draft, "BucketName"));
    // S3 blocks public access on every new bucket that says nothing.
    let block = declared.get("PublicAccessBlockConfiguration");
    let default = Some(block.is_none());
    let blocked = |name: &str| block.and_then(|block| block.get(name));
    bucket.block_public_acls =
        draft.bool("/block_public_acls", blocked("BlockPublicAcls"), default);
    bucket.ignore_public_acls =
        draft.bool("/ignore_public_acls", blocked("IgnorePublicAcls"), default);
    bucket.block_public_policy =
        draft.bool("/block_public_policy", blocked("BlockPublicPolicy"), default);
    bucket.restrict_public_buckets =
        draft.bool("/restrict_public_buckets", blocked("RestrictPublicBuckets"), default);
    if let Some(canned) =
        draft.string("/acl_grants", declared.get("AccessControl"), Some("Private"))
    {
        bucket.acl_grants = canned_acl(&canned);
    }
    let ownership = declared
        .at(&["OwnershipControls", "Rules"])
        .and_then(|rules| rules.items().first())
        .and_then(|rule| rule.get("ObjectOwnership"));
    bucket.object_ownership =
        draft.string("/object_ownership", ownership, Some("BucketOwnerEnforced"));
    let encryption = declared
        .at(&["BucketEncryption", "ServerSideEncryptionConfiguration"])
        .and_then(|rules| rules.items().first())
        .and_then(|rule| rule.get("ServerSideEncryptionByDefault"));
    bucket.sse_algorithm = draft.string(
        "/sse_algorithm",
        encryption.and_then(|rule| rule.get("SSEAlgorithm")),
        Some("AES256"),
    );
    bucket.kms_key_id =
        draft.string("/kms_key_id", encryption.and_then(|rule| rule.get("KMSMasterKeyID")), None);
    bucket.versioning =
        draft.string("/versioning", declared.at(&["VersioningConfiguration", "Status"]), None);
    let logging = declared.get("LoggingConfiguration");
    bucket.logging_target_bucket = draft.string(
        "/logging_target_bucket",
        declared.at(&["LoggingConfiguration", "DestinationBucketName"]),
        // Without a destination a bucket logs to itself.
        logging.map(|_| declared.id.as_str()),
    );
    snapshot.model.insert(bucket);
}

/// The grants of a canned ACL, beside the owner's own.
///
/// Source: the Amazon S3 user guide, "Canned ACL".
fn canned_acl(name: &str) -> Vec<AclGrant> {
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: Some(grantee.to_owned()),
        permission: Some(permission.to_owned()),
    };
    match name {
        "PublicRead" => vec![grant("AllUsers", "READ")],
        "PublicReadWrite" => vec![grant("AllUsers", "READ"), grant("AllUsers", "WRITE")],
        "AuthenticatedRead" => vec![grant("AuthenticatedUsers", "READ")],
        "LogDeliveryWrite" => {
            vec![grant("LogDelivery", "WRITE"), grant("LogDelivery", "READ_ACP")]
        }
        _ => Vec::new(),
    }
}

pub(super) fn bucket_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared
        .target("Bucket")
        .and_then(|name| crate::model::link::lookup::<S3Bucket>(snapshot, &name))
    else {
        return;
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("PolicyDocument"));
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.policy = policy;
    }
}
