//! What a statement's actions and conditions amount to.

use crate::model::{Condition, Statement};

use super::glob;

/// Whether a statement is about an action.
pub(super) fn covers_action(statement: &Statement, action: &str) -> bool {
    if !statement.not_actions.is_empty() {
        return !statement.not_actions.iter().any(|not| glob::matches_action(not, action));
    }
    statement.actions.iter().any(|pattern| glob::matches_action(pattern, action))
}

/// Whether a statement is about every action, but for a few that `NotAction`
/// leaves out.
pub(super) fn covers_nearly_all(statement: &Statement) -> bool {
    const ONE_OF_EACH: &[&str] = &[
        "iam:CreateUser",
        "iam:AttachRolePolicy",
        "sts:AssumeRole",
        "s3:PutObject",
        "ec2:RunInstances",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "rds:DeleteDBInstance",
        "lambda:InvokeFunction",
        "dynamodb:GetItem",
        "cloudtrail:StopLogging",
    ];
    if statement.not_actions.is_empty() {
        return statement.actions.iter().any(|pattern| matches!(pattern.as_str(), "*" | "*:*"));
    }
    ONE_OF_EACH.iter().all(|action| covers_action(statement, action))
}

/// Whether a statement is about every resource.
pub(super) fn covers_all_resources(statement: &Statement) -> bool {
    let everything = |pattern: &String| pattern.chars().all(|c| c == '*');
    if !statement.not_resources.is_empty() {
        return !statement.not_resources.iter().any(everything);
    }
    statement.resources.iter().any(everything)
}

/// Whether a statement's actions may change something, as far as their names
/// tell.
pub(super) fn may_write(statement: &Statement) -> bool {
    const READS: &[&str] = &["get", "list", "describe", "head", "batchget", "search", "select"];
    if !statement.not_actions.is_empty() {
        return true;
    }
    statement.actions.iter().any(|action| {
        let name = action.rsplit(':').next().unwrap_or(action).to_ascii_lowercase();
        name.starts_with('*') || !READS.iter().any(|read| name.starts_with(read))
    })
}

/// Whether the conditions let only principals or networks in that strangers
/// cannot be or use.
pub(super) fn restricts(conditions: &[Condition]) -> bool {
    conditions.iter().any(restricting)
}

fn restricting(condition: &Condition) -> bool {
    let operator = condition.operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    // A key that is absent would satisfy these.
    if operator.ends_with("ifexists") || operator.starts_with("forallvalues:") {
        return false;
    }
    let positive = matches!(
        operator,
        "stringequals"
            | "stringlike"
            | "stringequalsignorecase"
            | "arnequals"
            | "arnlike"
            | "ipaddress"
    );
    if !positive || condition.values.is_empty() {
        return false;
    }
    let key = condition.key.to_ascii_lowercase();
    match key.as_str() {
        "aws:sourceip" | "aws:vpcsourceip" => {
            condition.values.iter().all(|value| !is_wide_range(value))
        }
        "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:principalaccount"
        | "aws:principalarn"
        | "aws:sourceaccount"
        | "aws:sourcearn"
        | "aws:sourceorgid"
        | "aws:sourceorgpaths"
        | "aws:sourcevpc"
        | "aws:sourcevpce"
        | "aws:userid"
        | "aws:username"
        | "kms:calleraccount"
        | "s3:dataaccesspointaccount"
        | "aws:sourceowner" => condition.values.iter().all(|value| !is_wild(value)),
        _ => false,
    }
}

/// Whether a value stands for any account: all wildcard, or an ARN whose
/// account is one.
fn is_wild(value: &str) -> bool {
    if value.chars().all(|c| matches!(c, '*' | '?')) {
        return true;
    }
    let account = value.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    // Buckets and some others have no account in their ARNs.
    value.starts_with("arn:") && account.is_some_and(|account| account.contains('*'))
}

/// A range of addresses that anyone may have one of.
fn is_wide_range(value: &str) -> bool {
    match value.parse::<ipnet::IpNet>() {
        Ok(ipnet::IpNet::V4(range)) => range.prefix_len() < 8,
        Ok(ipnet::IpNet::V6(range)) => range.prefix_len() < 32,
        Err(_) => value.parse::<std::net::IpAddr>().is_err(),
    }
}
