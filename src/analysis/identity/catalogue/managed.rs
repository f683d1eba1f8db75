//! AWS's managed policies.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{parse, read};
use crate::model::PolicyDocument;

static POLICIES: &[u8] = include_bytes!("data/managed-policies.gz");

/// The policies' names, and where their documents are.
#[derive(Debug, Default)]
struct Managed {
    entries: Vec<Entry>,
    /// Numbers of entries by name, and by path and name.
    by_name: HashMap<&'static str, usize>,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Entry {
    /// Path and name.
    name: &'static str,
    member: usize,
    /// The line of the member that holds the document.
    line: usize,
}

/// Some documents, as lines of JSON, unpacked when one is asked for.
#[derive(Debug)]
struct Member {
    packed: &'static [u8],
    lines: OnceLock<Vec<&'static str>>,
}

impl Managed {
    fn get() -> &'static Self {
        static MANAGED: OnceLock<Managed> = OnceLock::new();
        // Without the data every name is unknown, which proves nothing; a test
        // holds that it can be read.
        MANAGED.get_or_init(|| Self::read(POLICIES).unwrap_or_default())
    }

    fn read(data: &'static [u8]) -> Option<Self> {
        let mut found = Self::default();
        let (index, mut members) = read::unpack(data).ok()?;
        for row in index.lines() {
            let mut fields = row.split('\t').skip(1);
            let packed = read::member(&mut members, fields.next()?)?;
            let member = found.members.len();
            found.members.push(Member { packed, lines: OnceLock::new() });
            for (line, name) in fields.enumerate() {
                let number = found.entries.len();
                found.entries.push(Entry { name, member, line });
                found.by_name.insert(name, number);
                found.by_name.insert(name.rsplit('/').next().unwrap_or(name), number);
            }
        }
        Some(found)
    }

    fn entry(&self, policy: &str) -> Option<&Entry> {
        let name = match policy.strip_prefix("arn:") {
            // arn:aws:iam::aws:policy/…; a customer's has an account.
            Some(rest) => rest.split_once(":iam::aws:policy/")?.1,
            None => policy,
        };
        self.by_name.get(name).and_then(|number| self.entries.get(*number))
    }

    fn document(&self, entry: &Entry) -> Option<&'static str> {
        let Member { packed, lines } = self.members.get(entry.member)?;
        let unpacked = || read::unpack(packed).map(|(text, _)| text.lines().collect());
        lines.get_or_init(|| unpacked().unwrap_or_default()).get(entry.line).copied()
    }
}

/// What one of AWS's managed policies says, by its ARN
/// (`arn:aws:iam::aws:policy/ReadOnlyAccess`, of any partition), its path and
/// name (`service-role/AWSLambdaRole`) or its name. `None` for every other
/// policy, and for one that is newer than the data.
pub fn managed_policy(policy: &str) -> Option<PolicyDocument> {
    let managed = Managed::get();
    let json = managed.document(managed.entry(policy)?)?;
    parse::document(&serde_json::from_str(json).ok()?).ok()
}

/// The path and name of one of AWS's managed policies by any of its spellings;
/// see [`managed_policy`].
pub fn managed_policy_name(policy: &str) -> Option<&'static str> {
    Managed::get().entry(policy).map(|entry| entry.name)
}

/// The paths and names of all of AWS's managed policies that are known, in
/// order of their names.
pub fn managed_policies() -> impl Iterator<Item = &'static str> {
    Managed::get().entries.iter().map(|entry| entry.name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::policy_file::{self, Kind};

    #[test]
    fn aws_takes_its_own_policies() {
        let managed = Managed::get();
        for entry in &managed.entries {
            let json = managed.document(entry).unwrap();
            let read = policy_file::read(Kind::Identity, &Arc::from(entry.name), json);
            assert_eq!(read.err(), None, "{}", entry.name);
        }
        assert!(managed.entries.len() > 1500);
    }
}
