//! S3 buckets, from the bucket itself and from the resources beside it.

use super::Declared;
use crate::model::{AclGrant, ResourceRef, S3Bucket, Snapshot};
use crate::source::policy_document;

pub(super) fn bucket(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let set = |name: &str| declared.get(name);
    let mut draft = declared.draft(snapshot, "s3_buckets");
    let mut bucket = S3Bucket::new(declared.identity(&mut draft, "bucket"));
    // S3 blocks public access on every new bucket that says nothing.
    bucket.block_public_acls = Some(true);
    bucket.ignore_public_acls = Some(true);
    bucket.block_public_policy = Some(true);
    bucket.restrict_public_buckets = Some(true);
    if let Some(canned) = draft.string("/acl_grants", set("acl"), Some("private")) {
        bucket.acl_grants = canned_acl(&canned);
    }
    bucket.object_ownership = Some("BucketOwnerEnforced".to_owned());
    bucket.policy = policy_document::read(&mut draft, "/policy", set("policy"));
    let rule = set("server_side_encryption_configuration")
        .and_then(|node| super::in_blocks(node.items().first()?, &["rule"])?.items().first())
        .and_then(|rule| rule.get("apply_server_side_encryption_by_default")?.items().first());
    bucket.sse_algorithm = draft.string(
        "/sse_algorithm",
        rule.and_then(|rule| rule.get("sse_algorithm")),
        Some("AES256"),
    );
    bucket.kms_key_id =
        draft.string("/kms_key_id", rule.and_then(|rule| rule.get("kms_master_key_id")), None);
    let versioned = draft.bool("/versioning", declared.at(&["versioning", "enabled"]), None);
    bucket.versioning = versioned.filter(|on| *on).map(|_| "Enabled".to_owned());
    let logging = declared.at(&["logging", "target_bucket"]);
    bucket.logging_target_bucket = draft.string("/logging_target_bucket", logging, None);
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
        "public-read" => vec![grant("AllUsers", "READ")],
        "public-read-write" => vec![grant("AllUsers", "READ"), grant("AllUsers", "WRITE")],
        "authenticated-read" => vec![grant("AuthenticatedUsers", "READ")],
        "log-delivery-write" => {
            vec![grant("LogDelivery", "WRITE"), grant("LogDelivery", "READ_ACP")]
        }
        _ => Vec::new(),
    }
}

fn of(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    declared.target::<S3Bucket>(snapshot, "bucket")
}

pub(super) fn policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.policy = policy;
    }
}

pub(super) fn public_access_block(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let mut read = |name: &str| draft.bool(&format!("/{name}"), declared.get(name), Some(false));
    let blocks = [
        read("block_public_acls"),
        read("ignore_public_acls"),
        read("block_public_policy"),
        read("restrict_public_buckets"),
    ];
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        [
            bucket.block_public_acls,
            bucket.ignore_public_acls,
            bucket.block_public_policy,
            bucket.restrict_public_buckets,
        ] = blocks;
    }
}

pub(super) fn encryption(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let at = |name: &str| declared.at(&["rule", "apply_server_side_encryption_by_default", name]);
    let algorithm = draft.string("/sse_algorithm", at("sse_algorithm"), Some("AES256"));
    let key = draft.string("/kms_key_id", at("kms_master_key_id"), None);
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.sse_algorithm = algorithm;
        bucket.kms_key_id = key;
    }
}

pub(super) fn logging(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let target = draft.string("/logging_target_bucket", declared.get("target_bucket"), None);
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.logging_target_bucket = target;
    }
}

pub(super) fn acl(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let canned = draft.string("/acl_grants", declared.get("acl"), None);
    if let (Some(canned), Some(bucket)) = (canned, snapshot.model.s3_buckets.get_mut(&id)) {
        bucket.acl_grants = canned_acl(&canned);
    }
}

pub(super) fn ownership(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let ownership =
        draft.string("/object_ownership", declared.at(&["rule", "object_ownership"]), None);
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.object_ownership = ownership;
    }
}

pub(super) fn versioning(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("s3_buckets", &id));
    let status =
        draft.string("/versioning", declared.at(&["versioning_configuration", "status"]), None);
    if let Some(bucket) = snapshot.model.s3_buckets.get_mut(&id) {
        bucket.versioning = status;
    }
}
