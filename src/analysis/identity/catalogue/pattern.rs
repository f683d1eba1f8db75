//! Patterns of actions, such as `s3:Get*`.
//!
//! Source: the IAM user guide, "IAM JSON policy elements: Action": names are
//! matched in whatever letters, `*` and `?` may stand anywhere.

use super::{Action, Catalogue, Service, UNKNOWN_ACTION};
use crate::analysis::identity::glob::matches_action;

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
        let prefixes = catalogue.prefixes().filter(|known| matches_action(prefix, known));
        prefixes.filter_map(|known| catalogue.service(known)).collect()
    } else {
        catalogue.service(prefix).into_iter().collect()
    };
    for service in services {
        let matching = service.actions.iter().filter(|action| matches_action(name, action.name));
        found.actions.extend(matching.map(|action| (service, action)));
        if matches_action(name, UNKNOWN_ACTION) {
            found.services.push(service);
        }
    }
    found
}
