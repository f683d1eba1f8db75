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
    ONE_OF_EACH.iter().all(|action| covers_action(statement, action))
}

/// Whether a statement is about every resource: `*`, or one pattern that
/// matches the ARNs of any service.
pub(super) fn covers_all_resources(statement: &Statement) -> bool {
    const ONE_OF_EACH: &[&str] = &[
        "arn:aws:iam::<other>:role/audit-0f7c1e",
        "arn:aws:s3:::audit-0f7c1e/object",
        "arn:aws:secretsmanager:us-east-1:<other>:secret:audit-0f7c1e",
    ];
    let everything = |pattern: &String| ONE_OF_EACH.iter().all(|arn| glob::matches(pattern, arn));
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

/// Whether the conditions let only fixed values of a key in, so that S3 does
/// not take the statement for public.
///
/// Source: the Amazon S3 user guide, "The meaning of 'public'".
pub(super) fn asks_fixed_values(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let key = condition.key.to_ascii_lowercase();
        // Its access point may be a wildcard where its account is fixed.
        let access_point = key == "s3:dataaccesspointarn";
        let fixed = |value: &String| match access_point {
            true => !is_open_arn(value) && !value.contains("${"),
            false => !value.contains(['*', '?']) && !value.contains("${"),
        };
        (access_point || restricting(condition))
            && is_positive(condition)
            && condition.values.iter().all(fixed)
    })
}

/// Whether conditions of a statement that denies everyone may leave only those
/// whom the owner trusts.
pub(super) fn may_keep_strangers_off(conditions: &[Condition]) -> bool {
    let trusted = |condition: &Condition| {
        let key = condition.key.to_ascii_lowercase();
        is_trusting(&key) || matches!(key.as_str(), "aws:sourceip" | "aws:vpcsourceip")
    };
    conditions.is_empty() || conditions.iter().any(trusted)
}

/// Whether the conditions let only members of an organization in.
pub(super) fn asks_organization(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let key = condition.key.to_ascii_lowercase();
        matches!(key.as_str(), "aws:principalorgid" | "aws:principalorgpaths")
            && restricting(condition)
    })
}

/// For each condition that limits a statement to accounts: those accounts. All
/// conditions must hold, so each limits it alone.
pub(super) fn accounts(conditions: &[Condition]) -> Vec<Vec<&str>> {
    let of_arn = |arn: &'_ str| arn.split(':').nth(4).is_some_and(|part| !part.is_empty());
    let limiting = conditions.iter().filter(|condition| restricting(condition));
    let named = limiting.map(|condition| match condition.key.to_ascii_lowercase().as_str() {
        "aws:principalaccount"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "kms:calleraccount"
        | "s3:dataaccesspointaccount" => condition.values.iter().map(String::as_str).collect(),
        "aws:principalarn" | "aws:sourcearn" => {
            let values = condition.values.iter().map(String::as_str);
            values.filter(|value| !value.starts_with("arn:") || of_arn(value)).collect()
        }
        _ => Vec::new(),
    });
    named.filter(|values: &Vec<&str>| !values.is_empty()).collect()
}

fn restricting(condition: &Condition) -> bool {
    if !is_positive(condition) || condition.values.is_empty() {
        return false;
    }
    let key = condition.key.to_ascii_lowercase();
    match key.as_str() {
        "aws:sourceip" => condition.values.iter().all(|value| !is_wide_range(value)),
        key => is_trusting(key) && condition.values.iter().all(|value| !is_open(key, value)),
    }
}

/// Whether a condition asks for one of its values, which an absent key is not.
fn is_positive(condition: &Condition) -> bool {
    let operator = condition.operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    matches!(
        operator,
        "stringequals"
            | "stringlike"
            | "stringequalsignorecase"
            | "arnequals"
            | "arnlike"
            | "ipaddress"
    )
}

/// Whether a key, in small letters, tells whom the owner trusts from others. The
/// name of a user does not, which any account may have, nor does an address in a
/// VPC.
fn is_trusting(key: &str) -> bool {
    matches!(
        key,
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
            | "kms:calleraccount"
            | "s3:dataaccesspointaccount"
            | "aws:sourceowner"
    )
}

/// Whether a value of a trusting key, in small letters, is one that strangers may
/// have too.
fn is_open(key: &str, value: &str) -> bool {
    // Templates spell the own account so; its colons are none of an ARN.
    let value = value.replace("${AWS::", "${AWS.");
    if is_of_the_request(&value) {
        return true;
    }
    match key {
        "aws:principalarn" | "aws:sourcearn" => is_open_arn(&value),
        // Below the organization, anything.
        "aws:principalorgpaths" | "aws:sourceorgpaths" => {
            has_wildcard(value.split('/').next().unwrap_or_default())
        }
        // The id of a role, and a session that its holder names.
        "aws:userid" => has_wildcard(value.split(':').next().unwrap_or_default()),
        _ => has_wildcard(&value),
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a value is a variable that the request fills in. What is the
/// resource's own is the owner's.
fn is_of_the_request(value: &str) -> bool {
    value.split("${").skip(1).any(|variable| {
        let name = variable.to_ascii_lowercase();
        !name.starts_with("aws.") && !name.starts_with("aws:resource")
    })
}

/// Whether a pattern for ARNs may match one of any account. Buckets and some
/// others have no account in theirs; their name is as good.
fn is_open_arn(value: &str) -> bool {
    if value.starts_with("ref:") || !has_wildcard(value) {
        return false;
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let ["arn", _, _, _, account, rest @ ..] = parts.as_slice() else { return true };
    match (*account, rest) {
        ("", [name]) => has_wildcard(name.split('/').next().unwrap_or_default()),
        (account, _) => has_wildcard(account),
    }
}

/// A range of addresses that anyone may have one of.
fn is_wide_range(value: &str) -> bool {
    match value.parse::<ipnet::IpNet>() {
        Ok(ipnet::IpNet::V4(range)) => range.prefix_len() < 8,
        Ok(ipnet::IpNet::V6(range)) => range.prefix_len() < 32,
        Err(_) => value.parse::<std::net::IpAddr>().is_err(),
    }
}
