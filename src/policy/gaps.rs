//! Which gaps a verdict rests on.

use std::collections::HashMap;

use crate::model::gap::covers;
use crate::model::{Gap, Reason, Snapshot};

/// Gaps by the resource or collection that they are about.
#[derive(Debug)]
pub struct GapIndex<'a> {
    of_resources: HashMap<&'a str, HashMap<&'a str, Vec<&'a Gap>>>,
    of_collections: HashMap<&'a str, Vec<&'a Gap>>,
}

/// An account and region, where known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// The account.
    pub account: Option<&'a str>,
    /// The region.
    pub region: Option<&'a str>,
}

impl Place<'_> {
    /// Whether a gap's place and this one may be the same.
    fn meets(&self, gap: &Gap) -> bool {
        let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        same(self.account, gap.account.as_deref()) && same(self.region, gap.region.as_deref())
    }
}

impl<'a> GapIndex<'a> {
    /// Indexes the gaps of a snapshot.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let mut index = Self { of_resources: HashMap::new(), of_collections: HashMap::new() };
        for gap in &snapshot.gaps {
            let collection = gap.collection.as_str();
            match &gap.id {
                Some(id) => index
                    .of_resources
                    .entry(collection)
                    .or_default()
                    .entry(id.as_str())
                    .or_default()
                    .push(gap),
                None => index.of_collections.entry(collection).or_default().push(gap),
            }
        }
        index
    }

    /// The gaps of one resource.
    pub fn of_resource(&self, collection: &str, id: &str) -> &[&'a Gap] {
        self.of_resources
            .get(collection)
            .and_then(|resources| resources.get(id))
            .map_or(&[], Vec::as_slice)
    }

    /// The gaps of every resource of a collection.
    pub fn of_members(&self, collection: &str) -> impl Iterator<Item = &&'a Gap> {
        self.of_resources.get(collection).into_iter().flat_map(HashMap::values).flatten()
    }

    /// The gaps of a collection as a whole that meet `place`.
    pub fn of_collection(
        &self,
        collection: &str,
        place: Place<'_>,
    ) -> impl Iterator<Item = &'a Gap> {
        self.of_collections
            .get(collection)
            .into_iter()
            .flatten()
            .filter(move |gap| place.meets(gap))
            .copied()
    }

    /// The gaps that leave open what stands at `path` of a resource: its own,
    /// and those of the attribute in the whole collection.
    pub fn touching(
        &self,
        collection: &str,
        id: &str,
        path: &str,
        place: Place<'_>,
    ) -> Vec<&'a Gap> {
        self.of_resource(collection, id)
            .iter()
            .copied()
            .filter(|gap| gap.touches(path))
            .chain(
                self.of_collection(collection, place)
                    .filter(|gap| !gap.path.is_empty() && gap.touches(path)),
            )
            .collect()
    }

    /// The gaps that leave open whether there is such a resource at all.
    pub fn of_absence(&self, collection: &str, place: Place<'_>) -> Vec<&'a Gap> {
        self.of_collection(collection, place).chain(self.of_members(collection).copied()).collect()
    }
}

/// Whether a gap is one of templates that show only part of an account; it
/// matters to what rests on absence alone.
pub fn is_partial_view(gap: &Gap) -> bool {
    matches!(gap.reason, Reason::PartialView { .. })
}

/// A JSON pointer without its steps to list items: `/ingress/0/cidr_ipv4` becomes
/// `/ingress/cidr_ipv4`, `/ingress/-` becomes `/ingress`.
pub fn without_indexes(path: &str) -> String {
    path.split('/')
        .filter(|step| !step.is_empty() && !is_item(step))
        .fold(String::new(), |path, step| path + "/" + step)
}

/// Whether a step of a JSON pointer is an item of a list, or further ones.
fn is_item(step: &str) -> bool {
    step == "-" || step.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a gap leaves open a required attribute, which names no list items.
pub fn leaves_open(gap: &Gap, required: &str) -> bool {
    let path = without_indexes(&gap.path);
    covers(&path, required) || covers(required, &path)
}
