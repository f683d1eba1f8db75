//! The credential report: when passwords and keys of users were used.
//!
//! Source: the IAM user guide, "Generate credential reports for your AWS
//! account".

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aws_sdk_iam::Client;

use super::iam::update_account;
use super::scope::{Answer, Scope};
use crate::model::{IamAccessKey, IamUser, Identity, Reason, ResourceRef};
use crate::source::operation::iam::{GENERATE_CREDENTIAL_REPORT, GET_CREDENTIAL_REPORT};

/// How long to wait for the report between two questions, and how often.
const WAIT: Duration = Duration::from_millis(500);
const QUESTIONS: usize = 60;

/// The user name of the report's line about root.
const ROOT: &str = "<root_account>";

/// Has the report made, waits for it, and gives its text.
pub(super) async fn fetch(scope: &Scope, client: &Client) -> Option<String> {
    for _ in 0..QUESTIONS {
        let call = client.generate_credential_report().send();
        let answer = scope.call(&GENERATE_CREDENTIAL_REPORT, None, call).await?;
        if answer.state.is_some_and(|state| state.as_str() == "COMPLETE") {
            return text(scope, client).await;
        }
        tokio::time::sleep(WAIT).await;
    }
    let detail = "the credential report was not ready in time".to_owned();
    let operation = GENERATE_CREDENTIAL_REPORT.name.to_owned();
    let permission = GENERATE_CREDENTIAL_REPORT.permission();
    scope.leave_open(
        &GENERATE_CREDENTIAL_REPORT,
        None,
        Reason::Failed { operation, permission, detail },
    );
    None
}

async fn text(scope: &Scope, client: &Client) -> Option<String> {
    let call = client.get_credential_report().send();
    match scope.ask(&GET_CREDENTIAL_REPORT, None, &[], call).await {
        Answer::Given(answer) => {
            Some(String::from_utf8_lossy(answer.content?.as_ref()).into_owned())
        }
        Answer::Absent | Answer::Lost => None,
    }
}

/// Writes what the report tells into users, keys and the account. AWS makes it
/// every four hours at most, so that newer users are not in it.
pub(super) fn keep(scope: &Scope, report: &str) {
    let mut lines = report.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut told = HashSet::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let row = row(&header, line);
        match row.get("user").copied() {
            Some(ROOT) => root(scope, &row),
            Some(_) => user(scope, &row),
            None => {}
        }
        told.extend(row.get("arn").copied());
    }
    let untold: Vec<String> = {
        let snapshot = scope.snapshot();
        let users = snapshot.model.iam_users.values();
        let own = users.filter(|user| user.account == scope.site.account);
        own.map(|user| user.id.clone()).filter(|id| !told.contains(id.as_str())).collect()
    };
    for id in untold {
        let reference = ResourceRef::new("iam_users", id);
        for path in ["/password_enabled", "/mfa_active"] {
            let source = "a credential report that is older than the user".to_owned();
            scope.gap(&reference, path, Reason::NotInSource { source });
        }
    }
}

/// The columns of a line. The name of a user may hold commas, and so may the
/// ARN, which ends in it; in a name no colon stands.
fn row<'r>(header: &[&'r str], line: &'r str) -> HashMap<&'r str, &'r str> {
    let mut fields: Vec<&str> = line.rsplitn(header.len().saturating_sub(1), ',').collect();
    fields.reverse();
    let names = fields.first().copied().unwrap_or_default();
    let at = names.find(",arn:").unwrap_or(names.len());
    let (user, arn) =
        (names.get(..at).unwrap_or_default(), names.get(at + 1..).unwrap_or_default());
    let rest = fields.into_iter().skip(1);
    header.iter().copied().zip([user, arn].into_iter().chain(rest)).collect()
}

/// A time of the report; it writes `N/A`, `no_information` and the like where
/// there is none.
fn time(row: &HashMap<&str, &str>, column: &str) -> Option<String> {
    row.get(column)
        .filter(|text| text.starts_with(|first: char| first.is_ascii_digit()))
        .map(|text| (*text).to_owned())
}

fn flag(row: &HashMap<&str, &str>, column: &str) -> bool {
    row.get(column).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn root(scope: &Scope, row: &HashMap<&str, &str>) {
    let used = ["password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"]
        .into_iter()
        .filter_map(|column| time(row, column))
        .max();
    update_account(scope, |account| account.root_last_used = used);
}

fn user(scope: &Scope, row: &HashMap<&str, &str>) {
    let Some(arn) = row.get("arn").copied() else { return };
    scope.update::<IamUser>(arn, |user| {
        user.password_enabled = Some(flag(row, "password_enabled"));
        user.mfa_active = Some(flag(row, "mfa_active"));
    });
    for number in [1, 2] {
        let column = |name: &str| format!("access_key_{number}_{name}");
        let made = time(row, &column("last_rotated"));
        let active = flag(row, &column("active"));
        if made.is_none() && !active {
            continue;
        }
        let name = row.get("user").map(|user| format!("{user} key {number}"));
        let id = format!("{arn}/access-key-{number}");
        let mut key = IamAccessKey::new(Identity { name, ..scope.identity(id) });
        key.user = Some(arn.to_owned());
        key.active = Some(active);
        key.last_rotated = made;
        key.last_used = time(row, &column("last_used_date"));
        scope.insert(key, &GET_CREDENTIAL_REPORT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_in_a_name_shifts_no_column() {
        let header = ["user", "arn", "user_creation_time", "password_enabled", "mfa_active"];
        for name in ["ann", "ann,b", "a,,b,"] {
            let arn = format!("arn:aws:iam::111122223333:user/{name}");
            let line = format!("{name},{arn},2026-01-01T00:00:00Z,true,false");
            let row = row(&header, &line);
            assert_eq!((row["user"], row["arn"].to_owned()), (name, arn));
            assert_eq!((row["password_enabled"], row["mfa_active"]), ("true", "false"));
        }
    }
}
