//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`.
//!
//! Sources: the IAM user guide, "IAM policy elements: Variables and tags", and
//! "IAM policy validation check reference" (missing brace, empty variable,
//! unsupported space, missing quote in variable; variable unsupported in
//! element).

use super::{Reader, Yaml};

impl Reader {
    /// Refuses variables that are not well written. In a policy of another
    /// version than 2012-10-17 they are plain text.
    pub(super) fn variables_in(&mut self, text: &str, at: &Yaml) {
        if !self.has_variables {
            if text.contains("${") {
                self.warning(
                    &at.span,
                    "without \"Version\": \"2012-10-17\" a policy variable is plain text",
                    "add \"Version\": \"2012-10-17\" to the policy",
                );
            }
            return;
        }
        if let Some((message, help)) = wrong_variable(text) {
            self.error(&at.span, message, help);
        }
    }
}

/// What is wrong with the variables of a text, and what to do.
fn wrong_variable(text: &str) -> Option<(String, &'static str)> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((inner, after)) = after.split_once('}').filter(|(inner, _)| !inner.contains("${"))
        else {
            return Some((
                format!("a policy variable of {text} is not closed"),
                "write } after its name",
            ));
        };
        rest = after;
        let (name, default) = match inner.split_once(',') {
            Some((name, default)) => (name, Some(default.trim())),
            None => (inner, None),
        };
        if name.trim().is_empty() {
            return Some((
                format!("a policy variable of {text} is empty"),
                "write the name of a condition key into it, such as ${aws:username}",
            ));
        }
        if name.contains(char::is_whitespace) {
            return Some((
                format!("the policy variable ${{{inner}}} has a space in its name"),
                "leave out the space",
            ));
        }
        let quoted = |default: &str| {
            default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'')
        };
        if default.is_some_and(|default| !quoted(default)) {
            return Some((
                format!("the default of the policy variable ${{{inner}}} is not in quotes"),
                "write it as ${aws:username, 'nobody'}",
            ));
        }
    }
    None
}
