//! SQS queues.

use super::Declared;
use crate::model::{ResourceRef, Snapshot, SqsQueue};
use crate::source::node::{Node, Value};
use crate::source::{messaging, policy_document};

pub(super) fn queue(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "sqs_queues");
    let mut queue = SqsQueue::new(declared.identity(&mut draft, "name"));
    queue.fifo = draft.bool("/fifo", declared.get("fifo_queue"), Some(false));
    queue.message_retention_period = draft.integer(
        "/message_retention_period",
        declared.get("message_retention_seconds"),
        Some(messaging::MESSAGE_RETENTION_PERIOD),
    );
    queue.dead_letter_queue =
        messaging::dead_letter_queue(&mut draft, declared.get("redrive_policy"));
    queue.kms_key_id = draft.string("/kms_key_id", declared.get("kms_master_key_id"), None);
    let managed = declared.get("sqs_managed_sse_enabled");
    queue.sqs_managed_sse_enabled =
        messaging::managed_encryption(&mut draft, managed, queue.kms_key_id.as_ref());
    queue.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(url) = declared.get("url").and_then(Node::text) {
        snapshot.alias(&ResourceRef::new("sqs_queues", &queue.id), url);
    }
    snapshot.model.insert(queue);
}

fn of(declared: &Declared<'_>, snapshot: &Snapshot) -> Option<String> {
    let named = declared.get("queue_url")?;
    match &named.value {
        Value::Reference(reference) => messaging::queue(snapshot, &reference.id),
        _ => messaging::queue(snapshot, &named.text()?),
    }
}

pub(super) fn policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("sqs_queues", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(queue) = snapshot.model.sqs_queues.get_mut(&id) {
        queue.policy = policy;
    }
}

pub(super) fn redrive_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = of(declared, snapshot) else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("sqs_queues", &id));
    let target = messaging::dead_letter_queue(&mut draft, declared.get("redrive_policy"));
    if let Some(queue) = snapshot.model.sqs_queues.get_mut(&id) {
        queue.dead_letter_queue = target;
    }
}
