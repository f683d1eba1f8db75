//! `AWS::SNS`.

use super::{Declared, target_of};
use crate::model::{ResourceRef, Snapshot, SnsTopic, link};
use crate::source::messaging;
use crate::source::node::Node;

pub(super) fn topic(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "sns_topics");
    let mut topic = SnsTopic::new(declared.identity(&mut draft, "TopicName"));
    topic.fifo = draft.bool("/fifo", declared.get("FifoTopic"), Some(false));
    topic.kms_key_id = draft.string("/kms_key_id", declared.get("KmsMasterKeyId"), None);
    snapshot.model.insert(topic);
}

/// `TopicPolicy`, of several topics, and `TopicInlinePolicy`, of one.
pub(super) fn topic_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let topics = declared.get("Topics").or_else(|| declared.get("TopicArn"));
    for node in topics.map(Node::items).unwrap_or_default() {
        let named = target_of(node).and_then(|name| link::lookup::<SnsTopic>(snapshot, &name));
        let Some(id) = named else { continue };
        let known = snapshot.model.sns_topics.get(&id).and_then(|topic| topic.policy.clone());
        let mut draft = declared.draft_of(snapshot, ResourceRef::new("sns_topics", &id));
        let document = declared.get("PolicyDocument");
        let policy = messaging::policy_beside(&mut draft, known.as_ref(), document);
        if let Some(topic) = snapshot.model.sns_topics.get_mut(&id) {
            topic.policy = policy;
        }
    }
}
