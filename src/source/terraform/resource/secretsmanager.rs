//! Secrets Manager.

use super::Declared;
use crate::model::{ResourceRef, Secret, Snapshot};
use crate::source::node::Node;
use crate::source::policy_document;

pub(super) fn secret(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "secrets");
    let mut secret = Secret::new(declared.identity(&mut draft, "name"));
    secret.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    secret.rotation_enabled = Some(false);
    secret.policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    // Tasks may name a secret by its ARN without the random ending.
    let reference = ResourceRef::new("secrets", &secret.id);
    if let Some((partial, ending)) = secret.arn.as_deref().and_then(|arn| arn.rsplit_once('-'))
        && ending.len() == 6
    {
        snapshot.alias(&reference, partial.to_owned());
    }
    if let (Some(account), Some(region), Some(name)) =
        (&secret.account, &secret.region, declared.get("name").and_then(Node::text))
    {
        let arn = format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}");
        snapshot.alias(&reference, arn);
    }
    snapshot.model.insert(secret);
}

pub(super) fn policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<Secret>(snapshot, "secret_arn") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("secrets", &id));
    let policy = policy_document::read(&mut draft, "/policy", declared.get("policy"));
    if let Some(secret) = snapshot.model.secrets.get_mut(&id) {
        secret.policy = policy;
    }
}

pub(super) fn rotation(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<Secret>(snapshot, "secret_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("secrets", &id));
    let days = draft.integer(
        "/rotation_days",
        declared.at(&["rotation_rules", "automatically_after_days"]),
        None,
    );
    if let Some(secret) = snapshot.model.secrets.get_mut(&id) {
        secret.rotation_enabled = Some(true);
        secret.rotation_days = days;
    }
}
