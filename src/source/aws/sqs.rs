//! SQS queues with their policies. Messages are never read.
//!
//! Source: the Amazon SQS API reference.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use super::scope::{Scope, each};
use crate::model::{Identity, ResourceRef, SqsQueue};
use crate::source::draft::Draft;
use crate::source::messaging;
use crate::source::node::{Node, Value};
use crate::source::operation::sqs::{GET_QUEUE_ATTRIBUTES, LIST_QUEUE_TAGS, LIST_QUEUES};

/// Queues of one page; without a number there is no second page.
const PAGE: i32 = 1000;

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.list_queues().into_paginator().page_size(PAGE).send();
    let pages = scope.pages(&LIST_QUEUES, None, pages).await;
    let urls: Vec<String> =
        pages.into_iter().flat_map(|page| page.queue_urls.unwrap_or_default()).collect();
    each(urls.iter().map(|url| queue(scope, &client, url))).await;
}

async fn queue(scope: &Scope, client: &Client, url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    let arn = scope.arn("sqs", name);
    let identity = Identity {
        arn: Some(arn.clone()),
        name: Some(name.to_owned()),
        ..scope.identity(arn.clone())
    };
    let reference = scope.insert(SqsQueue::new(identity), &LIST_QUEUES);
    scope.snapshot().alias(&reference, url.to_owned());
    futures::join!(attributes(scope, client, url, &reference), tags(scope, client, url, &arn));
}

async fn attributes(scope: &Scope, client: &Client, url: &str, reference: &ResourceRef) {
    let call = client.get_queue_attributes().queue_url(url).attribute_names(Name::All).send();
    let answer = scope.call(&GET_QUEUE_ATTRIBUTES, Some(&reference.id), call).await;
    let Some(found) = answer.map(|answer| answer.attributes.unwrap_or_default()) else { return };
    let policy = text(&found, &Name::Policy)
        .and_then(|text| scope.policy(reference, "/policy", text, &GET_QUEUE_ATTRIBUTES));
    let redrive = text(&found, &Name::RedrivePolicy).map(|text| {
        let node = Node::new(Value::Text(text.to_owned()));
        let mut snapshot = scope.snapshot();
        let mut draft = Draft::new(
            &mut snapshot,
            reference.clone(),
            super::scope::api(&GET_QUEUE_ATTRIBUTES),
            *scope.secret_key(),
        )
        .located(scope.site.account.clone(), scope.site.region.clone());
        messaging::dead_letter_queue(&mut draft, Some(&node))
    });
    let is_on = |name: &Name| text(&found, name) == Some("true");
    scope.update::<SqsQueue>(&reference.id, |queue| {
        queue.fifo = Some(is_on(&Name::FifoQueue));
        queue.message_retention_period =
            text(&found, &Name::MessageRetentionPeriod).and_then(|text| text.parse().ok());
        queue.dead_letter_queue = redrive.flatten();
        queue.sqs_managed_sse_enabled = Some(is_on(&Name::SqsManagedSseEnabled));
        queue.kms_key_id = text(&found, &Name::KmsMasterKeyId).map(str::to_owned);
        queue.policy = policy;
    });
}

fn text<'a>(found: &'a HashMap<Name, String>, name: &Name) -> Option<&'a str> {
    found.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

async fn tags(scope: &Scope, client: &Client, url: &str, arn: &str) {
    let call = client.list_queue_tags().queue_url(url).send();
    let Some(answer) = scope.call(&LIST_QUEUE_TAGS, Some(arn), call).await else { return };
    let tags = answer.tags.unwrap_or_default().into_iter().collect();
    scope.update::<SqsQueue>(arn, |queue| queue.tags = tags);
}
