//! Where a resource or attribute comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::facts::ResourceRef;

mod saved;
mod shared;

/// A span of a text file. Lines and columns count from 1; columns count
/// characters; the end is exclusive in its column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Path as given on the command line, or relative to it.
    #[serde(deserialize_with = "shared::text")]
    pub file: Arc<str>,
    /// First line.
    pub start_line: u32,
    /// First column.
    pub start_column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last.
    pub end_column: u32,
}

/// Where something was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// A span of a template or source file.
    File {
        /// The span.
        span: Span,
    },
    /// A place in a Terraform plan or state, with the source's span where the
    /// `.tf` files were at hand.
    Plan {
        /// The plan or state file.
        file: Arc<str>,
        /// The resource's address.
        address: String,
        /// The span in the `.tf` source.
        span: Option<Span>,
    },
    /// A call to the AWS API, with its answer's place where that was saved to a
    /// file.
    Api {
        /// The operation, such as `rds:DescribeDBInstances`.
        operation: Arc<str>,
        /// The span of the saved answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        span: Option<Span>,
    },
}

/// Where one resource and its attributes were read.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ResourceOrigin {
    /// Where the resource stands.
    pub resource: Origin,
    /// Where its attributes stand, by JSON pointer; an attribute without one of
    /// its own stands where its nearest ancestor does.
    #[cfg_attr(test, schemars(default, with = "BTreeMap<String, saved::Place>"))]
    pub attributes: BTreeMap<String, Origin>,
}

impl ResourceOrigin {
    /// Where the attribute at `path` stands: its own place, or that of its
    /// nearest ancestor, or the resource's.
    pub fn at(&self, path: &str) -> &Origin {
        let mut path = path;
        loop {
            if let Some(found) = self.attributes.get(path) {
                return found;
            }
            match path.rfind('/') {
                Some(cut) => path = &path[..cut],
                None => return &self.resource,
            }
        }
    }
}

/// The origins of all resources, by collection and key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Origins {
    by_collection: BTreeMap<String, BTreeMap<String, ResourceOrigin>>,
}

impl Origins {
    /// The origins of resources, by collection and key.
    pub fn new(by_collection: BTreeMap<String, BTreeMap<String, ResourceOrigin>>) -> Self {
        Self { by_collection }
    }

    /// Records where a resource stands.
    pub fn insert(&mut self, resource: &ResourceRef, origin: ResourceOrigin) {
        self.by_collection
            .entry(resource.collection.clone())
            .or_default()
            .insert(resource.id.clone(), origin);
    }

    /// Where a resource and its attributes stand.
    pub fn get(&self, resource: &ResourceRef) -> Option<&ResourceOrigin> {
        self.find(&resource.collection, &resource.id)
    }

    fn find(&self, collection: &str, id: &str) -> Option<&ResourceOrigin> {
        self.by_collection.get(collection)?.get(id)
    }

    /// As [`Self::get`], to add attributes.
    pub fn get_mut(&mut self, resource: &ResourceRef) -> Option<&mut ResourceOrigin> {
        self.by_collection.get_mut(&resource.collection)?.get_mut(&resource.id)
    }

    /// Where the attribute at `path` of a resource stands; see
    /// [`ResourceOrigin::at`].
    pub fn resolve(&self, resource: &ResourceRef, path: &str) -> Option<&Origin> {
        self.resolve_in(&resource.collection, &resource.id, path)
    }

    /// As [`Self::resolve`].
    pub fn resolve_in(&self, collection: &str, id: &str, path: &str) -> Option<&Origin> {
        Some(self.find(collection, id)?.at(path))
    }

    /// Keeps the places of the resources, by collection and key, that `keep`
    /// wants.
    pub fn retain(&mut self, keep: impl Fn(&str, &str) -> bool) {
        for (collection, entries) in &mut self.by_collection {
            entries.retain(|id, _| keep(collection, id));
        }
    }

    /// Whether nothing has a place.
    pub fn is_empty(&self) -> bool {
        self.by_collection.is_empty()
    }

    /// Takes in another set; on a clash the other's entry stays.
    pub fn extend(&mut self, other: Self) {
        for (collection, entries) in other.by_collection {
            let own = self.by_collection.entry(collection).or_default();
            match own.is_empty() {
                true => *own = entries,
                false => own.extend(entries),
            }
        }
    }

    /// Every resource with its origin.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &ResourceOrigin)> {
        self.by_collection.iter().flat_map(|(collection, entries)| {
            entries.iter().map(move |(id, origin)| (collection.as_str(), id.as_str(), origin))
        })
    }
}
