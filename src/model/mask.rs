//! Text with what looks like a credential struck out, character for character,
//! so that places in it still hold.

use std::borrow::Cow;
use std::ops::Range;

use super::secret::{credential_reason, credential_word, is_pointer, issued_credential};

const MASK: char = '*';

/// Names whose value names something: `{Name: DB_PASSWORD, Value: …}`.
const NAMING: &[&str] = &["name", "key", "parameterkey", "variable"];
/// Names whose value belongs to what was named before.
const GIVING: &[&str] = &["value", "default", "parametervalue"];
/// Beginnings of values that only refer to something.
const REFERENCES: &[&str] =
    &["${", "{{resolve:", "!Ref", "!GetAtt", "!ImportValue", "Fn::", "{", "[", "|", ">", "&", "*"];

/// `text` with credentials struck out: those that are known by their form, the
/// passwords of URLs, and values that are given to a name that says so, as in
/// `password=…`, `"token": "…"` or `--secret …`.
pub fn masked(text: &str) -> Cow<'_, str> {
    masked_after(&[], text)
}

/// As [`masked`], for a line of a file, with the lines before it: they may name
/// what stands on it.
pub fn masked_after<'t>(before: &[&str], text: &'t str) -> Cow<'t, str> {
    // Most text is short and plain.
    let is_telling = |byte: u8| matches!(byte, b'=' | b':' | b'-' | b'.' | b' ') || byte > 127;
    if before.is_empty() && text.len() < 20 && !text.bytes().any(is_telling) {
        return Cow::Borrowed(text);
    }
    let mut named = false;
    for line in before {
        let chars: Vec<char> = line.chars().collect();
        named = given_values(&chars, named, &mut |_| {});
    }
    let chars: Vec<char> = text.chars().collect();
    let mut hidden: Vec<Range<usize>> = Vec::new();
    given_values(&chars, named, &mut |range| hidden.push(range));
    words(&chars, &mut |range| hidden.push(range));
    hidden.retain(|range| !range.is_empty());
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mask = |(index, c): (usize, &char)| {
        if hidden.iter().any(|range| range.contains(&index)) { MASK } else { *c }
    };
    Cow::Owned(chars.iter().enumerate().map(mask).collect())
}

/// The value of a setting: struck out whole where its name says so, else as
/// [`masked`].
pub fn setting(name: &str, value: String) -> String {
    if credential_reason(name, &value).is_some() && !value.contains("://") {
        return std::iter::repeat_n(MASK, value.chars().count()).collect();
    }
    owned(value)
}

