//! `AWS::SecretsManager`.

use super::Declared;
use crate::model::{ResourceRef, Secret, Snapshot};
use crate::source::policy_document;

pub(super) fn secret(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    declared.credential(snapshot, "SecretString", declared.get("SecretString"));
    let mut draft = declared.draft(snapshot, "secrets");
    let mut secret = Secret::new(declared.identity(&mut draft, "Name"));
    secret.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    secret.rotation_enabled = Some(false);
    snapshot.model.insert(secret);
}

pub(super) fn resource_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("SecretId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("secrets", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("ResourcePolicy"));
    if let Some(secret) = snapshot.model.secrets.get_mut(&id) {
        secret.policy = policy;
    }
}

pub(super) fn rotation_schedule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target("SecretId") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("secrets", &id));
    let days = draft.integer(
        "/rotation_days",
        declared.at(&["RotationRules", "AutomaticallyAfterDays"]),
        None,
    );
    if let Some(secret) = snapshot.model.secrets.get_mut(&id) {
        secret.rotation_enabled = Some(true);
        secret.rotation_days = days;
    }
}
