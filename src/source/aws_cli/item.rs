//! One item of an answer, read attribute by attribute.

use crate::model::Reason;
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};

/// An item and the resource that is made of it. Each method takes the JSON
/// pointer of the model's attribute and the member that holds its value.
#[derive(Debug)]
pub(super) struct Item<'s, 'n> {
    /// The resource in the making.
    pub(super) draft: Draft<'s>,
    node: &'n Node,
}

impl<'s, 'n> Item<'s, 'n> {
    pub(super) fn new(draft: Draft<'s>, node: &'n Node) -> Self {
        Self { draft, node }
    }

    /// A member.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key)
    }

    /// Text, where there is some.
    pub(super) fn string(&mut self, path: &str, key: &str) -> Option<String> {
        self.draft.string(path, self.node.get(key), None).filter(|text| !text.is_empty())
    }

    /// Text; AWS's default where it is left out.
    pub(super) fn string_or(&mut self, path: &str, key: &str, default: &str) -> Option<String> {
        self.draft.string(path, self.node.get(key), Some(default))
    }

    /// A flag that AWS always tells; a gap where it is missing.
    pub(super) fn flag(&mut self, path: &str, key: &str) -> Option<bool> {
        self.always(path, key);
        self.draft.bool(path, self.node.get(key), None)
    }

    /// A flag; AWS's default where it is left out.
    pub(super) fn flag_or(&mut self, path: &str, key: &str, default: bool) -> Option<bool> {
        self.draft.bool(path, self.node.get(key), Some(default))
    }

    /// A whole number, where there is one.
    pub(super) fn integer(&mut self, path: &str, key: &str) -> Option<i64> {
        self.draft.integer(path, self.node.get(key), None)
    }

    /// A whole number that AWS always tells; a gap where it is missing.
    pub(super) fn always_integer(&mut self, path: &str, key: &str) -> Option<i64> {
        self.always(path, key);
        self.integer(path, key)
    }

    /// Texts.
    pub(super) fn strings(&mut self, path: &str, key: &str) -> Vec<String> {
        self.draft.strings(path, self.node.get(key))
    }

    /// The items of a list, which may be left out.
    pub(super) fn list(&mut self, path: &str, key: &str) -> &'n [Node] {
        self.draft.items(path, self.node.get(key))
    }

    /// The items of a list that AWS always tells; a gap where it is missing.
    pub(super) fn full_list(&mut self, path: &str, key: &str) -> &'n [Node] {
        self.always(path, key);
        self.list(path, key)
    }

    /// One member of each item of a list.
    pub(super) fn each(&mut self, path: &str, key: &str, member: &str) -> Vec<String> {
        let items = self.list(path, key);
        self.members(path, items, member)
    }

    /// As [`Self::each`], of a list that AWS always tells.
    pub(super) fn full_each(&mut self, path: &str, key: &str, member: &str) -> Vec<String> {
        self.always(path, key);
        self.each(path, key, member)
    }

    fn members(&mut self, path: &str, items: &[Node], member: &str) -> Vec<String> {
        let mut found = Vec::new();
        for item in items {
            let at = format!("{path}/{}", found.len());
            found.extend(self.draft.string(&at, item.get(member), None));
        }
        found
    }

    /// A gap where the answer lacks a member that AWS always gives: it was cut
    /// down, or an older version of the AWS CLI did not know it.
    fn always(&mut self, path: &str, key: &str) {
        let is_missing = match &self.node.value {
            Value::Map(entries) => !entries.iter().any(|(name, _)| name == key),
            _ => false,
        };
        if is_missing {
            let detail = format!("the answer lacks {key}, which AWS gives");
            self.draft.gap(path, Reason::Malformed { detail });
        }
    }
}
