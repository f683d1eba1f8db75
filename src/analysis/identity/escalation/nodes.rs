//! What methods turn to: users, roles, groups and customers' policies, and
//! which of them a pattern of a policy may name.

use std::borrow::Cow;
use std::collections::HashMap;

use super::bits::Bits;
use crate::analysis::identity::evaluate::OWN_ACCOUNT;
use crate::analysis::identity::evaluate::pattern::{Piece, overlap, pieces};
use crate::analysis::identity::evaluate::policy::own_account;
use crate::analysis::identity::glob::matches_action;
use crate::analysis::identity::subjects::{Subjects, given_name, own};
use crate::model::{Model, Resource, ResourceRef};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Role,
    Group,
    Policy,
}

/// A user, role, group or policy.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub kind: Kind,
    pub reference: ResourceRef,
    /// Its names in policies, the ARN first. `*` and `?` stand for what is not
    /// known of it.
    pub names: Vec<String>,
    pub account: Option<String>,
}

/// All of them, by number.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub all: Vec<Node>,
    by_reference: HashMap<ResourceRef, usize>,
    /// Names that are known in full, in order.
    by_name: Vec<(String, usize)>,
    /// Nodes whose names are known in part, with the names' pieces.
    open: Vec<(usize, Vec<Piece>)>,
}

impl Nodes {
    pub fn of(model: &Model, subjects: &Subjects<'_>) -> Self {
        let mut found = Self::default();
        let ids = |collection: &'static str| {
            model.ids(collection).into_iter().map(move |id| ResourceRef::new(collection, id))
        };
        for (kind, collection) in [(Kind::User, "iam_users"), (Kind::Role, "iam_roles")] {
            for reference in ids(collection) {
                let Some(principal) = subjects.principal(&reference) else { continue };
                let mut names = vec![principal.arn];
                names.extend(principal.aliases);
                found.add(Node { kind, reference, names, account: principal.account });
            }
        }
        for (kind, collection, word) in
            [(Kind::Group, "iam_groups", "group"), (Kind::Policy, "iam_policies", "policy")]
        {
            for reference in ids(collection) {
                let Some(resource) = model.get(&reference) else { continue };
                let path = match kind {
                    Kind::Group => model.iam_groups.get(&reference.id).map(|one| &one.path),
                    _ => model.iam_policies.get(&reference.id).map(|one| &one.path),
                };
                let path = path.and_then(Option::as_deref).unwrap_or("/");
                let node = unsigned(kind, reference, resource, &format!("{word}{path}"));
                found.add(node);
            }
        }
        found.by_name.sort();
        found
    }

    /// The names that begin with a text.
    fn beginning_with<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a (String, usize)> {
        let from = self.by_name.partition_point(|(name, _)| name.as_str() < start);
        self.by_name.iter().skip(from).take_while(move |(name, _)| name.starts_with(start))
    }

    fn add(&mut self, node: Node) {
        let number = self.all.len();
        for name in &node.names {
            if name.contains(['*', '?']) {
                self.open.push((number, pieces(name)));
            } else {
                self.by_name.push((name.clone(), number));
            }
        }
        self.by_reference.insert(node.reference.clone(), number);
        self.all.push(node);
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn number(&self, collection: &str, id: &str) -> Option<usize> {
        self.by_reference.get(&ResourceRef::new(collection, id)).copied()
    }

    /// The nodes of one kind.
    pub fn of_kind(&self, kind: Kind) -> Bits {
        let mut found = Bits::none(self.len());
        for (number, node) in self.all.iter().enumerate() {
            if node.kind == kind {
                found.insert(number);
            }
        }
        found
    }

    /// The nodes with exactly this name; those that may have it as well.
    pub fn named(&self, name: &str) -> Vec<usize> {
        let name = plain(name);
        let mut found = self.named_so(&name);
        if let Some(own) = in_own_account(&name) {
            found.extend(self.named_so(&own));
        }
        found
    }

    fn named_so(&self, name: &str) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .beginning_with(name)
            .take_while(|(known, _)| known == name)
            .map(|(_, number)| *number)
            .collect();
        let asked = pieces(name);
        found.extend(
            self.open
                .iter()
                .filter(|(_, pieces)| overlap(&asked, pieces))
                .map(|(number, _)| *number),
        );
        found
    }

    /// The nodes that a pattern of `Resource` may match: all that it does and,
    /// where something is not known, more.
    pub fn matching(&self, pattern: &str) -> Bits {
        let pattern = without_variables(&plain(pattern));
        let mut found = self.matching_so(&pattern);
        if let Some(own) = in_own_account(&pattern) {
            found.extend(&self.matching_so(&own));
        }
        found
    }

    fn matching_so(&self, pattern: &str) -> Bits {
        let mut found = Bits::none(self.len());
        if !pattern.contains(['*', '?']) {
            for number in self.named_so(pattern) {
                found.insert(number);
            }
            return found;
        }
        let start = pattern.split(['*', '?']).next().unwrap_or_default();
        for (name, number) in self.beginning_with(start) {
            // Capitals count in ARNs; a match too many is found out later.
            if !found.has(*number) && matches_action(pattern, name) {
                found.insert(*number);
            }
        }
        let asked = pieces(pattern);
        for (number, pieces) in &self.open {
            if overlap(&asked, pieces) {
                found.insert(*number);
            }
        }
        found
    }
}

