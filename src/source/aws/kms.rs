//! KMS keys with their policies, rotation and aliases.
//!
//! Source: the AWS KMS API reference.

use std::collections::BTreeMap;

use aws_sdk_kms::Client;

use super::scope::{Scope, each};
use crate::model::{Identity, KmsKey, ResourceRef};
use crate::source::operation::kms::{
    DESCRIBE_KEY, GET_KEY_POLICY, GET_KEY_ROTATION_STATUS, LIST_ALIASES, LIST_KEYS,
};

/// The one policy that a key has.
const POLICY_NAME: &str = "default";

pub(super) async fn read(scope: &Scope, client: Client) {
    let (keys, aliases) = futures::join!(
        async {
            let pages = client.list_keys().into_paginator().send();
            scope.pages(&LIST_KEYS, None, pages).await
        },
        async {
            let pages = client.list_aliases().into_paginator().send();
            scope.pages(&LIST_ALIASES, None, pages).await
        },
    );
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alias in aliases.into_iter().flat_map(|page| page.aliases.unwrap_or_default()) {
        if let (Some(key), Some(name)) = (alias.target_key_id, alias.alias_name) {
            names.entry(key).or_default().push(name);
        }
    }
    let keys = keys.into_iter().flat_map(|page| page.keys.unwrap_or_default()).filter_map(|key| {
        let id = key.key_id?;
        let arn = key.key_arn.unwrap_or_else(|| scope.arn("kms", &format!("key/{id}")));
        let aliases = names.remove(&id).unwrap_or_default();
        Some((id, arn, aliases))
    });
    let keys: Vec<_> = keys.collect();
    let read = keys.into_iter().map(|(id, arn, aliases)| key(scope, &client, id, arn, aliases));
    each(read).await;
}

async fn key(scope: &Scope, client: &Client, id: String, arn: String, aliases: Vec<String>) {
    let name = aliases.first().cloned().unwrap_or_else(|| id.clone());
    let identity =
        Identity { arn: Some(arn.clone()), name: Some(name), ..scope.identity(arn.clone()) };
    let mut key = KmsKey::new(identity);
    let reference = ResourceRef::new("kms_keys", &arn);
    let call = client.describe_key().key_id(&id).send();
    let described = scope.call(&DESCRIBE_KEY, Some(&arn), call).await;
    if let Some(found) = described.and_then(|answer| answer.key_metadata) {
        key.key_manager = found.key_manager.map(|manager| manager.as_str().to_owned());
        key.key_state = found.key_state.map(|state| state.as_str().to_owned());
        key.key_spec = found.key_spec.map(|spec| spec.as_str().to_owned());
        key.key_usage = found.key_usage.map(|usage| usage.as_str().to_owned());
        key.origin = found.origin.map(|origin| origin.as_str().to_owned());
    }
    // Keys that AWS manages rotate every year, and nobody can change that.
    if key.key_manager.as_deref() == Some("AWS") {
        key.rotation_enabled = Some(true);
        key.rotation_period_in_days = Some(365);
    }
    let own = key.key_manager.as_deref() != Some("AWS");
    let rotates = own
        && key.key_spec.as_deref().is_none_or(|spec| spec == "SYMMETRIC_DEFAULT")
        && key.origin.as_deref().is_none_or(|origin| origin == "AWS_KMS");
    let (policy, rotation) = futures::join!(
        async {
            let call = client.get_key_policy().key_id(&id).policy_name(POLICY_NAME).send();
            scope.call(&GET_KEY_POLICY, Some(&arn), call).await
        },
        async {
            if !rotates {
                return None;
            }
            let call = client.get_key_rotation_status().key_id(&id).send();
            scope.call(&GET_KEY_ROTATION_STATUS, Some(&arn), call).await
        },
    );
    if let Some(text) = policy.and_then(|answer| answer.policy) {
        key.policy = scope.policy(&reference, "/policy", &text, &GET_KEY_POLICY);
    }
    if let Some(answer) = rotation {
        key.rotation_enabled = Some(answer.key_rotation_enabled);
        key.rotation_period_in_days = answer.rotation_period_in_days.map(i64::from);
    } else if !rotates && own {
        key.rotation_enabled = Some(false);
    }
    key.aliases = aliases;
    {
        let mut snapshot = scope.snapshot();
        snapshot.alias(&reference, id);
        for alias in &key.aliases {
            snapshot.alias(&reference, scope.arn("kms", alias));
            snapshot.alias(&reference, alias.clone());
        }
    }
    scope.insert(key, &DESCRIBE_KEY);
    scope.read_by(&reference, "/rotation_enabled", &GET_KEY_ROTATION_STATUS);
}
