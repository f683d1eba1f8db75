//! Links the references of one resource after the other.

use std::collections::{BTreeSet, HashMap};

use super::spellings::Spellings;
use crate::model::{Collected, Gap, Model, Reason, ResourceRef};

/// Collections that could not be listed in full, with the gaps that say why.
pub type Unlisted = HashMap<String, Vec<Gap>>;

/// Finds them among the gaps.
pub fn unlisted(gaps: &BTreeSet<Gap>) -> Unlisted {
    let mut found = Unlisted::new();
    for gap in gaps {
        let whole = gap.id.is_none() && gap.path.is_empty();
        if whole && !matches!(gap.reason, Reason::PartialView { .. }) {
            found.entry(gap.collection.clone()).or_default().push(gap.clone());
        }
    }
    found
}

/// Links references, and notes which name nothing that is known.
pub struct Linker<'a> {
    /// The spellings that are known.
    pub spellings: &'a Spellings,
    /// What could not be listed.
    pub unlisted: &'a Unlisted,
    /// The gaps of the snapshot.
    pub gaps: &'a mut BTreeSet<Gap>,
    /// Whether an earlier look said of any reference that it is not known.
    pub said_before: bool,
}

/// Whether a look at the references said this.
pub fn is_of_reference(reason: &Reason) -> bool {
    matches!(reason, Reason::UnresolvedReference { .. } | Reason::AmbiguousReference { .. })
}

/// The resource whose references are linked.
pub struct At<'a> {
    /// The spellings that are known, for references that no verdict rests on.
    pub spellings: &'a Spellings,
    unlisted: &'a Unlisted,
    gaps: &'a mut BTreeSet<Gap>,
    said_before: bool,
    resource: ResourceRef,
    account: Option<String>,
    region: Option<String>,
}

impl At<'_> {
    /// Links a reference whose target a verdict may rest on: one that names
    /// nothing known is a gap, so that no join over it passes silently.
    pub fn one(&mut self, path: &str, collections: &[&str], field: &mut Option<String>) {
        if let Some(value) = field {
            self.text(path, collections, value);
        }
    }

    /// As [`Self::one`], for a list.
    pub fn all(&mut self, path: &str, collections: &[&str], fields: &mut [String]) {
        for (index, field) in fields.iter_mut().enumerate() {
            self.text(&format!("{path}/{index}"), collections, field);
        }
    }

    fn text(&mut self, path: &str, collections: &[&str], value: &mut String) {
        let written = value.clone();
        self.spellings.text(collections, value);
        let unlisted = self.why_unlisted(collections);
        if self.said_before {
            self.forget(path, [&written, value]);
        }
        let known = collections.iter().any(|name| self.spellings.resolve(name, value).is_some());
        if known {
            if let Some(reason) = unlisted {
                self.gaps.remove(&self.gap(path, reason));
            }
            return;
        }
        if value.starts_with(DEFAULT_PARAMETER_GROUP) {
            return;
        }
        let candidates = self.spellings.candidates(collections, value).to_vec();
        let reason = match candidates.is_empty() {
            // Where its like could not be listed, that is why it is not known.
            true => unlisted.unwrap_or(Reason::UnresolvedReference { target: written }),
            false => Reason::AmbiguousReference { target: written, candidates },
        };
        self.gaps.insert(self.gap(path, reason));
    }

    fn gap(&self, path: &str, reason: Reason) -> Gap {
        Gap {
            collection: self.resource.collection.clone(),
            id: Some(self.resource.id.clone()),
            path: path.to_owned(),
            account: self.account.clone(),
            region: self.region.clone(),
            reason,
        }
    }

    /// Takes back what an earlier look said of a reference by these spellings.
    fn forget(&mut self, path: &str, spellings: [&str; 2]) {
        let first = self.gap(path, Reason::UnresolvedReference { target: String::new() });
        let here = |gap: &&Gap| {
            gap.path == first.path
                && gap.id == first.id
                && gap.collection == first.collection
                && (&gap.account, &gap.region) == (&first.account, &first.region)
        };
        let said: Vec<Gap> = self
            .gaps
            .range(&first..)
            .take_while(here)
            .filter(|gap| match &gap.reason {
                Reason::UnresolvedReference { target }
                | Reason::AmbiguousReference { target, .. } => spellings.contains(&target.as_str()),
                _ => false,
            })
            .cloned()
            .collect();
        for gap in said {
            self.gaps.remove(&gap);
        }
    }

    /// Why resources of these collections could not be listed where this one
    /// is.
    fn why_unlisted(&self, collections: &[&str]) -> Option<Reason> {
        let here =
            |of: &Option<String>, own: &Option<String>| of.is_none() || own.is_none() || of == own;
        collections
            .iter()
            .filter_map(|collection| self.unlisted.get(*collection))
            .flatten()
            .find(|gap| here(&gap.account, &self.account) && here(&gap.region, &self.region))
            .map(|gap| gap.reason.clone())
    }
}

/// Changes each resource of a type.
pub fn each<T: Collected>(
    linker: &mut Linker<'_>,
    model: &mut Model,
    mut change: impl FnMut(&mut T, &mut At<'_>),
) {
    for resource in T::of_mut(model).values_mut() {
        let mut at = At {
            spellings: linker.spellings,
            unlisted: linker.unlisted,
            gaps: linker.gaps,
            said_before: linker.said_before,
            resource: resource.reference(),
            account: resource.account().map(str::to_owned),
            region: resource.region().map(str::to_owned),
        };
        change(resource, &mut at);
    }
}

/// AWS's own parameter groups, which templates use without declaring them.
const DEFAULT_PARAMETER_GROUP: &str = "default.";
