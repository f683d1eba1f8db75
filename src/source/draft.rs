//! A resource in the making: reads nodes into typed attributes, and records
//! the place and the gap of each.

use std::collections::BTreeMap;

use super::node::{Node, Value};
use crate::model::gap::more;
use crate::model::secret::credential_reason;
use crate::model::{Gap, Origin, Reason, ResourceOrigin, ResourceRef, SecretValue, Snapshot, mask};

/// Reads the attributes of one resource. Each reading method takes the JSON
/// pointer of the model's attribute and the node that holds its value, and
/// notes where it stands or why it is not known.
#[derive(Debug)]
pub struct Draft<'a> {
    snapshot: &'a mut Snapshot,
    resource: ResourceRef,
    account: Option<String>,
    region: Option<String>,
    secret_key: [u8; 32],
}

impl<'a> Draft<'a> {
    /// Starts a resource that stands at `origin`. Several drafts of one
    /// resource add to each other.
    pub fn new(
        snapshot: &'a mut Snapshot,
        resource: ResourceRef,
        origin: Origin,
        secret_key: [u8; 32],
    ) -> Self {
        if snapshot.origins.get(&resource).is_none() {
            snapshot.origins.insert(
                &resource,
                ResourceOrigin { resource: origin, attributes: BTreeMap::new() },
            );
        }
        Self { snapshot, resource, account: None, region: None, secret_key }
    }

    /// The account and region that gaps are put down to.
    #[must_use]
    pub fn located(mut self, account: Option<String>, region: Option<String>) -> Self {
        self.account = account;
        self.region = region;
        self
    }

    /// The resource.
    pub fn resource(&self) -> &ResourceRef {
        &self.resource
    }

    /// Records that the attribute at `path` is not known.
    pub fn gap(&mut self, path: &str, reason: Reason) {
        self.snapshot.gaps.insert(Gap {
            collection: self.resource.collection.clone(),
            id: Some(self.resource.id.clone()),
            path: path.to_owned(),
            account: self.account.clone(),
            region: self.region.clone(),
            reason,
        });
    }

    /// Records where the attribute at `path` stands.
    pub fn place(&mut self, path: &str, origin: Option<&Origin>) {
        if let (Some(origin), Some(entry)) = (origin, self.snapshot.origins.get_mut(&self.resource))
        {
            entry.attributes.insert(path.to_owned(), origin.clone());
        }
    }

    /// Reads with `read`; on a value that does not fit, or is unknown, a gap.
    fn read<T>(
        &mut self,
        path: &str,
        node: Option<&Node>,
        expected: &str,
        read: impl FnOnce(&Node) -> Option<T>,
    ) -> Option<T> {
        let node = node.filter(|node| !node.is_absent())?;
        self.place(path, node.origin.as_ref());
        if let Some(reason) = node.unknown() {
            self.gap(path, reason.clone());
            return None;
        }
        let found = read(node);
        if found.is_none() {
            self.gap(path, unreadable(node, expected));
        }
        found
    }

    /// A boolean; `default` where the source does not say.
    pub fn bool(&mut self, path: &str, node: Option<&Node>, default: Option<bool>) -> Option<bool> {
        if is_absent(node) {
            return default;
        }
        self.read(path, node, "a boolean", Node::bool)
    }

    /// A whole number; `default` where the source does not say.
    pub fn integer(
        &mut self,
        path: &str,
        node: Option<&Node>,
        default: Option<i64>,
    ) -> Option<i64> {
        if is_absent(node) {
            return default;
        }
        self.read(path, node, "a whole number", Node::integer)
    }

    /// Whether the source says anything of it; a gap where that is not known.
    pub fn given(&mut self, path: &str, node: Option<&Node>) -> Option<bool> {
        let node = node.filter(|node| !node.is_absent());
        self.place(path, node.and_then(|node| node.origin.as_ref()));
        match node.and_then(Node::unknown) {
            Some(reason) => {
                self.gap(path, reason.clone());
                None
            }
            None => Some(node.is_some()),
        }
    }

