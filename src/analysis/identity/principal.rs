//! Whom a statement names.

use crate::model::{Condition, Principal, Reason, Statement};

use super::statement;

/// A principal, as seen from the owner's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// Everyone, signed in or not.
    Everyone,
    /// An AWS service.
    Service(String),
    /// The owner's account, or a principal in it.
    Own,
    /// Another account, by its id, or a principal in it.
    Account(String),
    /// An account whose relation to the owner's is not known, because the
    /// owner's is not.
    Unclear(String),
    /// An identity provider.
    Federated(String),
}

/// How templates spell the account that they are deployed to.
const OWN_ACCOUNT: &str = "${AWS::AccountId}";

/// Who the principal is to an owner in `account`.
pub(super) fn who(principal: &Principal, account: Option<&str>) -> Who {
    let value = principal.value.as_str();
    match principal.kind.as_str() {
        "*" => Who::Everyone,
        "Service" => Who::Service(value.to_owned()),
        "Federated" => Who::Federated(value.to_owned()),
        "CanonicalUser" => Who::Unclear(value.to_owned()),
        _ if value == "*" => Who::Everyone,
        _ => {
            // `ref:` and keys of the model are principals of the same stack.
            let Some(of) = account_of(value) else {
                return if is_unique_id(value) { Who::Unclear(value.to_owned()) } else { Who::Own };
            };
            match account {
                _ if of == OWN_ACCOUNT => Who::Own,
                Some(own) if own == of => Who::Own,
                Some(_) => Who::Account(of.to_owned()),
                None => Who::Unclear(of.to_owned()),
            }
        }
    }
}

/// Why it is not known whether someone is the owner: the owner's account is not.
pub(super) fn unclear(account: &str) -> Reason {
    let (expression, detail) = match account_of(account) {
        Some(_) => ("is the account itself", "give the account with --account"),
        None => ("is of the account itself", "name the principal by its ARN"),
    };
    Reason::Unresolvable {
        expression: format!("whether {account} {expression}"),
        detail: detail.to_owned(),
    }
}

/// The account of an ARN, or the account id itself.
fn account_of(value: &str) -> Option<&str> {
    if value == OWN_ACCOUNT || (value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit())) {
        return Some(value);
    }
    let mut parts = value.strip_prefix("arn:")?.splitn(5, ':').skip(3);
    // `${AWS::AccountId}` holds colons of its own.
    if value.contains(OWN_ACCOUNT) {
        return Some(OWN_ACCOUNT);
    }
    parts.next().filter(|account| !account.is_empty())
}

/// The id of a principal that may be gone, such as `AIDA…`.
fn is_unique_id(value: &str) -> bool {
    ["AIDA", "AROA", "ASIA", "AKIA"].iter().any(|prefix| value.starts_with(prefix))
}

/// Whom a statement lets in, each with its name in the policy. Everyone whom a
/// condition limits to accounts is those accounts; limited to anything else that
/// strangers are not, nobody.
pub(super) fn let_in(statement: &Statement, account: Option<&str>) -> Vec<(Who, Option<String>)> {
    let named: Vec<(Who, Option<String>)> = match statement.not_principals.as_slice() {
        [] => {
            let named = statement.principals.iter();
            named.map(|found| (who(found, account), Some(found.value.clone()))).collect()
        }
        _ => vec![(Who::Everyone, None)],
    };
    if !statement::restricts(&statement.conditions) {
        return named;
    }
    let limited = limits(&statement.conditions, account);
    let of = |(found, name)| match found {
        Who::Everyone => limited.clone(),
        other => vec![(other, name)],
    };
    named.into_iter().flat_map(of).collect()
}

/// The accounts to which conditions limit everyone; none where one of the
/// conditions leaves the owner's alone.
fn limits(conditions: &[Condition], account: Option<&str>) -> Vec<(Who, Option<String>)> {
    let mut lists = statement::accounts(conditions).into_iter().map(|values| {
        let named = values.into_iter().map(|value| {
            let principal = Principal { kind: "AWS".to_owned(), value: value.to_owned() };
            (who(&principal, account), Some(value.to_owned()))
        });
        named.filter(|(found, _)| *found != Who::Own).collect::<Vec<_>>()
    });
    let first = lists.next().unwrap_or_default();
    if first.is_empty() || lists.any(|others| others.is_empty()) { Vec::new() } else { first }
}

/// Everyone whom a statement is about; `NotPrincipal` is everyone else.
pub(super) fn of(statement: &Statement, account: Option<&str>) -> Vec<Who> {
    if !statement.not_principals.is_empty() {
        return vec![Who::Everyone];
    }
    statement.principals.iter().map(|principal| who(principal, account)).collect()
}
