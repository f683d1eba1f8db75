//! What the sources of queues and topics have in common.

use super::draft::Draft;
use super::node::{Node, Value};
use super::policy_document;
use crate::model::{PolicyDocument, Reason, SqsQueue, link};

/// Seconds that a queue keeps messages where nobody says so: four days.
///
/// Source: the Amazon SQS API reference, `SetQueueAttributes`.
pub const MESSAGE_RETENTION_PERIOD: i64 = 345_600;

/// Where a redrive policy sends messages, which is a map or JSON text.
pub fn dead_letter_queue(draft: &mut Draft<'_>, policy: Option<&Node>) -> Option<String> {
    const PATH: &str = "/dead_letter_queue";
    let policy = policy.filter(|node| !node.is_absent())?;
    let parsed;
    let policy = match &policy.value {
        Value::Text(text) if text.is_empty() => return None,
        Value::Text(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(json) => {
                parsed = Node::at_all(&json, policy.origin.as_ref());
                &parsed
            }
            Err(error) => {
                let detail = format!("the redrive policy is no JSON: {error}");
                draft.gap(PATH, Reason::Malformed { detail });
                return None;
            }
        },
        // The one resource that a plan says the text will be of.
        Value::Reference(_) => return draft.string(PATH, Some(policy), None),
        _ => policy,
    };
    draft.string(PATH, policy.get("deadLetterTargetArn"), None)
}

/// Whether SQS encrypts a queue with keys of its own, where the source does not
/// say: it does, unless there is a key of KMS.
///
/// Source: the Amazon SQS developer guide, "Encryption at rest in Amazon SQS".
pub fn managed_encryption(
    draft: &mut Draft<'_>,
    said: Option<&Node>,
    kms_key_id: Option<&String>,
) -> Option<bool> {
    const PATH: &str = "/sqs_managed_sse_enabled";
    let found = draft.bool(PATH, said, Some(kms_key_id.is_none()));
    if said.is_none() {
        draft.follows(PATH, "/kms_key_id");
    }
    found
}

/// Reads the policy that a resource beside a queue or topic gives it. Of two such
/// resources, which comes last is open.
pub fn policy_beside(
    draft: &mut Draft<'_>,
    known: Option<&PolicyDocument>,
    node: Option<&Node>,
) -> Option<PolicyDocument> {
    let policy = policy_document::read(draft, "/policy", node);
    if known.is_some() && known != policy.as_ref() {
        let expression = format!("the policy of {}", draft.resource().id);
        let detail = "several resources set it".to_owned();
        draft.gap("/policy", Reason::Unresolvable { expression, detail });
    }
    policy
}

/// The queue's key that a text means: its URL, its name, or what else it is
/// called by.
pub fn queue(snapshot: &crate::model::Snapshot, text: &str) -> Option<String> {
    if let Some(id) = link::lookup::<SqsQueue>(snapshot, text) {
        return Some(id);
    }
    // `https://sqs.eu-west-1.amazonaws.com/111122223333/orders`
    let (before, name) = text.strip_prefix("https://")?.rsplit_once('/')?;
    let account = before.rsplit('/').next()?;
    let id = link::lookup::<SqsQueue>(snapshot, name)?;
    let own = snapshot.model.sqs_queues.get(&id)?.account.as_deref();
    own.is_none_or(|own| own == account).then_some(id)
}
