//! S3 buckets, from the bucket itself and from the resources beside it.

use super::Declared;
use crate::model::{AclGrant, Gap, Reason, ResourceRef, S3Bucket, Snapshot};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::policy_document;

/// What S3 sets on a new bucket.
const BY_DEFAULT: [&str; 5] = [
    "/block_public_acls",
    "/ignore_public_acls",
    "/block_public_policy",
    "/restrict_public_buckets",
    "/object_ownership",
];

fn not_told() -> Reason {
    super::not_told("a bucket")
}

/// Keeps what `base` knows of buckets that are there already and the plan does
/// not manage.
pub(super) fn keep_known(base: &Snapshot, read: &mut Snapshot) {
    for (id, bucket) in read.model.s3_buckets.iter_mut() {
        let Some(known) = base.model.s3_buckets.get(id) else { continue };
        for path in BY_DEFAULT {
            let is_gap = |gap: &Gap| {
                gap.collection == "s3_buckets"
                    && gap.id.as_deref() == Some(id)
                    && gap.path == path
                    && gap.reason == not_told()
            };
            let before = read.gaps.len();
            read.gaps.retain(|gap| !is_gap(gap));
            if read.gaps.len() == before {
                continue;
            }
            match path {
                "/block_public_acls" => bucket.block_public_acls = known.block_public_acls,
                "/ignore_public_acls" => bucket.ignore_public_acls = known.ignore_public_acls,
                "/block_public_policy" => bucket.block_public_policy = known.block_public_policy,
                "/restrict_public_buckets" => {
                    bucket.restrict_public_buckets = known.restrict_public_buckets;
                }
                _ => bucket.object_ownership.clone_from(&known.object_ownership),
            }
        }
    }
}

/// The grantee of a grant: a group by the end of its URI, else an account's
/// canonical id.
fn grantee(draft: &mut Draft<'_>, path: &str, node: &Node) -> Option<String> {
    let path = format!("{path}/grantee");
    let named = super::present(node.get("uri")).or_else(|| super::present(node.get("id")));
    let text = draft.string(&path, named, None)?;
    Some(text.rsplit('/').next().unwrap_or_default().to_owned())
}

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
    for grant in draft.items("/acl_grants", set("grant")) {
        let path = format!("/acl_grants/{}", bucket.acl_grants.len());
        let grantee = grantee(&mut draft, &path, grant);
        for permission in draft.strings("/acl_grants", grant.get("permissions")) {
            bucket
                .acl_grants
                .push(AclGrant { grantee: grantee.clone(), permission: Some(permission) });
        }
    }
    bucket.object_ownership = Some("BucketOwnerEnforced".to_owned());
    if !declared.instance.created {
        // One of before April 2023 has neither, where nothing set them.
        for path in BY_DEFAULT {
            draft.gap(path, not_told());
        }
    }
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
    let resource = ResourceRef::new("s3_buckets", &id);
    super::settle(snapshot, &resource, BY_DEFAULT.get(..4).unwrap_or_default());
    let mut draft = declared.draft_of(snapshot, resource);
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
    let grants = match (&canned, declared.get("acl")) {
        (Some(canned), _) => Some(canned_acl(canned)),
        (None, Some(_)) => None,
        (None, None) => {
            let blocks = declared.get("access_control_policy").map(Node::items);
            let block = blocks.and_then(<[Node]>::first);
            let grants = draft.items("/acl_grants", block.and_then(|block| block.get("grant")));
            let read = grants.iter().enumerate().map(|(index, grant)| {
                let path = format!("/acl_grants/{index}");
                let holder = grant.get("grantee").and_then(|holder| holder.items().first());
                AclGrant {
                    grantee: holder.and_then(|holder| grantee(&mut draft, &path, holder)),
                    permission: draft.string(
                        &format!("{path}/permission"),
                        grant.get("permission"),
                        None,
                    ),
                }
            });
            block.map(|_| read.collect())
        }
    };
    if let (Some(grants), Some(bucket)) = (grants, snapshot.model.s3_buckets.get_mut(&id)) {
        bucket.acl_grants = grants;
    }
}

pub(super) fn ownership(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let resource = ResourceRef::new("s3_buckets", &id);
    super::settle(snapshot, &resource, &["/object_ownership"]);
    let mut draft = declared.draft_of(snapshot, resource);
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