    /// Notes that `path` rests on what stands at `other`, and is not known where
    /// that is not.
    pub fn follows(&mut self, path: &str, other: &str) {
        let first = Gap {
            collection: self.resource.collection.clone(),
            id: Some(self.resource.id.clone()),
            path: other.to_owned(),
            account: None,
            region: None,
            reason: Reason::KnownAfterApply { expression: None },
        };
        let found = self.snapshot.gaps.range(first.clone()..).next();
        let of_other = |gap: &&Gap| {
            gap.collection == first.collection && gap.id == first.id && gap.path == first.path
        };
        if let Some(reason) = found.filter(of_other).map(|gap| gap.reason.clone()) {
            self.gap(path, reason);
        }
    }

    /// Text; `default` where the source does not say. A reference reads as the
    /// key of the resource it names; text with unknown parts is unknown.
    pub fn string(
        &mut self,
        path: &str,
        node: Option<&Node>,
        default: Option<&str>,
    ) -> Option<String> {
        if is_absent(node) {
            return default.map(str::to_owned);
        }
        self.read(path, node, "a string", |node| match &node.value {
            Value::Reference(reference) => Some(reference.id.clone()),
            Value::Joined(parts) => sole_reference(parts),
            _ => node.text().map(mask::owned),
        })
    }

    /// An address range; one that another resource will have is not known.
    pub fn cidr(&mut self, path: &str, node: Option<&Node>) -> Option<String> {
        self.read(path, node, "an address range", Node::text)
    }

    /// Text that is more than the resource it names: an image, a policy's ARN.
    /// References in it are spelled by their keys.
    pub fn text(&mut self, path: &str, node: Option<&Node>) -> Option<String> {
        if is_absent(node) {
            return None;
        }
        self.read(path, node, "a string", |node| written_out(node).map(mask::owned))
    }

    /// As [`Self::strings`], each as [`Self::text`] reads it.
    pub fn texts(&mut self, path: &str, node: Option<&Node>) -> Vec<String> {
        let Some(node) = node.filter(|node| !node.is_absent()) else { return Vec::new() };
        self.place(path, node.origin.as_ref());
        let mut found = Vec::new();
        for item in node.items() {
            match written_out(item).map(mask::owned) {
                Some(text) => {
                    self.place(&format!("{path}/{}", found.len()), item.origin.as_ref());
                    found.push(text);
                }
                None if item.is_absent() => {}
                None => self.gap(&more(path), unreadable(item, "a string")),
            }
        }
        found
    }

    /// Texts or references. Items that are not known are left out, with a gap
    /// on what further items the list has; a single value is a list of one.
    pub fn strings(&mut self, path: &str, node: Option<&Node>) -> Vec<String> {
        let Some(node) = node.filter(|node| !node.is_absent()) else { return Vec::new() };
        self.place(path, node.origin.as_ref());
        let mut found = Vec::new();
        for item in node.items() {
            if item.is_absent() {
                continue;
            }
            let text = match &item.value {
                Value::Reference(reference) => Some(reference.id.clone()),
                Value::Joined(parts) => sole_reference(parts),
                _ => item.text().map(mask::owned),
            };
            match text {
                Some(text) => {
                    self.place(&format!("{path}/{}", found.len()), item.origin.as_ref());
                    found.push(text);
                }
                None => self.gap(&more(path), unreadable(item, "a string")),
            }
        }
        found
    }

    /// Texts by key. Values that are not known are left out, with a gap on
    /// their key.
    pub fn string_map(&mut self, path: &str, node: Option<&Node>) -> BTreeMap<String, String> {
        let Some(node) = node.filter(|node| !node.is_absent()) else { return BTreeMap::new() };
        self.place(path, node.origin.as_ref());
        let Value::Map(entries) = &node.value else {
            self.gap(path, unreadable(node, "a map"));
            return BTreeMap::new();
        };
        let mut found = BTreeMap::new();
        for (key, value) in entries {
            let path = format!("{path}/{}", escape(key));
            if let Some(text) = self.string(&path, Some(value), None) {
                found.insert(key.clone(), mask::setting(key, text));
            }
        }
        found
    }

