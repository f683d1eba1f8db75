//! Secrets Manager secrets. Their values are never read.
//!
//! Source: the AWS Secrets Manager API reference.

use aws_sdk_secretsmanager::Client;

use super::scope::{Scope, each};
use crate::model::{Identity, ResourceRef, Secret};
use crate::source::operation::secretsmanager::{GET_RESOURCE_POLICY, LIST_SECRETS};

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.list_secrets().into_paginator().send();
    let pages = scope.pages(&LIST_SECRETS, None, pages).await;
    let mut arns = Vec::new();
    for found in pages.into_iter().flat_map(|page| page.secret_list.unwrap_or_default()) {
        let Some(arn) = found.arn else { continue };
        let tags = found.tags.unwrap_or_default().into_iter();
        let identity = Identity {
            arn: Some(arn.clone()),
            name: found.name,
            tags: tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect(),
            ..scope.identity(arn.clone())
        };
        let mut secret = Secret::new(identity);
        secret.kms_key_id = found.kms_key_id;
        secret.rotation_enabled = Some(found.rotation_enabled.unwrap_or(false));
        secret.rotation_days =
            found.rotation_rules.and_then(|rules| rules.automatically_after_days);
        secret.last_rotated = found.last_rotated_date.map(|time| time.to_string());
        scope.insert(secret, &LIST_SECRETS);
        arns.push(arn);
    }
    each(arns.iter().map(|arn| policy(scope, &client, arn))).await;
}

async fn policy(scope: &Scope, client: &Client, arn: &str) {
    let call = client.get_resource_policy().secret_id(arn).send();
    let Some(answer) = scope.call(&GET_RESOURCE_POLICY, Some(arn), call).await else { return };
    let Some(text) = answer.resource_policy else { return };
    let policy =
        scope.policy(&ResourceRef::new("secrets", arn), "/policy", &text, &GET_RESOURCE_POLICY);
    scope.update::<Secret>(arn, |secret| secret.policy = policy);
}
