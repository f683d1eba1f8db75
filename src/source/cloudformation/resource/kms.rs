//! `AWS::KMS`.

use super::Declared;
use crate::model::{KmsKey, Snapshot};
use crate::source::{policy_document, replica_key};

pub(super) fn key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "kms_keys");
    let mut key = KmsKey::new(declared.identity(&mut draft, ""));
    key.key_manager = Some("CUSTOMER".to_owned());
    let enabled = draft.bool("/key_state", declared.get("Enabled"), Some(true));
    key.key_state = enabled.map(|on| if on { "Enabled" } else { "Disabled" }.to_owned());
    key.key_spec = draft.string("/key_spec", declared.get("KeySpec"), Some("SYMMETRIC_DEFAULT"));
    key.key_usage = draft.string("/key_usage", declared.get("KeyUsage"), Some("ENCRYPT_DECRYPT"));
    key.origin = draft.string("/origin", declared.get("Origin"), Some("AWS_KMS"));
    key.rotation_enabled =
        draft.bool("/rotation_enabled", declared.get("EnableKeyRotation"), Some(false));
    let days = (key.rotation_enabled == Some(true)).then_some(365);
    key.rotation_period_in_days =
        draft.integer("/rotation_period_in_days", declared.get("RotationPeriodInDays"), days);
    draft.follows("/rotation_period_in_days", "/rotation_enabled");
    key.policy = policy_document::read(&mut draft, "/policy", declared.get("KeyPolicy"));
    snapshot.model.insert(key);
}

/// A copy of a key of another region, with a policy of its own; all else is as
/// that key has it.
pub(super) fn replica_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "kms_keys");
    let mut key = KmsKey::new(declared.identity(&mut draft, ""));
    key.key_manager = Some("CUSTOMER".to_owned());
    let enabled = draft.bool("/key_state", declared.get("Enabled"), Some(true));
    key.key_state = enabled.map(|on| if on { "Enabled" } else { "Disabled" }.to_owned());
    replica_key::leave_open(&mut draft);
    key.policy = policy_document::read(&mut draft, "/policy", declared.get("KeyPolicy"));
    snapshot.model.insert(key);
}

pub(super) fn alias(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let (Some(id), Some(name)) = (
        declared.target("TargetKeyId"),
        declared.get("AliasName").and_then(crate::source::node::Node::text),
    ) else {
        return;
    };
    if let Some(key) = snapshot.model.kms_keys.get_mut(&id) {
        key.aliases.push(name.clone());
        let reference = crate::model::ResourceRef::new("kms_keys", id);
        snapshot.alias(&reference, name);
    }
}
