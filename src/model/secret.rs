//! What may be known of a value that may be a secret.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::resource::value;

value! {
    /// A value that may be a secret, reduced to what a policy needs of it. The
    /// value itself never enters the model.
    SecretValue {
        /// Whether there is a literal value, as opposed to a reference that is
        /// resolved at deploy time (a dynamic reference, a `NoEcho` parameter).
        literal: Option<bool>,
        /// Length in characters; null when not known.
        length: Option<u64>,
        /// Whether name or content look like a credential.
        looks_like_credential: Option<bool>,
        /// Why, without the value, such as `the name contains PASSWORD`.
        why: Option<String>,
        /// A hash keyed for this run, so that equal values can be seen.
        digest: Option<String>,
    }
}

impl SecretValue {
    /// The summary of a literal `value` that was given to `name`.
    ///
    /// `key` is random for each run, so that a digest cannot be looked up.
    pub fn of_literal(name: &str, value: &str, key: &[u8; 32]) -> Self {
        let why = credential_reason(name, value);
        Self {
            literal: Some(true),
            length: Some(value.chars().count() as u64),
            looks_like_credential: Some(why.is_some()),
            why,
            digest: Some(keyed_digest(value, key)),
        }
    }

    /// The summary of a value that is looked up when the stack is deployed.
    pub fn of_reference() -> Self {
        Self { literal: Some(false), looks_like_credential: Some(false), ..Self::default() }
    }

    /// The summary of a value that is not known: every field null.
    pub fn unknown() -> Self {
        Self::default()
    }
}

/// Settings without those whose name or value looks like a credential, such as
/// the `splunk-token` of a log driver.
pub fn without_credentials(mut settings: BTreeMap<String, String>) -> BTreeMap<String, String> {
    settings.retain(|name, value| credential_reason(name, value).is_none());
    settings
}

/// HMAC-like digest: SHA-256 over key, value and key, cut to 16 hex digits.
fn keyed_digest(value: &str, key: &[u8; 32]) -> String {
    let mut hash = Sha256::new();
    hash.update(key);
    hash.update(value.as_bytes());
    hash.update(key);
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Words in a variable's name that say its value is a credential.
const CREDENTIAL_WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PWD",
    "PASS",
    "PASSPHRASE",
    "PASSCODE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "SIGNINGKEY",
    "ENCRYPTIONKEY",
    "AUTHKEY",
    "MASTERKEY",
    "SSHKEY",
    "HMACKEY",
    "SHAREDKEY",
    "ACCOUNTKEY",
    "CREDS",
];

/// Last words of a name that say its value only leads to a credential, or
/// describes it.
const HARMLESS_ENDINGS: &[&str] = &[
    "ARN",
    "NAME",
    "ID",
    "PATH",
    "FILE",
    "URL",
    "URI",
    "ENDPOINT",
    "REGION",
    "TTL",
    "EXPIRY",
    "EXPIRATION",
    "LENGTH",
    "COUNT",
    "LIMIT",
    "TIMEOUT",
    "ENABLED",
    "DISABLED",
    "REQUIRED",
    "TYPE",
    "ALGORITHM",
    "ISSUER",
    "AUDIENCE",
    "PREFIX",
    "SIZE",
    "MIN",
    "MAX",
    "POLICY",
    "DAYS",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "DIR",
    "DIRECTORY",
    "MODE",
    "VERSION",
    "REF",
    "ALIAS",
    "PARAMETER",
    "PARAM",
    "HOST",
    "PORT",
    "DOMAIN",
    "REALM",
    "SCOPE",
    "SCOPES",
    "ROLE",
    "USER",
    "USERNAME",
    "EMAIL",
    "PROVIDER",
    "BACKEND",
    "STORE",
    "SERVICE",
    "NAMESPACE",
    "BUCKET",
    "TABLE",
    "HEADER",
    "COOKIE",
    "FIELD",
    "TEMPLATE",
    "FORMAT",
    "PATTERN",
    "REGEX",
    "RULE",
    "RULES",
    "STRENGTH",
    "ROUNDS",
    "ITERATIONS",
    "INTERVAL",
    "LIFETIME",
    "DURATION",
    "AGE",
    "HISTORY",
    "HASHER",
    "ENCODING",
    "ROTATION",
    "LOCATION",
];