/// As [`masked`], of text that is no longer needed.
pub fn owned(text: String) -> String {
    match masked(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

/// Calls `hide` with each value that a name on the line gives away. `named` says
/// whether the lines before named a credential; gives the same for the lines
/// after.
fn given_values(chars: &[char], mut named: bool, hide: &mut dyn FnMut(Range<usize>)) -> bool {
    for (at, c) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied();
        let previous = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let separates = match c {
            '=' => {
                !matches!(next, Some('=' | '>' | '~'))
                    && !matches!(previous, Some('=' | '!' | '<' | '>'))
            }
            ':' => next.is_none_or(char::is_whitespace) || matches!(previous, Some('"' | '\'')),
            ' ' => is_flag(chars, at),
            _ => false,
        };
        if !separates {
            continue;
        }
        let name = name_before(chars, at);
        if name.is_empty() {
            continue;
        }
        let range = value_after(chars, at + 1, *c);
        let value: String = chars.get(range.clone()).unwrap_or_default().iter().collect();
        let lower = name.to_ascii_lowercase();
        if NAMING.contains(&lower.as_str()) {
            named = credential_word(&value).is_some();
            continue;
        }
        let gives = GIVING.contains(&lower.as_str());
        let is_credential = credential_word(&name).is_some();
        if value.trim().is_empty() {
            // The value, or the block that holds it, stands below.
            named = is_credential || (named && !gives && *c == ':');
            continue;
        }
        // HCL gives expressions without quotes after an equals sign and a space.
        let is_expression =
            *c == '=' && next == Some(' ') && !matches!(next_word(chars, at), Some('"' | '\''));
        let refers = is_pointer(value.trim())
            || is_expression
            || REFERENCES.iter().any(|start| value.starts_with(start));
        if (is_credential || (named && gives)) && !refers {
            hide(range);
        }
        if gives {
            named = false;
        }
    }
    named
}

/// The first character after a separator that is no space.
fn next_word(chars: &[char], at: usize) -> Option<&char> {
    chars.get(at + 1..)?.iter().find(|c| !c.is_whitespace())
}

/// Whether the space at `at` parts a flag such as `--password` from its value.
fn is_flag(chars: &[char], at: usize) -> bool {
    let word: String = before(chars, at, |c| !c.is_whitespace() && !matches!(c, '"' | '\''));
    word.starts_with("--") && word.len() > 2
}

/// What stands right before `at` and satisfies `wanted`.
fn before(chars: &[char], at: usize, wanted: impl Fn(char) -> bool) -> String {
    let start = chars.get(..at).unwrap_or_default().iter().rposition(|c| !wanted(*c));
    chars.get(start.map_or(0, |start| start + 1)..at).unwrap_or_default().iter().collect()
}

/// The name that a separator at `at` gives a value to.
fn name_before(chars: &[char], at: usize) -> String {
    let is_padding = |c: &char| matches!(c, ' ' | '\t' | '"' | '\'' | '\\');
    let end = chars
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rposition(|c| !is_padding(c))
        .map_or(0, |last| last + 1);
    before(chars, end, |c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The value from `start` on: what is in quotes, else up to what ends it.
fn value_after(chars: &[char], start: usize, separator: char) -> Range<usize> {
    let skip = |from: usize, wanted: &dyn Fn(char) -> bool| {
        let rest = chars.get(from..).unwrap_or_default();
        from + rest.iter().position(|c| !wanted(*c)).unwrap_or(rest.len())
    };
    let mut from = skip(start, &char::is_whitespace);
    // A tag that leaves the text as it is.
    let tag: String = chars.iter().skip(from).take(5).collect();
    if tag == "!Sub " {
        from = skip(from + 5, &char::is_whitespace);
    }
    from = skip(from, &|c| c == '\\');
    match chars.get(from) {
        Some(&quote @ ('"' | '\'')) => from + 1..skip(from + 1, &|c| c != quote && c != '\\'),
        Some(_) if separator == ':' => {
            from..skip(from, &|c| !matches!(c, ',' | '}' | ']' | '"' | '\'' | '\n'))
        }
        Some(_) => {
            from..skip(from, &|c| {
                !c.is_whitespace() && !matches!(c, ',' | ';' | '}' | ']' | ')' | '"' | '\'' | '&')
            })
        }
        None => from..from,
    }
}

/// Calls `hide` with each word that is a credential by its form, each password
/// of a URL, and what `Authorization` and `-u` are followed by.
fn words(chars: &[char], hide: &mut dyn FnMut(Range<usize>)) {
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']')
    };
    let mut previous = String::new();
    let mut authorizes = false;
    let mut start = 0;
    while start < chars.len() {
        let rest = chars.get(start..).unwrap_or_default();
        let length = rest.iter().position(|c| ends(*c)).unwrap_or(rest.len());
        let word: String = rest.iter().take(length).collect();
        let end = start + length;
        let value = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
        let value_start = end - value.chars().count();
        if issued_credential(value).is_some() {
            hide(value_start..end);
        } else if issued_credential(&word).is_some() {
            hide(start..end);
        } else if let Some(password) = password_of_url(&word) {
            hide(start + password.start..start + password.end);
        } else if matches!(previous.as_str(), "-u" | "--user") && word.contains(':') {
            let user = word.chars().take_while(|c| *c != ':').count();
            hide(start + user + 1..end);
        } else if authorizes && matches!(previous.as_str(), "Bearer" | "Basic") {
            hide(start..end);
        }
        authorizes |= word.to_ascii_lowercase().ends_with("authorization:");
        if !word.is_empty() {
            previous = word;
        }
        start = end + 1;
    }
}

/// Where in a URL its password stands, in characters.
fn password_of_url(word: &str) -> Option<Range<usize>> {
    let at = word.find("://")?;
    let (before, rest) = (word.get(..at + 3)?, word.get(at + 3..)?);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user_info, _) = authority.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    if password.starts_with("${") || password.starts_with("{{resolve:") {
        return None;
    }
    let start = before.chars().count() + user.chars().count() + 1;
    Some(start..start + password.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_struck_out_where_they_stand() {
        let cases = [
            ("MasterUserPassword: hunter2", "MasterUserPassword: *******"),
            ("  password: \"hunter2", "  password: \"*******"),
            ("{Name: DB_PASSWORD, Value: hunter2}", "{Name: DB_PASSWORD, Value: *******}"),
            ("{Key: api_token, Value: 'hunter2'}", "{Key: api_token, Value: '*******'}"),
            ("{\"password\":\"hunter2\"}", "{\"password\":\"*******\"}"),
            ("{\\\"password\\\": \\\"hunter2\\\"}", "{\\\"password\\\": \\\"*******\\\"}"),
            ("export DB_PASSWORD=hunter2; x", "export DB_PASSWORD=*******; x"),
            ("run --password hunter2 --port 1", "run --password ******* --port 1"),
            ("run --token=hunter2", "run --token=*******"),
            ("curl -u admin:hunter2 host", "curl -u admin:******* host"),
            ("-H \"Authorization: Bearer hunter2\"", "-H \"Authorization: Bearer *******\""),
            ("https://app:hunter2@host/x", "https://app:*******@host/x"),
            ("temp password: hunter2", "temp password: *******"),
            ("  password = \"hunter2\"", "  password = \"*******\""),
        ];
        for (given, expected) in cases {
            assert_eq!(masked(given), expected);
        }
    }

    #[test]
    fn a_name_on_a_line_before_counts() {
        let before = ["- Name: DB_PASSWORD"];
        assert_eq!(masked_after(&before, "  Value: hunter2"), "  Value: *******");
        assert_eq!(
            masked_after(&["DbPassword:", "  Type: String"], "  Default: x1"),
            "  Default: **"
        );
        assert_eq!(masked_after(&["- Name: PORT"], "  Value: 8080"), "  Value: 8080");
    }

    #[test]
    fn what_is_no_credential_stays() {
        for text in [
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Ab12",
            "MasterUserPassword: '{{resolve:secretsmanager:db}}'",
            "MasterUserPassword: !Ref Password",
            "  password = var.password",
            "  password = random_password.db.result",
            "ManageMasterUserPassword: true",
            "HttpTokens: optional",
            "SecretArn: abc",
            "https://host/path?a=b",
            "PubliclyAccessible: true",
            "- {Name: PASSWORD_FILE, Value: /run/x}",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
