//! The credential report: when passwords and keys of users were used.
//!
//! Source: the IAM user guide, "Generate credential reports for your AWS
//! account".

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_iam::Client;

use super::iam::update_account;
use super::scope::{Answer, Scope};
use crate::model::{IamAccessKey, IamUser, Identity, Reason};
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

/// Writes what the report tells into users, keys and the account.
pub(super) fn keep(scope: &Scope, report: &str) {
    let mut lines = report.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let row: HashMap<&str, &str> = header.iter().copied().zip(line.split(',')).collect();
        match row.get("user").copied() {
            Some(ROOT) => root(scope, &row),
            Some(_) => user(scope, &row),
            None => {}
        }
    }
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
