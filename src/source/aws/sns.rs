//! SNS topics with their policies.
//!
//! Source: the Amazon SNS API reference.

use aws_sdk_sns::Client;

use super::scope::{Scope, each};
use crate::model::{Identity, ResourceRef, SnsTopic};
use crate::source::operation::sns::{GET_TOPIC_ATTRIBUTES, LIST_TAGS_FOR_RESOURCE, LIST_TOPICS};

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.list_topics().into_paginator().send();
    let pages = scope.pages(&LIST_TOPICS, None, pages).await;
    let arns: Vec<String> = pages
        .into_iter()
        .flat_map(|page| page.topics.unwrap_or_default())
        .filter_map(|topic| topic.topic_arn)
        .collect();
    each(arns.iter().map(|arn| topic(scope, &client, arn))).await;
}

async fn topic(scope: &Scope, client: &Client, arn: &str) {
    let identity = Identity {
        arn: Some(arn.to_owned()),
        name: arn.rsplit(':').next().map(str::to_owned),
        ..scope.identity(arn)
    };
    scope.insert(SnsTopic::new(identity), &LIST_TOPICS);
    futures::join!(attributes(scope, client, arn), tags(scope, client, arn));
}

async fn attributes(scope: &Scope, client: &Client, arn: &str) {
    let call = client.get_topic_attributes().topic_arn(arn).send();
    let Some(answer) = scope.call(&GET_TOPIC_ATTRIBUTES, Some(arn), call).await else { return };
    let found = answer.attributes.unwrap_or_default();
    let text = |name: &str| found.get(name).filter(|text| !text.is_empty());
    let reference = ResourceRef::new("sns_topics", arn);
    let policy = text("Policy")
        .and_then(|text| scope.policy(&reference, "/policy", text, &GET_TOPIC_ATTRIBUTES));
    scope.update::<SnsTopic>(arn, |topic| {
        topic.fifo = Some(text("FifoTopic").is_some_and(|text| text == "true"));
        topic.kms_key_id = text("KmsMasterKeyId").cloned();
        topic.policy = policy;
    });
}

async fn tags(scope: &Scope, client: &Client, arn: &str) {
    let call = client.list_tags_for_resource().resource_arn(arn).send();
    let Some(answer) = scope.call(&LIST_TAGS_FOR_RESOURCE, Some(arn), call).await else { return };
    let tags =
        answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    scope.update::<SnsTopic>(arn, |topic| topic.tags = tags);
}