    /// The entries of a map, for the caller to read one by one; a gap where the
    /// map is not known.
    pub fn entries<'n>(&mut self, path: &str, node: Option<&'n Node>) -> &'n [(String, Node)] {
        let Some(node) = node.filter(|node| !node.is_absent()) else { return &[] };
        self.place(path, node.origin.as_ref());
        match &node.value {
            Value::Map(entries) => entries,
            _ => {
                self.gap(path, unreadable(node, "a map"));
                &[]
            }
        }
    }

    /// A gap where any part of what `path` is made of is not known.
    pub fn whole(&mut self, path: &str, node: Option<&Node>) {
        let Some(node) = node else { return };
        match &node.value {
            Value::Unknown(reason) => self.gap(path, reason.clone()),
            Value::Secret => self.gap(path, Reason::Sensitive),
            Value::List(items) => items.iter().for_each(|item| self.whole(path, Some(item))),
            Value::Map(entries) => {
                entries.iter().for_each(|(_, entry)| self.whole(path, Some(entry)));
            }
            _ => {}
        }
    }

    /// Whether a setting says `enable`; `default` where it says nothing.
    pub fn enabled(&mut self, path: &str, node: Option<&Node>, default: bool) -> Option<bool> {
        let default = if default { "enable" } else { "disable" };
        self.string(path, node, Some(default)).map(|text| text == "enable")
    }

    /// Whether a list that was read as `found` has items; a gap where items of
    /// it are not known and none is.
    pub fn whether_any(
        &mut self,
        path: &str,
        node: Option<&Node>,
        found: &[String],
    ) -> Option<bool> {
        let open = node.into_iter().flat_map(Node::items).find(|item| !item.is_absent());
        match open {
            Some(item) if found.is_empty() => {
                self.gap(path, unreadable(item, "a string"));
                None
            }
            _ => Some(!found.is_empty()),
        }
    }

    /// The items of a list of maps, for the caller to read one by one; a gap
    /// where the list is not known.
    pub fn items<'n>(&mut self, path: &str, node: Option<&'n Node>) -> &'n [Node] {
        let Some(node) = node.filter(|node| !node.is_absent()) else { return &[] };
        self.place(path, node.origin.as_ref());
        match &node.value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}/{index}");
                    self.place(&path, item.origin.as_ref());
                    if !matches!(item.value, Value::Map(_)) {
                        self.gap(&path, unreadable(item, "a map"));
                    }
                }
                items
            }
            Value::Map(_) => std::slice::from_ref(node),
            _ => {
                self.gap(path, unreadable(node, "a list"));
                &[]
            }
        }
    }

    /// What may be known of a value that may be a secret; `name` is the name
    /// of the variable or property that holds it.
    pub fn secret(&mut self, path: &str, name: &str, node: Option<&Node>) -> Option<SecretValue> {
        let node = node.filter(|node| !node.is_absent())?;
        self.place(path, node.origin.as_ref());
        match &node.value {
            Value::Secret | Value::Reference(_) => Some(SecretValue::of_reference()),
            Value::Unknown(reason) => {
                self.gap(path, reason.clone());
                Some(SecretValue::unknown())
            }
            // Composed of references: judged by its literal parts. One that begins
            // with a reference leads to what that is.
            Value::Joined(parts) => {
                if parts.iter().any(|part| matches!(part.value, Value::Secret)) {
                    return Some(SecretValue::of_reference());
                }
                let text = |part: &Node| part.text().unwrap_or_else(|| "${}".to_owned());
                let literal: String = parts.iter().map(text).collect();
                let is_reference = |part: &Node| part.text().is_none();
                let mut said =
                    parts.iter().filter(|part| part.text().is_none_or(|text| !text.is_empty()));
                let name = if said.next().is_none_or(is_reference) { "" } else { name };
                let mut summary = SecretValue::of_literal(name, &literal, &self.secret_key);
                summary.length = None;
                let unknown = parts.iter().find_map(Node::unknown);
                if let Some(reason) =
                    unknown.filter(|_| summary.looks_like_credential == Some(false))
                {
                    self.gap(path, reason.clone());
                    return Some(SecretValue::unknown());
                }
                let leads = name.is_empty() && said.all(is_reference);
                Some(if leads { SecretValue::of_reference() } else { summary })
            }
            _ => match node.text() {
                Some(text) => Some(SecretValue::of_literal(name, &text, &self.secret_key)),
                None => {
                    self.gap(path, unreadable(node, "a string"));
                    Some(SecretValue::unknown())
                }
            },
        }
    }

    /// What may be known of the value of the environment variable `name`. A
    /// secret that is looked up when the stack is deployed ends up in it in plain
    /// text; whether it is a credential, its name tells or nothing does.
    ///
    /// Source: CloudFormation user guide, "Get a secret or secret value from
    /// Secrets Manager": the value may show up in the service whose resource it
    /// is used in.
    pub fn variable(&mut self, path: &str, name: &str, node: Option<&Node>) -> SecretValue {
        let Some(mut value) = self.secret(path, name, node) else {
            return SecretValue::of_reference();
        };
        if node.is_some_and(is_filled_in) && value.looks_like_credential == Some(false) {
            value.literal = Some(false);
            value.why = credential_reason(name, "hidden");
            value.looks_like_credential = value.why.is_some().then_some(true);
            if value.why.is_none() {
                self.gap(&format!("{path}/looks_like_credential"), Reason::Sensitive);
            }
        }
        value
    }

    /// Leaves open which further variables the container at `path` of a task
    /// definition has, where it names environment files.
    pub fn environment_files(&mut self, path: &str, node: Option<&Node>) {
        if node.is_some_and(|files| !files.items().is_empty()) {
            self.gap(&more(&format!("{path}/environment")), in_environment_files());
        }
    }

    /// The snapshot, for what is not an attribute of this resource.
    pub fn snapshot(&mut self) -> &mut Snapshot {
        self.snapshot
    }
}

