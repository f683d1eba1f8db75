//! Patterns of actions, such as `s3:Get*`.
//!
//! Source: the IAM user guide, "IAM JSON policy elements: Action": names are
//! matched in whatever letters, `*` and `?` may stand anywhere.

use super::{Action, Catalogue, Service, UNKNOWN_ACTION};

/// The actions that a pattern matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion<'a> {
    /// Those that the catalogue knows, with their services.
    pub actions: Vec<(&'a Service, &'a Action)>,
    /// Whether it matches any action of a service, those among them that the
    /// catalogue does not know or that AWS adds later.
    pub services: Vec<&'a Service>,
    /// Whether it may match actions that are not in `actions`: it has a
    /// wildcard, or names an action that the catalogue does not know.
    pub may_match_more: bool,
}

pub(super) fn expand<'a>(catalogue: &'a Catalogue, pattern: &str) -> Expansion<'a> {
    let mut found = Expansion::default();
    let (prefix, name) = match pattern.split_once(':') {
        Some(parts) => parts,
        None if pattern.contains('*') && pattern.chars().all(|c| matches!(c, '*' | '?')) => {
            ("*", "*")
        }
        // No form that IAM takes: it matches nothing.
        None => return found,
    };
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    if !has_wildcard(prefix) && !has_wildcard(name) {
        found.actions.extend(catalogue.action(pattern));
        found.may_match_more = found.actions.is_empty();
        return found;
    }
    found.may_match_more = true;
    let services: Vec<&Service> = if has_wildcard(prefix) {
        let prefixes = catalogue.prefixes().filter(|known| is_match(prefix, known));
        prefixes.filter_map(|known| catalogue.service(known)).collect()
    } else {
        catalogue.service(prefix).into_iter().collect()
    };
    for service in services {
        let matching = service.actions.iter().filter(|action| is_match(name, action.name));
        found.actions.extend(matching.map(|action| (service, action)));
        if is_match(name, UNKNOWN_ACTION) {
            found.services.push(service);
        }
    }
    found
}

/// Whether a pattern matches a text of ASCII letters, in whatever letters:
/// `*` stands for any text, `?` for one character. Takes time proportional to
/// the product of the lengths at most.
pub fn is_match(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and what it was last tried to end at.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&at) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c.eq_ignore_ascii_case(&at) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    p = back + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}