/// Beginnings by which issued credentials are known, with what they are.
const CREDENTIAL_PREFIXES: &[(&str, &str, usize)] = &[
    ("AKIA", "an AWS access key id", 20),
    ("ASIA", "a temporary AWS access key id", 20),
    ("ghp_", "a GitHub token", 40),
    ("gho_", "a GitHub token", 40),
    ("ghr_", "a GitHub token", 40),
    ("ghs_", "a GitHub token", 40),
    ("ghu_", "a GitHub token", 40),
    ("github_pat_", "a GitHub token", 40),
    ("glpat-", "a GitLab token", 20),
    ("xoxb-", "a Slack token", 24),
    ("xoxp-", "a Slack token", 24),
    ("xapp-", "a Slack token", 24),
    ("whsec_", "a webhook's secret", 24),
    ("sk_live_", "a Stripe key", 24),
    ("rk_live_", "a Stripe key", 24),
    ("sk-ant-", "an API key", 24),
    ("sk-proj-", "an API key", 24),
    ("SG.", "a SendGrid key", 60),
    ("npm_", "an npm token", 36),
    ("dckr_pat_", "a Docker token", 20),
    ("AIza", "a Google API key", 39),
    ("hvs.", "a Vault token", 24),
];

/// How a private key in base64 begins, by its kind.
const ENCODED_KEYS: &[&str] = &[
    "LS0tLS1CRUdJTiBQUklWQVRF",
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURS",
    "LS0tLS1CRUdJTiBFQyBQUklWQVRF",
    "LS0tLS1CRUdJTiBEU0EgUFJJVkFURS",
    "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVE",
    "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURS",
];

/// Why `value`, given to `name`, looks like a credential; `None` if it does
/// not. Either may be empty, and the reason never contains the value.
pub fn credential_reason(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if let Some(what) = issued_credential(value) {
        return Some(format!("the value has the form of {what}"));
    }
    if let Some(what) = value.split(is_apart).find_map(issued_credential) {
        return Some(format!("in the value stands what has the form of {what}"));
    }
    if let Some(why) = in_document(value) {
        return Some(format!("in the document that is the value, {why}"));
    }
    if url_with_password(value) {
        return Some("the value is a URL with a password in it".to_owned());
    }
    if setting_with_password(value) {
        return Some("the value is a list of settings with a password among them".to_owned());
    }
    let word = credential_word(name)?;
    if is_pointer(value) {
        return None;
    }
    Some(format!("the name contains {word}"))
}

/// What kind of issued credential the value is, by its own form.
pub(super) fn issued_credential(value: &str) -> Option<&'static str> {
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let token = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '='))
    };
    // The ids of access keys have no small letters.
    let is_id = |prefix: &str| matches!(prefix, "AKIA" | "ASIA");
    if let Some((_, what, _)) = CREDENTIAL_PREFIXES.iter().find(|(prefix, _, least)| {
        value.starts_with(prefix)
            && value.len() >= *least
            && token(value)
            && !(is_id(prefix) && value.contains(|c: char| c.is_ascii_lowercase()))
    }) {
        return Some(what);
    }
    if ENCODED_KEYS.iter().any(|beginning| value.starts_with(beginning)) {
        return Some("a private key in base64");
    }
    if value.starts_with("https://hooks.slack.com/services/T") {
        return Some("a Slack webhook, whose address is its key");
    }
    // A JSON web token: three base64url parts, the first an object.
    let parts: Vec<&str> = value.split('.').collect();
    if parts.len() == 3 && value.starts_with("eyJ") && value.len() > 40 && token(value) {
        return Some("a JSON web token");
    }
    None
}

/// Whether a character stands between words of a value, one of which may be a
/// credential.
fn is_apart(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']' | '=')
}

/// Why a value that is JSON looks as if it held a credential.
fn in_document(value: &str) -> Option<String> {
    if !value.starts_with(['{', '[']) {
        return None;
    }
    in_part("", &serde_json::from_str(value).ok()?)
}

