//! The references of identities, secrets, buckets, queues, topics and logs.

use super::linker::{Linker, each};
use super::{KEYS, POLICIES, ROLES};
use crate::model::{
    CloudTrailTrail, IamAccessKey, IamGroup, IamInstanceProfile, IamRole, IamUser, LogGroup, Model,
    S3Bucket, Secret, SnsTopic, SqsQueue,
};

/// Of identities and secrets.
pub fn identity(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |user: &mut IamUser, at| {
        at.all("/groups", &["iam_groups"], &mut user.groups);
        at.spellings.all(POLICIES, &mut user.attached_policies);
        at.spellings.one(POLICIES, &mut user.permissions_boundary);
    });
    each(linker, model, |group: &mut IamGroup, at| {
        at.spellings.all(POLICIES, &mut group.attached_policies);
    });
    each(linker, model, |role: &mut IamRole, at| {
        at.spellings.all(POLICIES, &mut role.attached_policies);
        at.spellings.one(POLICIES, &mut role.permissions_boundary);
    });
    each(linker, model, |profile: &mut IamInstanceProfile, at| {
        at.all("/roles", ROLES, &mut profile.roles);
    });
    each(linker, model, |key: &mut IamAccessKey, at| {
        at.one("/user", &["iam_users"], &mut key.user)
    });
    each(linker, model, |secret: &mut Secret, at| at.spellings.one(KEYS, &mut secret.kms_key_id));
}

/// Of buckets, queues, topics, trails and logs.
pub fn logging(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |bucket: &mut S3Bucket, at| {
        at.spellings.one(KEYS, &mut bucket.kms_key_id);
        at.spellings.one(&["s3_buckets"], &mut bucket.logging_target_bucket);
    });
    each(linker, model, |queue: &mut SqsQueue, at| {
        at.spellings.one(KEYS, &mut queue.kms_key_id);
        at.spellings.one(&["sqs_queues"], &mut queue.dead_letter_queue);
    });
    each(linker, model, |topic: &mut SnsTopic, at| at.spellings.one(KEYS, &mut topic.kms_key_id));
    each(linker, model, |trail: &mut CloudTrailTrail, at| {
        at.spellings.one(KEYS, &mut trail.kms_key_id);
        at.one("/s3_bucket", &["s3_buckets"], &mut trail.s3_bucket);
        at.one(
            "/cloud_watch_logs_log_group",
            &["log_groups"],
            &mut trail.cloud_watch_logs_log_group,
        );
    });
    each(linker, model, |group: &mut LogGroup, at| at.spellings.one(KEYS, &mut group.kms_key_id));
}
