//! Where a resource or attribute comes from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::facts::ResourceRef;

/// A span of a text file. Lines and columns count from 1; columns count
/// characters; the end is exclusive in its column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Path as given on the command line, or relative to it.
    #[serde(deserialize_with = "shared")]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
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
    /// A call to the AWS API.
    Api {
        /// The operation, such as `rds:DescribeDBInstances`.
        operation: Arc<str>,
    },
}

/// The members of every kind of [`Origin`]. Serde's own reading of tagged
/// variants holds each back as a whole, and a large snapshot has millions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    kind: Kind,
    span: Option<Span>,
    #[serde(default, deserialize_with = "maybe_shared")]
    file: Option<Arc<str>>,
    #[serde(default, deserialize_with = "maybe_shared")]
    address: Option<Arc<str>>,
    #[serde(default, deserialize_with = "maybe_shared")]
    operation: Option<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    File,
    Plan,
    Api,
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Members { kind, span, file, address, operation } = Members::deserialize(deserializer)?;
        let needed =
            |value: Option<Arc<str>>, name| value.ok_or_else(|| D::Error::missing_field(name));
        let foreign = match kind {
            Kind::File => file.is_some() || address.is_some() || operation.is_some(),
            Kind::Plan => operation.is_some(),
            Kind::Api => span.is_some() || file.is_some() || address.is_some(),
        };
        if foreign {
            return Err(D::Error::custom("an origin has members of another kind"));
        }
        Ok(match kind {
            Kind::File => Self::File { span: span.ok_or_else(|| D::Error::missing_field("span"))? },
            Kind::Plan => Self::Plan {
                file: needed(file, "file")?,
                address: needed(address, "address")?.as_ref().to_owned(),
                span,
            },
            Kind::Api => Self::Api { operation: needed(operation, "operation")? },
        })
    }
}

thread_local! {
    /// The texts that were read last: neighbours in a snapshot have the same
    /// file and operation.
    static LAST: RefCell<[Option<Arc<str>>; 4]> = const { RefCell::new([const { None }; 4]) };
}

/// A text that is held once, however often it is read in a row.
fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = Arc<str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
            Ok(LAST.with_borrow_mut(|last| {
                if let Some(known) = last.iter().flatten().find(|known| &***known == text) {
                    return known.clone();
                }
                let text = Arc::<str>::from(text);
                last.rotate_right(1);
                last[0] = Some(text.clone());
                text
            }))
        }
    }
    deserializer.deserialize_str(Text)
}

fn maybe_shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<str>>, D::Error> {
    #[derive(Deserialize)]
    struct Shared(#[serde(deserialize_with = "shared")] Arc<str>);
    Ok(Option::<Shared>::deserialize(deserializer)?.map(|Shared(text)| text))
}

/// Where one resource and its attributes were read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceOrigin {
    /// Where the resource stands.
    pub resource: Origin,
    /// Where its attributes stand, by JSON pointer; an attribute without one of
    /// its own stands where its nearest ancestor does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Origin>,
}

/// The origins of all resources, by collection and key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
        self.by_collection.get(&resource.collection)?.get(&resource.id)
    }

    /// As [`Self::get`], to add attributes.
    pub fn get_mut(&mut self, resource: &ResourceRef) -> Option<&mut ResourceOrigin> {
        self.by_collection.get_mut(&resource.collection)?.get_mut(&resource.id)
    }

    /// Where the attribute at `path` stands: its own place, or that of its
    /// nearest ancestor, or the resource's.
    pub fn resolve(&self, resource: &ResourceRef, path: &str) -> Option<&Origin> {
        let origin = self.get(resource)?;
        let mut path = path;
        loop {
            if let Some(found) = origin.attributes.get(path) {
                return Some(found);
            }
            match path.rfind('/') {
                Some(cut) => path = &path[..cut],
                None => return Some(&origin.resource),
            }
        }
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
            self.by_collection.entry(collection).or_default().extend(entries);
        }
    }

    /// Every resource with its origin.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &ResourceOrigin)> {
        self.by_collection.iter().flat_map(|(collection, entries)| {
            entries.iter().map(move |(id, origin)| (collection.as_str(), id.as_str(), origin))
        })
    }
}
