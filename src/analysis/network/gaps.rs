//! Finding gaps by resource and attribute.

use std::collections::{BTreeSet, HashMap};

use crate::model::gap::covers;
use crate::model::{Gap, Reason, Resource};

/// Attributes that this analysis derives, by collection.
const DERIVED: &[(&str, &str)] = &[
    ("subnets", "/route_table_id"),
    ("subnets", "/network_acl_id"),
    ("subnets", "/public"),
    ("security_groups", "/used_by"),
    ("security_groups", "/open_ingress"),
    ("network_acls", "/open_ingress"),
];

/// Where the gaps of a resource's reachability are recorded.
pub const REACHABILITY: &str = "/reachability";

/// Removes the gaps of derived attributes, so that deriving again starts anew.
pub fn forget_derived(gaps: &mut BTreeSet<Gap>) {
    gaps.retain(|gap| {
        gap.id.is_none()
            || !(covers(REACHABILITY, &gap.path)
                || DERIVED.contains(&(gap.collection.as_str(), gap.path.as_str())))
    });
}

/// The gaps of a snapshot, indexed.
#[derive(Debug, Default)]
pub struct Gaps<'a> {
    by_resource: HashMap<(&'a str, &'a str), Vec<&'a Gap>>,
    by_collection: HashMap<&'a str, Vec<&'a Gap>>,
}

impl<'a> Gaps<'a> {
    /// Indexes the gaps.
    pub fn new(gaps: &'a BTreeSet<Gap>) -> Self {
        let mut index = Self::default();
        for gap in gaps {
            match &gap.id {
                Some(id) => index
                    .by_resource
                    .entry((gap.collection.as_str(), id.as_str()))
                    .or_default()
                    .push(gap),
                None => index.by_collection.entry(gap.collection.as_str()).or_default().push(gap),
            }
        }
        index
    }

    /// The gap that leaves open what stands at `path` of a resource: its own,
    /// or one of the whole collection's attribute. A gap on the resource's
    /// existence does not count.
    pub fn at<R: Resource>(&self, resource: &R, path: &str) -> Option<&'a Reason> {
        self.own(resource.collection(), resource.id(), path).or_else(|| {
            self.by_collection
                .get(resource.collection())?
                .iter()
                .find(|gap| {
                    !gap.path.is_empty()
                        && gap.touches(path)
                        && same_place(gap, resource.account(), resource.region())
                })
                .map(|gap| &gap.reason)
        })
    }

    /// The gap on a list itself, not on an attribute of one of its items: the
    /// list may lack items.
    pub fn list<R: Resource>(&self, resource: &R, path: &str) -> Option<&'a Reason> {
        let open = |gap: &&&Gap| !gap.path.is_empty() && covers(&gap.path, path);
        let own = self.by_resource.get(&(resource.collection(), resource.id()));
        own.and_then(|gaps| gaps.iter().find(open))
            .or_else(|| {
                self.by_collection
                    .get(resource.collection())?
                    .iter()
                    .find(|gap| open(gap) && same_place(gap, resource.account(), resource.region()))
            })
            .map(|gap| &gap.reason)
    }

    /// The gap of one resource that touches `path`, existence aside.
    pub fn own(&self, collection: &str, id: &str, path: &str) -> Option<&'a Reason> {
        self.by_resource
            .get(&(collection, id))?
            .iter()
            .find(|gap| !gap.path.is_empty() && gap.touches(path))
            .map(|gap| &gap.reason)
    }

    /// Whether a resource has any gap of its own.
    pub fn any(&self, collection: &str, id: &str) -> bool {
        self.by_resource.contains_key(&(collection, id))
    }

    /// The gap on whether a resource exists.
    pub fn existence(&self, collection: &str, id: &str) -> Option<&'a Reason> {
        self.by_resource
            .get(&(collection, id))?
            .iter()
            .find(|gap| gap.path.is_empty())
            .map(|gap| &gap.reason)
    }

    /// The gap by which a collection may lack members in the place of
    /// `resource`. That templates show only what they declare is none.
    pub fn members<R: Resource>(&self, collection: &str, beside: &R) -> Option<&'a Reason> {
        self.members_at(collection, beside.account(), beside.region())
    }

    /// Whether a collection has all its members.
    pub fn is_whole(&self, collection: &str, account: Option<&str>, region: Option<&str>) -> bool {
        let mut gaps = self.by_collection.get(collection).into_iter().flatten();
        !gaps.any(|gap| gap.path.is_empty() && same_place(gap, account, region))
    }

    /// As [`Self::members`], for an account and region.
    pub fn members_at(
        &self,
        collection: &str,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Option<&'a Reason> {
        self.by_collection
            .get(collection)?
            .iter()
            .find(|gap| {
                gap.path.is_empty()
                    && !matches!(gap.reason, Reason::PartialView { .. })
                    && same_place(gap, account, region)
            })
            .map(|gap| &gap.reason)
    }
}

/// Whether a gap of a collection concerns an account and region; what is not
/// known on either side may be the same.
fn same_place(gap: &Gap, account: Option<&str>, region: Option<&str>) -> bool {
    let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    same(gap.account.as_deref(), account) && same(gap.region.as_deref(), region)
}

/// A gap of a derived attribute of `resource`.
pub fn derived<R: Resource>(resource: &R, path: &str, reason: Reason) -> Gap {
    Gap {
        collection: resource.collection().to_owned(),
        id: Some(resource.id().to_owned()),
        path: path.to_owned(),
        account: resource.account().map(str::to_owned),
        region: resource.region().map(str::to_owned),
        reason,
    }
}