/// Why not all variables of a container are known: some stand in files in S3,
/// which are not read.
pub fn in_environment_files() -> Reason {
    Reason::NotInSource { source: "a task definition that names environment files".to_owned() }
}

/// Whether a secret is filled in when the stack is deployed.
fn is_filled_in(node: &Node) -> bool {
    match &node.value {
        Value::Secret => true,
        // The secret half of an access key that the stack makes.
        Value::Reference(reference) => reference.attribute == "SecretAccessKey",
        Value::Joined(parts) => parts.iter().any(is_filled_in),
        _ => false,
    }
}

fn is_absent(node: Option<&Node>) -> bool {
    node.is_none_or(Node::is_absent)
}

/// The resource that joined text names, where a reference is its only part
/// that is not plain text around it (`arn:…:${Key}`).
pub fn sole_reference(parts: &[Node]) -> Option<String> {
    let mut references = parts.iter().filter_map(|part| match &part.value {
        Value::Reference(reference) => Some(reference.id.clone()),
        _ => None,
    });
    let first = references.next()?;
    let whole = parts
        .iter()
        .all(|part| matches!(part.value, Value::Reference(_) | Value::Text(_) | Value::Integer(_)));
    (whole && references.next().is_none()).then_some(first)
}

/// Text with references spelled by their keys; `None` where a part is unknown.
fn written_out(node: &Node) -> Option<String> {
    match &node.value {
        Value::Reference(reference) => Some(reference.id.clone()),
        Value::Joined(parts) => parts.iter().map(written_out).collect(),
        _ => node.text(),
    }
}

/// Why a node could not be read as `expected`, without its value.
fn unreadable(node: &Node, expected: &str) -> Reason {
    match &node.value {
        Value::Unknown(reason) => reason.clone(),
        Value::Secret => Reason::Sensitive,
        Value::Reference(reference) => Reason::KnownAfterApply {
            expression: Some(format!("{}.{}", reference.id, reference.attribute)),
        },
        Value::Joined(parts) => parts
            .iter()
            .find_map(|part| match &part.value {
                Value::Unknown(reason) => Some(reason.clone()),
                Value::Secret => Some(Reason::Sensitive),
                Value::Reference(reference) => Some(Reason::KnownAfterApply {
                    expression: Some(format!("{}.{}", reference.id, reference.attribute)),
                }),
                _ => None,
            })
            .unwrap_or(Reason::KnownAfterApply { expression: None }),
        _ => Reason::Malformed { detail: format!("expected {expected}, found {}", node.kind()) },
    }
}

/// A key as one step of a JSON pointer (RFC 6901).
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