fn in_part(name: &str, part: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match part {
        Value::Object(entries) => entries.iter().find_map(|(name, entry)| in_part(name, entry)),
        Value::Array(items) => items.iter().find_map(|item| in_part(name, item)),
        Value::String(text) => credential_reason(name, text),
        Value::Number(number) => credential_reason(name, &number.to_string()),
        Value::Bool(_) | Value::Null => None,
    }
}

/// Whether the value is a URL whose authority holds a password.
fn url_with_password(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+') {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user_info, _)) = authority.rsplit_once('@') else { return false };
    user_info
        .split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
}

/// Whether the value is a list of settings, such as a connection string, that
/// gives a password: `Server=db;Password=…`, `host=db password=…`.
fn setting_with_password(value: &str) -> bool {
    const NAMES: &[&str] =
        &["password", "passwd", "pwd", "accountkey", "sharedaccesskey", "secretkey"];
    value.split([';', '&', '?', ' ', ',']).any(|setting| {
        let Some((name, given)) = setting.split_once('=') else { return false };
        let name = name.trim_start_matches('-').to_ascii_lowercase();
        NAMES.contains(&name.as_str()) && !given.is_empty() && !is_placeholder(given)
    })
}

/// Whether something else is put in a value's place before it is used:
/// `${PASSWORD}`, `$(PASSWORD)`, `{{ password }}`, `<password>`.
fn is_placeholder(value: &str) -> bool {
    [("${", "}"), ("$(", ")"), ("{{", "}}"), ("<", ">"), ("%(", ")s")]
        .iter()
        .any(|(start, end)| value.starts_with(start) && value.ends_with(end))
}

/// The word in `name` that says its value is a credential. Words are told
/// apart by punctuation and by changes from small letters to capitals.
pub(super) fn credential_word(name: &str) -> Option<&'static str> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            previous_lower = false;
            continue;
        }
        if c.is_uppercase() && previous_lower {
            words.push(String::new());
        }
        previous_lower = c.is_lowercase();
        if words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    if words.last().is_some_and(|last| HARMLESS_ENDINGS.contains(&last.as_str())) {
        return None;
    }
    CREDENTIAL_WORDS.iter().copied().find(|&credential| {
        // Also `DBPASSWORD` in one word, and `API_KEY` in two.
        words
            .iter()
            .any(|word| word == credential || (credential.len() > 5 && word.ends_with(credential)))
            || words.windows(2).any(|pair| pair.concat() == credential)
    })
}

