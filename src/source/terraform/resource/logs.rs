//! CloudWatch log groups and KMS keys.

use super::Declared;
use crate::model::{KmsKey, LogGroup, ResourceRef, Snapshot};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::{policy_document, replica_key};

pub(super) fn log_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "log_groups");
    let mut group = LogGroup::new(declared.identity(&mut draft, "name"));
    group.log_group_name = draft.string("/log_group_name", declared.chosen("name"), None);
    // 0 is the provider's word for forever.
    let retention = declared.get("retention_in_days").filter(|node| node.integer() != Some(0));
    group.retention_in_days = draft.integer("/retention_in_days", retention, None);
    group.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    group.log_group_class =
        draft.string("/log_group_class", declared.get("log_group_class"), Some("STANDARD"));
    // Trails name a group by all its streams.
    if let Some(arn) = &group.arn {
        snapshot.alias(&ResourceRef::new("log_groups", &group.id), format!("{arn}:*"));
    }
    snapshot.model.insert(group);
}

pub(super) fn kms_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "kms_keys");
    let mut key = begun(declared, &mut draft);
    let spec = declared.get("customer_master_key_spec");
    key.key_spec = draft.string("/key_spec", spec, Some("SYMMETRIC_DEFAULT"));
    key.key_usage = draft.string("/key_usage", declared.get("key_usage"), Some("ENCRYPT_DECRYPT"));
    let store = declared.get("custom_key_store_id").or_else(|| declared.get("xks_key_id"));
    let of_store = draft.given("/origin", store).map(|of_store| {
        let external = declared.get("xks_key_id").is_some();
        match (of_store, external) {
            (true, true) => "EXTERNAL_KEY_STORE",
            (true, false) => "AWS_CLOUDHSM",
            (false, _) => "AWS_KMS",
        }
    });
    key.origin = of_store.map(str::to_owned);
    key.rotation_enabled =
        draft.bool("/rotation_enabled", declared.get("enable_key_rotation"), Some(false));
    key.rotation_period_in_days = draft.integer(
        "/rotation_period_in_days",
        declared.get("rotation_period_in_days"),
        (key.rotation_enabled == Some(true)).then_some(365),
    );
    draft.follows("/rotation_period_in_days", "/rotation_enabled");
    // A key without a policy of its own gets AWS's: the account administers it.
    key.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    snapshot.model.insert(key);
}

/// A key whose material was brought from elsewhere: KMS cannot rotate it.
pub(super) fn external_kms_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "kms_keys");
    let mut key = begun(declared, &mut draft);
    key.key_spec = draft.string("/key_spec", declared.get("key_spec"), Some("SYMMETRIC_DEFAULT"));
    key.key_usage = draft.string("/key_usage", declared.get("key_usage"), Some("ENCRYPT_DECRYPT"));
    key.origin = Some("EXTERNAL".to_owned());
    key.rotation_enabled = Some(false);
    key.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    snapshot.model.insert(key);
}

/// A copy of a key of another region, with a policy of its own; all else is as
/// that key has it.
pub(super) fn replica_kms_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "kms_keys");
    let mut key = begun(declared, &mut draft);
    replica_key::leave_open(&mut draft);
    key.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    snapshot.model.insert(key);
}

/// A key of the account, enabled or not.
fn begun(declared: &Declared<'_>, draft: &mut Draft<'_>) -> KmsKey {
    let mut key = KmsKey::new(declared.identity(draft, ""));
    key.key_manager = Some("CUSTOMER".to_owned());
    // Two names for it: that of the keys with imported material is the second.
    let given = declared.get("is_enabled").or_else(|| declared.get("enabled"));
    let enabled = draft.bool("/key_state", given, Some(true));
    key.key_state = enabled.map(|on| if on { "Enabled" } else { "Disabled" }.to_owned());
    key
}

pub(super) fn kms_alias(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<KmsKey>(snapshot, "target_key_id") else { return };
    let resource = ResourceRef::new("kms_keys", &id);
    declared.draft_of(snapshot, resource.clone()).whole("/aliases", declared.get("name"));
    let Some(name) = declared.get("name").and_then(Node::text) else { return };
    snapshot.alias(&resource, name.clone());
    snapshot.alias(&resource, declared.address.clone());
    if let Some(key) = snapshot.model.kms_keys.get_mut(&id) {
        key.aliases.push(name);
    }
}

pub(super) fn kms_key_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<KmsKey>(snapshot, "key_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("kms_keys", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(key) = snapshot.model.kms_keys.get_mut(&id) {
        key.policy = policy;
    }
}