/// A group or policy, which makes no requests. `start` is what its ARN has
/// before its name: `policy/`.
fn unsigned(kind: Kind, reference: ResourceRef, resource: &dyn Resource, start: &str) -> Node {
    let account = resource.account().map(str::to_owned);
    let owner = resource.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
    let arn = resource.arn().map(str::to_owned).unwrap_or_else(|| {
        let name = given_name(resource.id(), resource.name()).unwrap_or(Cow::Borrowed("*"));
        format!("arn:aws:iam::{owner}:{start}{name}")
    });
    let own = format!("ref:{}/{}", reference.collection, reference.id);
    let names = vec![arn, own, reference.id.clone()];
    Node { kind, reference, names, account }
}

/// A reference to a resource, which may follow the beginning of its ARN, and
/// the account of a template, spelled as nodes' names spell them.
fn plain(text: &str) -> String {
    let text = own_account(text);
    match text.find("ref:iam_") {
        Some(at) if at > 0 => text.get(at..).unwrap_or_default().to_owned(),
        _ => text,
    }
}

/// A pattern that may be about any account, about that of a template.
fn in_own_account(pattern: &str) -> Option<String> {
    let mut fields: Vec<&str> = pattern.splitn(6, ':').collect();
    let account = fields.get_mut(4)?;
    if !overlap(&pieces(account), &pieces("????????????")) {
        return None;
    }
    *account = OWN_ACCOUNT;
    Some(fields.join(":"))
}

/// A pattern with `*` in place of its variables.
fn without_variables(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        found.push_str(before);
        found.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    found + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::model::Snapshot;
    use serde_json::json;

    #[test]
    fn patterns_match_by_arn_by_reference_and_by_what_may_be() {
        let model = json!({
            "iam_roles": {
                "known": {"id": "known", "arn": "arn:aws:iam::111122223333:role/app/known"},
                "stack/Role": {"id": "stack/Role"},
            },
            "iam_policies": {
                "stack/Policy": {"id": "stack/Policy", "name": "team-rights"},
            },
            "iam_users": {"ann": {"id": "ann", "arn": "arn:aws:iam::111122223333:user/ann"}},
        });
        let snapshot =
            Snapshot { model: serde_json::from_value(model).unwrap(), ..Snapshot::default() };
        let nodes = Nodes::of(&snapshot.model, &Subjects::new(&snapshot));
        let matching = |pattern: &str| -> Vec<&str> {
            nodes.matching(pattern).iter().map(|n| nodes.all[n].reference.id.as_str()).collect()
        };
        assert_eq!(matching("*"), ["ann", "known", "stack/Role", "stack/Policy"]);
        assert_eq!(matching("arn:aws:iam::${AWS::AccountId}:policy/t*"), ["stack/Policy"]);
        assert_eq!(matching("arn:aws:iam::${AWS::AccountId}:policy/x*"), Vec::<&str>::new());
        assert_eq!(matching("arn:aws:iam::111122223333:policy/team-rights"), ["stack/Policy"]);
        assert_eq!(matching("arn:aws:iam::aws:policy/*"), Vec::<&str>::new());
        assert_eq!(matching("arn:aws:iam::111122223333:user/ann"), ["ann"]);
        assert_eq!(matching("arn:aws:iam::111122223333:user/${aws:username}"), ["ann"]);
        assert_eq!(matching("ref:iam_roles/stack/Role"), ["stack/Role"]);
        assert_eq!(matching("arn:aws:iam::*:role/app/*"), ["known", "stack/Role"]);
        assert_eq!(matching("arn:aws:iam::*:role/${AWS::AccountId}x*"), ["stack/Role"]);
        assert_eq!(matching("arn:aws:s3:::*"), Vec::<&str>::new());
    }
}