/// Whether a value only says where a credential is kept, or is a switch.
pub(super) fn is_pointer(value: &str) -> bool {
    /// Where tools and orchestrators keep secrets, or how they name them.
    const PLACES: &[&str] = &[
        "arn:",
        "{{resolve:",
        "vault:",
        "ssm:",
        "awssm:",
        "secretsmanager:",
        "aws-secretsmanager:",
        "op://",
        "file:",
        "/run/secrets/",
        "/var/run/secrets/",
        "/etc/secrets/",
        "/mnt/secrets/",
    ];
    PLACES.iter().any(|place| value.starts_with(place))
        || is_placeholder(value)
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true"
                | "false"
                | "yes"
                | "no"
                | "on"
                | "off"
                | "0"
                | "1"
                | "none"
                | "null"
                | "enabled"
                | "disabled"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_recognised() {
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "DBPASSWORD",
            "DB_PASS",
            "API_KEY",
            "apiKey",
            "JWT_SECRET",
            "RAILS_MASTER_KEY",
        ] {
            assert!(credential_reason(name, "hunter2").is_some(), "{name}");
        }
    }

    #[test]
    fn names_that_only_lead_to_a_credential_are_not() {
        for name in [
            "SECRET_ARN",
            "SECRET_NAME",
            "PASSWORD_FILE",
            "PASSWORD_MIN_LENGTH",
            "PASSWORD_RESET_TEMPLATE",
            "TOKEN_TTL",
            "TOKEN_URL",
            "CSRF_TOKEN_HEADER",
            "BYPASS",
            "MAX_TOKENS",
            "KEYBOARD",
            "PORT",
            "AUTHOR",
        ] {
            assert_eq!(credential_reason(name, "hunter2"), None, "{name}");
        }
    }

    #[test]
    fn values_are_recognised_by_their_form_whatever_the_name() {
        let key = format!("AKIA{}", "ABCDEFGHIJKLMNOP");
        assert!(credential_reason("SETTING", &key).is_some());
        assert!(credential_reason("DATABASE_URL", "mysql://app:hunter2@db:3306/orders").is_some());
        assert_eq!(credential_reason("DATABASE_URL", "mysql://app@db:3306/orders"), None);
        let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----";
        assert!(credential_reason("CERT", key).is_some());
    }

    #[test]
    fn a_reference_to_a_store_is_no_credential() {
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db";
        assert_eq!(credential_reason("DB_PASSWORD", arn), None);
        assert_eq!(credential_reason("DB_PASSWORD", ""), None);
        for place in [
            "{{resolve:secretsmanager:db:SecretString:password}}",
            "${DB_PASSWORD}",
            "/run/secrets/db",
        ] {
            assert_eq!(credential_reason("DB_PASSWORD", place), None, "{place}");
        }
    }

    #[test]
    fn a_password_among_settings_is_recognised() {
        for settings in [
            "Server=db;User Id=app;Password=hunter2;",
            "host=db user=app password=hunter2",
            "jdbc:mysql://db/orders?user=app&password=hunter2",
            "--user=app --password=hunter2",
        ] {
            assert!(credential_reason("DATABASE", settings).is_some(), "{settings}");
        }
        for settings in
            ["Server=db;Password=;", "host=db password=${PASSWORD}", "forgot-password=1"]
        {
            assert_eq!(credential_reason("DATABASE", settings), None, "{settings}");
        }
    }

    #[test]
    fn a_password_in_a_document_is_recognised() {
        for document in [
            r#"{"db": {"user": "app", "password": "hunter2"}}"#,
            r#"[{"apiKey": "hunter2"}]"#,
            r#"{"url": "mysql://app:hunter2@db/orders"}"#,
        ] {
            assert!(credential_reason("CONFIG", document).is_some(), "{document}");
        }
        for document in [
            r#"{"db": {"user": "app", "password": ""}}"#,
            r#"{"password": {"minLength": 8}}"#,
            r#"{"passwordSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"}"#,
            r#"{"password": "${DB_PASSWORD}"}"#,
        ] {
            assert_eq!(credential_reason("CONFIG", document), None, "{document}");
        }
    }

    #[test]
    fn an_issued_credential_is_recognised_among_other_text() {
        let token = format!("ghp_{}", "a1B2".repeat(10));
        assert!(credential_reason("HEADERS", &format!("Authorization: Bearer {token}")).is_some());
        assert!(credential_reason("FLAGS", &format!("--verbose --auth={token}")).is_some());
        let hook = ["https://hooks.slack.com/services", "T0123", "B0123", "abc"].join("/");
        assert!(credential_reason("NOTIFY", &hook).is_some());
        // A private key in base64.
        let key = format!("LS0tLS1CRUdJTiBQUklWQVRF{}", "QUJD".repeat(9));
        assert!(credential_reason("TLS", &key).is_some());
        for harmless in ["MAKIA1234567890123456", "AKIAisnokey000000000", "ghp_short"] {
            assert_eq!(credential_reason("NOTE", harmless), None, "{harmless}");
        }
    }

    #[test]
    fn no_reason_and_no_summary_contains_the_value() {
        let value = "correct-horse-battery-staple";
        let summary = SecretValue::of_literal("DB_PASSWORD", value, &[7; 32]);
        assert!(!serde_json::to_string(&summary).unwrap_or_default().contains(value));
    }

    #[test]
    fn credentials_among_settings_are_left_out() {
        let given = [("awslogs-group", "/ecs/orders"), ("splunk-token", "0f1e2d3c-4b5a-6978")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kept = without_credentials(given.into());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["awslogs-group"]);
    }
}
