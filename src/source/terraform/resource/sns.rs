//! SNS topics.

use super::Declared;
use crate::model::{ResourceRef, Snapshot, SnsTopic};
use crate::source::policy_document;

pub(super) fn topic(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "sns_topics");
    let mut topic = SnsTopic::new(declared.identity(&mut draft, "name"));
    topic.fifo = draft.bool("/fifo", declared.get("fifo_topic"), Some(false));
    topic.kms_key_id = draft.string("/kms_key_id", declared.get("kms_master_key_id"), None);
    topic.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    snapshot.model.insert(topic);
}

pub(super) fn policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<SnsTopic>(snapshot, "arn") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("sns_topics", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(topic) = snapshot.model.sns_topics.get_mut(&id) {
        topic.policy = policy;
    }
}
