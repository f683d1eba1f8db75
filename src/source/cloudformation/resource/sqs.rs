//! `AWS::SQS`.

use super::{Declared, target_of};
use crate::model::{ResourceRef, Snapshot, SqsQueue};
use crate::source::messaging;
use crate::source::node::Node;

pub(super) fn queue(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "sqs_queues");
    let mut queue = SqsQueue::new(declared.identity(&mut draft, "QueueName"));
    queue.fifo = draft.bool("/fifo", declared.get("FifoQueue"), Some(false));
    queue.message_retention_period = draft.integer(
        "/message_retention_period",
        declared.get("MessageRetentionPeriod"),
        Some(messaging::MESSAGE_RETENTION_PERIOD),
    );
    queue.dead_letter_queue =
        messaging::dead_letter_queue(&mut draft, declared.get("RedrivePolicy"));
    queue.kms_key_id = draft.string("/kms_key_id", declared.get("KmsMasterKeyId"), None);
    let managed = declared.get("SqsManagedSseEnabled");
    queue.sqs_managed_sse_enabled =
        messaging::managed_encryption(&mut draft, managed, queue.kms_key_id.as_ref());
    snapshot.model.insert(queue);
}

/// `QueuePolicy`, of several queues, and `QueueInlinePolicy`, of one.
pub(super) fn queue_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let queues = declared.get("Queues").or_else(|| declared.get("Queue"));
    for node in queues.map(Node::items).unwrap_or_default() {
        let named = target_of(node).and_then(|name| messaging::queue(snapshot, &name));
        let Some(id) = named else { continue };
        let known = snapshot.model.sqs_queues.get(&id).and_then(|queue| queue.policy.clone());
        let mut draft = declared.draft_of(snapshot, ResourceRef::new("sqs_queues", &id));
        let document = declared.get("PolicyDocument");
        let policy = messaging::policy_beside(&mut draft, known.as_ref(), document);
        if let Some(queue) = snapshot.model.sqs_queues.get_mut(&id) {
            queue.policy = policy;
        }
    }
}
