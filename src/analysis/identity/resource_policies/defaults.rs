//! What AWS writes into the policy of a resource that was given none.

use crate::analysis::identity::evaluate::OWN_ACCOUNT;
use crate::model::{Condition, Effect, KmsKey, PolicyDocument, Principal, SnsTopic, Statement};

/// Lets the identity policies of the key's account decide.
///
/// Source: the AWS KMS developer guide, "Default key policy".
pub(super) fn of_key(key: &KmsKey) -> PolicyDocument {
    delegating(key.account.as_deref().unwrap_or(OWN_ACCOUNT), "kms:*")
}

/// A policy that lets the identity policies of an account decide.
pub fn delegating(account: &str, action: &str) -> PolicyDocument {
    allowing(account, vec![action.to_owned()], Vec::new())
}

/// Lets in whoever calls for the topic's account. Of the key that tells the
/// account, the documentation says only that some services set it; whether a
/// request has it is left open.
///
/// Source: the Amazon SNS developer guide, "Example cases for Amazon SNS access
/// control", on `aws:SourceOwner`; the policy that SNS shows for a new topic.
pub(super) fn of_topic(topic: &SnsTopic) -> PolicyDocument {
    const ACTIONS: &[&str] = &[
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];
    let account = topic.account.as_deref().unwrap_or(OWN_ACCOUNT);
    let owner = Condition {
        operator: "StringEquals".to_owned(),
        key: "AWS:SourceOwner".to_owned(),
        values: vec![account.to_owned()],
    };
    allowing("*", ACTIONS.iter().map(|action| (*action).to_owned()).collect(), vec![owner])
}

fn allowing(principal: &str, actions: Vec<String>, conditions: Vec<Condition>) -> PolicyDocument {
    PolicyDocument {
        version: Some("2012-10-17".to_owned()),
        statements: vec![Statement {
            effect: Effect::Allow,
            principals: vec![Principal { kind: "AWS".to_owned(), value: principal.to_owned() }],
            actions,
            resources: vec!["*".to_owned()],
            conditions,
            ..Statement::default()
        }],
    }
}
