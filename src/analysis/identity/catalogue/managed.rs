//! AWS's managed policies.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{parse, read};
use crate::model::PolicyDocument;

static POLICIES: &[u8] = include_bytes!("data/managed-policies.gz");

/// The policies' text by name, and by path and name.
#[derive(Debug, Default)]
struct Managed {
    /// Path and name, and the document as JSON.
    entries: Vec<(&'static str, &'static str)>,
    by_name: HashMap<&'static str, usize>,
}

impl Managed {
    fn get() -> &'static Self {
        static MANAGED: OnceLock<Managed> = OnceLock::new();
        MANAGED.get_or_init(|| {
            let mut found = Self::default();
            // Without the data every name is unknown, which proves nothing; a
            // test holds that it can be read.
            for line in read::unpack(POLICIES).unwrap_or_default().lines() {
                let mut fields = line.split('\t');
                if let (Some(path), Some(_), Some(document)) =
                    (fields.next(), fields.next(), fields.next())
                {
                    let number = found.entries.len();
                    found.entries.push((path, document));
                    found.by_name.insert(path, number);
                    found.by_name.insert(path.rsplit('/').next().unwrap_or(path), number);
                }
            }
            found
        })
    }
}

/// What one of AWS's managed policies says, by its ARN
/// (`arn:aws:iam::aws:policy/ReadOnlyAccess`, of any partition), its path and
/// name (`service-role/AWSLambdaRole`) or its name. `None` for every other
/// policy, and for one that is newer than the data.
pub fn managed_policy(policy: &str) -> Option<PolicyDocument> {
    let (_, json) = entry(policy)?;
    parse::document(&serde_json::from_str(json).ok()?).ok()
}

/// The path and name of one of AWS's managed policies by any of its spellings;
/// see [`managed_policy`].
pub fn managed_policy_name(policy: &str) -> Option<&'static str> {
    entry(policy).map(|(name, _)| name)
}

/// The paths and names of all of AWS's managed policies that are known, in
/// order of their names.
pub fn managed_policies() -> impl Iterator<Item = &'static str> {
    Managed::get().entries.iter().map(|(name, _)| *name)
}

fn entry(policy: &str) -> Option<(&'static str, &'static str)> {
    let name = match policy.strip_prefix("arn:") {
        // arn:aws:iam::aws:policy/…; a customer's has an account.
        Some(rest) => rest.split_once(":iam::aws:policy/")?.1,
        None => policy,
    };
    let managed = Managed::get();
    managed.by_name.get(name).and_then(|number| managed.entries.get(*number)).copied()
}
